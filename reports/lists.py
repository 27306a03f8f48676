"""The lists: rows themselves, for people who have to go through them one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.account import EntryKind
from accounts.rules.identity import mask_name
from reports import filters, words
from reports.definition import Column, Holds, Offered, RowList
from reports.standard import REPORTS, SETTLEMENTS
from settlement.differences import FIELDS
from settlement.listing import IN_STATE, State
from settlement.models import SettlementKind
from settlement.models.discrepancy import DifferenceCode, DiscrepancyState


def _masked_names(values: Iterable[str]) -> Mapping[Any, str]:
    return {value: mask_name(value) for value in values}


def _fields(values: Iterable[str]) -> Mapping[Any, str]:
    return {value: str(FIELDS.get(value, value)) for value in values}


def _places(values: Iterable[int]) -> Mapping[Any, str]:
    return {value: str(_("own account")) if value == 0 else str(value) for value in values}


def _amount(label: Any, of: str | Any, *, on_paper: bool = True) -> Column:
    return Column(label, of, Holds.AMOUNT, width=13, on_paper=on_paper)


STATE = Case(
    When(IN_STATE[State.REVERSAL], then=Value(State.REVERSAL.value)),
    When(IN_STATE[State.REVERSED], then=Value(State.REVERSED.value)),
    default=Value(State.NORMAL.value),
)
SETTLEMENT_LIST = RowList(
    code="settlements",
    title=_("Settlements one by one"),
    question=_("Every settlement with its patient, its place and who paid how much"),
    right=SETTLEMENTS,
    narrow=filters.SettlementListFilter,
    columns=(
        Column(_("settlement number"), "setl_id", width=24),
        Column(_("settled at"), "settled_at", Holds.TIME, width=19),
        Column(_("business date"), "business_date", Holds.DAY, width=12, on_paper=False),
        Column(_("patient"), "person__name", width=10),
        Column(_("ID number"), "person", Holds.NUMBER, width=21),
        Column(_("person number"), "psn_no", width=20, on_paper=False),
        Column(_("insurance type"), "insutype", words=words.codes("insutype"), on_paper=False),
        Column(_("insured in"), "region_id", words=words.regions, width=18, on_paper=False),
        Column(_("institution"), "institution__name", words=words.texts, width=28),
        Column(_("kind of care"), "med_type", words=words.codes("med_type"), width=14),
        Column(_("came as"), "kind", words=words.choices(SettlementKind), width=12, on_paper=False),
        Column(_("state"), STATE, words=words.choices(State), width=9),
        Column(_("disease code"), "dise_codg", words=words.texts, width=12, on_paper=False),
        Column(_("disease"), "dise_name", words=words.texts, on_paper=False),
        _amount(_("total fee"), "medfee_sumamt"),
        _amount(_("pooled fund"), "fund_pay_sumamt"),
        _amount(_("personal part"), "psn_part_amt", on_paper=False),
        _amount(_("personal account"), "acct_pay"),
        _amount(_("mutual-aid account"), "acct_mulaid_pay"),
        _amount(_("cash"), "psn_cash_pay"),
    ),
)
SHARES = RowList(
    code="shares",
    title=_("Who paid"),
    question=_("Whose account paid how much of which settlement, and in which place"),
    right="settlement.view_settlementshare",
    narrow=filters.ShareFilter,
    columns=(
        Column(_("settlement number"), "settlement__setl_id", width=24),
        Column(_("business date"), "settlement__business_date", Holds.DAY, width=12),
        # A patient may belong to another region than who paid: no number, and not the whole name.
        Column(_("patient"), "settlement__person__name", words=_masked_names, width=10),
        Column(_("place"), "position", words=_places, width=12),
        Column(_("paid by"), "account__person__name", width=10),
        Column(_("ID number"), "account__person", Holds.NUMBER, width=21),
        Column(_("insured in"), "account__person__region_id", words=words.regions, width=18),
        Column(_("counts in"), "year", Holds.COUNT, width=9),
        _amount(_("of prior years"), "prior_years"),
        _amount(_("of the current year"), "current_year"),
        _amount(_("amount"), F("prior_years") + F("current_year")),
    ),
)
MEMBERS = RowList(
    code="members",
    title=_("Members of groups one by one"),
    question=_("Who belonged to which group on a day, and since when"),
    right="families.view_groupmember",
    narrow=filters.MemberReportFilter,
    columns=(
        Column(_("group number"), "group__number", width=18),
        Column(_("region"), "group__region_id", words=words.regions, width=18),
        Column(_("seat"), "seat", Holds.COUNT, width=7),
        Column(_("member"), "person__name", width=10),
        Column(_("ID number"), "person", Holds.NUMBER, width=21),
        Column(_("relation to the owner"), "relation", words=words.codes("relation"), width=14),
        Column(_("insurance type"), "person__insutype", words=words.codes("insutype")),
        Column(_("member from"), "joined_on", Holds.DAY, width=12),
        Column(_("member until"), "left_on", Holds.DAY, width=12),
    ),
)
ENTRIES = RowList(
    code="entries",
    title=_("Account entries one by one"),
    question=_("Every movement of the accounts in a period, with the balance after it"),
    right="accounts.view_accountentry",
    narrow=filters.EntryFilter,
    columns=(
        Column(_("business date"), "business_date", Holds.DAY, width=12),
        Column(_("account holder"), "account__person__name", width=10),
        Column(_("ID number"), "account__person", Holds.NUMBER, width=21),
        Column(_("insured in"), "account__person__region_id", words=words.regions, width=18),
        Column(pgettext_lazy("of an account entry", "number"), "sequence", Holds.COUNT, width=7),
        Column(_("kind"), "kind", words=words.choices(EntryKind), width=14),
        Column(_("source"), "source", width=30, on_paper=False),
        _amount(_("change of prior years"), "prior_change"),
        _amount(_("change of current year"), "current_change"),
        Column(_("prior years after"), "prior_after", Holds.BALANCE, width=13),
        Column(_("current year after"), "current_after", Holds.BALANCE, width=13),
    ),
)
EXCEPTIONS = RowList(
    code="exceptions",
    title=_("Reconciliation exceptions one by one"),
    question=_("Which settlements the institutions report otherwise, in which field, and how it stands"),
    right="settlement.view_discrepancy",
    narrow=filters.DiscrepancyListFilter,
    columns=(
        Column(_("business date"), "business_date", Holds.DAY, width=12),
        Column(_("institution code"), "institution_id", width=16),
        Column(_("institution"), "institution__name", words=words.texts, width=28),
        Column(_("settlement number"), "setl_id", width=24),
        Column(_("result"), "code", words=words.choices(DifferenceCode), width=14),
        Column(_("field"), "field", words=_fields, width=14),
        Column(_("at the centre"), "centre", words=words.texts, width=16),
        Column(_("at the institution"), "institution_value", words=words.texts, width=16),
        Column(_("state"), "state", words=words.choices(DiscrepancyState), width=14),
        Column(_("found at"), "found_at", Holds.TIME, width=19),
    ),
)

# In the order of the page.
LISTS = {one.code: one for one in (SETTLEMENT_LIST, SHARES, MEMBERS, ENTRIES, EXCEPTIONS)}
OFFERED: Mapping[str, Offered] = {**REPORTS, **LISTS}
