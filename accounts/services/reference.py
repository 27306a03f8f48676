"""Reference data that a bureau loads: regions and code tables. The whole file or nothing.

Invariant: a staff member changes regions under their own alone; a file may name others as they are already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Code, Region, Staff
from accounts.services.import_result import file_error
from accounts.services.rights import require_right
from accounts.spreadsheets.cells import text_of
from accounts.spreadsheets.columns import HeaderRefused, find_header
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused

CHANGE_REGIONS = "accounts.change_region"
CHANGE_CODES = "accounts.change_code"
REGION_COLUMNS = ("admdvs", "name", "parent")
CODE_COLUMNS = ("table", "code", "name_zh", "name_en", "version", "region")
CODE_SHAPE = re.compile(r"[0-9]{6}", re.ASCII)
ROOT = ("100000", "全国")
LONGEST_REGION_NAME = 100
# What a code table must say in each column, and the most it can hold.
CODE_LENGTHS = {"table": 40, "code": 10, "name_zh": 100, "name_en": 100, "version": 20}

File = tuple[str, bytes]  # name and content
Rows = Iterable[tuple[int, Mapping[str, str]]]  # by the number that a person sees


@dataclass
class Loaded:
    """What a load did, or, with errors, what it would not do: nothing was written then."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[dict[str, object]] = field(default_factory=list)

    def error(self, row: int, column: str, message: str, *, code: str = "reference_invalid") -> None:
        self.errors.append({"row": row, "column": column, "code": code, "message": message})

    def add(self, other: Loaded) -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.errors += other.errors

    def as_json(self) -> dict[str, object]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "errors": self.errors,
        }


@writes
def load_reference(*, regions: File | None = None, codes: File | None = None, by: Staff) -> Loaded:
    """Load a file of regions, then one of code tables; with an error in either, neither.

    Raises: RightMissing, for the right that the file in question needs; nothing is written then.
    """
    loaded = Loaded()
    if regions is not None:
        require_right(by, CHANGE_REGIONS)
        loaded.add(_from_file(regions, REGION_COLUMNS, REGION_COLUMNS, lambda rows: _load_regions(rows, by)))
    if codes is not None:
        require_right(by, CHANGE_CODES)
        loaded.add(_from_file(codes, CODE_COLUMNS, tuple(CODE_LENGTHS), _load_codes))
    if loaded.errors:
        transaction.set_rollback(True)
        loaded.created = loaded.updated = loaded.unchanged = 0
    return loaded


def _from_file(file: File, columns: Sequence[str], required: Sequence[str], load: Callable[[Rows], Loaded]) -> Loaded:
    name, content = file
    try:
        with read_table(content, name=name) as sheet:
            header = find_header(sheet.rows, {column: [column] for column in columns}, required=required)
            rows = [
                (row.number, {key: text_of(row.at(place)).strip() for key, place in header.positions.items()})
                for row in sheet.rows
            ]
    except (FileRefused, HeaderRefused) as refusal:
        loaded, error = Loaded(), file_error(refusal)
        loaded.error(error.row, error.column, error.message, code=error.code)
        return loaded
    return load(rows)


@transaction.atomic
def make_root() -> Region:
    """The country, when there is no region at all: the first staff member has to belong somewhere."""
    code, name = ROOT
    root, _created = Region.objects.get_or_create(code=code, defaults={"name": name, "path": f"{code}/"})
    return root


def load_regions(rows: Iterable[Mapping[str, str]]) -> Loaded:
    """Load `admdvs, name, parent` without a staff member's bounds: for the demo and for tests.

    Row numbers count the heading as row 1.
    """
    return _load_regions(enumerate(rows, start=2), None)


