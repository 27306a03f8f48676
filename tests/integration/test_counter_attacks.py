"""What a hostile or broken browser sends to the counter: tokens, row names, numbers of strangers, any form at all."""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Region, Staff
from accounts.models.audit import AuditKind
from families.forms.rows import TOKEN_SALT, person_of, token_for
from families.models import RegistrationCase
from families.services import lookup
from families.services.lookup import LookupFault, find_member
from tests.factories import make_number, make_person, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions", "nothing_remembered")]


@pytest.fixture
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def desk(clerk: Staff) -> Client:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    return client


def family_form(**rows: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "version": "0", "starts_on": "2026-03-01", **rows}


def row(number: str, token: str, relation: str = "20") -> dict[str, str]:
    return {f"{number}-person": token, f"{number}-relation": relation}


# Tokens


def test_a_token_is_good_for_the_one_who_looked_up_in_the_region_of_then(clerk: Staff) -> None:
    person = make_person(region="330100")
    token = token_for(person.pk, clerk)
    assert person_of(token, clerk) == person
    assert person_of(token, make_staff("clerk")) is None
    clerk.region = Region.objects.get(pk="420106")
    assert person_of(token, clerk) is None


@pytest.mark.parametrize("damage", ["", "x", "a:b:c", "…", "\x00", "e30:1:2"])
def test_a_token_that_was_not_ours_names_nobody(clerk: Staff, damage: str) -> None:
    assert person_of(damage, clerk) is None


def test_a_token_that_was_altered_or_made_for_something_else_names_nobody(clerk: Staff) -> None:
    person = make_person()
    token = token_for(person.pk, clerk)
    assert person_of(token[:-1] + ("A" if token[-1] != "A" else "B"), clerk) is None
    assert person_of(signing.dumps({"person": person.pk, "staff": clerk.pk}, salt="other"), clerk) is None
    assert person_of(signing.dumps({"person": person.pk, "staff": clerk.pk}, salt=TOKEN_SALT), clerk) is None


