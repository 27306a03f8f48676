"""Every constraint and trigger of the models: a statement that the database accepts, and those that it refuses.

Raw SQL throughout: no service, model or form stands between the statement and the database. A constraint or
trigger without a line here fails the last test of this file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import AccountEntry, AuditEvent, Code, InsuredPerson, Job, PersonalAccount, RegionMove, Staff
from accounts.models.audit import AuditKind
from accounts.services.adjustments import request_adjustment
from accounts.services.audit import record_event
from accounts.services.ledger import Posting, post_entries
from families.models import (
    CaseDocument,
    FollowUp,
    FollowUpNote,
    Grant,
    GroupMember,
    MutualAidGroup,
    PersonMatch,
    RegistrationCase,
    SenderHeading,
)
from families.models.batch import FamilyState
from families.models.match import Certainty
from families.services.case_forms import CaseInput, LineInput
from families.services.documents import set_agent
from families.services.drafts import save_case
from families.services.policies import SettingInput, change_draft
from settlement.models import Discrepancy, PremiumPayment, Reconciliation, Statement, StatementLine
from settlement.models.settlement import EVERY_AMOUNT
from settlement.services.settling import record_settlement
from settlement.services.transfer_answers import accept_transfer
from tests.factories import (
    NOON,
    START,
    make_batch,
    make_bill,
    make_draft,
    make_group,
    make_import_family,
    make_institution,
    make_person,
    make_policy,
    make_regions,
    make_settlement,
    make_staff,
    make_suspension,
    make_total,
    make_transfer,
)
from tests.integration.anomaly_laws import ANOMALY_LAWS, anomalies_world
from tests.integration.claim_laws import CLAIM_LAWS, claims_world
from tests.integration.closing_laws import CLOSING_LAWS, closing_world
from tests.integration.export_laws import EXPORT_LAWS, exports_world
from tests.integration.token_laws import TOKEN_LAWS, tokens_world
from tests.own import own_models


@dataclass(frozen=True)
class Law:
    """`accepted` and `refused`: statements; names in braces are the ids of `world`. `says`: part of the message."""

    accepted: str
    refused: list[str]
    says: str = ""


def entry(sequence: int, prior: str, current: str, after: str, *, account: str = "account", source: str = "s") -> str:
    """An entry of its own, with the account's balance left as it is."""
    return f"""INSERT INTO accounts_accountentry (account_id, sequence, kind, prior_change, current_change,
        prior_after, current_after, business_date, posted_at, source, note, posted_by_id)
        VALUES ({{{account}}}, {sequence}, '110', {prior}, {current}, {after}, '2026-03-16', now(), '{source}', '',
        {{clerk}});"""


def balance(figures: str, entries: int, *, account: str = "account") -> str:
    return f"""UPDATE accounts_personalaccount SET (prior_years, current_year) = ({figures}), entry_count = {entries}
        WHERE id = {{{account}}};"""


def change(table: str, row: str, values: str, *, key: str = "id") -> str:
    return f"UPDATE {table} SET {values} WHERE {key} = {{{row}}}"


def member(seat: int, person: str, *, relation: str = "20", exclusive: bool = True, group: str = "group") -> str:
    return f"""INSERT INTO families_groupmember (group_id, person_id, seat, relation, exclusive, joined_on, left_on,
        left_reason) VALUES ({{{group}}}, {{{person}}}, {seat}, '{relation}', {exclusive}, '2026-04-01', NULL, '')"""


def sharing(payer: str, rank: int, starts_on: str, ends_on: str = "NULL", *, group: str = "group") -> str:
    return f"""INSERT INTO families_sharing (group_id, payer_id, rank, share_limit, starts_on, ends_on)
        VALUES ({{{group}}}, {{{payer}}}, {rank}, NULL, '{starts_on}', {ends_on})"""


def grant(payer: str, beneficiary: str, starts_on: str = "2026-04-01", *, group: str = "group") -> str:
    return f"""INSERT INTO families_grant (group_id, payer_id, beneficiary_id, basis, starts_on, ends_on)
        VALUES ({{{group}}}, {{{payer}}}, {{{beneficiary}}}, 'pass', '{starts_on}', NULL)"""


def case(owner: str, state: str = "draft") -> str:
    return f"""INSERT INTO families_registrationcase (number, kind, state, region_id, owner_id, channel, review_mode,
        cause, opened_by_id, handled_by_id, handled_at, reason, declared_pairs, agent_name, power_of_attorney,
        submission_key, version, submitted_at)
        VALUES ('DJ1', 'create', '{state}', '421002', {{{owner}}}, 'counter', 'review', '', {{clerk}}, {{clerk}},
        now(), 'x', '[]', '', '', gen_random_uuid(), 1, now())"""


def line(position: int, person: str, values: str) -> str:
    return f"""INSERT INTO families_caseline (case_id, position, person_id, action, relation, shares, rank,
        share_limit, starts_on) VALUES ({{case}}, {position}, {{{person}}}, 'join', {values}, '2026-03-01')"""


def document(number: int, values: str = "", *, case: str = "filed_case") -> str:
    """A paper as it is accepted, but for `values`: column = value, with semicolons."""
    columns = {
        "case_id": f"{{{case}}}", "number": str(number), "person_id": "NULL", "kind": "'other'", "name": "'x'",
        "content_type": "'image/jpeg'", "size": "1", "sha256": "'b'", "pages": "1",
        "stored_as": "gen_random_uuid()", "added_by_id": "{clerk}", "added_at": "now()", "replaces_id": "NULL",
        "reason": "''",
    }  # fmt: skip
    columns |= {
        name.strip(): value.strip() for name, _, value in (one.partition("=") for one in values.split(";") if one)
    }
    return f"INSERT INTO families_casedocument ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"


def setting(parameter: str, value: str, citation: str = "§1") -> str:
    return f"""INSERT INTO families_policysetting (policy_id, parameter, value, citation)
        VALUES ({{draft}}, '{parameter}', {value}, '{citation}')"""


def version(rest: str) -> str:
    return f"""INSERT INTO {POLICY} (region_id, effective_on, state, title, version)
        VALUES ('421000', {rest}, 'x', 1)"""


def publishing(who: str, at: str = "2026-03-01") -> str:
    return f"""UPDATE {POLICY} SET state = 'published', published_by_id = {{{who}}}, published_at = '{at}'
        WHERE id = {{draft}}"""


def match(first: str, second: str, values: str = "'proposed', NULL, NULL, NULL, '', NULL, NULL, ''") -> str:
    """`values`: state; survivor, requested by and at, reason; decided by and at, with its reason."""
    return f"""INSERT INTO families_personmatch (first_id, second_id, found_on, certainty, evidence, state,
        survivor_id, requested_by_id, requested_at, reason, decided_by_id, decided_at, decision)
        VALUES ({{{first}}}, {{{second}}}, '2026-03-16', 'likely', '{{{{}}}}', {values})"""


def asked(survivor: str = "{person}", reason: str = "x") -> str:
    return f"'merge_requested', {survivor}, {{clerk}}, now(), '{reason}', NULL, NULL, ''"


def merged(decider: str = "{reviewer}", at: str = "now()") -> str:
    return f"'merged', {{person}}, {{clerk}}, now(), 'x', {decider}, {at}, ''"


def suspension(
    cause: str, status: str, starts_on: str, ends_on: str = "NULL", *, person: str = "away", note: str = "x"
) -> str:
    ended = "NULL, ''" if ends_on == "NULL" else "{clerk}, 'x'"
    return f"""INSERT INTO accounts_suspension (person_id, cause, status, starts_on, ends_on, note, recorded_at,
        ended_by_id, ended_note) VALUES ({{{person}}}, '{cause}', '{status}', '{starts_on}', {ends_on}, '{note}',
        now(), {ended});"""


def merge_record(who: str, into: str, status: str = "3") -> str:
    return (
        suspension("void", "3", "2026-03-01", person=who)
        + f"""UPDATE accounts_insuredperson SET merged_into_id = {{{into}}}, status = '{status}', status_reason = 'x',
        status_since = '2026-03-01' WHERE id = {{{who}}};"""
    )


GONE = merge_record("resident", "person")


def move(person: str, region: str = "420100", values: str = "NULL, NULL", note: str = "x") -> str:
    return f"""INSERT INTO accounts_regionmove (person_id, from_region_id, region_id, moves_on, note, recorded_by_id,
        recorded_at, applied_at, withdrawn_at) VALUES ({{{person}}}, '421002', '{region}', '2026-05-01', '{note}',
        {{clerk}}, now(), {values})"""


def follow_up(person: str, kind: str = "member_suspended", values: str = "'open', NULL, NULL, ''") -> str:
    return f"""INSERT INTO families_followup (group_id, person_id, kind, parameter, since, opened_at, state,
        closed_at, closed_by_id, reason) VALUES ({{group}}, {person}, '{kind}', '', '2026-03-01', now(), {values})"""


def institution(
    code: str, region: str = "'421002'", *, kind: str = "hospital", status: str = "active", since: str = "NULL"
) -> str:
    return f"""INSERT INTO settlement_institution
        (fixmedins_code, name, hosp_lv, kind, region_id, status, status_since)
        VALUES ('{code}', '某医院', '2', '{kind}', {region}, '{status}', {since})"""


def transfer(values: str = "") -> str:
    """A transfer as it is accepted, from the owner of the group to the spouse, but for `values`: column = value, with
    semicolons."""
    columns = {
        "transfer_id": "'T-1'", "payer_id": "{paying}", "payee_id": "{spouse}", "group_id": "{paying_group}",
        "amount": "100", "prior_part": "0", "current_part": "100", "purpose": "'care'",
        "business_date": "'2026-03-16'", "asked_at": "'2026-03-16 12:00+08'", "handled_by_id": "{clerk}",
        "state": "'waiting'", "answered_at": "NULL", "answered_by_id": "NULL", "return_cause": "''", "reason": "''",
        "out_entry_id": "{taken}", "in_entry_id": "NULL", "back_entry_id": "NULL",
    }  # fmt: skip
    columns |= {
        name.strip(): value.strip() for name, _, value in (one.partition("=") for one in values.split(";") if one)
    }
    return f"INSERT INTO {TRANSFER} ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"


def answer(values: str, *, row: str = "transfer") -> str:
    return change(TRANSFER, row, f"{values}, answered_at = '2026-03-16 13:00+08', answered_by_id = {{clerk}}")


def accepted(entry: str = "arrived") -> str:
    return answer(f"state = 'accepted', in_entry_id = {{{entry}}}")


def returned(entry: str = "given_back", cause: str = "unanswered", reason: str = "") -> str:
    return answer(f"state = 'returned', back_entry_id = {{{entry}}}, return_cause = '{cause}', reason = '{reason}'")


def follow_up_note(text: str) -> str:
    return f"""INSERT INTO families_followupnote (follow_up_id, text, by_id, at)
        VALUES ({{follow_up}}, '{text}', {{clerk}}, now())"""


ACCOUNT, ENTRY = "accounts_personalaccount", "accounts_accountentry"
ADJUSTMENT, PERSON, JOB = "accounts_accountadjustment", "accounts_insuredperson", "accounts_job"
CASE, LINE, MATCH = "families_registrationcase", "families_caseline", "families_personmatch"
CASE, LINE = "families_registrationcase", "families_caseline"
POLICY, TRANSFER = "families_regionpolicy", "settlement_wallettransfer"
GROUP, MEMBER, SHARING, GRANT = (
    "families_mutualaidgroup",
    "families_groupmember",
    "families_sharing",
    "families_grant",
)
FOLLOWS = entry(2, "-10", "5", "90, 205") + balance("90, 205", 2)
DECIDED = "reviewed_by_id = {reviewer}, reviewed_at = now()"
SUBMITTED = "submitted_at = now()"
IN_FORCE = "group_id = {group}, effective_on = '2026-03-01'"
APPROVED = f"reviewed_by_id = {{reviewer}}, decided_at = now(), {IN_FORCE}"

