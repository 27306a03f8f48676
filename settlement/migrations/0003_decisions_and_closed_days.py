"""Decisions and comments about differences; no settlement on a closed day."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_closed_days'),
        ('settlement', '0002_rights_levels_and_numbers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DiscrepancyComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500, verbose_name='comment')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
            ],
            options={
                'verbose_name': 'comment on a difference',
                'verbose_name_plural': 'comments on differences',
                'ordering': ['discrepancy', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DiscrepancyDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('institution_corrects', 'institution corrects'), ('centre_reverses', 'we reverse'), ('centre_enters', 'we enter'), ('accepted', 'accepted difference')], max_length=24, verbose_name='decision')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('code', models.CharField(choices=[('1', 'the centre has more'), ('2', 'the institution has more'), ('3', 'the data differ')], max_length=1, verbose_name='result')),
                ('centre', models.CharField(max_length=40, null=True, verbose_name='at the centre')),
                ('institution_value', models.CharField(max_length=40, null=True, verbose_name='at the institution')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                ('alone_up_to', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='decided by one person up to')),
                ('accepted_up_to', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='accepted up to')),
                ('decided_at', models.DateTimeField(auto_now_add=True, verbose_name='decided at')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('ending', models.CharField(blank=True, choices=[('other_values', 'a later comparison found other values'), ('agrees', 'a later comparison found both sides equal'), ('refused', 'not confirmed by the second person'), ('withdrawn', 'taken back')], max_length=12, verbose_name='why it ended')),
                ('ending_note', models.CharField(blank=True, max_length=300, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'decision about a difference',
                'verbose_name_plural': 'decisions about differences',
                'ordering': ['discrepancy', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DiscrepancyDecisionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('reason', models.CharField(choices=[('institution_corrects', 'institution corrects'), ('centre_reverses', 'we reverse'), ('centre_enters', 'we enter'), ('accepted', 'accepted difference')], max_length=24, verbose_name='decision')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('code', models.CharField(choices=[('1', 'the centre has more'), ('2', 'the institution has more'), ('3', 'the data differ')], max_length=1, verbose_name='result')),
                ('centre', models.CharField(max_length=40, null=True, verbose_name='at the centre')),
                ('institution_value', models.CharField(max_length=40, null=True, verbose_name='at the institution')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                ('alone_up_to', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='decided by one person up to')),
                ('accepted_up_to', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='accepted up to')),
                ('decided_at', models.DateTimeField(auto_now_add=True, verbose_name='decided at')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('ending', models.CharField(blank=True, choices=[('other_values', 'a later comparison found other values'), ('agrees', 'a later comparison found both sides equal'), ('refused', 'not confirmed by the second person'), ('withdrawn', 'taken back')], max_length=12, verbose_name='why it ended')),
                ('ending_note', models.CharField(blank=True, max_length=300, verbose_name='reason')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AlterModelOptions(
            name='discrepancy',
            options={'ordering': ['business_date', 'institution', 'setl_id', 'field'], 'permissions': [('decide_discrepancy', 'May work off differences')], 'verbose_name': 'difference', 'verbose_name_plural': 'differences'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='discrepancy',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='discrepancy',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='discrepancy',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='worked off by'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name='discrepancyevent',
            name='owner',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='worked off by'),
        ),
        migrations.AddField(
            model_name='discrepancyevent',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='settlement',
            name='business_date',
            field=models.DateField(help_text='the day of the service, or the next that was not closed', verbose_name='business date'),
        ),
        migrations.AddIndex(
            model_name='discrepancy',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['found_at', 'id'], name='discrepancy_holding'),
        ),
        migrations.AddIndex(
            model_name='discrepancy',
            index=models.Index(fields=['business_date', 'institution'], name='discrepancy_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancy',
            trigger=pgtrigger.compiler.Trigger(name='discrepancy_counts_versions', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."centre" IS DISTINCT FROM (NEW."centre") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."institution_value" IS DISTINCT FROM (NEW."institution_value"))', func='NEW.version := OLD.version + 1; RETURN NEW;', hash='00ae6fb380831bf4fa75c39d55357d82b2540cf6', operation='UPDATE', pgid='pgtrigger_discrepancy_counts_versions_2a9c5', table='settlement_discrepancy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancy',
            trigger=pgtrigger.compiler.Trigger(name='discrepancy_ends_decision', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."centre" IS DISTINCT FROM (NEW."centre") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."institution_value" IS DISTINCT FROM (NEW."institution_value"))', func="\n                    UPDATE settlement_discrepancydecision\n                       SET ended_at = clock_timestamp(),\n                           ending = CASE WHEN NEW.closed_at IS NULL THEN 'other_values' ELSE 'agrees' END\n                     WHERE discrepancy_id = NEW.id AND ended_at IS NULL;\n                    RETURN NULL;\n                ", hash='46ae8ec3052e6887b59563f5a52170d1abf6a5b1', operation='UPDATE', pgid='pgtrigger_discrepancy_ends_decision_008e4', table='settlement_discrepancy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_discrepancyevent" ("business_date", "centre", "closed_at", "code", "field", "found_at", "id", "institution_id", "institution_value", "line_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setl_id", "settlement_id", "version") VALUES (NEW."business_date", NEW."centre", NEW."closed_at", NEW."code", NEW."field", NEW."found_at", NEW."id", NEW."institution_id", NEW."institution_value", NEW."line_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."setl_id", NEW."settlement_id", NEW."version"); RETURN NULL;', hash='d4309cf9fb52529206f89b5134c633cc541ff146', operation='INSERT', pgid='pgtrigger_insert_insert_d8720', table='settlement_discrepancy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_discrepancyevent" ("business_date", "centre", "closed_at", "code", "field", "found_at", "id", "institution_id", "institution_value", "line_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setl_id", "settlement_id", "version") VALUES (NEW."business_date", NEW."centre", NEW."closed_at", NEW."code", NEW."field", NEW."found_at", NEW."id", NEW."institution_id", NEW."institution_value", NEW."line_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."setl_id", NEW."settlement_id", NEW."version"); RETURN NULL;', hash='add772417a370919326e9659f9cddad7b9203d51', operation='UPDATE', pgid='pgtrigger_update_update_ee0b3', table='settlement_discrepancy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_discrepancyevent" ("business_date", "centre", "closed_at", "code", "field", "found_at", "id", "institution_id", "institution_value", "line_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setl_id", "settlement_id", "version") VALUES (OLD."business_date", OLD."centre", OLD."closed_at", OLD."code", OLD."field", OLD."found_at", OLD."id", OLD."institution_id", OLD."institution_value", OLD."line_id", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."setl_id", OLD."settlement_id", OLD."version"); RETURN NULL;', hash='12af1d7fbe5db4c07b31e9d68573aeae2c415263', operation='DELETE', pgid='pgtrigger_delete_delete_9432c', table='settlement_discrepancy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settlement',
            trigger=pgtrigger.compiler.Trigger(name='settlement_on_open_day', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM pg_advisory_xact_lock_shared(hashtext('business_day'), days.day - DATE '2000-01-01')\n               FROM (SELECT DISTINCT business_date AS day FROM written ORDER BY 1) AS days;\n            IF NOT EXISTS (SELECT FROM accounts_closedday WHERE reopened_at IS NULL\n                              AND business_date IN (SELECT business_date FROM written)) THEN\n                RETURN NULL;\n            END IF;\n            IF EXISTS (SELECT FROM written \n                         JOIN accounts_region AS region ON region.code = written.region_id\n                         JOIN accounts_closedday AS closed\n                              ON closed.business_date = written.business_date AND closed.reopened_at IS NULL\n                         JOIN accounts_region AS above\n                              ON above.code = closed.region_id AND starts_with(region.path, above.path)) THEN\n                RAISE EXCEPTION 'the day is closed'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_on_open_day';\n            END IF;\n            RETURN NULL;\n        ", hash='df222685db4e1729edbf103edaef0251c3eb7fbc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_settlement_on_open_day_b2152', referencing='REFERENCING NEW TABLE AS written ', table='settlement_settlement', when='AFTER')),
        ),
        migrations.AddField(
            model_name='discrepancycomment',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='discrepancycomment',
            name='discrepancy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='settlement.discrepancy', verbose_name='difference'),
        ),
        migrations.AddField(
            model_name='discrepancydecision',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by'),
        ),
        migrations.AddField(
            model_name='discrepancydecision',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='discrepancydecision',
            name='discrepancy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='settlement.discrepancy', verbose_name='difference'),
        ),
        migrations.AddField(
            model_name='discrepancydecision',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='discrepancydecisionevent',
            name='confirmed_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by'),
        ),
        migrations.AddField(
            model_name='discrepancydecisionevent',
            name='decided_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='discrepancydecisionevent',
            name='discrepancy',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.discrepancy', verbose_name='difference'),
        ),
        migrations.AddField(
            model_name='discrepancydecisionevent',
            name='ended_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='discrepancydecisionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.discrepancydecision'),
        ),
        migrations.AddConstraint(
            model_name='discrepancycomment',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_says_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancycomment',
            trigger=pgtrigger.compiler.Trigger(name='comment_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='94dbe04561d9a07f5ce105f3e3178eedb8749784', operation='UPDATE OR DELETE', pgid='pgtrigger_comment_append_only_fa7ed', table='settlement_discrepancycomment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancycomment',
            trigger=pgtrigger.compiler.Trigger(name='comment_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='9f41161a6494590c1ac66a697943344c3777b09f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_comment_no_truncate_48f7e', table='settlement_discrepancycomment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='discrepancydecision',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('discrepancy',), name='decision_one_stands'),
        ),
        migrations.AddConstraint(
            model_name='discrepancydecision',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('confirmed_by')), _negated=True), name='decision_two_people'),
        ),
        migrations.AddConstraint(
            model_name='discrepancydecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='decision_confirmed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='discrepancydecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', '1'), ('reason__in', ('institution_corrects', 'centre_reverses', 'accepted'))), models.Q(('code', '2'), ('reason__in', ('institution_corrects', 'centre_enters', 'accepted'))), models.Q(('code', '3'), ('reason__in', ('institution_corrects', 'centre_reverses', 'accepted'))), _connector='OR'), name='decision_fits_the_result'),
        ),
        migrations.AddConstraint(
            model_name='discrepancydecision',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('amount__lt', 100000000000000), ('alone_up_to__gte', 0), ('alone_up_to__lt', 100000000000000), ('accepted_up_to__gte', 0), ('accepted_up_to__lt', 100000000000000)), name='decision_amounts_are_numbers'),
        ),
        migrations.AddConstraint(
            model_name='discrepancydecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'accepted'), _negated=True), models.Q(models.Q(('note', ''), _negated=True), ('amount__lte', models.F('accepted_up_to'))), _connector='OR'), name='decision_accepted_within_limit'),
        ),
        migrations.AddConstraint(
            model_name='discrepancydecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('ending', ''), ('ending_note', '')), models.Q(('ended_at__isnull', False), ('ended_by', None), ('ending__in', ['other_values', 'agrees']), ('ending_note', '')), models.Q(models.Q(('ending_note', ''), _negated=True), ('ended_at__isnull', False), ('ended_by__isnull', False), ('ending__in', ['refused', 'withdrawn'])), _connector='OR'), name='decision_end_is_told'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='decision_on_these_values', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM FROM settlement_discrepancy AS known\n                      WHERE known.id = NEW.discrepancy_id AND known.closed_at IS NULL\n                        AND (known.code, known.centre, known.institution_value)\n                            IS NOT DISTINCT FROM (NEW.code, NEW.centre, NEW.institution_value)\n                        FOR NO KEY UPDATE;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'difference % does not have these values', NEW.discrepancy_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_on_these_values';\n                    END IF;\n                    RETURN NEW;\n                ", hash='41d3e9f17fb9d5962eaf54bd3502d3d11049d847', operation='INSERT', pgid='pgtrigger_decision_on_these_values_53dc4', table='settlement_discrepancydecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='decision_begins_unconfirmed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."confirmed_by_id" IS NOT NULL OR NEW."ended_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='fa4aa21dfe0380c3577b94dab053b5f665838f4c', operation='INSERT', pgid='pgtrigger_decision_begins_unconfirmed_5a595', table='settlement_discrepancydecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='decision_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."accepted_up_to" IS DISTINCT FROM (NEW."accepted_up_to") OR OLD."alone_up_to" IS DISTINCT FROM (NEW."alone_up_to") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."centre" IS DISTINCT FROM (NEW."centre") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."discrepancy_id" IS DISTINCT FROM (NEW."discrepancy_id") OR OLD."institution_value" IS DISTINCT FROM (NEW."institution_value") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."reason" IS DISTINCT FROM (NEW."reason"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9e2c93dc5b74a47a9dbe9e5c35db6d9d92e72948', operation='UPDATE', pgid='pgtrigger_decision_stays_itself_e3b68', table='settlement_discrepancydecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='decision_ended_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ended_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='91a3c2ac7353d3d333fe927a0653216bf94b3d2f', operation='UPDATE', pgid='pgtrigger_decision_ended_is_final_90178', table='settlement_discrepancydecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='decision_confirmed_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."confirmed_by_id" IS NOT NULL AND (OLD."confirmed_by_id" IS DISTINCT FROM (NEW."confirmed_by_id") OR OLD."confirmed_at" IS DISTINCT FROM (NEW."confirmed_at")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7f7381c35761a4e7bb047adbcbfd08358d41c49b', operation='UPDATE', pgid='pgtrigger_decision_confirmed_once_70bfa', table='settlement_discrepancydecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='decision_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e7c48762ff551803c542574c8dce60faf1380d2b', operation='DELETE', pgid='pgtrigger_decision_is_kept_3f32b', table='settlement_discrepancydecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='decision_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='de3407b77f95d46eae97156425c131911c0aa46e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_decision_no_truncate_3c79d', table='settlement_discrepancydecision', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_discrepancydecisionevent" ("accepted_up_to", "alone_up_to", "amount", "centre", "code", "confirmed_at", "confirmed_by_id", "decided_at", "decided_by_id", "discrepancy_id", "ended_at", "ended_by_id", "ending", "ending_note", "id", "institution_value", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."accepted_up_to", NEW."alone_up_to", NEW."amount", NEW."centre", NEW."code", NEW."confirmed_at", NEW."confirmed_by_id", NEW."decided_at", NEW."decided_by_id", NEW."discrepancy_id", NEW."ended_at", NEW."ended_by_id", NEW."ending", NEW."ending_note", NEW."id", NEW."institution_value", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason"); RETURN NULL;', hash='53fbc7046667928a3f3ff29da926a3acaed4470b', operation='INSERT', pgid='pgtrigger_insert_insert_44103', table='settlement_discrepancydecision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_discrepancydecisionevent" ("accepted_up_to", "alone_up_to", "amount", "centre", "code", "confirmed_at", "confirmed_by_id", "decided_at", "decided_by_id", "discrepancy_id", "ended_at", "ended_by_id", "ending", "ending_note", "id", "institution_value", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."accepted_up_to", NEW."alone_up_to", NEW."amount", NEW."centre", NEW."code", NEW."confirmed_at", NEW."confirmed_by_id", NEW."decided_at", NEW."decided_by_id", NEW."discrepancy_id", NEW."ended_at", NEW."ended_by_id", NEW."ending", NEW."ending_note", NEW."id", NEW."institution_value", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason"); RETURN NULL;', hash='9d9e04798535d4980322b5f438b5867108aff859', operation='UPDATE', pgid='pgtrigger_update_update_1aafe', table='settlement_discrepancydecision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecision',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_discrepancydecisionevent" ("accepted_up_to", "alone_up_to", "amount", "centre", "code", "confirmed_at", "confirmed_by_id", "decided_at", "decided_by_id", "discrepancy_id", "ended_at", "ended_by_id", "ending", "ending_note", "id", "institution_value", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (OLD."accepted_up_to", OLD."alone_up_to", OLD."amount", OLD."centre", OLD."code", OLD."confirmed_at", OLD."confirmed_by_id", OLD."decided_at", OLD."decided_by_id", OLD."discrepancy_id", OLD."ended_at", OLD."ended_by_id", OLD."ending", OLD."ending_note", OLD."id", OLD."institution_value", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason"); RETURN NULL;', hash='9f56c2dbcd9159c369879530d7a00c9975fb3887', operation='DELETE', pgid='pgtrigger_delete_delete_0044c', table='settlement_discrepancydecision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecisionevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='b8d68c9bee86b585ed616281422f6d07938cd0c5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_888df', table='settlement_discrepancydecisionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discrepancydecisionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='54ea96829e7e1964e220ad54345076edb0a08bdf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ba1a6', table='settlement_discrepancydecisionevent', when='BEFORE')),
        ),
    ]
