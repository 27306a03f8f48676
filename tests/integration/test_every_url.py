"""Every address × every role × own, foreign and missing objects, against one declared table.

The table is the heart: an address that it does not name fails, and so does a row without an address. What lies
outside the scope answers like what does not exist, byte for byte: 404, never 403 and never a redirect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import AuditEvent, ClosedDay, Code, InsuredPerson, Job, JobFile, Region, Staff
from accounts.models.audit import AuditKind
from accounts.roles import ROLES
from accounts.services.adjustments import request_adjustment
from accounts.services.audit import record_event
from accounts.services.jobs import enqueue
from families.models import FollowUp
from families.services.case_forms import CaseInput, LineInput
from families.services.drafts import save_case
from reports.exporting import KEPT
from reports.lists import MEMBERS
from reports.models import SavedReport
from reports.standard import MUTUAL_AID
from settlement.models import DiscrepancyDecision
from settlement.services.reversals import ask_reversal
from tests.factories import (
    START,
    make_anomaly,
    make_batch,
    make_claim,
    make_claim_document,
    make_difference,
    make_document,
    make_draft,
    make_group,
    make_import_family,
    make_institution,
    make_match,
    make_numbers_request,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    make_statement,
    make_token_of,
    make_transfer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

SIGN_OUT = "admin/logout/"
ZIP = ("x.zip", b"PK")
HERE, ELSEWHERE = "421002", "330100"
ALL = frozenset(ROLES)
READERS = ALL - {"administrator"}
NOBODY: frozenset[str] = frozenset()
CLERK, REVIEWER = frozenset({"clerk"}), frozenset({"reviewer"})
SUPERVISOR, AUDITOR = frozenset({"supervisor"}), frozenset({"auditor"})
OVERSEERS = frozenset({"supervisor", "auditor"})
ASKS, DECIDES = frozenset({"clerk", "supervisor"}), frozenset({"reviewer", "supervisor"})


@dataclass(frozen=True)
class Row:
    """Who may, and what is answered: to them for their own object, for one outside, and to everybody else."""

    who: frozenset[str]
    answer: int
    about: str = ""
    method: str = "get"
    outside: int = 404
    refused: int = 403
    data: dict[str, str] = field(default_factory=dict)


def page(who: frozenset[str], about: str = "", answer: int = 200, **data: str) -> Row:
    return Row(who, answer, about, data=data)


def form(who: frozenset[str], about: str = "", answer: int = 302, **data: str) -> Row:
    """A page that takes POST alone."""
    return Row(who, answer, about, method="post", data=data)


def admin_list(
    label: str, who: frozenset[str], *, detail: int = 200, change: frozenset[str] = NOBODY
) -> dict[str, Row]:
    """The six addresses of a model in the admin. `detail`: 302 where a row has a page of its own.

    Deleting is refused before anything is looked up, and the short address redirects whatever it is given.
    """
    at, one = f"admin/{label}/", f"admin/{label}/<path:object_id>/"
    return {
        at: Row(who, 200),
        f"{at}add/": Row(change, 200),
        f"{one}change/": Row(who, detail, label),
        f"{one}history/": Row(who, 200, label),
        f"{one}delete/": Row(NOBODY, 403, label),
        one: Row(ALL, 302, label, outside=302),
    }


TABLE: dict[str, Row] = {
    # For everybody, signed in or not
    "healthz": page(ALL),
    "readyz": page(ALL),
    "i18n/setlang/": page(ALL, answer=302),
    "admin/login/": page(ALL, answer=302),
    # Every member of staff
    "": page(ALL, answer=302),
    "admin/": page(ALL, answer=302),
    SIGN_OUT: form(ALL, answer=200),
    "admin/password_change/": page(ALL),
    "admin/password_change/done/": page(ALL),
    "admin/jsi18n/": page(ALL),
    "admin/autocomplete/": page(ALL, app_label="accounts", model_name="staff", field_name="region"),
    r"admin/^(?P<app_label>accounts|families|settlement)/$": page(ALL),
    # Closed: what the admin's frame brings and this product does not offer
    "admin/search/": Row(NOBODY, 404, refused=404),
    "admin/r/<path:content_type_id>/<path:object_id>/": Row(NOBODY, 404, "accounts/insuredperson", refused=404),
    r"admin/(?P<url>.*)$": Row(NOBODY, 404, refused=404),
    # Persons and accounts
    "persons/find/": form(READERS, answer=200),
    "persons/import/": page(CLERK),
    "regions/import/": page(SUPERVISOR),
    "codes/import/": page(SUPERVISOR),
    "institutions/import/": page(SUPERVISOR),
    **{f"persons/export.{kind}": form(OVERSEERS, answer=200) for kind in ("xlsx", "csv")},
    **{f"regions/export.{kind}": form(ALL, answer=200) for kind in ("xlsx", "csv")},
    **{f"codes/export.{kind}": form(OVERSEERS, answer=200) for kind in ("xlsx", "csv")},
    **{f"institutions/export.{kind}": form(ALL, answer=200) for kind in ("xlsx", "csv")},
    "file-checks/<int:pk>/": page(ASKS, "own check"),
    "file-checks/<int:pk>/confirm/": form(ASKS, "own check"),
    "persons/<int:pk>/": page(READERS, "accounts/insuredperson"),
    "persons/<int:pk>/reveal/": form(READERS - {"auditor"}, "accounts/insuredperson", 200),
    "persons/<int:pk>/event/": page(CLERK, "accounts/insuredperson"),
    "persons/<int:pk>/take-death-back/": page(frozenset({"supervisor"}), "accounts/insuredperson"),
    "persons/<int:pk>/contact/": form(CLERK, "accounts/insuredperson", 422),
    "persons/<int:pk>/trail/": page(OVERSEERS, "accounts/insuredperson"),
    "persons/<int:pk>/family/": page(READERS, "accounts/insuredperson"),
    "persons/<int:pk>/family/trail/": page(OVERSEERS, "accounts/insuredperson"),
    "accounts/<int:pk>/adjust/": page(CLERK, "accounts/personalaccount"),
    "adjustments/": page(REVIEWER),
    "adjustments/<int:pk>/decide/": form(REVIEWER, "accounts/accountadjustment"),
    "signed-in/": Row(ALL, 204),
    "jobs/": page(READERS),
    "jobs/<int:pk>/": page(READERS, "own job"),
    # The counter and cases
    "counter/": page(CLERK),
    "counter/find/": form(CLERK, answer=200),
    "counter/persons/<int:pk>/": page(CLERK, "accounts/insuredperson"),
    "counter/persons/<int:pk>/row/": form(CLERK, "accounts/insuredperson", 422),
    "counter/persons/<int:pk>/check/": form(CLERK, "accounts/insuredperson", 200),
    "counter/persons/<int:pk>/save/": form(CLERK, "accounts/insuredperson", 422),
    "counter/groups/<int:pk>/": page(CLERK, "families/mutualaidgroup"),
    "counter/groups/<int:pk>/row/": form(CLERK, "families/mutualaidgroup", 422),
    "counter/groups/<int:pk>/check/": form(CLERK, "families/mutualaidgroup", 200),
    "counter/groups/<int:pk>/save/": form(CLERK, "families/mutualaidgroup", 422),
    "counter/cases/<int:pk>/": page(CLERK, "families/registrationcase", 302),
    "cases/": page(REVIEWER),
    "cases/in-hand/": page(READERS),
    "cases/in-hand/find/": form(READERS, answer=200, owner="户"),
    "cases/<int:pk>/": page(READERS, "families/registrationcase"),
    "cases/<int:pk>/submit/": form(CLERK, "families/registrationcase"),
    "cases/<int:pk>/correct/": form(CLERK, "families/registrationcase"),
    "cases/<int:pk>/take-over/": form(frozenset({"supervisor"}), "families/registrationcase"),
    "cases/<int:pk>/withdraw/": form(CLERK, "families/registrationcase", 422),
    "cases/<int:pk>/approve/": form(REVIEWER, "families/registrationcase"),
    "cases/<int:pk>/reject/": form(REVIEWER, "families/registrationcase", 422),
    "cases/<int:pk>/form.pdf": page(READERS - {"auditor"}, "families/registrationcase"),
    "cases/<int:pk>/receipt.pdf": page(READERS, "families/registrationcase", 302),
    "cases/<int:pk>/documents/": form(CLERK, "families/registrationcase"),
    "cases/<int:pk>/agent/": form(CLERK, "families/registrationcase"),
    "documents/<int:pk>/": page(READERS, "families/casedocument"),
    "documents/<int:pk>/thumbnail.jpg": page(READERS, "families/casedocument"),
    "documents/<int:pk>/replace/": form(CLERK, "families/casedocument"),
    "follow-ups/": page(READERS),
    "follow-ups/export.xlsx": form(OVERSEERS, answer=200),
    "follow-ups/<int:pk>/": page(READERS, "families/followup"),
    "follow-ups/<int:pk>/note/": form(CLERK | {"supervisor"}, "families/followup", 422),
    "follow-ups/<int:pk>/close/": form(CLERK | {"supervisor"}, "families/followup", 422),
    "groups/<int:pk>/": page(READERS, "families/mutualaidgroup"),
    # Batches of registration forms
    "imports/": page(READERS),
    "imports/load/": form(CLERK, answer=422),
    "imports/template.xlsx": page(CLERK),
    "imports/<int:pk>/": page(READERS, "families/importbatch"),
    "imports/<int:pk>/progress/": page(READERS, "families/importbatch"),
    "imports/<int:pk>/headings/": form(ASKS, "families/importbatch", 422),
    "imports/<int:pk>/confirm/": form(ASKS, "families/importbatch"),
    "imports/<int:pk>/take-back/": form(ASKS, "families/importbatch"),
    "imports/<int:pk>/discard/": form(ASKS, "families/importbatch"),
    "imports/<int:pk>/undo/": page(ASKS, "families/importbatch", 302),
    "imports/<int:pk>/review/": page(REVIEWER, "families/importbatch", 302),
    "imports/<int:pk>/approve/": form(REVIEWER, "families/importbatch"),
    "imports/<int:pk>/send-back/": form(REVIEWER, "families/importbatch"),
    "imports/<int:pk>/errors.xlsx": page(ASKS, "families/importbatch", 302),
    "imports/<int:pk>/error-book/": page(ASKS, "families/importbatch"),
    "imports/<int:pk>/error-book/make/": form(ASKS, "families/importbatch"),
    "imports/<int:pk>/corrections/": form(ASKS, "families/importbatch", 422),
    "imports/<int:pk>/summary.pdf": page(READERS, "families/importbatch"),
    "imports/families/<int:pk>/": page(READERS, "families/importfamily", 302),
    "imports/families/<int:pk>/correct/": form(ASKS, "families/importfamily"),
    # Settlements
    "settlements/": page(READERS),
    "settlements/find/": form(READERS, answer=200),
    "settlements/<int:pk>/": page(READERS, "settlement/settlement"),
    "settlements/load/": page(SUPERVISOR),
    "settlements/feeds/<int:pk>/": page(SUPERVISOR, "feed"),
    "settlements/feeds/<int:pk>/errors.xlsx": page(SUPERVISOR, "feed"),
    "persons/<int:pk>/account/": page(READERS, "accounts/insuredperson"),
    "persons/<int:pk>/account.pdf": page(READERS, "accounts/insuredperson"),
    "persons/<int:pk>/care/": page(READERS, "accounts/insuredperson"),
    "persons/<int:pk>/care/doctor/": form(READERS, "accounts/insuredperson", 422),
    "persons/<int:pk>/care.pdf": page(READERS, "accounts/insuredperson"),
    # Statements of institutions
    "statements/": page(OVERSEERS),
    "statements/load/": form(SUPERVISOR, answer=422),
    "statements/<int:pk>/": page(OVERSEERS, "settlement/statement"),
    "statements/<int:pk>/result.zip": page(SUPERVISOR, "settlement/statement"),
    "statements/loads/<int:pk>/": page(SUPERVISOR, "statement load"),
    "statements/totals/": page(OVERSEERS),
    "statements/totals/enter/": form(SUPERVISOR, answer=422),
    "statements/totals/load/": form(SUPERVISOR, answer=422),
    # Nights and their morning report
    "nights/": page(OVERSEERS),
    "nights/again/": form(SUPERVISOR, day="2026-03-17"),
    "nights/report/": page(OVERSEERS),
    "nights/report.pdf": page(OVERSEERS),
    # Persons registered twice
    "duplicates/": page(READERS),
    "duplicates/search/": form(ASKS),
    "duplicates/<int:pk>/": page(READERS, "families/personmatch"),
    "duplicates/<int:pk>/request/": form(ASKS, "families/personmatch", 422),
    "duplicates/<int:pk>/different/": form(ASKS, "families/personmatch", 422),
    "duplicates/<int:pk>/confirm/": form(DECIDES, "families/personmatch", 422),
    "duplicates/<int:pk>/send-back/": form(DECIDES, "families/personmatch", 422),
    # Wallet transfers
    "persons/<int:pk>/premium/": page(CLERK, "accounts/insuredperson"),
    "persons/<int:pk>/transfer/": page(CLERK, "accounts/insuredperson"),
    "persons/<int:pk>/transfer/check/": form(CLERK, "accounts/insuredperson", 200),
    "persons/<int:pk>/transfer/save/": form(CLERK, "accounts/insuredperson", 422),
    "persons/<int:pk>/transfers/": page(READERS, "accounts/insuredperson"),
    "persons/<int:pk>/transfers/trail/": page(OVERSEERS, "accounts/insuredperson"),
    "transfers/": page(READERS),
    "transfers/find/": form(READERS, answer=422),
    "transfers/<int:pk>/": page(READERS, "settlement/wallettransfer"),
    **{
        f"transfers/<int:pk>/{answer}/": form(CLERK, "settlement/wallettransfer", 422)
        for answer in ("accept", "refuse", "withdraw")
    },
    "transfers/<int:pk>/receipt.pdf": page(READERS, "settlement/wallettransfer"),
    # Policies
    "policies/": page(READERS),
    "policies/regions/<str:code>/": page(READERS, "accounts/region"),
    "policies/regions/<str:code>/begin/": page(SUPERVISOR, "accounts/region"),
    "policies/<int:pk>/": page(READERS, "families/regionpolicy"),
    "policies/<int:pk>/edit/": page(SUPERVISOR, "policy draft"),
    "policies/<int:pk>/impact/": page(READERS, "policy draft"),
    "policies/<int:pk>/impact/groups/": page(READERS, "policy draft", parameter="max_members"),
    "policies/<int:pk>/impact/groups.xlsx": form(OVERSEERS, "policy draft", 404),
    "policies/<int:pk>/publish/": form(SUPERVISOR, "policy draft", 409),
    "policies/<int:pk>/discard/": form(SUPERVISOR, "policy draft"),
    # Who would pay, claims and reversals
    "persons/<int:pk>/simulate/": page(READERS, "accounts/insuredperson"),
    "groups/<int:pk>/simulate/": page(READERS, "families/mutualaidgroup"),
    "persons/<int:pk>/claim/": page(CLERK, "accounts/insuredperson"),
    "persons/<int:pk>/claim/preview/": form(CLERK, "accounts/insuredperson", 200),
    "claims/": page(READERS),
    "claims/<int:pk>/": page(READERS, "settlement/claim"),
    "claims/<int:pk>/edit/": page(CLERK, "settlement/claim", 302),
    "claims/<int:pk>/submit/": form(CLERK, "settlement/claim"),
    "claims/<int:pk>/withdraw/": form(CLERK, "settlement/claim", 422),
    "claims/<int:pk>/approve/": form(REVIEWER, "settlement/claim"),
    "claims/<int:pk>/send-back/": form(REVIEWER, "settlement/claim", 422),
    "claims/<int:pk>/reject/": form(REVIEWER, "settlement/claim", 422),
    "claims/<int:pk>/form.pdf": page(READERS - {"auditor"}, "settlement/claim"),
    "claims/<int:pk>/decision.pdf": page(READERS, "settlement/claim", 302),
    "claims/<int:pk>/documents/": form(CLERK, "settlement/claim"),
    "claim-documents/<int:pk>/": page(READERS, "settlement/claimdocument"),
    "claim-documents/<int:pk>/thumbnail.jpg": page(READERS, "settlement/claimdocument"),
    "claim-documents/<int:pk>/replace/": form(CLERK, "settlement/claimdocument"),
    "settlements/<int:pk>/reverse/": page(CLERK, "settlement/settlement"),
    "reversals/": page(READERS),
    "reversals/<int:pk>/": page(READERS, "settlement/reversalcase"),
    "reversals/<int:pk>/approve/": form(REVIEWER, "settlement/reversalcase"),
    "reversals/<int:pk>/reject/": form(REVIEWER, "settlement/reversalcase", 422),
    "reversals/<int:pk>/withdraw/": form(CLERK, "settlement/reversalcase", 422),
    # Reports
    "dashboard/": page(OVERSEERS),
    "reports/": page(OVERSEERS),
    "reports/<slug:code>/": page(OVERSEERS, "report"),
    "reports/<slug:code>/export/": form(SUPERVISOR, "report"),
    "reports/<slug:code>/save/": form(SUPERVISOR, "report"),
    "saved-reports/<int:pk>/monthly/": form(SUPERVISOR, "own saved report"),
    "saved-reports/<int:pk>/forget/": form(SUPERVISOR, "own saved report"),
    "reports/<slug:code>/full-numbers/": form(SUPERVISOR, "list"),
    "full-numbers/": page(OVERSEERS),
    "full-numbers/<int:pk>/decide/": form(SUPERVISOR, "reports/fullnumbersrequest"),
    "exports/": page(SUPERVISOR),
    "exports/notice/": page(SUPERVISOR),
    "exports/<int:pk>/cancel/": form(SUPERVISOR, "own export"),
    "exports/<int:pk>/": page(SUPERVISOR, "own export"),
    "exports/<int:pk>/file/": page(SUPERVISOR, "own export"),
    # For other systems: no session opens them, whoever's it is (tests/integration/test_api.py has those with a token)
    **{
        f"api/v1/{route}": Row(NOBODY, 401, refused=401)
        for route in (
            "",
            "openapi.json",
            "groups",
            "groups/<number>",
            "settlements",
            "settlements/<path:setl_id>",
            "reports",
            "reports/<code>",
        )
    },
    "tokens/": page(OVERSEERS | {"administrator"}),
    "tokens/make/": form(frozenset({"administrator"}), answer=422),
    "tokens/<int:pk>/revoke/": form(frozenset({"administrator"}), "accounts/apitoken"),
    # Exceptions and days
    "discrepancies/": page(OVERSEERS),
    "discrepancies/decide/": form(SUPERVISOR),
    "discrepancies/take/": form(SUPERVISOR),
    "discrepancies/confirm/": form(SUPERVISOR),
    "discrepancies/<int:pk>/": page(OVERSEERS, "settlement/discrepancy"),
    "discrepancies/<int:pk>/decide/": form(SUPERVISOR, "settlement/discrepancy", 422),
    "discrepancies/<int:pk>/hand-over/": form(SUPERVISOR, "settlement/discrepancy"),
    "discrepancies/<int:pk>/comment/": form(SUPERVISOR, "settlement/discrepancy", 422),
    "discrepancy-decisions/<int:pk>/confirm/": form(SUPERVISOR, "settlement/discrepancydecision"),
    "discrepancy-decisions/<int:pk>/end/": form(SUPERVISOR, "settlement/discrepancydecision", 422),
    "days/": page(OVERSEERS),
    "days/day/": page(OVERSEERS, day="2026-03-16"),
    "days/compare/": form(SUPERVISOR),
    "days/close/": form(SUPERVISOR),
    "closed-days/<int:pk>/reopen/": form(SUPERVISOR, "accounts/closedday", 422),
    # Between regions, and what auditors look into
    "clearing/": page(OVERSEERS),
    "clearing/export.xlsx": form(OVERSEERS, answer=200),
    "clearing/items/": page(OVERSEERS, month="2026-03", owing=HERE, owed=ELSEWHERE),
    "anomalies/": page(OVERSEERS),
    "anomalies/<int:pk>/": page(OVERSEERS, "settlement/anomaly"),
    "anomalies/<int:pk>/judge/": form(AUDITOR, "settlement/anomaly", 422),
    # Lists of the admin
    **admin_list("accounts/insuredperson", READERS, detail=302),
    **admin_list("accounts/personalaccount", READERS, detail=302),
    **admin_list("accounts/accountadjustment", READERS),
    **admin_list("accounts/auditevent", OVERSEERS),
    **admin_list("accounts/job", READERS),
    **admin_list("accounts/region", ALL),
    **admin_list("accounts/code", OVERSEERS),
    **admin_list("accounts/staff", OVERSEERS | {"administrator"}, change=frozenset({"administrator"})),
    "admin/accounts/staff/<id>/password/": page(frozenset({"administrator"}), "accounts/staff"),
    **admin_list("families/mutualaidgroup", READERS, detail=302),
    **admin_list("families/registrationcase", READERS, detail=302),
    **admin_list("settlement/institution", ALL),
}
# Not kept in a region: the same rows for whoever may read the table.
UNSCOPED = {"accounts/code", "settlement/institution", "report", "list"}
OPEN_TO_ANONYMOUS = {"healthz": 200, "readyz": 200, "i18n/setlang/": 302, "admin/login/": 200} | {
    route: 401 for route in TABLE if route.startswith("api/")
}
PARAMETER = re.compile(r"<[^>]+>")


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern, route)


@dataclass
class World:
    """One object of every kind in a region."""

    region: str
    rows: dict[str, Model]


def furnish(region: str) -> World:
    clerk = make_staff("clerk", region)
    person = make_person(region=region, current="10.00", by=clerk)
    adjustment = request_adjustment(
        account=person.account, prior_change=1, current_change=0, reason="x", key=uuid4(), by=clerk
    )
    line = LineInput(person.pk, "01", True, START, rank=1)
    case = save_case(form=CaseInput(key=uuid4(), owner_id=person.pk, lines=[line]), by=clerk)
    group = make_group("12", by=clerk, region=region)
    rows: list[Model] = [
        person, person.account, adjustment, case, clerk, group,
        FollowUp.objects.create(group=group, kind="policy_excess", since=START),
        record_event(AuditKind.LOOK, by=clerk, person=person), Region.objects.get(pk=region), make_policy(region),
        Job.objects.create(kind="x", owner=clerk, region_id=region), Code.objects.first(), make_match(region),
        Job.objects.create(kind="x", owner=clerk, region_id=region), Code.objects.first(),
        make_document(case, by=clerk), make_institution(region),
        make_transfer(make_group("12*", by=clerk, region=region), by=clerk),
    ]  # fmt: skip
    rows.append(make_anomaly(group))
    batch = make_batch(by=clerk)
    rows += [batch, make_import_family(batch, ["F1"])]
    claim, settled = make_claim(person, by=clerk), make_settlement(person, "1.00", by=clerk)
    rows += [claim, make_claim_document(claim, by=clerk), settled]
    rows.append(ask_reversal(settlement_id=settled.pk, reason="x", by=clerk))
    difference = make_difference(by=clerk)
    rows += [
        difference,
        DiscrepancyDecision.objects.create(
            discrepancy=difference, reason="institution_corrects", code="3", centre="100.00",
            institution_value="100.50", amount="0.50", alone_up_to=0, accepted_up_to=1, decided_by=clerk,
        ),
        ClosedDay.objects.create(region_id=region, business_date=START.replace(year=2020), closed_by=clerk),
    ]  # fmt: skip
    rows += [make_statement(region), make_token_of(clerk), make_numbers_request(clerk)]
    others = {"feed": make_feed(clerk), "statement load": enqueue(kind="load_statement", file=ZIP, by=clerk)} | {
        "policy draft": make_draft(region, max_members=6),
        "report": SimpleNamespace(pk=MUTUAL_AID.code),
        "list": SimpleNamespace(pk=MEMBERS.code),
    }
    others |= {name: make(clerk) for name, make in OWN.items()}
    return World(region, {f"{row._meta.app_label}/{row._meta.model_name}": row for row in rows} | others)


def make_feed(staff: Staff) -> Job:
    """A settlement feed in which something was wrong."""
    job = enqueue(kind="load_settlements", params={"check_only": True}, file=("feed.csv", b"setl_id"), by=staff)
    fault = {"row": 2, "column": "setl_id", "code": "id_missing", "message": "x", "family": ""}
    Job.objects.filter(pk=job.pk).update(result={"rows": 1, "error_count": 1, "errors": [fault]})
    return job


def make_check(staff: Staff) -> Job:
    """Of a file that the staff member may import, if there is any."""
    kind = "import_regions" if "supervisor" in staff.role_names() else "import_persons"
    return Job.objects.create(kind="check_file", params={"kind": kind}, owner=staff, region=staff.region)


def make_export(staff: Staff) -> Job:
    """A file of a report that is ready to be fetched."""
    params = {"report": MUTUAL_AID.code, "asked": {}, "form": "csv", "language": "zh-hans"}
    job = enqueue(kind="export_report", params=params, file=("x.csv", b"x"), by=staff)
    Job.objects.filter(pk=job.pk).update(state="done", finished_at=timezone.now(), result={"rows": 0})
    JobFile.objects.filter(job=job).update(expires_at=timezone.now() + KEPT)
    return job


def make_saved_report(staff: Staff) -> SavedReport:
    return SavedReport.objects.create(owner=staff, name="x", report=MUTUAL_AID.code)


# What only the person who asked for it sees, whatever the role and region of another.
OWN: dict[str, Callable[[Staff], Model]] = {
    "own check": make_check,
    "own export": make_export,
    "own saved report": make_saved_report,
}


def address(route: str, key: Any) -> str:
    """The route with its last parameter filled in; the two that are regular expressions by an example."""
    route = re.sub(r"\^\(\?P<app_label>[^)]*\)/\$$", "accounts/", route)
    route = re.sub(r"\(\?P<url>[^)]*\)\$$", "no-such-page/", route)
    return "/" + PARAMETER.sub(str(key), route.replace("<path:content_type_id>", "7"))


def ask(client: Client, row: Row, path: str, *, method: str = "") -> HttpResponse:
    return getattr(client, method or row.method)(path, row.data)  # type: ignore[no-any-return]


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def content(response: HttpResponse) -> bytes:
    """The page without what differs on every request."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"|\d{2}:\d{2}:\d{2}', b"", response.content)


