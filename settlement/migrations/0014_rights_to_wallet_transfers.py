"""Who asks for wallet transfers, records the answer, and reads them."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_wallettransfer"]
RIGHTS = {
    "clerk": [*READ, "add_wallettransfer", "answer_wallettransfer"],
    "reviewer": READ,
    "supervisor": READ,
    "auditor": READ,
}


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)


def backwards(apps, schema_editor):
    """These alone: what other migrations granted stays."""
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="settlement", content_type__model="wallettransfer"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0013_wallet_transfers")]
    operations = [migrations.RunPython(forwards, backwards)]
