"""Who pays premiums from accounts, and who sees them."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_premiumpayment"]
RIGHTS = {
    "clerk": [*READ, "pay_premium"],
    "reviewer": READ,
    "supervisor": READ,
    "auditor": READ,
}


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0005_premiums")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
