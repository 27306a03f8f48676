"""Follow-ups and their notes, and who may read, note and close them."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from accounts.roles import grant

READ = ["view_followup", "view_followupnote"]
WORK = [*READ, "change_followup", "add_followupnote"]
RIGHTS = {"clerk": WORK, "reviewer": READ, "supervisor": WORK, "auditor": READ}


def forwards(apps, schema_editor):
    grant(apps, "families", RIGHTS)


def backwards(apps, schema_editor):
    """Only these: the other rights of this floor belong to an earlier migration."""
    for group in apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS):
        group.permissions.remove(
            *group.permissions.filter(content_type__app_label="families", codename__in=WORK)
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_suspensions_of_today'),
        ('families', '0008_policy_versions_by_two_people'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('owner_died', 'owner died'), ('member_died', 'member died'), ('owner_suspended', 'owner suspended'), ('payer_suspended', 'payer suspended'), ('member_suspended', 'member suspended'), ('card_lending', 'card lent'), ('moved_away', 'moved away'), ('policy_excess', 'no longer admitted by the policy')], max_length=20, verbose_name='what to settle')),
                ('parameter', models.CharField(blank=True, help_text='the policy parameter that no longer admits it', max_length=40, verbose_name='parameter')),
                ('since', models.DateField(verbose_name='since')),
                ('state', models.CharField(choices=[('open', 'open'), ('closed', 'closed')], default='open', max_length=6, verbose_name='state')),
                ('opened_at', models.DateTimeField(auto_now_add=True, verbose_name='opened at')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('closed_by', models.ForeignKey(help_text='empty: closed because it was no longer true', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='families.mutualaidgroup', verbose_name='group')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='accounts.insuredperson', verbose_name='member')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'ordering': ['since', 'id'],
            },
        ),
        migrations.CreateModel(
            name='FollowUpEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('owner_died', 'owner died'), ('member_died', 'member died'), ('owner_suspended', 'owner suspended'), ('payer_suspended', 'payer suspended'), ('member_suspended', 'member suspended'), ('card_lending', 'card lent'), ('moved_away', 'moved away'), ('policy_excess', 'no longer admitted by the policy')], max_length=20, verbose_name='what to settle')),
                ('parameter', models.CharField(blank=True, help_text='the policy parameter that no longer admits it', max_length=40, verbose_name='parameter')),
                ('since', models.DateField(verbose_name='since')),
                ('state', models.CharField(choices=[('open', 'open'), ('closed', 'closed')], default='open', max_length=6, verbose_name='state')),
                ('opened_at', models.DateTimeField(auto_now_add=True, verbose_name='opened at')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('closed_by', models.ForeignKey(db_constraint=False, help_text='empty: closed because it was no longer true', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
                ('person', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='member')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.followup')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FollowUpNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300, verbose_name='note')),
                ('again_on', models.DateField(blank=True, null=True, verbose_name='look again on')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='families.followup', verbose_name='follow-up')),
            ],
            options={
                'verbose_name': 'note on a follow-up',
                'verbose_name_plural': 'notes on follow-ups',
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(fields=['state', 'since', 'id'], name='follow_up_worklist'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('group', 'person', 'kind'), name='follow_up_one_open', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('reason', ''), ('state', 'open')), models.Q(('closed_at__isnull', False), ('closed_by', None), ('reason', ''), ('state', 'closed')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('state', 'closed'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='follow_up_closed_with_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."since" IS DISTINCT FROM (NEW."since"))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "group_id", "person_id", "kind", "since" rows from % table\', TG_TABLE_NAME;', hash='0899d86622d02570d8cf8874f16353ca201a410b', operation='UPDATE OF "group_id", "person_id", "kind", "since"', pgid='pgtrigger_follow_up_stays_itself_e7af1', table='families_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b8c1d20a4fd50e9b615c8c568d0f720d21dad76a', operation='DELETE', pgid='pgtrigger_follow_up_is_kept_1e7d6', table='families_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_followupevent" ("closed_at", "closed_by_id", "group_id", "id", "kind", "opened_at", "parameter", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since", "state") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."group_id", NEW."id", NEW."kind", NEW."opened_at", NEW."parameter", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."since", NEW."state"); RETURN NULL;', hash='ebd6076d29b67bb229ccf5d449e40b63e091aa1f', operation='INSERT', pgid='pgtrigger_insert_insert_d648d', table='families_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_followupevent" ("closed_at", "closed_by_id", "group_id", "id", "kind", "opened_at", "parameter", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since", "state") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."group_id", NEW."id", NEW."kind", NEW."opened_at", NEW."parameter", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."since", NEW."state"); RETURN NULL;', hash='291ada8506a6504b12b414a69be32b6d5dfb7a9a', operation='UPDATE', pgid='pgtrigger_update_update_e3e1c', table='families_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_followupevent" ("closed_at", "closed_by_id", "group_id", "id", "kind", "opened_at", "parameter", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since", "state") VALUES (OLD."closed_at", OLD."closed_by_id", OLD."group_id", OLD."id", OLD."kind", OLD."opened_at", OLD."parameter", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."since", OLD."state"); RETURN NULL;', hash='96d5f6ab40efd1c2ba06d21d089ee56a472bb7e3', operation='DELETE', pgid='pgtrigger_delete_delete_5cea0', table='families_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followupevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='0c015f3faae300e7ec84c7496acf68e2215c5cb9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e4802', table='families_followupevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c169aec6871c2afbe20c499d90be10d6309e9d3f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0d1a2', table='families_followupevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='followupnote',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='follow_up_note_says_something'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followupnote',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_note_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3c5fa0fdbb2516323687c1bb7e4eaa02aebc7736', operation='UPDATE OR DELETE', pgid='pgtrigger_follow_up_note_append_only_a3e0c', table='families_followupnote', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followupnote',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_note_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='33893b6c740091dbcf7def037ee2053dc24395de', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_follow_up_note_no_truncate_42c9f', table='families_followupnote', when='BEFORE')),
        ),
        migrations.RunPython(forwards, backwards),
    ]
