"""The proof of the ledger: each law is broken with triggers and constraints off, and the violation read.

Tampering needs the owner of the tables. What is broken is named by account, entry and amount, and nothing is mended.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Staff
from accounts.models.audit import AuditKind
from accounts.services.adjustments import decide_adjustment, request_adjustment
from accounts.services.audit import record_event
from accounts.services.ledger_proof import Violation, check_ledger
from families.models import GroupMember
from settlement.models import Settlement, WalletTransfer
from settlement.models.transfer import ReturnCause
from settlement.services.claims import approve_claim
from settlement.services.premiums import pay_premium
from settlement.services.settling import record_settlement
from settlement.services.transfer_answers import accept_transfer, return_transfer
from tests.commands import run
from tests.factories import (
    NOON,
    make_bill,
    make_group,
    make_person,
    make_staff,
    make_transfer,
    reversal_of,
    submitted_claim,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
AT = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


@dataclass
class World:
    """A family that paid, reversed, claimed, transferred and paid a premium; its owner pays for everybody."""

    owner: InsuredPerson
    child: InsuredPerson
    paid: Settlement
    reversed: Settlement
    reversal: Settlement
    claim: Any
    premium: Settlement
    transfers: dict[str, WalletTransfer]
    member: GroupMember


@pytest.fixture
def supervisor(regions: None) -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def world(supervisor: Staff) -> World:
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    group = make_group("12*", "20", by=clerk)
    owner, spouse, child = (member.person for member in group.members.order_by("seat"))
    assert spouse.account.entry_count == 0
    bills = [make_bill(child, amount) for amount in ("40.00", "60.00")]
    paid, undone = (record_settlement(new=bill, by=clerk) for bill in bills)
    reversal = record_settlement(new=reversal_of(bills[1]), by=clerk)
    claim = approve_claim(claim_id=submitted_claim(owner, "30.00", by=clerk).pk, by=reviewer)
    premium = pay_premium(person_id=child.pk, payment_id="B1", year=2027, amount=Decimal(20), at=AT, by=clerk)
    accepted, returned, waiting = (make_transfer(group, by=clerk, amount="10.00") for _ in range(3))
    accept_transfer(transfer_id=accepted.transfer_id, at=NOON, by=clerk)
    return_transfer(transfer_id=returned.transfer_id, cause=ReturnCause.REFUSED, reason="x", at=NOON, by=clerk)
    transfers = {"accepted": accepted, "returned": returned, "waiting": waiting}
    for transfer in transfers.values():
        transfer.refresh_from_db()
    return World(owner, child, paid, undone, reversal, claim, premium, transfers, group.members.get(seat=3))


def tamper(statement: str, *params: Any) -> None:
    """One row, as whoever owns the tables may: every trigger of the table is off."""
    table = re.search(r"(?:UPDATE|INTO|DELETE FROM) (\w+)", statement)
    assert table is not None
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table[1]} DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        assert cursor.rowcount == 1
        cursor.execute(f"ALTER TABLE {table[1]} ENABLE TRIGGER USER")


def without(table: str, *constraints: str) -> None:
    """What a CHECK or UNIQUE would refuse even a superuser."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in constraints:
            cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [name])
            kind = f"ALTER TABLE {table} DROP CONSTRAINT {name}" if cursor.fetchone()[0] else f"DROP INDEX {name}"
            cursor.execute(kind)


def found(by: Staff) -> list[Violation]:
    before = everything()
    violations = check_ledger(by=by).violations
    assert everything() == before, "the proof mends nothing"
    return violations


def everything() -> list[Any]:
    tables = (AccountEntry, PersonalAccount, Settlement, WalletTransfer, GroupMember)
    return [list(table.objects.order_by("pk").values_list()) for table in tables]


def told(violations: list[Violation]) -> set[tuple[str, int | None, str, str, str, str]]:
    return {(one.psn_no, one.sequence, one.what, str(one.stored), str(one.expected), one.about) for one in violations}


def entry_of(settlement: Settlement) -> AccountEntry:
    return settlement.shares.get().entry


def test_what_the_services_write_proves_itself(world: World, supervisor: Staff) -> None:
    proof = check_ledger(by=supervisor)
    assert (proof.accounts, proof.entries, proof.violations) == (2, AccountEntry.objects.count(), [])
    assert proof.entries == 11


