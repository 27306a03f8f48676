"""Result files of reconciliation (对账结果) that an institution gets back for a day.

DOMAIN.md section 7: a ZIP with one TXT, ten columns between tabs, `null` for empty. The answer is computed as the
comparison of the day is, when it is asked for. Invariant: no text in it can become a formula, and no file without
its audit event.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, TextChoices
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.acting import writes
from accounts.models import Code, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.rights import require_right
from accounts.spreadsheets.formulas import MARK, reads_as_formula
from settlement.models import Statement
from settlement.services.reconciling import RIGHT, SIDES, regions_that_count_family

ROWS_AT_ONCE = 2_000
SIX_DIGITS = "stmt_rslt_six"  # code table: `stmt_rslt` → what the other scheme writes
# A line for what another institution settled is one that the centre does not have of this institution.
RESULT = f"""
    {SIDES}
    SELECT COALESCE(here_psn, told_psn), COALESCE(here_mdtrt, told_mdtrt), setl_id,
           CASE WHEN line_id IS NULL THEN '1' WHEN settlement_id IS NULL THEN '2'
                WHEN fields = '' THEN '0' ELSE '3' END AS code,
           CASE WHEN settlement_id IS NULL THEN told_reversal ELSE here_reversal END, fields,
           here_medfee, here_fund, here_acct
      FROM sides, LATERAL (SELECT concat_ws(' ',
           CASE WHEN here_medfee <> told_medfee THEN 'medfee_sumamt' END,
           CASE WHEN here_fund <> told_fund THEN 'fund_pay_sumamt' END,
           CASE WHEN here_acct <> told_acct THEN 'acct_pay' END,
           CASE WHEN settlement_id IS NOT NULL AND here_reversal <> told_reversal THEN 'refd_setl_flag' END,
           CASE WHEN here_psn <> told_psn THEN 'psn_no' END,
           CASE WHEN here_mdtrt <> told_mdtrt THEN 'mdtrt_id' END,
           CASE WHEN elsewhere_id IS NOT NULL THEN 'fixmedins_code' END) AS fields) AS compared
     ORDER BY setl_id, code
"""  # noqa: S608 - of constants


class Scheme(TextChoices):
    """How `stmt_rslt` is written."""

    NATIONAL = "national", _("one digit")
    SIX = "six", _("six digits")


@dataclass(frozen=True, slots=True)
class ResultFile:
    name: str
    content: bytes
    rows: int


@writes
def result_file(
    *, statement: Statement, scheme: Scheme = Scheme.NATIONAL, by: Staff, request: HttpRequest | None = None
) -> ResultFile:
    """What the centre answers to a statement, line by line, with what is missing from it.

    `statement`: in the scope of `by`, and one that counts. In the other scheme a code without its six digits stays as
    it is, and the memo keeps the national one. Raises: RightMissing.
    """
    require_right(by, RIGHT)
    stem = f"{statement.institution_id}_{statement.business_date:%Y%m%d}_3202_result"
    codes = _codes(statement) if scheme == Scheme.SIX else None
    packed, rows = io.BytesIO(), 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{stem}.txt", "w") as text:
        for row in _answers(statement):
            text.write(("\t".join(_cells(row, codes)) + "\n").encode())
            rows += 1
    content = packed.getvalue()
    record_event(
        AuditKind.EXPORT, by=by, request=request, file="statement_result", rows=rows, format=scheme.value,
        institution=statement.institution_id, day=statement.business_date.isoformat(),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return ResultFile(f"{stem}.zip", content, rows)


def _answers(statement: Statement) -> Iterator[tuple[Any, ...]]:
    day = statement.business_date
    values: dict[str, Any] = {
        "day": day,
        "institutions": [statement.institution_id],
        "with_family": regions_that_count_family(day)[day],
        "balanced_too": True,
    }
    with connection.cursor() as cursor:
        cursor.execute(RESULT, values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


def _codes(statement: Statement) -> dict[str, str]:
    """The region's own before everybody's."""
    known = Code.objects.filter(Q(region=None) | Q(region=statement.institution.region_id), table=SIX_DIGITS)
    return dict(known.order_by("region_id").reverse().values_list("code", "name_zh"))


def _cells(row: tuple[Any, ...], codes: dict[str, str] | None) -> list[str]:
    """The ten columns; `msgid` belongs to the message that carries the file."""
    psn_no, mdtrt_id, setl_id, code, reversal, fields, *amounts = row
    memo = fields if codes is None else f"stmt_rslt={code} {fields}".strip()
    written = code if codes is None else codes.get(code, code)
    texts = [_safe(text) for text in (psn_no, mdtrt_id, setl_id)]
    money = ["null" if amount is None else str(amount) for amount in amounts]
    return [*texts, "null", written, str(int(reversal)), _safe(memo), *money]


def _safe(text: str | None) -> str:
    """One cell: no control character, and nothing that a table program would run."""
    plain = "".join(character if character.isprintable() else " " for character in text or "")
    if not plain.strip():
        return "null"
    return MARK + plain if reads_as_formula(plain) else plain
