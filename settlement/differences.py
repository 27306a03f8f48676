"""A difference with all that is known of it: both records, the lines of statements, what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Staff
from settlement.models import Discrepancy, DiscrepancyComment, DiscrepancyDecision, Settlement, StatementLine
from settlement.models.discrepancy import VALUES, DiscrepancyState, in_state
from settlement.trail import Step

Differences = QuerySet[Any]
COMPARED = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag", "psn_no", "mdtrt_id")
# Fields in words; what is missing as a whole is named by the result.
FIELDS = {
    "medfee_sumamt": gettext_lazy("total fee"),
    "fund_pay_sumamt": gettext_lazy("pooled fund"),
    "acct_pay": gettext_lazy("personal account"),
    "refd_setl_flag": gettext_lazy("reversal"),
    "psn_no": gettext_lazy("person number"),
    "mdtrt_id": gettext_lazy("visit number"),
    "missing_from_institution": gettext_lazy("the whole bill"),
    "missing_from_centre": gettext_lazy("the whole bill"),
}


def differences_of(staff: Staff) -> Differences:
    """The differences in scope, those found first first, each with `state`, `since` and the decision that stands."""
    rows = Discrepancy.objects.for_staff(staff).with_state().annotate(since=F("found_at"))
    decided = {
        "decided_as": F("standing__reason"),
        "decided_by": F("standing__decided_by__full_name"),
        "confirmed_by": F("standing__confirmed_by__full_name"),
    }
    return (
        rows.annotate(**decided).select_related("institution", "owner", "settlement", "line").order_by("since", "pk")
    )


def next_open(staff: Staff, *, after: Discrepancy) -> Discrepancy | None:
    """What is open and nobody else's behind the one that was decided; behind the end, the first that is left."""
    mine = (
        differences_of(staff)
        .filter(Q(owner=staff) | Q(owner=None), in_state(DiscrepancyState.OPEN))
        .exclude(pk=after.pk)
    )
    behind = mine.filter(Q(since__gt=after.found_at) | Q(since=after.found_at, pk__gt=after.pk))
    found: Discrepancy | None = behind.first() or mine.first()
    return found


def alike(staff: Staff, discrepancy: Discrepancy) -> Differences:
    """Open differences that one decision may be taken for together with this one."""
    same = {name: getattr(discrepancy, name) for name in ("code", "field", "institution")}
    return differences_of(staff).filter(in_state(DiscrepancyState.OPEN), **same).exclude(pk=discrepancy.pk)


@dataclass(frozen=True, slots=True)
class Line:
    """One field on both sides; None where a side has no record."""

    field: str
    centre: str | None
    institution: str | None
    differs: bool


def side_by_side(discrepancy: Discrepancy) -> list[Line]:
    """What was compared. Fields that differ stand as they were compared, which `mulaid_in_acct_pay` may change."""
    same = ("institution", "business_date", "setl_id")
    siblings = Discrepancy.objects.filter(closed_at=None, **{name: getattr(discrepancy, name) for name in same})
    differing = {one.field: one for one in siblings} | {discrepancy.field: discrepancy}
    ours, theirs = _told_by_us(discrepancy.settlement), _told_by_them(discrepancy.line)
    return [
        Line(field, one.centre, one.institution_value, differs=True)
        if (one := differing.get(field))
        else Line(field, ours.get(field), theirs.get(field), differs=not (ours and theirs))
        for field in COMPARED
    ]


def _told_by_us(settlement: Settlement | None) -> dict[str, str]:
    if settlement is None:
        return {}
    told = {field: str(getattr(settlement, field)) for field in COMPARED if field != "refd_setl_flag"}
    return told | {"refd_setl_flag": str(int(settlement.reverses_id is not None))}


def _told_by_them(line: StatementLine | None) -> dict[str, str]:
    if line is None:
        return {}
    told = {field: str(getattr(line, field)) or "null" for field in COMPARED if field != "refd_setl_flag"}
    return told | {"refd_setl_flag": str(int(line.is_reversal))}


def lines_of(discrepancy: Discrepancy) -> QuerySet[StatementLine]:
    """What every statement of the institution said of this number, replaced ones included, the newest first."""
    lines = StatementLine.objects.filter(setl_id=discrepancy.setl_id, statement__institution=discrepancy.institution)
    return lines.select_related("statement__loaded_by").order_by("-statement")


def steps_of(discrepancy: Discrepancy) -> list[Step]:
    """Everything that happened to a difference, the first first."""
    steps = [*_found(discrepancy), *_decided(discrepancy), *_said(discrepancy)]
    return sorted(steps, key=lambda step: step.at)


def _found(discrepancy: Discrepancy) -> Iterator[Step]:
    events = list(type(discrepancy).pgh_event_model.objects.filter(pgh_obj_id=discrepancy.pk).order_by("pgh_id"))  # type: ignore[attr-defined]
    named = {event.owner_id for event in events} | {(event.pgh_context or {}).get("staff") for event in events}
    names = {staff.pk: str(staff) for staff in Staff.objects.filter(pk__in=named - {None})}
    for before, event in zip([None, *events], events, strict=False):
        what = _what_changed(before, event, names)
        if what:
            values = f"{_or_none(event.centre)} / {_or_none(event.institution_value)}"
            yield Step(event.pgh_created_at, names.get((event.pgh_context or {}).get("staff"), ""), what, values)


def _what_changed(before: Any, event: Any, names: dict[int, str]) -> str:
    if before is None:
        return _("found")
    if (before.closed_at is None) != (event.closed_at is None):
        return _("differs again") if event.closed_at is None else _("agrees now")
    if any(getattr(before, name) != getattr(event, name) for name in VALUES):
        return _("other values found")
    if before.owner_id != event.owner_id:
        return _("worked off by {who}").format(who=names.get(event.owner_id, _("nobody")))
    return ""


def _or_none(value: str | None) -> str:
    return _("not there") if value is None else value


def _decided(discrepancy: Discrepancy) -> Iterator[Step]:
    decisions = DiscrepancyDecision.objects.filter(discrepancy=discrepancy)
    for one in decisions.select_related("decided_by", "confirmed_by", "ended_by"):
        about = f"{_or_none(one.centre)} / {_or_none(one.institution_value)}"
        why = " · ".join(filter(None, [about, one.note]))
        yield Step(one.decided_at, str(one.decided_by), one.get_reason_display(), why)
        if one.confirmed_at:
            yield Step(one.confirmed_at, str(one.confirmed_by), _("confirmed"), one.get_reason_display())
        if one.ended_at:
            what = _("decision ended: {why}").format(why=one.get_ending_display())
            yield Step(one.ended_at, str(one.ended_by or ""), what, one.ending_note)


def _said(discrepancy: Discrepancy) -> Iterator[Step]:
    for one in DiscrepancyComment.objects.filter(discrepancy=discrepancy).select_related("by"):
        yield Step(one.at, str(one.by), _("comment"), one.text)
