"""Who reads, exports and keeps reports."""

from django.db import migrations

from accounts.roles import grant, revoke

READ = ["read_reports", "view_savedreport"]
RIGHTS = {"supervisor": [*READ, "export_reports", "add_savedreport"], "auditor": READ}


def forwards(apps, schema_editor):
    grant(apps, "reports", RIGHTS)


def backwards(apps, schema_editor):
    revoke(apps, "reports")


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_saved_reports"), ("settlement", "0002_rights_levels_and_numbers")]
    operations = [migrations.RunPython(forwards, backwards)]