ACCOUNTS = {
    # Personal accounts: the balance is what the last entry says, and no bucket is below zero.
    "account_prior_years_not_negative": Law(
        entry(2, "-100", "0", "0, 200") + balance("0, 200", 2),
        [balance("-0.01, 200", 1), balance("'NaN', 200", 1)],
    ),
    "account_current_year_not_negative": Law(
        entry(2, "0", "-200", "100, 0") + balance("100, 0", 2),
        [balance("100, -0.01", 1), balance("100, 'NaN'", 1)],
    ),
    "account_matches_ledger": Law(
        FOLLOWS,
        [
            balance("1000, 200", 1),
            balance("100, 200.01", 1),
            balance("100, 200", 2),
            balance("1, 0", 0, account="empty"),
            entry(2, "-10", "5", "90, 205") + balance("90, 204", 2),
            "INSERT INTO accounts_personalaccount (person_id, prior_years, current_year, entry_count, opened_on)"
            " VALUES ({resident}, 5, 0, 0, '2026-01-01')",
        ],
    ),
    # Entries: numbered without gaps, each starts where the one before ended, one source once.
    "entry_is_in_the_balance": Law(FOLLOWS, [entry(2, "-10", "5", "90, 205")], "account_matches_ledger"),
    "entry_follows_the_last": Law(
        FOLLOWS,
        [
            entry(3, "-10", "5", "90, 205"),
            entry(2, "-10", "5", "95, 205"),
            entry(2, "-10", "5", "90, 200"),
            entry(1, "10", "0", "20, 0", account="empty"),
            entry(2, "10", "0", "10, 0", account="empty"),
        ],
    ),
    "entry_sequence_once": Law(FOLLOWS, [entry(1, "100", "200", "100, 200")]),
    "entry_source_once": Law(FOLLOWS, [entry(2, "-10", "5", "90, 205", source="opening")]),
    "entry_sequence_from_one": Law(
        entry(1, "5", "0", "5, 0", account="empty") + balance("5, 0", 1, account="empty"),
        [entry(0, "5", "0", "5, 0", account="empty")],
    ),
    "entry_changes_something": Law(FOLLOWS, [entry(2, "0", "0", "100, 200")]),
    "entry_after_not_negative": Law(
        entry(2, "-100", "-200", "0, 0") + balance("0, 0", 2),
        [
            entry(2, "-100.01", "0", "-0.01, 200"),
            entry(2, "0", "-201", "100, -1"),
            entry(2, "'NaN'", "0", "'NaN', 200"),
        ],
    ),
    "entry_has_source": Law(FOLLOWS, [entry(2, "-10", "5", "90, 205", source="")]),
    "entry_append_only": Law(
        FOLLOWS,
        [
            change(ENTRY, "entry", "note = 'x'"),
            change(ENTRY, "entry", "prior_change = 1"),
            "DELETE FROM accounts_accountentry WHERE id = {entry}",
            "DELETE FROM accounts_accountentry",
        ],
        "Cannot update or delete rows from accounts_accountentry",
    ),
    "entry_no_truncate": Law(
        FOLLOWS,
        [
            "TRUNCATE accounts_accountentry CASCADE",
            "TRUNCATE accounts_personalaccount CASCADE",
        ],
        "accounts_accountentry is append-only",
    ),
    # Adjustments.
    "adjustment_two_people": Law(
        change(ADJUSTMENT, "adjustment", f"state = 'posted', {DECIDED}"),
        [change(ADJUSTMENT, "adjustment", "state = 'posted', reviewed_by_id = {clerk}, reviewed_at = now()")],
    ),
    "adjustment_decided_by_someone": Law(
        change(ADJUSTMENT, "adjustment", f"state = 'rejected', {DECIDED}"),
        [
            change(ADJUSTMENT, "adjustment", "state = 'posted'"),
            change(ADJUSTMENT, "adjustment", "state = 'rejected', reviewed_by_id = {reviewer}"),
            change(ADJUSTMENT, "adjustment", "state = 'posted', reviewed_at = now()"),
            change(ADJUSTMENT, "adjustment", "reviewed_by_id = {reviewer}"),
            change(ADJUSTMENT, "adjustment", "state = 'waved'"),
        ],
    ),
    "adjustment_changes_something": Law(
        change(ADJUSTMENT, "adjustment", "prior_change = 1, current_change = 0"),
        [change(ADJUSTMENT, "adjustment", "prior_change = 0, current_change = 0")],
    ),
    "adjustment_has_reason": Law(
        change(ADJUSTMENT, "adjustment", "reason = 'r'"), [change(ADJUSTMENT, "adjustment", "reason = ''")]
    ),
    # Audit events.
    "audit_event_append_only": Law(
        "SELECT 1",
        [
            change("accounts_auditevent", "event", "staff_id = {reviewer}"),
            change("accounts_auditevent", "event", "detail = '{{}}'"),
            "DELETE FROM accounts_auditevent WHERE id = {event}",
        ],
        "Cannot update or delete rows from accounts_auditevent",
    ),
    "audit_event_no_truncate": Law(
        "SELECT 1",
        ["TRUNCATE accounts_auditevent", "TRUNCATE accounts_insuredperson CASCADE"],
        "is append-only",
    ),
    # Code tables, jobs, persons, regions, staff.
    "code_once_per_table_and_region": Law(
        'INSERT INTO accounts_code ("table", code, name_zh, name_en, version, region_id)'
        " VALUES ('insutype', '310', 'x', 'x', '1', '421000')",
        [
            'INSERT INTO accounts_code ("table", code, name_zh, name_en, version) '
            "VALUES ('insutype', '310', 'x', 'x', '1')"
        ],
    ),
    "job_running_has_lease": Law(
        change(JOB, "job", "state = 'running', lease_until = now()"), [change(JOB, "job", "state = 'running'")]
    ),
    "job_ended_has_time": Law(
        change(JOB, "job", "state = 'done', finished_at = now()"),
        [change(JOB, "job", f"state = '{state}'") for state in ("done", "refused", "failed", "cancelled")],
    ),
    # A file is imported once its owner, and nobody else, confirmed its finished check.
    "job_confirms_own_check": Law(
        change(JOB, "job", "confirms_id = {check}"),
        [
            change(JOB, "job", "confirms_id = {job}"),
            change(JOB, "job", "confirms_id = {unfinished_check}"),
            change(JOB, "job", "confirms_id = {others_check}"),
            change(JOB, "job", "confirms_id = {check}") + "; " + change(JOB, "job", "owner_id = {reviewer}"),
        ],
    ),
    "person_once_per_certificate": Law(
        change(
            PERSON,
            "resident",
            "cert_type = '90', certno_digest = (SELECT certno_digest FROM"
            " accounts_insuredperson WHERE id = {person})",
        ),
        [
            change(
                PERSON,
                "resident",
                "certno_digest = (SELECT certno_digest FROM accounts_insuredperson WHERE id = {person})",
            )
        ],
    ),
    "person_status_known": Law(
        suspension("ended", "4", "2020-01-01", person="person")
        + change(PERSON, "person", "status = '4', status_reason = 'moved'"),
        [change(PERSON, "person", "status = '5', status_reason = 'x'")],
    ),
    "person_gender_known": Law(change(PERSON, "person", "gender = '2'"), [change(PERSON, "person", "gender = '9'")]),
    "person_status_has_reason": Law(
        suspension("suspended", "2", "2020-01-01", person="person")
        + change(PERSON, "person", "status = '2', status_reason = 'paused'"),
        [change(PERSON, "person", "status = '2', status_reason = ''")],
    ),
    # Of two records of one person: the closed one is void, empty, and stays as it is.
    "person_merged_into_another": Law(GONE, [merge_record("resident", "resident")]),
    "person_merged_is_void": Law(GONE, [merge_record("resident", "person", status="2")]),
    "person_merged_stays": Law(
        GONE,
        [
            GONE + change(PERSON, "resident", "merged_into_id = NULL"),
            GONE + change(PERSON, "resident", "name = 'x'"),
            GONE + "DELETE FROM accounts_insuredperson WHERE id = {resident}",
        ],
        "rows from accounts_insuredperson",
    ),
    "person_merged_whole": Law(GONE, [GONE + merge_record("free", "resident"), merge_record("person", "resident")]),
    "entry_on_open_account": Law(
        entry(1, "5", "0", "5, 0", account="empty") + balance("5, 0", 1, account="empty"),
        [
            merge_record("emptied", "person")
            + entry(1, "5", "0", "5, 0", account="empty")
            + balance("5, 0", 1, account="empty"),
        ],
    ),
    "person_named": Law(change(PERSON, "person", "name = '李'"), [change(PERSON, "person", "name = ''")]),
    "region_code_six_digits": Law(
        "INSERT INTO accounts_region (code, name, parent_id, path)"
        " VALUES ('320399', '县', '100000', '100000/320399/')",
        [
            f"INSERT INTO accounts_region (code, name, path) VALUES ('{code}', 'x', '{code}/')"
            for code in ("32039", "32O399", "３２０３９９", "")
        ],
    ),
    "region_path_ends_with_code": Law(
        "INSERT INTO accounts_region (code, name, parent_id, path)"
        " VALUES ('421081', '石首市', '421000', '100000/420000/421000/421081/')",
        [
            "UPDATE accounts_region SET path = '100000/' WHERE code = '421002'",
            "UPDATE accounts_region SET path = '421002/' WHERE code = '421002'",
            "UPDATE accounts_region SET path = '100000/420000/420100/421002/' WHERE code = '421002'",
            "UPDATE accounts_region SET parent_id = '330100' WHERE code = '421002'",
            "UPDATE accounts_region SET parent_id = NULL WHERE code = '421002'",
            "UPDATE accounts_region SET parent_id = '421002', path = '421002/421002/' WHERE code = '421000'",
        ],
    ),
    "staff_no_superuser": Law(
        change("accounts_staff", "clerk", "is_active = false"),
        [change("accounts_staff", "clerk", "is_superuser = true")],
    ),
}
FAMILIES = {
    # Groups and members.
    "group_period_in_order": Law(
        change(GROUP, "group", "dissolved_on = opened_on"), [change(GROUP, "group", "dissolved_on = opened_on - 1")]
    ),
    "member_seat_one_to_eight": Law(member(8, "resident"), [member(9, "resident"), member(1000, "resident")]),
    "member_owner_has_seat_one": Law(
        member(4, "resident"),
        [
            member(4, "resident", relation="01"),
            change(MEMBER, "owner_row", "relation = '20'"),
            change(MEMBER, "child_row", "relation = '01'"),
        ],
    ),
    "member_period_in_order": Law(
        change(MEMBER, "child_row", "left_on = joined_on"), [change(MEMBER, "child_row", "left_on = joined_on - 1")]
    ),
    "member_seat_once": Law(
        change(MEMBER, "child_row", "left_on = '2026-04-01'") + ";" + member(3, "resident"),
        [
            member(3, "resident"),
            change(MEMBER, "child_row", "left_on = '2026-04-02'") + ";" + member(3, "resident"),
        ],
    ),
    "member_once_in_group": Law(
        change(MEMBER, "free_row", "left_on = '2026-04-01'") + ";" + member(6, "free", exclusive=False),
        [member(6, "free", exclusive=False)],
    ),
    "member_one_group": Law(
        member(4, "resident", exclusive=True),
        [member(4, "other_owner"), change(MEMBER, "also_row", "exclusive = true")],
    ),
    "member_stays_itself": Law(
        change(MEMBER, "child_row", "left_on = '2026-09-01', group_id = group_id, seat = seat"),
        [
            change(MEMBER, "child_row", "seat = 5"),
            change(MEMBER, "child_row", "group_id = {other_group}, seat = 5"),
            change(MEMBER, "child_row", "person_id = {resident}"),
            change(MEMBER, "child_row", "joined_on = '2026-01-01'"),
        ],
        "rows from families_groupmember",
    ),
    "member_is_kept": Law(
        "SELECT 1", [f"DELETE FROM {MEMBER} WHERE id = {{free_row}}"], "Cannot delete rows from families_groupmember"
    ),
    "member_of_open_record": Law(
        member(8, "resident"),
        [
            GONE + member(8, "resident"),
            GONE + member(4, "emptied") + ", ({group}, {resident}, 8, '20', true, '2026-04-01', NULL, '')",
        ],
    ),
    # What each payer shares.
    "sharing_rank_from_one": Law(sharing("child_row", 3, "2026-03-01"), [sharing("child_row", 0, "2026-03-01")]),
    "sharing_limit_not_negative": Law(
        change(SHARING, "sharing", "share_limit = 0"), [change(SHARING, "sharing", "share_limit = -0.01")]
    ),
    "sharing_period_in_order": Law(
        change(SHARING, "sharing", "ends_on = starts_on"), [change(SHARING, "sharing", "ends_on = starts_on - 1")]
    ),
    "sharing_once": Law(
        change(SHARING, "sharing", "ends_on = '2026-06-01'") + ";" + sharing("spouse_row", 5, "2026-06-01"),
        [
            sharing("spouse_row", 5, "2026-06-01"),
            change(SHARING, "sharing", "ends_on = '2026-06-02'") + ";" + sharing("spouse_row", 5, "2026-06-01"),
        ],
    ),
    "sharing_rank_once": Law(
        change(SHARING, "sharing", "ends_on = '2026-06-01'") + ";" + sharing("child_row", 2, "2026-06-01"),
        [sharing("child_row", 2, "2026-06-01"), change(SHARING, "sharing", "rank = 1")],
    ),
    "sharing_within_group": Law(
        sharing("child_row", 3, "2026-03-01"),
        [
            sharing("child_row", 3, "2026-03-01", group="other_group"),
            sharing("child_row", 3, "2026-03-01")
            + ", ({group}, {other_owner_row}, 4, NULL, '2026-03-01', '2026-03-01')",
        ],
    ),
    "sharing_still_within_group": Law(
        change(SHARING, "sharing", "share_limit = 1"),
        [
            change(SHARING, "sharing", "group_id = {other_group}"),
            change(SHARING, "sharing", "payer_id = {other_owner_row}, ends_on = starts_on"),
            f"UPDATE {SHARING} SET group_id = {{other_group}}, ends_on = starts_on",
        ],
        "sharing_within_group",
    ),
    "sharing_is_kept": Law(
        "SELECT 1", [f"DELETE FROM {SHARING} WHERE id = {{sharing}}"], "Cannot delete rows from families_sharing"
    ),
    # Who may draw on whom.
    "grant_to_another": Law(
        grant("child_row", "owner_row"),
        [grant("child_row", "child_row"), change(GRANT, "grant", "beneficiary_id = payer_id")],
    ),
    "grant_period_in_order": Law(
        change(GRANT, "grant", "ends_on = starts_on"), [change(GRANT, "grant", "ends_on = starts_on - 1")]
    ),
    "grant_once": Law(
        change(GRANT, "grant", "ends_on = '2026-04-01'") + ";" + grant("owner_row", "spouse_row"),
        [grant("owner_row", "spouse_row")],
    ),
    "grant_within_group": Law(
        grant("child_row", "owner_row"),
        [
            grant("child_row", "other_owner_row"),
            grant("other_owner_row", "child_row"),
            grant("child_row", "owner_row", group="other_group"),
            grant("child_row", "owner_row")
            + ", ({group}, {child_row}, {other_owner_row}, 'pass', '2026-04-01', NULL)",
        ],
    ),
    "grant_still_within_group": Law(
        change(GRANT, "grant", "basis = 'declare'"),
        [
            change(GRANT, "grant", "group_id = {other_group}"),
            change(GRANT, "grant", "beneficiary_id = {other_owner_row}"),
            f"UPDATE {GRANT} SET group_id = {{other_group}}",
        ],
        "grant_within_group",
    ),
    "grant_is_kept": Law(
        "SELECT 1", [f"DELETE FROM {GRANT} WHERE id = {{grant}}"], "Cannot delete rows from families_grant"
    ),
    # Cases.
    "case_two_people": Law(
        change(CASE, "case", f"state = 'effective', {SUBMITTED}, {APPROVED}"),
        [
            change(
                CASE,
                "case",
                f"state = 'effective', {SUBMITTED}, decided_at = now(), {IN_FORCE}, reviewed_by_id = {{clerk}}",
            ),
            change(
                CASE,
                "case",
                f"state = 'effective', {SUBMITTED}, decided_at = now(), {IN_FORCE},"
                " reviewed_by_id = {clerk}, review_mode = 'immediate'",
            ),
            change(
                CASE,
                "case",
                f"state = 'effective', {SUBMITTED}, decided_at = now(), {IN_FORCE}, opened_by_id = {{reviewer}},"
                " reviewed_by_id = {reviewer}",
            ),
        ],
    ),
    "case_effective_has_day": Law(
        change(CASE, "case", f"state = 'effective', {SUBMITTED}, {APPROVED}"),
        [
            change(
                CASE,
                "case",
                f"state = 'effective', {SUBMITTED}, reviewed_by_id = {{reviewer}}, decided_at = now(),"
                " group_id = {group}",
            )
        ],
    ),
    "case_cause_where_something_ends": Law(
        change(CASE, "case", "kind = 'release', group_id = {group}, cause = 'death'"),
        [
            change(CASE, "case", "kind = 'dissolve', group_id = {group}"),
            change(CASE, "case", "kind = 'add', group_id = {group}, cause = 'death'"),
        ],
    ),
    "case_of_a_group": Law(
        change(CASE, "case", "kind = 'add', group_id = {group}"), [change(CASE, "case", "kind = 'add'")]
    ),
    "case_one_open_per_group": Law(
        change(CASE, "case", "kind = 'add', group_id = {group}") + ";" + case("person"),
        [
            change(CASE, "case", "kind = 'add', group_id = {group}")
            + ";"
            + case("person")
            + ";"
            + "UPDATE families_registrationcase SET kind = 'add', group_id = {group} WHERE number = 'DJ1'",
        ],
    ),
    "case_corrected_once": Law(
        case("free") + "; UPDATE families_registrationcase SET corrects_id = {case} WHERE number = 'DJ1'",
        [
            case("free")
            + "; UPDATE families_registrationcase SET corrects_id = {case} WHERE number = 'DJ1'; "
            + change(CASE, "filed_case", "corrects_id = {case}")
        ],
    ),
    "case_decided_is_final": Law(
        change(CASE, "case", "state = 'withdrawn', reason = 'typed twice'"),
        [
            change(CASE, "case", "state = 'withdrawn', reason = 'x'") + ";" + change(CASE, "case", again)
            for again in ("state = 'draft', reason = ''", "reason = 'another'", "handled_by_id = {reviewer}")
        ],
        "Cannot update rows from families_registrationcase",
    ),
    "case_is_kept": Law(
        "SELECT 1", [f"DELETE FROM {CASE} WHERE id = {{case}}"], "Cannot delete rows from families_registrationcase"
    ),
    "case_decided_by_someone": Law(
        change(
            CASE,
            "case",
            f"state = 'effective', {SUBMITTED}, decided_at = now(), {IN_FORCE}, review_mode = 'immediate'",
        ),
        [
            change(CASE, "case", f"state = 'effective', {SUBMITTED}, decided_at = now(), {IN_FORCE}"),
            change(CASE, "case", f"state = 'effective', {SUBMITTED}, reviewed_by_id = {{reviewer}}, {IN_FORCE}"),
            change(CASE, "case", f"state = 'rejected', reason = 'x', {SUBMITTED}, decided_at = now()"),
            change(
                CASE,
                "case",
                f"state = 'rejected', reason = 'x', {SUBMITTED}, decided_at = now(), review_mode = 'immediate'",
            ),
            change(CASE, "case", f"state = 'submitted', {SUBMITTED}, reviewed_by_id = {{reviewer}}"),
            change(CASE, "case", "state = 'archived', submitted_at = now()"),
        ],
    ),
    "case_submitted_has_time": Law(
        change(CASE, "case", f"state = 'submitted', {SUBMITTED}"), [change(CASE, "case", "state = 'submitted'")]
    ),
    "case_refusal_has_reason": Law(
        change(CASE, "case", "state = 'withdrawn', reason = 'typed twice'"),
        [
            change(CASE, "case", "state = 'withdrawn'"),
            change(CASE, "case", f"state = 'rejected', {SUBMITTED}, {APPROVED}"),
        ],
    ),
    "case_effective_has_group": Law(
        change(CASE, "case", f"state = 'effective', {SUBMITTED}, {APPROVED}"),
        [
            change(
                CASE,
                "case",
                f"state = 'effective', {SUBMITTED}, reviewed_by_id = {{reviewer}}, decided_at = now(),"
                " effective_on = '2026-03-01'",
            ),
        ],
    ),
    "case_one_open_creation_per_owner": Law(
        change(CASE, "case", "state = 'withdrawn', reason = 'x'") + ";" + case("person"),
        [case("person"), case("person", "submitted")],
    ),
    "line_of_a_draft": Law(
        line(3, "free", "'20', false, NULL, NULL"),
        [
            change(CASE, "case", f"state = 'submitted', {SUBMITTED}")
            + ";"
            + line(3, "free", "'20', false, NULL, NULL")
            + also
            for also in ("", ", ({case}, 4, {other_owner}, 'join', '30', false, NULL, NULL, '2026-03-01')")
        ],
    ),
    "line_changed_in_a_draft": Law(
        f"DELETE FROM {LINE} WHERE id = {{line}}",
        [
            change(CASE, "case", f"state = 'submitted', {SUBMITTED}") + ";" + late
            for late in (
                f"DELETE FROM {LINE} WHERE id = {{line}}",
                change(LINE, "line", "share_limit = 1"),
            )
        ],
        "line_of_a_draft",
    ),
    "line_leaver_shares_nothing": Law(
        change(LINE, "line", "action = 'leave', shares = false, rank = NULL"),
        [
            change(LINE, "line", "action = 'leave'"),
            change(LINE, "line", "action = 'leave', shares = false, rank = NULL, last_on = '2026-12-31'"),
        ],
    ),
    "line_position_once": Law(
        line(3, "free", "'20', false, NULL, NULL"), [line(2, "free", "'20', false, NULL, NULL")]
    ),
    "line_person_once": Law(
        line(3, "free", "'20', false, NULL, NULL"), [line(3, "resident", "'20', false, NULL, NULL")]
    ),
    "line_position_one_to_eight": Law(
        line(8, "free", "'20', false, NULL, NULL"),
        [line(9, "free", "'20', false, NULL, NULL"), line(10, "free", "'20', false, NULL, NULL")],
    ),
    "line_owner_shares_first": Law(
        line(3, "free", "'20', true, 1, NULL"),
        [
            line(3, "free", "'01', true, 1, NULL"),
            change(LINE, "line", "relation = '20'"),
            change(LINE, "line", "shares = false, rank = NULL"),
            change(LINE, "line", "rank = 2"),
            change(LINE, "line", "rank = NULL"),
        ],
    ),
    "line_rank_when_sharing": Law(
        line(3, "free", "'20', true, 2, 500"),
        [
            line(3, "free", "'20', true, NULL, NULL"),
            line(3, "free", "'20', true, 0, NULL"),
            line(3, "free", "'20', false, 2, NULL"),
            line(3, "free", "'20', false, NULL, 500"),
        ],
    ),
    "line_limit_not_negative": Law(line(3, "free", "'20', true, 2, 0"), [line(3, "free", "'20', true, 2, -0.01")]),
    # Pairs of records that may be one person.
    "match_pair_once": Law(match("person", "free"), [match("person", "resident")]),
    "match_pair_in_order": Law(match("person", "free"), [match("free", "person"), match("free", "free")]),
    "match_state_known": Law(
        change(MATCH, "match", "state = 'different', decision = 'x', decided_by_id = {clerk}, decided_at = now()"),
        [match("person", "free", "'settled', NULL, NULL, NULL, '', NULL, NULL, ''")],
        "families_personmatch",
    ),
    "match_survivor_of_the_pair": Law(
        match("person", "free", asked()), [match("person", "free", asked("{resident}"))]
    ),
    "match_requested_by_someone": Law(
        match("person", "free", asked()),
        [
            match("person", "free", asked("NULL")),
            match("person", "free", asked(reason="")),
            change(MATCH, "match", "requested_by_id = {clerk}"),
            match("person", "free", "'merged', {person}, NULL, NULL, 'x', {reviewer}, now(), ''"),
        ],
    ),
    "match_decided_by_someone": Law(
        match("person", "free", merged()),
        [
            match("person", "free", merged("NULL")),
            match("person", "free", merged(at="NULL")),
            change(MATCH, "match", "state = 'different', decision = 'x'"),
        ],
    ),
    "match_two_people": Law(match("person", "free", merged()), [match("person", "free", merged("{clerk}"))]),
    "match_different_has_reason": Law(
        change(MATCH, "match", "state = 'different', decision = 'x', decided_by_id = {clerk}, decided_at = now()"),
        [change(MATCH, "match", "state = 'different', decided_by_id = {clerk}, decided_at = now()")],
    ),
    "match_merged_stays": Law(
        match("person", "free", merged()),
        [
            match("person", "free", merged())
            + "; UPDATE families_personmatch SET decision = 'x' WHERE state = 'merged'"
        ],
        "Cannot update rows from families_personmatch",
    ),
    "match_is_kept": Law(
        "SELECT 1",
        ["DELETE FROM families_personmatch WHERE id = {match}"],
        "Cannot delete rows from families_personmatch",
    ),
    # Papers of cases, and who acts for the family.
    "document_one_to_thirty": Law(document(30), [document(31), document(0)]),
    "document_number_once": Law(document(2), [document(1)]),
    "document_once_in_case": Law(
        document(2, "kind = 'id_card'; sha256 = 'a'; person_id = {person}"),
        [document(2, "kind = 'id_card'; sha256 = 'a'")],
    ),
    "document_kind_known": Law(document(2, "kind = 'agent_id'"), [document(2, "kind = 'photo'")]),
    "document_content_known": Law(
        document(2, "content_type = 'application/pdf'"),
        [document(2, f"content_type = '{other}'") for other in ("image/svg+xml", "text/html", "")]
        + [document(2, "size = 0")],
    ),
    "document_replaced_with_reason": Law(
        document(2, "kind = 'id_card'; replaces_id = {document}; reason = 'blurred'"),
        [document(2, "kind = 'id_card'; replaces_id = {document}"), document(2, "reason = 'blurred'")],
    ),
    "document_append_only": Law(
        "SELECT 1",
        [
            change("families_casedocument", "document", "kind = 'other'"),
            change("families_casedocument", "document", "stored_as = gen_random_uuid()"),
            "DELETE FROM families_casedocument WHERE id = {document}",
        ],
        "Cannot update or delete rows from families_casedocument",
    ),
    "document_no_truncate": Law(
        "SELECT 1",
        ["TRUNCATE families_casedocument", "TRUNCATE families_registrationcase CASCADE"],
        "is append-only",
    ),
    "document_of_open_case": Law(
        document(1, case="case"),
        [
            change(CASE, "case", "state = 'withdrawn', reason = 'x'") + ";" + document(1, case="case"),
            document(1, "kind = 'id_card'; replaces_id = {document}; reason = 'x'", case="case"),
            document(2, "replaces_id = {document}; reason = 'x'"),
            document(2, "kind = 'id_card'; person_id = {person}; replaces_id = {document}; reason = 'x'"),
        ],
    ),
    "agent_named_with_number": Law(
        change("families_caseagent", "agent", "cert_type = '01'"),
        [
            change("families_caseagent", "agent", "certno_sealed = ''"),
            change("families_caseagent", "agent", "name = ''"),
        ],
    ),
    # Policies.
    "policy_one_version_per_day": Law(version("'2021-01-01', 'published'"), [version("'2020-01-01', 'published'")]),
    "policy_one_draft_per_day": Law(version("'2020-01-01', 'draft'"), [version("'2099-01-01', 'draft'")]),
    "policy_two_people": Law(
        publishing("reviewer"),
        [publishing("drafter"), publishing("editor")],
    ),
    "policy_published_by_someone": Law(
        publishing("reviewer"),
        [
            f"UPDATE {POLICY} SET state = 'published' WHERE id = {{draft}}",
            f"UPDATE {POLICY} SET state = 'published', published_by_id = {{reviewer}} WHERE id = {{draft}}",
            f"UPDATE {POLICY} SET published_by_id = {{reviewer}} WHERE id = {{draft}}",
            f"UPDATE {POLICY} SET state = 'published', published_at = '2020-01-01' WHERE id = {{draft}}",
        ],
    ),
    "policy_published_before_its_day": Law(
        publishing("reviewer", at="2098-12-31 15:59:59Z"), [publishing("reviewer", at="2098-12-31 16:00Z")]
    ),
    "policy_is_kept": Law(
        f"DELETE FROM {POLICY} WHERE id = -1",
        [f"DELETE FROM {POLICY} WHERE id = {{policy}}", f"DELETE FROM {POLICY} WHERE id = {{draft}}"],
        says="Cannot delete rows from",
    ),
    "policy_decided_stays": Law(
        f"UPDATE {POLICY} SET title = 'x' WHERE id = {{draft}}",
        [
            f"UPDATE {POLICY} SET {change} WHERE id = {{policy}}"
            for change in ("title = 'x'", "effective_on = '2019-01-01'", "state = 'draft'", "version = 9")
        ],
        says="Cannot update rows from",
    ),
    "policy_stays_its_drafters": Law(
        f"UPDATE {POLICY} SET changed_by_id = {{reviewer}} WHERE id = {{draft}}",
        [
            f"UPDATE {POLICY} SET drafted_by_id = NULL WHERE id = {{draft}}",
            f"UPDATE {POLICY} SET drafted_by_id = {{reviewer}} WHERE id = {{draft}}",
            f"UPDATE {POLICY} SET region_id = '420000' WHERE id = {{draft}}",
        ],
        says="Cannot update rows from",
    ),
    "policy_value_of_a_draft": Law(
        setting("cross_city", "'false'"),
        [
            setting("cross_city", "'false'").replace("{draft}", "{policy}"),
            "UPDATE families_policysetting SET value = '30' WHERE policy_id = {policy}",
            "UPDATE families_policysetting SET policy_id = {policy} WHERE policy_id = {draft}",
            "UPDATE families_policysetting SET policy_id = {draft}, parameter = 'x' WHERE policy_id = {policy}",
            "DELETE FROM families_policysetting WHERE policy_id = {policy}",
        ],
    ),
    "policy_parameter_once": Law(setting("cross_city", "'false'"), [setting("min_bind_days", "'30'")]),
    "policy_setting_cited": Law(setting("cross_city", "'false'"), [setting("cross_city", "'false'", citation="")]),
    "policy_seats_at_most_eight": Law(
        setting("max_members", "'8'"),
        [setting("max_members", value) for value in ("'9'", "'1'", "'null'", "NULL", "'true'", "'\"8\"'", "'[8]'")],
    ),
}
SUSPENSION, MOVE, FOLLOW_UP, NOTE = (
    "accounts_suspension",
    "accounts_regionmove",
    "families_followup",
    "families_followupnote",
)
ENDED = "ended_by_id = {clerk}, ended_note = 'x'"
CLOSED = "state = 'closed', closed_at = now()"
STATUS = {
    # Suspensions and moves: dated, kept, one at a time; `away` is suspended from 2026-03-01 on.
    "person_status_has_suspension": Law(
        suspension("ended", "4", "2026-01-01", person="person")
        + change(PERSON, "person", "status = '4', status_since = '2026-01-01', status_reason = 'x'"),
        [
            change(PERSON, "person", "status = '4', status_since = '2026-01-01', status_reason = 'x'"),
            change(PERSON, "away", "status = '4'"),
            change(PERSON, "away", "status_since = '2026-03-02'"),
            suspension("ended", "4", "2026-01-01", "'2026-01-01'", person="person")
            + change(PERSON, "person", "status = '4', status_since = '2026-01-01', status_reason = 'x'"),
            suspension("card_lending", "", "2026-01-01", person="person")
            + change(PERSON, "person", "status = '2', status_since = '2026-01-01', status_reason = 'x'"),
        ],
    ),
    "suspension_cause_gives_status": Law(
        suspension("void", "3", "2026-01-01", person="person"),
        [
            suspension(cause, status, "2026-01-01", person="person")
            for cause, status in (
                ("death", "2"),
                ("suspended", ""),
                ("card_lending", "2"),
                ("war", "2"),
                ("void", "0"),
            )
        ],
    ),
    "suspension_has_note": Law(
        suspension("death", "4", "2026-01-01", person="person"),
        [suspension("death", "4", "2026-01-01", person="person", note="")],
    ),
    "suspension_end_has_note": Law(
        change(SUSPENSION, "suspension", f"ends_on = '2026-04-01', {ENDED}"),
        [
            change(SUSPENSION, "suspension", "ends_on = '2026-04-01', ended_note = 'x'"),
            change(SUSPENSION, "suspension", "ends_on = '2026-04-01', ended_by_id = {clerk}"),
        ],
    ),
    "suspension_death_is_final": Law(
        suspension("death", "4", "2026-01-01", "'2026-01-01'", person="person"),
        [suspension("death", "4", "2026-01-01", "'2026-01-02'", person="person")],
    ),
    "suspension_period_in_order": Law(
        change(SUSPENSION, "suspension", f"ends_on = starts_on, {ENDED}"),
        [change(SUSPENSION, "suspension", f"ends_on = starts_on - 1, {ENDED}")],
    ),
    "suspension_one_insurance": Law(
        suspension("ended", "4", "2026-02-01", "'2026-03-01'") + suspension("card_lending", "", "2026-02-01"),
        [suspension("ended", "4", "2026-02-01", "'2026-03-02'"), suspension("death", "4", "2027-01-01")],
    ),
    "suspension_one_card_lending": Law(
        suspension("card_lending", "", "2026-02-01", "'2026-03-01'") + suspension("card_lending", "", "2026-03-01"),
        [suspension("card_lending", "", "2026-02-01") + suspension("card_lending", "", "2026-03-01")],
    ),
    "suspension_stays_itself": Law(
        change(SUSPENSION, "suspension", "note = 'corrected'"),
        [
            change(SUSPENSION, "suspension", "starts_on = '2026-02-01'"),
            change(SUSPENSION, "suspension", "person_id = {person}"),
            change(SUSPENSION, "suspension", "cause = 'ended', status = '4'"),
        ],
        "Cannot update",
    ),
    "suspension_is_kept": Law(
        "SELECT 1", ["DELETE FROM accounts_suspension WHERE id = {suspension}"], "Cannot delete rows"
    ),
    "move_one_planned": Law(move("person"), [move("away")]),
    "move_applied_or_withdrawn": Law(
        change(MOVE, "move", "applied_at = now()"), [change(MOVE, "move", "applied_at = now(), withdrawn_at = now()")]
    ),
    "move_elsewhere": Law(move("person"), [move("person", "421002")]),
    "move_has_note": Law(move("person"), [move("person", note="")]),
    "move_stays_itself": Law(
        change(MOVE, "move", "withdrawn_at = now()"),
        [
            change(MOVE, "move", "moves_on = '2026-06-01'"),
            change(MOVE, "move", "region_id = '420100'"),
            change(MOVE, "move", "person_id = {person}"),
        ],
        "Cannot update",
    ),
    "move_is_kept": Law("SELECT 1", ["DELETE FROM accounts_regionmove WHERE id = {move}"], "Cannot delete rows"),
    # The nightly step: one job a day, in a name that nobody signs in with.
    "job_once_a_day": Law(
        change(JOB, "job", "business_date = '2026-03-02'"),
        [
            change(JOB, "job", "business_date = '2026-03-02'")
            + "; INSERT INTO accounts_job (kind, state, owner_id, region_id, params, done, total, failure, attempts,"
            " fence, created_at, business_date) VALUES ('x', 'queued', {clerk}, '421002', '{{}}', 0, 0, '', 0, 0,"
            " now(), '2026-03-02')"
        ],
    ),
    "staff_nightly_never_signs_in": Law(
        change("accounts_staff", "clerk", "username = 'nightly', is_active = false"),
        [change("accounts_staff", "clerk", "username = 'nightly'")],
    ),
    # Follow-ups.
    "follow_up_one_open": Law(
        follow_up("{child}", values="'closed', now(), NULL, ''") + ";" + follow_up("NULL", "policy_excess"),
        [
            follow_up("{child}"),
            follow_up("NULL", "policy_excess") + ";" + follow_up("NULL", "policy_excess"),
        ],
    ),
    "follow_up_closed_with_reason": Law(
        change(FOLLOW_UP, "follow_up", f"{CLOSED}, closed_by_id = {{clerk}}, reason = 'x'"),
        [
            change(FOLLOW_UP, "follow_up", f"{CLOSED}, closed_by_id = {{clerk}}"),
            change(FOLLOW_UP, "follow_up", f"{CLOSED}, reason = 'x'"),
            change(FOLLOW_UP, "follow_up", "state = 'closed'"),
            change(FOLLOW_UP, "follow_up", "closed_at = now()"),
            change(FOLLOW_UP, "follow_up", "state = 'gone'"),
        ],
    ),
    "follow_up_stays_itself": Law(
        change(FOLLOW_UP, "follow_up", CLOSED),
        [
            change(FOLLOW_UP, "follow_up", "since = '2026-02-01'"),
            change(FOLLOW_UP, "follow_up", "kind = 'card_lending'"),
            change(FOLLOW_UP, "follow_up", "group_id = {other_group}"),
        ],
        "Cannot update",
    ),
    "follow_up_is_kept": Law(
        "SELECT 1", ["DELETE FROM families_followup WHERE id = {follow_up}"], "Cannot delete rows"
    ),
    "follow_up_note_says_something": Law(follow_up_note("x"), [follow_up_note("")]),
    "follow_up_note_append_only": Law(
        "SELECT 1",
        [change(NOTE, "note", "text = 'y'"), "DELETE FROM families_followupnote WHERE id = {note}"],
        "Cannot update or delete rows from families_followupnote",
    ),
    "follow_up_note_no_truncate": Law(
        "SELECT 1", ["TRUNCATE families_followupnote"], "families_followupnote is append-only"
    ),
}
BATCH, STAGED = "families_importbatch", "families_importfamily"
CONFIRMED = "confirmed_by_id = {clerk}, confirmed_at = now()"
ENTERED = f"{CONFIRMED}, reviewed_by_id = {{reviewer}}, decided_at = now()"


