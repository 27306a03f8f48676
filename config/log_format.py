"""Log lines as JSON, without personal data: PostgreSQL quotes rows in its errors, people type numbers anywhere."""

import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# Six digits and more are an ID number, a phone or a person number; dates and codes of regions stay readable.
NUMBERS = re.compile(r"(?<![0-9A-Za-z])[0-9]{7,}[0-9Xx]*")
# A quoted value may hold line breaks: it ends with the next part of the message, a blank line or a traceback.
QUOTED_ROWS = re.compile(
    r"^(DETAIL|CONTEXT|QUERY|LINE [0-9]+):.*?(?=^(?:DETAIL|HINT|CONTEXT|QUERY|LINE [0-9]+):|^\s*$|^Traceback |\Z)",
    re.MULTILINE | re.DOTALL,
)


def without_personal_data(text: str) -> str:
    return NUMBERS.sub("•••", QUOTED_ROWS.sub("\\1: •••\n", text).rstrip("\n"))


class PlainFormatter(JsonFormatter):
    """Drops the request object and hides long numbers and the rows that the database quotes."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        log_data.pop("request", None)
        return {
            key: value if key == "at" else _plain(value)
            for key, value in super().process_log_record(log_data).items()
        }


def _plain(value: Any) -> Any:
    """The same in lists and objects that came as `extra`."""
    if isinstance(value, str):
        return without_personal_data(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(one) for one in value]
    return value
