"""Lists of pages as workbooks: clearing, follow-ups, what a policy version touches. As shown, in scope, recorded."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
from django.http import HttpResponse
from django.test import Client

from accounts.models import AuditEvent, Staff
from accounts.models.audit import AuditKind
from families.models import FollowUp, FollowUpNote
from families.views import follow_ups, policies
from settlement.selectors.clearing import debts_of
from tests.factories import START, make_draft, make_group, make_institution, make_settlement, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def auditor() -> Staff:
    return make_staff("auditor", "421002")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows_of(answer: HttpResponse) -> list[list[Any]]:
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return python_calamine.load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def test_the_clearing_of_a_month_is_as_on_the_page_and_recorded(auditor: Staff) -> None:
    clerk = make_staff("clerk")
    group = make_group("12*", "20", by=clerk)
    child = group.members.get(seat=3).person
    make_settlement(child, "1.00", fund="2.50", by=clerk, institution_id=make_institution("420106").pk)
    (debt,) = debts_of(START, staff=auditor)
    heading, row = rows_of(signed_in(auditor).post("/clearing/export.xlsx?month=2026-03"))
    assert len(heading) == len(row) == 14
    assert (row[0], row[1], row[3]) == ("2026-03", "421002", "420106")
    assert [Decimal(str(value)) for value in row[5:]] == [
        *(debt.fund, debt.own, debt.family, debt.total), *[Decimal(0)] * 4, Decimal("3.50"),
    ]  # fmt: skip
    event = AuditEvent.objects.get(kind=AuditKind.EXPORT)
    assert (event.staff, event.detail["file"], event.detail["rows"]) == (auditor, "clearing", 1)
    assert rows_of(signed_in(make_staff("auditor", "330100")).post("/clearing/export.xlsx?month=2026-03"))[1:] in (
        [], [[""] * 14],
    )  # fmt: skip
    wrong = signed_in(auditor).post("/clearing/export.xlsx?month=x")
    assert wrong.headers["Location"] == "/clearing/"


def test_follow_ups_are_exported_as_they_are_narrowed_without_formulas(auditor: Staff) -> None:
    clerk = make_staff("clerk")
    group = make_group("12", by=clerk)
    spouse = group.members.get(seat=2).person
    row = FollowUp.objects.create(group=group, person=spouse, kind="card_lending", since=START)
    FollowUp.objects.create(group=group, kind="policy_excess", since=START)
    FollowUpNote.objects.create(follow_up=row, text="=1+1", by=clerk)
    client = signed_in(auditor)
    assert len(rows_of(client.post("/follow-ups/export.xlsx"))) == 3
    _heading, told = rows_of(client.post("/follow-ups/export.xlsx?kind=card_lending"))
    assert (told[2], told[3], told[7]) == (spouse.name, group.number, "=1+1")
    assert spouse.certno not in str(told)
    assert rows_of(client.post("/follow-ups/export.xlsx?state=closed"))[1:] in ([], [[""] * 9])
    assert AuditEvent.objects.filter(kind=AuditKind.EXPORT, detail__file="follow_ups").count() == 3
    for outsider in (make_staff("clerk"), make_staff("administrator")):
        assert signed_in(outsider).post("/follow-ups/export.xlsx").status_code == 403


def test_what_a_policy_version_touches_is_exported_as_the_page_lists_it(auditor: Staff) -> None:
    clerk = make_staff("clerk")
    large = make_group("12", "20", "20", by=clerk)
    make_group("12", by=clerk)
    draft = make_draft("421002", max_members=3)
    path = f"/policies/{draft.pk}/impact/groups"
    page = signed_in(auditor).get(f"{path}/?parameter=max_members")
    (line,) = page.context["groups"]
    _heading, told = rows_of(signed_in(auditor).post(f"{path}.xlsx?parameter=max_members"))
    assert told == [large.number, line.owner, "沙市区", "；".join(line.what)]
    assert signed_in(auditor).post(f"{path}.xlsx?parameter=x").status_code == 404
    assert signed_in(make_staff("auditor", "330100")).post(f"{path}.xlsx?parameter=max_members").status_code == 404
    assert signed_in(clerk).post(f"{path}.xlsx?parameter=max_members").status_code == 403


def test_a_list_that_is_too_long_is_not_written_and_says_so(auditor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = make_staff("clerk")
    for _n in range(2):
        group = make_group("12", "20", by=clerk)
        FollowUp.objects.create(group=group, kind="policy_excess", since=START)
    draft = make_draft("421002", max_members=2)
    for module in (follow_ups, policies):
        monkeypatch.setattr(module, "MOST_ROWS", 1)
    client = signed_in(auditor)
    for path in ("/follow-ups/export.xlsx", f"/policies/{draft.pk}/impact/groups.xlsx?parameter=max_members"):
        answer = client.post(path, follow=True)
        assert "超过 1 行" in answer.content.decode()
    assert not AuditEvent.objects.filter(kind=AuditKind.EXPORT).exists()