def another_batch(sha256: str) -> str:
    """A batch beside the one of the world. `sha256`: an expression over it."""
    return f"""INSERT INTO {BATCH} (region_id, owner_id, sender, name, sha256, state, layout, above_sealed, rows,
        failure, loaded_at, needs_review, only_valid, sample, reason)
        SELECT region_id, owner_id, '', 'x', {sha256}, 'checked', layout, '', 0, '', now(), true, false, sample, ''
          FROM {BATCH} WHERE id = {{batch}}"""


IMPORTS = {
    "batch_once_per_file": Law(
        change(BATCH, "batch", "state = 'discarded'") + ";" + another_batch("sha256"),
        [
            another_batch("sha256"),
            change(BATCH, "batch", "state = 'undone'")
            + ";"
            + another_batch("sha256")
            + ";"
            + change(BATCH, "batch", "state = 'checked'"),
        ],
    ),
    "batch_reviewed_by_another": Law(
        change(BATCH, "batch", f"state = 'applying', {ENTERED}"),
        [
            change(BATCH, "batch", f"{CONFIRMED}, reviewed_by_id = {{clerk}}"),
            change(BATCH, "batch", "confirmed_by_id = {reviewer}, reviewed_by_id = {reviewer}"),
        ],
    ),
    "batch_confirmed_by_somebody": Law(
        change(BATCH, "batch", f"state = 'submitted', {CONFIRMED}"),
        [
            change(BATCH, "batch", "state = 'submitted'"),
            change(BATCH, "batch", "state = 'submitted', confirmed_at = now()"),
            change(BATCH, "batch", "state = 'applied', needs_review = false"),
        ],
    ),
    "batch_applied_was_reviewed": Law(
        change(BATCH, "batch", f"state = 'applied', {CONFIRMED}, needs_review = false"),
        [
            change(BATCH, "batch", f"state = 'applying', {CONFIRMED}"),
            change(BATCH, "batch", f"state = 'applied', {CONFIRMED}, reviewed_by_id = {{reviewer}}"),
        ],
    ),
    "batch_is_kept": Law("SELECT 1", [f"DELETE FROM {BATCH} WHERE id = {{batch}}"], "Cannot delete rows"),
    "import_family_position_once": Law(
        change(STAGED, "staged", "position = 9"), [change(STAGED, "staged", "position = 2")]
    ),
    "import_family_applied_has_case": Law(
        change(STAGED, "staged", "state = 'applied', group_id = {group}, case_id = {filed_case}"),
        [
            change(STAGED, "staged", "state = 'applied'"),
            change(STAGED, "staged", "state = 'applied', group_id = {group}"),
            change(STAGED, "staged", "state = 'undone', case_id = {filed_case}"),
        ],
    ),
    "import_family_faulty_has_errors": Law(
        change(STAGED, "staged", """state = 'faulty', errors = '[{{"code": "in_law", "row": 2}}]'"""),
        [
            change(STAGED, "staged", "state = 'faulty'"),
            change(STAGED, "staged", """errors = '[{{"code": "in_law", "row": 2}}]'"""),
        ],
    ),
    "import_family_applied_is_kept": Law(
        f"DELETE FROM {STAGED} WHERE id = {{staged}}",
        [f"DELETE FROM {STAGED} WHERE id = {{entered}}"],
        "Cannot delete rows",
    ),
    "import_family_applied_is_final": Law(
        change(STAGED, "entered", "state = 'undone'"),
        [
            change(STAGED, "entered", "state = 'ready'"),
            change(STAGED, "entered", "content_sealed = 'x'"),
            change(STAGED, "entered", "group_id = {other_group}"),
            change(STAGED, "entered", "case_id = {filed_case}"),
        ],
        "Cannot update rows",
    ),
    "sender_heading_once": Law(
        """INSERT INTO families_senderheading (region_id, sender, heading, "column")
            VALUES ('421002', 'another', 'x', 'relation')""",
        [
            """INSERT INTO families_senderheading (region_id, sender, heading, "column")
            VALUES ('421002', 'x', 'x', 'relation')"""
        ],
    ),
}
SETTLED, SHARE = "settlement_settlement", "settlement_settlementshare"
IN_CASH = "10, 10, 0, 0, 0, 0, 0, 10, 0, 0, 10"
BY_FAMILY = "5, 5, 0, 0, 0, 0, 0, 5, 0, 5, 0"
BACK = "-30, 0, 0, 0, -30, 0, 0, -30, -10, -20, 0"


