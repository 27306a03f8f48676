"""Reference data that a bureau loads: regions and code tables. The whole file or nothing.

Invariant: a staff member changes regions under their own alone; a file may name others as they are already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Code, Region, Staff
from accounts.services.import_result import ImportResult, Report, RowChange, result_for, silent
from accounts.services.reference_rows import Rows, differences, load_rows, outside, read_rows, wrong
from accounts.services.rights import require_right

CHANGE_REGIONS = "accounts.change_region"
CHANGE_CODES = "accounts.change_code"
REGION_COLUMNS = ("admdvs", "name", "parent")
CODE_COLUMNS = ("table", "code", "name_zh", "name_en", "version", "region")
CODE_SHAPE = re.compile(r"[0-9]{6}", re.ASCII)
ROOT = ("100000", "全国")
LONGEST_REGION_NAME = 100
# What a code table must say in each column, and the most it can hold.
CODE_LENGTHS = {"table": 40, "code": 10, "name_zh": 100, "name_en": 100, "version": 20}

Key = tuple[str, str, str | None]  # of a code: table, code, region


@writes
def import_regions(
    *, content: bytes, name: str, by: Staff, report: Report = silent, write: bool = True
) -> ImportResult:
    """Bring the regions up to date by a file; with an error in it, or without `write`, nothing is stored.

    Raises: RightMissing. Locks: reference data, then every region.
    """
    require_right(by, CHANGE_REGIONS)
    result, rows = read_rows(content, name, REGION_COLUMNS, REGION_COLUMNS, report)
    return load_rows(result, lambda: _load_regions(rows, by, result), "regions", by=by, write=write)


@writes
def import_codes(
    *, content: bytes, name: str, by: Staff, report: Report = silent, write: bool = True
) -> ImportResult:
    """Bring the code tables up to date by a file; with an error in it, or without `write`, nothing is stored.

    Raises: RightMissing. Locks: reference data, then every code.
    """
    require_right(by, CHANGE_CODES)
    result, rows = read_rows(content, name, CODE_COLUMNS, tuple(CODE_LENGTHS), report)
    return load_rows(result, lambda: _load_codes(rows, by, result), "codes", by=by, write=write)


@transaction.atomic
def make_root() -> Region:
    """The country, when there is no region at all: the first staff member has to belong somewhere."""
    code, name = ROOT
    root, _created = Region.objects.get_or_create(code=code, defaults={"name": name, "path": f"{code}/"})
    return root


def load_regions(rows: Iterable[Mapping[str, str]]) -> ImportResult:
    """Load `admdvs, name, parent` without a staff member's bounds: for the demo and for tests.

    Row numbers count the heading as row 1.
    """
    result = result_for(b"")
    _load_regions(enumerate(rows, start=2), None, result)
    return result


@transaction.atomic
def _load_regions(rows: Rows, by: Staff | None, result: ImportResult) -> None:
    """A parent may stand below its child in the file, or be loaded already; a region that moved takes all below
    it along.
    """
    wanted = _checked_regions(rows, result)
    known = {region.code: region for region in Region.objects.select_for_update()}
    parents = {code: region.parent_id for code, region in known.items()}
    parents |= {code: parent for code, (_row, _name, parent) in wanted.items()}
    for code, (row, name, parent) in wanted.items():
        path = _path(code, parents)
        if parent is not None and parent not in parents:
            wrong(result, row, "parent", _("Unknown region {code}").format(code=parent))
        elif path is None:
            wrong(result, row, "parent", _("{code} would belong to itself").format(code=code))
        elif by is not None and not _may_store(by, known.get(code), name, path):
            outside(result, row, "admdvs", code)
    if not result.errors:
        _store_regions(wanted, known, parents, result)


def _may_store(by: Staff, before: Region | None, name: str, path: str) -> bool:
    """Whether the row changes nothing, or only what lies under the staff member's own region, before and after."""
    if before is not None and (before.name, before.path) == (name, path):
        return True
    own = by.region.path
    return path.startswith(own) and (before is None or before.path.startswith(own))


