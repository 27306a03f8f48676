"""After a breakdown a job pauses, ever longer; the right to look at nights and to have one done again."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_rights_to_closed_days'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='job',
            options={'ordering': ['-created_at'], 'permissions': [('view_nights', 'May look at the nights and their morning reports'), ('run_night', 'May have a night done again')], 'verbose_name': 'job', 'verbose_name_plural': 'jobs'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='job',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='job',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='job',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='job',
            name='not_before',
            field=models.DateTimeField(help_text='after a breakdown; each pause is twice as long as the one before', null=True, verbose_name='tried again at'),
        ),
        migrations.AddField(
            model_name='jobevent',
            name='not_before',
            field=models.DateTimeField(help_text='after a breakdown; each pause is twice as long as the one before', null=True, verbose_name='tried again at'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "not_before", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."confirms_id", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."not_before", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region_id", NEW."result", NEW."started_at", NEW."state", NEW."total"); RETURN NULL;', hash='41e046f70d54781b7654d0a5db3dfe42ca1864bb', operation='INSERT', pgid='pgtrigger_insert_insert_a34e7', table='accounts_job', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "not_before", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."confirms_id", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."not_before", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."result", NEW."started_at", NEW."state", NEW."total"); RETURN NULL;', hash='2dfdc8ba008530f9dd1e39484b1b7e34d20f4f1f', operation='UPDATE', pgid='pgtrigger_update_update_8e5e3', table='accounts_job', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "not_before", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (OLD."attempts", OLD."business_date", OLD."confirms_id", OLD."created_at", OLD."done", OLD."failure", OLD."fence", OLD."finished_at", OLD."id", OLD."kind", OLD."lease_until", OLD."not_before", OLD."owner_id", OLD."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."result", OLD."started_at", OLD."state", OLD."total"); RETURN NULL;', hash='7753639544fd6a75c6e38aa1d444fb1704c573cd', operation='DELETE', pgid='pgtrigger_delete_delete_fb93a', table='accounts_job', when='AFTER')),
        ),
    ]