def settlement(number: str, amounts: str = IN_CASH, values: str = "") -> str:
    """A bill of the patient, networked. `amounts`: of EVERY_AMOUNT, in its order; `values`: as of `document`."""
    columns = {
        "setl_id": f"'{number}'", "kind": "'networked'", "reverses_id": "NULL", "mdtrt_id": "''",
        "person_id": "{patient}", "psn_no": "'x'", "insutype": "'310'", "region_id": "'421002'", "group_id": "NULL",
        "institution_id": "'{institution}'", "med_type": "'11'", "usage": "'outpatient'", "settled_at": "now()",
        "business_date": "'2026-03-16'", "dise_codg": "''", "dise_name": "''", "dr_name": "''",
        "acct_used": "true", "considerations": "'[]'", "recorded_by_id": "{clerk}", "recorded_at": "now()",
    }  # fmt: skip
    columns |= dict(zip(EVERY_AMOUNT, amounts.split(", "), strict=True))
    columns |= {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in values.split(";"))}
    columns.pop("", None)
    return f"INSERT INTO {SETTLED} ({', '.join(columns)}) VALUES ({', '.join(columns.values())});"


def taken(source: str, change: str, after: str, *, account: str = "payer", sequence: int = 3) -> str:
    """What a share takes: the next entry of its account. `change`: from prior years and current year."""
    prior, current = change.split(", ")
    return entry(sequence, f"-({prior})", f"-({current})", after, account=account, source=source) + balance(
        after, sequence, account=account
    )


