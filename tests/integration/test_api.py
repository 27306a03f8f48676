"""What other systems read: who comes in, what they see, and that it is what the pages show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApiToken, AuditEvent, Staff
from accounts.models.audit import AuditKind
from accounts.roles import ROLES
from accounts.services.api_tokens import MINUTE, digest_of, make_token, revoke_token
from families.models import MutualAidGroup
from reports.api.door import GUESSES
from reports.api.problems import PROBLEMS
from reports.api.service import api
from settlement.explained import why_paid
from settlement.models import Settlement
from settlement.services.settling import record_settlement
from tests.factories import (
    START,
    make_bill,
    make_group,
    make_settlement,
    make_staff,
    make_suspension,
    release_member,
    reversal_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

API = "/api/v1"
HERE, ELSEWHERE = "421002", "330100"
DAY = START + dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def counts_from_nothing() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def token_of(staff: Staff, **fields: Any) -> str:
    by = make_staff("administrator", "100000")
    given = {"name": uuid4().hex[:8], "days": 90} | fields
    return make_token(staff=staff, by=by, **given)[1]


def ask(path: str, token: str | None, /, *, method: str = "get", headers: dict[str, str] | None = None, **query: Any):
    given = {"Authorization": f"Bearer {token}"} if token else {}
    answer: HttpResponse = getattr(Client(), method)(f"{API}/{path}", query, headers={**given, **(headers or {})})
    return answer


class World:
    """A family that pays, in one region."""

    def __init__(self, region: str) -> None:
        self.clerk = make_staff("clerk", region)
        self.group = make_group("12*", "20", by=self.clerk, region=region)
        self.owner, self.spouse, self.child = [one.person for one in self.group.members.order_by("seat")]
        self.settlement = make_settlement(self.child, "1.00", by=self.clerk)


@pytest.fixture
def here(regions: None) -> World:
    return World(HERE)


@pytest.fixture
def supervisor(regions: None) -> Staff:
    return make_staff("supervisor", HERE)


def one_of_each(world: World) -> dict[str, str]:
    """Every address that is described, filled in."""
    keys = {"number": world.group.number, "setl_id": world.settlement.setl_id, "code": "mutual-aid"}
    return {path: path.removeprefix(f"{API}/").format(**keys) for path in api.get_openapi_schema()["paths"]}


# Who comes in


def test_every_address_is_described_and_none_besides(here: World) -> None:
    assert set(one_of_each(here)) == {
        f"{API}/groups", f"{API}/groups/{{number}}", f"{API}/settlements", f"{API}/settlements/{{setl_id}}",
        f"{API}/reports", f"{API}/reports/{{code}}",
    }  # fmt: skip


def test_without_an_open_token_every_address_says_the_same_also_one_that_is_not_there(here: World) -> None:
    paths = [*one_of_each(here).values(), "openapi.json", "", "never/there"]
    answers = {(answer.status_code, answer.content) for answer in (ask(path, None) for path in paths)}
    ((status, _content),) = answers
    answer = ask("groups", None)
    assert (status, answer.json()["error"], answer.headers["WWW-Authenticate"]) == (401, "unauthorized", "Bearer")
    assert not AuditEvent.objects.filter(detail__path__startswith=API).exists()


def test_a_token_that_ended_or_was_revoked_or_whose_owner_left_opens_nothing(here: World) -> None:
    administrator, now = make_staff("administrator", "100000"), timezone.now()
    made = {"staff": here.clerk, "created_by": administrator}
    ApiToken.objects.create(
        name="ended", digest=digest_of("gj_ended"), created_at=now - 2 * MINUTE, expires_at=now - MINUTE, **made
    )
    revoked = token_of(here.clerk)
    revoke_token(token_id=ApiToken.objects.latest("pk").pk, by=administrator)
    leaver = make_staff("clerk", HERE)
    left = token_of(leaver)
    Staff.objects.filter(pk=leaver.pk).update(is_active=False)
    unknown = ask("groups", "gj_unknown")
    for secret in ("gj_ended", revoked, left):
        answer = ask("groups", secret)
        assert (answer.status_code, answer.content) == (401, unknown.content)
    refused = AuditEvent.objects.filter(kind=AuditKind.ACCESS_REFUSED, detail__path=f"{API}/groups")
    reasons = list(refused.order_by("sequence").values_list("detail__reason", flat=True))
    assert reasons == ["token_unknown", *["token_closed"] * 3]
    assert {event.address for event in refused} == {"127.0.0.1"}
    assert refused.exclude(detail__has_key="token").get().staff is None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic {token}", "{token}", "bearer  x", "Bearer ü"])
def test_no_other_header_opens(here: World, header: str) -> None:
    token = token_of(here.clerk)
    answer = ask("groups", None, headers={"Authorization": header.format(token=token)})
    assert answer.status_code == 401
    assert ask("groups", None, headers={"Authorization": f"bearer {token}"}).status_code == 200


def test_a_session_opens_nothing_and_no_cookie_is_set_or_read(here: World, supervisor: Staff) -> None:
    client = Client()
    client.force_login(supervisor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/reports/").status_code == 200
    assert client.get(f"{API}/groups").status_code == 401
    stranger = token_of(make_staff("clerk", ELSEWHERE))
    answer = client.get(f"{API}/groups", headers={"Authorization": f"Bearer {stranger}"})
    assert (answer.status_code, answer.json()["items"], len(answer.cookies)) == (200, [], 0)
    answer = client.get(
        f"{API}/nothing", headers={"Authorization": f"Bearer {stranger}", "Cookie": "django_language=en"}
    )
    assert answer.json()["message"].startswith("该地址")


def test_nothing_is_written_by_it(here: World) -> None:
    token = token_of(here.clerk)
    for path in one_of_each(here).values():
        for method in ("post", "put", "patch", "delete", "options"):
            answer = ask(path, token, method=method)
            assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
            assert answer.headers["Content-Length"] == str(len(answer.content))
    head = ask("groups", token, method="head")
    assert (head.status_code, head.content) == (200, b"")


def test_answers_bear_the_headers_of_pages(here: World) -> None:
    answer = ask("groups", token_of(here.clerk))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


# How often


def test_a_token_asks_so_often_in_a_minute_and_others_are_not_kept_waiting(here: World) -> None:
    token, other = token_of(here.clerk), token_of(here.clerk)
    with override_settings(API_REQUESTS_PER_MINUTE=2):
        answers = [ask("groups", token) for _n in range(5)]  # in two minutes at most: one of them has three
        late = [answer for answer in answers if answer.status_code == 429]
        assert late
        assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in late)
        assert {answer.json()["error"] for answer in late} == {"too_many_requests"}
        assert ask("groups", other).status_code == 200
        cache.clear()
        assert ask("groups", token).status_code == 200
    told = AuditEvent.objects.filter(kind=AuditKind.ACCESS_REFUSED, detail__reason="too_many").count()
    assert 1 <= told <= min(2, len(late)), "the first in a minute, not each"


def test_whoever_guesses_is_stopped_and_fills_no_trail(here: World) -> None:
    answers = [ask("groups", f"gj_{n}").status_code for n in range(4 * GUESSES)]
    refused = AuditEvent.objects.filter(kind=AuditKind.ACCESS_REFUSED)
    assert set(answers) == {401, 429}
    assert refused.filter(detail__reason="token_unknown").count() == answers.count(401)
    assert refused.filter(detail__reason="too_many").count() < answers.count(429)
    assert ask("groups", token_of(here.clerk)).status_code == 200


def test_with_redis_away_nothing_is_answered_and_it_says_when_to_come_back(here: World) -> None:
    token = token_of(here.clerk)
    away = {"default": {"BACKEND": settings.CACHES["default"]["BACKEND"], "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=away):
        answer = ask("groups", token)
    assert (answer.status_code, answer.json()["error"], answer.headers["Retry-After"]) == (503, "unavailable", "60")
    assert ask("groups", token).status_code == 200


# What is seen


def test_another_region_sees_nothing_and_cannot_tell_it_from_what_is_not_there(here: World) -> None:
    token = token_of(make_staff("supervisor", ELSEWHERE))
    assert ask("groups", token).json() == {"items": [], "next": None}
    assert ask("settlements", token).json() == {"items": [], "next": None}
    for there, nowhere in (
        (f"groups/{here.group.number}", "groups/GZ000"),
        (f"settlements/{here.settlement.setl_id}", "settlements/S-none"),
    ):
        answers = [ask(path, token) for path in (there, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    for path in ("groups", "settlements"):
        answer = ask(path, token, region=HERE)
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "region")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_what_its_pages_show(here: World, role: str) -> None:
    staff = make_staff(role, HERE)
    token, client = token_of(staff), Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    beside = {
        f"groups/{here.group.number}": f"/groups/{here.group.pk}/",
        "groups": f"/groups/{here.group.pk}/",
        f"settlements/{here.settlement.setl_id}": f"/settlements/{here.settlement.pk}/",
        "settlements": "/settlements/",
        "reports": "/reports/",
    }
    answers = {path: ask(path, token).status_code for path in beside}
    assert answers == {path: client.get(page).status_code for path, page in beside.items()}


def test_rights_that_were_taken_count_at_once_and_the_refusal_is_recorded(here: World) -> None:
    token = token_of(here.clerk)
    assert ask("groups", token).status_code == 200
    here.clerk.groups.clear()
    answer = ask("groups", token)
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    refused = AuditEvent.objects.filter(kind=AuditKind.ACCESS_REFUSED).get()
    assert (refused.staff, refused.detail["path"], refused.detail["status"]) == (here.clerk, f"{API}/groups", 403)


def test_a_group_is_told_as_of_a_day_with_who_pays_for_whom_in_order(here: World) -> None:
    token = token_of(here.clerk)
    left = here.group.members.get(person=here.child)
    release_member(member_id=left.pk, day=DAY, reason="x", by=here.clerk)
    make_suspension(here.spouse, "card_lending", DAY)
    before, after = (
        ask(f"groups/{here.group.number}", token, day=day.isoformat()).json() for day in (DAY - MINUTE * 1440, DAY)
    )
    assert [one["person"]["psn_no"] for one in before["members"]] == [
        person.psn_no for person in (here.owner, here.spouse, here.child)
    ]
    payers = {one["person"]["name"]: one["payers"] for one in before["members"]}
    assert payers[here.child.name] == [
        {"psn_no": here.owner.psn_no, "place": 1, "basis": "pass"},
        {"psn_no": here.spouse.psn_no, "place": 2, "basis": payers[here.child.name][1]["basis"]},
    ]
    assert [one["seat"] for one in after["members"]] == [1, 2]
    assert after["members"][1]["suspended"]
    assert after["members"][0]["payers"] == []
    listed = ask("groups", token, day=DAY.isoformat()).json()["items"]
    assert listed == [after]
    assert ask("groups", token, day="2000-01-01").json()["items"] == []


def test_numbers_are_masked_everywhere(here: World) -> None:
    token = token_of(here.clerk)
    for path in ("groups", f"groups/{here.group.number}", "settlements", f"settlements/{here.settlement.setl_id}"):
        text = ask(path, token).content.decode()
        for person in (here.owner, here.spouse, here.child):
            assert person.certno not in text
    shown = ask("settlements", token).json()["items"][0]["patient"]
    assert shown == {"psn_no": here.child.psn_no, "name": here.child.name, "certno": here.child.masked_number}


def test_a_settlement_is_told_with_what_each_account_paid_and_why(here: World) -> None:
    token = token_of(here.clerk)
    listed, told = ask("settlements", token).json()["items"][0], None
    told = ask(f"settlements/{here.settlement.setl_id}", token).json()
    assert {name: told[name] for name in listed} == listed
    considered = why_paid(here.settlement, staff=here.clerk)
    assert [(one["psn_no"], one["why"]) for one in told["considered"]] == [
        (one.holder.psn_no, one.sentence) for one in considered
    ]
    assert [(one["place"], one["psn_no"], one["paid"], one["reason"]) for one in listed["shares"]] == [
        (1, here.owner.psn_no, {"prior_years": "0.00", "current_year": "1.00"}, "paid_in_full")
    ]
    assert (told["acct_mulaid_pay"], told["psn_cash_pay"], told["state"]) == ("1.00", "0.00", "normal")


def test_a_reversal_names_what_it_takes_back_and_gives_no_reasons(here: World) -> None:
    token = token_of(here.clerk)
    bill = make_bill(here.child, "1.00")
    original = record_settlement(new=bill, by=here.clerk)
    record_settlement(new=reversal_of(bill), by=here.clerk)
    states = {one["setl_id"]: one for one in ask("settlements", token).json()["items"]}
    back = next(one for one in states.values() if one["state"] == "reversal")
    assert (back["init_setl_id"], states[original.setl_id]["state"]) == (original.setl_id, "reversed")
    assert (back["acct_mulaid_pay"], back["shares"][0]["reason"], back["shares"][0]["why"]) == ("-1.00", None, "")
    assert [one["setl_id"] for one in ask("settlements", token, state="reversal").json()["items"]] == [
        back["setl_id"]
    ]


def test_it_speaks_the_language_that_is_asked_for(here: World) -> None:
    token, path = token_of(here.clerk), f"settlements/{here.settlement.setl_id}"
    why = {
        language: ask(path, token, headers={"Accept-Language": language}).json()["shares"][0]["why"]
        for language in ("en-GB", "zh-CN", "fr", "*", "")
    }
    assert why["en-GB"] == "Its turn came and it paid all that was left."
    assert len(set(why.values())) == 2
    assert why["zh-CN"] == why["fr"] == why[""]


# Paging


def pages(path: str, token: str, /, then: Any = None, **query: Any) -> Iterator[dict[str, Any]]:
    """Row by row to the end; `then`: done once, between two pages."""
    answer = ask(path, token, **query).json()
    while True:
        yield from answer["items"]
        if answer["next"] is None:
            return
        if then:
            then()
            then = None
        assert answer["next"].startswith(f"{API}/{path}?")
        answer = Client().get(answer["next"], headers={"Authorization": f"Bearer {token}"}).json()


def test_whoever_reads_to_the_end_has_every_row_once_whatever_arrives_meanwhile(here: World) -> None:
    city = make_staff("supervisor", "420000")
    token = token_of(city)
    for region in (HERE, "421003", "420106"):
        for _n in range(2):
            make_group("12", by=here.clerk, region=region)
        make_settlement(here.child, "1.00", by=here.clerk)
    groups = set(MutualAidGroup.objects.for_staff(city).values_list("number", flat=True))
    settled = set(Settlement.objects.for_staff(city).values_list("setl_id", flat=True))

    def more() -> None:
        make_group("12", by=here.clerk)
        make_settlement(here.child, "1.00", by=here.clerk, settled_at=timezone.now())

    read = [one["number"] for one in pages("groups", token, more, limit=2)]
    assert len(read) == len(set(read))
    assert set(read) >= groups
    read = [one["setl_id"] for one in pages("settlements", token, more, limit=2)]
    assert len(read) == len(set(read))
    assert set(read) >= settled


def test_every_page_takes_the_same_number_of_queries_however_many_rows_it_has(here: World) -> None:
    token = token_of(here.clerk)

    def queries(path: str, **query: Any) -> int:
        ask(path, token, **query)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert ask(path, token, **query).status_code == 200
        return len(asked)

    few = {path: queries(path) for path in ("groups", "settlements")}
    for _n in range(4):
        make_group("12*", "20", by=here.clerk)
        make_settlement(here.child, "1.00", by=here.clerk)
    assert {path: queries(path) for path in few} == few
    assert queries("groups", limit=1) == few["groups"]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("groups", {"limit": "201"}, "limit"),
        ("groups", {"limit": "0"}, "limit"),
        ("groups", {"after": "-1"}, "after"),
        ("groups", {"after": "99999999999999999999"}, "after"),
        ("groups", {"day": "2026-02-30"}, "day"),
        ("groups", {"day": "9999-12-31"}, "day"),
        ("groups", {"dya": "2026-03-16"}, "dya"),
        ("groups/GZ1", {"limit": "1"}, "limit"),
        ("settlements", {"before": "x"}, "before"),
        ("settlements", {"kind": "x"}, "kind"),
        ("settlements", {"med_type": "999"}, "med_type"),
        ("settlements", {"person": "1"}, "person"),
        ("settlements/S1", {"x": "1"}, "x"),
        ("reports", {"x": "1"}, "x"),
        ("reports/groups", {"since": "2026-01-01"}, "since"),
        ("reports/mutual-aid", {"insutype": "x"}, "insutype"),
    ],
)
def test_what_is_not_offered_is_said_of_the_parameter_itself(
    here: World, supervisor: Staff, path: str, query: dict[str, str], field: str
) -> None:
    answer = ask(path, token_of(supervisor), **query)
    told = answer.json()
    assert (answer.status_code, told["error"], [one["field"] for one in told["fields"]]) == (422, "invalid", [field])
    assert told["fields"][0]["message"]


def test_an_address_with_anything_in_it_is_answered_in_the_one_shape(here: World) -> None:
    token = token_of(here.clerk)
    for path in (
        "x" * 3000,
        "groups/%00",
        "groups/..%2f",
        "settlements/' OR 1=1",
        "settlements/%E2%80%AE",
        "groups/",
    ):
        answer = ask(path, token)
        assert answer.status_code in (400, 404), path
    assert set(ask("nothing", token).json()) == {"error", "message", "fields"}


# What is described and what is recorded


def test_the_description_is_for_whoever_has_a_token(here: World) -> None:
    described = ask("openapi.json", token_of(here.clerk)).json()
    assert described["openapi"].startswith("3.1")
    assert described["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    for operations in described["paths"].values():
        assert set(operations) == {"get"}
        assert set(operations["get"]["responses"]) == {"200", *map(str, PROBLEMS)}


def held_to(described: dict[str, Any], path: str, answer: HttpResponse) -> None:
    """Raises: jsonschema.ValidationError for an answer that is not as described, or says more."""
    operation = described["paths"][path]["get"]
    schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    strict = {
        name: {**one, "additionalProperties": False} for name, one in described["components"]["schemas"].items()
    }
    whole = {**schema, "components": {"schemas": strict}}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(answer.json())


def test_every_answer_is_as_it_is_described(here: World) -> None:
    clerk, nobody = token_of(here.clerk), token_of(make_staff("administrator", HERE))
    described = ask("openapi.json", clerk).json()
    bill = make_bill(here.child, "1.00")
    record_settlement(new=bill, by=here.clerk)
    record_settlement(new=reversal_of(bill), by=here.clerk)
    for path, address in one_of_each(here).items():
        answers = [ask(address, None), ask(address, nobody), ask(address, clerk, nonsense="1")]
        if "reports" not in path:
            answers.append(ask(address, clerk))
            assert answers[-1].status_code == 200
        for answer in answers:
            held_to(described, path, answer)
    held_to(described, f"{API}/groups/{{number}}", ask("groups/none", clerk))
    with pytest.raises(jsonschema.ValidationError):
        held_to(described, f"{API}/groups", ask("settlements", clerk))


def test_each_request_leaves_one_event_with_the_token_the_address_and_what_was_read(here: World) -> None:
    token = token_of(here.clerk)
    row = ApiToken.objects.get()
    before = AuditEvent.objects.latest("sequence").sequence
    ask("groups", token, day="2026-03-20", limit=7)
    ask(f"settlements/{here.settlement.setl_id}", token)
    ask("settlements/none", token)
    ask("groups", token, method="post")
    events = list(AuditEvent.objects.filter(sequence__gt=before).order_by("sequence"))
    assert [(one.kind, one.staff, one.address) for one in events] == [(AuditKind.API, here.clerk, "127.0.0.1")] * 4
    assert [one.person for one in events] == [None, here.child, None, None]
    assert events[0].detail == {
        "path": f"{API}/groups", "asked": "day=2026-03-20&limit=7", "rows": 1, "status": 200, "token": row.pk,
    }  # fmt: skip
    assert [one.detail["status"] for one in events] == [200, 200, 404, 405]
    assert events[1].detail["settlement"] == here.settlement.setl_id
    row.refresh_from_db()
    assert row.last_used_at is not None
    just_now = timezone.now() + dt.timedelta(hours=1)
    ApiToken.objects.update(last_used_at=just_now)
    ask("groups", token)
    row.refresh_from_db()
    assert row.last_used_at == just_now, "written once a minute"


def test_what_was_read_stands_in_the_trail_of_the_person(here: World) -> None:
    ask(f"settlements/{here.settlement.setl_id}", token_of(here.clerk))
    auditor = Client()
    auditor.force_login(make_staff("auditor", HERE), backend="django.contrib.auth.backends.ModelBackend")
    trail = auditor.get(f"/persons/{here.child.pk}/trail/").content.decode()
    assert "外部系统读取" in trail


def test_a_number_typed_into_an_address_stays_out_of_the_trail(here: World) -> None:
    ask(f"settlements/{here.child.certno}", token_of(here.clerk))
    ask("settlements", token_of(here.clerk), institution=here.child.certno)
    kept = [str(event.detail) for event in AuditEvent.objects.all()]
    assert here.child.certno not in "".join(kept)
