"""Records that were merged into another of the same person: where they lead, and what they no longer take."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_roles_and_codes'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='insuredperson',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insuredperson',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insuredperson',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='insuredperson',
            name='certno15_digest',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='insuredperson',
            name='merged_into',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_records', to='accounts.insuredperson', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='insuredpersonevent',
            name='merged_into',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='merged into'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accountentry',
            trigger=pgtrigger.compiler.Trigger(name='entry_on_open_account', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM accounts_personalaccount AS account\n                                 JOIN accounts_insuredperson AS person ON person.id = account.person_id\n                                WHERE account.id = NEW.account_id AND person.merged_into_id IS NOT NULL) THEN\n                        RAISE EXCEPTION 'the record of account % was merged', NEW.account_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_on_open_account';\n                    END IF;\n                    RETURN NEW;\n                ", hash='994d2abf424008aa826f439940739a6c50a283cd', operation='INSERT', pgid='pgtrigger_entry_on_open_account_cf456', table='accounts_accountentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insuredperson',
            trigger=pgtrigger.compiler.Trigger(name='person_merged_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."merged_into_id" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f5fe975a0099a5e0f37fd888b4f93e062df03605', operation='UPDATE OR DELETE', pgid='pgtrigger_person_merged_stays_8e16c', table='accounts_insuredperson', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insuredperson',
            trigger=pgtrigger.compiler.Trigger(name='person_merged_whole', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."merged_into_id" IS NOT NULL)', func="\n                    PERFORM FROM accounts_insuredperson WHERE id = NEW.merged_into_id FOR SHARE;\n                    IF EXISTS (SELECT FROM accounts_insuredperson\n                                WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL)\n                       OR EXISTS (SELECT FROM accounts_personalaccount\n                                   WHERE person_id = NEW.id AND (prior_years <> 0 OR current_year <> 0)) THEN\n                        RAISE EXCEPTION 'the other record is merged itself, or money is left on this one'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_merged_whole';\n                    END IF;\n                    RETURN NEW;\n                ", hash='d94a9cc7845a01d9efab36669eba76ef58902009', operation='INSERT OR UPDATE OF "merged_into_id"', pgid='pgtrigger_person_merged_whole_b8372', table='accounts_insuredperson', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insuredperson',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_insuredpersonevent" ("born_on", "cert_type", "certno_digest", "certno_sealed", "contact_confirmed_on", "created_at", "gender", "id", "insutype", "merged_into_id", "mobile_sealed", "name", "name_key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "psn_no", "psn_type", "region_id", "status", "status_reason", "status_since", "version") VALUES (NEW."born_on", NEW."cert_type", NEW."certno_digest", NEW."certno_sealed", NEW."contact_confirmed_on", NEW."created_at", NEW."gender", NEW."id", NEW."insutype", NEW."merged_into_id", NEW."mobile_sealed", NEW."name", NEW."name_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."psn_no", NEW."psn_type", NEW."region_id", NEW."status", NEW."status_reason", NEW."status_since", NEW."version"); RETURN NULL;', hash='3208b888621c38569bd90c6b0b1eb01ccb38ea97', operation='INSERT', pgid='pgtrigger_insert_insert_0d5cf', table='accounts_insuredperson', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insuredperson',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."born_on" IS DISTINCT FROM (NEW."born_on") OR OLD."cert_type" IS DISTINCT FROM (NEW."cert_type") OR OLD."certno_digest" IS DISTINCT FROM (NEW."certno_digest") OR OLD."certno_sealed" IS DISTINCT FROM (NEW."certno_sealed") OR OLD."contact_confirmed_on" IS DISTINCT FROM (NEW."contact_confirmed_on") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."gender" IS DISTINCT FROM (NEW."gender") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."insutype" IS DISTINCT FROM (NEW."insutype") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."mobile_sealed" IS DISTINCT FROM (NEW."mobile_sealed") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."name_key" IS DISTINCT FROM (NEW."name_key") OR OLD."psn_no" IS DISTINCT FROM (NEW."psn_no") OR OLD."psn_type" IS DISTINCT FROM (NEW."psn_type") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."status_reason" IS DISTINCT FROM (NEW."status_reason") OR OLD."status_since" IS DISTINCT FROM (NEW."status_since") OR OLD."version" IS DISTINCT FROM (NEW."version"))', func='INSERT INTO "accounts_insuredpersonevent" ("born_on", "cert_type", "certno_digest", "certno_sealed", "contact_confirmed_on", "created_at", "gender", "id", "insutype", "merged_into_id", "mobile_sealed", "name", "name_key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "psn_no", "psn_type", "region_id", "status", "status_reason", "status_since", "version") VALUES (NEW."born_on", NEW."cert_type", NEW."certno_digest", NEW."certno_sealed", NEW."contact_confirmed_on", NEW."created_at", NEW."gender", NEW."id", NEW."insutype", NEW."merged_into_id", NEW."mobile_sealed", NEW."name", NEW."name_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."psn_no", NEW."psn_type", NEW."region_id", NEW."status", NEW."status_reason", NEW."status_since", NEW."version"); RETURN NULL;', hash='ff181c3d9761c14c145f0751fc9d83bb1e0a49cb', operation='UPDATE', pgid='pgtrigger_update_update_f804f', table='accounts_insuredperson', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insuredperson',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_insuredpersonevent" ("born_on", "cert_type", "certno_digest", "certno_sealed", "contact_confirmed_on", "created_at", "gender", "id", "insutype", "merged_into_id", "mobile_sealed", "name", "name_key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "psn_no", "psn_type", "region_id", "status", "status_reason", "status_since", "version") VALUES (OLD."born_on", OLD."cert_type", OLD."certno_digest", OLD."certno_sealed", OLD."contact_confirmed_on", OLD."created_at", OLD."gender", OLD."id", OLD."insutype", OLD."merged_into_id", OLD."mobile_sealed", OLD."name", OLD."name_key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."psn_no", OLD."psn_type", OLD."region_id", OLD."status", OLD."status_reason", OLD."status_since", OLD."version"); RETURN NULL;', hash='a06192a7a9830339d5ffa4b894c525db10819fc5', operation='DELETE', pgid='pgtrigger_delete_delete_3acbf', table='accounts_insuredperson', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='insuredperson',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='person_merged_into_another'),
        ),
        migrations.AddConstraint(
            model_name='insuredperson',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), ('status', '3'), _connector='OR'), name='person_merged_is_void'),
        ),
    ]
