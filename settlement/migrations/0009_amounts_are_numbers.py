import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_conflicts_of_business_numbers'),
        ('families', '0014_history_of_inserts_by_statement'),
        ('settlement', '0008_rights_to_statements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='settlement',
            name='settlement_mirrors_the_original',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='settlementshare',
            name='share_adds_up',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settlement',
            trigger=pgtrigger.compiler.Trigger(name='settlement_mirrors_the_original', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."reverses_id" IS NOT NULL)', constraint='CONSTRAINT', func="\n                    IF NOT EXISTS (SELECT FROM settlement_settlement AS original\n                                    WHERE original.id = NEW.reverses_id AND original.reverses_id IS NULL\n                                      AND original.person_id = NEW.person_id AND original.kind = NEW.kind\n                                      AND (original.fulamt_ownpay_amt, original.overlmt_selfpay,\n                                           original.preselfpay_amt, original.inscp_scp_amt,\n                                           original.fund_pay_sumamt, original.hosp_part_amt, original.psn_part_amt)\n                                        = (-NEW.fulamt_ownpay_amt, -NEW.overlmt_selfpay,\n                                           -NEW.preselfpay_amt, -NEW.inscp_scp_amt,\n                                           -NEW.fund_pay_sumamt, -NEW.hosp_part_amt, -NEW.psn_part_amt))\n                       OR EXISTS (SELECT FROM (SELECT * FROM settlement_settlementshare\n                                                WHERE settlement_id = NEW.reverses_id) AS taken\n                                    FULL JOIN (SELECT * FROM settlement_settlementshare\n                                                WHERE settlement_id = NEW.id) AS given USING (position)\n                                   WHERE taken.prior_years IS DISTINCT FROM -given.prior_years\n                                      OR taken.current_year IS DISTINCT FROM -given.current_year) THEN\n                        RAISE EXCEPTION 'settlement % is not the mirror of what it reverses', NEW.setl_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_mirrors_the_original';\n                    END IF;\n                    RETURN NULL;\n                ", hash='1fb85df21c58ae286b68036e8c05f747bea525cd', operation='INSERT', pgid='pgtrigger_settlement_mirrors_the_original_d3560', table='settlement_settlement', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='settlementshare',
            trigger=pgtrigger.compiler.Trigger(name='share_adds_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF (SELECT abs(acct_pay + acct_mulaid_pay) FROM settlement_settlement\n                         WHERE id = NEW.settlement_id)\n                       <> (SELECT sum(abs(prior_years) + abs(current_year)) FROM settlement_settlementshare\n                            WHERE settlement_id = NEW.settlement_id) THEN\n                        RAISE EXCEPTION 'the shares of settlement % do not add up', NEW.settlement_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_shares_add_up';\n                    END IF;\n                    RETURN NULL;\n                ", hash='0168aef3a2689786cd8bdcf99697e414867c40c9', operation='INSERT', pgid='pgtrigger_share_adds_up_08127', table='settlement_settlementshare', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('medfee_sumamt__lt', 100000000000000)), name='settlement_total_is_a_number'),
        ),
    ]
