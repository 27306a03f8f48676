"""Who looks at the nights and their reports, and who has a night done again."""

from django.db import migrations

from accounts.roles import grant

RIGHTS = {"supervisor": ["view_nights", "run_night"], "auditor": ["view_nights"]}


def forwards(apps, schema_editor):
    grant(apps, "accounts", RIGHTS)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="accounts", codename__in=["view_nights", "run_night"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_pauses_of_jobs")]
    operations = [migrations.RunPython(forwards, backwards)]
