"""Indexes for what is rare in the list of settlements, so that it is found without reading what is frequent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0011_rights_to_claims_and_reversals")]
    operations = [
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(
                fields=["region", "-settled_at", "-id"],
                condition=models.Q(reverses__isnull=False),
                name="settlement_reversal_time",
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(
                fields=["region", "-settled_at", "-id"],
                condition=models.Q(kind__in=["claim", "premium"]),
                name="settlement_by_hand_time",
            ),
        ),
    ]
