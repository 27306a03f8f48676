"""Cases that add, change, release, hand over and dissolve; declared pairs name persons instead of positions."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


def forwards(apps, schema_editor):
    case_model = apps.get_model("families", "RegistrationCase")
    case_model.objects.update(opened_by=models.F("handled_by"))
    for case in case_model.objects.prefetch_related("lines").iterator(chunk_size=500):
        persons = {line.position: line.person_id for line in case.lines.all()}
        if case.state == "effective":
            case.effective_on = min(line.starts_on for line in case.lines.all())
        case.declared_pairs = [[persons[payer], persons[taker]] for payer, taker in case.declared_pairs]
        case.save(update_fields=["effective_on", "declared_pairs"])


def backwards(apps, schema_editor):
    case_model = apps.get_model("families", "RegistrationCase")
    for case in case_model.objects.exclude(declared_pairs=[]).prefetch_related("lines").iterator(chunk_size=500):
        positions = {line.person_id: line.position for line in case.lines.all()}
        case.declared_pairs = [[positions[payer], positions[taker]] for payer, taker in case.declared_pairs]
        case.save(update_fields=["declared_pairs"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_roles_and_codes'),
        ('families', '0002_numbers_and_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='registrationcase',
            options={'ordering': ['-id'], 'permissions': [('review_registrationcase', 'May review registration cases'), ('take_over_registrationcase', 'May take over a case from another desk')], 'verbose_name': 'registration case', 'verbose_name_plural': 'registration cases'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='caseline',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='caseline',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='caseline',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='registrationcase',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='registrationcase',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='registrationcase',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='caseline',
            name='line_owner_shares_first',
        ),
        migrations.RemoveConstraint(
            model_name='registrationcase',
            name='case_two_people',
        ),
        migrations.AddField(
            model_name='caseline',
            name='action',
            field=models.CharField(choices=[('join', 'joins'), ('change', 'changes'), ('leave', 'leaves')], default='join', max_length=6, verbose_name='what happens'),
        ),
        migrations.AddField(
            model_name='caselineevent',
            name='action',
            field=models.CharField(choices=[('join', 'joins'), ('change', 'changes'), ('leave', 'leaves')], default='join', max_length=6, verbose_name='what happens'),
        ),
        migrations.AddField(
            model_name='registrationcase',
            name='cause',
            field=models.CharField(blank=True, choices=[('requested', 'the family asks for it'), ('death', 'death'), ('moved', 'moved to another region'), ('insurance_ended', 'insurance ended'), ('correction', 'correction of a mistake')], max_length=15, verbose_name='cause'),
        ),
        migrations.AddField(
            model_name='registrationcase',
            name='corrects',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='families.registrationcase', verbose_name='corrects the case'),
        ),
        migrations.AddField(
            model_name='registrationcase',
            name='effective_on',
            field=models.DateField(help_text='set by the decision', null=True, verbose_name='effective from'),
        ),
        migrations.AddField(
            model_name='registrationcase',
            name='opened_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by'),
        ),
        migrations.AddField(
            model_name='registrationcase',
            name='submitted_check',
            field=models.JSONField(help_text="what the reviewer's check is compared with", null=True, verbose_name='check at submission'),
        ),
        migrations.AddField(
            model_name='registrationcaseevent',
            name='cause',
            field=models.CharField(blank=True, choices=[('requested', 'the family asks for it'), ('death', 'death'), ('moved', 'moved to another region'), ('insurance_ended', 'insurance ended'), ('correction', 'correction of a mistake')], max_length=15, verbose_name='cause'),
        ),
        migrations.AddField(
            model_name='registrationcaseevent',
            name='corrects',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.registrationcase', verbose_name='corrects the case'),
        ),
        migrations.AddField(
            model_name='registrationcaseevent',
            name='effective_on',
            field=models.DateField(help_text='set by the decision', null=True, verbose_name='effective from'),
        ),
        migrations.AddField(
            model_name='registrationcaseevent',
            name='opened_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by'),
        ),
        migrations.AddField(
            model_name='registrationcaseevent',
            name='submitted_check',
            field=models.JSONField(help_text="what the reviewer's check is compared with", null=True, verbose_name='check at submission'),
        ),
        migrations.AlterField(
            model_name='registrationcase',
            name='declared_pairs',
            field=models.JSONField(default=list, help_text='persons: payer, beneficiary', verbose_name='declared relations'),
        ),
        migrations.AlterField(
            model_name='registrationcase',
            name='kind',
            field=models.CharField(choices=[('create', 'create a group'), ('add', 'add members'), ('change', 'change members'), ('release', 'release members'), ('hand_over', 'hand the group over'), ('dissolve', 'dissolve the group')], max_length=10, verbose_name='kind of business'),
        ),
        migrations.AlterField(
            model_name='registrationcaseevent',
            name='declared_pairs',
            field=models.JSONField(default=list, help_text='persons: payer, beneficiary', verbose_name='declared relations'),
        ),
        migrations.AlterField(
            model_name='registrationcaseevent',
            name='kind',
            field=models.CharField(choices=[('create', 'create a group'), ('add', 'add members'), ('change', 'change members'), ('release', 'release members'), ('hand_over', 'hand the group over'), ('dissolve', 'dissolve the group')], max_length=10, verbose_name='kind of business'),
        ),
        migrations.RunPython(forwards, backwards),
        # The history of cases is append-only, also for this.
        migrations.RunSQL(
            "ALTER TABLE families_registrationcaseevent DISABLE TRIGGER USER;"
            "UPDATE families_registrationcaseevent SET opened_by_id = handled_by_id;"
            "ALTER TABLE families_registrationcaseevent ENABLE TRIGGER USER",
            migrations.RunSQL.noop,
        ),
        # Updated foreign keys wait for the end of the transaction, and a table is not altered while they do.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='registrationcaseevent',
            name='opened_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by'),
        ),
        migrations.AlterField(
            model_name='registrationcase',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='caseline',
            trigger=pgtrigger.compiler.Trigger(name='line_of_a_draft', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE its_case bigint;', func="\n                    its_case := CASE WHEN TG_OP = 'INSERT' THEN NEW.case_id ELSE OLD.case_id END;\n                    IF (SELECT state FROM families_registrationcase WHERE id = its_case) <> 'draft' THEN\n                        RAISE EXCEPTION 'lines are changed in drafts only'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_of_a_draft';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN\n                        RETURN OLD;\n                    END IF;\n                    RETURN NEW;\n                ", hash='dc4e9adacae26be05f9221a9561c960dec59f0d7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_line_of_a_draft_d183d', table='families_caseline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='caseline',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_caselineevent" ("action", "case_id", "id", "last_on", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rank", "relation", "share_limit", "shares", "starts_on") VALUES (NEW."action", NEW."case_id", NEW."id", NEW."last_on", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."rank", NEW."relation", NEW."share_limit", NEW."shares", NEW."starts_on"); RETURN NULL;', hash='8d29bcbcc258dd306ca239d640a6dc790c26807e', operation='INSERT', pgid='pgtrigger_insert_insert_cfec0', table='families_caseline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='caseline',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_caselineevent" ("action", "case_id", "id", "last_on", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rank", "relation", "share_limit", "shares", "starts_on") VALUES (NEW."action", NEW."case_id", NEW."id", NEW."last_on", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."rank", NEW."relation", NEW."share_limit", NEW."shares", NEW."starts_on"); RETURN NULL;', hash='4aa5b2fc157cf5bf1d1a9b448226c879c1f48dfd', operation='UPDATE', pgid='pgtrigger_update_update_a5e8c', table='families_caseline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='caseline',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_caselineevent" ("action", "case_id", "id", "last_on", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rank", "relation", "share_limit", "shares", "starts_on") VALUES (OLD."action", OLD."case_id", OLD."id", OLD."last_on", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."position", OLD."rank", OLD."relation", OLD."share_limit", OLD."shares", OLD."starts_on"); RETURN NULL;', hash='5bb31902dc01fa54ba15afcacf71444cf057212b', operation='DELETE', pgid='pgtrigger_delete_delete_635de', table='families_caseline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='registrationcase',
            trigger=pgtrigger.compiler.Trigger(name='case_decided_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'effective\', \'rejected\', \'withdrawn\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4de777a7a794cc4cdb5576c2ec849de79d84870e', operation='UPDATE', pgid='pgtrigger_case_decided_is_final_6e618', table='families_registrationcase', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='registrationcase',
            trigger=pgtrigger.compiler.Trigger(name='case_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='93e9bd6c04268213506acefee3832284b3998bf8', operation='DELETE', pgid='pgtrigger_case_is_kept_c9253', table='families_registrationcase', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='registrationcase',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_registrationcaseevent" ("agent_name", "cause", "channel", "corrects_id", "decided_at", "declared_pairs", "effective_on", "group_id", "handled_at", "handled_by_id", "id", "kind", "number", "opened_by_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_of_attorney", "reason", "region_id", "review_mode", "reviewed_by_id", "state", "submission_key", "submitted_at", "submitted_check", "version") VALUES (NEW."agent_name", NEW."cause", NEW."channel", NEW."corrects_id", NEW."decided_at", NEW."declared_pairs", NEW."effective_on", NEW."group_id", NEW."handled_at", NEW."handled_by_id", NEW."id", NEW."kind", NEW."number", NEW."opened_by_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."power_of_attorney", NEW."reason", NEW."region_id", NEW."review_mode", NEW."reviewed_by_id", NEW."state", NEW."submission_key", NEW."submitted_at", NEW."submitted_check", NEW."version"); RETURN NULL;', hash='1d2e2d13880a6c04d39161806daf9fc606152fe7', operation='INSERT', pgid='pgtrigger_insert_insert_dbe2f', table='families_registrationcase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='registrationcase',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_registrationcaseevent" ("agent_name", "cause", "channel", "corrects_id", "decided_at", "declared_pairs", "effective_on", "group_id", "handled_at", "handled_by_id", "id", "kind", "number", "opened_by_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_of_attorney", "reason", "region_id", "review_mode", "reviewed_by_id", "state", "submission_key", "submitted_at", "submitted_check", "version") VALUES (NEW."agent_name", NEW."cause", NEW."channel", NEW."corrects_id", NEW."decided_at", NEW."declared_pairs", NEW."effective_on", NEW."group_id", NEW."handled_at", NEW."handled_by_id", NEW."id", NEW."kind", NEW."number", NEW."opened_by_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."power_of_attorney", NEW."reason", NEW."region_id", NEW."review_mode", NEW."reviewed_by_id", NEW."state", NEW."submission_key", NEW."submitted_at", NEW."submitted_check", NEW."version"); RETURN NULL;', hash='f87729a6444e1082cc69a0ac017cce6ee6f17e29', operation='UPDATE', pgid='pgtrigger_update_update_64b91', table='families_registrationcase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='registrationcase',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_registrationcaseevent" ("agent_name", "cause", "channel", "corrects_id", "decided_at", "declared_pairs", "effective_on", "group_id", "handled_at", "handled_by_id", "id", "kind", "number", "opened_by_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_of_attorney", "reason", "region_id", "review_mode", "reviewed_by_id", "state", "submission_key", "submitted_at", "submitted_check", "version") VALUES (OLD."agent_name", OLD."cause", OLD."channel", OLD."corrects_id", OLD."decided_at", OLD."declared_pairs", OLD."effective_on", OLD."group_id", OLD."handled_at", OLD."handled_by_id", OLD."id", OLD."kind", OLD."number", OLD."opened_by_id", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."power_of_attorney", OLD."reason", OLD."region_id", OLD."review_mode", OLD."reviewed_by_id", OLD."state", OLD."submission_key", OLD."submitted_at", OLD."submitted_check", OLD."version"); RETURN NULL;', hash='720b5f1d9745737843b550cbb5b827bd09861d9e', operation='DELETE', pgid='pgtrigger_delete_delete_7b8de', table='families_registrationcase', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='caseline',
            constraint=models.CheckConstraint(condition=models.Q(('action', 'leave'), models.Q(('position', 1), ('rank', 1), ('rank__isnull', False), ('relation', '01'), ('shares', True)), models.Q(('position__gt', 1), models.Q(('relation', '01'), _negated=True)), _connector='OR'), name='line_owner_shares_first'),
        ),
        migrations.AddConstraint(
            model_name='caseline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'leave'), _negated=True), models.Q(('last_on', None), ('shares', False)), _connector='OR'), name='line_leaver_shares_nothing'),
        ),
        migrations.AddConstraint(
            model_name='registrationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handled_by', models.F('reviewed_by')), _negated=True), models.Q(('opened_by', models.F('reviewed_by')), _negated=True)), name='case_two_people'),
        ),
        migrations.AddConstraint(
            model_name='registrationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('release', 'hand_over', 'dissolve')), models.Q(('cause', ''), _negated=True)), models.Q(models.Q(('kind__in', ('release', 'hand_over', 'dissolve')), _negated=True), ('cause', '')), _connector='OR'), name='case_cause_where_something_ends'),
        ),
        migrations.AddConstraint(
            model_name='registrationcase',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'create'), ('group__isnull', False), _connector='OR'), name='case_of_a_group'),
        ),
        migrations.AddConstraint(
            model_name='registrationcase',
            constraint=models.UniqueConstraint(condition=models.Q(('group__isnull', False), ('state__in', ['draft', 'submitted'])), fields=('group',), name='case_one_open_per_group'),
        ),
        migrations.AddConstraint(
            model_name='registrationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'effective'), _negated=True), ('effective_on__isnull', False), _connector='OR'), name='case_effective_has_day'),
        ),
    ]
