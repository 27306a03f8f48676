"""Reference data that a bureau loads: regions and code tables. The whole file or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Code, Region

CODE_SHAPE = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass
class Loaded:
    """What a load did, or, with errors, what it would not do: nothing was written then."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[dict[str, object]] = field(default_factory=list)

    def error(self, row: int, column: str, message: str) -> None:
        self.errors.append({"row": row, "column": column, "message": message})


@transaction.atomic
def load_regions(rows: Iterable[Mapping[str, str]]) -> Loaded:
    """Load `admdvs, name, parent`. A parent may stand below its child in the file, or be loaded already.

    A region that moved takes all below it along. Row numbers count the heading as row 1.
    """
    loaded = Loaded()
    wanted = _checked_regions(rows, loaded)
    known = {region.code: region for region in Region.objects.select_for_update()}
    parents = {code: region.parent_id for code, region in known.items()}
    parents |= {code: parent for code, (_row, _name, parent) in wanted.items()}
    for code, (row, _name, parent) in wanted.items():
        if parent is not None and parent not in parents:
            loaded.error(row, "parent", _("Unknown region {code}").format(code=parent))
        elif _path(code, parents) is None:
            loaded.error(row, "parent", _("{code} would belong to itself").format(code=code))
    if not loaded.errors:
        _store_regions(wanted, known, parents, loaded)
    return loaded


def _checked_regions(rows: Iterable[Mapping[str, str]], loaded: Loaded) -> dict[str, tuple[int, str, str | None]]:
    wanted: dict[str, tuple[int, str, str | None]] = {}
    for number, row in enumerate(rows, start=2):
        code, name, parent = (str(row.get(key) or "").strip() for key in ("admdvs", "name", "parent"))
        if not CODE_SHAPE.fullmatch(code):
            loaded.error(number, "admdvs", _("A region code has 6 digits"))
        elif code in wanted:
            loaded.error(number, "admdvs", _("{code} stands twice in the file").format(code=code))
        elif not name:
            loaded.error(number, "name", _("The name is missing"))
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


@transaction.atomic
def load_codes(rows: Iterable[Mapping[str, str]]) -> Loaded:
    """Load `table, code, name_zh, name_en, region, version`; an empty region means everywhere."""
    loaded = Loaded()
    known = {(code.table, code.code, code.region_id): code for code in Code.objects.select_for_update(of=("self",))}
    regions = set(Region.objects.values_list("code", flat=True))
    for number, row in enumerate(rows, start=2):
        table, code, region = row["table"], row["code"], row.get("region") or None
        if region is not None and region not in regions:
            loaded.error(number, "region", _("Unknown region {code}").format(code=region))
            continue
        values = {key: row[key] for key in ("name_zh", "name_en", "version")}
        before = known.get((table, code, region))
        if before is None:
            Code.objects.create(table=table, code=code, region_id=region, **values)
            loaded.created += 1
        elif any(getattr(before, key) != value for key, value in values.items()):
            Code.objects.filter(pk=before.pk).update(**values)
            loaded.updated += 1
        else:
            loaded.unchanged += 1
    if loaded.errors:
        transaction.set_rollback(True)
    return loaded
