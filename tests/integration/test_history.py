"""The trail of every change, however it is written, and the chain of audit events."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pghistory
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from accounts.acting import acting
from accounts.models import (
    ApiToken,
    AuditEvent,
    ClosedDay,
    Code,
    InsuredPerson,
    Job,
    PersonalAccount,
    Region,
    RegionMove,
    Staff,
)
from accounts.models.audit import AuditKind
from accounts.services.adjustments import request_adjustment
from accounts.services.api_tokens import revoke_token
from accounts.services.audit import record_event, verify_chain
from accounts.services.ledger import credit_month
from accounts.services.status_events import EventKind, StatusEvent, record_event_of_person
from accounts.trail import row_changes
from families.models import CaseLine, FollowUp, GroupMember, MutualAidGroup, SenderHeading
from families.services.case_forms import CaseInput, LineInput
from families.services.documents import set_agent
from families.services.drafts import save_case
from reports.models import SavedReport
from settlement.models import Discrepancy, DiscrepancyDecision, ReversalCase, Statement, StatementLine, WalletTransfer
from settlement.services.daily_close import close_day, reopen_day
from settlement.services.deciding import decide, end_decision
from settlement.services.reconciling import reconcile
from settlement.services.reversals import ask_reversal, withdraw_reversal
from settlement.services.transfer_answers import accept_transfer
from tests.factories import (
    NOON,
    START,
    make_anomaly,
    make_batch,
    make_claim,
    make_difference,
    make_document,
    make_draft,
    make_group,
    make_import_family,
    make_institution,
    make_match,
    make_number,
    make_numbers_request,
    make_person,
    make_settlement,
    make_staff,
    make_suspension,
    make_token_of,
    make_total,
    make_transfer,
)
from tests.own import own_models

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

# Each tracked model with a field to change, and a value that its constraints allow.
CHANGES: dict[str, tuple[str, Any]] = {
    "Suspension": ("note", "another note"),
    "RegionMove": ("note", "another note"),
    "FollowUp": ("parameter", "max_members"),
    "ImportBatch": ("sender", "x"),
    "ImportFamily": ("state", "known"),
    "SenderHeading": ("sender", "y"),
    "Region": ("name", "新名"),
    "Staff": ("office", "二号窗口"),
    "InsuredPerson": ("psn_type", "1101"),
    "PersonalAccount": ("opened_on", dt.date(2019, 1, 1)),
    "AccountAdjustment": ("reason", "another reason"),
    "Code": ("name_en", "another name"),
    "Job": ("state", "refused"),
    "MutualAidGroup": ("dissolved_on", dt.date(2027, 1, 1)),
    "GroupMember": ("left_reason", "x"),
    "Sharing": ("share_limit", 7),
    "Grant": ("basis", "declare"),
    "RegistrationCase": ("agent_name", "李四"),
    "CaseLine": ("last_on", dt.date(2027, 1, 1)),
    "RegionPolicy": ("title", "x"),
    "PolicySetting": ("citation", "§2"),
    "PersonMatch": ("decision", "x"),
    "CaseAgent": ("cert_type", "08"),
    "Institution": ("name", "新名"),
    "Claim": ("agent_name", "李四"),
    "Statement": ("counts", False),
    "StatementTotal": ("counts", False),
    "Discrepancy": ("centre", "1.00"),
    "SavedReport": ("report", "regions"),
    "FullNumbersRequest": ("decision", "x"),
    "Anomaly": ("found", 4),
}
# The database refuses any change of one field of them; what their services do is tried below.
UNCHANGING = {
    "CaseDocument",
    "ClaimDocument",
    "ReversalCase",
    "WalletTransfer",
    "DiscrepancyDecision",
    "ClosedDay",
    "ApiToken",
}


def tracked() -> dict[str, type[Model]]:
    return {
        model.pgh_tracked_model.__name__: model.pgh_tracked_model  # type: ignore[attr-defined]
        for model in own_models()
        if hasattr(model, "pgh_tracked_model")
    }


def history(model: type[Model]) -> Any:
    return apps.get_model(model._meta.app_label, f"{model.__name__}Event").objects.order_by("pgh_id")


def newest(row: Model) -> Any:
    return history(type(row)).filter(pgh_obj_id=row.pk).last()


@pytest.fixture
def staff(regions: None) -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def rows(staff: Staff) -> dict[str, Model]:
    """One row of each tracked model."""
    group = make_group("12", by=staff)
    person = make_person(by=staff)
    lines = [LineInput(person.pk, "01", True, START, rank=1)]
    form = CaseInput(key=uuid4(), owner_id=person.pk, lines=lines, agent_name="代办某")
    case = save_case(form=form, by=staff)
    account = PersonalAccount.objects.get(person=person)
    policy = make_draft(min_bind_days=90)
    move = RegionMove.objects.create(
        person=person, from_region_id="421002", region_id="330100", moves_on=START, note="x", recorded_by=staff
    )
    return {
        "Suspension": make_suspension(person, "card_lending", START),
        "RegionMove": move,
        "FollowUp": FollowUp.objects.create(group=group, kind="policy_excess", since=START),
        "ImportBatch": make_batch(by=staff),
        "ImportFamily": make_import_family(make_batch(by=staff), ("x",), corrected_by=staff),
        "SenderHeading": SenderHeading.objects.create(
            region=staff.region, sender="x", heading="x", column="relation"
        ),
        "Region": Region.objects.get(pk="421003"),
        "Staff": make_staff("clerk"),
        "InsuredPerson": person,
        "PersonalAccount": account,
        "AccountAdjustment": request_adjustment(
            account=account, prior_change=1, current_change=0, reason="x", key=uuid4(), by=staff
        ),
        "Code": Code.objects.create(table="x", code="1", name_zh="x", name_en="x", version="1"),
        "Job": Job.objects.create(
            kind="x", owner=staff, region=staff.region, finished_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
        ),
        "Institution": make_institution(),
        "SavedReport": SavedReport.objects.create(owner=staff, name="x", report="mutual-aid"),
        "FullNumbersRequest": make_numbers_request(staff),
        "Claim": make_claim(person, by=staff),
        **_compared(staff),
        "Anomaly": make_anomaly(group),
        "StatementTotal": make_total(by=staff),
        "MutualAidGroup": group,
        "GroupMember": group.members.get(seat=2),
        "Sharing": group.sharings.get(),
        "Grant": group.grants.get(),
        "RegistrationCase": case,
        "CaseLine": case.lines.get(),
        "RegionPolicy": policy,
        "PolicySetting": policy.settings.get(),
        "PersonMatch": make_match(),
        "CaseAgent": set_agent(case_id=case.pk, cert_type="01", certno=make_number(), mobile="", by=staff),
    }


def _compared(staff: Staff) -> dict[str, Model]:
    """A statement, and a difference that its line makes."""
    common = {"institution": make_institution(), "business_date": START}
    statement = Statement.objects.create(**common, name="x", sha256="x", lines_count=1, loaded_by=staff)
    line = StatementLine.objects.create(
        statement=statement, number=1, setl_id="S1", medfee_sumamt=1, fund_pay_sumamt=0, acct_pay=1, is_reversal=False
    )
    found = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    difference = Discrepancy.objects.create(
        **common, setl_id="S1", code="2", field="missing_from_centre", line=line, found_at=found
    )
    return {"Statement": statement, "Discrepancy": difference}


def by_save(row: Model, field: str, value: Any) -> None:
    setattr(row, field, value)
    row.save(update_fields=[field])


def by_update(row: Model, field: str, value: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**{field: value})


def by_bulk_update(row: Model, field: str, value: Any) -> None:
    setattr(row, field, value)
    type(row)._default_manager.bulk_update([row], [field])


def by_raw_sql(row: Model, field: str, value: Any) -> None:
    column, key = row._meta.get_field(field).column, row._meta.pk.column  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE {key} = %s", [value, row.pk])


def test_every_tracked_model_is_tried_below() -> None:
    assert set(tracked()) == set(CHANGES) | UNCHANGING


def test_a_paper_that_comes_leaves_a_trail_that_names_who_added_it(rows: dict[str, Model], staff: Staff) -> None:
    document = make_document(rows["RegistrationCase"], by=staff)  # type: ignore[arg-type]
    event = newest(document)
    assert (event.pgh_label, event.sha256, event.pgh_context["staff"]) == ("insert", document.sha256, staff.pk)


def test_a_token_made_and_revoked_leaves_a_trail_without_its_digest(staff: Staff) -> None:
    token = make_token_of(staff)
    revoke_token(token_id=token.pk, by=token.created_by)
    events = history(ApiToken).values_list("pgh_label", "revoked_by", "pgh_context__staff")
    by = token.created_by_id
    assert list(events) == [("insert", None, by), ("update", by, by)]
    assert not {"digest", "last_used_at"} & {field.name for field in history(ApiToken).model._meta.get_fields()}


def test_a_reversal_and_its_withdrawal_leave_a_trail_that_names_who_did_each(staff: Staff) -> None:
    clerk = make_staff("clerk")
    asked = ask_reversal(settlement_id=make_settlement(make_person(), by=staff).pk, reason="x", by=clerk)
    withdraw_reversal(case_id=asked.pk, reason="x", by=clerk)
    events = history(ReversalCase).values_list("pgh_label", "state", "pgh_context__staff")
    assert list(events) == [("insert", "submitted", clerk.pk), ("update", "withdrawn", clerk.pk)]


def test_a_transfer_and_its_answer_leave_a_trail_that_names_who_recorded_each(staff: Staff) -> None:
    clerk = make_staff("clerk")
    transfer = make_transfer(make_group("12*", by=staff), by=staff)
    accept_transfer(transfer_id=transfer.transfer_id, at=NOON, by=clerk)
    events = history(WalletTransfer).values_list("pgh_label", "state", "pgh_context__staff")
    assert list(events) == [("insert", "waiting", staff.pk), ("update", "accepted", clerk.pk)]


def test_a_decision_and_its_end_leave_a_trail_that_names_who_did_each(staff: Staff) -> None:
    difference, other = make_difference(by=make_staff("clerk")), make_staff("supervisor", "421000")
    (decided,) = decide(chosen={difference.pk: difference.version}, reason="institution_corrects", note="", by=staff)
    end_decision(decision_id=decided.pk, note="x", by=other)
    events = history(DiscrepancyDecision).values_list("pgh_label", "ending", "pgh_context__staff")
    assert list(events) == [("insert", "", staff.pk), ("update", "withdrawn", other.pk)]


def test_a_day_signed_and_reopened_leaves_a_trail_that_names_who_did_each(staff: Staff) -> None:
    other = make_staff("supervisor", "420000")
    reconcile(day=START, by=staff)
    reopen_day(closed_id=close_day(day=START, by=staff).pk, reason="x", by=other)
    events = history(ClosedDay).values_list("pgh_label", "reason", "pgh_context__staff")
    assert list(events) == [("insert", "", staff.pk), ("update", "x", other.pk)]


@pytest.mark.parametrize("change", [by_save, by_update, by_bulk_update, by_raw_sql])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_leaves_a_trail_that_names_who_acted_however_it_is_written(
    name: str, change: Any, rows: dict[str, Model]
) -> None:
    row, (field, value) = rows[name], CHANGES[name]
    someone = make_staff("clerk")
    before = history(type(row)).filter(pgh_obj_id=row.pk).count()
    with acting(someone, channel="page"):
        change(row, field, value)
    event = newest(row)
    assert history(type(row)).filter(pgh_obj_id=row.pk).count() == before + 1
    assert (event.pgh_label, getattr(event, field)) == ("update", value)
    assert event.pgh_context == {"staff": someone.pk, "channel": "page"}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_outside_any_context_leaves_a_trail_too(name: str, rows: dict[str, Model]) -> None:
    row, (field, value) = rows[name], CHANGES[name]
    by_raw_sql(row, field, value)
    event = newest(row)
    assert (event.pgh_label, getattr(event, field), event.pgh_context) == ("update", value, None)


def test_rows_created_one_by_one_in_bulk_and_by_raw_sql_name_who_acted(staff: Staff) -> None:
    fields = {"table": "x", "name_zh": "x", "name_en": "x", "version": "1"}
    with acting(staff, channel="job"):
        Code.objects.create(code="1", **fields)
        Code.objects.bulk_create([Code(code="2", **fields), Code(code="3", **fields)])
        with connection.cursor() as cursor:
            cursor.execute(
                'INSERT INTO accounts_code ("table", code, name_zh, name_en, version)'
                " SELECT 'x', n::text, 'x', 'x', '1' FROM generate_series(4, 5) AS n"
            )
    events = list(history(Code).filter(table="x").values_list("code", "pgh_label", "pgh_context__staff"))
    assert events == [(str(code), "insert", staff.pk) for code in range(1, 6)]


def test_a_family_bound_by_a_clerk_names_the_clerk_on_every_row(staff: Staff) -> None:
    with acting(staff, channel="page"):
        group = make_group("12*", "20", by=staff)
    for model, rows_of in ((MutualAidGroup, {"pgh_obj_id": group.pk}), (GroupMember, {"group": group.pk})):
        events = history(model).filter(**rows_of)
        assert events
        assert {event.pgh_context["staff"] for event in events} == {staff.pk}


def test_a_deleted_row_leaves_its_last_state_and_who_deleted_it(rows: dict[str, Model], staff: Staff) -> None:
    line = rows["CaseLine"]
    with acting(staff, channel="page"):
        CaseLine.objects.filter(pk=line.pk).delete()
    event = newest(line)
    assert (event.pgh_label, event.relation, event.pgh_context["staff"]) == ("delete", "01", staff.pk)


def test_who_acts_within_anothers_action_does_not_change_what_was_written_before(rows: dict[str, Model]) -> None:
    first, second = make_staff("clerk"), make_staff("clerk")
    row = rows["InsuredPerson"]
    with acting(first, channel="page"):
        by_update(row, "psn_type", "1101")
        with acting(second, channel="job"):
            by_update(row, "psn_type", "1102")
    trail = history(InsuredPerson).filter(pgh_obj_id=row.pk).values_list("psn_type", "pgh_context__staff")
    assert list(trail)[-2:] == [("1101", first.pk), ("1102", second.pk)]


def test_rewriting_the_library_s_context_table_does_not_rewrite_who_acted(rows: dict[str, Model]) -> None:
    clerk = make_staff("clerk")
    with acting(clerk, channel="page"):
        by_update(rows["InsuredPerson"], "psn_type", "1101")
    pghistory.models.Context.objects.update(metadata={"staff": 0})
    assert newest(rows["InsuredPerson"]).pgh_context["staff"] == clerk.pk


def test_a_credit_is_kept_by_the_ledger_and_not_a_second_time_by_the_history(
    rows: dict[str, Model], staff: Staff
) -> None:
    account = rows["PersonalAccount"]
    before = history(PersonalAccount).count()
    credit_month(month=START, amounts={account.pk: 5}, by=staff)  # type: ignore[dict-item]
    assert history(PersonalAccount).count() == before


def test_a_password_is_in_no_history(rows: dict[str, Model]) -> None:
    assert not {"password", "last_login"} & {field.name for field in history(Staff).model._meta.fields}


def test_a_persons_trail_tells_who_changed_what_from_what(staff: Staff) -> None:
    person = make_person()
    with acting(staff, channel="page"):
        ended = StatusEvent(EventKind.ENDED, START, "moved abroad")
        record_event_of_person(person_id=person.pk, version=1, event=ended, by=staff)
    newest_line = row_changes(person)[0]
    assert newest_line.who == str(staff)
    changed = {change.field: change for change in newest_line.changes}
    assert changed["status"].before != changed["status"].after
    assert (changed["status_reason"].before, changed["status_reason"].after) == ("", "moved abroad")


# The chain.


def events(count: int, by: Staff) -> list[AuditEvent]:
    person = make_person()
    made = [record_event(AuditKind.REVEAL, by=by, person=person, reason=f"case {n}") for n in range(count)]
    return list(AuditEvent.objects.filter(pk__in=[event.pk for event in made]).order_by("sequence"))


def tamper(statement: str, *params: Any) -> None:
    """As the owner of the table may: with the triggers switched off for the moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        cursor.execute("ALTER TABLE accounts_auditevent ENABLE TRIGGER USER")


