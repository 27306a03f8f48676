"""Who may load, see and confirm batches of registration forms."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_importbatch", "view_importfamily"]
RIGHTS = {
    "clerk": [*READ, "add_importbatch"],
    "reviewer": READ,
    "supervisor": [*READ, "confirm_importbatch"],
    "auditor": READ,
}


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="families", content_type__model__in=["importbatch", "importfamily"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("families", "0012_batches_of_registration_forms")]
    operations = [migrations.RunPython(forwards, backwards)]
