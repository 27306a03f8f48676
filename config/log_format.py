"""Log lines as JSON, without personal data: PostgreSQL quotes rows in its errors, people type numbers anywhere."""

import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# Six digits and more are an ID number, a phone or a person number; dates and codes of regions stay readable.
NUMBERS = re.compile(r"(?<![0-9A-Za-z])[0-9]{7,}[0-9Xx]*")
QUOTED_ROWS = re.compile(r"^(DETAIL|CONTEXT|LINE [0-9]+):.*$", re.MULTILINE)


def without_personal_data(text: str) -> str:
    return NUMBERS.sub("•••", QUOTED_ROWS.sub(r"\1: •••", text))


class PlainFormatter(JsonFormatter):
    """Drops the request object and hides long numbers and the rows that the database quotes."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        log_data.pop("request", None)
        return {
            key: without_personal_data(value) if isinstance(value, str) and key != "at" else value
            for key, value in super().process_log_record(log_data).items()
        }