def test_an_empty_chain_and_an_untouched_one_are_whole(staff: Staff) -> None:
    assert verify_chain() == []
    events(5, staff)
    record_event(AuditKind.SIGN_IN_REFUSED, by=None)
    assert verify_chain() == []


def test_each_event_carries_the_hash_of_the_one_before(staff: Staff) -> None:
    made = events(3, staff)
    assert [event.sequence for event in made] == list(range(made[0].sequence, made[0].sequence + 3))
    assert [bytes(event.previous_hash) for event in made[1:]] == [bytes(event.hash) for event in made[:-1]]


@pytest.mark.parametrize(
    "values",
    [
        "kind = 'print'",
        'detail = \'{"reason": "case 9"}\'',
        "staff_id = NULL",
        "person_id = NULL",
        "region_id = '421003'",
        "address = '10.0.0.1'",
        "at = at - interval '1 microsecond'",
    ],
)
def test_an_altered_event_is_named(staff: Staff, values: str) -> None:
    made = events(4, staff)
    tamper(f"UPDATE accounts_auditevent SET {values} WHERE id = %s", made[1].pk)
    assert verify_chain() == [made[1].sequence]


def test_an_actor_moved_into_an_empty_field_is_named(staff: Staff) -> None:
    """Fields keep their place in what is hashed: «staff 7, no person» is not «no staff, person 7»."""
    made = record_event(AuditKind.CHECK, by=staff)
    person = make_person(insutype="390")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_insuredperson SET id = %s WHERE id = %s", [staff.pk, person.pk])
    tamper("UPDATE accounts_auditevent SET staff_id = NULL, person_id = staff_id WHERE id = %s", made.pk)
    assert verify_chain() == [AuditEvent.objects.get(pk=made.pk).sequence]


