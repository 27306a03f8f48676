"""What an administrator may do with staff accounts, and what no administrator may, however the form is bent."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import Region, Staff
from accounts.roles import ROLES
from tests.factories import PASSWORD, make_person, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

STAFF = "/admin/accounts/staff/"
WORDS = "another-long-word-1"


@pytest.fixture
def administrator(regions: None) -> Staff:
    return make_staff("administrator", "421000", username="admin-421000")


@pytest.fixture
def office(administrator: Staff) -> Client:
    client = Client()
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def role(name: str) -> int:
    return Group.objects.get(name=name).pk


def new(**fields: Any) -> dict[str, Any]:
    given = {"username": "new", "full_name": "新人", "region": "421002", "groups": [role("clerk")], "office": ""}
    return given | {"password1": WORDS, "password2": WORDS, "usable_password": "true"} | fields


def changed(staff: Staff, **fields: Any) -> dict[str, Any]:
    given = {"username": staff.username, "full_name": staff.full_name, "region": staff.region_id, "office": ""}
    return given | {"groups": [group.pk for group in staff.groups.all()], "is_active": "on"} | fields


def test_an_administrator_makes_a_clerk_of_a_district_who_can_sign_in(office: Client) -> None:
    assert office.post(f"{STAFF}add/", new()).status_code == 302
    staff = Staff.objects.get(username="new")
    assert (staff.region_id, staff.role_names(), staff.is_superuser) == ("421002", {"clerk"}, False)
    assert Client().post("/admin/login/", {"username": "new", "password": WORDS}).status_code == 302


@pytest.mark.parametrize("region", ["330000", "330100", "420000", "100000", "420100", "999999", ""])
def test_no_account_is_made_in_or_moved_to_a_region_that_is_not_ones_own(office: Client, region: str) -> None:
    clerk = make_staff("clerk", "421002")
    assert office.post(f"{STAFF}add/", new(region=region)).status_code == 200
    assert office.post(f"{STAFF}{clerk.pk}/change/", changed(clerk, region=region)).status_code == 200
    clerk.refresh_from_db()
    assert not Staff.objects.filter(username="new").exists()
    assert clerk.region_id == "421002"


def test_no_group_but_the_five_roles_is_given(office: Client) -> None:
    forged = Group.objects.create(name="everything")
    forged.permissions.set(Permission.objects.all())
    clerk = make_staff("clerk", "421002")
    assert office.post(f"{STAFF}add/", new(groups=[forged.pk])).status_code == 200
    assert office.post(f"{STAFF}{clerk.pk}/change/", changed(clerk, groups=[forged.pk])).status_code == 200
    assert not Staff.objects.filter(username="new").exists()
    assert clerk.role_names() == {"clerk"}


def test_fields_that_the_form_does_not_show_are_not_taken_from_it(office: Client) -> None:
    clerk = make_staff("clerk", "421002")
    right = Permission.objects.get(codename="view_auditevent").pk
    smuggled = {"is_superuser": "on", "is_staff": "on", "user_permissions": [right], "last_login_0": "2020-01-01"}
    office.post(f"{STAFF}{clerk.pk}/change/", changed(clerk, **smuggled))
    office.post(f"{STAFF}add/", new(**smuggled))
    for staff in Staff.objects.filter(username__in=[clerk.username, "new"]):
        assert (staff.is_superuser, staff.user_permissions.count()) == (False, 0)


def test_nobody_changes_their_own_account(office: Client, administrator: Staff) -> None:
    own = f"{STAFF}{administrator.pk}/"
    bent = changed(administrator, groups=[role("clerk"), role("administrator")])
    assert office.get(f"{own}change/").status_code == 200
    assert office.post(f"{own}change/", bent).status_code == 403
    assert office.post(f"{own}password/", {"password1": WORDS, "password2": WORDS}).status_code == 403
    assert office.post(f"{own}delete/", {"post": "yes"}).status_code == 403
    assert administrator.role_names() == {"administrator"}


def test_an_account_above_or_beside_is_not_there(office: Client) -> None:
    for region in ("420000", "420100", "330100"):
        staff = make_staff("clerk", region)
        for page in ("change", "password", "history"):
            assert office.get(f"{STAFF}{staff.pk}/{page}/").status_code == 404
        assert office.post(f"{STAFF}{staff.pk}/change/", changed(staff, region="421002")).status_code == 404
        assert (
            office.post(f"{STAFF}{staff.pk}/password/", {"password1": WORDS, "password2": WORDS}).status_code == 404
        )
        staff.refresh_from_db()
        assert (staff.region_id, staff.check_password(PASSWORD)) == (region, True)


def test_a_new_password_for_somebody_is_logged_with_who_gave_it(office: Client, administrator: Staff) -> None:
    clerk = make_staff("clerk", "421002")
    page = f"{STAFF}{clerk.pk}/password/"
    assert office.post(page, {"password1": "short", "password2": "short"}).status_code == 200
    words = {"password1": WORDS, "password2": WORDS, "usable_password": "true"}
    assert office.post(page, words).status_code == 302
    clerk.refresh_from_db()
    assert clerk.check_password(WORDS)
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.object_id) == (administrator.pk, str(clerk.pk))
    assert WORDS not in f"{entry.change_message} {entry.object_repr}"


@pytest.mark.parametrize("reader", ["clerk", "reviewer", "supervisor", "auditor"])
def test_staff_accounts_are_the_administrators_alone_to_change(reader: str) -> None:
    client, clerk = Client(), make_staff("clerk", "421002")
    client.force_login(make_staff(reader, "421000"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"{STAFF}add/", new()).status_code == 403
    assert client.post(f"{STAFF}{clerk.pk}/change/", changed(clerk, groups=[role("auditor")])).status_code == 403
    words = {"password1": WORDS, "password2": WORDS}
    assert client.post(f"{STAFF}{clerk.pk}/password/", words).status_code in (403, 404)
    assert clerk.role_names() == {"clerk"}


def test_an_administrator_holds_no_right_that_shows_a_person(administrator: Staff) -> None:
    assert {right.split(".")[1] for right in administrator.get_all_permissions()} == {
        "view_staff", "add_staff", "change_staff", "view_region", "view_institution", "view_apitoken", "add_apitoken",
        "change_apitoken",
    }  # fmt: skip


def test_no_page_that_an_administrator_reaches_names_a_person(office: Client) -> None:
    make_person("张三丰", region="421002")
    pages = ["/", "/admin/accounts/", STAFF, "/admin/accounts/region/", "/admin/password_change/"]
    assert [page for page in pages if "张三丰" in office.get(page, follow=True).content.decode()] == []


def test_the_groups_are_the_five_roles_and_cannot_be_edited(office: Client) -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert office.get("/admin/auth/group/").status_code == 404


def test_whoever_is_moved_sees_the_new_region_from_the_next_request_on(office: Client) -> None:
    clerk, desk = make_staff("clerk", "421002"), Client()
    desk.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    person = make_person(region="421002")
    assert desk.get(f"/persons/{person.pk}/").status_code == 200
    office.post(f"{STAFF}{clerk.pk}/change/", changed(clerk, region="421003"))
    assert desk.get(f"/persons/{person.pk}/").status_code == 404
    assert Region.objects.filter(staff=clerk).get().pk == "421003"
