"""Indexes for lists of what stands in hand: by state and by clerk, since when it stands."""

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("families", "0009_follow_ups")]
    operations = [
        migrations.AddIndex(
            model_name="registrationcase",
            index=models.Index(
                F("handled_by"),
                Coalesce("decided_at", "submitted_at", "handled_at"),
                name="case_handled_by_since",
            ),
        ),
        migrations.AddIndex(
            model_name="registrationcase",
            index=models.Index(
                F("state"),
                Coalesce("decided_at", "submitted_at", "handled_at"),
                name="case_state_since",
            ),
        ),
    ]
