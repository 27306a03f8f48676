"""What an anomaly rests on, in words: each row of its evidence with what a staff member may see of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import InsuredPerson, Staff
from accounts.models.suspension import Cause
from families.models import GroupMember, MutualAidGroup, RegistrationCase
from families.policy_words import name_in_words, value_in_words
from families.rules.policy import Policy
from families.selectors import policy_on
from settlement.models import Anomaly, Settlement
from settlement.models.anomaly import AnomalyKind

SHOWN = 100
SENTENCES = {
    AnomalyKind.PAYER_GROUPS: gettext_lazy("One person pays for {n} groups within a year."),
    AnomalyKind.BURST: gettext_lazy("Released {n} days after being bound, with a family account used in between."),
    AnomalyKind.CARDS: gettext_lazy("{n} cards of one family were used at one pharmacy shortly one after another."),
    AnomalyKind.AFTER_END: gettext_lazy("{n} settlements after a death or during a suspension."),
    AnomalyKind.CLERK_CASES: gettext_lazy("One clerk submitted {n} bindings in a day."),
}
AS_WHAT = {
    "patient": gettext_lazy("as the patient"),
    "payer": gettext_lazy("as the account that paid for another"),
}


def sentence_of(anomaly: Anomaly) -> str:
    """What was found, with the figure."""
    return str(SENTENCES[AnomalyKind(anomaly.kind)]).format(n=anomaly.found)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A parameter and its value when it was found. `citation`: empty for the product's default."""

    name: str
    value: str
    citation: str


def thresholds_of(anomaly: Anomaly) -> list[Threshold]:
    """Expects `region`."""
    policy: Policy = policy_on(anomaly.region, anomaly.day)
    return [
        Threshold(name_in_words(name), value_in_words(name, value), policy.citation(name))
        for name, value in anomaly.limits.items()
    ]


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the evidence. `url`: of its page, empty outside the scope; `at`: a time, or `days` a period."""

    title: str
    url: str = ""
    at: dt.datetime | None = None
    days: str = ""
    about: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows name, by key, and what of it the staff member may open."""

    rows: Mapping[int, Any]
    seen: Collection[int]

    def url(self, key: int) -> str:
        return str(self.rows[key].get_absolute_url()) if key in self.seen else ""


def facts_of(anomaly: Anomaly, *, staff: Staff) -> list[Fact]:
    """The first `SHOWN`, in the order of the evidence; two queries for each sort of row, however many there are."""
    evidence = anomaly.evidence[:SHOWN]
    known = {what: _known(what, evidence, staff) for what in {row["what"] for row in evidence}}
    return [FACTS[row["what"]](row, known[row["what"]]) for row in evidence]


def _known(what: str, evidence: Sequence[Mapping[str, Any]], staff: Staff) -> _Known:
    rows: QuerySet[Any] = ROWS[what]
    keys = [row["id"] for row in evidence if row["what"] == what]
    in_scope = rows.model._default_manager.for_staff(staff).filter(pk__in=keys)
    return _Known(rows.in_bulk(keys), set(in_scope.values_list("pk", flat=True)))


def _settlement(row: Mapping[str, Any], known: _Known) -> Fact:
    settlement: Settlement = known.rows[row["id"]]
    return Fact(
        title=settlement.setl_id,
        url=known.url(settlement.pk),
        at=parse_datetime(row["at"]),
        about=" · ".join(
            filter(None, [_place(settlement), _name(settlement.person, row["id"] in known.seen), _why(row)])
        ),
        amount=row["amount"],
    )


def _place(settlement: Settlement) -> str:
    return settlement.institution.name if settlement.institution else str(settlement.get_kind_display())


def _name(person: InsuredPerson, seen: bool) -> str:
    return person.name if seen else _("insured in {region}").format(region=person.region.name)


def _why(row: Mapping[str, Any]) -> str:
    if "cause" not in row:
        return ""
    return _("{cause} since {day}, {as_what}").format(
        cause=Cause(row["cause"]).label, day=row["since"], as_what=AS_WHAT[row["as"]]
    )


def _period(row: Mapping[str, Any]) -> str:
    return f"{row['since']} – {row['until'] or ''}"


def _group(row: Mapping[str, Any], known: _Known) -> Fact:
    group: MutualAidGroup = known.rows[row["id"]]
    return Fact(_("Group {number}").format(number=group.number), known.url(group.pk), days=_period(row))


def _member(row: Mapping[str, Any], known: _Known) -> Fact:
    member: GroupMember = known.rows[row["id"]]
    seen = member.pk in known.seen
    return Fact(_name(member.person, seen), member.group.get_absolute_url() if seen else "", days=_period(row))


def _case(row: Mapping[str, Any], known: _Known) -> Fact:
    case: RegistrationCase = known.rows[row["id"]]
    about = f"{case.get_kind_display()} · {_name(case.owner, case.pk in known.seen)}"
    return Fact(case.number, known.url(case.pk), at=parse_datetime(row["at"]), about=about)


FACTS: Mapping[str, Callable[[Mapping[str, Any], _Known], Fact]] = {
    "settlement": _settlement,
    "group": _group,
    "member": _member,
    "case": _case,
}
ROWS: Mapping[str, QuerySet[Any, Any]] = {
    "settlement": Settlement.objects.select_related("institution", "person__region").defer("considerations"),
    "group": MutualAidGroup.objects.all(),
    "member": GroupMember.objects.select_related("group", "person__region"),
    "case": RegistrationCase.objects.select_related("owner__region"),
}


def cases_of(anomaly: Anomaly, *, staff: Staff) -> list[Model]:
    """The cases that bound and released whom it is about: those of the group, decided by that day."""
    if anomaly.kind != AnomalyKind.BURST:
        return []
    since = min(row["since"] for row in anomaly.evidence if row["what"] == "member")
    rows = RegistrationCase.objects.for_staff(staff).filter(group=anomaly.group_id, effective_on__gte=since)
    return list(rows.filter(effective_on__lte=anomaly.day).order_by("effective_on", "pk"))