def share(of: str, position: int, change: str, *, account: str = "payer", source: str = "") -> str:
    """A share of the settlement with this number. `source`: of the entry that it names."""
    return f"""INSERT INTO {SHARE} (settlement_id, position, account_id, prior_years, current_year, year, entry_id)
        SELECT settled.id, {position}, {{{account}}}, {change}, 2026, entry.id
          FROM {SETTLED} AS settled, {ENTRY} AS entry
         WHERE settled.setl_id = '{of}' AND entry.source = '{source or f"{of}/{position}"}';"""


def reversal(amounts: str = BACK, values: str = "", *, own: str = "-10, 0", held: str = "10, 0") -> str:
    """What the patient's own account and the payer's paid, given back. `own`, `held`: to and on the own account."""
    return (
        settlement("N1", amounts, f"reverses_id = {{paid}}; {values}")
        + taken("N1/0", own, held, account="patients")
        + share("N1", 0, own, account="patients")
        + taken("N1/1", "0, -20", "0, 1000")
        + share("N1", 1, "0, -20")
    )


def reverses(number: str) -> str:
    return f"reverses_id = (SELECT id FROM {SETTLED} WHERE setl_id = '{number}')"


PREMIUM = "kind = 'premium'; institution_id = NULL; med_type = ''"
BACK_CASH = "-10, 0, 0, 0, -10, 0, 0, -10, 0, 0, -10"


def premium(of: str, year: int, *, person: str = "patient") -> str:
    return f"""INSERT INTO settlement_premiumpayment (settlement_id, person_id, year)
        SELECT id, {{{person}}}, {year} FROM {SETTLED} WHERE setl_id = '{of}';"""


def saved_report(name: str) -> str:
    return f"""INSERT INTO reports_savedreport (owner_id, name, report, asked, saved_at, monthly_form)
        VALUES ({{clerk}}, '{name}', 'mutual-aid', '{{{{}}}}', now(), '');"""


def summary(period: str = "day", begins: str = "2026-03-16", by: str = "", value: str = "", cash: str = "4") -> str:
    return f"""INSERT INTO reports_settlementsummary (region_id, by, period, begins, value, name, visits,
                      medfee_sumamt, fund_pay_sumamt, hosp_part_amt, psn_part_amt, acct_pay, acct_mulaid_pay,
                      psn_cash_pay)
               VALUES ('421002', '{by}', '{period}', '{begins}', '{value}', '', 1, 9, 0, 0, 9, 3, 2, {cash});"""


def persons_to_date(figures: str) -> str:
    return f"""INSERT INTO reports_personstodate (region_id, day, of_day, of_month, of_year)
               VALUES ('421002', '2026-03-16', {figures});"""


def statement(day: str, counts: str = "true") -> str:
    return f"""INSERT INTO settlement_statement (institution_id, business_date, name, sha256, lines_count,
        loaded_by_id, loaded_at, counts)
        VALUES ('{{institution}}', '{day}', 'x', 'x', 1, {{clerk}}, now(), {counts});"""


def line(setl_id: str) -> str:
    return f"""INSERT INTO settlement_statementline (statement_id, number, setl_id, mdtrt_id, psn_no, medfee_sumamt,
        fund_pay_sumamt, acct_pay, is_reversal, further)
        VALUES ({{statement}}, 2, '{setl_id}', '', '', 1, 0, 1, false, '');"""


