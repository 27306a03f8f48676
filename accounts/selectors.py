"""Questions asked of persons, accounts and their trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import get_language

from accounts.models import AuditEvent, Code, InsuredPerson, PersonalAccount, Staff
from accounts.rules.identity import normalise_number

# A change of contact data is to be reported within this many days (DOMAIN.md section 3, S2): asked for again
# when the last confirmation is older.
CONTACT_DAYS = 15


def find_persons(text: str, *, staff: Staff, limit: int = 50) -> QuerySet[InsuredPerson]:
    """Persons in scope by certificate number, `psn_no`, or the beginning of the name or its pinyin."""
    scope = InsuredPerson.objects.for_staff(staff).select_related("region")
    number = normalise_number(text)
    if any(character.isdigit() for character in number):
        return scope.with_number(number)[:limit]
    if not number:
        return scope.none()
    by_name = scope.filter(name__startswith=text.strip())
    by_pinyin = scope.filter(name_key__startswith=text.strip().lower())
    return (by_name | by_pinyin)[:limit]


def contact_is_old(person: InsuredPerson, *, today: dt.date) -> bool:
    return (today - person.contact_confirmed_on).days > CONTACT_DAYS


def account_of(person: InsuredPerson, *, staff: Staff) -> PersonalAccount | None:
    return PersonalAccount.objects.for_staff(staff).filter(person=person).first()


def code_labels(table: str) -> dict[str, str]:
    """Code → name in the language of the page; read once a minute, because every line of a list asks."""
    language = get_language() or "zh"
    labels: dict[str, str] | None = cache.get(f"codes:{table}:{language}")
    if labels is None:
        labels = {code.code: code.label for code in Code.objects.filter(table=table)}
        cache.set(f"codes:{table}:{language}", labels, 60)
    return labels


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line of a person's trail: a changed row, or something that was looked at, revealed or printed."""

    at: dt.datetime
    who: str
    what: str
    model: str
    label: str
    fields: dict[str, tuple[Any, Any]]


# History columns that hold sealed values: that they changed is told, what they hold is not.
SEALED = {"certno_sealed", "certno_digest", "mobile_sealed", "name_key", "version"}
LABELS = {"insert": "created", "update": "changed", "delete": "deleted"}


def last_change_of(person: InsuredPerson, *, since_version: int) -> tuple[str, list[str], dt.datetime | None]:
    """Who changed a person since a version was read, and which fields."""
    lines = [line for line in row_changes(person) if line.fields]
    newer = lines[: max(person.version - since_version, 0)]
    fields = {name for line in newer for name in line.fields if name not in {"version", "name_key"}}
    verbose = [str(InsuredPerson._meta.get_field(name).verbose_name) for name in sorted(fields - SEALED)]
    if "mobile_sealed" in fields:
        verbose.append(str(InsuredPerson._meta.get_field("contact_confirmed_on").verbose_name))
    return (newer[0].who if newer else "", sorted(set(verbose)), newer[0].at if newer else None)


def row_changes(row: Any) -> list[TrailLine]:
    """The history of one row, newest first, each line with the fields that changed (old, new)."""
    event_model = apps.get_model(row._meta.app_label, f"{row._meta.object_name}Event")
    events = list(event_model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id"))
    names = _staff_names(events)
    lines = []
    before = None
    for event in events:
        lines.append(
            TrailLine(
                at=event.pgh_created_at,
                who=names.get(_staff_of(event), ""),
                what="row",
                model=str(row._meta.verbose_name),
                label=event.pgh_label,
                fields=_difference(before, event),
            )
        )
        before = event
    return lines[::-1]


def audit_lines(person: InsuredPerson) -> list[TrailLine]:
    events = AuditEvent.objects.filter(person=person).select_related("staff")
    return [
        TrailLine(
            at=event.at,
            who=str(event.staff or ""),
            what="event",
            model="",
            label=event.get_kind_display(),
            fields={key: ("", value) for key, value in event.detail.items()},
        )
        for event in events
    ]


def _difference(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    if before is None:
        return {}
    names = [field.attname for field in after._meta.fields if not field.name.startswith("pgh_")]
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in names}
    return {
        name: (("•••", "•••") if name in SEALED else pair)
        for name, pair in pairs.items()
        if _plain(pair[0]) != _plain(pair[1])
    }


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _staff_of(event: Any) -> int | None:
    return (event.pgh_context or {}).get("staff")


def _staff_names(events: list[Any]) -> dict[int | None, str]:
    ids = {_staff_of(event) for event in events} - {None}
    return {staff.pk: str(staff) for staff in Staff.objects.filter(pk__in=ids)}
