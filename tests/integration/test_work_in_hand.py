"""Work in hand: what stands where for how long, who sees it, and how it is narrowed."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pgtrigger
import pytest
from django.db.models import F
from django.test import Client

from accounts.models import InsuredPerson, Staff
from families.models import RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import approve_case, correct_case, reject_case, submit_case, withdraw_case
from families.services.drafts import save_case
from families.worklists import Age, Matrix, day_of, in_hand, loads, of_age
from tests.factories import START, make_person, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


def draft(clerk: Staff, name: str = "张三", *, owner: InsuredPerson | None = None) -> RegistrationCase:
    owner = owner or make_person(name, region=clerk.region_id, current="10.00", by=clerk)
    line = LineInput(owner.pk, "01", True, START, rank=1)
    return save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=[line]), by=clerk)


def waiting(clerk: Staff, name: str = "张三") -> RegistrationCase:
    return submit_case(case_id=draft(clerk, name).pk, by=clerk)


def sent_back(clerk: Staff, reviewer: Staff) -> RegistrationCase:
    return reject_case(case_id=waiting(clerk).pk, reason="未签字", by=reviewer)


def backdate(case: RegistrationCase, days: int) -> None:
    """As if everything had been done so many days ago; a decided case is final, so below its trigger."""
    ago = dt.timedelta(days=days)
    with pgtrigger.ignore("families.RegistrationCase:case_decided_is_final"):
        RegistrationCase.objects.filter(pk=case.pk).update(
            handled_at=F("handled_at") - ago, submitted_at=F("submitted_at") - ago, decided_at=F("decided_at") - ago
        )


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def listed(staff: Staff, query: str = "") -> list[RegistrationCase]:
    return list(signed_in(staff).get(f"/cases/in-hand/{query}").context["page"].object_list)


def test_in_hand_is_what_somebody_has_to_go_on_with(clerk: Staff, reviewer: Staff) -> None:
    open_draft, submitted, returned = draft(clerk), waiting(clerk), sent_back(clerk, reviewer)
    approve_case(case_id=waiting(clerk).pk, by=reviewer)
    withdraw_case(case_id=draft(clerk).pk, reason="改日再办", by=clerk)
    assert list(in_hand(clerk)) == [open_draft, submitted, returned]


def test_what_was_sent_back_is_off_the_list_once_the_family_has_another_case(clerk: Staff, reviewer: Staff) -> None:
    corrected, come_again, old = (sent_back(clerk, reviewer) for _ in range(3))
    successor = correct_case(case_id=corrected.pk, key=uuid4(), by=clerk)
    another = draft(clerk, owner=come_again.owner)
    backdate(old, 31)
    assert list(in_hand(clerk)) == [successor, another]


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "today"), (1, "days"), (3, "days"), (4, "week"), (7, "week"), (8, "older"), (400, "older")],
)
def test_an_age_is_counted_in_calendar_days(clerk: Staff, days: int, age: str) -> None:
    backdate(waiting(clerk), days)
    found = {one.value: of_age(in_hand(clerk), one).count() for one in Age}
    assert found == dict.fromkeys(Age.values, 0) | {age: 1}
    assert Matrix(in_hand(clerk)).counts == {("submitted", age): 1}


def test_a_draft_ages_from_its_opening_and_anew_once_it_is_submitted(clerk: Staff) -> None:
    case = draft(clerk)
    backdate(case, 9)
    assert Matrix(in_hand(clerk)).counts == {("draft", "older"): 1}
    submit_case(case_id=case.pk, by=clerk)
    assert Matrix(in_hand(clerk)).counts == {("submitted", "today"): 1}


def test_the_list_begins_with_what_stands_longest(clerk: Staff, reviewer: Staff) -> None:
    newest, oldest, middle = draft(clerk), waiting(clerk), sent_back(clerk, reviewer)
    backdate(oldest, 5)
    backdate(middle, 2)
    assert listed(clerk) == [oldest, middle, newest]


def test_each_cell_of_the_matrix_is_as_long_as_the_list_behind_it(clerk: Staff, reviewer: Staff) -> None:
    for days in (0, 2, 5, 9, 9):
        for case in (draft(clerk), waiting(clerk), sent_back(clerk, reviewer)):
            backdate(case, days)
    matrix = Matrix(in_hand(clerk))
    cells = [cell for _label, row in matrix.rows for cell in row]
    assert matrix.count() == 15
    for cell in cells:
        query = "&".join(f"{name}={value}" for name, value in (("state", cell.state), ("age", cell.age)) if value)
        page = signed_in(clerk).get(f"/cases/in-hand/?{query}").context["page"]
        assert (len(page.object_list), page.paginator.count) == (cell.count, cell.count)


def test_it_is_narrowed_by_what_the_address_says(supervisor: Staff, reviewer: Staff) -> None:
    here, there = make_staff("clerk", "421002"), make_staff("clerk", "421003")
    Staff.objects.filter(pk=there.pk).update(office="二号窗口")
    first, second = draft(here), waiting(there)
    for query, expected in {
        "": [first, second],
        "?state=draft": [first],
        "?state=submitted&kind=create&channel=counter": [second],
        "?kind=release": [],
        "?channel=import": [],
        "?office=二号窗口": [second],
        f"?who={here.pk}": [first],
        "?region=421003": [second],
        "?region=421000": [first, second],
        "?age=today&region=421002": [first],
        "?age=older": [],
    }.items():
        assert listed(supervisor, query) == expected, query


@pytest.mark.parametrize("query", ["?region=330100", "?state=effective", "?age=tomorrow", "?office=x", "?who=0"])
def test_what_is_not_offered_shows_nothing_and_says_so(clerk: Staff, query: str) -> None:
    draft(clerk)
    answer = signed_in(clerk).get(f"/cases/in-hand/{query}")
    assert (answer.status_code, answer.context["page"].object_list[:]) == (200, [])
    assert "所选条件无效" in answer.content.decode()


def test_nobody_is_offered_or_counted_who_is_out_of_scope(clerk: Staff, supervisor: Staff) -> None:
    stranger = make_staff("clerk", "330100")
    draft(stranger, "他乡客")
    own = draft(clerk)
    for staff in (clerk, supervisor):
        page = signed_in(staff).get("/cases/in-hand/")
        assert list(page.context["page"].object_list) == [own]
        assert page.context["matrix"].count() == 1
        assert stranger.full_name not in page.content.decode()
    assert listed(clerk, f"?who={stranger.pk}") == []


def test_the_beginning_of_an_owners_name_finds_and_stands_in_no_address(clerk: Staff) -> None:
    found, other = draft(clerk, "欧阳明"), draft(clerk, "明欧阳")
    page = signed_in(clerk).post("/cases/in-hand/find/?state=draft", {"owner": "欧阳"})
    assert list(page.context["page"].object_list) == [found]
    assert page.context["matrix"].count() == 1
    text = page.content.decode()
    assert other.number not in text
    assert "owner=" not in text
    assert listed(clerk, "?owner=欧阳") == [found, other]


@pytest.mark.parametrize("typed", ["", "11010519491231002X", "张3"])
def test_a_number_is_not_looked_for_among_the_names(clerk: Staff, typed: str) -> None:
    draft(clerk)
    page = signed_in(clerk).post("/cases/in-hand/find/", {"owner": typed})
    assert (page.status_code, 'class="error"' in page.content.decode()) == (422, True)


def test_overseers_see_who_has_how_much_and_others_do_not(clerk: Staff, supervisor: Staff, reviewer: Staff) -> None:
    colleague = make_staff("clerk")
    oldest = draft(clerk)
    waiting(clerk)
    sent_back(colleague, reviewer)
    backdate(oldest, 6)
    ((office, people),) = loads(in_hand(supervisor))
    assert (office.name, office.counts) == ("一号窗口", (1, 1, 1))
    assert {one.staff_id: one.counts for one in people} == {clerk.pk: (1, 1, 0), colleague.pk: (0, 0, 1)}
    assert office.oldest == in_hand(supervisor).get(pk=oldest.pk).since
    shown = {
        role: signed_in(make_staff(role, "421000")).get("/cases/in-hand/").context["loads"] is not None
        for role in ("clerk", "reviewer", "supervisor", "auditor")
    }
    assert shown == {"clerk": False, "reviewer": False, "supervisor": True, "auditor": True}


def test_a_supervisor_takes_over_from_the_row_and_an_auditor_does_not(clerk: Staff, supervisor: Staff) -> None:
    link = f"/cases/{draft(clerk).pk}/#take-over"
    assert link in signed_in(supervisor).get("/cases/in-hand/").content.decode()
    assert link not in signed_in(make_staff("auditor")).get("/cases/in-hand/").content.decode()


def test_long_lists_are_paged_and_keep_what_was_chosen(clerk: Staff) -> None:
    cases = [draft(clerk) for _ in range(51)]
    first = signed_in(clerk).get("/cases/in-hand/?state=draft")
    assert (len(first.context["page"].object_list), "state=draft&amp;page=2" in first.content.decode()) == (50, True)
    assert listed(clerk, "?state=draft&page=2") == cases[50:]
    assert listed(clerk, "?state=draft&page=9999") == cases[50:]
    assert listed(clerk, "?page=x") == cases[:50]


# A clerk's own day.


def test_the_own_day_is_what_the_clerk_has_and_did_today(clerk: Staff, reviewer: Staff) -> None:
    open_draft, submitted, returned = draft(clerk), waiting(clerk), sent_back(clerk, reviewer)
    decided = approve_case(case_id=waiting(clerk).pk, by=reviewer)
    old = approve_case(case_id=waiting(clerk).pk, by=reviewer)
    backdate(old, 1)
    waiting(make_staff("clerk"))
    day = day_of(clerk, rows=4)
    assert (day.drafts, day.waiting, day.returned) == ([open_draft], [submitted], [returned])
    assert day.decided == [decided, returned]
    assert [(one.opened, one.submitted, one.decided) for one in day.done] == [(4, 3, 2)]
    assert day.oldest_waiting == submitted
    assert day.lengths == {"draft": 1, "submitted": 1, "rejected": 1, "decided": 2}


def test_what_was_sent_back_is_corrected_from_the_first_page(clerk: Staff, reviewer: Staff) -> None:
    returned = sent_back(clerk, reviewer)
    desk = signed_in(clerk)
    page = desk.get("/counter/").content.decode()
    assert f'action="/cases/{returned.pk}/correct/"' in page
    assert ("未签字" in page, str(reviewer) in page) == (True, True)
    again = desk.post(f"/cases/{returned.pk}/correct/")
    assert again.headers["Location"] == f"/counter/cases/{returned.corrections.get().pk}/"
    assert returned.number not in desk.get("/counter/").content.decode().split("今日办结")[0]


def test_the_search_comes_first_on_the_clerks_page(clerk: Staff) -> None:
    page = signed_in(clerk).get("/counter/").content.decode()
    assert page.count("data-focus") == 1
    assert "data-focus" in page.split('name="text"')[1].split(">")[0]
