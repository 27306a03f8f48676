"""The five roles, their permissions on this floor, and the shipped code tables."""

import csv
from pathlib import Path

from django.db import migrations

from accounts.roles import grant, revoke

READ = [
    "view_accountadjustment",
    "view_accountentry",
    "view_insuredperson",
    "view_job",
    "view_personalaccount",
    "view_region",
    "view_regionmove",
    "view_suspension",
]
RIGHTS = {
    "clerk": [
        *READ,
        "add_accountadjustment",
        "add_suspension",
        "change_insuredperson",
        "import_insuredperson",
        "reveal_insuredperson",
        "view_jobfile",
    ],
    "reviewer": [
        *READ,
        "reveal_insuredperson",
        "review_accountadjustment",
        "view_jobfile",
    ],
    "supervisor": [
        *READ,
        "add_code",
        "add_region",
        "change_code",
        "change_region",
        "check_ledger",
        "correct_death",
        "export_insuredperson",
        "post_credit",
        "read_trail",
        "reveal_insuredperson",
        "view_auditevent",
        "view_code",
        "view_jobfile",
        "view_staff",
    ],
    "auditor": [
        *READ,
        "check_ledger",
        "export_insuredperson",
        "read_trail",
        "view_auditevent",
        "view_code",
        "view_staff",
    ],
    "administrator": ["add_staff", "change_staff", "view_region", "view_staff"],
}
SHIPPED_CODES = Path(__file__).resolve().parent.parent / "data" / "codes.csv"


def forwards(apps, schema_editor):
    grant(apps, "accounts", RIGHTS)
    code_table = apps.get_model("accounts", "Code")
    with SHIPPED_CODES.open(encoding="utf-8", newline="") as lines:
        code_table.objects.bulk_create(
            code_table(region_id=row.pop("region") or None, **row) for row in csv.DictReader(lines)
        )


def backwards(apps, schema_editor):
    revoke(apps, "accounts")
    apps.get_model("accounts", "Code").objects.all().delete()


class Migration(migrations.Migration):
    replaces = [("accounts", "0002_roles_and_codes")]
    dependencies = [
        ("accounts", "0001_schema"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
