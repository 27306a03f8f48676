"""Who sees and loads institutions, and the shipped names of their levels."""

import csv
from pathlib import Path

from django.db import migrations

from accounts.roles import grant, revoke

READ = ["view_institution"]
RIGHTS = {
    "clerk": READ,
    "reviewer": READ,
    "supervisor": [*READ, "add_institution", "change_institution"],
    "auditor": READ,
    "administrator": READ,
}
SHIPPED_CODES = Path(__file__).resolve().parent.parent / "data" / "codes.csv"


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
    dependencies = [("settlement", "0001_institutions"), ("accounts", "0002_roles_and_codes")]
    operations = [migrations.RunPython(forwards, backwards)]
