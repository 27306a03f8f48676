"""The dashboard: its figures are those of the reports, of the region and period asked for, and each line leads on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import ClosedDay, Staff
from families.models import RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.drafts import save_case
from reports.addresses import Asked
from reports.asking import narrowed
from reports.dashboard import change, length, points
from reports.files import shown_all
from reports.services.summaries import refresh_summaries
from reports.standard import FAMILY_PART, REPORTS
from reports.tables import table_of
from settlement.services.settling import record_settlement
from tests.conftest import KEPT as STANDING
from tests.factories import (
    START,
    make_bill,
    make_difference,
    make_group,
    make_institution,
    make_person,
    make_settlement,
    make_staff,
)
from tests.integration.test_reconcile import settle
from tests.kept import made_once

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = dt.date(2026, 3, 16)
MONTH = {"of": "month", "day": "2026-03-16"}


@pytest.fixture
def supervisor(samples: Path) -> Staff:
    made_once("of_the_samples_settled", lambda: settle(samples), beside=STANDING)
    supervisor = Staff.objects.get(username="zhuguan")
    refresh_summaries(day=DAY, by=supervisor)
    return supervisor


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(staff: Staff, **asked: str) -> Any:
    return signed_in(staff).get("/dashboard/", asked)


def sections(staff: Staff, **asked: str) -> dict[str, Any]:
    return {section.code: section for section in page(staff, **asked).context["board"].sections}


def totals(code: str, *, by: Staff, **asked: str) -> dict[str, str]:
    report = REPORTS[code]
    rows = narrowed(report, {"since": "2026-03-01", "until": "2026-03-16"} | asked, staff=by, today=DAY)
    table = table_of(report, rows.narrowed(), most=10_000)
    return dict(zip([one.key for one in report.measures], shown_all(table, table.totals), strict=True))


def test_key_figures_are_those_of_the_reports(supervisor: Staff) -> None:
    for region in ("421000", "421002"):
        board = page(supervisor, **MONTH, region=region).context["board"]
        told = {str(one.label): [cell.now for cell in one.cells] for one in board.key_figures}
        used = totals("mutual-aid", by=supervisor, region=region)
        labels = ("人次", "人数", "医疗费总额", "共济账户支付", str(FAMILY_PART.label))
        assert [told[label] for label in labels] == [
            [used[key]] * 3 for key in ("visits", "persons", "total", "family", "family_part")
        ]
    report = REPORTS["groups"]
    held = table_of(report, narrowed(report, {"day": "2026-03-16"}, staff=supervisor, today=DAY).narrowed(), most=99)
    groups, members = shown_all(held, held.totals)
    told = {str(one.label): one.cells[1].now for one in page(supervisor, **MONTH).context["board"].key_figures}
    assert (told["期末共济组"], told["期末成员"]) == (groups, members)


def test_each_breakdown_is_that_of_its_report(supervisor: Staff) -> None:
    told = sections(supervisor, **MONTH)
    whole = totals("diseases", by=supervisor)
    for code in ("disease", "institution", "med_type", "level", "age", "kind"):
        assert told[code].total == [whole["visits"], whole["total"], whole["family"], shown_part(supervisor)]
    report = REPORTS["diseases"]
    rows = narrowed(report, {"since": "2026-03-01", "until": "2026-03-16"}, staff=supervisor, today=DAY)
    lines = table_of(report, rows.narrowed(), most=99).lines
    assert [line.figures[0] for line in told["disease"].lines] == [f"{line.figures[0]:,}" for line in lines][:12]
    assert [line.label for line in told["region"].lines if line.figures[0] != "0"]
    assert told["region"].total[1] == whole["persons"]
    assert told["relation"].total[1] == whole["family"]


def shown_part(supervisor: Staff) -> str:
    return totals("mutual-aid", by=supervisor)["family_part"]


def test_a_line_leads_to_its_settlements_and_a_region_to_its_own_dashboard(supervisor: Staff) -> None:
    client, told = signed_in(supervisor), sections(supervisor, **MONTH, region="421002")
    assert "region" not in told, "nothing lies below a district"
    for code in ("disease", "institution", "med_type", "kind"):
        line = next(line for line in told[code].lines if line.address)
        asked = parse_qs(urlsplit(line.address).query)
        assert (asked["since"], asked["until"], asked["region"]) == (["2026-03-01"], ["2026-03-16"], ["421002"])
        listed = client.get(line.address).context["filter"].narrowed()
        assert sum(-1 if row.reverses_id else 1 for row in listed) == int(line.figures[0].replace(",", ""))
    above = sections(supervisor, **MONTH)["region"].lines
    district = next(line for line in above if "421002" in line.address)
    assert client.get(district.address).context["board"].whole.visits == int(district.figures[0].replace(",", ""))


def test_who_may_see_it_and_of_which_region(supervisor: Staff) -> None:
    assert page(make_staff("clerk", "421000")).status_code == 403
    assert page(make_staff("reviewer", "421000")).status_code == 403
    elsewhere = make_staff("supervisor", "330000")
    board = page(elsewhere, **MONTH).context["board"]
    assert (board.whole.visits, board.asked.region.pk) == (0, "330000")
    refused = page(elsewhere, **MONTH, region="421000")
    assert (refused.status_code, "board" in refused.context, "region" in refused.context["form"].errors) == (
        200, False, True,
    )  # fmt: skip
    assert "沙市区" not in refused.content.decode()
    assert page(make_staff("auditor", "421002"), **MONTH).context["board"].whole.visits > 0


def test_what_cannot_be_asked_is_said(supervisor: Staff) -> None:
    for wrong in ({"of": "week"}, {"day": "x"}, {"day": "1800-01-01"}, {"day": "9999-12-31"}, {"region": "999999"},
                  {"region": "' OR 1=1"}):  # fmt: skip
        answer = page(supervisor, **wrong)
        assert (answer.status_code, "board" in answer.context, bool(answer.context["form"].errors)) == (
            200, False, True,
        )  # fmt: skip
    assert page(supervisor, of="", day="", region="").context["board"]
    assert page(supervisor, of="year", day="1901-03-01").context["board"].whole.visits == 0


def test_an_empty_database_says_that_figures_come_with_the_night() -> None:
    answer = page(make_staff("supervisor", "421000"))
    assert (answer.status_code, "board" in answer.context) == (200, False)
    assert "今晚日终处理" in answer.content.decode()


def test_the_first_page_of_a_supervisor_and_an_auditor_is_the_dashboard(supervisor: Staff) -> None:
    assert signed_in(supervisor).get("/").headers["Location"] == "/dashboard/"
    assert signed_in(make_staff("auditor", "421000")).get("/").headers["Location"] == "/dashboard/"
    assert signed_in(make_staff("clerk", "421000")).get("/").headers["Location"] == "/counter/"


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


def at(day: str) -> dict[str, Any]:
    morning = dt.datetime.fromisoformat(f"{day}T09:00:00+08:00")
    return {"settled_at": morning, "business_date": morning.date()}


def test_the_year_before_is_of_the_same_days(clerk: Staff) -> None:
    person = make_person(current="5000.00", by=clerk)
    for day, amount in (("2025-03-16", "10.00"), ("2025-03-17", "20.00"), ("2025-12-01", "40.00"),
                        ("2026-02-01", "15.00"), ("2026-03-16", "30.00"), ("2026-03-17", "99.00")):  # fmt: skip
        bill = make_bill(person, amount, settled_at=at(day)["settled_at"])
        record_settlement(new=bill, by=clerk)
    refresh_summaries(day=dt.date(2026, 3, 17), by=clerk)
    board = page(make_staff("supervisor"), of="year", day="2026-03-16").context["board"]
    fees = next(one for one in board.key_figures if str(one.label) == "医疗费总额")
    assert [(cell.now, cell.before, cell.change) for cell in fees.cells] == [
        ("30.00", "10.00", "+200.0"), ("30.00", "10.00", "+200.0"), ("45.00", "10.00", "+350.0"),
    ]  # fmt: skip
    persons = next(one for one in board.key_figures if str(one.label) == "人数")
    assert [(cell.now, cell.before) for cell in persons.cells] == [("1", "1")] * 3
    months = {line.label: line.figures[0] for line in board._months().lines}
    assert months == {"2026-01": "0", "2026-02": "1", "2026-03": "1"}


def test_what_is_insured_with_a_city_itself_has_a_line_of_its_own(clerk: Staff) -> None:
    of_city = make_staff("clerk", "421000")
    make_settlement(make_person(current="500.00", region="421000", by=of_city), "40.00", by=of_city,
                    institution_id=make_institution("421002").pk)  # fmt: skip
    make_settlement(make_person(current="500.00", by=clerk), "60.00", by=clerk)
    refresh_summaries(day=DAY, by=clerk)
    lines = sections(make_staff("supervisor", "421000"), **MONTH)["region"].lines
    told = {line.label: line.figures[0] for line in lines if line.figures[0] != "0"}
    assert told == {"沙市区": "1", "荆州市本级": "1"}


def test_more_values_than_lines_are_told_together(clerk: Staff) -> None:
    group = make_group("20", by=clerk)
    owner, child = (member.person for member in group.members.order_by("seat"))
    for number in range(15):
        make_settlement(child, f"{20 - number}.00", by=clerk, dise_codg=f"D{number:02}", dise_name="x")
    make_settlement(owner, "1.00", by=clerk)
    refresh_summaries(day=DAY, by=clerk)
    lines = sections(make_staff("supervisor"), **MONTH)["disease"].lines
    assert [line.label for line in lines[:12]] == [f"x D{number:02}" for number in range(12)]
    assert (lines[12].label, lines[12].figures[0], lines[12].address) == ("其余 4 项", "4", "")


def test_what_is_not_done_is_counted_and_work_is_told_by_office(clerk: Staff) -> None:
    make_difference(by=clerk)
    owner = make_person(current="1.00", by=clerk)
    lines = [LineInput(owner.pk, "01", True, START, rank=1)]
    save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=lines), by=clerk)
    RegistrationCase.objects.update(handled_at=at("2026-03-16")["settled_at"])
    refresh_summaries(day=DAY, by=clerk)
    supervisor = make_staff("supervisor")
    board = page(supervisor, **MONTH).context["board"]
    assert (board.standing.exceptions, board.standing.unsigned) == (1, 16)
    assert [(office, counts[0], together) for office, counts, together in board.offices.lines] == [
        (clerk.office or "—", 1, 1)
    ]
    assert board.offices.total[-1] == 1
    assert page(supervisor, of="day", day="2026-03-15").context["board"].offices.lines == []
    ClosedDay.objects.create(region_id="421000", business_date=dt.date(2026, 3, 2), closed_by=clerk)
    ClosedDay.objects.create(region_id="330000", business_date=dt.date(2026, 3, 3), closed_by=clerk)
    assert page(supervisor, **MONTH).context["board"].standing.unsigned == 15


def test_steps_from_period_to_period(clerk: Staff) -> None:
    def beside(of: str, day: str) -> list[str]:
        asked = Asked(of, dt.date.fromisoformat(day), clerk.region, clerk.region)
        return [asked.beside(later=later).isoformat() for later in (False, True)]

    assert beside("day", "2026-03-01") == ["2026-02-28", "2026-03-02"]
    assert beside("month", "2026-01-16") == ["2025-12-31", "2026-02-28"]
    assert beside("year", "2024-02-29") == ["2023-12-31", "2025-12-31"]


def test_a_change_from_nothing_is_none_and_a_bar_is_never_negative() -> None:
    assert [change(5, 0), change(None, 5), change(5, 10), change(5, -10)] == ["—", "—", "-50.0", "+150.0"]
    assert [points(Decimal("25.13"), Decimal("25.15")), points(None, Decimal(1))] == ["+0.0", "—"]
    assert [length(Decimal(-5), Decimal(10)), length(Decimal(5), Decimal(0)), length(Decimal(5), Decimal(10))] == [
        0, 0, 50,
    ]  # fmt: skip