def test_a_token_of_yesterday_names_nobody(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_for(make_person().pk, clerk)
    monkeypatch.setattr("families.forms.rows.TOKEN_SECONDS", -1)
    assert person_of(token, clerk) is None


def test_a_stolen_token_binds_nobody(desk: Client, clerk: Staff) -> None:
    owner, stranger = make_person(current="1.00", by=clerk), make_person("他乡客", region="330100")
    stolen = token_for(stranger.pk, make_staff("clerk", "330100"))
    answer = desk.post(f"/counter/persons/{owner.pk}/save/", family_form(row=["1"], **row("1", stolen)))
    assert answer.status_code == 422
    assert "他乡客" not in answer.content.decode()
    assert not RegistrationCase.objects.exists()


# Rows


@pytest.mark.parametrize("name", ["²", "٣", "0", "00", "-1", "1.5", "1234", "", "row", "1\n", "<b>", "१"])
def test_a_row_with_a_strange_name_is_left_out(desk: Client, clerk: Staff, name: str) -> None:
    owner = make_person(current="1.00", by=clerk)
    data = family_form(row=[name], **{"look-up": name, f"{name}-number": make_number()})
    assert desk.post(f"/counter/persons/{owner.pk}/row/", data).status_code == 422


def test_a_hundred_rows_are_cut_and_the_same_person_twice_is_refused(desk: Client, clerk: Staff) -> None:
    owner, child = make_person(current="1.00", by=clerk), make_person("孩子", insutype="390")
    token = token_for(child.pk, clerk)
    rows = [str(number) for number in range(1, 101)]
    fields: dict[str, str] = {}
    for number in rows:
        fields |= row(number, token)
    for page in ("save", "check"):
        answer = desk.post(f"/counter/persons/{owner.pk}/{page}/", family_form(row=rows, **fields))
        assert answer.status_code in (200, 422)
    assert not RegistrationCase.objects.exists()


def test_a_draft_of_one_family_is_not_overwritten_with_another(desk: Client, clerk: Staff) -> None:
    first, second = make_person("甲", current="1.00", by=clerk), make_person("乙", current="1.00", by=clerk)
    child = make_person("孩子", insutype="390")
    form = family_form(row=["1"], **row("1", token_for(child.pk, clerk)))
    desk.post(f"/counter/persons/{first.pk}/save/", form)
    answer = desk.post(f"/counter/persons/{second.pk}/save/", form | {"starts_on": "2026-04-01"})
    assert answer.status_code == 422
    case = RegistrationCase.objects.get()
    assert (case.owner, case.lines.get(position=1).person) == (first, first)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31", "2200-01-01"])
def test_days_beyond_the_reach_of_the_rules_are_refused_beside_the_field(
    desk: Client, clerk: Staff, day: str
) -> None:
    owner, child = make_person(current="1.00", by=clerk), make_person("孩子", insutype="390")
    form = family_form(row=["1"], **row("1", token_for(child.pk, clerk)), **{"1-last_on": day})
    assert desk.post(f"/counter/persons/{owner.pk}/save/", form).status_code == 422
    assert desk.post(f"/counter/persons/{owner.pk}/save/", form | {"starts_on": day}).status_code == 422
    assert desk.post(f"/counter/persons/{owner.pk}/check/", form).status_code == 200


# Persons of other regions


def answer_for(number: str, name: str, by: Staff) -> str:
    try:
        return find_member(number=number, name=name, by=by).name
    except LookupFault as fault:
        return f"{fault.field}: {fault.message} ({fault.ask_name})"


def test_nothing_tells_whether_a_number_of_another_region_exists_without_the_right_name(clerk: Staff) -> None:
    stranger = make_person("他乡客", region="330100")
    unknown = make_number(area="330106")
    for name in ("", "错名", "他乡", "他乡客甲", "%", "他乡_"):
        assert answer_for(stranger.certno, name, clerk) == answer_for(unknown, name, clerk)
    assert answer_for(stranger.psn_no, "错名", clerk) == answer_for("P99999999999999999", "错名", clerk)
    assert answer_for(stranger.certno, "他乡客", clerk) == "他乡客"


def test_every_look_up_beyond_the_scope_is_audited_found_or_not(clerk: Staff) -> None:
    stranger = make_person("他乡客", region="330100")
    answer_for(stranger.certno, "错名", clerk)
    answer_for(stranger.certno, "他乡客", clerk)
    events = AuditEvent.objects.filter(kind=AuditKind.VERIFY).order_by("sequence")
    assert [(event.person, event.detail) for event in events] == [(None, {"refused": "not_found"}), (stranger, {})]


def test_whoever_guesses_names_is_stopped_and_then_not_told_a_right_one(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "FAILED_PER_HOUR", 5)
    stranger = make_person("他乡客", region="330100")
    guesses = [answer_for(stranger.certno, f"猜{n}", clerk) for n in range(5)]
    assert len(set(guesses)) == 1
    assert answer_for(stranger.certno, "他乡客", clerk) == answer_for(make_number(), "他乡客", clerk) != guesses[0]
    assert AuditEvent.objects.filter(staff=clerk, detail__refused="limit").exists()
    assert answer_for(stranger.certno, "他乡客", make_staff("clerk")) == "他乡客"


def test_the_same_wrong_name_sent_again_with_every_change_of_the_form_counts_once(clerk: Staff) -> None:
    for _change in range(10):
        answer_for(make_person("他乡客", region="330100", psn_no="P7").psn_no if not _change else "P7", "错名", clerk)
    assert AuditEvent.objects.filter(kind=AuditKind.VERIFY).count() == 1


# Anything at all

STRANGE = [
    "", " ", "0", "-1", "1", "2", "8", "9", "99999999999999999999", "1e5", "NaN", "1.005", "１２", "²", "\x00",
    "\u200b", "'; DROP TABLE x --", "<script>", "{{ 7*7 }}", "%s", "张三", "a" * 5000, "2026-03-01", "9999-12-31",
    "0000-00-00", "on", "01", "20", "10", "71", "-", "--", "1-2", "0-0", "2-1-3", "\r\nX: y", "\ud7ff", "🙂" * 40,
    "../../etc/passwd",
]  # fmt: skip


def test_no_form_whatever_ends_in_a_server_fault(desk: Client, clerk: Staff) -> None:
    """Random forms, seeded; a server fault raises through the test client."""
    dice = random.Random(20260301)
    owner, child = make_person(current="1.00", by=clerk), make_person("孩子", insutype="390")
    account = owner.account.pk
    values = [
        *STRANGE,
        token_for(child.pk, clerk),
        token_for(owner.pk, clerk),
        child.certno,
        owner.certno,
        str(uuid4()),
    ]
    pages = {
        f"/counter/persons/{owner.pk}/save/": None, f"/counter/persons/{owner.pk}/check/": None,
        f"/counter/persons/{owner.pk}/row/": None, "/counter/find/": ["text"], "/persons/find/": ["text"],
        f"/persons/{owner.pk}/status/": ["version", "status", "since", "reason"],
        f"/persons/{owner.pk}/contact/": ["version", "mobile"], f"/persons/{owner.pk}/reveal/": ["reason"],
        f"/accounts/{account}/adjust/": ["key", "prior_change", "current_change", "reason"],
        "/persons/import/": ["file"], "/i18n/setlang/": ["language", "next"],
    }  # fmt: skip
    answers = set()
    for _form in range(400):
        path = dice.choice(list(pages))
        answers.add(desk.post(path, strange_form(dice, values, pages[path])).status_code)
    assert answers <= {200, 302, 404, 409, 422}


def strange_form(dice: random.Random, values: list[str], names: list[str] | None) -> dict[str, Any]:
    if names is not None:
        return {name: dice.choice(values) for name in names if dice.random() < 0.9}
    rows = [dice.choice(["1", "2", "3", "7", "²", "0", dice.choice(values)]) for _row in range(dice.randrange(5))]
    form = family_form(row=rows, declared=[dice.choice(values) for _pair in range(2)])
    form |= {"look-up": dice.choice([*rows, "1"])}
    for number in rows:
        for name in ("person", "number", "name", "relation", "shares", "rank", "share_limit", "last_on"):
            if dice.random() < 0.7:
                form[f"{number}-{name}"] = dice.choice(values)
    for name in ("key", "version", "starts_on", "owner_limit", "agent_name", "power_of_attorney"):
        if dice.random() < 0.2:
            form[name] = dice.choice(values)
    return form


@pytest.mark.parametrize("key", ["99999999999999999999999999", "0", "00000000000000000000001"])
def test_an_id_of_any_size_is_not_there(desk: Client, key: str) -> None:
    for path in (f"/persons/{key}/", f"/groups/{key}/", f"/cases/{key}/", f"/jobs/{key}/"):
        assert desk.get(path).status_code == 404


def test_a_form_without_its_csrf_token_changes_nothing(clerk: Staff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    person = make_person()
    answer = client.post(
        f"/persons/{person.pk}/event/",
        {"version": "1", "kind": "ended", "happened_on": timezone.localdate().isoformat(), "note": "停保"},
    )
    person.refresh_from_db()
    assert (answer.status_code, person.status) == (403, "1")


def test_strange_parameters_of_lists_are_no_fault(desk: Client) -> None:
    for query in (
        "?p=-1",
        "?p=x",
        "?o=99",
        "?all=",
        "?status__exact=%00",
        "?person__certno_digest__startswith=1",
        "?q=x",
    ):
        answer = desk.get(f"/admin/accounts/insuredperson/{query}")
        assert answer.status_code in (200, 302, 400)
    assert desk.get("/groups/1/?day=x").status_code == 404
