"""What the settlements of a period are told apart by on the dashboard: each with its words and where a line leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.selectors import code_labels
from families.verdicts import KINDS
from reports.definition import Kind
from reports.files import shown
from reports.models.summary import By
from reports.rules.ages import groups
from reports.selectors.summaries import Sums
from settlement.models import Institution, SettlementKind

Text = str | Promise
AID, VISITS, FEE = gettext_lazy("mutual aid"), gettext_lazy("visits"), gettext_lazy("total fee")
PART = pgettext_lazy("column of a breakdown", "family's part, %")
LEVEL = "level"
HEADINGS = (VISITS, FEE, AID, PART)


def _of_value(sums: Sums) -> list[str]:
    return [
        shown(sums.visits, Kind.COUNT),
        shown(sums.medfee_sumamt, Kind.AMOUNT),
        shown(sums.acct_mulaid_pay, Kind.AMOUNT),
        shown(sums.family_part, Kind.PERCENT),
    ]


def _of_relation(sums: Sums) -> list[str]:
    return [shown(sums.visits, Kind.COUNT), shown(sums.acct_mulaid_pay, Kind.AMOUNT)]


def ages(_values: Sequence[str]) -> Mapping[str, str]:
    return {
        value: _("{first} and older").format(first=first) if last is None else f"{first}–{last}"
        for value, (first, last) in groups().items()
    }


def institutions(values: Sequence[str]) -> Mapping[str, str]:
    return {code: one.name for code, one in Institution.objects.in_bulk([*filter(None, values)]).items()}


def codes(table: str) -> Callable[[Sequence[str]], Mapping[str, str]]:
    return lambda values: {value: code_labels(table).get(value, value) or "—" for value in values}


def relations(_values: Sequence[str]) -> Mapping[str, str]:
    return {"": _("unknown"), **{kind: str(label) for kind, label in KINDS.items()}}


def kinds(_values: Sequence[str]) -> Mapping[str, str]:
    return {value: str(label) for value, label in SettlementKind.choices}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`filter`: what the list of settlements calls it, or ""; `in_order`: of its values, not of the amounts."""

    of: str
    title: Text
    words: Callable[[Sequence[str]], Mapping[str, str]] = field(default=lambda _values: {})
    filter: str = ""
    in_order: bool = False
    headings: Sequence[Text] = HEADINGS
    figures: Callable[[Sums], list[str]] = _of_value


# In the order of the page.
BREAKDOWNS = (
    Breakdown(By.DISEASE, gettext_lazy("Diseases"), filter="disease"),
    Breakdown(By.INSTITUTION, gettext_lazy("Institutions"), institutions, filter="institution"),
    Breakdown(By.MED_TYPE, gettext_lazy("Kinds of care"), codes("med_type"), filter="med_type"),
    Breakdown(LEVEL, gettext_lazy("Levels of institutions"), codes("hosp_lv")),
    Breakdown(
        By.RELATION, gettext_lazy("Who pays: relation to the patient"), relations,
        headings=(pgettext_lazy("column of a report", "shares"), AID), figures=_of_relation,
    ),
    Breakdown(By.AGE, gettext_lazy("Age of the patients"), ages, in_order=True),
    Breakdown(By.KIND, gettext_lazy("How the bills came"), kinds, filter="kind"),
)  # fmt: skip
