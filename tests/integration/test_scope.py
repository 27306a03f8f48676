"""Who sees which rows: every scoped model × every role × own region, under it, above, beside and elsewhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import Model
from django.utils import timezone

from accounts.models import AccountAdjustment, ClosedDay, Job, JobFile, RegionMove
from accounts.models.audit import AuditKind
from accounts.roles import ROLES
from accounts.scope import ScopedQuerySet
from accounts.services.adjustments import request_adjustment
from accounts.services.audit import record_event
from families.models import FollowUp, FollowUpNote, Grant, SenderHeading
from families.services.case_forms import CaseInput, LineInput
from families.services.documents import set_agent
from families.services.drafts import save_case
from reports.models import SavedReport
from settlement.models import AnomalyNote, Discrepancy
from settlement.services.deciding import comment_on, decide
from settlement.services.premiums import pay_premium
from settlement.services.reconciling import reconcile
from settlement.services.reversals import ask_reversal
from tests.factories import (
    START,
    make_anomaly,
    make_batch,
    make_document,
    make_group,
    make_import_family,
    make_match,
    make_numbers_request,
    make_person,
    make_settlement,
    make_staff,
    make_statement,
    make_suspension,
    make_token_of,
    make_total,
    make_transfer,
    submitted_claim,
)
from tests.own import own_models

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

# A city, its district, its neighbour in the province, another province; rows are made in each of them.
WHERE = ("421000", "421002", "420100", "330100")
PAID_AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
SEES = {
    "100000": {"421000", "421002", "420100", "330100"},
    "420000": {"421000", "421002", "420100"},
    "421000": {"421000", "421002"},
    "421002": {"421002"},
    "421003": set(),
    "420100": {"420100"},
    "330000": {"330100"},
}
# DOMAIN.md section 1: clerks, reviewers, supervisors work with the data; the auditor reads; the administrator keeps
# staff accounts and sees no personal data.
EVERYBODY_BUT_THE_ADMINISTRATOR = {"clerk", "reviewer", "supervisor", "auditor"}
READERS = {
    "InsuredPerson": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "PersonalAccount": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "Suspension": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "RegionMove": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "FollowUp": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "FollowUpNote": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "AccountEntry": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "AccountAdjustment": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "Job": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "JobFile": {"clerk", "reviewer", "supervisor"},
    "SavedReport": {"supervisor", "auditor"},
    "FullNumbersRequest": {"supervisor", "auditor"},
    "AuditEvent": {"supervisor", "auditor"},
    "Staff": {"supervisor", "auditor", "administrator"},
    "ApiToken": {"supervisor", "auditor", "administrator"},
    "MutualAidGroup": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "GroupMember": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "Sharing": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "Grant": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "RegistrationCase": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "CaseLine": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "ImportBatch": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "ImportFamily": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "SenderHeading": set(),
    "PersonMatch": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "CaseDocument": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "CaseAgent": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "Settlement": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "SettlementShare": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "PremiumPayment": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "Statement": {"supervisor", "auditor"},
    "StatementLine": {"supervisor", "auditor"},
    "StatementTotal": {"supervisor", "auditor"},
    "Reconciliation": {"supervisor", "auditor"},
    "Discrepancy": {"supervisor", "auditor"},
    "DiscrepancyDecision": {"supervisor", "auditor"},
    "DiscrepancyComment": {"supervisor", "auditor"},
    "ClosedDay": {"supervisor", "auditor"},
    "Claim": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "ClaimDocument": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "ReversalCase": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "WalletTransfer": EVERYBODY_BUT_THE_ADMINISTRATOR,
    "Anomaly": {"supervisor", "auditor"},
    "AnomalyNote": {"supervisor", "auditor"},
}


def scoped_models() -> list[type[Model]]:
    return [model for model in own_models() if isinstance(model._default_manager.all(), ScopedQuerySet)]


def region_of(row: Model) -> str:
    value: object = row
    for step in getattr(row, "region_lookup", "region").split("__"):
        value = getattr(value, step)
    return str(value.pk)  # type: ignore[attr-defined]


def furnish(region: str) -> None:
    """One row, or a few, of every scoped model in a region."""
    clerk = make_staff("clerk", region)
    owner = make_person(region=region, current="10.00", by=clerk)
    group = make_group("12*", "20", by=clerk, region=region)
    make_transfer(group, by=clerk)
    AnomalyNote.objects.create(
        anomaly=make_anomaly(group), was="new", state="new", text="x", by=clerk, at=timezone.now()
    )
    make_suspension(owner, "card_lending", START)
    RegionMove.objects.create(
        person=owner, from_region_id=region, region_id="100000", moves_on=START, note="x", recorded_by=clerk
    )
    follow_up = FollowUp.objects.create(group=group, kind="policy_excess", since=START)
    FollowUpNote.objects.create(follow_up=follow_up, text="x", by=clerk)
    case = save_case(
        form=CaseInput(
            key=uuid4(),
            owner_id=owner.pk,
            lines=[LineInput(owner.pk, "01", True, START, rank=1)],
            agent_name="代办某",
        ),
        by=clerk,
    )
    make_document(case, by=clerk, person=owner)
    make_import_family(make_batch(by=clerk), ("x",))
    SenderHeading.objects.create(region_id=region, sender="x", heading="x", column="relation")
    set_agent(case_id=case.pk, cert_type="08", certno="E12345678", mobile="", by=clerk)
    request_adjustment(account=owner.account, prior_change=1, current_change=0, reason="x", key=uuid4(), by=clerk)
    record_event(AuditKind.LOOK, by=clerk, person=owner)
    member = group.members.get(relation="20").person
    pay_premium(person_id=member.pk, payment_id=f"B{region}", year=2027, amount=Decimal(1), at=PAID_AT, by=clerk)
    reconcile_something(region)
    make_match(region)
    settled = make_settlement(owner, by=clerk, settled_at=dt.datetime(2026, 2, 2, tzinfo=dt.UTC))  # card not lent yet
    submitted_claim(owner, by=clerk)
    ask_reversal(settlement_id=settled.pk, reason="x", by=clerk)
    SavedReport.objects.create(owner=clerk, name="x", report="mutual-aid")
    make_token_of(clerk)
    make_numbers_request(clerk)
    job = Job.objects.create(kind="x", owner=clerk, region_id=region)
    stored = JobFile(job=job, name="x.xlsx", sha256="0" * 64, size=1)
    stored.content = b"x"
    stored.save()


def reconcile_something(region: str) -> None:
    statement = make_statement(region)
    reconcile(day=statement.business_date, by=statement.loaded_by)
    make_total(region, by=statement.loaded_by)
    found = Discrepancy.objects.get(institution__region=region, line__statement=statement)
    decide(chosen={found.pk: found.version}, reason="institution_corrects", note="", by=statement.loaded_by)
    comment_on(discrepancy_id=found.pk, text="x", by=statement.loaded_by)
    ClosedDay.objects.create(region_id=region, business_date=dt.date(2020, 1, 6), closed_by=statement.loaded_by)


def test_every_model_that_is_scoped_is_classified() -> None:
    assert {model.__name__ for model in scoped_models()} == set(READERS)


def test_every_model_that_carries_persons_is_scoped() -> None:
    """A model that points at a person, an account, a group or a case, at whatever remove, answers to `for_staff`."""
    own = own_models()
    carriers = {"InsuredPerson"}
    while True:
        more = {
            model.__name__
            for model in own
            if not hasattr(model, "pgh_tracked_model")
            and any(f.is_relation and f.related_model and f.related_model.__name__ in carriers
                    for f in model._meta.concrete_fields)
        }  # fmt: skip
        if more <= carriers:
            break
        carriers |= more
    assert carriers <= set(READERS)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_of_each_model_what_lies_in_its_region_and_under_it(role: str) -> None:
    for region in WHERE:
        furnish(region)
    for own, expected in SEES.items():
        staff = make_staff(role, own)
        for model in scoped_models():
            seen = {region_of(row) for row in model._default_manager.all().for_staff(staff)}
            allowed = expected if role in READERS[model.__name__] else set()
            if model.__name__ == "Staff" and allowed is expected:
                seen &= set(WHERE)
            assert seen == allowed, f"{role} of {own}, {model.__name__}"


def test_whoever_left_the_bureau_sees_nothing() -> None:
    furnish("421002")
    staff = make_staff("supervisor", "421000")
    staff.is_active = False
    assert {
        model.__name__ for model in scoped_models() if model._default_manager.all().for_staff(staff).exists()
    } == set()


def test_without_a_role_one_sees_nothing() -> None:
    furnish("421002")
    staff = make_staff("clerk", "100000")
    staff.groups.clear()
    assert {
        model.__name__ for model in scoped_models() if model._default_manager.all().for_staff(staff).exists()
    } == set()


def test_scope_narrows_a_question_and_never_widens_it() -> None:
    furnish("421002")
    clerk = make_staff("clerk")
    assert not AccountAdjustment.objects.filter(reason="other").for_staff(clerk).exists()
    assert Grant.objects.filter(starts_on=dt.date(2000, 1, 1)).for_staff(clerk).count() == 0