def test_every_address_is_in_the_table_and_every_row_is_an_address() -> None:
    assert set(TABLE) == set(routes())


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_answered_as_the_table_says(role: str) -> None:
    here, elsewhere = furnish(HERE), furnish(ELSEWHERE)
    staff = make_staff(role, HERE)
    here.rows["own job"] = Job.objects.create(kind="x", owner=staff, region=staff.region)
    elsewhere.rows["own job"] = here.rows["accounts/job"]  # another's job, in the same region
    for name, make in OWN.items():
        elsewhere.rows[name], here.rows[name] = here.rows[name], make(staff)
    client, wrong = signed_in(staff), []
    for route, row in sorted(TABLE.items(), key=lambda item: item[0] == SIGN_OUT):
        for whose, key, expected in cases_of(row, here, elsewhere, may=role in row.who):
            response = ask(client, row, address(route, key))
            if response.status_code != expected:
                wrong.append(f"{row.method} {route} {whose}: {response.status_code}, not {expected}")
    assert wrong == []


def cases_of(row: Row, here: World, elsewhere: World, *, may: bool) -> Iterator[tuple[str, Any, int]]:
    """Whose object, its key, and the answer expected."""
    if not row.about:
        yield "", "", row.answer if may else row.refused
        return
    yield "own", here.rows[row.about].pk, row.answer if may else row.refused
    outside = row.outside if may else row.refused
    if row.about not in UNSCOPED:
        yield "foreign", elsewhere.rows[row.about].pk, outside
    yield "missing", MISSING.get(row.about, 99999999), outside


