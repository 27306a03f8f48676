"""Who sees statements and differences, loads them, and reconciles a day."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_statement", "view_statementline", "view_reconciliation", "view_discrepancy"]
RIGHTS = {
    "supervisor": [*READ, "load_statement", "reconcile"],
    "auditor": READ,
}


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0007_statements")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