def total(insutype: str = "310", counts: str = "true", until: str = "2026-03-17") -> str:
    return f"""INSERT INTO settlement_statementtotal (institution_id, starts_on, ends_on, insutype, clr_type,
        medfee_sumamt, fund_pay_sumamt, acct_pay, setl_count, loaded_by_id, loaded_at, counts)
        VALUES ('{{institution}}', '2026-03-16', '{until}', '{insutype}', '11', 1, 0, 1, 1, {{clerk}}, now(),
        {counts});"""


def reconciliation(day: str, figures: str = "5, 4") -> str:
    return f"""INSERT INTO settlement_reconciliation (region_id, business_date, kind, compared, balanced, run_by_id,
        run_at) VALUES ('421002', '{day}', '3202', {figures}, {{clerk}}, now());"""


def discrepancy(field: str, code: str = "3", settled: str = "{paid}", told: str = "{told}") -> str:
    return f"""INSERT INTO settlement_discrepancy (institution_id, business_date, setl_id, code, field, settlement_id,
        line_id, found_at)
        VALUES ('{{institution}}', '2026-03-16', 'L1', '{code}', '{field}', {settled}, {told}, now());"""


NOTHING = ", ".join("0" * len(EVERY_AMOUNT))
FAMILY_PAYS = settlement("N1", BY_FAMILY) + taken("N1/1", "0, 5", "0, 975") + share("N1", 1, "0, 5")
COMMITTED = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
SETTLEMENT = {
    "settlement_has_id": Law(settlement("N1"), [settlement("")]),
    "settlement_fees_add_up": Law(
        settlement("N1", "10, 1, 2, 3, 4, 0, 0, 10, 0, 0, 10"),
        [
            settlement("N1", "10, 9.99, 0, 0, 0, 0, 0, 10, 0, 0, 10"),
            settlement("N1", "10, 10, 0, 0, 0.01, 0, 0, 10, 0, 0, 10"),
        ],
    ),
    "settlement_payers_add_up": Law(
        settlement("N1", "10, 10, 0, 0, 0, 5, 2, 3, 0, 0, 3"),
        [
            settlement("N1", "10, 10, 0, 0, 0, 5, 2, 2, 0, 0, 2"),
            settlement("N1", "10, 10, 0, 0, 0, 5, 0, 10, 0, 0, 10"),
        ],
    ),
    "settlement_personal_part_adds_up": Law(
        settlement("N1"),
        [
            settlement("N1", "10, 10, 0, 0, 0, 0, 0, 10, 0, 0, 9"),
            settlement("N1", "10, 10, 0, 0, 0, 0, 0, 10, 5, 5, 5"),
        ],
    ),
    "settlement_total_is_a_number": Law(
        settlement("N1"),
        [
            settlement("N1", "'NaN', 'NaN', 0, 0, 0, 0, 0, 'NaN', 0, 0, 'NaN'"),
            settlement("N1", "'NaN', 'NaN', 0, 0, 0, 'NaN', 0, 0, 0, 0, 0"),
        ],
    ),
    "settlement_sign_of_kind": Law(
        settlement("N1", "-10, 0, 0, 0, -10, 0, 0, -10, 0, 0, -10", "reverses_id = {cash_paid}"),
        [
            settlement("N1", "-10, -10, 0, 0, 0, 0, 0, -10, 0, 0, -10"),
            settlement("N1", values="reverses_id = {cash_paid}"),
            settlement("N1", "10, 20, -10, 0, 0, 0, 0, 10, 0, 0, 10"),
            settlement("N1", "10, 10, 0, 0, 0, 20, 0, -10, 0, 0, -10"),
            settlement("N1", "10, 10, 0, 0, 0, 0, 0, 10, -5, 0, 15"),
        ],
    ),
    "settlement_kind_has_its_place": Law(
        settlement("N1", values="kind = 'claim'; institution_id = NULL")
        + settlement("N2", values="kind = 'claim'")
        + settlement("N3", values="kind = 'premium'; institution_id = NULL; med_type = ''"),
        [
            settlement("N1", values=values)
            for values in (
                "institution_id = NULL",
                "med_type = ''",
                "kind = 'claim'; med_type = ''",
                "kind = 'premium'",
                "kind = 'premium'; institution_id = NULL",
                "kind = 'gift'",
                "kind = ''",
            )
        ],
    ),
    "settlement_append_only": Law(
        settlement("N1"),
        [
            change(SETTLED, "paid", "dr_name = 'x'"),
            change(SETTLED, "paid", "considerations = '[]'"),
            f"DELETE FROM {SETTLED} WHERE id = {{cash_paid}}",
        ],
        f"Cannot update or delete rows from {SETTLED}",
    ),
    "settlement_no_truncate": Law(
        settlement("N1"),
        [f"TRUNCATE {SETTLED} CASCADE", "TRUNCATE settlement_institution CASCADE"],
        "is append-only",
    ),
    "settlement_once": Law(settlement("N1"), [settlement("P1")]),
    "settlement_pays_premium_back": Law(
        settlement("N1", BACK_CASH, f"reverses_id = {{premium}}; {PREMIUM}")
        + "SELECT 1 / count(*) FROM settlement_premiumpayment WHERE paid_back_by_id IS NOT NULL;",
        [change("settlement_premiumpayment", "premium", "paid_back_by_id = {paid}", key="settlement_id")],
        "premium_of_its_settlement",
    ),
    # Premiums.
    "premium_once_a_year": Law(
        settlement("N1", values=PREMIUM) + premium("N1", 2028),
        [settlement("N1", values=PREMIUM) + premium("N1", 2027)],
    ),
    "premium_year_possible": Law(
        settlement("N1", values=PREMIUM) + premium("N1", 2100),
        [settlement("N1", values=PREMIUM) + premium("N1", year) for year in (1999, 2101)],
    ),
    "premium_of_its_settlement": Law(
        settlement("N1", values=PREMIUM) + premium("N1", 2028),
        [
            settlement("N1") + premium("N1", 2028),
            settlement("N1", values=PREMIUM) + premium("N1", 2028, person="person"),
            change("settlement_premiumpayment", "premium", "paid_back_by_id = {premium}", key="settlement_id"),
        ],
    ),
    "premium_stays_itself": Law(
        settlement("N1", values=PREMIUM) + premium("N1", 2028),
        [change("settlement_premiumpayment", "premium", "year = 2029", key="settlement_id")],
        "rows from settlement_premiumpayment",
    ),
    "premium_is_kept": Law(
        settlement("N1", values=PREMIUM) + premium("N1", 2028),
        ["DELETE FROM settlement_premiumpayment"],
        "Cannot delete rows from settlement_premiumpayment",
    ),
    # Statements of institutions, and what differs.
    "saved_report_name_once": Law(saved_report("x") + saved_report("y"), [saved_report("x") + saved_report("x")]),
    "summary_begins_its_period": Law(
        summary() + summary("month", "2026-03-01") + summary("year", "2026-01-01"),
        [summary("month"), summary("year", "2026-03-01"), summary("year", "2026-01-02"), summary("week")],
    ),
    "summary_of_all_is_one": Law(summary() + summary(by="disease", value="X"), [summary(value="X")]),
    "summary_adds_up": Law(summary(), [summary(cash="5")]),
    "persons_of_longer_are_more": Law(
        persons_to_date("1, 1, 2"), [persons_to_date("2, 1, 2"), persons_to_date("1, 3, 2")]
    ),
    "statement_once_a_day": Law(
        statement("2026-03-17") + statement("2026-03-16", "false"), [statement("2026-03-16")]
    ),
    "statement_stays_itself": Law(
        change("settlement_statement", "statement", "counts = false"),
        [
            change("settlement_statement", "statement", f"{name} = {value}")
            for name, value in (
                ("sha256", "'y'"),
                ("business_date", "'2026-03-17'"),
                ("lines_count", "9"),
                ("id", "id + 1000"),
            )
        ],
        "rows from settlement_statement",
    ),
    "statement_is_kept": Law(
        statement("2026-03-17"), ["DELETE FROM settlement_statement"], "Cannot delete rows from settlement_statement"
    ),
    "statement_no_truncate": Law(
        statement("2026-03-17"),
        ["TRUNCATE settlement_statement CASCADE"],
        "is append-only",
    ),
    "line_once_in_statement": Law(line("L2"), [line("L1")]),
    "line_has_its_statement": Law(line("L2"), [line("L2").replace("{statement}", "999999")], "names no statement"),
    "line_append_only": Law(
        line("L2"),
        ["UPDATE settlement_statementline SET acct_pay = 1", "DELETE FROM settlement_statementline"],
        "Cannot update or delete rows from settlement_statementline",
    ),
    "line_no_truncate": Law(line("L2"), ["TRUNCATE settlement_statementline CASCADE"], "is append-only"),
    "statement_total_once": Law(total() + total("390") + total(counts="false"), [total() + total()]),
    "statement_total_covers_a_day": Law(total(until="2026-03-17"), [total(until="2026-03-16")]),
    "statement_total_stays_itself": Law(
        total() + "UPDATE settlement_statementtotal SET counts = false",
        [
            total() + f"UPDATE settlement_statementtotal SET {name} = {value}"
            for name, value in (("medfee_sumamt", "2"), ("setl_count", "2"), ("ends_on", "'2026-03-18'"))
        ],
        "rows from settlement_statementtotal",
    ),
    "statement_total_is_kept": Law(
        total(),
        [total() + "DELETE FROM settlement_statementtotal"],
        "Cannot delete rows from settlement_statementtotal",
    ),
    "reconciliation_once": Law(reconciliation("2026-03-17"), [reconciliation("2026-03-16")]),
    "reconciliation_balanced_are_compared": Law(
        reconciliation("2026-03-17", "5, 5"), [reconciliation("2026-03-17", "5, 6")]
    ),
    "discrepancy_once": Law(discrepancy("fund_pay_sumamt"), [discrepancy("acct_pay")]),
    "discrepancy_sides": Law(
        discrepancy("x", "1", "{paid}", "NULL") + discrepancy("y", "2", "NULL", "{told}"),
        [
            discrepancy("x", code, settled, told)
            for code, settled, told in (
                ("1", "{paid}", "{told}"),
                ("1", "NULL", "NULL"),
                ("2", "{paid}", "{told}"),
                ("2", "NULL", "NULL"),
                ("3", "{paid}", "NULL"),
                ("3", "NULL", "{told}"),
                ("0", "{paid}", "{told}"),
            )
        ],
    ),
    "discrepancy_is_kept": Law(
        discrepancy("x"), ["DELETE FROM settlement_discrepancy"], "Cannot delete rows from settlement_discrepancy"
    ),
    "settlement_shares_add_up": Law(
        FAMILY_PAYS,
        [
            settlement("N1", BY_FAMILY),
            settlement("N1", BY_FAMILY) + taken("N1/0", "0, 5", "0, 975") + share("N1", 0, "0, 5"),
            settlement("N1", BY_FAMILY) + taken("N1/1", "0, 4.99", "0, 975.01") + share("N1", 1, "0, 4.99"),
            settlement("N1") + taken("N1/1", "0, 5", "0, 975") + share("N1", 1, "0, 5"),
            "SET CONSTRAINTS ALL IMMEDIATE;" + settlement("N1", "5, 5, 0, 0, 0, 0, 0, 5, 5, 0, 0"),
        ],
    ),
    "share_adds_up": Law(
        FAMILY_PAYS,
        [
            settlement("N1") + COMMITTED + taken("N1/1", "0, 5", "0, 975") + share("N1", 1, "0, 5"),
            # Two that cancel out, added to what is settled; and within one settlement.
            taken("N1", "0, 5", "0, 975")
            + taken("N2", "0, -5", "0, 980", sequence=4)
            + share("P1", 3, "0, 5", source="N1")
            + share("P1", 4, "0, -5", source="N2"),
            settlement("N1", BY_FAMILY) + taken("N1/1", "-5, 10", "5, 970") + share("N1", 1, "-5, 10"),
        ],
        "settlement_shares_add_up",
    ),
    "settlement_mirrors_the_original": Law(
        reversal(),
        [
            reversal(values="person_id = {person}"),
            reversal(values="kind = 'claim'"),
            reversal("-30, -30, 0, 0, 0, 0, 0, -30, -10, -20, 0"),
            reversal("-31, -1, 0, 0, -30, -1, 0, -30, -10, -20, 0"),
            reversal(own="0, -10", held="0, 10"),
            settlement("N1", "-30, 0, 0, 0, -30, 0, 0, -30, 0, 0, -30", "reverses_id = {paid}"),
            settlement("N1", NOTHING)
            + settlement("N2", NOTHING, reverses("N1"))
            + settlement("N3", NOTHING, reverses("N2")),
        ],
    ),
    "share_place_once": Law(
        FAMILY_PAYS,
        [FAMILY_PAYS + taken("N2", "0, 5", "0, 970", sequence=4) + share("N1", 1, "0, 5", source="N2")],
    ),
    "share_append_only": Law(
        "SELECT 1",
        [change(SHARE, "share", "year = 2025"), f"DELETE FROM {SHARE} WHERE id = {{share}}"],
        f"Cannot update or delete rows from {SHARE}",
    ),
    "share_no_truncate": Law("SELECT 1", [f"TRUNCATE {SHARE}"], f"{SHARE} is append-only"),
    "share_is_its_entry": Law(
        FAMILY_PAYS,
        [
            settlement("N1", BY_FAMILY) + taken("N1/1", took, left) + share("N1", 1, said, account=account)
            for took, left, said, account in (
                ("0, 5", "0, 975", "5, 0", "payer"),
                ("0, 5", "0, 975", "0, 5", "patients"),
                ("0, 6", "0, 974", "0, 5", "payer"),
                ("0, -5", "0, 985", "0, 5", "payer"),
                ("0, 5", "0, 975", "0, 'NaN'", "payer"),
            )
        ],
    ),
    "institution_code_shape": Law(
        institution("H42100200001"),
        [
            *(institution(code) for code in ("H4210020000", "H42100", "H42100200001a", "H421002 0001")),
            institution("Ｈ42100200001", "NULL"),
            institution("X42100200001", "NULL"),
        ],
        "institution_",
    ),
    "institution_has_name": Law(
        "UPDATE settlement_institution SET name = '改名' WHERE fixmedins_code = '{institution}'",
        ["UPDATE settlement_institution SET name = '' WHERE fixmedins_code = '{institution}'"],
    ),
    "institution_kind_of_code": Law(
        institution("P42100200001", kind="pharmacy"),
        [
            institution("P42100200001"),
            institution("H42100200001", kind="pharmacy"),
            institution("H42100200001", kind="x"),
        ],
    ),
    "institution_region_of_code": Law(
        institution("H99999900001", "NULL"),
        [institution("H42100200001", "'421003'"), institution("H42100200001", "'420000'")],
    ),
    "institution_status_has_day": Law(
        institution("H42100200001", status="ended", since="'2026-01-01'"),
        [
            institution("H42100200001", status="ended"),
            institution("H42100200001", status="closed", since="'2026-01-01'"),
        ],
    ),
    "institution_is_kept": Law(
        "UPDATE settlement_institution SET hosp_lv = '3' WHERE fixmedins_code = '{institution}'",
        ["DELETE FROM settlement_institution WHERE fixmedins_code = '{institution}'"],
        "Cannot delete",
    ),
    # Wallet transfers: within a family, answered once, to the fen.
    "transfer_id_shape": Law(
        transfer("transfer_id = 'ZZ-20260316_a'"),
        [transfer(f"transfer_id = '{number}'") for number in ("", "a b", "Ａ1", "-1", "T\n")],
    ),
    "transfer_parts_add_up": Law(
        transfer(),
        [
            transfer("amount = 99"),
            transfer("prior_part = 1"),
            transfer("amount = 0; prior_part = -100"),
            transfer("amount = -100; current_part = -100; out_entry_id = {given_back}"),
            transfer("amount = 'NaN'"),
        ],
        "transfer_",
    ),
    "transfer_purpose_known": Law(transfer("purpose = 'premium'"), [transfer("purpose = 'gift'")]),
    "transfer_answer_fits_state": Law(
        accepted(),
        [
            change(TRANSFER, "transfer", "state = 'accepted'"),
            change(TRANSFER, "transfer", "state = 'accepted', in_entry_id = {arrived}"),
            change(TRANSFER, "transfer", "state = 'gone'"),
            change(TRANSFER, "transfer", "reason = 'x'"),
            change(TRANSFER, "transfer", "in_entry_id = {arrived}"),
            answer("state = 'accepted'"),
            answer("state = 'accepted', in_entry_id = {arrived}, back_entry_id = {given_back}"),
            answer("state = 'accepted', in_entry_id = {arrived}, return_cause = 'refused', reason = 'x'"),
            answer("state = 'returned', back_entry_id = {given_back}"),
            answer("state = 'returned', back_entry_id = {given_back}, return_cause = 'lost'"),
            answer("state = 'returned', return_cause = 'unanswered'"),
            change(
                TRANSFER,
                "transfer",
                "state = 'accepted', in_entry_id = {arrived}, answered_at = '2026-03-16 11:59+08',"
                " answered_by_id = {clerk}",
            ),
        ],
    ),
    "transfer_return_has_reason": Law(
        returned(cause="refused", reason="x"), [returned(cause="refused"), returned(cause="withdrawn")]
    ),
    "transfer_is_kept": Law(
        transfer(), [f"DELETE FROM {TRANSFER} WHERE id = {{transfer}}", f"DELETE FROM {TRANSFER}"], "Cannot delete"
    ),
    "transfer_no_truncate": Law(transfer(), [f"TRUNCATE {TRANSFER}"], f"{TRANSFER} is append-only"),
    "transfer_stays_itself": Law(
        returned(),
        [
            change(TRANSFER, "transfer", values)
            for values in (
                "amount = 99, current_part = 99",
                "payee_id = {person}",
                "payer_id = {account}",
                "transfer_id = 'T-2'",
                "purpose = 'premium'",
                "handled_by_id = {reviewer}",
                "business_date = '2026-03-15'",
                "asked_at = now()",
                "out_entry_id = {taken}",
                "group_id = {other_group}",
            )
        ],
        "Cannot update rows",
    ),
    "transfer_answered_once": Law(
        accepted(),
        [
            change(TRANSFER, "over", "state = 'waiting', in_entry_id = NULL, answered_at = NULL"),
            change(TRANSFER, "over", "answered_by_id = {reviewer}"),
            f"{accepted()}; {returned()}",
        ],
        "Cannot update rows",
    ),
    "transfer_in_the_family": Law(
        transfer(),
        [
            transfer("payee_id = {person}"),
            transfer("payee_id = {paying_person}"),
            transfer("group_id = {other_group}"),
            transfer("business_date = '2026-03-15'; asked_at = '2026-03-16 00:00+08'"),
            transfer("business_date = '2026-02-28'; asked_at = '2026-02-28 12:00+08'"),
            transfer("state = 'accepted'; in_entry_id = {arrived}; answered_at = now(); answered_by_id = {clerk}"),
        ],
    ),
    "transfer_to_the_fen": Law(
        returned(),
        [
            transfer("amount = 90; current_part = 90"),
            transfer("prior_part = 100; current_part = 0"),
            transfer("out_entry_id = {moved}"),
            transfer("out_entry_id = {given_back}"),
            transfer("business_date = '2026-03-17'; asked_at = '2026-03-17 12:00+08'"),
            accepted("too_little"),
            accepted("given_back"),
            accepted("taken"),
            returned("too_little"),
            returned("arrived"),
            returned("other_bucket"),
        ],
    ),
}
CLAIMS = {name: Law(*law) for name, law in CLAIM_LAWS.items()}
CLOSING = {name: Law(*law) for name, law in CLOSING_LAWS.items()} | {
    "entry_on_open_day": Law(
        (FOLLOWS + entry(3, "1", "0", "91, 205", source="t") + balance("91, 205", 3)).replace(
            "'2026-03-16'", "'2020-01-07'"
        ),
        [FOLLOWS.replace("'2026-03-16'", "'2020-01-06'")],
    ),
    "settlement_on_open_day": Law(
        settlement("N1", values="business_date = '2020-01-07'"),
        [settlement("N1", values="business_date = '2020-01-06'")],
    ),
}
ANOMALIES = {name: Law(*law) for name, law in ANOMALY_LAWS.items()}
TOKENS = {name: Law(*law) for name, law in TOKEN_LAWS.items()}
EXPORTS = {name: Law(*law) for name, law in EXPORT_LAWS.items()}
LAWS = {
    **ACCOUNTS,
    **FAMILIES,
    **STATUS,
    **IMPORTS,
    **SETTLEMENT,
    **CLAIMS,
    **CLOSING,
    **ANOMALIES,
    **TOKENS,
    **EXPORTS,
}


