"""Requests for full numbers, decided by a second person; saved reports that come every month."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_cancelled_jobs_and_files_in_pieces'),
        ('reports', '0003_daily_summaries'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FullNumbersRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.CharField(max_length=30, verbose_name='list')),
                ('asked', models.JSONField(default=dict, verbose_name='narrowed to')),
                ('form', models.CharField(max_length=4, verbose_name='form')),
                ('language', models.CharField(max_length=10)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('rows', models.PositiveIntegerField(help_text='when it was asked for; counted up to a limit', verbose_name='lines')),
                ('alone_up_to', models.PositiveIntegerField(verbose_name='lines that one person exports alone')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for at')),
                ('state', models.CharField(choices=[('alone', 'needs nobody else'), ('waiting', 'waits for a second person'), ('agreed', 'agreed'), ('refused', 'refused')], max_length=8, verbose_name='state')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='reason of the decision')),
            ],
            options={
                'verbose_name': 'request for full numbers',
                'verbose_name_plural': 'requests for full numbers',
                'ordering': ['-asked_at', '-id'],
                'permissions': [('export_full_numbers', 'May export lists with full ID numbers')],
            },
        ),
        migrations.CreateModel(
            name='FullNumbersRequestEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('report', models.CharField(max_length=30, verbose_name='list')),
                ('asked', models.JSONField(default=dict, verbose_name='narrowed to')),
                ('form', models.CharField(max_length=4, verbose_name='form')),
                ('language', models.CharField(max_length=10)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('rows', models.PositiveIntegerField(help_text='when it was asked for; counted up to a limit', verbose_name='lines')),
                ('alone_up_to', models.PositiveIntegerField(verbose_name='lines that one person exports alone')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for at')),
                ('state', models.CharField(choices=[('alone', 'needs nobody else'), ('waiting', 'waits for a second person'), ('agreed', 'agreed'), ('refused', 'refused')], max_length=8, verbose_name='state')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='reason of the decision')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MonthlyExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='its first day', verbose_name='month')),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='why there is no file')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for at')),
            ],
            options={
                'verbose_name': 'monthly export',
                'verbose_name_plural': 'monthly exports',
                'ordering': ['saved', '-month'],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='savedreport',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='savedreport',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='savedreport',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='savedreport',
            name='monthly_form',
            field=models.CharField(blank=True, max_length=4, verbose_name='form of the monthly file'),
        ),
        migrations.AddField(
            model_name='savedreport',
            name='monthly_on',
            field=models.PositiveSmallIntegerField(help_text='at night, of the month before; empty: only when asked for', null=True, verbose_name='every month on day'),
        ),
        migrations.AddField(
            model_name='savedreport',
            name='monthly_since',
            field=models.DateTimeField(null=True, verbose_name='monthly since'),
        ),
        migrations.AddField(
            model_name='savedreportevent',
            name='monthly_form',
            field=models.CharField(blank=True, max_length=4, verbose_name='form of the monthly file'),
        ),
        migrations.AddField(
            model_name='savedreportevent',
            name='monthly_on',
            field=models.PositiveSmallIntegerField(help_text='at night, of the month before; empty: only when asked for', null=True, verbose_name='every month on day'),
        ),
        migrations.AddField(
            model_name='savedreportevent',
            name='monthly_since',
            field=models.DateTimeField(null=True, verbose_name='monthly since'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedreport',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_savedreportevent" ("asked", "id", "monthly_form", "monthly_on", "monthly_since", "name", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report", "saved_at") VALUES (NEW."asked", NEW."id", NEW."monthly_form", NEW."monthly_on", NEW."monthly_since", NEW."name", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."report", NEW."saved_at"); RETURN NULL;', hash='51ce11dc82577f072f0a5aedd7d90cc4bad096cc', operation='INSERT', pgid='pgtrigger_insert_insert_be72e', table='reports_savedreport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedreport',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_savedreportevent" ("asked", "id", "monthly_form", "monthly_on", "monthly_since", "name", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report", "saved_at") VALUES (NEW."asked", NEW."id", NEW."monthly_form", NEW."monthly_on", NEW."monthly_since", NEW."name", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."report", NEW."saved_at"); RETURN NULL;', hash='10c9e2713be638644807bd5d306d30eb505cbf7c', operation='UPDATE', pgid='pgtrigger_update_update_7f8b2', table='reports_savedreport', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedreport',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_savedreportevent" ("asked", "id", "monthly_form", "monthly_on", "monthly_since", "name", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "report", "saved_at") VALUES (OLD."asked", OLD."id", OLD."monthly_form", OLD."monthly_on", OLD."monthly_since", OLD."name", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."report", OLD."saved_at"); RETURN NULL;', hash='d53e702251078e1ce93bdd5907d29994838cf271', operation='DELETE', pgid='pgtrigger_delete_delete_26241', table='reports_savedreport', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='savedreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('monthly_form', ''), ('monthly_on', None), ('monthly_since', None)), models.Q(models.Q(('monthly_on__gte', 1), ('monthly_on__isnull', False), ('monthly_on__lte', 28)), models.Q(('monthly_since__isnull', False)), models.Q(('monthly_form', ''), _negated=True)), _connector='OR'), name='saved_report_monthly_whole'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequest',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequest',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequest',
            name='job',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='full_numbers', to='accounts.job', verbose_name='job'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequest',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequestevent',
            name='asked_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequestevent',
            name='decided_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequestevent',
            name='job',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.job', verbose_name='job'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequestevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reports.fullnumbersrequest'),
        ),
        migrations.AddField(
            model_name='fullnumbersrequestevent',
            name='region',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region'),
        ),
        migrations.AddField(
            model_name='monthlyexport',
            name='job',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='monthly', to='accounts.job'),
        ),
        migrations.AddField(
            model_name='monthlyexport',
            name='saved',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='months', to='reports.savedreport', verbose_name='saved report'),
        ),
        migrations.AddIndex(
            model_name='fullnumbersrequest',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['region'], name='full_numbers_waiting'),
        ),
        migrations.AddConstraint(
            model_name='fullnumbersrequest',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='full_numbers_have_reason'),
        ),
        migrations.AddConstraint(
            model_name='fullnumbersrequest',
            constraint=models.CheckConstraint(condition=models.Q(('asked_by', models.F('decided_by')), _negated=True), name='full_numbers_two_people'),
        ),
        migrations.AddConstraint(
            model_name='fullnumbersrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state__in', ['alone', 'waiting'])), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['agreed', 'refused'])), _connector='OR'), name='full_numbers_decided_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='fullnumbersrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='full_numbers_refused_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='fullnumbersrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'alone'), _negated=True), ('rows__lte', models.F('alone_up_to')), _connector='OR'), name='full_numbers_alone_are_few'),
        ),
        migrations.AddConstraint(
            model_name='fullnumbersrequest',
            constraint=models.CheckConstraint(condition=models.Q(('job', None), ('state__in', ['alone', 'agreed']), _connector='OR'), name='full_numbers_job_when_allowed'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequest',
            trigger=pgtrigger.compiler.Trigger(name='full_numbers_stay_as_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."alone_up_to" IS DISTINCT FROM (NEW."alone_up_to") OR OLD."asked" IS DISTINCT FROM (NEW."asked") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."form" IS DISTINCT FROM (NEW."form") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."report" IS DISTINCT FROM (NEW."report") OR OLD."rows" IS DISTINCT FROM (NEW."rows"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='545f2be10a47f1a7f90b5dc7795f1f571fe3deaf', operation='UPDATE', pgid='pgtrigger_full_numbers_stay_as_asked_133e7', table='reports_fullnumbersrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequest',
            trigger=pgtrigger.compiler.Trigger(name='full_numbers_decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'waiting' AND (OLD.state, OLD.decided_by_id, OLD.decided_at, OLD.decision) IS DISTINCT FROM (NEW.state, NEW.decided_by_id, NEW.decided_at, NEW.decision))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b23ffa6312ef1b7c1da599d6e1588fe61df25f15', operation='UPDATE', pgid='pgtrigger_full_numbers_decided_once_8db04', table='reports_fullnumbersrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequest',
            trigger=pgtrigger.compiler.Trigger(name='full_numbers_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='464617d25206a75b56c763b939d5b6894dfbaf70', operation='DELETE', pgid='pgtrigger_full_numbers_are_kept_8088d', table='reports_fullnumbersrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequest',
            trigger=pgtrigger.compiler.Trigger(name='full_numbers_decided_from_above', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."decided_by_id" IS NOT NULL)', func="\n                    IF NOT EXISTS (SELECT FROM accounts_staff AS staff\n                                     JOIN accounts_region AS above ON above.code = staff.region_id\n                                     JOIN accounts_region AS below ON below.code = NEW.region_id\n                                    WHERE staff.id = NEW.decided_by_id AND starts_with(below.path, above.path)) THEN\n                        RAISE EXCEPTION 'request % is decided from another region', NEW.id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'full_numbers_decided_from_above';\n                    END IF;\n                    RETURN NEW;\n                ", hash='5529fdf2b9e53c10e5505ceab3acbcebf4be1574', operation='INSERT OR UPDATE OF "decided_by_id"', pgid='pgtrigger_full_numbers_decided_from_above_93cde', table='reports_fullnumbersrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequest',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_fullnumbersrequestevent" ("alone_up_to", "asked", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision", "form", "id", "job_id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "report", "rows", "state") VALUES (NEW."alone_up_to", NEW."asked", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."form", NEW."id", NEW."job_id", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."region_id", NEW."report", NEW."rows", NEW."state"); RETURN NULL;', hash='20d3a27637c45a4cd65f97c749d4367ab7779e75', operation='INSERT', pgid='pgtrigger_insert_insert_21f62', table='reports_fullnumbersrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequest',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reports_fullnumbersrequestevent" ("alone_up_to", "asked", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision", "form", "id", "job_id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "report", "rows", "state") VALUES (NEW."alone_up_to", NEW."asked", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."form", NEW."id", NEW."job_id", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."region_id", NEW."report", NEW."rows", NEW."state"); RETURN NULL;', hash='56b00466814dfa10b06f98977847bba34c3e40c3', operation='UPDATE', pgid='pgtrigger_update_update_142f7', table='reports_fullnumbersrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequest',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_fullnumbersrequestevent" ("alone_up_to", "asked", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "decision", "form", "id", "job_id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "report", "rows", "state") VALUES (OLD."alone_up_to", OLD."asked", OLD."asked_at", OLD."asked_by_id", OLD."decided_at", OLD."decided_by_id", OLD."decision", OLD."form", OLD."id", OLD."job_id", OLD."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."region_id", OLD."report", OLD."rows", OLD."state"); RETURN NULL;', hash='53b8edaa01bb035a0a095d15888a08244f4a1997', operation='DELETE', pgid='pgtrigger_delete_delete_d7fb3', table='reports_fullnumbersrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequestevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='a079c3d358c13f94f801791cc89c7f1914a8cd17', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_8b389', table='reports_fullnumbersrequestevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fullnumbersrequestevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='af184a80799a9b515f1ad085d49520c862032ec7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d930e', table='reports_fullnumbersrequestevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='monthlyexport',
            constraint=models.UniqueConstraint(fields=('saved', 'month'), name='monthly_export_once'),
        ),
        migrations.AddConstraint(
            model_name='monthlyexport',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='monthly_export_of_a_month'),
        ),
        migrations.AddConstraint(
            model_name='monthlyexport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('failure', ''), ('job__isnull', False)), models.Q(('job', None), models.Q(('failure', ''), _negated=True)), _connector='OR'), name='monthly_export_or_its_reason'),
        ),
    ]
