"""Policy versions are drafted by one person and published by another; what was there before is published.

The supervisors, who answer for the parameters (DOMAIN.md section 1), draft and publish.
"""

import django.db.models.deletion
import families.models.policy
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from accounts.roles import grant

RIGHTS = {"supervisor": ["add_regionpolicy", "publish_regionpolicy"]}


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    for role, codenames in RIGHTS.items():
        group = apps.get_model("auth", "Group").objects.get(name=role)
        group.permissions.remove(*group.permissions.filter(codename__in=codenames))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_roles_and_codes'),
        ('families', '0007_rights_to_documents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='regionpolicy',
            options={'ordering': ['region', '-effective_on'], 'permissions': [('publish_regionpolicy', 'May publish policy versions')], 'verbose_name': 'region policy', 'verbose_name_plural': 'region policies'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='regionpolicy',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='regionpolicy',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='regionpolicy',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='regionpolicy',
            name='policy_one_version_per_day',
        ),
        migrations.AddField(
            model_name='regionpolicy',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last changed by'),
        ),
        migrations.AddField(
            model_name='regionpolicy',
            name='drafted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by'),
        ),
        migrations.AddField(
            model_name='regionpolicy',
            name='published_at',
            field=models.DateTimeField(null=True, verbose_name='published at'),
        ),
        migrations.AddField(
            model_name='regionpolicy',
            name='published_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by'),
        ),
        migrations.AddField(
            model_name='regionpolicy',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('discarded', 'discarded')], default='published', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='regionpolicy',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('discarded', 'discarded')], default='draft', max_length=10, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='regionpolicy',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='regionpolicyevent',
            name='changed_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last changed by'),
        ),
        migrations.AddField(
            model_name='regionpolicyevent',
            name='drafted_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by'),
        ),
        migrations.AddField(
            model_name='regionpolicyevent',
            name='published_at',
            field=models.DateTimeField(null=True, verbose_name='published at'),
        ),
        migrations.AddField(
            model_name='regionpolicyevent',
            name='published_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by'),
        ),
        migrations.AddField(
            model_name='regionpolicyevent',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('discarded', 'discarded')], default='published', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='regionpolicyevent',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('discarded', 'discarded')], default='draft', max_length=10, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='regionpolicyevent',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='policysetting',
            name='policy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settings', to='families.regionpolicy', verbose_name='policy'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policysetting',
            trigger=pgtrigger.compiler.Trigger(name='policy_value_of_a_draft', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE decided boolean;', func="\n                    SELECT bool_or(state <> 'draft') INTO decided\n                      FROM (SELECT state FROM families_regionpolicy\n                             WHERE id IN (OLD.policy_id, NEW.policy_id) FOR SHARE) AS versions;\n                    IF decided THEN\n                        RAISE EXCEPTION 'the values of a version that is decided stay as they are'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_value_of_a_draft';\n                    END IF;\n                    RETURN COALESCE(NEW, OLD);\n                ", hash='ece1b08ed9bfdbbd58df6476a151df81ac94ee12', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_policy_value_of_a_draft_21aeb', table='families_policysetting', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='policy_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='49eafd4bc3207d46a4fd996eab42329cdd6172ce', operation='DELETE', pgid='pgtrigger_policy_is_kept_f5ead', table='families_regionpolicy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='policy_decided_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'draft')", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='bb4e54813c8bd84bab96acb30d61e3bd4aec3589', operation='UPDATE', pgid='pgtrigger_policy_decided_stays_38da6', table='families_regionpolicy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='policy_stays_its_drafters', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."drafted_by_id" IS DISTINCT FROM (NEW."drafted_by_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='74489065b3a7991c3f6564d1c882077a401fb259', operation='UPDATE', pgid='pgtrigger_policy_stays_its_drafters_a437e', table='families_regionpolicy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_regionpolicyevent" ("changed_by_id", "drafted_by_id", "effective_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "region_id", "state", "title", "version") VALUES (NEW."changed_by_id", NEW."drafted_by_id", NEW."effective_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."region_id", NEW."state", NEW."title", NEW."version"); RETURN NULL;', hash='b8fb21902548069b8bb59da36a1792b5a3a72f52', operation='INSERT', pgid='pgtrigger_insert_insert_460d7', table='families_regionpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_regionpolicyevent" ("changed_by_id", "drafted_by_id", "effective_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "region_id", "state", "title", "version") VALUES (NEW."changed_by_id", NEW."drafted_by_id", NEW."effective_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."region_id", NEW."state", NEW."title", NEW."version"); RETURN NULL;', hash='55055787f7508b46f3d46a1816022db05240e8ce', operation='UPDATE', pgid='pgtrigger_update_update_eccf7', table='families_regionpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_regionpolicyevent" ("changed_by_id", "drafted_by_id", "effective_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "region_id", "state", "title", "version") VALUES (OLD."changed_by_id", OLD."drafted_by_id", OLD."effective_on", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."published_at", OLD."published_by_id", OLD."region_id", OLD."state", OLD."title", OLD."version"); RETURN NULL;', hash='717bfc46bfdb2500029a9fb498ca6246f2b20a93', operation='DELETE', pgid='pgtrigger_delete_delete_0ddd2', table='families_regionpolicy', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='regionpolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('region', 'effective_on'), name='policy_one_version_per_day'),
        ),
        migrations.AddConstraint(
            model_name='regionpolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('region', 'effective_on'), name='policy_one_draft_per_day'),
        ),
        migrations.AddConstraint(
            model_name='regionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drafted_by', models.F('published_by')), _negated=True), models.Q(('changed_by', models.F('published_by')), _negated=True)), name='policy_two_people'),
        ),
        migrations.AddConstraint(
            model_name='regionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drafted_by__isnull', False), ('published_at__isnull', False), ('published_by__isnull', False), ('state', 'published')), models.Q(('drafted_by', None), ('published_at', None), ('published_by', None), ('state', 'published')), models.Q(models.Q(('state', 'published'), _negated=True), ('published_at', None), ('published_by', None)), _connector='OR'), name='policy_published_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='regionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('published_at', None), ('effective_on__gt', families.models.policy.BusinessDay('published_at')), _connector='OR'), name='policy_published_before_its_day'),
        ),
        migrations.RunPython(forwards, backwards),
    ]
