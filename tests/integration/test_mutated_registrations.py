"""Three hundred damaged registration files: a refusal or faults of rows; no breakdown, no faulty family bound."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

import pytest

from accounts.models import Staff
from accounts.services.import_persons import import_persons
from accounts.services.import_result import ImportResult
from accounts.spreadsheets.sheet_xml import column_letters
from families.models import GroupMember, ImportBatch, MutualAidGroup, RegistrationCase
from families.services.imports.loading import load_registrations
from tests.factories import make_staff
from tests.files.workbooks import text, workbook
from tests.registrations import enter, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
SAMPLES = ("registrations.xlsx", "registrations_bureau.xlsx", "registrations_gb18030.csv")
SHARDS, EACH = 6, 50
Cell = str | float | bool | dt.date
Table = list[list[Cell]]
ODD: tuple[Cell, ...] = (
    "", " ", "\u3000", "\u200b", "0", "-0", "1e400", "4.21003E+17", "=1+1", "＝1", "@SUM(A1)", "٣", "１２", "是是",
    "01", "2026-02-30", "0000-00-00", "9999-12-31", "2026年1月", "公公", "本人", "NaN", "null", "张\u0000三", "<b>",
    "a" * 300, "9" * 5_000, "🙂", "\ufeff", "-5", "0.001", "1,000", "￥500", 1.0, 421003199211267514.0, -1.5, 1e300,
    True, False, dt.date(1900, 1, 1), dt.date(2026, 2, 1), dt.date(9999, 12, 31),
)  # fmt: skip


@pytest.fixture
def clerk(samples: Path) -> Staff:
    clerk = make_staff("clerk", "421000")
    assert not import_persons(content=(samples / "persons.csv").read_bytes(), name="persons.csv", by=clerk).errors
    return clerk


# Bytes of a whole file.


def flip(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 30)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content))]


def leave_out(content: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 400) :]


def repeat(content: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(content))
    return content[: start + chance.randint(1, 400)] + content[start:]


# Rows and cells of a table; the first row is the heading.


def shuffle_rows(table: Table, chance: Random) -> None:
    chance.shuffle(table)


def shuffle_columns(table: Table, chance: Random) -> None:
    order = chance.sample(range(len(table[0])), len(table[0]))
    table[:] = [[row[column] for column in order] for row in table]


def rename_heading(table: Table, chance: Random) -> None:
    table[0][chance.randrange(len(table[0]))] = chance.choice(ODD)


def double_column(table: Table, chance: Random) -> None:
    column = chance.randrange(len(table[0]))
    for row in table:
        row.insert(chance.randrange(len(row)), row[column])


def drop_column(table: Table, chance: Random) -> None:
    column = chance.randrange(len(table[0]))
    for row in table:
        del row[column : column + 1]


def swap_cells(table: Table, chance: Random) -> None:
    for _ in range(5):
        one, other = chance.choice(table[1:]), chance.choice(table[1:])
        here, there = chance.randrange(len(one)), chance.randrange(len(other))
        one[here], other[there] = other[there], one[here]


def put_odd_cells(table: Table, chance: Random) -> None:
    for _ in range(8):
        row = chance.choice(table[1:])
        row[chance.randrange(len(row))] = chance.choice(ODD)


def make_numbers(table: Table, chance: Random) -> None:
    """As a spreadsheet does to everything that looks like one."""
    column = chance.randrange(len(table[0]))
    for row in table[1:]:
        value = str(row[column])
        row[column] = float(value) if value.isascii() and value.isdigit() else row[column]


def repeat_rows(table: Table, chance: Random) -> None:
    for row in chance.sample(table, 3):
        table.insert(chance.randrange(len(table)), list(row))


def empty_column(table: Table, chance: Random) -> None:
    column = chance.randrange(len(table[0]))
    for row in table[1:]:
        row[column] = ""


BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (flip, cut, leave_out, repeat)
ROWS: tuple[Callable[[Table, Random], None], ...] = (
    shuffle_rows, shuffle_columns, rename_heading, double_column, drop_column, swap_cells, put_odd_cells,
    make_numbers, repeat_rows, empty_column,
)  # fmt: skip


def mutated_table(samples: Path, chance: Random) -> tuple[str, bytes]:
    """Some families of the samples, changed once or several times, as a workbook or as a CSV file."""
    rows = list(csv.reader(io.StringIO((samples / SAMPLES[2]).read_text("gb18030"))))
    start = chance.randrange(1, len(rows) - 25)
    table: Table = [list(row) for row in (rows[0], *rows[start : start + 25])]
    for change in chance.choices(ROWS, k=chance.randint(1, 3)):
        change(table, chance)
    if chance.random() < 0.6:
        return "a.xlsx", as_workbook(table, chance)
    written = io.StringIO()
    csv.writer(written).writerows(table)
    encoding = chance.choice(("utf-8", "utf-8-sig", "gb18030"))
    return "a.csv", written.getvalue().encode(encoding)


def as_workbook(table: Table, chance: Random) -> bytes:
    rows = "".join(
        f'<row r="{number}">'
        + "".join(cell_xml(f"{column_letters(column)}{number}", cell) for column, cell in enumerate(row, start=1))
        + "</row>"
        for number, row in enumerate(table, start=1)
    )
    merged = f'<mergeCells count="1"><mergeCell ref="A2:A{chance.randint(3, 9)}"/></mergeCells>'
    return workbook(rows, after=merged if chance.random() < 0.3 else "")


def cell_xml(reference: str, cell: Cell) -> str:
    match cell:
        case bool():
            return f'<c r="{reference}" t="b"><v>{int(cell)}</v></c>'
        case float():
            return f'<c r="{reference}"><v>{cell!r}</v></c>'
        case dt.date():
            return f'<c r="{reference}" s="1"><v>{(cell - dt.date(1899, 12, 30)).days}</v></c>'
        case str() if cell.startswith("="):
            return f'<c r="{reference}"><f>{cell[1:]}</f></c>'
    return text(reference, escape(cell)) if cell else ""


def mutated(samples: Path, number: int) -> tuple[str, bytes]:
    """A third of the files have their bytes changed, the others their rows and cells."""
    chance = Random(number)
    if number % 3:
        return mutated_table(samples, chance)
    name = chance.choice(SAMPLES)
    return name, chance.choice(BYTES)((samples / name).read_bytes(), chance)


def assert_sound(result: ImportResult) -> None:
    """Refused as a whole with one sentence, or every family either accepted or told about."""
    if result.unreadable:
        assert (result.accepted_rows, len(result.errors)) == (0, 1)
        return
    assert result.families == result.accepted_families + result.rejected_families
    assert len({error.family for error in result.errors}) <= result.rejected_families <= len(result.errors)
    assert result.accepted_rows <= result.rows
    assert all(error.message and error.code and error.row > 0 for error in result.errors)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_damaged_file_is_refused_or_told_row_by_row(clerk: Staff, samples: Path, shard: int) -> None:
    outcomes = {"refused": 0, "read": 0}
    for number in range(shard * EACH, (shard + 1) * EACH):
        name, content = mutated(samples, number)
        result = load_registrations(content=content, name=name, only_valid=True, dry_run=True, by=clerk)
        assert_sound(result)
        outcomes["refused" if result.unreadable else "read"] += 1
    assert min(outcomes.values()) > 0
    assert not ImportBatch.objects.exists()


def test_of_damaged_files_that_are_entered_no_faulty_family_is_bound(clerk: Staff, samples: Path) -> None:
    reviewer = make_staff("reviewer", "421000")
    bound = 0
    for number in range(1_000, 1_012):
        _name, content = mutated_table(samples, Random(number))
        batch = stage(content, clerk)
        if batch.families.filter(state="ready").exists():
            enter(batch, reviewer)
        for family in batch.families.all():
            assert bool(family.errors) == (family.state == "faulty")
            assert (family.case is not None) == (family.state == "applied")
            bound += family.state == "applied"
    assert bound == RegistrationCase.objects.count() > 0
    assert MutualAidGroup.objects.count() <= bound
    owners = GroupMember.objects.filter(relation="01").values_list("person", flat=True)
    assert len(set(owners)) == len(owners)
