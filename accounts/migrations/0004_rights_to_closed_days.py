"""Who signs days, reopens them, and reads both."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_closedday"]
RIGHTS = {"supervisor": [*READ, "close_day", "reopen_day"], "auditor": READ}


def forwards(apps, schema_editor):
    grant(apps, "accounts", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_closed_days")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