def make_check(staff: Staff, state: str) -> int:
    ended = timezone.now() if state == "done" else None
    row = Job.objects.create(kind="check_file", state=state, owner=staff, region=staff.region, finished_at=ended)
    return row.pk


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """One world for all statements, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_regions()
        ids = _world()
        with connection.cursor() as cursor:
            cursor.execute(COMMITTED)
        yield ids
        transaction.set_rollback(True)


@pytest.fixture
def world(standing: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The world, as it was again afterwards."""
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)


def _world() -> dict[str, Any]:
    """Ids of: a person with an account of 100.00 and 200.00 and an open case; two groups; one of each other row."""
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    person = make_person(prior="100.00", current="200.00", by=clerk)
    empty, resident, free = make_person(by=clerk), make_person(insutype="390"), make_person(insutype="390")
    group = make_group("12*", "20", by=clerk)
    rows = {row.seat: row for row in group.members.all()}
    other = make_group(by=clerk)
    other_owner = other.members.get()
    form = CaseInput(
        key=uuid4(),
        owner_id=person.pk,
        lines=[
            LineInput(person.pk, "01", True, START, rank=1),
            LineInput(resident.pk, "20", False, START),
        ],
    )
    registration = save_case(form=form, by=clerk)
    filed = save_case(
        form=CaseInput(
            key=uuid4(),
            owner_id=empty.pk,
            lines=[LineInput(empty.pk, "01", True, START, rank=1)],
            agent_name="代办某",
        ),
        by=clerk,
    )
    return {
        "clerk": clerk.pk,
        "reviewer": reviewer.pk,
        "person": person.pk,
        "resident": resident.pk,
        "free": free.pk,
        "account": person.account.pk,
        "empty": empty.account.pk,
        "emptied": empty.pk,
        "entry": AccountEntry.objects.get(account=person.account).pk,
        "adjustment": request_adjustment(
            account=person.account, prior_change=-1, current_change=0, reason="x", key=uuid4(), by=clerk
        ).pk,
        "event": record_event(AuditKind.LOOK, by=clerk, person=person).pk,
        "job": Job.objects.create(kind="x", owner=clerk, region=clerk.region).pk,
        "check": make_check(clerk, "done"),
        "others_check": make_check(reviewer, "done"),
        "unfinished_check": make_check(clerk, "queued"),
        "group": group.pk,
        "owner_row": rows[1].pk,
        "spouse_row": rows[2].pk,
        "child_row": rows[3].pk,
        "sharing": rows[2].sharings.get().pk,
        "grant": Grant.objects.get(payer=rows[1], beneficiary=rows[2]).pk,
        "other_group": other.pk,
        "other_owner": other_owner.person_id,
        "other_owner_row": other_owner.pk,
        **_several_groups(group, other, free.pk, rows[3].person_id),
        "case": registration.pk,
        "line": registration.lines.get(position=1).pk,
        "filed_case": filed.pk,
        "document": CaseDocument.objects.create(
            case=filed,
            number=1,
            kind="id_card",
            name="x.jpg",
            content_type="image/jpeg",
            size=1,
            sha256="a",
            pages=1,
            added_by=clerk,
        ).pk,
        "agent": set_agent(case_id=filed.pk, cert_type="08", certno="E12345678", mobile="", by=clerk).pk,
        "policy": make_policy(min_bind_days=90).pk,
        "match": PersonMatch.objects.create(
            first=person, second=resident, found_on=START, certainty=Certainty.LIKELY
        ).pk,
        **_draft(),
        "child": rows[3].person_id,
        **_suspended(group, rows[3].person, clerk),
        **_batch(clerk, group, registration),
        **(settled := _settled(rows[1].person, rows[2].person, clerk)),
        **_reported(settled["institution"], rows[2].person, clerk),
        **claims_world(clerk, reviewer, make_staff("reviewer")),
        **closing_world(clerk, reviewer),
        **_transfers(make_group("12*", by=clerk), clerk),
        **exports_world(clerk, reviewer),
        **anomalies_world(group, clerk),
        **tokens_world(clerk, reviewer),
    }


