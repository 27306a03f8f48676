"""What the database accepts and refuses of claims, their papers and cases of reversal, for test_database_refuses.py.

Of each law: a statement that is accepted, those that are refused, and part of the message where it names no
constraint. Names in braces are the ids of `claims_world`.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Staff
from settlement.models import Claim, ClaimDocument
from settlement.models.claim import ClaimState
from settlement.services.claims import approve_claim, bill_of
from settlement.services.reversals import ask_reversal, mirror_of
from settlement.services.settling import record_settlement
from tests.factories import make_claim, make_person, make_settlement, submitted_claim

LawOf = tuple[str, list[str], str]
CLAIM, PAPER, CASE = "settlement_claim", "settlement_claimdocument", "settlement_reversalcase"


def change(table: str, row: str, values: str) -> str:
    return f"UPDATE {table} SET {values} WHERE id = {{{row}}}"


def inserted(table: str, columns: dict[str, str], values: str) -> str:
    """A row as it is accepted, but for `values`: column = value, with semicolons."""
    columns = columns | {
        name.strip(): value.strip() for name, _, value in (one.partition("=") for one in values.split(";") if one)
    }
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"


def claim(values: str = "") -> str:
    texts = (
        "institution_code", "mdtrt_id", "dise_codg", "dise_name", "dr_name", "cause_note", "filing_number",
        "agent_name", "agent_relation", "reason",
    )  # fmt: skip
    zeros = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "fund_pay_sumamt", "hosp_part_amt")
    columns = {
        "number": "'LX0'", "state": "'draft'", "region_id": "'421002'", "person_id": "{claimant}",
        "institution_name": "'x'", "invoice_number": "'other'", "med_type": "'11'", "starts_on": "'2026-03-10'",
        "ends_on": "'2026-03-10'", "settled_on": "'2026-03-10'", "cause": "'card_away'", "acct_used": "true",
        "medfee_sumamt": "1", "inscp_scp_amt": "1", "psn_part_amt": "1", "handled_by_id": "{clerk}",
        "handled_at": "now()", "submission_key": "gen_random_uuid()", "version": "1",
    }  # fmt: skip
    return inserted(CLAIM, columns | dict.fromkeys(texts, "''") | dict.fromkeys(zeros, "0"), values)


def paper(number: int, values: str = "") -> str:
    columns = {
        "claim_id": "{claim}", "number": str(number), "kind": "'other'", "name": "'x'",
        "content_type": "'image/jpeg'", "size": "1", "sha256": "'b'", "pages": "1",
        "stored_as": "gen_random_uuid()", "added_by_id": "{clerk}", "added_at": "now()", "reason": "''",
    }  # fmt: skip
    return inserted(PAPER, columns, values)


def case(values: str = "") -> str:
    columns = {
        "number": "'CZ0'", "state": "'submitted'", "settlement_id": "{its_settlement}", "reason": "'x'",
        "handled_by_id": "{clerk}", "handled_at": "now()", "decision": "''",
    }  # fmt: skip
    return inserted(CASE, columns, values)


SEND = "state = 'submitted', submitted_at = now(), submitted_preview = '{{}}'"
DECIDED = "reviewed_by_id = {reviewer}, decided_at = now()"
RETURN = f"state = 'returned', {DECIDED}, reason = 'x'"
APPROVE = f"state = 'approved', {DECIDED}, settlement_id = "
REFUSE = f"state = 'rejected', {DECIDED}, decision = 'x'"
REVERSE = f"state = 'approved', {DECIDED}, reversal_id = "

CLAIM_LAWS: dict[str, LawOf] = {
    "claim_begins_as_draft": (
        claim(), [claim(f"state = '{state}'") for state in ("submitted", "approved", "withdrawn")],
        "Cannot insert rows from settlement_claim",
    ),
    "claim_goes_its_way": (
        change(CLAIM, "claim", SEND),
        [
            change(CLAIM, "claim", APPROVE + "{its_settlement}"),
            change(CLAIM, "claim", RETURN),
            change(CLAIM, "sent_claim", "state = 'draft'"),
            change(CLAIM, "claim", "state = 'waved'"),
        ],
        "Invalid transition of field",
    ),
    "claim_decided_is_final": (
        "SELECT 1",
        [change(CLAIM, "paid_claim", "reason = 'y'"), change(CLAIM, "paid_claim", "decided_at = now()")],
        "Cannot update rows from settlement_claim",
    ),
    "claim_is_kept": ("SELECT 1", [f"DELETE FROM {CLAIM} WHERE id = {{claim}}"],
                      "Cannot delete rows from settlement_claim"),
    "claim_stays_with_its_clerk": (
        change(CLAIM, "claim", "dr_name = 'x'"),
        [
            change(CLAIM, "claim", values)
            for values in ("handled_by_id = {reviewer}", "person_id = {resident}", "number = 'x'")
        ],
        "Cannot update rows from settlement_claim",
    ),
    "claim_stays_as_submitted": (
        change(CLAIM, "sent_claim", RETURN),
        [
            change(CLAIM, "sent_claim", "dr_name = 'x'"),
            change(CLAIM, "sent_claim", "psn_part_amt = 1, inscp_scp_amt = 1, medfee_sumamt = 1"),
            change(CLAIM, "sent_claim", f"{RETURN}, invoice_number = 'x'"),
        ],
        "",
    ),
    "claim_invoice_paid_once": (
        change(CLAIM, "sent_claim", APPROVE + "{its_settlement}"),
        [change(CLAIM, "again_claim", APPROVE + "{again_settlement}")],
        "",
    ),
    "claim_is_its_settlement": (
        change(CLAIM, "sent_claim", APPROVE + "{its_settlement}"),
        [
            change(CLAIM, "sent_claim", APPROVE + "{paid_settlement}"),
            change(CLAIM, "sent_claim", APPROVE + "{its_settlement}").replace("{reviewer}", "{second}"),
        ],
        "",
    ),
    "claim_two_people": (
        change(CLAIM, "sent_claim", RETURN), [change(CLAIM, "sent_claim", RETURN).replace("{reviewer}", "{clerk}")],
        "",
    ),
    "claim_decided_by_someone": (
        change(CLAIM, "sent_claim", RETURN),
        [
            change(CLAIM, "sent_claim", "state = 'returned', reason = 'x'"),
            change(CLAIM, "sent_claim", "state = 'rejected', reason = 'x', reviewed_by_id = {reviewer}"),
            change(CLAIM, "sent_claim", "state = 'rejected', reason = 'x', decided_at = now()"),
            change(CLAIM, "claim", "reviewed_by_id = {reviewer}"),
            change(CLAIM, "claim", "state = 'withdrawn', reason = 'x'"),
        ],
        "",
    ),
    "claim_submitted_has_time": (
        change(CLAIM, "claim", SEND),
        [
            change(CLAIM, "claim", "state = 'submitted', submitted_at = now()"),
            change(CLAIM, "claim", "state = 'submitted', submitted_preview = '{{}}'"),
        ],
        "",
    ),
    "claim_refusal_has_reason": (
        change(CLAIM, "claim", "state = 'withdrawn', decided_at = now(), reason = 'x'"),
        [
            change(CLAIM, "claim", "state = 'withdrawn', decided_at = now()"),
            *(change(CLAIM, "sent_claim", f"state = '{state}', {DECIDED}") for state in ("returned", "rejected")),
        ],
        "",
    ),
    "claim_approved_is_settled": (
        change(CLAIM, "sent_claim", APPROVE + "{its_settlement}"),
        [
            change(CLAIM, "sent_claim", f"state = 'approved', {DECIDED}"),
            change(CLAIM, "sent_claim", f"{RETURN}, settlement_id = {{its_settlement}}"),
        ],
        "",
    ),
    "claim_fees_add_up": (
        change(CLAIM, "claim", "inscp_scp_amt = 99, fulamt_ownpay_amt = 1"),
        [change(CLAIM, "claim", "inscp_scp_amt = 99"), change(CLAIM, "claim", "preselfpay_amt = 0.01")],
        "",
    ),
    "claim_payers_add_up": (
        change(CLAIM, "claim", "psn_part_amt = 99, hosp_part_amt = 1"),
        [change(CLAIM, "claim", "psn_part_amt = 99"), change(CLAIM, "claim", "fund_pay_sumamt = 0.01")],
        "",
    ),
    "claim_amounts_not_negative": (
        change(CLAIM, "claim", "psn_part_amt = 0, fund_pay_sumamt = 100"),
        [
            change(CLAIM, "claim", "psn_part_amt = 101, hosp_part_amt = -1"),
            change(CLAIM, "claim", "medfee_sumamt = 0, inscp_scp_amt = 0, psn_part_amt = 0"),
            change(CLAIM, "claim", "medfee_sumamt = 'NaN', inscp_scp_amt = 'NaN', psn_part_amt = 'NaN'"),
        ],
        "",
    ),
    "claim_days_in_order": (
        change(CLAIM, "claim", "ends_on = starts_on, settled_on = starts_on"),
        [change(CLAIM, "claim", "ends_on = starts_on - 1"), change(CLAIM, "claim", "settled_on = starts_on - 1")],
        "",
    ),
    "claim_institution_named": (
        change(CLAIM, "claim", "institution_id = '{institution}', institution_name = ''"),
        [
            change(CLAIM, "claim", "institution_id = '{institution}'"),
            change(CLAIM, "claim", "institution_name = ''"),
            change(CLAIM, "claim", "institution_id = '{institution}', institution_name = '', institution_code = 'x'"),
        ],
        "",
    ),
    "claim_cause_is_proved": (
        change(CLAIM, "claim", "cause = 'card_away', filing_number = '', filed_on = NULL"),
        [
            change(CLAIM, "claim", values)
            for values in ("filing_number = ''", "filed_on = NULL", "cause = 'other'", "cause = 'whim'")
        ],
        "",
    ),
    "claim_has_invoice": (
        change(CLAIM, "claim", "invoice_number = 'x'"), [change(CLAIM, "claim", "invoice_number = ''")], ""
    ),
    "claim_open_once_for_an_invoice": (claim(), [claim("invoice_number = 'one'")], ""),
    "claim_document_one_to_thirty": (paper(30), [paper(31), paper(0)], ""),
    "claim_document_number_once": (paper(2), [paper(1)], ""),
    "claim_document_once": (paper(2), [paper(2, "kind = 'invoice'; sha256 = 'a'")], ""),
    "claim_document_kind_known": (paper(2, "kind = 'fee_list'"), [paper(2, "kind = 'photo'")], ""),
    "claim_document_content_known": (
        paper(2, "content_type = 'application/pdf'"),
        [paper(2, "content_type = 'image/svg+xml'"), paper(2, "size = 0")],
        "",
    ),
    "claim_document_replaced_with_reason": (
        paper(2, "kind = 'invoice'; replaces_id = {claim_paper}; reason = 'blurred'"),
        [paper(2, "kind = 'invoice'; replaces_id = {claim_paper}"), paper(2, "reason = 'blurred'")],
        "",
    ),
    "document_of_claim_in_hand": (
        paper(2),
        [
            paper(9, "claim_id = {sent_claim}"),
            paper(9, "claim_id = {paid_claim}"),
            paper(2, "kind = 'fee_list'; replaces_id = {claim_paper}; reason = 'x'"),
        ],
        "",
    ),
    "claim_document_append_only": (
        "SELECT 1",
        [change(PAPER, "claim_paper", "kind = 'other'"), f"DELETE FROM {PAPER} WHERE id = {{claim_paper}}"],
        "Cannot update or delete rows from settlement_claimdocument",
    ),
    "claim_document_no_truncate": ("SELECT 1", [f"TRUNCATE {PAPER} CASCADE"], "is append-only"),
    "reversal_begins_as_asked": (
        case(), [case("state = 'approved'"), case("state = 'withdrawn'; decision = 'x'; decided_at = now()")],
        "Cannot insert rows from settlement_reversalcase",
    ),
    "reversal_decided_is_final": (
        change(CASE, "reversal_case", REFUSE),
        [change(CASE, "reversal_case", REFUSE) + ";" + change(CASE, "reversal_case", "decision = 'y'")],
        "Cannot update rows from settlement_reversalcase",
    ),
    "reversal_is_kept": ("SELECT 1", [f"DELETE FROM {CASE} WHERE id = {{reversal_case}}"],
                         "Cannot delete rows from settlement_reversalcase"),
    "reversal_stays_as_asked": (
        change(CASE, "reversal_case", REFUSE),
        [
            change(CASE, "reversal_case", values)
            for values in ("reason = 'y'", "handled_by_id = {reviewer}", "settlement_id = {its_settlement}")
        ],
        "Cannot update rows from settlement_reversalcase",
    ),
    "reversal_is_of_its_original": (
        change(CASE, "reversal_case", REVERSE + "{booked}"),
        [
            change(CASE, "reversal_case", REVERSE + "{its_settlement}"),
            change(CASE, "reversal_case", REVERSE + "{booked}").replace("{reviewer}", "{second}"),
        ],
        "",
    ),
    "reversal_two_people": (
        change(CASE, "reversal_case", REFUSE),
        [change(CASE, "reversal_case", REFUSE).replace("{reviewer}", "{clerk}")],
        "",
    ),
    "reversal_decided_by_someone": (
        change(CASE, "reversal_case", REFUSE),
        [
            change(CASE, "reversal_case", "state = 'rejected', decision = 'x', reviewed_by_id = {reviewer}"),
            change(CASE, "reversal_case", "state = 'rejected', decision = 'x', decided_at = now()"),
            change(CASE, "reversal_case", "reviewed_by_id = {reviewer}"),
            change(CASE, "reversal_case", f"state = 'waved', {DECIDED}"),
        ],
        "",
    ),
    "reversal_has_reason": (case(), [case("reason = ''")], ""),
    "reversal_refusal_has_reason": (
        change(CASE, "reversal_case", "state = 'withdrawn', decided_at = now(), decision = 'x'"),
        [
            change(CASE, "reversal_case", "state = 'withdrawn', decided_at = now()"),
            change(CASE, "reversal_case", f"state = 'rejected', {DECIDED}"),
        ],
        "",
    ),
    "reversal_approved_is_booked": (
        change(CASE, "reversal_case", REVERSE + "{booked}"),
        [
            change(CASE, "reversal_case", f"state = 'approved', {DECIDED}"),
            change(CASE, "reversal_case", f"{REFUSE}, reversal_id = {{booked}}"),
        ],
        "",
    ),
    "reversal_one_open_of_a_settlement": (
        change(CASE, "reversal_case", REFUSE) + ";" + case("settlement_id = {reversed_settlement}"),
        [case("settlement_id = {reversed_settlement}")],
        "",
    ),
}  # fmt: skip


def claims_world(clerk: Staff, reviewer: Staff, second: Staff) -> dict[str, Any]:
    """A claim in hand with a paper, one that was sent and could be approved with `its_settlement`, one that is paid
    and another of the same invoice; a case of reversal that could be approved with `booked`.
    """
    person = make_person(insutype="390")
    draft = make_claim(person, by=clerk, invoice_number="one")
    paper_row = ClaimDocument.objects.create(
        claim=draft, number=1, kind="invoice", name="x", content_type="image/jpeg", size=1, sha256="a", pages=1,
        added_by=clerk,
    )  # fmt: skip
    sent = submitted_claim(person, by=clerk)
    paid = approve_claim(claim_id=submitted_claim(person, by=clerk, invoice_number="two").pk, by=reviewer)
    again = make_claim(person, by=clerk, invoice_number="two")
    Claim.objects.filter(pk=again.pk).update(
        state=ClaimState.SUBMITTED, submitted_at=timezone.now(), submitted_preview={}
    )
    wrong = make_settlement(person, by=clerk)
    case_row = ask_reversal(settlement_id=wrong.pk, reason="x", by=clerk)
    return {
        "claimant": person.pk,
        "second": second.pk,
        "claim": draft.pk,
        "claim_paper": paper_row.pk,
        "sent_claim": sent.pk,
        "its_settlement": record_settlement(new=bill_of(sent), by=reviewer).pk,
        "paid_claim": paid.pk,
        "paid_settlement": paid.settlement_id,
        "again_claim": again.pk,
        "again_settlement": record_settlement(new=bill_of(again), by=reviewer).pk,
        "reversal_case": case_row.pk,
        "reversed_settlement": wrong.pk,
        "booked": record_settlement(new=mirror_of(case_row), by=reviewer).pk,
    }
