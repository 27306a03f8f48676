"""Findings of the pre-flight check as faults of rows: which cell to look at, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from families.rules.findings import Finding
from families.services.imports.faults import RowFault
from families.services.imports.rows import FormRow

Rows = dict[int, tuple[int, FormRow | None]]
# Rule of the check → the column that a clerk looks at first; of the owner, always the number.
COLUMN_OF = {
    "payer_employee": "shares",
    "balance": "shares",
    "dates": "starts_on",
    "near_relative": "relation",
    "one_spouse": "relation",
    "one_owner": "relation",
    "gender": "relation",
    "age": "relation",
    "region": "region",
    "rank": "rank",
}
# Rule → the sentence, where the code has several.
SENTENCE_OF = {
    "insured": "insurance_kind",
    "dates": "end_before_start",
    "region": "region_not_admitted",
    "changes": "changes_per_year",
}
KNOWN_CODES = frozenset(
    {
        "not_insured", "insurance_suspended", "payer_not_employee", "date_invalid", "already_in_group",
        "waiting_period", "other_region", "in_law", "not_near_relative", "duplicate_row", "group_full",
    }
)  # fmt: skip


def faults_from(failures: Iterable[Finding], rows: Rows) -> list[RowFault]:
    """`rows`: position in the check → the row's number, and the row itself where it is a member's.

    Of somebody who stands there twice, nothing else is told: what the other row says decides.
    """
    found = list(failures)
    twice = {finding.position for finding in found if finding.code == "duplicate_row"}
    return [
        _fault(finding, rows) for finding in found if finding.position not in twice or finding.code == "duplicate_row"
    ]


def warnings_from(warnings: Iterable[Finding], rows: Rows) -> list[RowFault]:
    return [
        RowFault(rows[one.position][0], _column(one, rows), one.code) for one in warnings if rows[one.position][1]
    ]


def _column(finding: Finding, rows: Rows) -> str:
    if rows[finding.position][1] is None:
        return "owner_number"
    return COLUMN_OF.get(finding.rule, "member_number")


def _fault(finding: Finding, rows: Rows) -> RowFault:
    number, _row = rows[finding.position]
    if finding.code not in KNOWN_CODES:
        return RowFault(number, _column(finding, rows), finding.code, sentence="not_eligible")
    values, sentence = _values(finding, rows), SENTENCE_OF.get(finding.rule, "")
    if finding.code == "already_in_group" and finding.value.startswith("#"):
        values, sentence = {"value": finding.value.removeprefix("#")}, "earlier_family"
    return RowFault(number, _column(finding, rows), finding.code, values, sentence)


def _values(finding: Finding, rows: Rows) -> dict[str, Any]:
    values: dict[str, Any] = {"value": finding.value} if finding.value else {}
    if finding.earliest_on is not None:
        values["earliest"] = finding.earliest_on.isoformat()
    if finding.code == "duplicate_row":
        values |= {"value": "", "row": _first_row_of(finding.position, rows)}
    return values


def _first_row_of(position: int, rows: Rows) -> int:
    """The row in which the person of this position stands already; the owner's where no other does."""
    row = rows[position][1]
    for number, other in rows.values():
        if row is not None and other is not None and other is not row and other.member == row.member:
            return number
    return rows[min(rows)][0]
