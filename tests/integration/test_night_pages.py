"""The pages of nights and the morning report: who sees what of which region, what is done again, the paper."""

from __future__ import annotations

import datetime as dt
import subprocess

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Job, Region, Staff
from accounts.models.audit import AuditKind
from settlement.models import Discrepancy, Institution, Settlement
from settlement.night_steps import STEPS
from settlement.papers.morning import _paper_of
from settlement.rules.night import Hindrance, Wait
from settlement.selectors.morning import morning_report
from settlement.selectors.nights import StepShown, nights_shown
from settlement.services.night import run_night
from settlement.services.statements import load_statement
from tests.factories import make_institution, make_person, make_settlement, make_staff
from tests.integration.test_night_chain import at, given_up
from tests.integration.test_reconcile import zipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
# A night long over: every hour of it has come, whatever the time is.
NIGHT = dt.date(2026, 3, 17)
DAY = NIGHT - dt.timedelta(days=1)
NOW = timezone.make_aware(dt.datetime.combine(dt.date(2026, 3, 19), dt.time(8)))
HERE, ELSEWHERE = "421002", "330100"
PLACES = {HERE: "沙市第一医院", ELSEWHERE: "杭州第一医院"}


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(staff: Staff, address: str) -> str:
    response = signed_in(staff).get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def told(settlement: Settlement, fee: str) -> str:
    return "\t".join([settlement.setl_id, "", settlement.psn_no, fee, "0.00", "40.00", "0"])


@pytest.fixture
def night(regions: None) -> dict[str, list[Settlement]]:
    """In two regions two bills at a hospital that tells another fee for one, and a bill at one that tells nothing."""
    settled = {}
    for region, name in PLACES.items():
        clerk, hospital = make_staff("clerk", region), make_institution(region, name=name)
        person = make_person(region=region, current="500.00", by=clerk)
        bills = [make_settlement(person, "40.00", by=clerk, institution_id=hospital.pk) for _ in range(2)]
        make_settlement(person, "1.00", by=clerk, institution_id=make_institution(region, name=f"{name}分院").pk)
        content = zipped(told(bills[0], "41.00"), told(bills[1], "40.00"))
        name = f"{hospital.pk}_{DAY:%Y%m%d}_3202.zip"
        assert load_statement(content=content, name=name, by=make_staff("supervisor", region)).errors == []
        settled[region] = bills
    run_night(day=NIGHT, now=NOW)
    return settled


def broken_ledger(settlement: Settlement) -> None:
    entry = settlement.shares.get().entry
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_accountentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_accountentry SET current_change = -39 WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE accounts_accountentry ENABLE TRIGGER USER")


REPORT = f"/nights/report/?day={DAY}"


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_a_report_shows_the_own_region_and_nothing_of_another(night: dict[str, list[Settlement]], role: str) -> None:
    shown = page(make_staff(role, "421000"), REPORT)
    assert PLACES[HERE] in shown
    assert night[HERE][0].setl_id in shown
    assert PLACES[ELSEWHERE] not in shown
    assert night[ELSEWHERE][0].setl_id not in shown
    above = page(make_staff(role, "100000"), REPORT)
    assert PLACES[HERE] in above
    assert PLACES[ELSEWHERE] in above


def test_the_figures_are_those_of_the_region_and_the_paper_has_the_same(night: dict[str, list[Settlement]]) -> None:
    for region, times in (("421000", 1), ("100000", 2), ("421003", 0)):
        staff = make_staff("supervisor", region)
        report = morning_report(region=Region.objects.get(pk=region), day=DAY, now=NOW, staff=staff)
        figures = report.figures
        assert (figures.settled, figures.compared, figures.balanced) == (3 * times, 2 * times, times)
        assert (figures.differing, figures.data_differ, figures.without_statement) == (times, times, times)
        assert (report.open_count, [one.age for one in report.oldest]) == (times, [3] * times)
        assert [one.name for one in report.without_statement if region == "421000"] == [
            f"{PLACES[HERE]}分院" for _ in range(times) if region == "421000"
        ]
        paper = _paper_of(report, staff, NOW)
        assert paper["figures"]["compared"] == figures.compared
        assert [line["setl_id"] for line in paper["oldest"]] == [one.difference.setl_id for one in report.oldest]


