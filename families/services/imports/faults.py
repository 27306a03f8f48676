"""What is wrong with a row, kept as code and values, so that it can be told in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from accounts.import_messages import message_for
from accounts.services.import_result import RowError
from families import import_messages  # noqa: F401 - adds the sentences of these codes
from families.services.imports.columns import heading_of


@dataclass(frozen=True, slots=True)
class RowFault:
    """`row`: as a person counts; `column`: of `COLUMNS`; `values`: masked; `sentence`: where the code has several."""

    row: int
    column: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value or name == "row"}

    @property
    def message(self) -> str:
        return message_for(self.sentence or self.code, **self.values)

    @property
    def heading(self) -> str:
        return heading_of(self.column) if self.column else ""

    def as_error(self, family: str) -> RowError:
        return RowError(self.row, self.heading, self.code, self.message, family)


def faults_of(stored: Iterable[Mapping[str, Any]]) -> list[RowFault]:
    """The inverse of `as_json`."""
    return [RowFault(**{"column": "", **one}) for one in stored]
