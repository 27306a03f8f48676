"""Who sees the totals of institutions; the shipped words of results, and which care is cleared as what."""

import csv
from pathlib import Path

from django.db import migrations

from accounts.roles import grant

READ = ["view_statementtotal"]
RIGHTS = {"supervisor": READ, "auditor": READ}
SHIPPED_CODES = Path(__file__).resolve().parent.parent / "data" / "result_codes.csv"


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)
    codes = apps.get_model("accounts", "Code")
    shipped = [codes(region_id=row.pop("region") or None, **row) for row in _shipped()]
    codes.objects.bulk_create(shipped, ignore_conflicts=True)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays, and what a customer loaded."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="settlement", codename__in=READ
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)
    tables = {row["table"] for row in _shipped()}
    apps.get_model("accounts", "Code").objects.filter(table__in=tables, version="2026.1").delete()


def _shipped():
    with SHIPPED_CODES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class Migration(migrations.Migration):
    dependencies = [("settlement", "0005_totals_of_institutions"), ("accounts", "0002_roles_and_codes_shipped")]
    operations = [migrations.RunPython(forwards, backwards)]
