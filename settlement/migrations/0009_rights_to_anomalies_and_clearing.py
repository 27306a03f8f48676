"""Who reads anomalies and clearing; auditors alone judge anomalies, their only right to write (docs/adr/0026)."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_anomaly", "view_anomalynote", "view_clearing"]
RIGHTS = {"supervisor": READ, "auditor": [*READ, "judge_anomaly"]}


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="settlement", codename__in=RIGHTS["auditor"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0008_anomalies")]
    operations = [migrations.RunPython(forwards, backwards)]