def _reported(institution: str, patient: InsuredPerson, clerk: Staff) -> dict[str, Any]:
    """A premium; a total, a statement with a line, a day that was reconciled, and what differed."""
    make_total(by=clerk)
    bill = make_bill(patient, "10.00", kind="premium", institution_id=None, med_type="", acct_used=False)
    paid = record_settlement(new=bill, by=clerk)
    PremiumPayment.objects.create(settlement=paid, person=patient, year=2027)
    day, common = dt.date(2026, 3, 16), {"institution_id": institution, "business_date": dt.date(2026, 3, 16)}
    loaded = Statement.objects.create(**common, name="x", sha256="x", lines_count=1, loaded_by=clerk)
    line = StatementLine.objects.create(
        statement=loaded, number=1, setl_id="L1", medfee_sumamt=1, fund_pay_sumamt=0, acct_pay=1, is_reversal=False
    )
    Reconciliation.objects.create(
        region_id="421002",
        business_date=day,
        kind="3202",
        compared=5,
        balanced=4,
        run_by=clerk,
        run_at=timezone.now(),
    )
    found = Discrepancy.objects.create(
        **common, setl_id="L1", code="2", field="acct_pay", line=line, found_at=timezone.now()
    )
    Discrepancy.objects.filter(pk=found.pk).update(centre="1")
    return {"premium": paid.pk, "statement": loaded.pk, "told": line.pk}


def _settled(payer: InsuredPerson, patient: InsuredPerson, clerk: Staff) -> dict[str, Any]:
    """A bill of 30.00 that own account and family paid by 10.00 and 20.00, and one that was paid in cash."""
    opening = Posting(patient.account.pk, "113", START, "opening", prior_change=Decimal(10))
    post_entries(postings=[opening], by=clerk)
    hospital = make_institution()
    bill = {"by": clerk, "institution_id": hospital.pk}
    paid = make_settlement(patient, "30.00", setl_id="P1", **bill)
    return {
        "institution": hospital.pk,
        "payer": payer.account.pk,
        "patient": patient.pk,
        "patients": patient.account.pk,
        "paid": paid.pk,
        "share": paid.shares.get(position=1).pk,
        "cash_paid": make_settlement(patient, "10.00", acct_used=False, **bill).pk,
    }


def _transfers(group: MutualAidGroup, clerk: Staff) -> dict[str, int]:
    """A transfer that waits, one that is over, and entries of the two accounts that no transfer has."""
    paying, spouse = (group.members.get(seat=seat).person for seat in (1, 2))
    over = accept_transfer(transfer_id=make_transfer(group, by=clerk).transfer_id, at=NOON, by=clerk)

    def posted(source: str, kind: str, account: PersonalAccount, current: str, prior: str = "0.00") -> int:
        change = Posting(account.pk, kind, NOON.date(), source, Decimal(prior), Decimal(current))
        return post_entries(postings=[change], by=clerk)[0].pk

    return {
        "paying_group": group.pk,
        "transfer": make_transfer(group, by=clerk).pk,
        "over": over.pk,
        "paying": paying.account.pk,
        "paying_person": paying.pk,
        "spouse": spouse.pk,
        "taken": posted("a", "207", paying.account, "-100.00"),
        "moved": posted("b", "201", paying.account, "-100.00"),
        "given_back": posted("c", "109", paying.account, "100.00"),
        "other_bucket": posted("d", "109", paying.account, "0.00", "100.00"),
        "arrived": posted("e", "107", spouse.account, "100.00"),
        "too_little": posted("f", "107", spouse.account, "99.99"),
    }


def _batch(clerk: Staff, group: MutualAidGroup, case: RegistrationCase) -> dict[str, int]:
    """A batch with a family that is ready and one that was entered."""
    batch = make_batch(by=clerk)
    staged, entered = make_import_family(batch, ("x",)), make_import_family(batch, ("x",))
    entered.state, entered.group, entered.case = FamilyState.APPLIED, group, case
    entered.save()
    SenderHeading.objects.create(region=clerk.region, sender="x", heading="x", column="relation")
    return {"batch": batch.pk, "staged": staged.pk, "entered": entered.pk}


def _draft() -> dict[str, int]:
    """A draft of two supervisors: one began it, another changed it last."""
    drafter, editor = make_staff("supervisor", "421000"), make_staff("supervisor", "421000")
    draft = make_draft(effective_on=dt.date(2099, 1, 1), by=drafter, min_bind_days=90)
    change_draft(
        policy_id=draft.pk,
        version=draft.version,
        title="x",
        effective_on=draft.effective_on,
        settings={"min_bind_days": SettingInput(60, "§1")},
        by=editor,
    )
    return {"draft": draft.pk, "drafter": drafter.pk, "editor": editor.pk}


def _suspended(group: MutualAidGroup, child: InsuredPerson, clerk: Staff) -> dict[str, int]:
    """A person suspended from the first of March who will move, and a follow-up with a note."""
    away = make_person(insutype="390")
    row = make_suspension(away, "suspended", START)
    InsuredPerson.objects.filter(pk=away.pk).update(status="2", status_since=START, status_reason="x")
    move = RegionMove.objects.create(
        person=away, from_region_id="421002", region_id="330100", moves_on=dt.date(2026, 5, 1), note="x",
        recorded_by=clerk,
    )  # fmt: skip
    follow_up = FollowUp.objects.create(group=group, person=child, kind="member_suspended", since=START)
    note = FollowUpNote.objects.create(follow_up=follow_up, text="x", by=clerk)
    return {"away": away.pk, "suspension": row.pk, "move": move.pk, "follow_up": follow_up.pk, "note": note.pk}


def _several_groups(group: MutualAidGroup, other: MutualAidGroup, free: int, child: int) -> dict[str, int]:
    """Memberships of a region that allows several groups: `free` is in this one, the child in the other as well."""
    common = {"relation": "30", "exclusive": False, "joined_on": START}
    return {
        "free_row": GroupMember.objects.create(group=group, person_id=free, seat=7, **common).pk,
        "also_row": GroupMember.objects.create(group=other, person_id=child, seat=2, **common).pk,
    }


def execute(statement: str, world: dict[str, Any]) -> None:
    """Run it as it stands, then what a commit would check."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COMMITTED)
        cursor.execute(statement.format(**world))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("name", LAWS)
def test_the_database_accepts_what_the_law_allows(name: str, world: dict[str, Any]) -> None:
    execute(LAWS[name].accepted, world)


@pytest.mark.parametrize(
    ("name", "statement"), [(name, statement) for name, law in LAWS.items() for statement in law.refused]
)
def test_the_database_itself_refuses_what_breaks_the_law(name: str, statement: str, world: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError) as refusal:
        execute(statement, world)
    if LAWS[name].says:
        assert LAWS[name].says in str(refusal.value) or refused_by(refusal.value) == LAWS[name].says
    else:
        assert refused_by(refusal.value) == name


def refused_by(error: BaseException) -> str | None:
    return error.__cause__.diag.constraint_name  # type: ignore[union-attr]


def test_every_constraint_and_trigger_of_the_models_is_tried_above() -> None:
    declared = set()
    for model in own_models():
        if not hasattr(model, "pgh_tracked_model"):
            declared |= {constraint.name for constraint in model._meta.constraints}
            declared |= {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    history = {"insert_insert", "update_update", "delete_delete"}  # tests/integration/test_history.py
    chain = {"audit_event_chain"}
    assert declared - history - chain == set(LAWS)


@pytest.mark.parametrize(
    "model",
    [model for model in own_models() if hasattr(model, "pgh_tracked_model")],
    ids=lambda model: model.__name__,
)
@pytest.mark.parametrize("how", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_history_of_a_row_is_neither_changed_deleted_nor_truncated(
    model: type[Model], how: str, world: dict[str, Any]
) -> None:
    Code.objects.create(table="x", code="1", name_zh="x", name_en="x", version="1")
    assert model._default_manager.exists(), "there is something to protect"
    before = model._default_manager.count()
    with pytest.raises(DatabaseError, match=r"Cannot update or delete|is append-only"):
        execute(how.format(model._meta.db_table), world)
    assert model._default_manager.count() == before


def test_bulk_create_meets_the_same_laws(world: dict[str, Any]) -> None:
    def rows(*seats: int) -> list[GroupMember]:
        return [
            GroupMember(
                group_id=world["group"],
                person=make_person(insutype="390"),
                seat=seat,
                relation="20",
                exclusive=True,
                joined_on=dt.date(2026, 5, 1),
            )
            for seat in seats
        ]

    GroupMember.objects.bulk_create(rows(4, 5, 6, 8))
    assert GroupMember.objects.filter(group=world["group"]).count() == 8
    for seats, law in (((9,), "member_seat_one_to_eight"), ((3,), "member_seat_once")):
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            GroupMember.objects.bulk_create(rows(*seats))
        assert refused_by(refusal.value) == law
    assert GroupMember.objects.filter(group=world["group"]).count() == 8


def test_there_is_no_ninth_seat_on_any_day(world: dict[str, Any]) -> None:
    """Eight seats and no two in one: whatever is inserted, nine members never hold on the same day."""
    for seat in range(-1, 12):
        try:
            execute(member(seat, "resident"), world)
        except DatabaseError:
            continue
        execute(f"UPDATE {MEMBER} SET left_on = joined_on WHERE person_id = {{resident}}", world)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM families_groupmember AS a JOIN families_groupmember AS b"
            " ON a.group_id = b.group_id AND daterange(a.joined_on, a.left_on) @> b.joined_on GROUP BY b.id) AS held"
        )
        assert cursor.fetchone()[0] <= 8


def test_an_account_with_entries_stays(world: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        execute("DELETE FROM accounts_personalaccount WHERE id = {account}", world)


@pytest.mark.parametrize(
    "twice",
    [settlement("P1"), settlement("N1", "-10, 0, 0, 0, -10, 0, 0, -10, 0, 0, -10", "reverses_id = {cash_paid}")],
)
def test_a_settlement_is_stored_once_and_reversed_once(twice: str, world: dict[str, Any]) -> None:
    execute(twice.replace("'P1'", "'N0'"), world)
    with pytest.raises(IntegrityError, match="unique constraint"):
        execute(twice.replace("'N1'", "'N2'"), world)


def test_an_entry_is_the_share_of_one_settlement(world: dict[str, Any]) -> None:
    execute(FAMILY_PAYS, world)
    with pytest.raises(IntegrityError, match="unique constraint"):
        execute(share("N1", 2, "0, 5", source="N1/1"), world)


@pytest.mark.django_db
def test_the_superuser_that_django_would_make_is_refused_too() -> None:
    with pytest.raises(TypeError, match="no superusers"):
        Staff.objects.create_superuser(username="root", password="x")


def test_audit_events_number_and_chain_themselves_whatever_is_given(world: dict[str, Any]) -> None:
    first, second = AuditEvent.objects.bulk_create(
        AuditEvent(sequence=99, kind=AuditKind.LOOK, staff_id=world["clerk"], previous_hash=b"x", hash=b"x")
        for _ in range(2)
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.sequence == first.sequence + 1
    assert bytes(second.previous_hash) == bytes(first.hash)
    assert len(bytes(second.hash)) == 32