def test_one_amount_changed_in_one_entry_is_told_with_account_entry_and_amount(
    world: World, supervisor: Staff, tmp_path: Any
) -> None:
    entry = entry_of(world.paid)
    tamper("UPDATE accounts_accountentry SET current_change = -39 WHERE id = %s", entry.pk)
    owner = world.owner.psn_no
    wrong = told(found(supervisor))
    assert (owner, entry.sequence, "share_current_year", "40.00", "39.00", world.paid.setl_id) in wrong
    assert {row[:3] for row in wrong} == {
        (owner, None, "current_year"),
        (owner, entry.sequence, "current_after"),
        (owner, entry.sequence, "share_current_year"),
    }
    status, answer = run("check_ledger", tmp_path=tmp_path, staff=supervisor.username)
    assert status == 1
    share = {"what": "share_current_year", "about": world.paid.setl_id, "stored": "40.00", "expected": "39.00"}
    assert {"psn_no": owner, "sequence": entry.sequence, "region": "421002", **share} in answer["violations"]


def test_a_bucket_below_zero_is_found(world: World, supervisor: Staff) -> None:
    without("accounts_personalaccount", "account_prior_years_not_negative")
    tamper("UPDATE accounts_personalaccount SET prior_years = -5 WHERE id = %s", world.owner.account.pk)
    assert (world.owner.psn_no, None, "negative", "-5.00", "0", "") in told(found(supervisor))


def test_an_entry_below_zero_is_found(world: World, supervisor: Staff) -> None:
    without("accounts_accountentry", "entry_after_not_negative")
    entry = entry_of(world.paid)
    tamper("UPDATE accounts_accountentry SET current_after = -7 WHERE id = %s", entry.pk)
    wrong = (world.owner.psn_no, entry.sequence, "negative", "-7.00", "0", entry.source)
    assert wrong in told(found(supervisor))


def test_one_source_posted_twice_is_found(world: World, supervisor: Staff) -> None:
    without("accounts_accountentry", "entry_source_once")
    entry, again = entry_of(world.paid), entry_of(world.reversed)
    tamper("UPDATE accounts_accountentry SET source = %s WHERE id = %s", entry.source, again.pk)
    assert told(found(supervisor)) == {
        (world.owner.psn_no, again.sequence, "posted_twice", "-60.00", "0", entry.source)
    }


def test_an_adjustment_that_was_posted_by_another_amount_is_found(supervisor: Staff) -> None:
    account = make_person(current="9.00").account
    asked = request_adjustment(
        account=account, prior_change=Decimal(0), current_change=Decimal(1), reason="x",
        key="6f3bb9b0-6c5c-4a55-b3d1-1f1d6b1a0001", by=make_staff("clerk"),
    )  # fmt: skip
    decide_adjustment(adjustment_id=asked.pk, approve=True, decision="", by=make_staff("reviewer"))
    assert found(supervisor) == []
    tamper("UPDATE accounts_accountadjustment SET current_change = 2 WHERE id = %s", asked.pk)
    assert told(found(supervisor)) == {(account.person.psn_no, 2, "adjustment", "1.00", "2.00", str(asked.pk))}


def test_an_altered_event_is_found(world: World, supervisor: Staff) -> None:
    event = record_event(AuditKind.CHECK, by=supervisor, what="x")
    event.refresh_from_db()
    tamper("UPDATE accounts_auditevent SET detail = '{}' WHERE id = %s", event.pk)
    assert told(found(supervisor)) == {("", None, "chain_of_events", "None", "None", str(event.sequence))}
    assert check_ledger(by=make_staff("supervisor", "330000")).violations == []


@pytest.mark.parametrize(
    ("field", "constraint", "whats"),
    [
        ("fulamt_ownpay_amt", "settlement_fees_add_up", {"medfee_sumamt"}),
        ("hosp_part_amt", "settlement_payers_add_up", {"payers"}),
        ("psn_cash_pay", "settlement_personal_part_adds_up", {"psn_part_amt"}),
    ],
)
def test_amounts_that_do_not_add_up_are_found(
    world: World, supervisor: Staff, field: str, constraint: str, whats: set[str]
) -> None:
    without("settlement_settlement", constraint)
    tamper(f"UPDATE settlement_settlement SET {field} = {field} + 1 WHERE id = %s", world.paid.pk)
    violations = found(supervisor)
    assert {one.what for one in violations} == whats
    assert {(one.psn_no, one.about) for one in violations} == {(world.child.psn_no, world.paid.setl_id)}
    assert {abs((one.stored or 0) - (one.expected or 0)) for one in violations} == {Decimal(1)}


