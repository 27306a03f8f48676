"""Anomalies, the notes on them, and the right to see what regions owe one another."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_rights_to_nights'),
        ('families', '0002_numbers_and_rights'),
        ('settlement', '0007_lines_have_their_statement'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='settlement',
            options={'ordering': ['-settled_at', '-id'], 'permissions': [('load_settlements', 'May load settlements'), ('reverse_settlement', 'May have a settlement reversed'), ('view_clearing', 'May see what regions owe one another')], 'verbose_name': 'settlement', 'verbose_name_plural': 'settlements'},
        ),
        migrations.CreateModel(
            name='Anomaly',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('payer_groups', 'pays for unusually many groups'), ('burst', 'bound, spent and released shortly after'), ('cards', 'several cards of a family at one pharmacy'), ('after_end', 'spending after death or suspension'), ('clerk_cases', 'a clerk binds unusually often')], max_length=12, verbose_name='kind')),
                ('day', models.DateField(help_text='on which the last of what it rests on happened', verbose_name='day')),
                ('found', models.PositiveIntegerField(help_text='the figure that reached the threshold', verbose_name='found')),
                ('limits', models.JSONField(help_text='policy parameters of the region on that day', verbose_name='thresholds')),
                ('evidence', models.JSONField(help_text='the rows it rests on: what, id, time, amount', verbose_name='evidence')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('state', models.CharField(choices=[('new', 'new'), ('looked_into', 'being looked into'), ('founded', 'founded'), ('unfounded', 'unfounded')], default='new', max_length=11, verbose_name='state')),
                ('judged_at', models.DateTimeField(null=True, verbose_name='state set at')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='anomalies', to='families.mutualaidgroup', verbose_name='group')),
                ('institution', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='anomalies', to='settlement.institution', verbose_name='institution')),
                ('judged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='state set by')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='anomalies', to='accounts.insuredperson', verbose_name='insured person')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
                ('subject_staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='anomalies', to=settings.AUTH_USER_MODEL, verbose_name='staff member')),
            ],
            options={
                'verbose_name': 'anomaly',
                'verbose_name_plural': 'anomalies',
                'ordering': ['-day', '-id'],
                'permissions': [('judge_anomaly', 'May look into anomalies and judge them')],
            },
        ),
        migrations.CreateModel(
            name='AnomalyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('payer_groups', 'pays for unusually many groups'), ('burst', 'bound, spent and released shortly after'), ('cards', 'several cards of a family at one pharmacy'), ('after_end', 'spending after death or suspension'), ('clerk_cases', 'a clerk binds unusually often')], max_length=12, verbose_name='kind')),
                ('day', models.DateField(help_text='on which the last of what it rests on happened', verbose_name='day')),
                ('found', models.PositiveIntegerField(help_text='the figure that reached the threshold', verbose_name='found')),
                ('limits', models.JSONField(help_text='policy parameters of the region on that day', verbose_name='thresholds')),
                ('evidence', models.JSONField(help_text='the rows it rests on: what, id, time, amount', verbose_name='evidence')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('state', models.CharField(choices=[('new', 'new'), ('looked_into', 'being looked into'), ('founded', 'founded'), ('unfounded', 'unfounded')], default='new', max_length=11, verbose_name='state')),
                ('judged_at', models.DateTimeField(null=True, verbose_name='state set at')),
                ('group', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
                ('institution', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.institution', verbose_name='institution')),
                ('judged_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='state set by')),
                ('person', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='insured person')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.anomaly')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
                ('subject_staff', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='staff member')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AnomalyNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('was', models.CharField(choices=[('new', 'new'), ('looked_into', 'being looked into'), ('founded', 'founded'), ('unfounded', 'unfounded')], max_length=11, verbose_name='state before')),
                ('state', models.CharField(choices=[('new', 'new'), ('looked_into', 'being looked into'), ('founded', 'founded'), ('unfounded', 'unfounded')], max_length=11, verbose_name='state')),
                ('text', models.CharField(max_length=500, verbose_name='comment')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('anomaly', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='settlement.anomaly', verbose_name='anomaly')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'note on an anomaly',
                'verbose_name_plural': 'notes on anomalies',
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='anomaly',
            index=models.Index(fields=['region', 'state', '-day', '-id'], name='anomaly_region_state'),
        ),
        migrations.AddIndex(
            model_name='anomaly',
            index=models.Index(fields=['state', '-day', '-id'], name='anomaly_state_day'),
        ),
        migrations.AddConstraint(
            model_name='anomaly',
            constraint=models.UniqueConstraint(fields=('kind', 'day', 'person', 'group', 'institution', 'subject_staff'), name='anomaly_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='anomaly',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('group__isnull', True), ('institution__isnull', True), ('person__isnull', False), ('subject_staff__isnull', True)), ('kind__in', ['payer_groups', 'after_end'])), models.Q(models.Q(('group__isnull', False), ('institution__isnull', True), ('person__isnull', True), ('subject_staff__isnull', True)), ('kind', 'burst')), models.Q(models.Q(('group__isnull', False), ('institution__isnull', False), ('person__isnull', True), ('subject_staff__isnull', True)), ('kind', 'cards')), models.Q(models.Q(('group__isnull', True), ('institution__isnull', True), ('person__isnull', True), ('subject_staff__isnull', False)), ('kind', 'clerk_cases')), _connector='OR'), name='anomaly_about_whom_its_kind_says'),
        ),
        migrations.AddConstraint(
            model_name='anomaly',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('judged_at', None), ('judged_by', None), ('state', 'new')), models.Q(models.Q(('state', 'new'), _negated=True), ('judged_at__isnull', False), ('judged_by__isnull', False)), _connector='OR'), name='anomaly_judged_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='anomaly',
            constraint=models.CheckConstraint(condition=models.Q(('judged_by', None), ('subject_staff', None), models.Q(('judged_by', models.F('subject_staff')), _negated=True), _connector='OR'), name='anomaly_not_judged_by_its_subject'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomaly',
            trigger=pgtrigger.compiler.Trigger(name='anomaly_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."day" IS DISTINCT FROM (NEW."day") OR OLD."found_at" IS DISTINCT FROM (NEW."found_at") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."institution_id" IS DISTINCT FROM (NEW."institution_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."subject_staff_id" IS DISTINCT FROM (NEW."subject_staff_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='583b6301ac23ee3671e634aa3f98aa8c732bf180', operation='UPDATE', pgid='pgtrigger_anomaly_stays_itself_c4867', table='settlement_anomaly', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomaly',
            trigger=pgtrigger.compiler.Trigger(name='anomaly_evidence_stays_once_looked_into', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'new' AND (OLD.found, OLD.limits, OLD.evidence) IS DISTINCT FROM (NEW.found, NEW.limits, NEW.evidence))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='73100a4c0676b154084ed2ce1ed4959c615ac7dd', operation='UPDATE', pgid='pgtrigger_anomaly_evidence_stays_once_looked_into_d692c', table='settlement_anomaly', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomaly',
            trigger=pgtrigger.compiler.Trigger(name='anomaly_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3d150c59da1628a09e81b68426547b440853c98e', operation='DELETE', pgid='pgtrigger_anomaly_is_kept_2cf43', table='settlement_anomaly', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomaly',
            trigger=pgtrigger.compiler.Trigger(name='anomaly_state_is_noted', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE known record; last record;', func="\n        SELECT id, state, judged_by_id INTO known FROM settlement_anomaly WHERE id = NEW.id;\n        SELECT state, by_id INTO last FROM settlement_anomalynote\n         WHERE anomaly_id = known.id AND was <> state ORDER BY id DESC LIMIT 1;\n        IF known.state <> COALESCE(last.state, 'new') OR known.judged_by_id IS DISTINCT FROM last.by_id THEN\n            RAISE EXCEPTION 'the state of anomaly % is not that of its last note', known.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'anomaly_state_is_noted';\n        END IF;\n        RETURN NULL;\n", hash='3efcdbef7a1c65937f0a57683bcd39c9831b500e', operation='UPDATE OR INSERT', pgid='pgtrigger_anomaly_state_is_noted_ad773', table='settlement_anomaly', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomaly',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "settlement_anomalyevent" ("day", "evidence", "found", "found_at", "group_id", "id", "institution_id", "judged_at", "judged_by_id", "kind", "limits", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "state", "subject_staff_id") SELECT new_values."day", new_values."evidence", new_values."found", new_values."found_at", new_values."group_id", new_values."id", new_values."institution_id", new_values."judged_at", new_values."judged_by_id", new_values."kind", new_values."limits", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."region_id", new_values."state", new_values."subject_staff_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5764bc2fdbb5faa82bd3b427c47795d15e2e6535', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_78c2c', referencing='REFERENCING NEW TABLE AS new_values ', table='settlement_anomaly', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomaly',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_anomalyevent" ("day", "evidence", "found", "found_at", "group_id", "id", "institution_id", "judged_at", "judged_by_id", "kind", "limits", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "state", "subject_staff_id") VALUES (NEW."day", NEW."evidence", NEW."found", NEW."found_at", NEW."group_id", NEW."id", NEW."institution_id", NEW."judged_at", NEW."judged_by_id", NEW."kind", NEW."limits", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."state", NEW."subject_staff_id"); RETURN NULL;', hash='602defde4cf9ca77e648c4e001edad63bae74fba', operation='UPDATE', pgid='pgtrigger_update_update_b6866', table='settlement_anomaly', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomaly',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_anomalyevent" ("day", "evidence", "found", "found_at", "group_id", "id", "institution_id", "judged_at", "judged_by_id", "kind", "limits", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "state", "subject_staff_id") VALUES (OLD."day", OLD."evidence", OLD."found", OLD."found_at", OLD."group_id", OLD."id", OLD."institution_id", OLD."judged_at", OLD."judged_by_id", OLD."kind", OLD."limits", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."state", OLD."subject_staff_id"); RETURN NULL;', hash='cc89db091bc6b2813ca592a729f86636cc9eded1', operation='DELETE', pgid='pgtrigger_delete_delete_f44ee', table='settlement_anomaly', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomalyevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='d1e0d9c553a6dbf5f2bbf4f951141a8debdd4c1c', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_d05aa', table='settlement_anomalyevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomalyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5c7437624942563d63aaa283a84ed6dfdf5f627b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e99af', table='settlement_anomalyevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='anomalynote',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='anomaly_note_says_something'),
        ),
        migrations.AddConstraint(
            model_name='anomalynote',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'new'), _negated=True), ('was', 'new'), _connector='OR'), name='anomaly_note_never_back_to_new'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomalynote',
            trigger=pgtrigger.compiler.Trigger(name='anomaly_note_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a7524cb2912376d74b1f04a08db240d2d0d67bc2', operation='UPDATE OR DELETE', pgid='pgtrigger_anomaly_note_append_only_9abfd', table='settlement_anomalynote', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomalynote',
            trigger=pgtrigger.compiler.Trigger(name='anomaly_note_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='77886aca9d407aaba3e367f5f3e48c3dbfa6c89a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_anomaly_note_no_truncate_300d1', table='settlement_anomalynote', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anomalynote',
            trigger=pgtrigger.compiler.Trigger(name='anomaly_note_gives_its_state', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE known record; last record;', func="\n        SELECT id, state, judged_by_id INTO known FROM settlement_anomaly WHERE id = NEW.anomaly_id;\n        SELECT state, by_id INTO last FROM settlement_anomalynote\n         WHERE anomaly_id = known.id AND was <> state ORDER BY id DESC LIMIT 1;\n        IF known.state <> COALESCE(last.state, 'new') OR known.judged_by_id IS DISTINCT FROM last.by_id THEN\n            RAISE EXCEPTION 'the state of anomaly % is not that of its last note', known.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'anomaly_state_is_noted';\n        END IF;\n        RETURN NULL;\n", hash='0a95b455fa52eed71237f1f29045973b8e719e9b', operation='INSERT', pgid='pgtrigger_anomaly_note_gives_its_state_3d04e', table='settlement_anomalynote', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
    ]
