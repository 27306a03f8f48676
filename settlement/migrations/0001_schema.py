"""Tables, history and laws of institutions, settlements, claims, transfers and statements, as they stand.

It stands for every migration there was before the first release, so that a new database is made in seconds; one that
has those has this.
"""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from accounts.schema_at_once import AtOnce


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('settlement', '0001_institutions'),
        ('settlement', '0003_settlements'),
        ('settlement', '0004_rights_to_settlements'),
        ('settlement', '0005_premiums'),
        ('settlement', '0006_rights_to_premiums'),
        ('settlement', '0007_statements'),
        ('settlement', '0008_rights_to_statements'),
        ('settlement', '0009_amounts_are_numbers'),
        ('settlement', '0010_claims_and_reversal_cases'),
        ('settlement', '0011_rights_to_claims_and_reversals'),
        ('settlement', '0012_indexes_of_the_list'),
        ('settlement', '0013_wallet_transfers'),
        ('settlement', '0014_rights_to_wallet_transfers'),
    ]

    dependencies = [
        ('accounts', '0001_schema'),
        ('families', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('setl_id', models.CharField(help_text='setl_id', max_length=30, verbose_name='settlement number')),
                ('kind', models.CharField(choices=[('networked', 'networked settlement'), ('claim', 'manual reimbursement'), ('premium', 'premium')], max_length=9, verbose_name='kind')),
                ('mdtrt_id', models.CharField(blank=True, help_text='mdtrt_id', max_length=30, verbose_name='visit number')),
                ('psn_no', models.CharField(help_text='as the institution sent it, also of a merged record', max_length=30, verbose_name='person number')),
                ('insutype', models.CharField(help_text='insutype', max_length=6, verbose_name='insurance type')),
                ('med_type', models.CharField(blank=True, help_text='med_type', max_length=6, verbose_name='kind of care')),
                ('usage', models.CharField(max_length=24, verbose_name='usage')),
                ('settled_at', models.DateTimeField(help_text='setl_time', verbose_name='settled at')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('dise_codg', models.CharField(blank=True, help_text='dise_codg', max_length=30, verbose_name='disease code')),
                ('dise_name', models.CharField(blank=True, help_text='dise_name', max_length=200, verbose_name='disease')),
                ('dr_name', models.CharField(blank=True, help_text='dr_name', max_length=60, verbose_name='doctor')),
                ('acct_used', models.BooleanField(default=True, help_text='acct_used_flag', verbose_name='accounts used')),
                ('medfee_sumamt', models.DecimalField(decimal_places=2, help_text='medfee_sumamt', max_digits=16, verbose_name='total fee')),
                ('fulamt_ownpay_amt', models.DecimalField(decimal_places=2, help_text='fulamt_ownpay_amt', max_digits=16, verbose_name='not covered')),
                ('overlmt_selfpay', models.DecimalField(decimal_places=2, help_text='overlmt_selfpay', max_digits=16, verbose_name='above the price limit')),
                ('preselfpay_amt', models.DecimalField(decimal_places=2, help_text='preselfpay_amt', max_digits=16, verbose_name='paid before cover')),
                ('inscp_scp_amt', models.DecimalField(decimal_places=2, help_text='inscp_scp_amt', max_digits=16, verbose_name='within cover')),
                ('fund_pay_sumamt', models.DecimalField(decimal_places=2, help_text='fund_pay_sumamt', max_digits=16, verbose_name='pooled fund')),
                ('hosp_part_amt', models.DecimalField(decimal_places=2, help_text='hosp_part_amt', max_digits=16, verbose_name="institution's part")),
                ('psn_part_amt', models.DecimalField(decimal_places=2, help_text='psn_part_amt', max_digits=16, verbose_name='personal part')),
                ('acct_pay', models.DecimalField(decimal_places=2, help_text='acct_pay', max_digits=16, verbose_name='own account')),
                ('acct_mulaid_pay', models.DecimalField(decimal_places=2, help_text='acct_mulaid_pay', max_digits=16, verbose_name='mutual aid')),
                ('psn_cash_pay', models.DecimalField(decimal_places=2, help_text='psn_cash_pay', max_digits=16, verbose_name='cash')),
                ('considerations', models.JSONField(default=list, help_text='every account that was looked at, and why it paid that much', verbose_name='why')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='families.mutualaidgroup', verbose_name='group')),
            ],
            options={
                'verbose_name': 'settlement',
                'verbose_name_plural': 'settlements',
                'ordering': ['-settled_at', '-id'],
                'permissions': [('load_settlements', 'May load settlements'), ('reverse_settlement', 'May have a settlement reversed')],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True, verbose_name='claim number')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'waiting for review'), ('returned', 'sent back'), ('approved', 'approved'), ('rejected', 'refused'), ('withdrawn', 'withdrawn')], default='draft', max_length=10, verbose_name='state')),
                ('institution_code', models.CharField(blank=True, help_text='fixmedins_code', max_length=30, verbose_name='institution code')),
                ('institution_name', models.CharField(blank=True, max_length=200, verbose_name='name of the institution')),
                ('mdtrt_id', models.CharField(blank=True, help_text='mdtrt_id', max_length=30, verbose_name='visit number')),
                ('invoice_number', models.CharField(max_length=60, verbose_name='invoice number')),
                ('med_type', models.CharField(help_text='med_type', max_length=6, verbose_name='kind of care')),
                ('starts_on', models.DateField(verbose_name='visit from')),
                ('ends_on', models.DateField(verbose_name='visit to')),
                ('settled_on', models.DateField(verbose_name='day of the invoice')),
                ('dise_codg', models.CharField(blank=True, help_text='dise_codg', max_length=30, verbose_name='disease code')),
                ('dise_name', models.CharField(blank=True, help_text='dise_name', max_length=200, verbose_name='disease')),
                ('dr_name', models.CharField(blank=True, help_text='dr_name', max_length=60, verbose_name='doctor')),
                ('cause', models.CharField(choices=[('referral', 'referral on file'), ('resettlement', 'lives elsewhere, on file'), ('card_away', 'card not at hand, or system away'), ('other', 'other reason')], max_length=12, verbose_name='why not online')),
                ('cause_note', models.CharField(blank=True, max_length=200, verbose_name='explanation')),
                ('filing_number', models.CharField(blank=True, max_length=60, verbose_name='filing number')),
                ('filed_on', models.DateField(null=True, verbose_name='filed on')),
                ('agent_name', models.CharField(blank=True, max_length=60, verbose_name='agent')),
                ('agent_relation', models.CharField(blank=True, max_length=30, verbose_name='what the agent is to the patient')),
                ('acct_used', models.BooleanField(default=True, help_text='acct_used_flag', verbose_name='accounts used')),
                ('medfee_sumamt', models.DecimalField(decimal_places=2, help_text='medfee_sumamt', max_digits=16, verbose_name='total fee')),
                ('fulamt_ownpay_amt', models.DecimalField(decimal_places=2, help_text='fulamt_ownpay_amt', max_digits=16, verbose_name='not covered')),
                ('overlmt_selfpay', models.DecimalField(decimal_places=2, help_text='overlmt_selfpay', max_digits=16, verbose_name='above the price limit')),
                ('preselfpay_amt', models.DecimalField(decimal_places=2, help_text='preselfpay_amt', max_digits=16, verbose_name='paid before cover')),
                ('inscp_scp_amt', models.DecimalField(decimal_places=2, help_text='inscp_scp_amt', max_digits=16, verbose_name='within cover')),
                ('fund_pay_sumamt', models.DecimalField(decimal_places=2, help_text='fund_pay_sumamt', max_digits=16, verbose_name='pooled fund')),
                ('hosp_part_amt', models.DecimalField(decimal_places=2, help_text='hosp_part_amt', max_digits=16, verbose_name="institution's part")),
                ('psn_part_amt', models.DecimalField(decimal_places=2, help_text='psn_part_amt', max_digits=16, verbose_name='personal part')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='opened at')),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='submitted at')),
                ('submitted_preview', models.JSONField(help_text="what the reviewer's preview is compared with", null=True, verbose_name='who would pay, at submission')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('submission_key', models.UUIDField(editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('handled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='accounts.insuredperson', verbose_name='patient')),
                ('region', models.ForeignKey(help_text='when it was claimed', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='insured in')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'claim',
                'verbose_name_plural': 'claims',
                'ordering': ['-id'],
                'permissions': [('review_claim', 'May review claims')],
            },
        ),
        migrations.CreateModel(
            name='ClaimDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('content_type', models.CharField(choices=[('image/jpeg', 'JPEG'), ('image/png', 'PNG'), ('image/webp', 'WebP'), ('application/pdf', 'PDF')], max_length=20, verbose_name='file type')),
                ('size', models.PositiveIntegerField(help_text='bytes', verbose_name='size')),
                ('sha256', models.CharField(max_length=64)),
                ('pages', models.PositiveSmallIntegerField(verbose_name='pages')),
                ('width', models.PositiveIntegerField(help_text='pixels; empty for a PDF', null=True, verbose_name='width')),
                ('height', models.PositiveIntegerField(help_text='pixels; empty for a PDF', null=True, verbose_name='height')),
                ('stored_as', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added at')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the replacement')),
                ('kind', models.CharField(choices=[('invoice', 'invoice'), ('fee_list', 'fee list'), ('filing', 'proof of the filing'), ('record', 'medical record'), ('id_card', 'ID card'), ('other', 'other')], max_length=30, verbose_name='kind of paper')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='settlement.claim', verbose_name='claim')),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='settlement.claimdocument', verbose_name='replaces')),
            ],
            options={
                'verbose_name': 'paper of a claim',
                'verbose_name_plural': 'papers of claims',
                'ordering': ['claim', 'number'],
            },
        ),
        migrations.CreateModel(
            name='ClaimDocumentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('content_type', models.CharField(choices=[('image/jpeg', 'JPEG'), ('image/png', 'PNG'), ('image/webp', 'WebP'), ('application/pdf', 'PDF')], max_length=20, verbose_name='file type')),
                ('size', models.PositiveIntegerField(help_text='bytes', verbose_name='size')),
                ('sha256', models.CharField(max_length=64)),
                ('pages', models.PositiveSmallIntegerField(verbose_name='pages')),
                ('width', models.PositiveIntegerField(help_text='pixels; empty for a PDF', null=True, verbose_name='width')),
                ('height', models.PositiveIntegerField(help_text='pixels; empty for a PDF', null=True, verbose_name='height')),
                ('stored_as', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added at')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the replacement')),
                ('kind', models.CharField(choices=[('invoice', 'invoice'), ('fee_list', 'fee list'), ('filing', 'proof of the filing'), ('record', 'medical record'), ('id_card', 'ID card'), ('other', 'other')], max_length=30, verbose_name='kind of paper')),
                ('added_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('claim', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.claim', verbose_name='claim')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.claimdocument')),
                ('replaces', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.claimdocument', verbose_name='replaces')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('fixmedins_code', models.CharField(help_text='fixmedins_code', max_length=30, primary_key=True, serialize=False, verbose_name='institution code')),
                ('name', models.CharField(help_text='fixmedins_name', max_length=200, verbose_name='name')),
                ('hosp_lv', models.CharField(blank=True, help_text='hosp_lv', max_length=3, verbose_name='level')),
                ('kind', models.CharField(choices=[('hospital', 'hospital'), ('pharmacy', 'pharmacy')], max_length=8, verbose_name='kind')),
                ('status', models.CharField(choices=[('active', 'active'), ('suspended', 'suspended'), ('ended', 'ended')], default='active', max_length=9, verbose_name='contract')),
                ('status_since', models.DateField(null=True, verbose_name='since')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'institution',
                'verbose_name_plural': 'institutions',
                'ordering': ['fixmedins_code'],
            },
        ),
        migrations.AddField(
            model_name='claim',
            name='institution',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.institution', verbose_name='institution'),
        ),
        migrations.CreateModel(
            name='InstitutionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('fixmedins_code', models.CharField(help_text='fixmedins_code', max_length=30, serialize=False, verbose_name='institution code')),
                ('name', models.CharField(help_text='fixmedins_name', max_length=200, verbose_name='name')),
                ('hosp_lv', models.CharField(blank=True, help_text='hosp_lv', max_length=3, verbose_name='level')),
                ('kind', models.CharField(choices=[('hospital', 'hospital'), ('pharmacy', 'pharmacy')], max_length=8, verbose_name='kind')),
                ('status', models.CharField(choices=[('active', 'active'), ('suspended', 'suspended'), ('ended', 'ended')], default='active', max_length=9, verbose_name='contract')),
                ('status_since', models.DateField(null=True, verbose_name='since')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.institution')),
                ('region', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PremiumPayment',
            fields=[
                ('settlement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='premium', serialize=False, to='settlement.settlement', verbose_name='settlement')),
                ('year', models.PositiveSmallIntegerField(verbose_name='premium year')),
            ],
            options={
                'verbose_name': 'premium paid from accounts',
                'verbose_name_plural': 'premiums paid from accounts',
                'ordering': ['-settlement'],
                'permissions': [('pay_premium', "May pay a premium from the family's accounts")],
            },
        ),
        migrations.AddField(
            model_name='settlement',
            name='institution',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='settlement.institution', verbose_name='institution'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='accounts.insuredperson', verbose_name='patient'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='recorded_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='region',
            field=models.ForeignKey(db_index=False, help_text='when it was settled', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='insured in'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='reverses',
            field=models.OneToOneField(help_text='init_setl_id', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='settlement.settlement', verbose_name='reverses'),
        ),
        migrations.CreateModel(
            name='Discrepancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('setl_id', models.CharField(max_length=30, verbose_name='settlement number')),
                ('code', models.CharField(choices=[('1', 'the centre has more'), ('2', 'the institution has more'), ('3', 'the data differ')], help_text='stmt_rslt', max_length=1, verbose_name='result')),
                ('field', models.CharField(max_length=30, verbose_name='field')),
                ('centre', models.CharField(max_length=40, null=True, verbose_name='at the centre')),
                ('institution_value', models.CharField(max_length=40, null=True, verbose_name='at the institution')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='agrees since')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='settlement.institution', verbose_name='institution')),
                ('settlement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='settlement.settlement', verbose_name='settlement')),
            ],
            options={
                'verbose_name': 'difference',
                'verbose_name_plural': 'differences',
                'ordering': ['business_date', 'institution', 'setl_id', 'field'],
            },
        ),
        migrations.CreateModel(
            name='ClaimEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=30, verbose_name='claim number')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'waiting for review'), ('returned', 'sent back'), ('approved', 'approved'), ('rejected', 'refused'), ('withdrawn', 'withdrawn')], default='draft', max_length=10, verbose_name='state')),
                ('institution_code', models.CharField(blank=True, help_text='fixmedins_code', max_length=30, verbose_name='institution code')),
                ('institution_name', models.CharField(blank=True, max_length=200, verbose_name='name of the institution')),
                ('mdtrt_id', models.CharField(blank=True, help_text='mdtrt_id', max_length=30, verbose_name='visit number')),
                ('invoice_number', models.CharField(max_length=60, verbose_name='invoice number')),
                ('med_type', models.CharField(help_text='med_type', max_length=6, verbose_name='kind of care')),
                ('starts_on', models.DateField(verbose_name='visit from')),
                ('ends_on', models.DateField(verbose_name='visit to')),
                ('settled_on', models.DateField(verbose_name='day of the invoice')),
                ('dise_codg', models.CharField(blank=True, help_text='dise_codg', max_length=30, verbose_name='disease code')),
                ('dise_name', models.CharField(blank=True, help_text='dise_name', max_length=200, verbose_name='disease')),
                ('dr_name', models.CharField(blank=True, help_text='dr_name', max_length=60, verbose_name='doctor')),
                ('cause', models.CharField(choices=[('referral', 'referral on file'), ('resettlement', 'lives elsewhere, on file'), ('card_away', 'card not at hand, or system away'), ('other', 'other reason')], max_length=12, verbose_name='why not online')),
                ('cause_note', models.CharField(blank=True, max_length=200, verbose_name='explanation')),
                ('filing_number', models.CharField(blank=True, max_length=60, verbose_name='filing number')),
                ('filed_on', models.DateField(null=True, verbose_name='filed on')),
                ('agent_name', models.CharField(blank=True, max_length=60, verbose_name='agent')),
                ('agent_relation', models.CharField(blank=True, max_length=30, verbose_name='what the agent is to the patient')),
                ('acct_used', models.BooleanField(default=True, help_text='acct_used_flag', verbose_name='accounts used')),
                ('medfee_sumamt', models.DecimalField(decimal_places=2, help_text='medfee_sumamt', max_digits=16, verbose_name='total fee')),
                ('fulamt_ownpay_amt', models.DecimalField(decimal_places=2, help_text='fulamt_ownpay_amt', max_digits=16, verbose_name='not covered')),
                ('overlmt_selfpay', models.DecimalField(decimal_places=2, help_text='overlmt_selfpay', max_digits=16, verbose_name='above the price limit')),
                ('preselfpay_amt', models.DecimalField(decimal_places=2, help_text='preselfpay_amt', max_digits=16, verbose_name='paid before cover')),
                ('inscp_scp_amt', models.DecimalField(decimal_places=2, help_text='inscp_scp_amt', max_digits=16, verbose_name='within cover')),
                ('fund_pay_sumamt', models.DecimalField(decimal_places=2, help_text='fund_pay_sumamt', max_digits=16, verbose_name='pooled fund')),
                ('hosp_part_amt', models.DecimalField(decimal_places=2, help_text='hosp_part_amt', max_digits=16, verbose_name="institution's part")),
                ('psn_part_amt', models.DecimalField(decimal_places=2, help_text='psn_part_amt', max_digits=16, verbose_name='personal part')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='opened at')),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='submitted at')),
                ('submitted_preview', models.JSONField(help_text="what the reviewer's preview is compared with", null=True, verbose_name='who would pay, at submission')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('submission_key', models.UUIDField(editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('handled_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.claim')),
                ('region', models.ForeignKey(db_constraint=False, help_text='when it was claimed', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='insured in')),
                ('reviewed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
                ('institution', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.institution', verbose_name='institution')),
                ('settlement', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.settlement', verbose_name='settlement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='claim',
            name='settlement',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claim', to='settlement.settlement', verbose_name='settlement'),
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('kind', models.CharField(choices=[('3202', 'detail, settlement by settlement')], max_length=4, verbose_name='kind')),
                ('compared', models.PositiveIntegerField(verbose_name='compared')),
                ('balanced', models.PositiveIntegerField(verbose_name='balanced')),
                ('run_at', models.DateTimeField(verbose_name='run at')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
                ('run_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='run by')),
            ],
            options={
                'verbose_name': 'reconciliation',
                'verbose_name_plural': 'reconciliations',
                'ordering': ['-business_date', 'region'],
                'permissions': [('reconcile', 'May reconcile a day')],
            },
        ),
        migrations.CreateModel(
            name='ReversalCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True, verbose_name='case number')),
                ('state', models.CharField(choices=[('submitted', 'waiting for review'), ('approved', 'reversed'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='submitted', max_length=10, verbose_name='state')),
                ('reason', models.CharField(max_length=300, verbose_name='why it is wrong')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('handled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('reversal', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal_case', to='settlement.settlement', verbose_name='reversal')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reversal_cases', to='settlement.settlement', verbose_name='original settlement')),
            ],
            options={
                'verbose_name': 'case of reversal',
                'verbose_name_plural': 'cases of reversal',
                'ordering': ['-id'],
                'permissions': [('review_reversalcase', 'May review cases of reversal')],
            },
        ),
        migrations.CreateModel(
            name='ReversalCaseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=30, verbose_name='case number')),
                ('state', models.CharField(choices=[('submitted', 'waiting for review'), ('approved', 'reversed'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='submitted', max_length=10, verbose_name='state')),
                ('reason', models.CharField(max_length=300, verbose_name='why it is wrong')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('handled_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.reversalcase')),
                ('reversal', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.settlement', verbose_name='reversal')),
                ('reviewed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
                ('settlement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.settlement', verbose_name='original settlement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SettlementShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='place')),
                ('prior_years', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='of prior years')),
                ('current_year', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='of the current year')),
                ('year', models.PositiveSmallIntegerField(help_text='the year whose limits it uses up; of a reversal that of the original', verbose_name='counts in')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='accounts.personalaccount', verbose_name='account')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='share', to='accounts.accountentry', verbose_name='account entry')),
                ('settlement', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='settlement.settlement', verbose_name='settlement')),
            ],
            options={
                'verbose_name': 'share of a settlement',
                'verbose_name_plural': 'shares of settlements',
                'ordering': ['settlement', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('lines_count', models.PositiveIntegerField(verbose_name='lines')),
                ('loaded_at', models.DateTimeField(auto_now_add=True, verbose_name='loaded at')),
                ('counts', models.BooleanField(default=True, help_text='no later file has taken its place', verbose_name='counts')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='settlement.institution', verbose_name='institution')),
                ('loaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='loaded by')),
            ],
            options={
                'verbose_name': 'statement',
                'verbose_name_plural': 'statements',
                'ordering': ['-business_date', 'institution', '-id'],
                'permissions': [('load_statement', 'May load statements of institutions')],
            },
        ),
        migrations.CreateModel(
            name='StatementEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('business_date', models.DateField(verbose_name='business date')),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('lines_count', models.PositiveIntegerField(verbose_name='lines')),
                ('loaded_at', models.DateTimeField(auto_now_add=True, verbose_name='loaded at')),
                ('counts', models.BooleanField(default=True, help_text='no later file has taken its place', verbose_name='counts')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.institution', verbose_name='institution')),
                ('loaded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='loaded by')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.statement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='line')),
                ('setl_id', models.CharField(help_text='setl_id', max_length=30, verbose_name='settlement number')),
                ('mdtrt_id', models.CharField(blank=True, help_text='mdtrt_id', max_length=30, verbose_name='visit number')),
                ('psn_no', models.CharField(blank=True, help_text='psn_no', max_length=30, verbose_name='person number')),
                ('medfee_sumamt', models.DecimalField(decimal_places=2, help_text='medfee_sumamt', max_digits=16, verbose_name='total fee')),
                ('fund_pay_sumamt', models.DecimalField(decimal_places=2, help_text='fund_pay_sumamt', max_digits=16, verbose_name='pooled fund')),
                ('acct_pay', models.DecimalField(decimal_places=2, help_text='acct_pay', max_digits=16, verbose_name='personal account')),
                ('is_reversal', models.BooleanField(help_text='refd_setl_flag', verbose_name='reversal')),
                ('further', models.CharField(blank=True, max_length=200, verbose_name='further column')),
                ('statement', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='settlement.statement', verbose_name='statement')),
            ],
            options={
                'verbose_name': 'line of a statement',
                'verbose_name_plural': 'lines of statements',
                'ordering': ['statement', 'number'],
            },
        ),
        migrations.CreateModel(
            name='DiscrepancyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('business_date', models.DateField(verbose_name='business date')),
                ('setl_id', models.CharField(max_length=30, verbose_name='settlement number')),
                ('code', models.CharField(choices=[('1', 'the centre has more'), ('2', 'the institution has more'), ('3', 'the data differ')], help_text='stmt_rslt', max_length=1, verbose_name='result')),
                ('field', models.CharField(max_length=30, verbose_name='field')),
                ('centre', models.CharField(max_length=40, null=True, verbose_name='at the centre')),
                ('institution_value', models.CharField(max_length=40, null=True, verbose_name='at the institution')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='agrees since')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='settlement.discrepancy')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.institution', verbose_name='institution')),
                ('settlement', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.settlement', verbose_name='settlement')),
                ('line', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='settlement.statementline', verbose_name='line of a statement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='settlement.statementline', verbose_name='line of a statement'),
        ),
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
        migrations.AddConstraint(
            model_name='claimdocument',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 30)), name='claim_document_one_to_thirty'),
        ),
        migrations.AddConstraint(
            model_name='claimdocument',
            constraint=models.UniqueConstraint(fields=('claim', 'number'), name='claim_document_number_once'),
        ),
        migrations.AddConstraint(
            model_name='claimdocument',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['invoice', 'fee_list', 'filing', 'record', 'id_card', 'other'])), name='claim_document_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='claimdocument',
            constraint=models.CheckConstraint(condition=models.Q(('content_type__in', ['image/jpeg', 'image/png', 'image/webp', 'application/pdf']), ('size__gte', 1)), name='claim_document_content_known'),
        ),
        migrations.AddConstraint(
            model_name='claimdocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('replaces', None)), models.Q(('replaces__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='claim_document_replaced_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='claimdocument',
            constraint=models.UniqueConstraint(fields=('claim', 'kind', 'sha256'), name='claim_document_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimdocument',
            trigger=pgtrigger.compiler.Trigger(name='claim_document_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5df577026562c195d7e4010d4a3e7b978c77f97b', operation='UPDATE OR DELETE', pgid='pgtrigger_claim_document_append_only_bb95b', table='settlement_claimdocument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimdocument',
            trigger=pgtrigger.compiler.Trigger(name='claim_document_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='70a7b16f940c284481b4ea6e4603749dc2981674', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_claim_document_no_truncate_9b05e', table='settlement_claimdocument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimdocument',
            trigger=pgtrigger.compiler.Trigger(name='document_of_claim_in_hand', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM 1 FROM settlement_claim\n                      WHERE id = NEW.claim_id AND state IN ('draft', 'returned') FOR SHARE;\n                    IF NOT FOUND THEN\n                        RAISE check_violation USING CONSTRAINT = 'document_of_claim_in_hand',\n                            MESSAGE = 'a case that is decided takes no papers';\n                    END IF;\n                    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (\n                        SELECT 1 FROM settlement_claimdocument AS replaced\n                         WHERE replaced.id = NEW.replaces_id AND replaced.claim_id = NEW.claim_id\n                           AND replaced.kind = NEW.kind\n                    ) THEN\n                        RAISE check_violation USING CONSTRAINT = 'document_of_claim_in_hand',\n                            MESSAGE = 'a paper is replaced by one of the same case, kind and person';\n                    END IF;\n                    RETURN NEW;\n                ", hash='4d7b1597519696400df2005aa712f88824041877', operation='INSERT', pgid='pgtrigger_document_of_claim_in_hand_34ab4', table='settlement_claimdocument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimdocument',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_claimdocumentevent" ("added_at", "added_by_id", "claim_id", "content_type", "height", "id", "kind", "name", "number", "pages", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "replaces_id", "sha256", "size", "stored_as", "width") VALUES (NEW."added_at", NEW."added_by_id", NEW."claim_id", NEW."content_type", NEW."height", NEW."id", NEW."kind", NEW."name", NEW."number", NEW."pages", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."replaces_id", NEW."sha256", NEW."size", NEW."stored_as", NEW."width"); RETURN NULL;', hash='2a1c3385f061a543d829117ac073603e18894b13', operation='INSERT', pgid='pgtrigger_insert_insert_719eb', table='settlement_claimdocument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimdocumentevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='051844d950d212aa671d8b775025a864fddb8b4e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_86423', table='settlement_claimdocumentevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimdocumentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b61c3a50b7f1a1d707d7b6bb110a5117122bae1e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bb3c8', table='settlement_claimdocumentevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('fixmedins_code__regex', '^[HP][0-9]{6}[0-9A-Z]{5,23}$')), name='institution_code_shape'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='institution_has_name'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fixmedins_code__startswith', 'H'), ('kind', 'hospital')), models.Q(('fixmedins_code__startswith', 'P'), ('kind', 'pharmacy')), _connector='OR'), name='institution_kind_of_code'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('region', None), ('region', django.db.models.functions.text.Substr(models.F('fixmedins_code'), 2, 6)), _connector='OR'), name='institution_region_of_code'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'active'), models.Q(('status__in', ['suspended', 'ended']), ('status_since__isnull', False)), _connector='OR'), name='institution_status_has_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institution',
            trigger=pgtrigger.compiler.Trigger(name='institution_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0de6cbd5105d42db870b7a3e583e6517a8d1275b', operation='DELETE', pgid='pgtrigger_institution_is_kept_04b35', table='settlement_institution', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institution',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_institutionevent" ("fixmedins_code", "hosp_lv", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "status", "status_since") VALUES (NEW."fixmedins_code", NEW."hosp_lv", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."fixmedins_code", NEW."region_id", NEW."status", NEW."status_since"); RETURN NULL;', hash='329d55c485c4999983e6baa9f2948ceaa028aa23', operation='INSERT', pgid='pgtrigger_insert_insert_a97ed', table='settlement_institution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institution',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_institutionevent" ("fixmedins_code", "hosp_lv", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "status", "status_since") VALUES (NEW."fixmedins_code", NEW."hosp_lv", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."fixmedins_code", NEW."region_id", NEW."status", NEW."status_since"); RETURN NULL;', hash='6640bcfeae1c05d04593b6d162c0f5ba26b0d171', operation='UPDATE', pgid='pgtrigger_update_update_690d2', table='settlement_institution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institution',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_institutionevent" ("fixmedins_code", "hosp_lv", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "status", "status_since") VALUES (OLD."fixmedins_code", OLD."hosp_lv", OLD."kind", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."fixmedins_code", OLD."region_id", OLD."status", OLD."status_since"); RETURN NULL;', hash='c92abd4aa978548f3b3173a30866b9d52c87e830', operation='DELETE', pgid='pgtrigger_delete_delete_5b547', table='settlement_institution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institutionevent',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='f88e84cd53e854dd0a9963fe4135f6ee20fb5515', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_b3ca5', table='settlement_institutionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institutionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='085c073530a3eb012dfc8c3d13e0fb74fa528a6b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_43b3f', table='settlement_institutionevent', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='premiumpayment',
            name='paid_back_by',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.settlement', verbose_name='paid back by'),
        ),
        migrations.AddField(
            model_name='premiumpayment',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='premiums', to='accounts.insuredperson', verbose_name='insured person'),
        ),
        AtOnce([
            migrations.AddIndex(
                model_name='settlement',
                index=models.Index(fields=['region', '-settled_at', '-id'], name='settlement_region_time'),
            ),
            migrations.AddIndex(
                model_name='settlement',
                index=models.Index(condition=models.Q(('reverses__isnull', False)), fields=['region', '-settled_at', '-id'], name='settlement_reversal_time'),
            ),
            migrations.AddIndex(
                model_name='settlement',
                index=models.Index(condition=models.Q(('kind__in', ['claim', 'premium'])), fields=['region', '-settled_at', '-id'], name='settlement_by_hand_time'),
            ),
            migrations.AddIndex(
                model_name='settlement',
                index=models.Index(fields=['person', '-settled_at'], name='settlement_person_time'),
            ),
            migrations.AddIndex(
                model_name='settlement',
                index=models.Index(fields=['institution', 'business_date'], name='settlement_institution_day'),
            ),
            migrations.AddIndex(
                model_name='settlement',
                index=models.Index(fields=['business_date', 'id'], name='settlement_day'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.UniqueConstraint(fields=('setl_id',), name='settlement_once'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.CheckConstraint(condition=models.Q(('setl_id', ''), _negated=True), name='settlement_has_id'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.CheckConstraint(condition=models.Q(('medfee_sumamt', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fulamt_ownpay_amt'), '+', models.F('overlmt_selfpay')), '+', models.F('preselfpay_amt')), '+', models.F('inscp_scp_amt')))), name='settlement_fees_add_up'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.CheckConstraint(condition=models.Q(('medfee_sumamt', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fund_pay_sumamt'), '+', models.F('psn_part_amt')), '+', models.F('hosp_part_amt')))), name='settlement_payers_add_up'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.CheckConstraint(condition=models.Q(('psn_part_amt', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('acct_pay'), '+', models.F('acct_mulaid_pay')), '+', models.F('psn_cash_pay')))), name='settlement_personal_part_adds_up'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.CheckConstraint(condition=models.Q(('medfee_sumamt__lt', 100000000000000)), name='settlement_total_is_a_number'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('medfee_sumamt__gte', 0), ('fulamt_ownpay_amt__gte', 0), ('overlmt_selfpay__gte', 0), ('preselfpay_amt__gte', 0), ('inscp_scp_amt__gte', 0), ('fund_pay_sumamt__gte', 0), ('hosp_part_amt__gte', 0), ('psn_part_amt__gte', 0), ('acct_pay__gte', 0), ('acct_mulaid_pay__gte', 0), ('psn_cash_pay__gte', 0)), ('reverses', None)), models.Q(models.Q(('medfee_sumamt__lte', 0), ('fulamt_ownpay_amt__lte', 0), ('overlmt_selfpay__lte', 0), ('preselfpay_amt__lte', 0), ('inscp_scp_amt__lte', 0), ('fund_pay_sumamt__lte', 0), ('hosp_part_amt__lte', 0), ('psn_part_amt__lte', 0), ('acct_pay__lte', 0), ('acct_mulaid_pay__lte', 0), ('psn_cash_pay__lte', 0)), ('reverses__isnull', False)), _connector='OR'), name='settlement_sign_of_kind'),
            ),
            migrations.AddConstraint(
                model_name='settlement',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('institution', None), ('kind', 'premium'), ('med_type', '')), models.Q(models.Q(('kind', 'claim')), models.Q(('med_type', ''), _negated=True)), models.Q(models.Q(('institution__isnull', False), ('kind', 'networked')), models.Q(('med_type', ''), _negated=True)), _connector='OR'), name='settlement_kind_has_its_place'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlement',
                trigger=pgtrigger.compiler.Trigger(name='settlement_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='86e93e88249b0c17cb3ca595a2551912b2bad331', operation='UPDATE OR DELETE', pgid='pgtrigger_settlement_append_only_7366b', table='settlement_settlement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlement',
                trigger=pgtrigger.compiler.Trigger(name='settlement_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='0adb3d2c1599664c55c71284c51a64ad37c2d385', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_settlement_no_truncate_d919e', table='settlement_settlement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlement',
                trigger=pgtrigger.compiler.Trigger(name='settlement_shares_add_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE own numeric; family numeric;', func="\n                    SELECT COALESCE(sum(prior_years + current_year) FILTER (WHERE position = 0), 0),\n                           COALESCE(sum(prior_years + current_year) FILTER (WHERE position > 0), 0)\n                      INTO own, family FROM settlement_settlementshare WHERE settlement_id = NEW.id;\n                    IF own <> NEW.acct_pay OR family <> NEW.acct_mulaid_pay THEN\n                        RAISE EXCEPTION 'the shares of settlement % are % and %', NEW.setl_id, own, family\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_shares_add_up';\n                    END IF;\n                    RETURN NULL;\n                ", hash='b720942c46159fb29cd0fc0ea6618f93e1a4e9c9', operation='INSERT', pgid='pgtrigger_settlement_shares_add_up_ee89c', table='settlement_settlement', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlement',
                trigger=pgtrigger.compiler.Trigger(name='settlement_pays_premium_back', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."kind" = \'premium\' AND NEW."reverses_id" IS NOT NULL)', func='\n                    UPDATE settlement_premiumpayment SET paid_back_by_id = NEW.id\n                     WHERE settlement_id = NEW.reverses_id;\n                    RETURN NULL;\n                ', hash='e14cddc79fd2334f55587f114a06b6606bb2083d', operation='INSERT', pgid='pgtrigger_settlement_pays_premium_back_8c1f3', table='settlement_settlement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlement',
                trigger=pgtrigger.compiler.Trigger(name='settlement_mirrors_the_original', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."reverses_id" IS NOT NULL)', constraint='CONSTRAINT', func="\n                    IF NOT EXISTS (SELECT FROM settlement_settlement AS original\n                                    WHERE original.id = NEW.reverses_id AND original.reverses_id IS NULL\n                                      AND original.person_id = NEW.person_id AND original.kind = NEW.kind\n                                      AND (original.fulamt_ownpay_amt, original.overlmt_selfpay,\n                                           original.preselfpay_amt, original.inscp_scp_amt,\n                                           original.fund_pay_sumamt, original.hosp_part_amt, original.psn_part_amt)\n                                        = (-NEW.fulamt_ownpay_amt, -NEW.overlmt_selfpay,\n                                           -NEW.preselfpay_amt, -NEW.inscp_scp_amt,\n                                           -NEW.fund_pay_sumamt, -NEW.hosp_part_amt, -NEW.psn_part_amt))\n                       OR EXISTS (SELECT FROM (SELECT * FROM settlement_settlementshare\n                                                WHERE settlement_id = NEW.reverses_id) AS taken\n                                    FULL JOIN (SELECT * FROM settlement_settlementshare\n                                                WHERE settlement_id = NEW.id) AS given USING (position)\n                                   WHERE taken.prior_years IS DISTINCT FROM -given.prior_years\n                                      OR taken.current_year IS DISTINCT FROM -given.current_year) THEN\n                        RAISE EXCEPTION 'settlement % is not the mirror of what it reverses', NEW.setl_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_mirrors_the_original';\n                    END IF;\n                    RETURN NULL;\n                ", hash='1fb85df21c58ae286b68036e8c05f747bea525cd', operation='INSERT', pgid='pgtrigger_settlement_mirrors_the_original_d3560', table='settlement_settlement', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claimevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='ad95493198b44044bbc0068cfeb40001c9065e72', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_b52f7', table='settlement_claimevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claimevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0ad80fc1b471fdd163e09aa7c2de18700eb38b22', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a342e', table='settlement_claimevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='claim',
                index=models.Index(models.F('region'), models.F('state'), django.db.models.functions.comparison.Coalesce('decided_at', 'submitted_at', 'handled_at'), name='claim_region_state_since'),
            ),
            migrations.AddIndex(
                model_name='claim',
                index=models.Index(models.F('handled_by'), django.db.models.functions.comparison.Coalesce('decided_at', 'submitted_at', 'handled_at'), name='claim_handled_by_since'),
            ),
            migrations.AddIndex(
                model_name='claim',
                index=models.Index(fields=['invoice_number'], name='claim_invoice'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('handled_by', models.F('reviewed_by')), _negated=True), name='claim_two_people'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('reviewed_by', None), ('state__in', ['draft', 'submitted'])), models.Q(('decided_at__isnull', False), ('reviewed_by', None), ('state', 'withdrawn')), models.Q(('decided_at__isnull', False), ('reviewed_by__isnull', False), ('state__in', ['returned', 'approved', 'rejected'])), _connector='OR'), name='claim_decided_by_someone'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(('submitted_at__isnull', False), ('submitted_preview__isnull', False)), _connector='OR'), name='claim_submitted_has_time'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['returned', 'rejected', 'withdrawn']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='claim_refusal_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('settlement__isnull', False), ('state', 'approved')), models.Q(models.Q(('state', 'approved'), _negated=True), ('settlement', None)), _connector='OR'), name='claim_approved_is_settled'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('medfee_sumamt', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fulamt_ownpay_amt'), '+', models.F('overlmt_selfpay')), '+', models.F('preselfpay_amt')), '+', models.F('inscp_scp_amt')))), name='claim_fees_add_up'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('medfee_sumamt', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fund_pay_sumamt'), '+', models.F('psn_part_amt')), '+', models.F('hosp_part_amt')))), name='claim_payers_add_up'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('medfee_sumamt__gt', 0), ('medfee_sumamt__gte', 0), ('medfee_sumamt__lt', 100000000000000), ('fulamt_ownpay_amt__gte', 0), ('fulamt_ownpay_amt__lt', 100000000000000), ('overlmt_selfpay__gte', 0), ('overlmt_selfpay__lt', 100000000000000), ('preselfpay_amt__gte', 0), ('preselfpay_amt__lt', 100000000000000), ('inscp_scp_amt__gte', 0), ('inscp_scp_amt__lt', 100000000000000), ('fund_pay_sumamt__gte', 0), ('fund_pay_sumamt__lt', 100000000000000), ('hosp_part_amt__gte', 0), ('hosp_part_amt__lt', 100000000000000), ('psn_part_amt__gte', 0), ('psn_part_amt__lt', 100000000000000)), name='claim_amounts_not_negative'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('starts_on__lte', models.F('ends_on')), ('settled_on__gte', models.F('starts_on'))), name='claim_days_in_order'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('institution__isnull', False), ('institution_code', ''), ('institution_name', '')), models.Q(('institution', None), models.Q(('institution_name', ''), _negated=True)), _connector='OR'), name='claim_institution_named'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause__in', ('referral', 'resettlement')), ('filed_on__isnull', False), models.Q(('filing_number', ''), _negated=True)), ('cause', 'card_away'), models.Q(('cause', 'other'), models.Q(('cause_note', ''), _negated=True)), _connector='OR'), name='claim_cause_is_proved'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('invoice_number', ''), _negated=True), name='claim_has_invoice'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'returned', 'submitted'))), fields=('person', 'invoice_number'), name='claim_open_once_for_an_invoice'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_begins_as_draft', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."state" = \'draft\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='57709602d34e6c755bacb66af7dc324f946c6ef5', operation='INSERT', pgid='pgtrigger_claim_begins_as_draft_32d78', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:submitted,returned:submitted,submitted:approved,submitted:returned,submitted:rejected,draft:withdrawn,returned:withdrawn,submitted:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f7380826a7d9a4aa592720d84b655fcf42077212', operation='UPDATE', pgid='pgtrigger_claim_goes_its_way_e1a0f', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_decided_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'approved\', \'rejected\', \'withdrawn\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='76c4db5bb4c39910744c5db7a91d8724f7783449', operation='UPDATE', pgid='pgtrigger_claim_decided_is_final_962a7', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='6949d37b4d3a2cbba43eb997288a47e1bac9c7f5', operation='DELETE', pgid='pgtrigger_claim_is_kept_1fcbc', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_stays_with_its_clerk', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."handled_by_id" IS DISTINCT FROM (NEW."handled_by_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='661a7c653f7e7ca51dad239dde4ed7b1ce050d59', operation='UPDATE', pgid='pgtrigger_claim_stays_with_its_clerk_546d2', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_stays_as_submitted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acct_used" IS DISTINCT FROM (NEW."acct_used") OR OLD."agent_name" IS DISTINCT FROM (NEW."agent_name") OR OLD."agent_relation" IS DISTINCT FROM (NEW."agent_relation") OR OLD."cause" IS DISTINCT FROM (NEW."cause") OR OLD."cause_note" IS DISTINCT FROM (NEW."cause_note") OR OLD."dise_codg" IS DISTINCT FROM (NEW."dise_codg") OR OLD."dise_name" IS DISTINCT FROM (NEW."dise_name") OR OLD."dr_name" IS DISTINCT FROM (NEW."dr_name") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."filed_on" IS DISTINCT FROM (NEW."filed_on") OR OLD."filing_number" IS DISTINCT FROM (NEW."filing_number") OR OLD."fulamt_ownpay_amt" IS DISTINCT FROM (NEW."fulamt_ownpay_amt") OR OLD."fund_pay_sumamt" IS DISTINCT FROM (NEW."fund_pay_sumamt") OR OLD."hosp_part_amt" IS DISTINCT FROM (NEW."hosp_part_amt") OR OLD."inscp_scp_amt" IS DISTINCT FROM (NEW."inscp_scp_amt") OR OLD."institution_id" IS DISTINCT FROM (NEW."institution_id") OR OLD."institution_code" IS DISTINCT FROM (NEW."institution_code") OR OLD."institution_name" IS DISTINCT FROM (NEW."institution_name") OR OLD."invoice_number" IS DISTINCT FROM (NEW."invoice_number") OR OLD."mdtrt_id" IS DISTINCT FROM (NEW."mdtrt_id") OR OLD."med_type" IS DISTINCT FROM (NEW."med_type") OR OLD."medfee_sumamt" IS DISTINCT FROM (NEW."medfee_sumamt") OR OLD."overlmt_selfpay" IS DISTINCT FROM (NEW."overlmt_selfpay") OR OLD."preselfpay_amt" IS DISTINCT FROM (NEW."preselfpay_amt") OR OLD."psn_part_amt" IS DISTINCT FROM (NEW."psn_part_amt") OR OLD."settled_on" IS DISTINCT FROM (NEW."settled_on") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on"))', func="\n                    IF OLD.state = 'submitted' THEN\n                        RAISE EXCEPTION 'claim % is with the reviewer', NEW.number\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_stays_as_submitted';\n                    END IF;\n                    RETURN NEW;\n                ", hash='7ea6bc64e4e9522ef0d552933747dbeb027782d9', operation='UPDATE', pgid='pgtrigger_claim_stays_as_submitted_283c7', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_invoice_paid_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'approved\')', func="\n                    IF EXISTS (SELECT FROM settlement_claim AS other\n                                WHERE other.id <> NEW.id AND other.person_id = NEW.person_id\n                                  AND other.invoice_number = NEW.invoice_number AND other.state = 'approved'\n                                  AND NOT EXISTS (SELECT FROM settlement_settlement AS reversal\n                                                   WHERE reversal.reverses_id = other.settlement_id)) THEN\n                        RAISE EXCEPTION 'the invoice of claim % is paid already', NEW.number\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_invoice_paid_once';\n                    END IF;\n                    RETURN NEW;\n                ", hash='49606e78da286a95291fc19c5bfb3ef0f96492ef', operation='UPDATE', pgid='pgtrigger_claim_invoice_paid_once_9dbcb', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='claim_is_its_settlement', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."settlement_id" IS NOT NULL)', func="\n                    IF NOT EXISTS (SELECT FROM settlement_settlement AS settled\n                                     JOIN accounts_insuredperson AS person ON person.id = NEW.person_id\n                                    WHERE settled.id = NEW.settlement_id AND settled.setl_id = NEW.number\n                                      AND settled.kind = 'claim' AND settled.reverses_id IS NULL\n                                      AND settled.psn_no = person.psn_no\n                                      AND settled.recorded_by_id = NEW.reviewed_by_id\n                                      AND settled.medfee_sumamt = NEW.medfee_sumamt\n                                      AND settled.psn_part_amt = NEW.psn_part_amt) THEN\n                        RAISE EXCEPTION 'settlement % is not that of claim %', NEW.settlement_id, NEW.number\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_is_its_settlement';\n                    END IF;\n                    RETURN NEW;\n                ", hash='3635c1134d5fcccfb837acecf7b333bde059faca', operation='UPDATE', pgid='pgtrigger_claim_is_its_settlement_1d525', table='settlement_claim', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_claimevent" ("acct_used", "agent_name", "agent_relation", "cause", "cause_note", "decided_at", "dise_codg", "dise_name", "dr_name", "ends_on", "filed_on", "filing_number", "fulamt_ownpay_amt", "fund_pay_sumamt", "handled_at", "handled_by_id", "hosp_part_amt", "id", "inscp_scp_amt", "institution_code", "institution_id", "institution_name", "invoice_number", "mdtrt_id", "med_type", "medfee_sumamt", "number", "overlmt_selfpay", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preselfpay_amt", "psn_part_amt", "reason", "region_id", "reviewed_by_id", "settled_on", "settlement_id", "starts_on", "state", "submission_key", "submitted_at", "submitted_preview", "version") VALUES (NEW."acct_used", NEW."agent_name", NEW."agent_relation", NEW."cause", NEW."cause_note", NEW."decided_at", NEW."dise_codg", NEW."dise_name", NEW."dr_name", NEW."ends_on", NEW."filed_on", NEW."filing_number", NEW."fulamt_ownpay_amt", NEW."fund_pay_sumamt", NEW."handled_at", NEW."handled_by_id", NEW."hosp_part_amt", NEW."id", NEW."inscp_scp_amt", NEW."institution_code", NEW."institution_id", NEW."institution_name", NEW."invoice_number", NEW."mdtrt_id", NEW."med_type", NEW."medfee_sumamt", NEW."number", NEW."overlmt_selfpay", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."preselfpay_amt", NEW."psn_part_amt", NEW."reason", NEW."region_id", NEW."reviewed_by_id", NEW."settled_on", NEW."settlement_id", NEW."starts_on", NEW."state", NEW."submission_key", NEW."submitted_at", NEW."submitted_preview", NEW."version"); RETURN NULL;', hash='1e0df6e91635e4df43b0dd841cd5ff91a3dd2999', operation='INSERT', pgid='pgtrigger_insert_insert_3309f', table='settlement_claim', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_claimevent" ("acct_used", "agent_name", "agent_relation", "cause", "cause_note", "decided_at", "dise_codg", "dise_name", "dr_name", "ends_on", "filed_on", "filing_number", "fulamt_ownpay_amt", "fund_pay_sumamt", "handled_at", "handled_by_id", "hosp_part_amt", "id", "inscp_scp_amt", "institution_code", "institution_id", "institution_name", "invoice_number", "mdtrt_id", "med_type", "medfee_sumamt", "number", "overlmt_selfpay", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preselfpay_amt", "psn_part_amt", "reason", "region_id", "reviewed_by_id", "settled_on", "settlement_id", "starts_on", "state", "submission_key", "submitted_at", "submitted_preview", "version") VALUES (NEW."acct_used", NEW."agent_name", NEW."agent_relation", NEW."cause", NEW."cause_note", NEW."decided_at", NEW."dise_codg", NEW."dise_name", NEW."dr_name", NEW."ends_on", NEW."filed_on", NEW."filing_number", NEW."fulamt_ownpay_amt", NEW."fund_pay_sumamt", NEW."handled_at", NEW."handled_by_id", NEW."hosp_part_amt", NEW."id", NEW."inscp_scp_amt", NEW."institution_code", NEW."institution_id", NEW."institution_name", NEW."invoice_number", NEW."mdtrt_id", NEW."med_type", NEW."medfee_sumamt", NEW."number", NEW."overlmt_selfpay", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."preselfpay_amt", NEW."psn_part_amt", NEW."reason", NEW."region_id", NEW."reviewed_by_id", NEW."settled_on", NEW."settlement_id", NEW."starts_on", NEW."state", NEW."submission_key", NEW."submitted_at", NEW."submitted_preview", NEW."version"); RETURN NULL;', hash='c89509199f07a9e3215531ccfc57d4b7aa0d6a4e', operation='UPDATE', pgid='pgtrigger_update_update_53efc', table='settlement_claim', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='claim',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_claimevent" ("acct_used", "agent_name", "agent_relation", "cause", "cause_note", "decided_at", "dise_codg", "dise_name", "dr_name", "ends_on", "filed_on", "filing_number", "fulamt_ownpay_amt", "fund_pay_sumamt", "handled_at", "handled_by_id", "hosp_part_amt", "id", "inscp_scp_amt", "institution_code", "institution_id", "institution_name", "invoice_number", "mdtrt_id", "med_type", "medfee_sumamt", "number", "overlmt_selfpay", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preselfpay_amt", "psn_part_amt", "reason", "region_id", "reviewed_by_id", "settled_on", "settlement_id", "starts_on", "state", "submission_key", "submitted_at", "submitted_preview", "version") VALUES (OLD."acct_used", OLD."agent_name", OLD."agent_relation", OLD."cause", OLD."cause_note", OLD."decided_at", OLD."dise_codg", OLD."dise_name", OLD."dr_name", OLD."ends_on", OLD."filed_on", OLD."filing_number", OLD."fulamt_ownpay_amt", OLD."fund_pay_sumamt", OLD."handled_at", OLD."handled_by_id", OLD."hosp_part_amt", OLD."id", OLD."inscp_scp_amt", OLD."institution_code", OLD."institution_id", OLD."institution_name", OLD."invoice_number", OLD."mdtrt_id", OLD."med_type", OLD."medfee_sumamt", OLD."number", OLD."overlmt_selfpay", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."preselfpay_amt", OLD."psn_part_amt", OLD."reason", OLD."region_id", OLD."reviewed_by_id", OLD."settled_on", OLD."settlement_id", OLD."starts_on", OLD."state", OLD."submission_key", OLD."submitted_at", OLD."submitted_preview", OLD."version"); RETURN NULL;', hash='df037e28b2d7f380a66478aafcdc3b2095a59721', operation='DELETE', pgid='pgtrigger_delete_delete_388e1', table='settlement_claim', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='reconciliation',
                constraint=models.UniqueConstraint(fields=('region', 'business_date', 'kind'), name='reconciliation_once'),
            ),
            migrations.AddConstraint(
                model_name='reconciliation',
                constraint=models.CheckConstraint(condition=models.Q(('balanced__lte', models.F('compared'))), name='reconciliation_balanced_are_compared'),
            ),
            migrations.AddIndex(
                model_name='reversalcase',
                index=models.Index(models.F('state'), django.db.models.functions.comparison.Coalesce('decided_at', 'handled_at'), name='reversal_state_since'),
            ),
            migrations.AddIndex(
                model_name='reversalcase',
                index=models.Index(models.F('handled_by'), django.db.models.functions.comparison.Coalesce('decided_at', 'handled_at'), name='reversal_handled_by_since'),
            ),
            migrations.AddConstraint(
                model_name='reversalcase',
                constraint=models.CheckConstraint(condition=models.Q(('handled_by', models.F('reviewed_by')), _negated=True), name='reversal_two_people'),
            ),
            migrations.AddConstraint(
                model_name='reversalcase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('reviewed_by', None), ('state', 'submitted')), models.Q(('decided_at__isnull', False), ('reviewed_by', None), ('state', 'withdrawn')), models.Q(('decided_at__isnull', False), ('reviewed_by__isnull', False), ('state__in', ['approved', 'rejected'])), _connector='OR'), name='reversal_decided_by_someone'),
            ),
            migrations.AddConstraint(
                model_name='reversalcase',
                constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='reversal_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='reversalcase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['rejected', 'withdrawn']), _negated=True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='reversal_refusal_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='reversalcase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('reversal__isnull', False), ('state', 'approved')), models.Q(models.Q(('state', 'approved'), _negated=True), ('reversal', None)), _connector='OR'), name='reversal_approved_is_booked'),
            ),
            migrations.AddConstraint(
                model_name='reversalcase',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'submitted')), fields=('settlement',), name='reversal_one_open_of_a_settlement'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='reversal_begins_as_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."state" = \'submitted\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='dac7cc35c4d6a357c5990233cf6cade09539cd75', operation='INSERT', pgid='pgtrigger_reversal_begins_as_asked_04324', table='settlement_reversalcase', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='reversal_decided_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'submitted\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='3907fb3ce32dc6a7203e790800705c2a22868769', operation='UPDATE', pgid='pgtrigger_reversal_decided_is_final_2580c', table='settlement_reversalcase', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='reversal_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='85f272cba305f3bde38c01776028ed9bb1ee1153', operation='DELETE', pgid='pgtrigger_reversal_is_kept_28e8b', table='settlement_reversalcase', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='reversal_stays_as_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."handled_by_id" IS DISTINCT FROM (NEW."handled_by_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."settlement_id" IS DISTINCT FROM (NEW."settlement_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='bf699f5b1205b5b80c4fe780e1d790cce9379616', operation='UPDATE', pgid='pgtrigger_reversal_stays_as_asked_867ae', table='settlement_reversalcase', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='reversal_is_of_its_original', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."reversal_id" IS NOT NULL)', func="\n                    IF NOT EXISTS (SELECT FROM settlement_settlement AS booked\n                                    WHERE booked.id = NEW.reversal_id AND booked.reverses_id = NEW.settlement_id\n                                      AND booked.setl_id = NEW.number\n                                      AND booked.recorded_by_id = NEW.reviewed_by_id) THEN\n                        RAISE EXCEPTION 'settlement % is not the reversal of case %', NEW.reversal_id, NEW.number\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'reversal_is_of_its_original';\n                    END IF;\n                    RETURN NEW;\n                ", hash='e019e2f3d4cda7967d27245c048e700cce81aaac', operation='UPDATE', pgid='pgtrigger_reversal_is_of_its_original_c1fdc', table='settlement_reversalcase', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_reversalcaseevent" ("decided_at", "decision", "handled_at", "handled_by_id", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reversal_id", "reviewed_by_id", "settlement_id", "state") VALUES (NEW."decided_at", NEW."decision", NEW."handled_at", NEW."handled_by_id", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."reversal_id", NEW."reviewed_by_id", NEW."settlement_id", NEW."state"); RETURN NULL;', hash='b68d72fcfd4a3d686a27f3cff5348640a856a7f3', operation='INSERT', pgid='pgtrigger_insert_insert_e6e67', table='settlement_reversalcase', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_reversalcaseevent" ("decided_at", "decision", "handled_at", "handled_by_id", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reversal_id", "reviewed_by_id", "settlement_id", "state") VALUES (NEW."decided_at", NEW."decision", NEW."handled_at", NEW."handled_by_id", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."reversal_id", NEW."reviewed_by_id", NEW."settlement_id", NEW."state"); RETURN NULL;', hash='cba1345debe605e4318485976f24f42abf1533b9', operation='UPDATE', pgid='pgtrigger_update_update_56d9b', table='settlement_reversalcase', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcase',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_reversalcaseevent" ("decided_at", "decision", "handled_at", "handled_by_id", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reversal_id", "reviewed_by_id", "settlement_id", "state") VALUES (OLD."decided_at", OLD."decision", OLD."handled_at", OLD."handled_by_id", OLD."id", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."reversal_id", OLD."reviewed_by_id", OLD."settlement_id", OLD."state"); RETURN NULL;', hash='562cca37caec55bf6996d174f34fad3217131a54', operation='DELETE', pgid='pgtrigger_delete_delete_9b7b1', table='settlement_reversalcase', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcaseevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='c5ce67b3c84aff57a89b89891d4980f9727b6ca0', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_75687', table='settlement_reversalcaseevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reversalcaseevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fdb73e50c583c147f8d9368713820297eb118759', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_afb43', table='settlement_reversalcaseevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='settlementshare',
                index=models.Index(condition=models.Q(('position__gt', 0)), fields=['account', 'year'], include=('prior_years', 'current_year'), name='share_drawn'),
            ),
            migrations.AddConstraint(
                model_name='settlementshare',
                constraint=models.UniqueConstraint(fields=('settlement', 'position'), name='share_place_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlementshare',
                trigger=pgtrigger.compiler.Trigger(name='share_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='74893a51293dc39805e79f2d17a75a2abc038461', operation='UPDATE OR DELETE', pgid='pgtrigger_share_append_only_8e60e', table='settlement_settlementshare', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlementshare',
                trigger=pgtrigger.compiler.Trigger(name='share_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='7c8e55721b8e9bcdb78d3c19893a34b545557156', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_share_no_truncate_1b62b', table='settlement_settlementshare', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlementshare',
                trigger=pgtrigger.compiler.Trigger(name='share_is_its_entry', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (SELECT FROM accounts_accountentry AS entry\n                                    WHERE entry.id = NEW.entry_id AND entry.account_id = NEW.account_id\n                                      AND entry.prior_change = -NEW.prior_years\n                                      AND entry.current_change = -NEW.current_year) THEN\n                        RAISE EXCEPTION 'share % of settlement % is not what its entry took',\n                            NEW.position, NEW.settlement_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'share_is_its_entry';\n                    END IF;\n                    RETURN NULL;\n                ", hash='397cc9dd428775f4ed8e039b2bb7ad28519a518c', operation='INSERT', pgid='pgtrigger_share_is_its_entry_19c7e', table='settlement_settlementshare', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='settlementshare',
                trigger=pgtrigger.compiler.Trigger(name='share_adds_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF (SELECT abs(acct_pay + acct_mulaid_pay) FROM settlement_settlement\n                         WHERE id = NEW.settlement_id)\n                       <> (SELECT sum(abs(prior_years) + abs(current_year)) FROM settlement_settlementshare\n                            WHERE settlement_id = NEW.settlement_id) THEN\n                        RAISE EXCEPTION 'the shares of settlement % do not add up', NEW.settlement_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_shares_add_up';\n                    END IF;\n                    RETURN NULL;\n                ", hash='0168aef3a2689786cd8bdcf99697e414867c40c9', operation='INSERT', pgid='pgtrigger_share_adds_up_08127', table='settlement_settlementshare', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
            ),
            migrations.AddIndex(
                model_name='statement',
                index=models.Index(fields=['business_date', 'institution'], name='statement_day'),
            ),
            migrations.AddConstraint(
                model_name='statement',
                constraint=models.UniqueConstraint(condition=models.Q(('counts', True)), fields=('institution', 'business_date'), name='statement_once_a_day'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statement',
                trigger=pgtrigger.compiler.Trigger(name='statement_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."business_date" IS DISTINCT FROM (NEW."business_date") OR OLD."institution_id" IS DISTINCT FROM (NEW."institution_id") OR OLD."lines_count" IS DISTINCT FROM (NEW."lines_count") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256"))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "institution_id", "business_date", "sha256", "lines_count" rows from % table\', TG_TABLE_NAME;', hash='8b77d8f44f94e5366a4470d5599def8f567d7f87', operation='UPDATE OF "institution_id", "business_date", "sha256", "lines_count"', pgid='pgtrigger_statement_stays_itself_6ddf2', table='settlement_statement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statement',
                trigger=pgtrigger.compiler.Trigger(name='statement_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='6ebf8a7d81e105efe73b180be689ddfccf187873', operation='DELETE', pgid='pgtrigger_statement_is_kept_e7825', table='settlement_statement', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statement',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_statementevent" ("business_date", "counts", "id", "institution_id", "lines_count", "loaded_at", "loaded_by_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256") VALUES (NEW."business_date", NEW."counts", NEW."id", NEW."institution_id", NEW."lines_count", NEW."loaded_at", NEW."loaded_by_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."sha256"); RETURN NULL;', hash='7ff1d02066550f5250d3d0ccd59861b8df170655', operation='INSERT', pgid='pgtrigger_insert_insert_6c1ea', table='settlement_statement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statement',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_statementevent" ("business_date", "counts", "id", "institution_id", "lines_count", "loaded_at", "loaded_by_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256") VALUES (NEW."business_date", NEW."counts", NEW."id", NEW."institution_id", NEW."lines_count", NEW."loaded_at", NEW."loaded_by_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."sha256"); RETURN NULL;', hash='98b866b19aecd63742bb4876bdd3d37335f569d8', operation='UPDATE', pgid='pgtrigger_update_update_7f2e8', table='settlement_statement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statement',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_statementevent" ("business_date", "counts", "id", "institution_id", "lines_count", "loaded_at", "loaded_by_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256") VALUES (OLD."business_date", OLD."counts", OLD."id", OLD."institution_id", OLD."lines_count", OLD."loaded_at", OLD."loaded_by_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."sha256"); RETURN NULL;', hash='5709306416e0f7641312b771edf6241c4ed39abf', operation='DELETE', pgid='pgtrigger_delete_delete_41d81', table='settlement_statement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statementevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='53431938638e598c5e3bb667a73e5ed525deb8b1', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_0de4e', table='settlement_statementevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statementevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9ac0ed7bb984823d41acef7f19b109bd1b21efcf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_74e07', table='settlement_statementevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='statementline',
                index=models.Index(fields=['setl_id'], name='line_settlement'),
            ),
            migrations.AddConstraint(
                model_name='statementline',
                constraint=models.UniqueConstraint(fields=('statement', 'setl_id'), name='line_once_in_statement'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statementline',
                trigger=pgtrigger.compiler.Trigger(name='line_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fc09a42bb0ba4fdcf2d607a3f8166b385b2552cc', operation='UPDATE OR DELETE', pgid='pgtrigger_line_append_only_97132', table='settlement_statementline', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='statementline',
                trigger=pgtrigger.compiler.Trigger(name='line_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='9099160bf622775e1379ed859d917c38e0fbe9e3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_line_no_truncate_9fa61', table='settlement_statementline', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='discrepancyevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='23916d109f34b2d4aee657a4e9c554fa5e74ae36', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_1183d', table='settlement_discrepancyevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='discrepancyevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ac33ebc2b186f735ab172e5ba25526805753445d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4921f', table='settlement_discrepancyevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='discrepancy',
                constraint=models.UniqueConstraint(fields=('institution', 'business_date', 'setl_id', 'field'), name='discrepancy_once'),
            ),
            migrations.AddConstraint(
                model_name='discrepancy',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', '1'), ('line', None), ('settlement__isnull', False)), models.Q(('code', '2'), ('line__isnull', False), ('settlement', None)), models.Q(('code', '3'), ('line__isnull', False), ('settlement__isnull', False)), _connector='OR'), name='discrepancy_sides'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='discrepancy',
                trigger=pgtrigger.compiler.Trigger(name='discrepancy_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='641e3b920f1c3624607a3b08a9ac8b633722ee2f', operation='DELETE', pgid='pgtrigger_discrepancy_is_kept_60320', table='settlement_discrepancy', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='discrepancy',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_discrepancyevent" ("business_date", "centre", "closed_at", "code", "field", "found_at", "id", "institution_id", "institution_value", "line_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setl_id", "settlement_id") VALUES (NEW."business_date", NEW."centre", NEW."closed_at", NEW."code", NEW."field", NEW."found_at", NEW."id", NEW."institution_id", NEW."institution_value", NEW."line_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."setl_id", NEW."settlement_id"); RETURN NULL;', hash='4be69f81e8d7fb717d4a462524b1ac8cb9037439', operation='INSERT', pgid='pgtrigger_insert_insert_d8720', table='settlement_discrepancy', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='discrepancy',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "settlement_discrepancyevent" ("business_date", "centre", "closed_at", "code", "field", "found_at", "id", "institution_id", "institution_value", "line_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setl_id", "settlement_id") VALUES (NEW."business_date", NEW."centre", NEW."closed_at", NEW."code", NEW."field", NEW."found_at", NEW."id", NEW."institution_id", NEW."institution_value", NEW."line_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."setl_id", NEW."settlement_id"); RETURN NULL;', hash='21fd83b27a65eea39c1892c56646319e1dd64673', operation='UPDATE', pgid='pgtrigger_update_update_ee0b3', table='settlement_discrepancy', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='discrepancy',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "settlement_discrepancyevent" ("business_date", "centre", "closed_at", "code", "field", "found_at", "id", "institution_id", "institution_value", "line_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setl_id", "settlement_id") VALUES (OLD."business_date", OLD."centre", OLD."closed_at", OLD."code", OLD."field", OLD."found_at", OLD."id", OLD."institution_id", OLD."institution_value", OLD."line_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."setl_id", OLD."settlement_id"); RETURN NULL;', hash='17eedf0d6a0b0af57d1d5171130c6a5596f63de7', operation='DELETE', pgid='pgtrigger_delete_delete_9432c', table='settlement_discrepancy', when='AFTER')),
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
            migrations.AddConstraint(
                model_name='premiumpayment',
                constraint=models.UniqueConstraint(condition=models.Q(('paid_back_by', None)), fields=('person', 'year'), name='premium_once_a_year'),
            ),
            migrations.AddConstraint(
                model_name='premiumpayment',
                constraint=models.CheckConstraint(condition=models.Q(('year__gte', 2000), ('year__lte', 2100)), name='premium_year_possible'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='premiumpayment',
                trigger=pgtrigger.compiler.Trigger(name='premium_of_its_settlement', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (SELECT FROM settlement_settlement\n                                    WHERE id = NEW.settlement_id AND kind = 'premium' AND reverses_id IS NULL\n                                      AND person_id = NEW.person_id)\n                       OR (NEW.paid_back_by_id IS NOT NULL\n                           AND NOT EXISTS (SELECT FROM settlement_settlement\n                                            WHERE id = NEW.paid_back_by_id AND reverses_id = NEW.settlement_id)) THEN\n                        RAISE EXCEPTION 'settlement % is no premium of this person', NEW.settlement_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'premium_of_its_settlement';\n                    END IF;\n                    RETURN NEW;\n                ", hash='ae6273164c2bd44405ab8f46d16305eb5c12b8d9', operation='INSERT OR UPDATE', pgid='pgtrigger_premium_of_its_settlement_ea17c', table='settlement_premiumpayment', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='premiumpayment',
                trigger=pgtrigger.compiler.Trigger(name='premium_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."settlement_id" IS DISTINCT FROM (NEW."settlement_id") OR OLD."year" IS DISTINCT FROM (NEW."year"))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "settlement_id", "person_id", "year" rows from % table\', TG_TABLE_NAME;', hash='6c64c5e69b7a7ecd96a04fce95f124c8ac47c913', operation='UPDATE OF "settlement_id", "person_id", "year"', pgid='pgtrigger_premium_stays_itself_4291c', table='settlement_premiumpayment', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='premiumpayment',
                trigger=pgtrigger.compiler.Trigger(name='premium_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='303ef9910f360c99e52fd5c950cbf0458857dff9', operation='DELETE', pgid='pgtrigger_premium_is_kept_e4f79', table='settlement_premiumpayment', when='BEFORE')),
            ),
        ]),
    ]
