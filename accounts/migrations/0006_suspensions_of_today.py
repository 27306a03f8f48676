"""A suspension for everybody whose stored status is not normal; who may record, read and take back what."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_suspension", "view_regionmove"]
RIGHTS = {
    "clerk": [*READ, "add_suspension"],
    "reviewer": READ,
    "supervisor": [*READ, "correct_death"],
    "auditor": READ,
}
TAKEN_OVER = """
    INSERT INTO accounts_suspension (person_id, cause, status, starts_on, note, recorded_at, ended_note)
    SELECT id, CASE status WHEN '0' THEN 'not_insured' WHEN '2' THEN 'suspended' WHEN '3' THEN 'void' ELSE 'ended' END,
           status, status_since, status_reason, now(), ''
      FROM accounts_insuredperson
     WHERE status <> '1'
"""


def forwards(apps, schema_editor):
    grant(apps, "accounts", RIGHTS)


def backwards(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(*group.permissions.filter(
            content_type__app_label="accounts", codename__in={one for rights in RIGHTS.values() for one in rights}
        ))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_suspensions_and_moves")]
    operations = [
        migrations.RunSQL(TAKEN_OVER, migrations.RunSQL.noop),
        migrations.RunPython(forwards, backwards),
    ]