def test_a_removed_event_is_named_at_the_one_after_it(staff: Staff) -> None:
    made = events(4, staff)
    tamper("DELETE FROM accounts_auditevent WHERE id = %s", made[1].pk)
    assert verify_chain() == [made[2].sequence]


def test_an_event_whose_hash_was_recomputed_breaks_at_the_next_one(staff: Staff) -> None:
    made = events(3, staff)
    tamper("UPDATE accounts_auditevent SET hash = sha256('forged') WHERE id = %s", made[0].pk)
    assert verify_chain() == [made[0].sequence, made[1].sequence]


def test_two_events_that_changed_places_are_named(staff: Staff) -> None:
    made = events(4, staff)
    first, second = made[1].sequence, made[2].sequence
    tamper("UPDATE accounts_auditevent SET sequence = -1 WHERE id = %s", made[1].pk)
    tamper("UPDATE accounts_auditevent SET sequence = %s WHERE id = %s", first, made[2].pk)
    tamper("UPDATE accounts_auditevent SET sequence = %s WHERE id = %s", second, made[1].pk)
    assert {first, second} <= set(verify_chain())


def test_another_time_zone_does_not_break_the_chain(staff: Staff) -> None:
    events(2, staff)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'America/New_York'")
    assert verify_chain() == []
    events(1, staff)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Shanghai'")
    assert verify_chain() == []


def test_a_service_names_its_actor_whoever_called_it() -> None:
    clerk = make_staff()

    group = make_group("12*", by=clerk)

    events = apps.get_model("families", "GroupMemberEvent").objects.filter(group=group)
    assert [event.pgh_context["staff"] for event in events] == [clerk.pk, clerk.pk]
