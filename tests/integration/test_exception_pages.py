"""The pages of exceptions and days: who opens them, what they show, what a form does and what it refuses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ClosedDay, Staff
from settlement.models import Discrepancy, DiscrepancyComment, DiscrepancyDecision
from settlement.services.deciding import decide, hand_over
from tests.factories import make_difference, make_institution, make_person, make_settlement, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
MONDAY = dt.date(2026, 3, 16)


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def at_desk(client: Client, supervisor: Staff) -> Client:
    return signed_in(supervisor)


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, path: str, **data: Any) -> str:
    response = client.post(path, data, follow=True) if data else client.get(path)
    return response.content.decode()


def box(difference: Discrepancy) -> str:
    return f"{difference.pk}:{Discrepancy.objects.get(pk=difference.pk).version}"


def state_of(difference: Discrepancy) -> str:
    return str(Discrepancy.objects.with_state().get(pk=difference.pk).state)  # type: ignore[attr-defined]


def test_the_list_shows_the_oldest_first_with_field_and_both_values(at_desk: Client, clerk: Staff) -> None:
    old, new = make_difference(by=clerk), make_difference(by=clerk, acct_pay=Decimal("77.00"))
    page = text(at_desk, "/discrepancies/")
    assert page.index(old.setl_id) < page.index(new.setl_id)
    for shown in ("acct_pay", "100.50", "77.00", "共2项异常"):
        assert shown in page
    assert old.setl_id not in text(signed_in(make_staff("supervisor", "421003")), "/discrepancies/")


def test_the_list_is_narrowed_by_everything_it_offers(at_desk: Client, clerk: Staff, supervisor: Staff) -> None:
    mine, other = make_difference(by=clerk), make_difference(by=clerk, acct_pay=Decimal(100), mdtrt_id="M9")
    hand_over(chosen={mine.pk: mine.version}, owner=supervisor, by=supervisor)
    for query, shown, hidden in (
        ("field=mdtrt_id", other, mine),
        (f"institution={mine.institution_id}", mine, other),
        ("whose=own", mine, other),
        ("whose=nobody", other, mine),
    ):
        page = text(at_desk, f"/discrepancies/?{query}")
        assert shown.setl_id in page, query
        assert hidden.setl_id not in page, query
    for nothing in ("code=1", "day=2026-03-17", "age=older", "state=decided"):
        assert mine.setl_id not in text(at_desk, f"/discrepancies/?{nothing}")
    assert "请在上方重新选择" in text(at_desk, "/discrepancies/?institution=H00000000000")


def test_one_exception_shows_both_records_and_what_became_of_it(
    at_desk: Client, clerk: Staff, supervisor: Staff
) -> None:
    difference = make_difference(by=clerk)
    page = text(at_desk, f"/discrepancies/{difference.pk}/")
    assert difference.setl_id in page
    assert page.count('class="differs"') == 1
    assert f"/settlements/{difference.settlement_id}/" in page
    page = text(at_desk, f"/discrepancies/{difference.pk}/comment/", text="已电话联系")
    assert "已电话联系" in page
    assert DiscrepancyComment.objects.get().by == supervisor


def test_deciding_one_goes_on_to_the_next(at_desk: Client, clerk: Staff) -> None:
    first, second = make_difference(by=clerk), make_difference(by=clerk)
    data = {"reason": "accepted", "note": "尾差", "version": first.version}
    response = at_desk.post(f"/discrepancies/{first.pk}/decide/", data)
    assert response.headers["Location"] == f"/discrepancies/{second.pk}/"
    assert (state_of(first), state_of(second)) == ("decided", "open")


def test_an_acceptance_without_a_reason_and_one_above_the_limit_are_refused_on_the_page(
    at_desk: Client, clerk: Staff
) -> None:
    difference = make_difference(by=clerk, acct_pay=Decimal("102.00"))
    path = f"/discrepancies/{difference.pk}/decide/"
    response = at_desk.post(path, {"reason": "accepted", "note": "", "version": difference.version})
    assert response.status_code == 422
    assert "请说明认可差异的理由" in response.content.decode()
    page = text(at_desk, path, reason="accepted", note="尾差", version=difference.version)
    assert "超过认可差异限额1.00元" in page
    assert at_desk.post(path, {"reason": "centre_enters", "version": difference.version}).status_code == 422
    assert state_of(difference) == "open"


def test_several_are_decided_at_once_from_the_list_or_none(at_desk: Client, clerk: Staff) -> None:
    place = make_institution()
    differences = [make_difference(by=clerk, institution=place) for _ in range(3)]
    boxes = [box(one) for one in differences]
    stale = [*boxes[:1], f"{differences[1].pk}:{differences[1].version + 7}"]
    page = text(at_desk, "/discrepancies/decide/", chosen=stale, reason="institution_corrects", note="")
    assert f"{differences[1].setl_id} acct_pay" in page
    assert not DiscrepancyDecision.objects.exists()
    page = text(at_desk, "/discrepancies/decide/", chosen=boxes, reason="accepted", note="尾差", back="state=decided")
    assert "已处理3项异常" in page
    assert [state_of(one) for one in differences] == ["decided"] * 3


@pytest.mark.parametrize("chosen", [[], ["1"], ["x:y"], ["1:1:1"], ["99999999:1"], ["9" * 40 + ":1"], ["１:１"]])
def test_nonsense_that_is_chosen_decides_and_takes_nothing(at_desk: Client, clerk: Staff, chosen: list[str]) -> None:
    make_difference(by=clerk)
    for path in ("/discrepancies/decide/", "/discrepancies/take/", "/discrepancies/confirm/"):
        page = text(at_desk, path, chosen=chosen, reason="institution_corrects", note="", back="x=1")
        assert "请至少选择一项异常" in page


def test_another_regions_exception_is_neither_decided_taken_nor_confirmed(clerk: Staff) -> None:
    difference = make_difference(by=clerk)
    outsider = signed_in(make_staff("supervisor", "421003"))
    for path in ("/discrepancies/decide/", "/discrepancies/take/", "/discrepancies/confirm/"):
        text(outsider, path, chosen=[box(difference)], reason="institution_corrects", note="")
    for act in ("decide", "hand-over", "comment"):
        assert outsider.post(f"/discrepancies/{difference.pk}/{act}/").status_code == 404
    difference.refresh_from_db()
    assert (state_of(difference), difference.owner) == ("open", None)


def test_above_an_amount_the_second_person_confirms_on_the_page(
    at_desk: Client, clerk: Staff, supervisor: Staff
) -> None:
    difference = make_difference(by=clerk, acct_pay=Decimal("9000.00"))
    decided = {"reason": "institution_corrects", "note": "", "version": difference.version}
    assert "1项待复核确认" in text(at_desk, f"/discrepancies/{difference.pk}/decide/", **decided)
    decision = DiscrepancyDecision.objects.get()
    assert "须由他人复核确认" in text(at_desk, f"/discrepancies/{difference.pk}/")
    assert "须由他人复核" in text(at_desk, f"/discrepancy-decisions/{decision.pk}/confirm/", x="1")
    second = signed_in(make_staff("supervisor", "420000"))
    assert "已确认" in text(second, f"/discrepancy-decisions/{decision.pk}/confirm/", x="1")
    assert state_of(difference) == "decided"
    assert "已恢复为未处理" in text(second, f"/discrepancy-decisions/{decision.pk}/end/", reason="机构已说明")
    assert state_of(difference) == "open"


def test_the_second_person_confirms_several_at_once_or_none(at_desk: Client, clerk: Staff, supervisor: Staff) -> None:
    colleague = make_staff("supervisor", supervisor.region_id)
    theirs, also, own = (
        make_difference(by=clerk, acct_pay=Decimal(fee)) for fee in ("1200.00", "1300.00", "1400.00")
    )
    for difference, by in ((theirs, colleague), (also, colleague), (own, supervisor)):
        difference.refresh_from_db()
        decide(chosen={difference.pk: difference.version}, reason="institution_corrects", note="", by=by)
    for one in (theirs, also, own):
        one.refresh_from_db()
    stale = f"{also.pk}:{also.version - 1}"
    for chosen in ([box(theirs), box(own)], [box(theirs), stale], [], ["x"], [box(theirs), "9999999:1"]):
        at_desk.post("/discrepancies/confirm/", {"chosen": chosen})
        assert [state_of(one) for one in (theirs, also, own)] == ["proposed"] * 3
    answer = at_desk.post("/discrepancies/confirm/", {"chosen": [box(theirs), box(also)]}, follow=True)
    assert "已确认2项处理" in answer.content.decode()
    assert [state_of(one) for one in (theirs, also, own)] == ["decided", "decided", "proposed"]
    assert theirs.decisions.get().confirmed_by == supervisor
    auditor = signed_in(make_staff("auditor", supervisor.region_id))
    assert auditor.post("/discrepancies/confirm/", {"chosen": [box(own)]}).status_code == 403


def test_an_exception_is_taken_and_handed_to_a_colleague_who_sees_it(
    at_desk: Client, clerk: Staff, supervisor: Staff
) -> None:
    difference, colleague = make_difference(by=clerk), make_staff("supervisor", "421002")
    stranger = make_staff("supervisor", "421003")
    path = f"/discrepancies/{difference.pk}/hand-over/"

    def handed(**data: Any) -> Staff | None:
        at_desk.post(path, {"version": Discrepancy.objects.get(pk=difference.pk).version} | data)
        return Discrepancy.objects.get(pk=difference.pk).owner

    assert handed() == supervisor
    assert handed(to=stranger.pk) == supervisor
    assert handed(to=colleague.pk) == colleague
    assert handed(to="") is None
    assert handed(to=colleague.pk, version=1) is None


def test_a_day_is_compared_signed_and_reopened_on_its_page(at_desk: Client, clerk: Staff, supervisor: Staff) -> None:
    path = f"/days/day/?day={MONDAY}"
    assert "尚未对账" in text(at_desk, path)
    assert "尚未对账" in text(at_desk, "/days/close/", day=MONDAY)
    difference = make_difference(by=clerk)
    assert "相符0笔" in text(at_desk, "/days/compare/", day=MONDAY)
    assert "还有1项异常未处理" in text(at_desk, path)
    assert "1项异常未处理" in text(at_desk, "/days/close/", day=MONDAY)
    text(
        at_desk,
        f"/discrepancies/{difference.pk}/decide/",
        reason="accepted",
        note="x尾差",
        version=difference.version,
    )
    assert "办理日结" in text(at_desk, path)
    assert "不再记入新的账务" in text(at_desk, "/days/close/", day=MONDAY)
    closed = ClosedDay.objects.get()
    assert "已日结" in text(at_desk, f"/days/?day={MONDAY}")
    settled = make_settlement(make_person(current="200.00", by=clerk), by=clerk)
    assert "2026-03-16已日结" in text(at_desk, f"/settlements/{settled.pk}/")
    assert at_desk.post(f"/closed-days/{closed.pk}/reopen/", {"reason": ""}).status_code == 422
    assert "日结已撤销" in text(at_desk, f"/closed-days/{closed.pk}/reopen/", reason="机构补报")
    assert "机构补报" in text(at_desk, path)


@pytest.mark.parametrize(("region", "offered"), [("421002", True), ("421000", True), ("420000", False)])
def test_a_day_is_offered_for_reopening_to_the_region_that_signed_and_those_above(
    at_desk: Client, supervisor: Staff, region: str, offered: bool
) -> None:
    closed = ClosedDay.objects.create(region_id=region, business_date=MONDAY, closed_by=supervisor)
    assert (f"/closed-days/{closed.pk}/reopen/" in text(at_desk, f"/days/day/?day={MONDAY}")) is offered
    answer = at_desk.post(f"/closed-days/{closed.pk}/reopen/", {"reason": "机构补报"})
    assert answer.status_code == (302 if offered else 404)
    assert ClosedDay.objects.filter(reopened_at=None).exists() is not offered


def test_an_auditor_reads_days_and_exceptions_and_is_offered_nothing_to_do(clerk: Staff) -> None:
    difference, auditor = make_difference(by=clerk), signed_in(make_staff("auditor", "421000"))
    for path in ("/discrepancies/", f"/discrepancies/{difference.pk}/", "/days/", f"/days/day/?day={MONDAY}"):
        page = text(auditor, path)
        assert "/decide/" not in page
        assert "/close/" not in page
        assert "/hand-over/" not in page


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "9999-12-31"])
def test_a_day_that_is_none_is_not_there_and_not_signed(at_desk: Client, day: str) -> None:
    assert at_desk.get(f"/days/day/?day={day}").status_code == 404
    assert "请选择日期" in text(at_desk, "/days/close/", day=day)
    month = at_desk.get(f"/days/?day={day}")
    assert (month.status_code, 'role="alert"' in month.content.decode()) == (422, True)
    assert at_desk.get("/days/").status_code == 200


def test_a_day_to_come_has_no_page_yet_and_is_not_signed(at_desk: Client) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert at_desk.get(f"/days/day/?day={tomorrow}").status_code == 404
    assert "尚未结束" in text(at_desk, "/days/close/", day=tomorrow)
