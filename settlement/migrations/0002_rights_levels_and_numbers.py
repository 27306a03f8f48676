"""Numbers of claims and reversals; who sees and does what on this floor; the shipped names of hospital levels."""

import csv
from pathlib import Path

from django.db import migrations

from accounts.roles import grant, revoke

READ = [
    "view_claim",
    "view_claimdocument",
    "view_institution",
    "view_premiumpayment",
    "view_reversalcase",
    "view_settlement",
    "view_settlementshare",
    "view_wallettransfer",
]
RIGHTS = {
    "clerk": [
        *READ,
        "add_claim",
        "add_claimdocument",
        "add_wallettransfer",
        "answer_wallettransfer",
        "change_claim",
        "pay_premium",
        "reverse_settlement",
    ],
    "reviewer": [
        *READ,
        "review_claim",
        "review_reversalcase",
    ],
    "supervisor": [
        *READ,
        "add_institution",
        "add_settlement",
        "change_institution",
        "load_settlements",
        "load_statement",
        "reconcile",
        "view_discrepancy",
        "view_reconciliation",
        "view_statement",
        "view_statementline",
    ],
    "auditor": [
        *READ,
        "view_discrepancy",
        "view_reconciliation",
        "view_statement",
        "view_statementline",
    ],
    "administrator": ["view_institution"],
}
SHIPPED_CODES = Path(__file__).resolve().parent.parent / "data" / "codes.csv"
NUMBERS = "CREATE SEQUENCE settlement_claim_number; CREATE SEQUENCE settlement_reversal_number;"
NO_NUMBERS = "DROP SEQUENCE settlement_reversal_number; DROP SEQUENCE settlement_claim_number;"


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)
    code_table = apps.get_model("accounts", "Code")
    with SHIPPED_CODES.open(encoding="utf-8", newline="") as lines:
        shipped = [code_table(region_id=row.pop("region") or None, **row) for row in csv.DictReader(lines)]
    code_table.objects.bulk_create(shipped, ignore_conflicts=True)


def backwards(apps, schema_editor):
    revoke(apps, "settlement")
    apps.get_model("accounts", "Code").objects.filter(table="hosp_lv", version="2026.1").delete()


class Migration(migrations.Migration):
    replaces = [("settlement", "0002_roles_and_levels")]
    dependencies = [("settlement", "0001_schema"), ("accounts", "0002_roles_and_codes_shipped")]
    operations = [
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunPython(forwards, backwards),
    ]