MISSING = {"accounts/region": "999999", "report": "nothing", "list": "nothing"}


@pytest.mark.parametrize("role", ROLES)
def test_what_lies_outside_looks_like_what_is_not_there(role: str) -> None:
    elsewhere, client = furnish(ELSEWHERE), signed_in(make_staff(role, HERE))
    differing = []
    for route, row in TABLE.items():
        if not row.about or row.about in {*UNSCOPED, *OWN, "own job"} or row.outside == 302:
            continue
        pages = [
            ask(client, row, address(route, key))
            for key in (elsewhere.rows[row.about].pk, MISSING.get(row.about, 99999999))
        ]
        if content(pages[0]) != content(pages[1]):
            differing.append(route)
    assert differing == []


def test_whoever_is_not_signed_in_learns_nothing() -> None:
    """The same answer for a page, a foreign object, a missing one and an address that was never there."""
    here = furnish(HERE)
    here.rows["own job"] = here.rows["accounts/job"]
    wrong = []
    for route, row in TABLE.items():
        key = here.rows[row.about].pk if row.about else ""
        response = ask(Client(), row, address(route, key))
        if route in OPEN_TO_ANONYMOUS:
            assert response.status_code == OPEN_TO_ANONYMOUS[route]
        elif (response.status_code, response.headers.get("Location")) != (302, "/admin/login/?next=/"):
            wrong.append(route)
    assert wrong == []
    assert Client().get("/never/there").headers["Location"] == "/admin/login/?next=/"


