"""Sequences that number groups and cases, and what each role may do in families/."""

from django.db import migrations

from accounts.roles import grant, revoke

READ = [
    "view_mutualaidgroup",
    "view_groupmember",
    "view_sharing",
    "view_grant",
    "view_registrationcase",
    "view_caseline",
    "view_regionpolicy",
    "view_policysetting",
]
RIGHTS = {
    "clerk": [*READ, "add_registrationcase", "change_registrationcase"],
    "reviewer": [*READ, "review_registrationcase"],
    "supervisor": [*READ, "show_group"],
    "auditor": [*READ, "show_group"],
}
NUMBERS = "CREATE SEQUENCE families_group_number; CREATE SEQUENCE families_case_number;"
NO_NUMBERS = "DROP SEQUENCE families_case_number; DROP SEQUENCE families_group_number;"


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    revoke(apps, "families")


class Migration(migrations.Migration):
    dependencies = [("families", "0001_groups_and_cases"), ("accounts", "0002_roles_and_codes")]
    operations = [
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunPython(forwards, backwards),
    ]
