"""Lists that are exported, and who may; files that are imported once their owner confirmed the check."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from accounts.roles import grant

EXPORT = "export_insuredperson"
RIGHTS = {"supervisor": [EXPORT], "auditor": [EXPORT]}


def forwards(apps, schema_editor):
    grant(apps, "accounts", RIGHTS)


def backwards(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(
            *group.permissions.filter(content_type__app_label="accounts", codename=EXPORT)
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_when_jobs_begin'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='insuredperson',
            options={'ordering': ['name_key', 'id'], 'permissions': [('reveal_insuredperson', 'May reveal a full ID number or phone, with a reason'), ('import_insuredperson', 'May import persons'), ('export_insuredperson', 'May export lists of persons, numbers masked')], 'verbose_name': 'insured person', 'verbose_name_plural': 'insured persons'},
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
            name='confirms',
            field=models.OneToOneField(help_text='the check of the file that this job imports', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmed_by', to='accounts.job', verbose_name='confirms'),
        ),
        migrations.AddField(
            model_name='jobevent',
            name='confirms',
            field=models.ForeignKey(db_constraint=False, help_text='the check of the file that this job imports', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.job', verbose_name='confirms'),
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='kind',
            field=models.CharField(choices=[('sign_in', 'signed in'), ('sign_in_refused', 'sign-in refused'), ('sign_out', 'signed out'), ('access_refused', 'access refused'), ('look', 'person looked at'), ('verify', 'person of another region verified'), ('reveal', 'full number revealed'), ('print', 'printed'), ('import', 'file imported'), ('export', 'list exported'), ('check', 'ledger checked')], max_length=20, verbose_name='what'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='job_confirms_own_check', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."confirms_id" IS NOT NULL)', func="\n                    IF NOT EXISTS (SELECT FROM accounts_job AS checked\n                                    WHERE checked.id = NEW.confirms_id AND checked.owner_id = NEW.owner_id\n                                      AND checked.kind = 'check_file' AND checked.state = 'done') THEN\n                        RAISE EXCEPTION 'job % confirms no finished check of its owner', NEW.id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_confirms_own_check';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8a608820c1c7545685f5869730e193cab0f2650b', operation='INSERT OR UPDATE OF "confirms_id", "owner_id"', pgid='pgtrigger_job_confirms_own_check_7f710', table='accounts_job', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."confirms_id", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region_id", NEW."result", NEW."started_at", NEW."state", NEW."total"); RETURN NULL;', hash='943a1020250fcbc675ce92461fd3e5e618449f50', operation='INSERT', pgid='pgtrigger_insert_insert_a34e7', table='accounts_job', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."confirms_id", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."result", NEW."started_at", NEW."state", NEW."total"); RETURN NULL;', hash='9539ec647b8a84e3a45ab6bb6aad65ef2d5178b4', operation='UPDATE', pgid='pgtrigger_update_update_8e5e3', table='accounts_job', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (OLD."attempts", OLD."business_date", OLD."confirms_id", OLD."created_at", OLD."done", OLD."failure", OLD."fence", OLD."finished_at", OLD."id", OLD."kind", OLD."lease_until", OLD."owner_id", OLD."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."result", OLD."started_at", OLD."state", OLD."total"); RETURN NULL;', hash='85c6b7ebe6a98140a0107cf4e342f14b54154676', operation='DELETE', pgid='pgtrigger_delete_delete_fb93a', table='accounts_job', when='AFTER')),
        ),
        migrations.RunPython(forwards, backwards),
    ]
