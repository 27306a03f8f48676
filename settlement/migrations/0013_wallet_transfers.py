"""Transfers between insurance wallets, with their history and what holds them true."""

import django.db.models.deletion
import django.db.models.expressions
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_exports_and_confirmed_imports'),
        ('families', '0014_history_of_inserts_by_statement'),
        ('settlement', '0012_indexes_of_the_list'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WalletTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transfer_id', models.CharField(max_length=40, unique=True, verbose_name='transfer number')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                ('prior_part', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='taken from prior years')),
                ('current_part', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='taken from the current year')),
                ('purpose', models.CharField(choices=[('care', 'care'), ('premium', 'premium of the insurance')], max_length=7, verbose_name='purpose')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('asked_at', models.DateTimeField(verbose_name='asked for at')),
                ('state', models.CharField(choices=[('waiting', 'waiting for the payee'), ('accepted', 'accepted'), ('returned', 'returned')], default='waiting', max_length=8, verbose_name='state')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='answered at')),
                ('return_cause', models.CharField(blank=True, choices=[('refused', 'refused by the payee'), ('withdrawn', 'taken back by the payer'), ('unanswered', 'not accepted by the next morning')], max_length=10, verbose_name='why it went back')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answer recorded by')),
                ('back_entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.accountentry', verbose_name='entry of the return')),
                ('group', models.ForeignKey(help_text='of which both are members on that day', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='families.mutualaidgroup', verbose_name='group')),
                ('handled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('in_entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.accountentry', verbose_name='entry of the transfer in')),
                ('out_entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.accountentry', verbose_name='entry of the transfer out')),
                ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers_received', to='accounts.insuredperson', verbose_name='payee')),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='accounts.personalaccount', verbose_name='payer')),
            ],
            options={
                'verbose_name': 'wallet transfer',
                'verbose_name_plural': 'wallet transfers',
                'ordering': ['-asked_at', '-id'],
                'permissions': [('answer_wallettransfer', 'May record the answer to a wallet transfer')],
            },
        ),
        migrations.CreateModel(
            name='WalletTransferEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('transfer_id', models.CharField(max_length=40, verbose_name='transfer number')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                ('prior_part', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='taken from prior years')),
                ('current_part', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='taken from the current year')),
                ('purpose', models.CharField(choices=[('care', 'care'), ('premium', 'premium of the insurance')], max_length=7, verbose_name='purpose')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('asked_at', models.DateTimeField(verbose_name='asked for at')),
                ('state', models.CharField(choices=[('waiting', 'waiting for the payee'), ('accepted', 'accepted'), ('returned', 'returned')], default='waiting', max_length=8, verbose_name='state')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='answered at')),
                ('return_cause', models.CharField(blank=True, choices=[('refused', 'refused by the payee'), ('withdrawn', 'taken back by the payer'), ('unanswered', 'not accepted by the next morning')], max_length=10, verbose_name='why it went back')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('answered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answer recorded by')),
                ('back_entry', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.accountentry', verbose_name='entry of the return')),
                ('group', models.ForeignKey(db_constraint=False, help_text='of which both are members on that day', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
                ('handled_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('in_entry', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.accountentry', verbose_name='entry of the transfer in')),
                ('out_entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.accountentry', verbose_name='entry of the transfer out')),
                ('payee', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='payee')),
                ('payer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.personalaccount', verbose_name='payer')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.wallettransfer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='wallettransfer',
            index=models.Index(fields=['payer', 'business_date'], name='transfer_payer_day'),
        ),
        migrations.AddIndex(
            model_name='wallettransfer',
            index=models.Index(fields=['-asked_at', '-id'], name='transfer_newest'),
        ),
        migrations.AddIndex(
            model_name='wallettransfer',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['business_date'], name='transfer_under_way'),
        ),
        migrations.AddConstraint(
            model_name='wallettransfer',
            constraint=models.CheckConstraint(condition=models.Q(('transfer_id__regex', '^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$')), name='transfer_id_shape'),
        ),
        migrations.AddConstraint(
            model_name='wallettransfer',
            constraint=models.CheckConstraint(condition=models.Q(('prior_part__gte', 0), ('prior_part__lt', 100000000000000), ('current_part__gte', 0), ('current_part__lt', 100000000000000), ('amount', django.db.models.expressions.CombinedExpression(models.F('prior_part'), '+', models.F('current_part'))), ('amount__gt', 0)), name='transfer_parts_add_up'),
        ),
        migrations.AddConstraint(
            model_name='wallettransfer',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['care', 'premium'])), name='transfer_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='wallettransfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('back_entry', None), ('in_entry', None), ('reason', ''), ('return_cause', ''), ('state', 'waiting')), models.Q(('answered_at__gte', models.F('asked_at')), ('answered_by__isnull', False), ('back_entry', None), ('in_entry__isnull', False), ('reason', ''), ('return_cause', ''), ('state', 'accepted')), models.Q(('answered_at__gte', models.F('asked_at')), ('answered_by__isnull', False), ('back_entry__isnull', False), ('in_entry', None), ('return_cause__in', ['refused', 'withdrawn', 'unanswered']), ('state', 'returned')), _connector='OR'), name='transfer_answer_fits_state'),
        ),
        migrations.AddConstraint(
            model_name='wallettransfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('return_cause__in', ['refused', 'withdrawn']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='transfer_return_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='transfer_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='844350af35fdf75d82cdf7a434112bae07c6d917', operation='DELETE', pgid='pgtrigger_transfer_is_kept_ebbd5', table='settlement_wallettransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='transfer_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='ac5717c20ecf43538ccaa284dd3b3882dda4e246', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_transfer_no_truncate_96cca', table='settlement_wallettransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='transfer_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."business_date" IS DISTINCT FROM (NEW."business_date") OR OLD."current_part" IS DISTINCT FROM (NEW."current_part") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."handled_by_id" IS DISTINCT FROM (NEW."handled_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."out_entry_id" IS DISTINCT FROM (NEW."out_entry_id") OR OLD."payee_id" IS DISTINCT FROM (NEW."payee_id") OR OLD."payer_id" IS DISTINCT FROM (NEW."payer_id") OR OLD."prior_part" IS DISTINCT FROM (NEW."prior_part") OR OLD."purpose" IS DISTINCT FROM (NEW."purpose") OR OLD."transfer_id" IS DISTINCT FROM (NEW."transfer_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c49adce7590159d2a3dbaa6775da3ae67d796f3a', operation='UPDATE', pgid='pgtrigger_transfer_stays_itself_fb705', table='settlement_wallettransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='transfer_answered_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'waiting\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='045e72f4a60e346f748f0dc95f98f4963a28803b', operation='UPDATE', pgid='pgtrigger_transfer_answered_once_825a5', table='settlement_wallettransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='transfer_in_the_family', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE payer bigint;', func="\n                    SELECT person_id INTO payer FROM accounts_personalaccount WHERE id = NEW.payer_id;\n                    IF NEW.state <> 'waiting' OR payer = NEW.payee_id\n                       OR NEW.business_date <> (NEW.asked_at AT TIME ZONE 'Asia/Shanghai')::date\n                       OR 2 > (SELECT count(DISTINCT person_id) FROM families_groupmember\n                                WHERE group_id = NEW.group_id AND person_id IN (payer, NEW.payee_id)\n                                  AND daterange(joined_on, left_on) @> NEW.business_date) THEN\n                        RAISE EXCEPTION 'transfer % is not one between two of a family, or does not begin as one',\n                            NEW.transfer_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_in_the_family';\n                    END IF;\n                    RETURN NEW;\n                ", hash='ab63f4d38f9931bff068a85c9fc8c5a2842eab3e', operation='INSERT', pgid='pgtrigger_transfer_in_the_family_e69b9', table='settlement_wallettransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='transfer_to_the_fen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE leaves record; arrives record; returns record; turned boolean;', func="\n                    SELECT * INTO leaves FROM accounts_accountentry WHERE id = NEW.out_entry_id;\n                    SELECT entry.*, person_id INTO arrives FROM accounts_accountentry AS entry\n                      JOIN accounts_personalaccount AS account ON account.id = account_id\n                     WHERE entry.id = NEW.in_entry_id;\n                    SELECT * INTO returns FROM accounts_accountentry WHERE id = NEW.back_entry_id;\n                    turned := extract(year FROM returns.business_date) > extract(year FROM NEW.business_date);\n                    IF (leaves.account_id, leaves.kind, leaves.business_date, leaves.prior_change,\n                        leaves.current_change)\n                       IS DISTINCT FROM (NEW.payer_id, '207', NEW.business_date, -NEW.prior_part,\n                        -NEW.current_part)\n                       OR NEW.in_entry_id IS NOT NULL\n                       AND (arrives.person_id, arrives.kind, arrives.prior_change, arrives.current_change)\n                       IS DISTINCT FROM (NEW.payee_id, '107', 0::numeric, NEW.amount)\n                       OR NEW.back_entry_id IS NOT NULL\n                       AND (returns.account_id, returns.kind, returns.prior_change, returns.current_change)\n                       IS DISTINCT FROM (NEW.payer_id, '109',\n                        CASE WHEN turned THEN NEW.amount ELSE NEW.prior_part END,\n                        CASE WHEN turned THEN 0 ELSE NEW.current_part END) THEN\n                        RAISE EXCEPTION 'an entry is not that of transfer %', NEW.transfer_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_to_the_fen';\n                    END IF;\n                    RETURN NEW;\n                ", hash='7a266993e3cd4e7ef05a13f01fc05a7edffd21dd', operation='INSERT OR UPDATE', pgid='pgtrigger_transfer_to_the_fen_63543', table='settlement_wallettransfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_wallettransferevent" ("amount", "answered_at", "answered_by_id", "asked_at", "back_entry_id", "business_date", "current_part", "group_id", "handled_by_id", "id", "in_entry_id", "out_entry_id", "payee_id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_part", "purpose", "reason", "return_cause", "state", "transfer_id") VALUES (NEW."amount", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."back_entry_id", NEW."business_date", NEW."current_part", NEW."group_id", NEW."handled_by_id", NEW."id", NEW."in_entry_id", NEW."out_entry_id", NEW."payee_id", NEW."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."prior_part", NEW."purpose", NEW."reason", NEW."return_cause", NEW."state", NEW."transfer_id"); RETURN NULL;', hash='62ae438c5aaaa599d717ecbe5fbeab4b644b4e74', operation='INSERT', pgid='pgtrigger_insert_insert_8fe6f', table='settlement_wallettransfer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_wallettransferevent" ("amount", "answered_at", "answered_by_id", "asked_at", "back_entry_id", "business_date", "current_part", "group_id", "handled_by_id", "id", "in_entry_id", "out_entry_id", "payee_id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_part", "purpose", "reason", "return_cause", "state", "transfer_id") VALUES (NEW."amount", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."back_entry_id", NEW."business_date", NEW."current_part", NEW."group_id", NEW."handled_by_id", NEW."id", NEW."in_entry_id", NEW."out_entry_id", NEW."payee_id", NEW."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."prior_part", NEW."purpose", NEW."reason", NEW."return_cause", NEW."state", NEW."transfer_id"); RETURN NULL;', hash='57de8c5d42f01920a134016db57f7c8fe7b76447', operation='UPDATE', pgid='pgtrigger_update_update_fe0c2', table='settlement_wallettransfer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransfer',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_wallettransferevent" ("amount", "answered_at", "answered_by_id", "asked_at", "back_entry_id", "business_date", "current_part", "group_id", "handled_by_id", "id", "in_entry_id", "out_entry_id", "payee_id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_part", "purpose", "reason", "return_cause", "state", "transfer_id") VALUES (OLD."amount", OLD."answered_at", OLD."answered_by_id", OLD."asked_at", OLD."back_entry_id", OLD."business_date", OLD."current_part", OLD."group_id", OLD."handled_by_id", OLD."id", OLD."in_entry_id", OLD."out_entry_id", OLD."payee_id", OLD."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."prior_part", OLD."purpose", OLD."reason", OLD."return_cause", OLD."state", OLD."transfer_id"); RETURN NULL;', hash='6cb20454cc0f40a057be3ea02caa4a50ea2363a9', operation='DELETE', pgid='pgtrigger_delete_delete_b79c9', table='settlement_wallettransfer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransferevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='097af78d67d86a22b7712bfb575e4c3169338fe3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_148d5', table='settlement_wallettransferevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wallettransferevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4b6b40bcfeff7c5990a8fefcca3e6bd758172918', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_aa9d9', table='settlement_wallettransferevent', when='BEFORE')),
        ),
    ]