def test_the_session_of_whoever_left_the_bureau_ends_at_once() -> None:
    staff = make_staff("supervisor", HERE)
    client = signed_in(staff)
    assert client.get("/admin/accounts/insuredperson/").status_code == 200
    Staff.objects.filter(pk=staff.pk).update(is_active=False)
    for path in ("/admin/accounts/insuredperson/", "/", "/jobs/", "/admin/password_change/"):
        assert client.get(path).headers["Location"] == "/admin/login/?next=/"


def test_a_page_that_writes_takes_no_get() -> None:
    here = furnish(HERE)
    client = signed_in(make_staff("clerk", HERE))
    posts = {route: row for route, row in TABLE.items() if row.method == "post"}
    answers = {
        route: ask(
            client, row, address(route, here.rows[row.about].pk if row.about else ""), method="get"
        ).status_code
        for route, row in posts.items()
    }
    assert answers == dict.fromkeys(posts, 405)


def test_a_page_that_reads_takes_no_post() -> None:
    here = furnish(HERE)
    client = signed_in(make_staff("auditor", HERE))
    reads = [
        route
        for route, row in TABLE.items()
        if row.method == "get" and row.who >= READERS and not route.startswith(("admin/", "i18n"))
        and route not in {"", "healthz", "readyz"} and row.about != "own job"
    ]  # fmt: skip
    answers = {
        route: client.post(address(route, here.rows[TABLE[route].about].pk if TABLE[route].about else "")).status_code
        for route in reads
    }
    assert answers == dict.fromkeys(reads, 405)


