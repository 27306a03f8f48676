"""The counter for a family that has a group: every kind of business, saved, reopened, refused with what to do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Staff
from families.forms.rows import token_for
from families.models import MutualAidGroup, RegistrationCase
from families.models.case import CaseState
from families.papers import receipt_of, registration_form_of
from families.services.cases import approve_case, submit_case
from families.services.changes import change_group, dissolve_group
from families.services.plans import GroupChange, MemberTerms
from tests.factories import make_group, make_person, make_policy, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def desk(clerk: Staff) -> Client:
    return signed_in(clerk)


@pytest.fixture
def group(clerk: Staff) -> MutualAidGroup:
    return make_group("12*", "51*", "20", by=clerk)


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def row(group: MutualAidGroup, seat: int, **said: Any) -> dict[str, Any]:
    """What the page sends for a member: as it stands, but for what is said."""
    member = group.members.get(seat=seat)
    sharing = member.sharings.first()
    stands: dict[str, Any] = {"relation": member.relation}
    if sharing is not None:
        stands |= {"shares": "on", "rank": sharing.rank, "share_limit": sharing.share_limit or ""}
    return {f"m{member.person_id}-{name}": value for name, value in (stands | said).items() if value is not None}


def form(group: MutualAidGroup, kind: str, *seats: dict[str, Any], **head: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": kind, "key": str(uuid4()), "version": "0"}
    said |= {"starts_on": timezone.localdate().isoformat(), **head}
    for one in seats or [row(group, member.seat) for member in group.members.all()]:
        said |= one
    return said


def send(desk: Client, group: MutualAidGroup, said: dict[str, Any]) -> HttpResponse:
    return desk.post(f"/counter/groups/{group.pk}/save/", said)  # type: ignore[return-value]


def everybody(group: MutualAidGroup, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """`changes`: by seat, written s2, s3 …"""
    seats = group.members.values_list("seat", flat=True).order_by("seat")
    return [row(group, seat, **changes.get(f"s{seat}", {})) for seat in seats]


BUSINESS: dict[str, Any] = {
    "change": lambda group: form(group, "change", *everybody(group, s2={"share_limit": "500.00"})),
    "release": lambda group: form(group, "release", *everybody(group, s4={"leaves": "on"}), cause="requested"),
    "dissolve": lambda group: form(group, "dissolve", cause="requested"),
    "hand_over": lambda group: form(
        group,
        "hand_over",
        *everybody(
            group,
            s1={"relation": "11", "rank": "2"},
            s3={"leaves": "on"},
        ),
        cause="requested",
        successor=group.members.get(seat=2).person_id,
    ),
}
LINES = {
    "change": [("change", "12")],
    "release": [("leave", "20")],
    "dissolve": [("leave", "01"), ("leave", "12"), ("leave", "51"), ("leave", "20")],
    "hand_over": [("change", "01"), ("change", "11"), ("change", "20"), ("leave", "51")],
}


@pytest.mark.parametrize("kind", BUSINESS)
def test_a_business_is_saved_as_the_lines_of_a_case_and_reopened_as_it_was_filled(
    desk: Client, group: MutualAidGroup, kind: str
) -> None:
    answer = send(desk, group, BUSINESS[kind](group))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    case = RegistrationCase.objects.get(group=group)
    assert [(line.action, line.relation) for line in case.lines.order_by("position")] == LINES[kind]
    page = desk.get(f"/counter/cases/{case.pk}/")
    assert page.status_code == 200
    assert case.number in page.content.decode()
    assert desk.get(f"/cases/{case.pk}/form.pdf").content.startswith(b"%PDF")
    assert desk.post(f"/cases/{case.pk}/submit/").headers["Location"] == f"/cases/{case.pk}/"
    case.refresh_from_db()
    assert case.state == CaseState.SUBMITTED


def test_newcomers_are_added_and_the_draft_can_be_opened_again(
    desk: Client, clerk: Staff, group: MutualAidGroup
) -> None:
    child = make_person("孩子", insutype="390", born_on=dt.date(2015, 1, 1))
    said = form(group, "add") | {"row": ["1"], "1-person": token_for(child.pk, clerk), "1-relation": "20"}
    assert send(desk, group, said).status_code == 302
    case = RegistrationCase.objects.get(group=group)
    assert [(line.person, line.action, line.position) for line in case.lines.all()] == [(child, "join", 2)]
    assert "孩子" in desk.get(f"/counter/cases/{case.pk}/").content.decode()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (lambda group: form(group, "change"), "尚未填写办理事项"),
        (lambda group: form(group, "release", *everybody(group, s4={"leaves": "on"})), "请选择办理原因"),
        (lambda group: form(group, "add"), "尚未填写办理事项"),
        (lambda group: form(group, "change", *everybody(group, s2={"rank": "9"})), "8"),
        (lambda group: form(group, "change", *everybody(group, s2={"share_limit": "1.005"})), "最多保留两位小数"),
        (lambda group: form(group, "change", *everybody(group, s3={"relation": ""})), "请选择与户主的关系"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_its_field_and_stores_nothing(
    desk: Client, group: MutualAidGroup, said: Any, told: str
) -> None:
    answer = send(desk, group, said(group))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not RegistrationCase.objects.exists()


def test_a_death_that_nobody_recorded_is_pointed_out_and_stops_nothing(desk: Client, group: MutualAidGroup) -> None:
    said = form(group, "release", *everybody(group, s4={"leaves": "on"}), cause="death")
    page = desk.post(f"/counter/groups/{group.pk}/check/", said).content.decode()
    assert "请先登记状态事件" in page
    assert "预检通过" in page


def test_an_amount_that_is_none_is_told_and_not_taken_for_nothing(desk: Client, group: MutualAidGroup) -> None:
    page = send(desk, group, form(group, "change", *everybody(group, s1={"share_limit": "1.005"})))
    assert "最多保留两位小数" in page.content.decode()
    assert [str(message) for message in page.context["messages"]] == []  # type: ignore[attr-defined]


def test_two_accounts_at_one_place_are_told_by_the_check(desk: Client, group: MutualAidGroup) -> None:
    said = form(group, "change", *everybody(group, s2={"rank": "3"}))
    page = desk.post(f"/counter/groups/{group.pk}/check/", said).content.decode()
    assert "已有其他账户" in page


def test_a_business_that_is_none_is_not_there(desk: Client, group: MutualAidGroup) -> None:
    for kind in ("create", "delete", "<b>", "²"):
        assert desk.get(f"/counter/groups/{group.pk}/", {"kind": kind}).status_code == 404
        assert send(desk, group, form(group, "change") | {"kind": kind}).status_code == 404


@pytest.mark.parametrize("successor", ["²", "-1", "999999999999999999999", "0", "x"])
def test_a_successor_who_is_nobody_of_the_family_is_asked_for_again(
    desk: Client, group: MutualAidGroup, successor: str
) -> None:
    page = desk.get(f"/counter/groups/{group.pk}/", {"kind": "hand_over", "successor": successor})
    assert page.status_code == 200
    said = form(group, "hand_over", cause="requested", successor=successor)
    assert send(desk, group, said).status_code in (302, 422)
    case = RegistrationCase.objects.filter(group=group).first()
    assert case is None or desk.post(f"/cases/{case.pk}/submit/").headers["Location"] == f"/counter/cases/{case.pk}/"


def test_a_case_open_at_another_desk_is_shown_with_its_holder_and_a_second_one_refused(
    desk: Client, clerk: Staff, group: MutualAidGroup
) -> None:
    send(desk, group, BUSINESS["change"](group))
    case = RegistrationCase.objects.get(group=group)
    colleague = signed_in(make_staff("clerk"))
    page = colleague.get(f"/counter/groups/{group.pk}/", {"kind": "release"}).content.decode()
    assert case.number in page
    assert str(clerk) in page
    answer = send(colleague, group, BUSINESS["release"](group))
    assert answer.status_code == 422
    assert str(clerk) in answer.content.decode()
    assert RegistrationCase.objects.count() == 1


def test_an_order_that_waits_is_not_undone_by_another_change(
    desk: Client, clerk: Staff, group: MutualAidGroup
) -> None:
    make_policy(order_change_lag_days=5)
    today = timezone.localdate()
    spouse, father = (group.members.get(seat=seat) for seat in (2, 3))
    swap = [MemberTerms(spouse.person_id, "12", rank=3), MemberTerms(father.person_id, "51", rank=2)]
    change_group(group_id=group.pk, change=GroupChange("change", today, terms=swap), by=clerk)
    page = desk.get(f"/counter/groups/{group.pk}/").content.decode()
    assert f'name="m{spouse.person_id}-rank" min="2" max="8" value="3"' in page
    said = form(
        group, "change", row(group, 2, rank="3", share_limit="700.00"), row(group, 3, rank="2"), row(group, 4)
    )
    assert send(desk, group, said).status_code == 302
    (line,) = RegistrationCase.objects.get(group=group).lines.all()
    assert (line.person_id, line.rank, line.share_limit) == (spouse.person_id, 3, Decimal("700.00"))


def test_a_dissolved_group_takes_no_more_business(desk: Client, clerk: Staff, group: MutualAidGroup) -> None:
    said = BUSINESS["change"](group)
    dissolve_group(group_id=group.pk, day=timezone.localdate(), reason="x", by=clerk)
    assert "已于" in desk.get(f"/counter/groups/{group.pk}/").content.decode()
    assert send(desk, group, said).status_code == 422
    assert not RegistrationCase.objects.exists()


def test_declared_pairs_of_strangers_are_left_out(desk: Client, group: MutualAidGroup) -> None:
    stranger = make_person()
    said = BUSINESS["change"](group) | {
        "declared": [f"{stranger.pk}-1", "x", "1-2-3", f"{group.members.get(seat=2).person_id}-{stranger.pk}"]
    }
    assert send(desk, group, said).status_code == 302
    assert RegistrationCase.objects.get(group=group).declared_pairs == []


def test_the_papers_of_a_release_say_who_leaves_and_who_still_draws_on_whom(
    desk: Client, clerk: Staff, group: MutualAidGroup
) -> None:
    send(desk, group, BUSINESS["release"](group))
    case = RegistrationCase.objects.get(group=group)
    names = {member.seat: member.person.name for member in group.members.select_related("person")}
    form_ = registration_form_of(case)
    assert [(row["name"], row["action"]) for row in form_["members"]] == [(names[4], "解除")]
    drawn = {payer["name"]: [one["name"] for one in payer["beneficiaries"]] for payer in form_["grants"]}
    assert drawn == {names[1]: [names[2], names[3]], names[2]: [names[1]], names[3]: [names[1]]}
    assert form_["signers"] == [names[1]]
    submit_case(case_id=case.pk, by=clerk)
    case = approve_case(case_id=case.pk, by=make_staff("reviewer"))
    (row_,) = receipt_of(RegistrationCase.objects.get(pk=case.pk))["members"]
    assert (row_["name"], row_["action"], row_["payers"]) == (names[4], "解除", [])
