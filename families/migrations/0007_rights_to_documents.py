"""Who may add, see and check the papers of cases."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_casedocument", "view_caseagent"]
RIGHTS = {
    "clerk": [*READ, "add_casedocument", "change_caseagent"],
    "reviewer": READ,
    "supervisor": [*READ, "check_casedocument"],
    "auditor": [*READ, "check_casedocument"],
}


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="families", content_type__model__in=["casedocument", "caseagent"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("families", "0006_documents_of_cases")]
    operations = [migrations.RunPython(forwards, backwards)]
