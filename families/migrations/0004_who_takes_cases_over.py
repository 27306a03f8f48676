"""Supervisors take a case over from another desk."""

from django.db import migrations

from accounts.roles import grant

RIGHTS = {"supervisor": ["take_over_registrationcase"]}


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.get(name="supervisor")
    group.permissions.remove(*group.permissions.filter(codename__in=RIGHTS["supervisor"]))


class Migration(migrations.Migration):
    dependencies = [("families", "0003_cases_of_every_kind")]
    operations = [migrations.RunPython(forwards, backwards)]
