"""Settlements, newest first: what they cost, which accounts paid, and why these."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.models import Staff
from accounts.selectors import code_labels
from reports.api import shapes
from reports.api.door import ApiRequest
from reports.api.groups import REFUSED
from reports.api.problems import Invalid
from reports.api.questions import SettlementQuestion, next_page, reader, refuse_what_is_not_offered, texts
from settlement.explained import Considered, consideration_of, why_paid
from settlement.filters import SettlementFilter
from settlement.listing import Asked, Page, TooBroad, as_rows, page_of, state_of
from settlement.messages import in_words
from settlement.models import Settlement, SettlementShare
from settlement.rules.facts import Buckets

VIEW = "settlement.view_settlement"
router = Router(tags=["settlements"])
SAME = (
    "setl_id", "mdtrt_id", "kind", "psn_no", "business_date", "medfee_sumamt", "fund_pay_sumamt", "hosp_part_amt",
    "psn_part_amt", "acct_pay", "acct_mulaid_pay", "psn_cash_pay",
)  # fmt: skip
SHARES = Prefetch("shares", SettlementShare.objects.select_related("account__person").order_by("position"))


@router.get("/settlements", response={200: shapes.SettlementPage, **REFUSED}, summary="Settlements")
def settlements(request: ApiRequest, asked: Query[SettlementQuestion]) -> shapes.SettlementPage:
    """As on the page: what arrives while somebody reads is newer, and neither shifts nor repeats what follows."""
    staff = reader(request, VIEW, asked)
    narrow = SettlementFilter(texts(asked), request=request, staff=staff)
    refuse_what_is_not_offered(narrow)
    page = _page(narrow, staff, asked.limit)
    _with_shares(page.rows)
    request.caller.tells["rows"] = len(page.rows)
    names = _names()
    return shapes.SettlementPage(
        items=[shapes.SettlementRow(**_row(row, names)) for row in page.rows],
        next=next_page(request, before=page.older) if page.older else None,
    )


@router.get(
    "/settlements/{path:setl_id}",
    response={200: shapes.SettlementDetail, **REFUSED},
    summary="One settlement, and every account that was looked at",
)
def settlement(request: ApiRequest, setl_id: str) -> shapes.SettlementDetail:
    staff = reader(request, VIEW)
    rows = as_rows(Settlement.objects.for_staff(staff).filter(setl_id=setl_id))
    shown = get_object_or_404(rows.select_related("person", "institution", "group", "reverses"))
    request.caller.person = shown.person
    request.caller.tells["settlement"] = shown.setl_id
    _with_shares([shown])
    return shapes.SettlementDetail(
        **_row(shown, _names()),
        dise_codg=shown.dise_codg,
        dise_name=shown.dise_name,
        dr_name=shown.dr_name,
        considered=[_considered(one) for one in why_paid(shown, staff=staff)],
    )


def _page(narrow: SettlementFilter, staff: Staff, size: int) -> Page:
    """Raises: Invalid."""
    try:
        return page_of(Asked(narrow.narrowed(), staff, few=narrow.few, size=size), before=narrow.places["before"])
    except TooBroad:
        raise Invalid(("", _("Too much at once: narrow it to a period."))) from None


def _with_shares(rows: list[Settlement]) -> None:
    """Shares, and why they were paid, of all rows at once."""
    prefetch_related_objects(rows, SHARES, "group", "reverses")
    whys = dict(Settlement.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "considerations"))
    for row in rows:
        row.considerations = whys[row.pk]


def _names() -> dict[str, dict[str, str]]:
    return {table: code_labels(table) for table in ("insutype", "med_type")}


def _row(row: Settlement, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Expects a row of `as_rows`, with its shares."""
    patient, place = row.person, row.institution
    return {
        **{name: getattr(row, name) for name in SAME},
        "state": state_of(row).value,
        "init_setl_id": row.reverses.setl_id if row.reverses else None,
        "patient": shapes.Person(psn_no=patient.psn_no, name=patient.name, certno=patient.masked_number),
        "insutype": _coded(row.insutype, names["insutype"]),
        "med_type": _coded(row.med_type, names["med_type"]),
        "region": row.region_id,
        "fixmedins_code": place.pk if place else None,
        "fixmedins_name": place.name if place else None,
        "group": row.group.number if row.group else None,
        "setl_time": row.settled_at,
        "shares": [_share(share) for share in row.shares.all()],
    }


def _coded(code: str, names: dict[str, str]) -> shapes.Coded:
    return shapes.Coded(code=code, name=names.get(code, code))


def _share(share: SettlementShare) -> shapes.Share:
    why = consideration_of(share)
    return shapes.Share(
        place=share.position,
        psn_no=share.account.person.psn_no,
        name=share.account.person.name,
        paid=shapes.Buckets(prior_years=share.prior_years, current_year=share.current_year),
        reason=why.reason.value if why else None,
        why=in_words(why) if why else "",
    )


def _considered(one: Considered) -> shapes.Considered:
    why = one.why
    return shapes.Considered(
        place=one.place,
        psn_no=one.holder.psn_no,
        name=one.holder.name,
        relation=one.relation,
        before=_buckets(why.before),
        available=why.available,
        paid=_buckets(why.share),
        reason=why.reason.value,
        why=one.sentence,
        parameter=one.parameter,
        value=one.value if one.parameter else "",
        citation=why.citation,
    )


def _buckets(buckets: Buckets) -> shapes.Buckets:
    return shapes.Buckets(prior_years=buckets.prior_years, current_year=buckets.current_year)
