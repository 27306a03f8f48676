"""What the database accepts and refuses of decisions, comments and closed days, for test_database_refuses.py.

Of each law: a statement that is accepted, those that are refused, and part of the message where it names no
constraint. Names in braces are the ids of `closing_world`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import ClosedDay, Staff
from settlement.models import Discrepancy, DiscrepancyComment, DiscrepancyDecision, Settlement, StatementLine
from tests.factories import make_person, make_settlement, tell_statement
from tests.integration.claim_laws import LawOf, change, inserted

DECISION, COMMENT = "settlement_discrepancydecision", "settlement_discrepancycomment"
DIFFERENCE, CLOSED = "settlement_discrepancy", "accounts_closedday"
MONDAY = dt.date(2026, 3, 16)


def decision(values: str = "") -> str:
    columns = {
        "discrepancy_id": "{differing}", "reason": "'accepted'", "note": "'x'", "code": "'3'", "centre": "'1.00'",
        "institution_value": "'2.00'", "amount": "1", "alone_up_to": "1000", "accepted_up_to": "1",
        "decided_by_id": "{clerk}", "decided_at": "now()", "ending": "''", "ending_note": "''",
    }  # fmt: skip
    return inserted(DECISION, columns, values)


def closed_day(values: str = "") -> str:
    columns = {
        "region_id": "'421002'", "business_date": "'2026-03-17'", "closed_by_id": "{clerk}", "closed_at": "now()",
        "reason": "''",
    }  # fmt: skip
    return inserted(CLOSED, columns, values)


REOPENED = "reopened_at = now(), reopened_by_id = {reviewer}, reason = 'x'"
CONFIRMED = "confirmed_by_id = {reviewer}, confirmed_at = now()"
WITHDRAWN = "ended_at = now(), ending = 'withdrawn', ended_by_id = {clerk}, ending_note = 'x'"

CLOSING_LAWS: dict[str, LawOf] = {
    "decision_one_stands": (
        change(DECISION, "decision", WITHDRAWN) + ";" + decision("discrepancy_id = {decided}"),
        [decision("discrepancy_id = {decided}"), decision() + ";" + decision()],
        "",
    ),
    "decision_two_people": (
        change(DECISION, "decision", CONFIRMED),
        [change(DECISION, "decision", "confirmed_by_id = {clerk}, confirmed_at = now()")],
        "",
    ),
    "decision_confirmed_has_time": (
        change(DECISION, "decision", CONFIRMED),
        [
            change(DECISION, "decision", "confirmed_by_id = {reviewer}"),
            change(DECISION, "decision", "confirmed_at = now()"),
        ],
        "",
    ),
    "decision_fits_the_result": (
        decision("reason = 'institution_corrects'"),
        [decision("reason = 'centre_enters'"), decision("reason = 'x'")],
        "",
    ),
    "decision_amounts_are_numbers": (
        decision("amount = 0"),
        [decision(f"reason = 'institution_corrects'; {name} = {value}") for name in
         ("amount", "alone_up_to", "accepted_up_to") for value in ("-1", "'NaN'")],
        "",
    ),
    "decision_accepted_within_limit": (
        decision("reason = 'institution_corrects'; amount = 1.01; note = ''"),
        [decision("amount = 1.01"), decision("note = ''")],
        "",
    ),
    "decision_end_is_told": (
        change(DECISION, "decision", WITHDRAWN),
        [
            change(DECISION, "decision", values)
            for values in (
                "ended_at = now()",
                "ending = 'withdrawn'",
                "ended_at = now(), ending = 'x'",
                "ended_at = now(), ending = 'refused', ended_by_id = {clerk}",
                "ended_at = now(), ending = 'refused', ending_note = 'x'",
                "ended_at = now(), ending = 'agrees', ended_by_id = {clerk}, ending_note = 'x'",
            )
        ],
        "",
    ),
    "decision_on_these_values": (
        decision(),
        [
            decision("centre = '1.01'"),
            decision("institution_value = NULL"),
            decision("code = '1'"),
            decision("discrepancy_id = {agreeing}"),
            change(DIFFERENCE, "differing", "institution_value = '2.01'") + ";" + decision(),
        ],
        "",
    ),
    "decision_begins_unconfirmed": (
        decision(),
        [
            decision("confirmed_by_id = {reviewer}; confirmed_at = now()"),
            decision("ended_at = now(); ending = 'agrees'"),
        ],
        "Cannot insert rows from",
    ),
    "decision_stays_itself": (
        change(DECISION, "decision", CONFIRMED),
        [
            change(DECISION, "decision", values)
            for values in (
                "reason = 'accepted'", "note = 'y'", "amount = 0", "alone_up_to = 5000", "accepted_up_to = 5000",
                "decided_by_id = {reviewer}", "decided_at = '2026-01-01'", "centre = '9'", "code = '1'",
                "discrepancy_id = {differing}",
            )
        ],
        "Cannot update rows from",
    ),
    "decision_ended_is_final": (
        change(DECISION, "decision", WITHDRAWN),
        [
            change(DECISION, "ended_decision", "ended_at = NULL, ending = ''"),
            change(DECISION, "ended_decision", CONFIRMED),
        ],
        "Cannot update rows from",
    ),
    "decision_confirmed_once": (
        change(DECISION, "confirmed_decision", WITHDRAWN),
        [
            change(DECISION, "confirmed_decision", "confirmed_by_id = NULL, confirmed_at = NULL"),
            change(DECISION, "confirmed_decision", "confirmed_at = '2026-01-01'"),
        ],
        "Cannot update rows from",
    ),
    "decision_is_kept": (decision(), [f"DELETE FROM {DECISION} WHERE id = {{decision}}"], "Cannot delete rows from"),
    "decision_no_truncate": (decision(), [f"TRUNCATE {DECISION}"], f"{DECISION} is append-only"),
    # What reconciliation writes ends what was decided, and counts as a change for whoever looks at it.
    "discrepancy_ends_decision": (
        change(DIFFERENCE, "decided", "centre = '9.00'")
        + ";"
        + decision("discrepancy_id = {decided}; centre = '9.00'"),
        [decision("discrepancy_id = {decided}")],
        "decision_one_stands",
    ),
    "discrepancy_counts_versions": (
        change(DIFFERENCE, "differing", "centre = '9.00', version = 1")
        + f"; SELECT 1 / (version - 1) FROM {DIFFERENCE} WHERE id = {{differing}}",
        [f"SELECT 1 / (version - 1) FROM {DIFFERENCE} WHERE id = {{differing}}"],
        "division by zero",
    ),
    "comment_says_something": (
        f"INSERT INTO {COMMENT} (discrepancy_id, text, by_id, at) VALUES ({{differing}}, 'x', {{clerk}}, now())",
        [f"INSERT INTO {COMMENT} (discrepancy_id, text, by_id, at) VALUES ({{differing}}, '', {{clerk}}, now())"],
        "",
    ),
    "comment_append_only": (
        "SELECT 1",
        [change(COMMENT, "comment", "text = 'y'"), f"DELETE FROM {COMMENT}"],
        f"Cannot update or delete rows from {COMMENT}",
    ),
    "comment_no_truncate": ("SELECT 1", [f"TRUNCATE {COMMENT}"], f"{COMMENT} is append-only"),
    "closed_day_once": (
        change(CLOSED, "closed_day", REOPENED) + ";" + closed_day("business_date = '2020-01-06'"),
        [closed_day() + ";" + closed_day(), closed_day("business_date = '2020-01-06'")],
        "",
    ),
    "closed_day_reopened_with_reason": (
        change(CLOSED, "closed_day", REOPENED),
        [
            change(CLOSED, "closed_day", values)
            for values in (
                "reopened_at = now()", "reopened_by_id = {reviewer}", "reason = 'x'",
                "reopened_at = now(), reopened_by_id = {reviewer}",
            )
        ],
        "",
    ),
    "closed_day_is_over": (
        closed_day("business_date = (now() AT TIME ZONE 'Asia/Shanghai')::date - 1"),
        [closed_day(f"business_date = (now() AT TIME ZONE 'Asia/Shanghai')::date + {n}") for n in (0, 1)],
        "",
    ),
    "closed_day_stays_itself": (
        change(CLOSED, "closed_day", REOPENED),
        [
            change(CLOSED, "closed_day", values)
            for values in (
                "region_id = '421003'", "business_date = '2020-01-07'", "closed_by_id = {reviewer}",
                "closed_at = '2026-01-01'",
            )
        ],
        "Cannot update rows from",
    ),
    "closed_day_reopened_is_final": (
        change(CLOSED, "closed_day", REOPENED),
        [
            change(CLOSED, "reopened_day", "reopened_at = NULL, reopened_by_id = NULL, reason = ''"),
            change(CLOSED, "reopened_day", "reason = 'y'"),
        ],
        "Cannot update rows from",
    ),
    "closed_day_is_kept": (closed_day(), [f"DELETE FROM {CLOSED}"], "Cannot delete rows from"),
    "closed_day_no_truncate": (closed_day(), [f"TRUNCATE {CLOSED}"], f"{CLOSED} is append-only"),
}  # fmt: skip


def closing_world(clerk: Staff, reviewer: Staff) -> dict[str, Any]:
    """Differences of 1.00 yuan: one open, one that agrees, and one of each kind of decision; days of 421002."""
    settled = make_settlement(make_person(insutype="390"), by=clerk)
    (line,) = StatementLine.objects.filter(statement=tell_statement(settled, by=clerk))
    rows = {name: _difference(name, settled, line) for name in ("differing", "agreeing", "decided", "sure", "over")}
    Discrepancy.objects.filter(pk=rows["agreeing"].pk).update(closed_at=timezone.now())
    decisions = {name: _decision(rows[name], clerk) for name in ("decided", "sure", "over")}
    confirmed, ended = (DiscrepancyDecision.objects.filter(pk=decisions[name].pk) for name in ("sure", "over"))
    confirmed.update(confirmed_by=reviewer, confirmed_at=timezone.now())
    ended.update(ended_at=timezone.now(), ending="withdrawn", ended_by=clerk, ending_note="x")
    standing, reopened = (
        ClosedDay.objects.create(region_id="421002", business_date=day, closed_by=clerk)
        for day in (dt.date(2020, 1, 6), dt.date(2020, 1, 7))
    )
    ClosedDay.objects.filter(pk=reopened.pk).update(reopened_at=timezone.now(), reopened_by=reviewer, reason="x")
    return {
        "differing": rows["differing"].pk,
        "agreeing": rows["agreeing"].pk,
        "decided": rows["decided"].pk,
        "decision": decisions["decided"].pk,
        "confirmed_decision": decisions["sure"].pk,
        "ended_decision": decisions["over"].pk,
        "comment": DiscrepancyComment.objects.create(discrepancy=rows["differing"], text="x", by=clerk).pk,
        "closed_day": standing.pk,
        "reopened_day": reopened.pk,
    }


def _difference(name: str, settled: Settlement, line: StatementLine) -> Discrepancy:
    row: Discrepancy = Discrepancy.objects.create(
        institution=settled.institution, business_date=MONDAY, setl_id=settled.setl_id, code="3", field=name,
        centre="1.00", institution_value="2.00", settlement=settled, line=line, found_at=timezone.now(),
    )  # fmt: skip
    return row


def _decision(row: Discrepancy, clerk: Staff) -> DiscrepancyDecision:
    made: DiscrepancyDecision = DiscrepancyDecision.objects.create(
        discrepancy=row, reason="institution_corrects", code="3", centre="1.00", institution_value="2.00", amount=1,
        alone_up_to=0, accepted_up_to=1, decided_by=clerk,
    )  # fmt: skip
    return made
