"""Days that a region has signed, and the law that no posting carries their date."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_roles_and_codes_shipped'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClosedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('closed_at', models.DateTimeField(auto_now_add=True, verbose_name='signed at')),
                ('reopened_at', models.DateTimeField(null=True, verbose_name='reopened at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='why it was reopened')),
            ],
            options={
                'verbose_name': 'closed day',
                'verbose_name_plural': 'closed days',
                'ordering': ['-business_date', 'region', '-id'],
                'permissions': [('close_day', 'May sign a day'), ('reopen_day', 'May reopen a signed day')],
            },
        ),
        migrations.CreateModel(
            name='ClosedDayEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('business_date', models.DateField(verbose_name='business date')),
                ('closed_at', models.DateTimeField(auto_now_add=True, verbose_name='signed at')),
                ('reopened_at', models.DateTimeField(null=True, verbose_name='reopened at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='why it was reopened')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='kind',
            field=models.CharField(choices=[('sign_in', 'signed in'), ('sign_in_refused', 'sign-in refused'), ('sign_out', 'signed out'), ('access_refused', 'access refused'), ('look', 'person looked at'), ('verify', 'person of another region verified'), ('reveal', 'full number revealed'), ('print', 'printed'), ('import', 'file imported'), ('export', 'list exported'), ('check', 'ledger checked'), ('close_day', 'day signed'), ('reopen_day', 'signed day reopened'), ('conflict', 'business number sent again with other content')], max_length=20, verbose_name='what'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountentry',
            trigger=pgtrigger.compiler.Trigger(name='entry_on_open_day', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM pg_advisory_xact_lock_shared(hashtext('business_day'), days.day - DATE '2000-01-01')\n               FROM (SELECT DISTINCT business_date AS day FROM written ORDER BY 1) AS days;\n            IF NOT EXISTS (SELECT FROM accounts_closedday WHERE reopened_at IS NULL\n                              AND business_date IN (SELECT business_date FROM written)) THEN\n                RETURN NULL;\n            END IF;\n            IF EXISTS (SELECT FROM written JOIN accounts_personalaccount AS account ON account.id = written.account_id\n                         JOIN accounts_insuredperson AS person ON person.id = account.person_id\n                         JOIN accounts_region AS region ON region.code = person.region_id\n                         JOIN accounts_closedday AS closed\n                              ON closed.business_date = written.business_date AND closed.reopened_at IS NULL\n                         JOIN accounts_region AS above\n                              ON above.code = closed.region_id AND starts_with(region.path, above.path)) THEN\n                RAISE EXCEPTION 'the day is closed'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_on_open_day';\n            END IF;\n            RETURN NULL;\n        ", hash='c4c4249a1b53bf7c2ff01d0736237c0c8c71cae0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_entry_on_open_day_ad5c1', referencing='REFERENCING NEW TABLE AS written ', table='accounts_accountentry', when='AFTER')),
        ),
        migrations.AddField(
            model_name='closedday',
            name='closed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signed by'),
        ),
        migrations.AddField(
            model_name='closedday',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region'),
        ),
        migrations.AddField(
            model_name='closedday',
            name='reopened_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reopened by'),
        ),
        migrations.AddField(
            model_name='closeddayevent',
            name='closed_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signed by'),
        ),
        migrations.AddField(
            model_name='closeddayevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.closedday'),
        ),
        migrations.AddField(
            model_name='closeddayevent',
            name='region',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region'),
        ),
        migrations.AddField(
            model_name='closeddayevent',
            name='reopened_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reopened by'),
        ),
        migrations.AddIndex(
            model_name='closedday',
            index=models.Index(condition=models.Q(('reopened_at', None)), fields=['business_date'], name='closed_day_standing'),
        ),
        migrations.AddConstraint(
            model_name='closedday',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at', None)), fields=('region', 'business_date'), name='closed_day_once'),
        ),
        migrations.AddConstraint(
            model_name='closedday',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('reopened_at', None), ('reopened_by', None)), models.Q(models.Q(('reason', ''), _negated=True), ('reopened_at__isnull', False), ('reopened_by__isnull', False)), _connector='OR'), name='closed_day_reopened_with_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='closed_day_is_over', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM pg_advisory_xact_lock(hashtext('business_day'), NEW.business_date - DATE '2000-01-01');\n                    IF NEW.business_date >= (now() AT TIME ZONE 'Asia/Shanghai')::date THEN\n                        RAISE EXCEPTION 'the day % is not over', NEW.business_date\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_day_is_over';\n                    END IF;\n                    RETURN NEW;\n                ", hash='fa2545497f4627d031b8ed4e8b5c6a03e4721473', operation='INSERT', pgid='pgtrigger_closed_day_is_over_360d4', table='accounts_closedday', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='closed_day_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."business_date" IS DISTINCT FROM (NEW."business_date") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='3e51858871ce1613d220ce93a66576bd45d03e8a', operation='UPDATE', pgid='pgtrigger_closed_day_stays_itself_e2238', table='accounts_closedday', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='closed_day_reopened_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."reopened_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='32ff50ac562087afa160c5276025d19e573809c8', operation='UPDATE', pgid='pgtrigger_closed_day_reopened_is_final_59a09', table='accounts_closedday', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='closed_day_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='bd7ed56e0adb58d505aa6a657a5a468a87451452', operation='DELETE', pgid='pgtrigger_closed_day_is_kept_20452', table='accounts_closedday', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='closed_day_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='82762966060642647173f21fbcc9bba449383972', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_closed_day_no_truncate_9f9af', table='accounts_closedday', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_closeddayevent" ("business_date", "closed_at", "closed_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "reopened_at", "reopened_by_id") VALUES (NEW."business_date", NEW."closed_at", NEW."closed_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."region_id", NEW."reopened_at", NEW."reopened_by_id"); RETURN NULL;', hash='c2e3d31c8247784a47dc89b2d041e00977311bf5', operation='INSERT', pgid='pgtrigger_insert_insert_f0d39', table='accounts_closedday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_closeddayevent" ("business_date", "closed_at", "closed_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "reopened_at", "reopened_by_id") VALUES (NEW."business_date", NEW."closed_at", NEW."closed_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."region_id", NEW."reopened_at", NEW."reopened_by_id"); RETURN NULL;', hash='95771d8cd197edab607b89acbfffbfc2ecb57e6c', operation='UPDATE', pgid='pgtrigger_update_update_a7c33', table='accounts_closedday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closedday',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_closeddayevent" ("business_date", "closed_at", "closed_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "reopened_at", "reopened_by_id") VALUES (OLD."business_date", OLD."closed_at", OLD."closed_by_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."region_id", OLD."reopened_at", OLD."reopened_by_id"); RETURN NULL;', hash='60feae72fe62900068f44bd1badc03c413c94ee4', operation='DELETE', pgid='pgtrigger_delete_delete_02371', table='accounts_closedday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closeddayevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='04c604a920552df2f062937ce18d15e6a73c0832', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_05e15', table='accounts_closeddayevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closeddayevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bf64d03e6b70925b66c37550c2c361f2cd39b7bc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_913ee', table='accounts_closeddayevent', when='BEFORE')),
        ),
    ]
