"""Who sees settlements, and who loads them."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_settlement", "view_settlementshare"]
RIGHTS = {
    "clerk": READ,
    "reviewer": READ,
    "supervisor": [*READ, "add_settlement", "load_settlements"],
    "auditor": READ,
}


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0003_settlements")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
