"""Sequences that number claims and cases of reversal, and what each role may do with them."""

from django.db import migrations

from accounts.roles import grant

READ = ["view_claim", "view_claimdocument", "view_reversalcase"]
RIGHTS = {
    "clerk": [*READ, "add_claim", "change_claim", "add_claimdocument", "reverse_settlement"],
    "reviewer": [*READ, "review_claim", "review_reversalcase"],
    "supervisor": READ,
    "auditor": READ,
}
NUMBERS = "CREATE SEQUENCE settlement_claim_number; CREATE SEQUENCE settlement_reversal_number;"
NO_NUMBERS = "DROP SEQUENCE settlement_reversal_number; DROP SEQUENCE settlement_claim_number;"


def forwards(apps, schema_editor):
    grant(apps, "settlement", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0010_claims_and_reversal_cases")]
    operations = [
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