def _checked_regions(rows: Rows, result: ImportResult) -> dict[str, tuple[int, str, str | None]]:
    wanted: dict[str, tuple[int, str, str | None]] = {}
    for number, row in rows:
        code, name, parent = (str(row.get(key) or "").strip() for key in REGION_COLUMNS)
        if not CODE_SHAPE.fullmatch(code):
            wrong(result, number, "admdvs", _("A region code has 6 digits"))
        elif code in wanted:
            wrong(result, number, "admdvs", _("{code} stands twice in the file").format(code=code))
        elif not 0 < len(name) <= LONGEST_REGION_NAME:
            wrong(result, number, "name", _("The name is missing, or longer than {n}").format(n=LONGEST_REGION_NAME))
        else:
            wanted[code] = (number, name, parent or None)
    return wanted


def _path(code: str, parents: Mapping[str, str | None]) -> str | None:
    """The codes from the root down, or None where the parents run in a circle."""
    steps: list[str] = []
    step: str | None = code
    while step is not None:
        if step in steps:
            return None
        steps.append(step)
        step = parents.get(step)
    return "".join(f"{step}/" for step in reversed(steps))


def _store_regions(
    wanted: Mapping[str, tuple[int, str, str | None]],
    known: Mapping[str, Region],
    parents: Mapping[str, str | None],
    result: ImportResult,
) -> None:
    paths = {code: _path(code, parents) or "" for code in parents}
    for code in sorted(parents, key=lambda code: paths[code]):
        before = known.get(code)
        row, name, _parent = wanted[code] if code in wanted else (0, known[code].name, None)
        values = {"name": name, "parent_id": parents[code], "path": paths[code]}
        if before is None:
            Region.objects.create(code=code, **values)
            result.note_new(row, code)
        elif changed := differences(before, values):
            Region.objects.filter(pk=code).update(**values)
            result.note_change(RowChange(row, code, changed))
        elif code in wanted:
            result.unchanged += 1


@transaction.atomic
def _load_codes(rows: Rows, by: Staff, result: ImportResult) -> None:
    known = {(code.table, code.code, code.region_id): code for code in Code.objects.select_for_update(of=("self",))}
    paths = dict(Region.objects.values_list("code", "path"))
    seen: set[Key] = set()
    for number, row in rows:
        key = (row["table"], row["code"], row.get("region") or None)
        faults = [*_code_faults(row, key, paths, seen)]
        seen.add(key)
        for column, message in faults:
            wrong(result, number, column, message)
        if not faults:
            _load_code(number, key, row, known.get(key), _is_responsible(by, paths.get(key[2] or "")), result)


def _code_faults(
    row: Mapping[str, str], key: Key, paths: Mapping[str, str], seen: Collection[Key]
) -> Iterator[tuple[str, str]]:
    for column, most in CODE_LENGTHS.items():
        if not 0 < len(row[column]) <= most:
            yield column, _("Missing, or longer than {n}").format(n=most)
    if key[2] is not None and key[2] not in paths:
        yield "region", _("Unknown region {code}").format(code=key[2])
    if key in seen:
        yield "code", _("{code} stands twice in the file").format(code=key[1])


def _is_responsible(by: Staff, path: str | None) -> bool:
    """For a code of the region with this path; what holds everywhere (None) is kept by whoever keeps the country."""
    return by.region.parent_id is None if path is None else path.startswith(by.region.path)


def _load_code(
    row: int, key: Key, cells: Mapping[str, str], before: Code | None, responsible: bool, result: ImportResult
) -> None:
    table, code, region = key
    values = {name: cells[name] for name in ("name_zh", "name_en", "version")}
    changed = differences(before, values) if before else ()
    if before and not changed:
        result.unchanged += 1
    elif not responsible:
        message = _("A code that holds everywhere, or in a region that is not yours, is not yours to change")
        wrong(result, row, "region", message, code="other_region")
    elif before:
        Code.objects.filter(pk=before.pk).update(**values)
        result.note_change(RowChange(row, f"{table} {code}", changed))
    else:
        Code.objects.create(table=table, code=code, region_id=region, **values)
        result.note_new(row, f"{table} {code}")