@transaction.atomic
def _load_regions(rows: Rows, by: Staff | None) -> Loaded:
    """A parent may stand below its child in the file, or be loaded already; a region that moved takes all below
    it along.
    """
    loaded = Loaded()
    wanted = _checked_regions(rows, loaded)
    known = {region.code: region for region in Region.objects.select_for_update()}
    parents = {code: region.parent_id for code, region in known.items()}
    parents |= {code: parent for code, (_row, _name, parent) in wanted.items()}
    for code, (row, name, parent) in wanted.items():
        path = _path(code, parents)
        if parent is not None and parent not in parents:
            loaded.error(row, "parent", _("Unknown region {code}").format(code=parent))
        elif path is None:
            loaded.error(row, "parent", _("{code} would belong to itself").format(code=code))
        elif by is not None and not _may_store(by, known.get(code), name, path):
            message = _("{code} lies outside the region you are responsible for").format(code=code)
            loaded.error(row, "admdvs", message, code="other_region")
    if not loaded.errors:
        _store_regions(wanted, known, parents, loaded)
    return loaded


def _may_store(by: Staff, before: Region | None, name: str, path: str) -> bool:
    """Whether the row changes nothing, or only what lies under the staff member's own region, before and after."""
    if before is not None and (before.name, before.path) == (name, path):
        return True
    own = by.region.path
    return path.startswith(own) and (before is None or before.path.startswith(own))


def _checked_regions(rows: Rows, loaded: Loaded) -> dict[str, tuple[int, str, str | None]]:
    wanted: dict[str, tuple[int, str, str | None]] = {}
    for number, row in rows:
        code, name, parent = (str(row.get(key) or "").strip() for key in REGION_COLUMNS)
        if not CODE_SHAPE.fullmatch(code):
            loaded.error(number, "admdvs", _("A region code has 6 digits"))
        elif code in wanted:
            loaded.error(number, "admdvs", _("{code} stands twice in the file").format(code=code))
        elif not 0 < len(name) <= LONGEST_REGION_NAME:
            loaded.error(number, "name", _("The name is missing, or longer than {n}").format(n=LONGEST_REGION_NAME))
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
    loaded: Loaded,
) -> None:
    paths = {code: _path(code, parents) or "" for code in parents}
    for code in sorted(parents, key=lambda code: paths[code]):
        before = known.get(code)
        name = wanted[code][1] if code in wanted else known[code].name
        values = {"name": name, "parent_id": parents[code], "path": paths[code]}
        if before is None:
            Region.objects.create(code=code, **values)
            loaded.created += 1
        elif any(getattr(before, key) != value for key, value in values.items()):
            Region.objects.filter(pk=code).update(**values)
            loaded.updated += 1
        elif code in wanted:
            loaded.unchanged += 1


def load_codes(rows: Iterable[Mapping[str, str]]) -> Loaded:
    """Load `table, code, name_zh, name_en, region, version`; an empty region means everywhere."""
    return _load_codes(enumerate(rows, start=2))


@transaction.atomic
def _load_codes(rows: Rows) -> Loaded:
    loaded = Loaded()
    known = {(code.table, code.code, code.region_id): code for code in Code.objects.select_for_update(of=("self",))}
    regions = set(Region.objects.values_list("code", flat=True))
    for number, row in rows:
        region = row.get("region") or None
        wrong = [column for column, most in CODE_LENGTHS.items() if not 0 < len(row[column]) <= most]
        for column in wrong:
            loaded.error(number, column, _("Missing, or longer than {n}").format(n=CODE_LENGTHS[column]))
        if region is not None and region not in regions:
            loaded.error(number, "region", _("Unknown region {code}").format(code=region))
        elif not wrong:
            key = (row["table"], row["code"], region)
            known[key] = _store_code(known.get(key), key, row, loaded)
    if loaded.errors:
        transaction.set_rollback(True)
    return loaded


def _store_code(
    before: Code | None, key: tuple[str, str, str | None], row: Mapping[str, str], loaded: Loaded
) -> Code:
    table, code, region = key
    values = {name: row[name] for name in ("name_zh", "name_en", "version")}
    if before is None:
        loaded.created += 1
        return Code.objects.create(table=table, code=code, region_id=region, **values)
    if any(getattr(before, name) != value for name, value in values.items()):
        Code.objects.filter(pk=before.pk).update(**values)
        loaded.updated += 1
    else:
        loaded.unchanged += 1
    return before