@pytest.mark.parametrize("role", ["clerk", "reviewer", "administrator"])
def test_who_has_no_right_sees_neither_nights_nor_reports(role: str) -> None:
    client = signed_in(make_staff(role))
    for address in ("/nights/", REPORT, f"/nights/report.pdf?day={DAY}"):
        assert client.get(address).status_code == 403
    assert client.post("/nights/again/", {"day": NIGHT.isoformat()}).status_code == 403


def test_a_region_outside_is_not_found_and_a_day_that_is_not_over_is_told(night: dict[str, list[Settlement]]) -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    for region in (ELSEWHERE, "420000", "nowhere"):
        assert client.get(f"{REPORT}&region={region}").status_code == 404
        assert client.get(f"/nights/report.pdf?day={DAY}&region={region}").status_code == 404
    assert client.get(f"{REPORT}&region={HERE}").status_code == 200
    for day in (timezone.localdate().isoformat(), "9999-12-31", "x"):
        assert client.get(f"/nights/report/?day={day}").status_code == 422
        assert client.get(f"/nights/report.pdf?day={day}").status_code == 404


def test_the_paper_is_printed_in_chinese_and_audited(night: dict[str, list[Settlement]]) -> None:
    auditor = make_staff("auditor", "421000")
    response = signed_in(auditor).get(f"/nights/report.pdf?day={DAY}", HTTP_ACCEPT_LANGUAGE="en")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=response.content, capture_output=True, check=True)
    text = done.stdout.decode()
    for words in ("对账日报", "荆州市", "2026年3月16日", PLACES[HERE], "医疗费总额", "41.00", "账务自检"):
        assert words in text, words
    assert night[HERE][0].setl_id in text
    assert PLACES[ELSEWHERE] not in text
    event = AuditEvent.objects.get(kind=AuditKind.PRINT)
    assert (event.staff, event.region_id, event.detail["paper"]) == (auditor, "421000", "morning_report")


def test_a_broken_ledger_is_told_to_its_region_alone(night: dict[str, list[Settlement]]) -> None:
    broken_ledger(night[HERE][0])
    run_night(day=NIGHT, now=NOW, again=True)
    psn_no = night[HERE][0].psn_no
    shown = page(make_staff("auditor", "421000"), REPORT)
    assert psn_no in shown
    assert "39.00" in shown
    elsewhere = page(make_staff("auditor", "330000"), REPORT)
    assert psn_no not in elsewhere
    assert 'class="gj-note pass"' in elsewhere


def nights_page(staff: Staff) -> str:
    return page(staff, f"/nights/?until={NIGHT}")


def test_the_nights_show_every_step_with_the_figures_of_the_own_region(night: dict[str, list[Settlement]]) -> None:
    given_up("return_transfers")
    shown = nights_page(make_staff("supervisor", "421000"))
    assert shown.count(f"{NIGHT}</b>") == 1
    assert "处理失败" in shown
    assert '比对笔数 <b class="number">2</b>' in shown
    assert "账户 <b" not in shown
    above = nights_page(make_staff("auditor", "100000"))
    assert '比对笔数 <b class="number">4</b>' in above
    assert "账户 <b" in above
    assert "重新执行" in shown
    assert "重新执行" not in above.split("gj-nights")[1]


def test_the_supervisor_has_a_step_run_again_and_the_night_is_named(night: dict[str, list[Settlement]]) -> None:
    given_up("return_transfers")
    client = signed_in(make_staff("supervisor", "421000"))
    answer = client.post("/nights/again/", {"day": NIGHT.isoformat(), "kind": "return_transfers"}, follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [("/nights/", 302)])
    assert "退回未确认转账" in answer.content.decode()
    job = Job.objects.get(kind="return_transfers")
    assert (job.state, job.failure) == ("queued", "")
    again = client.post("/nights/again/", {"day": NIGHT.isoformat(), "kind": "return_transfers"}, follow=True)
    assert Job.objects.get(kind="return_transfers").state == "queued"
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("state", "polls"), [("queued", True), ("running", True), ("later", False), ("done", False), ("failed", False)]
)
def test_the_nights_are_looked_at_again_while_a_step_is_at_work(
    night: dict[str, list[Settlement]], state: str, *, polls: bool
) -> None:
    now = timezone.now()
    Job.objects.update(state="done", finished_at=now)
    fields = {"state": "queued", "not_before": now} if state == "later" else {"state": state, "lease_until": now}
    Job.objects.filter(kind="reconcile_day").update(**fields)
    shown = nights_page(make_staff("supervisor", "421000"))
    assert ('hx-select="#gj-chain"' in shown) is polls
    assert f'hx-get="/nights/?until={NIGHT}"' in shown or not polls


