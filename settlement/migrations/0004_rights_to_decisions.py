"""Who works differences off, and who reads what was decided."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_discrepancydecision", "view_discrepancycomment"]
RIGHTS = {"supervisor": [*READ, "decide_discrepancy"], "auditor": READ}


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0003_decisions_and_closed_days")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