def test_a_share_that_is_gone_is_found_at_its_settlement_and_at_its_entry(world: World, supervisor: Staff) -> None:
    share = world.paid.shares.get()
    tamper("DELETE FROM settlement_settlementshare WHERE id = %s", share.pk)
    assert told(found(supervisor)) == {
        (world.child.psn_no, None, "acct_mulaid_pay", "40.00", "0", world.paid.setl_id),
        (world.owner.psn_no, share.entry.sequence, "spent_for_nothing", "-40.00", "0", share.entry.source),
    }


def test_a_share_that_is_not_its_entry_is_found(world: World, supervisor: Staff) -> None:
    share = world.paid.shares.get()
    tamper("UPDATE settlement_settlementshare SET prior_years = 15, current_year = 25 WHERE id = %s", share.pk)
    of = (world.owner.psn_no, share.entry.sequence)
    assert told(found(supervisor)) == {
        (*of, "share_prior_years", "15.00", "0.00", world.paid.setl_id),
        (*of, "share_current_year", "25.00", "40.00", world.paid.setl_id),
    }


def test_a_number_that_was_settled_twice_is_found(world: World, supervisor: Staff) -> None:
    without("settlement_settlement", "settlement_once")
    tamper("UPDATE settlement_settlement SET setl_id = %s WHERE id = %s", world.paid.setl_id, world.reversed.pk)
    assert told(found(supervisor)) == {(world.child.psn_no, None, "settled_twice", "2", "1", world.paid.setl_id)}


def test_a_settlement_that_was_reversed_twice_is_found(world: World, supervisor: Staff) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE settlement_settlement DROP CONSTRAINT settlement_settlement_reverses_id_key")
    columns = ", ".join(
        field.column for field in Settlement._meta.concrete_fields if field.column not in ("id", "setl_id")
    )
    tamper(
        f"INSERT INTO settlement_settlement (setl_id, {columns}) SELECT 'AGAIN', {columns}"
        " FROM settlement_settlement WHERE id = %s",
        world.reversal.pk,
    )
    wrong = told(found(supervisor))
    assert (world.child.psn_no, None, "reversed_twice", "2", "1", "AGAIN") in wrong
    assert (world.child.psn_no, None, "acct_mulaid_pay", "-60.00", "0", "AGAIN") in wrong


def test_a_reversal_that_does_not_mirror_its_original_is_found(world: World, supervisor: Staff) -> None:
    tamper(
        "UPDATE settlement_settlement SET acct_mulaid_pay = acct_mulaid_pay + 1, psn_cash_pay = psn_cash_pay - 1"
        " WHERE id = %s",
        world.reversal.pk,
    )
    about = (world.child.psn_no, None)
    assert told(found(supervisor)) == {
        (*about, "acct_mulaid_pay", "-59.00", "-60.00", world.reversal.setl_id),
        (*about, "reversed_family", "-59.00", "-60.00", world.reversal.setl_id),
        (*about, "reversed_cash", "-1.00", "0.00", world.reversal.setl_id),
    }


def test_a_share_that_came_back_to_another_bucket_is_found(world: World, supervisor: Staff) -> None:
    share = world.reversal.shares.get()
    tamper("UPDATE settlement_settlementshare SET prior_years = -60, current_year = 0 WHERE id = %s", share.pk)
    wrong = told(found(supervisor))
    number = world.reversal.setl_id
    assert (world.child.psn_no, None, "given_back_prior_years", "-60.00", "0.00", number) in wrong
    assert (world.child.psn_no, None, "given_back_current_year", "0.00", "-60.00", number) in wrong


@pytest.mark.parametrize(
    ("state", "entry", "what", "amounts"),
    [
        ("waiting", "out_entry", "transfer_out_current_year", ("-8.00", "-10.00")),
        ("accepted", "in_entry", "transfer_in", ("8.00", "10.00")),
        ("returned", "back_entry", "transfer_back", ("8.00", "10.00")),
    ],
)
def test_an_entry_that_is_not_what_its_transfer_holds_is_found(
    world: World, supervisor: Staff, state: str, entry: str, what: str, amounts: tuple[str, str]
) -> None:
    transfer = world.transfers[state]
    wrong = getattr(transfer, entry)
    tamper(f"UPDATE accounts_accountentry SET current_change = {amounts[0]} WHERE id = %s", wrong.pk)
    psn_no = wrong.account.person.psn_no
    assert (psn_no, wrong.sequence, what, *amounts, transfer.transfer_id) in told(found(supervisor))