def test_what_a_morning_report_counts_leads_to_it(night: dict[str, list[Settlement]]) -> None:
    shown = page(make_staff("supervisor", "421000"), REPORT)
    difference = Discrepancy.objects.get(institution__region_id=HERE, closed_at=None)
    for address in (
        f"/days/day/?day={DAY}", "/discrepancies/?state=todo", f"/discrepancies/?state=&amp;day={DAY}",
        f"/discrepancies/?state=&amp;institution={difference.institution_id}&amp;day={DAY}",
        f"/discrepancies/{difference.pk}/",
    ):  # fmt: skip
        assert f'href="{address}"' in shown, address


def test_a_day_that_is_none_is_told_and_the_nights_until_today_are_shown() -> None:
    answer = signed_in(make_staff("auditor")).get("/nights/?until=x")
    assert answer.status_code == 422
    assert str(timezone.localdate()) in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"day": "x"}, {"day": "2026-03-17", "kind": "propose_matches"}])
def test_what_is_no_step_of_a_night_is_not_found(sent: dict[str, str]) -> None:
    client = signed_in(make_staff("supervisor"))
    assert client.post("/nights/again/", sent).status_code == 404
    assert not Job.objects.exists()


def test_a_night_that_has_not_come_is_not_asked_for() -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    client = signed_in(make_staff("supervisor"))
    assert client.post("/nights/again/", {"day": tomorrow.isoformat()}).status_code == 302
    assert not Job.objects.exists()
    assert Institution.objects.count() == 0


def told_of(shown: StepShown, **more: object) -> str:
    return render_to_string("settlement/_night_step.html", {"shown": shown, "day": NIGHT, "may_run": True, **more})


@pytest.mark.parametrize(
    ("clock", "told", "button"),
    [("00:29", "00:30起", False), ("04:00", "等待对账单", True), ("05:00", "尚未执行", True)],
)
def test_a_step_that_has_not_begun_says_what_it_waits_for(clock: str, told: str, button: bool) -> None:
    make_settlement(make_person(current="500.00"), "40.00", by=make_staff())
    root = Region.objects.get(parent=None)
    (night,) = nights_shown([NIGHT], now=at(clock), region=root)
    reconciliation = next(one for one in night.steps if one.step.kind == "reconcile_day")
    shown = told_of(reconciliation)
    assert told in shown
    assert ("立即执行" in shown) == button
    assert "<button" not in told_of(reconciliation, may_run=False)


@pytest.mark.parametrize(("wait", "told"), [(Wait.FAILED, "不执行"), (Wait.STEP, "等待")])
def test_a_step_behind_another_names_it(wait: Wait, told: str) -> None:
    shown = told_of(StepShown(STEPS[-1], "对账日报", None, Hindrance(wait, "reconcile_day"), []))
    assert told in shown
    assert "对账" in shown
    assert "<button" not in shown


def test_a_step_that_broke_down_says_when_it_is_tried_again() -> None:
    job = Job(state="queued", failure="OperationalError.", not_before=at("03:12"), started_at=at("03:11"), fence=1)
    shown = told_of(StepShown(STEPS[1], "对账", job, None, []))
    assert "03:12重试" in shown
    assert "OperationalError." in shown
    assert "<button" not in shown


def test_two_who_ask_again_at_one_look_ask_once() -> None:
    run_night(day=NIGHT, now=NOW)
    supervisors = [make_staff("supervisor", region) for region in ("421000", "330000")]
    for supervisor in supervisors:
        asked = {"day": NIGHT.isoformat(), "kind": "audit_ledger"}
        assert signed_in(supervisor).post("/nights/again/", asked).status_code == 302
    job = Job.objects.get(kind="audit_ledger")
    asked_by = Job.pgh_event_model.objects.filter(pgh_obj_id=job.pk, state="queued")  # type: ignore[attr-defined]
    assert [event.pgh_context["staff"] for event in asked_by.order_by("pgh_id")][1:] == [supervisors[0].pk]
