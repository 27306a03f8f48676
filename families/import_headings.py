"""The headings of a file that a person has to explain: those not read, or the row that may be the heading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.rules.identity import mask_number
from accounts.spreadsheets.cells import row_from_wire, text_of
from families.models import ImportBatch
from families.models.batch import BatchState
from families.services.imports.reading import sender_in

LONGEST_SHOWN = 24
NUMBER = re.compile(r"[0-9]{11,}[0-9Xx]*")


@dataclass(frozen=True, slots=True)
class FirstRow:
    """One of the first rows of a file. `cells`: text, and what is chosen for it in the row taken for the heading."""

    number: int
    is_heading: bool
    cells: list[tuple[str, Any]]


def headings_of(batch: ImportBatch, row: str) -> list[str]:
    """What has to be explained. `row`: the number of the row that a person took for the heading, as typed."""
    if batch.state != BatchState.UNMAPPED:
        unknown: list[str] = batch.layout.get("unknown", [])
        return unknown
    rows = _rows(batch)
    return rows.get(_heading_row(rows, row), [])


def sender_of(batch: ImportBatch) -> str:
    """As was said before; of a file that could not be read, what stands above its table."""
    if batch.sender or batch.state != BatchState.UNMAPPED:
        return batch.sender
    return sender_in(row_from_wire(number, cells) for number, cells in batch.above)


def first_rows_of(batch: ImportBatch, row: str, selects: Mapping[str, Any]) -> list[FirstRow]:
    """`selects`: by heading, what it may mean."""
    rows = _rows(batch)
    heading, width = _heading_row(rows, row), max((len(texts) for texts in rows.values()), default=0)
    return [
        FirstRow(
            number,
            number == heading,
            [
                (_short(text), selects.get(text) if number == heading and text not in texts[:place] else None)
                for place, text in enumerate([*texts, *[""] * (width - len(texts))])
            ],
        )
        for number, texts in rows.items()
    ]


def _rows(batch: ImportBatch) -> dict[int, list[str]]:
    return {
        number: [" ".join(text_of(cell).split()) for cell in row_from_wire(number, cells).cells]
        for number, cells in batch.above
    }


def _heading_row(rows: Mapping[int, list[str]], asked: str) -> int:
    """As asked for; else the first of those with the most words."""
    if asked.isascii() and asked.isdigit() and int(asked[:6]) in rows:
        return int(asked[:6])
    return max(rows, key=lambda number: (len([text for text in rows[number] if text]), -number), default=0)


def _short(text: str) -> str:
    """Rows of people may stand below: their numbers are masked."""
    shown = NUMBER.sub(lambda found: mask_number(found[0]), text)
    return shown if len(shown) <= LONGEST_SHOWN else shown[:LONGEST_SHOWN] + "…"
