"""Possible duplicates, and who may ask for a merge, decide about it, and read."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from accounts.roles import grant

RIGHTS = {
    "clerk": ["view_personmatch", "request_merge"],
    "reviewer": ["view_personmatch", "decide_merge"],
    "supervisor": ["view_personmatch", "request_merge", "decide_merge"],
    "auditor": ["view_personmatch"],
}


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    """The rights go with their permissions, whose model goes with this migration."""
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="families")
    permissions.filter(content_type__model="personmatch").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_first_generation_numbers'),
        ('families', '0004_who_takes_cases_over'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_on', models.DateField(verbose_name='found on')),
                ('certainty', models.CharField(choices=[('certain', 'nearly certain'), ('likely', 'likely'), ('possible', 'possible')], max_length=10, verbose_name='certainty')),
                ('evidence', models.JSONField(default=dict, help_text='codes and values that speak for and against', verbose_name='evidence')),
                ('state', models.CharField(choices=[('proposed', 'possible duplicate'), ('merge_requested', 'merge requested'), ('merged', 'merged'), ('different', 'different persons')], default='proposed', max_length=20, verbose_name='state')),
                ('requested_at', models.DateTimeField(null=True, verbose_name='requested at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
            ],
            options={
                'verbose_name': 'possible duplicate',
                'verbose_name_plural': 'possible duplicates',
                'ordering': ['-id'],
                'permissions': [('request_merge', 'May look for duplicates, ask for a merge, mark as different'), ('decide_merge', 'May decide about a merge that another asked for')],
            },
        ),
        migrations.CreateModel(
            name='PersonMatchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('found_on', models.DateField(verbose_name='found on')),
                ('certainty', models.CharField(choices=[('certain', 'nearly certain'), ('likely', 'likely'), ('possible', 'possible')], max_length=10, verbose_name='certainty')),
                ('evidence', models.JSONField(default=dict, help_text='codes and values that speak for and against', verbose_name='evidence')),
                ('state', models.CharField(choices=[('proposed', 'possible duplicate'), ('merge_requested', 'merge requested'), ('merged', 'merged'), ('different', 'different persons')], default='proposed', max_length=20, verbose_name='state')),
                ('requested_at', models.DateTimeField(null=True, verbose_name='requested at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupmember',
            trigger=pgtrigger.compiler.Trigger(name='member_of_open_record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM accounts_insuredperson\n                                WHERE id = NEW.person_id AND merged_into_id IS NOT NULL) THEN\n                        RAISE EXCEPTION 'record % was merged', NEW.person_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_of_open_record';\n                    END IF;\n                    RETURN NEW;\n                ", hash='f047f089f0481b1b8126f1e8159d48b9466ff9f6', operation='INSERT', pgid='pgtrigger_member_of_open_record_64557', table='families_groupmember', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='personmatch',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='personmatch',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='record'),
        ),
        migrations.AddField(
            model_name='personmatch',
            name='requested_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='merge requested by'),
        ),
        migrations.AddField(
            model_name='personmatch',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='other record'),
        ),
        migrations.AddField(
            model_name='personmatch',
            name='survivor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='record that stays'),
        ),
        migrations.AddField(
            model_name='personmatchevent',
            name='decided_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='personmatchevent',
            name='first',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='record'),
        ),
        migrations.AddField(
            model_name='personmatchevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.personmatch'),
        ),
        migrations.AddField(
            model_name='personmatchevent',
            name='requested_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='merge requested by'),
        ),
        migrations.AddField(
            model_name='personmatchevent',
            name='second',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='other record'),
        ),
        migrations.AddField(
            model_name='personmatchevent',
            name='survivor',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='record that stays'),
        ),
        migrations.AddIndex(
            model_name='personmatch',
            index=models.Index(fields=['state', '-id'], name='match_state'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='match_pair_once'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='match_pair_in_order'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'merge_requested', 'merged', 'different'])), name='match_state_known'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.CheckConstraint(condition=models.Q(('survivor', None), ('survivor', models.F('first')), ('survivor', models.F('second')), _connector='OR'), name='match_survivor_of_the_pair'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('requested_at', None), ('requested_by', None), ('state__in', ['proposed', 'different']), ('survivor', None)), models.Q(('state__in', ['merge_requested', 'merged']), ('survivor__isnull', False), ('requested_at__isnull', False), ('requested_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='match_requested_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['merged', 'different']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='match_decided_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'merged'), _negated=True), models.Q(('requested_by', models.F('decided_by')), _negated=True), _connector='OR'), name='match_two_people'),
        ),
        migrations.AddConstraint(
            model_name='personmatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'different'), _negated=True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='match_different_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmatch',
            trigger=pgtrigger.compiler.Trigger(name='match_merged_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'merged\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='62070255ec4c49b1ec9e33136c791f6832a467f5', operation='UPDATE', pgid='pgtrigger_match_merged_stays_3c757', table='families_personmatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmatch',
            trigger=pgtrigger.compiler.Trigger(name='match_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='55ca90f8e6e584e434d83eec8eef099ec683a448', operation='DELETE', pgid='pgtrigger_match_is_kept_b3536', table='families_personmatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmatch',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_personmatchevent" ("certainty", "decided_at", "decided_by_id", "decision", "evidence", "first_id", "found_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "second_id", "state", "survivor_id") VALUES (NEW."certainty", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."evidence", NEW."first_id", NEW."found_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."requested_at", NEW."requested_by_id", NEW."second_id", NEW."state", NEW."survivor_id"); RETURN NULL;', hash='5b9b104d8f70a22e20841858ab25cd1eedf68856', operation='INSERT', pgid='pgtrigger_insert_insert_87398', table='families_personmatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmatch',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_personmatchevent" ("certainty", "decided_at", "decided_by_id", "decision", "evidence", "first_id", "found_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "second_id", "state", "survivor_id") VALUES (NEW."certainty", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."evidence", NEW."first_id", NEW."found_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."requested_at", NEW."requested_by_id", NEW."second_id", NEW."state", NEW."survivor_id"); RETURN NULL;', hash='ad81f5c3e7e238cee6e901e51a49b9442335bbbd', operation='UPDATE', pgid='pgtrigger_update_update_e0e27', table='families_personmatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmatch',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_personmatchevent" ("certainty", "decided_at", "decided_by_id", "decision", "evidence", "first_id", "found_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "second_id", "state", "survivor_id") VALUES (OLD."certainty", OLD."decided_at", OLD."decided_by_id", OLD."decision", OLD."evidence", OLD."first_id", OLD."found_on", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."requested_at", OLD."requested_by_id", OLD."second_id", OLD."state", OLD."survivor_id"); RETURN NULL;', hash='50c0c2c81e77034383ca06ec42c86d272ac36f1b', operation='DELETE', pgid='pgtrigger_delete_delete_c27a0', table='families_personmatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmatchevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='431ca42cb78f8e508ad9fa24bae75f4e582b5ffc', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_b9961', table='families_personmatchevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personmatchevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0536c0358fcd794a16ec1c3efe52be80ce889f14', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8d05b', table='families_personmatchevent', when='BEFORE')),
        ),
        migrations.RunPython(forwards, backwards),
    ]