def test_a_head_request_is_answered_and_looked_at_like_a_get() -> None:
    here = furnish(HERE)
    client = signed_in(make_staff("clerk", HERE))
    person = here.rows["accounts/insuredperson"]
    before = AuditEvent.objects.filter(kind=AuditKind.LOOK, person=person).count()
    assert client.head(f"/persons/{person.pk}/").status_code in (200, 405)
    assert client.get(f"/persons/{person.pk}/", HTTP_SEC_PURPOSE="prefetch").status_code == 200
    assert AuditEvent.objects.filter(kind=AuditKind.LOOK, person=person).count() == before + 1


# Autocomplete: the one page of the admin that finds rows of another model than its own.
REGION_FIELD = {"app_label": "accounts", "model_name": "staff", "field_name": "region"}
STAFF_FIELD = {"app_label": "accounts", "model_name": "accountadjustment", "field_name": "handled_by"}
PERSON_FIELD = {"app_label": "families", "model_name": "groupmember", "field_name": "person"}


def found(role: str, source: dict[str, str]) -> list[str] | int:
    response = signed_in(make_staff(role, HERE, username=f"asks-{role}")).get("/admin/autocomplete/", source)
    return [one["id"] for one in response.json()["results"]] if response.status_code == 200 else response.status_code


@pytest.mark.parametrize("role", ROLES)
def test_autocomplete_finds_regions_of_ones_own_alone(role: str) -> None:
    assert found(role, REGION_FIELD) == [HERE]


