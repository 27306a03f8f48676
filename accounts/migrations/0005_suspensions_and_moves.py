"""Dated suspensions and moves of insured persons; jobs that are done once a day."""

import accounts.models.dated
import django.contrib.postgres.constraints
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_first_generation_numbers'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        # For the exclusion constraints. families/ has made it first on older databases: going back leaves it there.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='RegionMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moves_on', models.DateField(verbose_name='from')),
                ('note', models.CharField(max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='took effect at')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='taken back at')),
            ],
            options={
                'verbose_name': 'move to another region',
                'verbose_name_plural': 'moves to another region',
                'ordering': ['moves_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RegionMoveEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('moves_on', models.DateField(verbose_name='from')),
                ('note', models.CharField(max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='took effect at')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='taken back at')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('death', 'death'), ('ended', 'insurance ended'), ('suspended', 'insurance suspended'), ('void', 'insurance void'), ('not_insured', 'not insured'), ('card_lending', 'card lent to another person')], max_length=12, verbose_name='cause')),
                ('status', models.CharField(blank=True, choices=[('0', 'not insured'), ('1', 'normal'), ('2', 'suspended'), ('3', 'void'), ('4', 'ended')], help_text='psn_insu_stas', max_length=1, verbose_name='insurance status')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('note', models.CharField(max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('ended_note', models.CharField(blank=True, max_length=200, verbose_name='why it ended')),
            ],
            options={
                'verbose_name': 'suspension',
                'verbose_name_plural': 'suspensions',
                'ordering': ['starts_on', 'id'],
                'permissions': [('correct_death', 'May take back a recorded death')],
            },
        ),
        migrations.CreateModel(
            name='SuspensionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('cause', models.CharField(choices=[('death', 'death'), ('ended', 'insurance ended'), ('suspended', 'insurance suspended'), ('void', 'insurance void'), ('not_insured', 'not insured'), ('card_lending', 'card lent to another person')], max_length=12, verbose_name='cause')),
                ('status', models.CharField(blank=True, choices=[('0', 'not insured'), ('1', 'normal'), ('2', 'suspended'), ('3', 'void'), ('4', 'ended')], help_text='psn_insu_stas', max_length=1, verbose_name='insurance status')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('note', models.CharField(max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('ended_note', models.CharField(blank=True, max_length=200, verbose_name='why it ended')),
            ],
            options={
                'abstract': False,
            },
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
            name='business_date',
            field=models.DateField(help_text='of work that is done once a day', null=True, verbose_name='business date'),
        ),
        migrations.AddField(
            model_name='jobevent',
            name='business_date',
            field=models.DateField(help_text='of work that is done once a day', null=True, verbose_name='business date'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insuredperson',
            trigger=pgtrigger.compiler.Trigger(name='person_status_has_suspension', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status <> '1')", constraint='CONSTRAINT', func="\n                    IF EXISTS (SELECT FROM accounts_insuredperson AS person\n                                WHERE person.id = NEW.id AND person.status <> '1'\n                                  AND NOT EXISTS (\n                                      SELECT FROM accounts_suspension AS held\n                                       WHERE held.person_id = person.id AND held.status = person.status\n                                         AND held.starts_on = person.status_since\n                                         AND held.ends_on IS DISTINCT FROM held.starts_on)) THEN\n                        RAISE EXCEPTION 'the status of person % has no suspension', NEW.id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_status_has_suspension';\n                    END IF;\n                    RETURN NULL;\n                ", hash='8da5c6ea616be8c571e750b23334afc9cf472e3e', operation='INSERT OR UPDATE OF "status", "status_since"', pgid='pgtrigger_person_status_has_suspension_8969d', table='accounts_insuredperson', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region_id", NEW."result", NEW."state", NEW."total"); RETURN NULL;', hash='2b191cb15b2d76d3b626667cc8883ca35673cd93', operation='INSERT', pgid='pgtrigger_insert_insert_a34e7', table='accounts_job', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."result", NEW."state", NEW."total"); RETURN NULL;', hash='bfad268c6e47ed041fe8ab5b3978eff48fff06a3', operation='UPDATE', pgid='pgtrigger_update_update_8e5e3', table='accounts_job', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "state", "total") VALUES (OLD."attempts", OLD."business_date", OLD."created_at", OLD."done", OLD."failure", OLD."fence", OLD."finished_at", OLD."id", OLD."kind", OLD."lease_until", OLD."owner_id", OLD."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."result", OLD."state", OLD."total"); RETURN NULL;', hash='89dcb15058255d2a038f210d760d9d4a29fcdc46', operation='DELETE', pgid='pgtrigger_delete_delete_fb93a', table='accounts_job', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(fields=('kind', 'business_date'), name='job_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='staff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('username', 'nightly'), _negated=True), ('is_active', False), _connector='OR'), name='staff_nightly_never_signs_in'),
        ),
        migrations.AddField(
            model_name='regionmove',
            name='from_region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='insured in before'),
        ),
        migrations.AddField(
            model_name='regionmove',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='accounts.insuredperson', verbose_name='insured person'),
        ),
        migrations.AddField(
            model_name='regionmove',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='regionmove',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='insured in'),
        ),
        migrations.AddField(
            model_name='regionmoveevent',
            name='from_region',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='insured in before'),
        ),
        migrations.AddField(
            model_name='regionmoveevent',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='insured person'),
        ),
        migrations.AddField(
            model_name='regionmoveevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.regionmove'),
        ),
        migrations.AddField(
            model_name='regionmoveevent',
            name='recorded_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='regionmoveevent',
            name='region',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='insured in'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='accounts.insuredperson', verbose_name='insured person'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='recorded_by',
            field=models.ForeignKey(help_text='empty: taken over from the roster when suspensions became dated', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='suspensionevent',
            name='ended_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='suspensionevent',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='insured person'),
        ),
        migrations.AddField(
            model_name='suspensionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.suspension'),
        ),
        migrations.AddField(
            model_name='suspensionevent',
            name='recorded_by',
            field=models.ForeignKey(db_constraint=False, help_text='empty: taken over from the roster when suspensions became dated', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddConstraint(
            model_name='regionmove',
            constraint=models.UniqueConstraint(condition=models.Q(('applied_at', None), ('withdrawn_at', None)), fields=('person',), name='move_one_planned'),
        ),
        migrations.AddConstraint(
            model_name='regionmove',
            constraint=models.CheckConstraint(condition=models.Q(('applied_at', None), ('withdrawn_at', None), _connector='OR'), name='move_applied_or_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='regionmove',
            constraint=models.CheckConstraint(condition=models.Q(('region', models.F('from_region')), _negated=True), name='move_elsewhere'),
        ),
        migrations.AddConstraint(
            model_name='regionmove',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='move_has_note'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionmove',
            trigger=pgtrigger.compiler.Trigger(name='move_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."moves_on" IS DISTINCT FROM (NEW."moves_on") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id"))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "person_id", "region_id", "moves_on" rows from % table\', TG_TABLE_NAME;', hash='ec9293ab61206bea448f202624b62cf0c7c7a0ab', operation='UPDATE OF "person_id", "region_id", "moves_on"', pgid='pgtrigger_move_stays_itself_017a5', table='accounts_regionmove', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionmove',
            trigger=pgtrigger.compiler.Trigger(name='move_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='711b8c99fbe18c977f24e5d90b67a3f3c11a4c42', operation='DELETE', pgid='pgtrigger_move_is_kept_f45bb', table='accounts_regionmove', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionmove',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_regionmoveevent" ("applied_at", "from_region_id", "id", "moves_on", "note", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "region_id", "withdrawn_at") VALUES (NEW."applied_at", NEW."from_region_id", NEW."id", NEW."moves_on", NEW."note", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."region_id", NEW."withdrawn_at"); RETURN NULL;', hash='9c15b695864f8d8cc7987b079504ceb95d8df390', operation='INSERT', pgid='pgtrigger_insert_insert_adde1', table='accounts_regionmove', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionmove',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_regionmoveevent" ("applied_at", "from_region_id", "id", "moves_on", "note", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "region_id", "withdrawn_at") VALUES (NEW."applied_at", NEW."from_region_id", NEW."id", NEW."moves_on", NEW."note", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."region_id", NEW."withdrawn_at"); RETURN NULL;', hash='a5493b41d1dc222c990a0f65c708ee6c7d7c9559', operation='UPDATE', pgid='pgtrigger_update_update_bd98d', table='accounts_regionmove', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionmove',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_regionmoveevent" ("applied_at", "from_region_id", "id", "moves_on", "note", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "region_id", "withdrawn_at") VALUES (OLD."applied_at", OLD."from_region_id", OLD."id", OLD."moves_on", OLD."note", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."region_id", OLD."withdrawn_at"); RETURN NULL;', hash='67ac20058b0d55519dfa8bf54cb9cab204cf8100', operation='DELETE', pgid='pgtrigger_delete_delete_5edb8', table='accounts_regionmove', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionmoveevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='845cb7771e47990913d4a9bf09161385c38aa580', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_481ce', table='accounts_regionmoveevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='regionmoveevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3769afd6d27ed85386b746d72f0d1f7728a4f6b0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6327b', table='accounts_regionmoveevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'card_lending'), ('status', '')), models.Q(('cause__in', ['death', 'ended']), ('status', '4')), models.Q(('cause', 'suspended'), ('status', '2')), models.Q(('cause', 'void'), ('status', '3')), models.Q(('cause', 'not_insured'), ('status', '0')), _connector='OR'), name='suspension_cause_gives_status'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='suspension_has_note'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), models.Q(models.Q(('ended_note', ''), _negated=True), ('ended_by__isnull', False)), _connector='OR'), name='suspension_end_has_note'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'death'), _negated=True), ('ends_on', None), ('ends_on', models.F('starts_on')), _connector='OR'), name='suspension_death_is_final'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='suspension_period_in_order'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cause', 'card_lending'), _negated=True), expressions=[('person', '='), (accounts.models.dated.DateRange('starts_on', 'ends_on'), '&&')], name='suspension_one_insurance'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cause', 'card_lending')), expressions=[('person', '='), (accounts.models.dated.DateRange('starts_on', 'ends_on'), '&&')], name='suspension_one_card_lending'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspension',
            trigger=pgtrigger.compiler.Trigger(name='suspension_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."cause" IS DISTINCT FROM (NEW."cause") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on"))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "person_id", "cause", "starts_on" rows from % table\', TG_TABLE_NAME;', hash='929444b7a70dfc0ff82d3c0284c2c085a0142a53', operation='UPDATE OF "person_id", "cause", "starts_on"', pgid='pgtrigger_suspension_stays_itself_0ea4d', table='accounts_suspension', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspension',
            trigger=pgtrigger.compiler.Trigger(name='suspension_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='211b17cceab44bb9275b75b1847bc865d539beec', operation='DELETE', pgid='pgtrigger_suspension_is_kept_cec1e', table='accounts_suspension', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspension',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_suspensionevent" ("cause", "ended_by_id", "ended_note", "ends_on", "id", "note", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "starts_on", "status") VALUES (NEW."cause", NEW."ended_by_id", NEW."ended_note", NEW."ends_on", NEW."id", NEW."note", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."starts_on", NEW."status"); RETURN NULL;', hash='3a3bbf21a3867c09f5ca536bedef734909484d8c', operation='INSERT', pgid='pgtrigger_insert_insert_99645', table='accounts_suspension', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspension',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_suspensionevent" ("cause", "ended_by_id", "ended_note", "ends_on", "id", "note", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "starts_on", "status") VALUES (NEW."cause", NEW."ended_by_id", NEW."ended_note", NEW."ends_on", NEW."id", NEW."note", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."starts_on", NEW."status"); RETURN NULL;', hash='e47a271ad23cb1595a5a822000a96ed4e2a325e0', operation='UPDATE', pgid='pgtrigger_update_update_007ee', table='accounts_suspension', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspension',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_suspensionevent" ("cause", "ended_by_id", "ended_note", "ends_on", "id", "note", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "starts_on", "status") VALUES (OLD."cause", OLD."ended_by_id", OLD."ended_note", OLD."ends_on", OLD."id", OLD."note", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."starts_on", OLD."status"); RETURN NULL;', hash='592238d7bcf96e9cccfcaec2ad7faeda544cbd0c', operation='DELETE', pgid='pgtrigger_delete_delete_886f5', table='accounts_suspension', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspensionevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='edc22af3a3049adf5f9cecec83ae13ace80ddc88', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_ef4a6', table='accounts_suspensionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspensionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0b1e020c5b05f1230ba9a9c43c4039698c9e31be', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2433d', table='accounts_suspensionevent', when='BEFORE')),
        ),
    ]
