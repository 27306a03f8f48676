"""Who exports full ID numbers and agrees to it, and who sees that it was asked for."""

from django.db import migrations

from accounts.roles import grant

SEE = ["view_fullnumbersrequest"]
RIGHTS = {"supervisor": [*SEE, "export_full_numbers"], "auditor": SEE}


def forwards(apps, schema_editor):
    grant(apps, "reports", RIGHTS)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="reports", codename__in=RIGHTS["supervisor"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_full_numbers_and_monthly_exports")]
    operations = [migrations.RunPython(forwards, backwards)]