@pytest.mark.parametrize("role", ROLES)
def test_autocomplete_finds_staff_of_ones_own_region_for_who_may_see_staff(role: str) -> None:
    make_staff("clerk", ELSEWHERE)
    colleague = make_staff("clerk", HERE)
    answer = found(role, STAFF_FIELD)
    if role in OVERSEERS | {"administrator"}:
        asking = Staff.objects.get(username=f"asks-{role}")
        assert isinstance(answer, list)
        assert set(answer) == {str(colleague.pk), str(asking.pk)}
    else:
        assert answer == 403


@pytest.mark.parametrize("role", ROLES)
def test_autocomplete_finds_no_persons(role: str) -> None:
    make_person(region=HERE)
    assert found(role, PERSON_FIELD) in (403, 404)


def test_nothing_offers_to_import_or_export_through_the_admin() -> None:
    """django-import-export lets a staff user without any permission export, unless told otherwise (MEASURED.md)."""
    assert [route for route in routes() if re.match("admin/.*(import|export)", route)] == []


def test_the_filter_of_audit_events_offers_staff_of_ones_own_region_alone() -> None:
    for region in (HERE, ELSEWHERE):
        record_event(AuditKind.LOOK, by=make_staff("clerk", region, username=f"clerk-of-{region}"))
    page = signed_in(make_staff("supervisor", HERE)).get("/admin/accounts/auditevent/").content.decode()
    assert f"clerk-of-{HERE}" in page
    assert f"clerk-of-{ELSEWHERE}" not in page


def test_persons_of_another_region_stay_out_of_every_list() -> None:
    make_person("他乡客", region=ELSEWHERE)
    client = signed_in(make_staff("supervisor", "421000"))
    lists = [route for route in TABLE if re.fullmatch(r"admin/\w+/\w+/", route) and "<" not in route]
    assert InsuredPerson.objects.filter(name="他乡客").exists()
    assert [route for route in lists if "他乡客" in client.get(f"/{route}").content.decode()] == []