def test_a_waiting_transfer_whose_money_arrived_is_found(world: World, supervisor: Staff) -> None:
    without("settlement_wallettransfer", "transfer_answer_fits_state")
    accepted = world.transfers["accepted"]
    tamper("UPDATE settlement_wallettransfer SET state = 'waiting' WHERE id = %s", accepted.pk)
    assert accepted.in_entry is not None
    assert told(found(supervisor)) == {
        (world.owner.psn_no, accepted.in_entry.sequence, "transfer_held", "10.00", "0", accepted.transfer_id)
    }


def test_a_transfer_whose_parts_do_not_add_up_is_found(world: World, supervisor: Staff) -> None:
    without("settlement_wallettransfer", "transfer_parts_add_up")
    waiting = world.transfers["waiting"]
    tamper("UPDATE settlement_wallettransfer SET amount = 11 WHERE id = %s", waiting.pk)
    assert told(found(supervisor)) == {
        (world.owner.psn_no, waiting.out_entry.sequence, "transfer_amount", "10.00", "11.00", waiting.transfer_id)
    }


def test_a_claim_that_is_not_its_settlement_is_found(world: World, supervisor: Staff) -> None:
    tamper(
        "UPDATE settlement_claim SET psn_part_amt = 31, medfee_sumamt = 31, inscp_scp_amt = 31 WHERE id = %s",
        world.claim.pk,
    )
    assert told(found(supervisor)) == {
        (world.owner.psn_no, None, "claim", "30.00", "31.00", world.claim.number),
    }


def test_a_premium_that_is_not_its_settlement_is_found(world: World, supervisor: Staff) -> None:
    tamper("UPDATE settlement_premiumpayment SET person_id = %s WHERE settlement_id = %s", world.owner.pk,
           world.premium.pk)  # fmt: skip
    assert told(found(supervisor)) == {
        (world.child.psn_no, None, "premium", "20.00", "None", world.premium.setl_id),
    }


def test_a_ninth_seat_and_a_second_owner_are_found(world: World, supervisor: Staff) -> None:
    without("families_groupmember", "member_seat_one_to_eight", "member_owner_has_seat_one")
    number = world.member.group.number
    tamper("UPDATE families_groupmember SET seat = 9 WHERE id = %s", world.member.pk)
    assert told(found(supervisor)) == {(world.child.psn_no, None, "seat", "9", "None", number)}
    tamper("UPDATE families_groupmember SET seat = 3, relation = '01' WHERE id = %s", world.member.pk)
    assert told(found(supervisor)) == {(world.child.psn_no, None, "seat", "3", "1", number)}


def test_a_seat_taken_twice_and_a_member_seated_twice_are_found(world: World, supervisor: Staff) -> None:
    without("families_groupmember", "member_seat_once", "member_once_in_group", "member_one_group")
    number = world.member.group.number
    tamper("UPDATE families_groupmember SET seat = 2 WHERE id = %s", world.member.pk)
    assert told(found(supervisor)) == {(world.child.psn_no, None, "seat_taken_twice", "2", "None", number)}
    tamper("UPDATE families_groupmember SET seat = 3, person_id = %s, exclusive = FALSE WHERE id = %s",
           world.owner.pk, world.member.pk)  # fmt: skip
    assert told(found(supervisor)) == {(world.owner.psn_no, None, "member_twice", "3", "None", number)}


def test_a_person_alone_in_two_groups_is_found(world: World, supervisor: Staff) -> None:
    other = make_group("20", by=make_staff("clerk")).members.get(seat=2)
    without("families_groupmember", "member_one_group")
    tamper("UPDATE families_groupmember SET person_id = %s WHERE id = %s", world.child.pk, other.pk)
    assert told(found(supervisor)) == {
        (world.child.psn_no, None, "in_two_groups", "2", "None", other.group.number),
    }


def test_a_violation_is_told_to_its_own_region_alone(world: World, supervisor: Staff) -> None:
    tamper("UPDATE accounts_personalaccount SET current_year = 1 WHERE id = %s", world.owner.account.pk)
    assert {one.region for one in found(supervisor)} == {"421002"}
    for region in ("421003", "420100", "330100"):
        assert check_ledger(by=make_staff("supervisor", region)).violations == []
