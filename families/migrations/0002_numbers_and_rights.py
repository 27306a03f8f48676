"""Numbers of groups and cases; who sees and does what on this floor."""

from django.db import migrations

from accounts.roles import grant, revoke

READ = [
    "view_caseagent",
    "view_casedocument",
    "view_caseline",
    "view_followup",
    "view_followupnote",
    "view_grant",
    "view_groupmember",
    "view_importbatch",
    "view_importfamily",
    "view_mutualaidgroup",
    "view_personmatch",
    "view_policysetting",
    "view_regionpolicy",
    "view_registrationcase",
    "view_sharing",
]
RIGHTS = {
    "clerk": [
        *READ,
        "add_casedocument",
        "add_followupnote",
        "add_importbatch",
        "add_registrationcase",
        "change_caseagent",
        "change_followup",
        "change_registrationcase",
        "request_merge",
    ],
    "reviewer": [
        *READ,
        "decide_merge",
        "review_registrationcase",
    ],
    "supervisor": [
        *READ,
        "add_followupnote",
        "add_regionpolicy",
        "change_followup",
        "check_casedocument",
        "confirm_importbatch",
        "decide_merge",
        "publish_regionpolicy",
        "request_merge",
        "show_group",
        "take_over_registrationcase",
    ],
    "auditor": [
        *READ,
        "check_casedocument",
        "show_group",
    ],
}
NUMBERS = "CREATE SEQUENCE families_group_number; CREATE SEQUENCE families_case_number;"
NO_NUMBERS = "DROP SEQUENCE families_case_number; DROP SEQUENCE families_group_number;"


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    revoke(apps, "families")


class Migration(migrations.Migration):
    replaces = [("families", "0002_numbers_and_roles")]
    dependencies = [("families", "0001_schema"), ("accounts", "0002_roles_and_codes_shipped")]
    operations = [
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunPython(forwards, backwards),
    ]
