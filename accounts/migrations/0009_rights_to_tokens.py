"""Who makes and revokes the tokens of other systems, and who sees which there are."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_apitoken"]
RIGHTS = {"administrator": [*READ, "add_apitoken", "change_apitoken"], "supervisor": READ, "auditor": READ}


def forwards(apps, schema_editor):
    grant(apps, "accounts", RIGHTS)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="accounts", codename__endswith="_apitoken"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_tokens_of_other_systems")]
    operations = [migrations.RunPython(forwards, backwards)]
