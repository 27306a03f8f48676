"""The five roles, their permissions on this floor, and the shipped code tables."""

import csv
from pathlib import Path

from django.db import migrations

from accounts.roles import grant, revoke

READ = ["view_insuredperson", "view_personalaccount", "view_accountentry", "view_accountadjustment", "view_region"]
RIGHTS = {
    "clerk": [
        *READ,
        "change_insuredperson",
        "reveal_insuredperson",
        "import_insuredperson",
        "add_accountadjustment",
        "view_job",
        "view_jobfile",
    ],
    "reviewer": [*READ, "reveal_insuredperson", "review_accountadjustment", "view_job", "view_jobfile"],
    "supervisor": [
        *READ,
        "reveal_insuredperson",
        "change_region",
        "add_region",
        "view_code",
        "change_code",
        "add_code",
        "post_credit",
        "check_ledger",
        "view_job",
        "view_jobfile",
        "view_staff",
        "read_trail",
        "view_auditevent",
    ],
    "auditor": [*READ, "check_ledger", "view_code", "view_staff", "view_job", "view_auditevent", "read_trail"],
    "administrator": ["view_staff", "add_staff", "change_staff", "view_region"],
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
    dependencies = [
        ("accounts", "0001_foundations"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
