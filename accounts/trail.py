"""The trail of a person: every change of a row, every look, reveal and print, each with who and when.

Sealed values never show: that a number or a phone changed is told, what it was is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AuditEvent, InsuredPerson, PersonalAccount, Staff

SEALED = {
    "certno_sealed": _("ID number"),
    "mobile_sealed": _("phone"),
}
UNTOLD = {"certno_digest", "certno15_digest", "name_key", "version", "submission_key"}
LABELS = {"insert": pgettext_lazy("of a row", "created"), "update": _("changed"), "delete": _("deleted")}
DETAILS = {
    "reason": _("reason"),
    "case": _("case number"),
    "group": _("group number"),
    "paper": _("paper"),
    "document": _("no. of the paper"),
    "settlement": _("settlement number"),
    "path": _("page"),
    "refused": _("refused because of"),
    "file": _("data"),
    "rows": _("rows"),
    "format": _("format"),
    "created": _("new"),
    "updated": _("changed"),
    "sha256": "SHA-256",
    "transfer": _("transfer number"),
    "differs": _("what differs"),
    "token": _("no. of the token"),
    "status": _("answer"),
    "asked": _("asked for"),
}
# The words for what stands in the detail as a code.
VALUES = {
    "paper": {
        "registration_form": _("registration form"),
        "receipt": _("receipt"),
        "account_statement": _("account statement"),
        "care_record": _("record of care"),
        "transfer_receipt": _("receipt of a wallet transfer"),
    },
    "differs": {
        "payer": pgettext_lazy("of a transfer", "payer"),
        "payee": _("payee"),
        "amount": _("amount"),
        "purpose": _("purpose"),
    },
    "file": {
        "persons": _("insured persons"),
        "regions": _("regions"),
        "codes": _("code tables"),
        "clearing": _("clearing between regions"),
        "follow_ups": _("follow-ups"),
        "policy_impact": _("groups that a policy version touches"),
    },
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its label, and what it was before and after; `before` is empty for something new."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TrailLine:
    at: dt.datetime
    who: str
    what: str
    changes: tuple[Change, ...]


def trail_of(person: InsuredPerson, account: PersonalAccount | None) -> list[TrailLine]:
    """Everything this floor knows was done to a person, newest first."""
    rows: list[Sequence[models.Model]] = [[person], list(person.suspensions.all()), list(person.moves.all())]
    lines = [*_audit_lines(person), *(line for same in rows for line in changes_of(same))]
    if account is not None:
        lines += [*row_changes(account), *_entry_lines(account)]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def row_changes(row: models.Model) -> list[TrailLine]:
    """The history of one row, newest first."""
    return changes_of([row])


def changes_of(rows: Sequence[models.Model]) -> list[TrailLine]:
    """The history of several rows of one model, newest first; in two queries however many there are."""
    if not rows:
        return []
    ids = [row.pk for row in rows]
    events = list(_events_of(type(rows[0])).objects.filter(pgh_obj_id__in=ids).order_by("pgh_id"))
    names = _staff_names(events)
    lines = []
    before: dict[int, Any] = {}
    for event in events:
        lines.append(
            TrailLine(
                at=event.pgh_created_at,
                who=names.get(_staff_of(event), ""),
                what=f"{rows[0]._meta.verbose_name} · {LABELS[event.pgh_label]}",
                changes=_difference(before.get(event.pgh_obj_id), event),
            )
        )
        before[event.pgh_obj_id] = event
    return lines[::-1]


def last_change_of(person: InsuredPerson, *, since_version: int) -> tuple[str, list[str], dt.datetime | None]:
    """Who changed a person since a version was read, which fields by their labels, and when."""
    newer = [line for line in row_changes(person) if line.changes][: max(person.version - since_version, 0)]
    labels = sorted({change.label for line in newer for change in line.changes})
    return (newer[0].who if newer else "", labels, newer[0].at if newer else None)


def details_of(event: AuditEvent) -> tuple[Change, ...]:
    """What an audit event tells besides who, when and whom, each with its label."""
    return tuple(
        Change(key, str(DETAILS.get(key, key)), "", _value_in_words(key, value))
        for key, value in event.detail.items()
    )


def _value_in_words(key: str, value: Any) -> str:
    """A code, or several with commas between them."""
    words = VALUES.get(key)
    return ", ".join(str(words.get(code, code)) for code in str(value).split(", ")) if words else str(value)


def _events_of(model: type[models.Model]) -> Any:
    return apps.get_model(model._meta.app_label, f"{model._meta.object_name}Event")


def _audit_lines(person: InsuredPerson) -> Iterable[TrailLine]:
    for event in AuditEvent.objects.filter(person=person).select_related("staff"):
        yield TrailLine(
            at=event.at, who=str(event.staff or ""), what=event.get_kind_display(), changes=details_of(event)
        )


def _entry_lines(account: PersonalAccount) -> Iterable[TrailLine]:
    for entry in account.entries.select_related("posted_by"):
        changes = tuple(
            Change(name, _label(entry, name), "", f"{getattr(entry, name)}")
            for name in ("prior_change", "current_change", "source")
            if getattr(entry, name)
        )
        what = f"{entry._meta.verbose_name} {entry.sequence} · {entry.get_kind_display()}"
        yield TrailLine(at=entry.posted_at, who=str(entry.posted_by), what=what, changes=changes)


def _difference(before: Any, after: Any) -> tuple[Change, ...]:
    if before is None:
        return ()
    names = [field.name for field in after._meta.fields if not field.name.startswith("pgh_")]
    return tuple(
        _change(name, before, after)
        for name in names
        if name not in UNTOLD and _plain(before, name) != _plain(after, name)
    )


def _change(name: str, before: Any, after: Any) -> Change:
    if name in SEALED:
        return Change(name, str(SEALED[name]), "•••", "•••")
    return Change(name, _label(after, name), _shown(before, name), _shown(after, name))


def _label(event: Any, name: str) -> str:
    try:
        return str(event._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _plain(event: Any, name: str) -> Any:
    value = getattr(event, event._meta.get_field(name).attname)
    return bytes(value) if isinstance(value, memoryview) else value


def _shown(event: Any, name: str) -> str:
    show = getattr(event, f"get_{name}_display", None)
    value = show() if show else getattr(event, name)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def _staff_of(event: Any) -> int | None:
    return (event.pgh_context or {}).get("staff")


def _staff_names(events: list[Any]) -> dict[int | None, str]:
    ids = {_staff_of(event) for event in events} - {None}
    return {staff.pk: str(staff) for staff in Staff.objects.filter(pk__in=ids)}
