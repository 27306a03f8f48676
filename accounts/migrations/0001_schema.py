"""Tables, history and laws of the ground floor, as they stand.

It stands for every migration there was before the first release, so that a new database is made in seconds; one that
has those has this.
"""

import accounts.models.dated
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from accounts.schema_at_once import AtOnce


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('accounts', '0001_foundations'),
        ('accounts', '0003_merged_records'),
        ('accounts', '0004_first_generation_numbers'),
        ('accounts', '0005_suspensions_and_moves'),
        ('accounts', '0006_suspensions_of_today'),
        ('accounts', '0007_when_jobs_begin'),
        ('accounts', '0008_exports_and_confirmed_imports'),
        ('accounts', '0009_conflicts_of_business_numbers'),
        ('accounts', '0010_fewer_indexes_of_entries'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS btree_gist', migrations.RunSQL.noop),  # exclusion constraints
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=40, verbose_name='code table')),
                ('code', models.CharField(max_length=10, verbose_name='code')),
                ('name_zh', models.CharField(max_length=100, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=100, verbose_name='English name')),
                ('version', models.CharField(max_length=20, verbose_name='version')),
            ],
            options={
                'verbose_name': 'code',
                'verbose_name_plural': 'code tables',
                'ordering': ['table', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(max_length=60, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='user name')),
                ('full_name', models.CharField(max_length=60, verbose_name='name')),
                ('office', models.CharField(blank=True, help_text='printed on forms and receipts', max_length=100, verbose_name='office')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'staff member',
                'verbose_name_plural': 'staff',
                'ordering': ['username'],
            },
        ),
        migrations.CreateModel(
            name='AccountAdjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prior_change', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='change of prior years')),
                ('current_change', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='change of current year')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('state', models.CharField(choices=[('submitted', 'waiting for review'), ('posted', 'posted'), ('rejected', 'rejected')], default='submitted', max_length=10, verbose_name='state')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='handled at')),
                ('reviewed_at', models.DateTimeField(null=True, verbose_name='reviewed at')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='reason of the decision')),
                ('request_key', models.UUIDField(editable=False, unique=True)),
                ('handled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'account adjustment',
                'verbose_name_plural': 'account adjustments',
                'ordering': ['-handled_at'],
                'permissions': [('review_accountadjustment', 'May review account adjustments')],
            },
        ),
        migrations.CreateModel(
            name='InsuredPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('psn_no', models.CharField(help_text='psn_no', max_length=30, unique=True, verbose_name='person number')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_key', models.CharField(editable=False, max_length=200)),
                ('cert_type', models.CharField(default='01', help_text='psn_cert_type', max_length=2, verbose_name='certificate')),
                ('certno_sealed', models.BinaryField()),
                ('certno_digest', models.BinaryField(max_length=32)),
                ('certno15_digest', models.BinaryField(max_length=32, null=True)),
                ('gender', models.CharField(choices=[('1', 'male'), ('2', 'female')], max_length=1, verbose_name='gender')),
                ('born_on', models.DateField(verbose_name='born on')),
                ('mobile_sealed', models.BinaryField(default=bytes)),
                ('contact_confirmed_on', models.DateField(verbose_name='contact data confirmed on')),
                ('insutype', models.CharField(max_length=6, verbose_name='insurance type')),
                ('psn_type', models.CharField(blank=True, max_length=6, verbose_name='person type')),
                ('status', models.CharField(choices=[('0', 'not insured'), ('1', 'normal'), ('2', 'suspended'), ('3', 'void'), ('4', 'ended')], max_length=1, verbose_name='insurance status')),
                ('status_since', models.DateField(verbose_name='status since')),
                ('status_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the status')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('merged_into', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_records', to='accounts.insuredperson', verbose_name='merged into')),
            ],
            options={
                'verbose_name': 'insured person',
                'verbose_name_plural': 'insured persons',
                'ordering': ['name_key', 'id'],
                'permissions': [('reveal_insuredperson', 'May reveal a full ID number or phone, with a reason'), ('import_insuredperson', 'May import persons'), ('export_insuredperson', 'May export lists of persons, numbers masked')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('running', 'running'), ('done', 'done'), ('refused', 'refused'), ('failed', 'failed')], default='queued', max_length=10, verbose_name='state')),
                ('business_date', models.DateField(help_text='of work that is done once a day', null=True, verbose_name='business date')),
                ('params', models.JSONField(default=dict, help_text='ids and dates only')),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('result', models.JSONField(null=True)),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='reason of the failure')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('fence', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for at')),
                ('started_at', models.DateTimeField(null=True, verbose_name='begun at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('confirms', models.OneToOneField(help_text='the check of the file that this job imports', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmed_by', to='accounts.job', verbose_name='confirms')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='JobFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('content_sealed', models.BinaryField()),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='file', to='accounts.job')),
            ],
            options={
                'verbose_name': 'job file',
                'verbose_name_plural': 'job files',
            },
        ),
        migrations.CreateModel(
            name='PersonalAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prior_years', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='prior years')),
                ('current_year', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='current year')),
                ('entry_count', models.PositiveIntegerField(default=0, verbose_name='entries')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='account', to='accounts.insuredperson')),
            ],
            options={
                'verbose_name': 'personal account',
                'verbose_name_plural': 'personal accounts',
                'ordering': ['id'],
                'permissions': [('post_credit', 'May post monthly credits and the year-end carry-over'), ('check_ledger', 'May check the ledger')],
            },
        ),
        migrations.CreateModel(
            name='AccountEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(verbose_name='number')),
                ('kind', models.CharField(choices=[('101', 'monthly credit'), ('109', 'refund'), ('110', 'adjustment'), ('113', 'carried over (opening balance)'), ('107', 'transfer in'), ('201', 'spending'), ('205', 'premium for another'), ('206', 'year-end carry-over'), ('207', 'transfer out')], help_text='acct_incexpd_type', max_length=3, verbose_name='kind')),
                ('prior_change', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='change of prior years')),
                ('current_change', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='change of current year')),
                ('prior_after', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='prior years after')),
                ('current_after', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='current year after')),
                ('business_date', models.DateField(verbose_name='business date')),
                ('posted_at', models.DateTimeField(auto_now_add=True, verbose_name='posted at')),
                ('source', models.CharField(help_text='what moved the account; once per account', max_length=80, verbose_name='source')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('posted_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='posted by')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='accounts.personalaccount', verbose_name='account')),
            ],
            options={
                'verbose_name': 'account entry',
                'verbose_name_plural': 'account entries',
                'ordering': ['account', 'sequence'],
            },
        ),
        migrations.CreateModel(
            name='AccountAdjustmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('prior_change', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='change of prior years')),
                ('current_change', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='change of current year')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('state', models.CharField(choices=[('submitted', 'waiting for review'), ('posted', 'posted'), ('rejected', 'rejected')], default='submitted', max_length=10, verbose_name='state')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='handled at')),
                ('reviewed_at', models.DateTimeField(null=True, verbose_name='reviewed at')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='reason of the decision')),
                ('request_key', models.UUIDField(editable=False)),
                ('handled_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.accountadjustment')),
                ('reviewed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
                ('account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.personalaccount', verbose_name='account')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='accountadjustment',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='accounts.personalaccount', verbose_name='account'),
        ),
        migrations.CreateModel(
            name='PersonalAccountEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('prior_years', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='prior years')),
                ('current_year', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='current year')),
                ('entry_count', models.PositiveIntegerField(default=0, verbose_name='entries')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.personalaccount')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(help_text='admdvs, 6 digits', max_length=6, primary_key=True, serialize=False, verbose_name='region code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('path', models.CharField(editable=False, max_length=80, unique=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.region', verbose_name='belongs to')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['path'],
            },
        ),
        migrations.CreateModel(
            name='JobEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('running', 'running'), ('done', 'done'), ('refused', 'refused'), ('failed', 'failed')], default='queued', max_length=10, verbose_name='state')),
                ('business_date', models.DateField(help_text='of work that is done once a day', null=True, verbose_name='business date')),
                ('params', models.JSONField(default=dict, help_text='ids and dates only')),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('result', models.JSONField(null=True)),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='reason of the failure')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('fence', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for at')),
                ('started_at', models.DateTimeField(null=True, verbose_name='begun at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('confirms', models.ForeignKey(db_constraint=False, help_text='the check of the file that this job imports', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.job', verbose_name='confirms')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.job')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='job',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region'),
        ),
        migrations.CreateModel(
            name='InsuredPersonEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('psn_no', models.CharField(help_text='psn_no', max_length=30, verbose_name='person number')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_key', models.CharField(editable=False, max_length=200)),
                ('cert_type', models.CharField(default='01', help_text='psn_cert_type', max_length=2, verbose_name='certificate')),
                ('certno_sealed', models.BinaryField()),
                ('certno_digest', models.BinaryField(max_length=32)),
                ('gender', models.CharField(choices=[('1', 'male'), ('2', 'female')], max_length=1, verbose_name='gender')),
                ('born_on', models.DateField(verbose_name='born on')),
                ('mobile_sealed', models.BinaryField(default=bytes)),
                ('contact_confirmed_on', models.DateField(verbose_name='contact data confirmed on')),
                ('insutype', models.CharField(max_length=6, verbose_name='insurance type')),
                ('psn_type', models.CharField(blank=True, max_length=6, verbose_name='person type')),
                ('status', models.CharField(choices=[('0', 'not insured'), ('1', 'normal'), ('2', 'suspended'), ('3', 'void'), ('4', 'ended')], max_length=1, verbose_name='insurance status')),
                ('status_since', models.DateField(verbose_name='status since')),
                ('status_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the status')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('merged_into', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='merged into')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.insuredperson')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='insured in')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='insuredperson',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='insured in'),
        ),
        migrations.CreateModel(
            name='CodeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('table', models.CharField(max_length=40, verbose_name='code table')),
                ('code', models.CharField(max_length=10, verbose_name='code')),
                ('name_zh', models.CharField(max_length=100, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=100, verbose_name='English name')),
                ('version', models.CharField(max_length=20, verbose_name='version')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.code')),
                ('region', models.ForeignKey(blank=True, db_constraint=False, help_text='empty: all', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='code',
            name='region',
            field=models.ForeignKey(blank=True, help_text='empty: all', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region'),
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.BigIntegerField(editable=False, unique=True, verbose_name='number')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('kind', models.CharField(choices=[('sign_in', 'signed in'), ('sign_in_refused', 'sign-in refused'), ('sign_out', 'signed out'), ('access_refused', 'access refused'), ('look', 'person looked at'), ('verify', 'person of another region verified'), ('reveal', 'full number revealed'), ('print', 'printed'), ('import', 'file imported'), ('export', 'list exported'), ('check', 'ledger checked'), ('conflict', 'business number sent again with other content')], max_length=20, verbose_name='what')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='address')),
                ('detail', models.JSONField(default=dict, verbose_name='detail')),
                ('previous_hash', models.BinaryField()),
                ('hash', models.BinaryField()),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='insured person')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'audit event',
                'verbose_name_plural': 'audit events',
                'ordering': ['-sequence'],
                'permissions': [('read_trail', 'May read the whole trail of a person')],
            },
        ),
        migrations.AddField(
            model_name='staff',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='accounts.region', verbose_name='region'),
        ),
        migrations.CreateModel(
            name='RegionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('code', models.CharField(help_text='admdvs, 6 digits', max_length=6, serialize=False, verbose_name='region code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('path', models.CharField(editable=False, max_length=80)),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='belongs to')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.region')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RegionMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moves_on', models.DateField(verbose_name='from')),
                ('note', models.CharField(max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='took effect at')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='taken back at')),
                ('from_region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='insured in before')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='accounts.insuredperson', verbose_name='insured person')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='insured in')),
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
                ('from_region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='insured in before')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='insured person')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.regionmove')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='insured in')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StaffEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(max_length=60, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='user name')),
                ('full_name', models.CharField(max_length=60, verbose_name='name')),
                ('office', models.CharField(blank=True, help_text='printed on forms and receipts', max_length=100, verbose_name='office')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
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
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='accounts.insuredperson', verbose_name='insured person')),
                ('recorded_by', models.ForeignKey(help_text='empty: taken over from the roster when suspensions became dated', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
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
                ('ended_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='insured person')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.suspension')),
                ('recorded_by', models.ForeignKey(db_constraint=False, help_text='empty: taken over from the roster when suspensions became dated', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'abstract': False,
            },
        ),
        AtOnce([
            migrations.AddConstraint(
                model_name='personalaccount',
                constraint=models.CheckConstraint(condition=models.Q(('prior_years__gte', 0), ('prior_years__lt', 100000000000000)), name='account_prior_years_not_negative'),
            ),
            migrations.AddConstraint(
                model_name='personalaccount',
                constraint=models.CheckConstraint(condition=models.Q(('current_year__gte', 0), ('current_year__lt', 100000000000000)), name='account_current_year_not_negative'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalaccount',
                trigger=pgtrigger.compiler.Trigger(name='account_matches_ledger', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE account record; last record;', func="\n        SELECT id, prior_years, current_year, entry_count INTO account\n          FROM accounts_personalaccount WHERE id = NEW.id;\n        SELECT prior_after, current_after, sequence INTO last\n          FROM accounts_accountentry WHERE account_id = account.id ORDER BY sequence DESC LIMIT 1;\n        IF account.prior_years <> COALESCE(last.prior_after, 0)\n           OR account.current_year <> COALESCE(last.current_after, 0)\n           OR account.entry_count <> COALESCE(last.sequence, 0) THEN\n            RAISE EXCEPTION 'account % does not match its last entry', account.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_ledger';\n        END IF;\n        RETURN NULL;\n", hash='9c7b9dfa0290a352d0ebf8ac485fef4a171e7185', operation='INSERT OR UPDATE', pgid='pgtrigger_account_matches_ledger_302a3', table='accounts_personalaccount', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalaccount',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_personalaccountevent" ("current_year", "entry_count", "id", "opened_on", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_years") VALUES (NEW."current_year", NEW."entry_count", NEW."id", NEW."opened_on", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."prior_years"); RETURN NULL;', hash='64852e1c4754c160fd77e47eb737a0642160a83b', operation='INSERT', pgid='pgtrigger_insert_insert_dd3ee', table='accounts_personalaccount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalaccount',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."opened_on" IS DISTINCT FROM (NEW."opened_on") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id"))', func='INSERT INTO "accounts_personalaccountevent" ("current_year", "entry_count", "id", "opened_on", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_years") VALUES (NEW."current_year", NEW."entry_count", NEW."id", NEW."opened_on", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."prior_years"); RETURN NULL;', hash='3da6f6f4d6f56ce0d0f8b9b66da9419a4177303d', operation='UPDATE', pgid='pgtrigger_update_update_0a22f', table='accounts_personalaccount', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalaccount',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_personalaccountevent" ("current_year", "entry_count", "id", "opened_on", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_years") VALUES (OLD."current_year", OLD."entry_count", OLD."id", OLD."opened_on", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."prior_years"); RETURN NULL;', hash='e576780d23aa63a22bcdf8097834329499283197', operation='DELETE', pgid='pgtrigger_delete_delete_22743', table='accounts_personalaccount', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='accountentry',
                constraint=models.UniqueConstraint(fields=('account', 'sequence'), name='entry_sequence_once'),
            ),
            migrations.AddConstraint(
                model_name='accountentry',
                constraint=models.UniqueConstraint(fields=('account', 'source'), name='entry_source_once'),
            ),
            migrations.AddConstraint(
                model_name='accountentry',
                constraint=models.CheckConstraint(condition=models.Q(('sequence__gte', 1)), name='entry_sequence_from_one'),
            ),
            migrations.AddConstraint(
                model_name='accountentry',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('prior_change', 0), _negated=True), models.Q(('current_change', 0), _negated=True), _connector='OR'), name='entry_changes_something'),
            ),
            migrations.AddConstraint(
                model_name='accountentry',
                constraint=models.CheckConstraint(condition=models.Q(('prior_after__gte', 0), ('prior_after__lt', 100000000000000), ('current_after__gte', 0), ('current_after__lt', 100000000000000)), name='entry_after_not_negative'),
            ),
            migrations.AddConstraint(
                model_name='accountentry',
                constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='entry_has_source'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountentry',
                trigger=pgtrigger.compiler.Trigger(name='entry_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='882967171a93e36d1911ac72d30c1230562f5ab0', operation='UPDATE OR DELETE', pgid='pgtrigger_entry_append_only_29aaa', table='accounts_accountentry', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountentry',
                trigger=pgtrigger.compiler.Trigger(name='entry_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='df6d91056fe483524deac34963735c3bf462e60f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_entry_no_truncate_1f924', table='accounts_accountentry', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountentry',
                trigger=pgtrigger.compiler.Trigger(name='entry_follows_the_last', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE before record;', func="\n                    SELECT prior_after, current_after INTO before FROM accounts_accountentry\n                     WHERE account_id = NEW.account_id AND sequence = NEW.sequence - 1;\n                    IF (NEW.sequence > 1 AND before IS NULL)\n                       OR NEW.prior_after <> COALESCE(before.prior_after, 0) + NEW.prior_change\n                       OR NEW.current_after <> COALESCE(before.current_after, 0) + NEW.current_change THEN\n                        RAISE EXCEPTION 'entry % of account % does not follow the one before',\n                            NEW.sequence, NEW.account_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_follows_the_last';\n                    END IF;\n                    RETURN NULL;\n                ", hash='65108ea21efb8b3f39385c52e58f5570825da2e3', operation='INSERT', pgid='pgtrigger_entry_follows_the_last_f3ee1', table='accounts_accountentry', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountentry',
                trigger=pgtrigger.compiler.Trigger(name='entry_on_open_account', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM accounts_personalaccount AS account\n                                 JOIN accounts_insuredperson AS person ON person.id = account.person_id\n                                WHERE account.id = NEW.account_id AND person.merged_into_id IS NOT NULL) THEN\n                        RAISE EXCEPTION 'the record of account % was merged', NEW.account_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_on_open_account';\n                    END IF;\n                    RETURN NEW;\n                ", hash='994d2abf424008aa826f439940739a6c50a283cd', operation='INSERT', pgid='pgtrigger_entry_on_open_account_cf456', table='accounts_accountentry', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountentry',
                trigger=pgtrigger.compiler.Trigger(name='entry_is_in_the_balance', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE account record; last record;', func="\n        SELECT id, prior_years, current_year, entry_count INTO account\n          FROM accounts_personalaccount WHERE id = NEW.account_id;\n        SELECT prior_after, current_after, sequence INTO last\n          FROM accounts_accountentry WHERE account_id = account.id ORDER BY sequence DESC LIMIT 1;\n        IF account.prior_years <> COALESCE(last.prior_after, 0)\n           OR account.current_year <> COALESCE(last.current_after, 0)\n           OR account.entry_count <> COALESCE(last.sequence, 0) THEN\n            RAISE EXCEPTION 'account % does not match its last entry', account.id\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_ledger';\n        END IF;\n        RETURN NULL;\n", hash='a5b09fa6f66f67770c34bce6079a59d3a915284d', operation='INSERT', pgid='pgtrigger_entry_is_in_the_balance_836df', table='accounts_accountentry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountadjustmentevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='e115916bb776f8258d5a962a1b7c87a70333633a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_d9616', table='accounts_accountadjustmentevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountadjustmentevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3286009840feb69f649077e1d7af747696d9346b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_56cf7', table='accounts_accountadjustmentevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='accountadjustment',
                constraint=models.CheckConstraint(condition=models.Q(('handled_by', models.F('reviewed_by')), _negated=True), name='adjustment_two_people'),
            ),
            migrations.AddConstraint(
                model_name='accountadjustment',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at', None), ('reviewed_by', None), ('state', 'submitted')), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False), ('state__in', ['posted', 'rejected'])), _connector='OR'), name='adjustment_decided_by_someone'),
            ),
            migrations.AddConstraint(
                model_name='accountadjustment',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('prior_change', 0), _negated=True), models.Q(('current_change', 0), _negated=True), _connector='OR'), name='adjustment_changes_something'),
            ),
            migrations.AddConstraint(
                model_name='accountadjustment',
                constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='adjustment_has_reason'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountadjustment',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_accountadjustmentevent" ("account_id", "current_change", "decision", "handled_at", "handled_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_change", "reason", "request_key", "reviewed_at", "reviewed_by_id", "state") VALUES (NEW."account_id", NEW."current_change", NEW."decision", NEW."handled_at", NEW."handled_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."prior_change", NEW."reason", NEW."request_key", NEW."reviewed_at", NEW."reviewed_by_id", NEW."state"); RETURN NULL;', hash='26df8e4ebdd4ad84147a9c0eb7b5a2061463112a', operation='INSERT', pgid='pgtrigger_insert_insert_65d7e', table='accounts_accountadjustment', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountadjustment',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_accountadjustmentevent" ("account_id", "current_change", "decision", "handled_at", "handled_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_change", "reason", "request_key", "reviewed_at", "reviewed_by_id", "state") VALUES (NEW."account_id", NEW."current_change", NEW."decision", NEW."handled_at", NEW."handled_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."prior_change", NEW."reason", NEW."request_key", NEW."reviewed_at", NEW."reviewed_by_id", NEW."state"); RETURN NULL;', hash='10c0ef6373b761cf690195247c7893f024b54ba5', operation='UPDATE', pgid='pgtrigger_update_update_312c8', table='accounts_accountadjustment', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='accountadjustment',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_accountadjustmentevent" ("account_id", "current_change", "decision", "handled_at", "handled_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_change", "reason", "request_key", "reviewed_at", "reviewed_by_id", "state") VALUES (OLD."account_id", OLD."current_change", OLD."decision", OLD."handled_at", OLD."handled_by_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."prior_change", OLD."reason", OLD."request_key", OLD."reviewed_at", OLD."reviewed_by_id", OLD."state"); RETURN NULL;', hash='6e1232e4cd28bfdecbcef4ed04a300dd2035c098', operation='DELETE', pgid='pgtrigger_delete_delete_46656', table='accounts_accountadjustment', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalaccountevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='21ee6deb6a0750d3e1ffcbda4829f28cfdcc863b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_6dc5e', table='accounts_personalaccountevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personalaccountevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4eb6f26d6b5bd163a459aa5c96b5aa64b9e0de2d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_354b0', table='accounts_personalaccountevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='region',
                constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{6}$')), name='region_code_six_digits'),
            ),
            migrations.AddConstraint(
                model_name='region',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('parent', None), ('path', django.db.models.functions.text.Concat('code', models.Value('/')))), models.Q(('parent__isnull', False), ('path__endswith', django.db.models.functions.text.Concat(models.Value('/'), 'parent_id', models.Value('/'), 'code', models.Value('/')))), models.Q(('parent__isnull', False), ('path', django.db.models.functions.text.Concat('parent_id', models.Value('/'), 'code', models.Value('/')))), _connector='OR'), name='region_path_ends_with_code'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='region',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_regionevent" ("code", "name", "parent_id", "path", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."name", NEW."parent_id", NEW."path", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."code"); RETURN NULL;', hash='ddbd0300cb50898f23b6c049b8d833eda4f62fec', operation='INSERT', pgid='pgtrigger_insert_insert_088ac', table='accounts_region', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='region',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_regionevent" ("code", "name", "parent_id", "path", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."name", NEW."parent_id", NEW."path", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."code"); RETURN NULL;', hash='3ac49b69ce83ed5979cb7b4906faaa7a34f3d616', operation='UPDATE', pgid='pgtrigger_update_update_35657', table='accounts_region', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='region',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_regionevent" ("code", "name", "parent_id", "path", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."code", OLD."name", OLD."parent_id", OLD."path", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."code"); RETURN NULL;', hash='528374dbdada714622837a041e36a94e0b6adca4', operation='DELETE', pgid='pgtrigger_delete_delete_8bbfe', table='accounts_region', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='jobevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='23b0e87617ad65a5227cdeaf1a196d68fbcd6cb4', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_9fbc9', table='accounts_jobevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='jobevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e50265985e46c1f32c6f3ff29ae43d08ad550d4f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_98da6', table='accounts_jobevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='job',
                index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['lease_until'], name='job_unfinished'),
            ),
            migrations.AddIndex(
                model_name='job',
                index=models.Index(fields=['owner', '-created_at'], name='job_owner'),
            ),
            migrations.AddConstraint(
                model_name='job',
                constraint=models.UniqueConstraint(fields=('kind', 'business_date'), name='job_once_a_day'),
            ),
            migrations.AddConstraint(
                model_name='job',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='job_running_has_lease'),
            ),
            migrations.AddConstraint(
                model_name='job',
                constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running']), ('finished_at__isnull', False), _connector='OR'), name='job_ended_has_time'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='job',
                trigger=pgtrigger.compiler.Trigger(name='job_confirms_own_check', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."confirms_id" IS NOT NULL)', func="\n                    IF NOT EXISTS (SELECT FROM accounts_job AS checked\n                                    WHERE checked.id = NEW.confirms_id AND checked.owner_id = NEW.owner_id\n                                      AND checked.kind = 'check_file' AND checked.state = 'done') THEN\n                        RAISE EXCEPTION 'job % confirms no finished check of its owner', NEW.id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_confirms_own_check';\n                    END IF;\n                    RETURN NEW;\n                ", hash='8a608820c1c7545685f5869730e193cab0f2650b', operation='INSERT OR UPDATE OF "confirms_id", "owner_id"', pgid='pgtrigger_job_confirms_own_check_7f710', table='accounts_job', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='job',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."confirms_id", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region_id", NEW."result", NEW."started_at", NEW."state", NEW."total"); RETURN NULL;', hash='943a1020250fcbc675ce92461fd3e5e618449f50', operation='INSERT', pgid='pgtrigger_insert_insert_a34e7', table='accounts_job', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='job',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (NEW."attempts", NEW."business_date", NEW."confirms_id", NEW."created_at", NEW."done", NEW."failure", NEW."fence", NEW."finished_at", NEW."id", NEW."kind", NEW."lease_until", NEW."owner_id", NEW."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."result", NEW."started_at", NEW."state", NEW."total"); RETURN NULL;', hash='9539ec647b8a84e3a45ab6bb6aad65ef2d5178b4', operation='UPDATE', pgid='pgtrigger_update_update_8e5e3', table='accounts_job', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='job',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_jobevent" ("attempts", "business_date", "confirms_id", "created_at", "done", "failure", "fence", "finished_at", "id", "kind", "lease_until", "owner_id", "params", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "result", "started_at", "state", "total") VALUES (OLD."attempts", OLD."business_date", OLD."confirms_id", OLD."created_at", OLD."done", OLD."failure", OLD."fence", OLD."finished_at", OLD."id", OLD."kind", OLD."lease_until", OLD."owner_id", OLD."params", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."result", OLD."started_at", OLD."state", OLD."total"); RETURN NULL;', hash='85c6b7ebe6a98140a0107cf4e342f14b54154676', operation='DELETE', pgid='pgtrigger_delete_delete_fb93a', table='accounts_job', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='insuredpersonevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='465bde2d6f51994c02a41a938b322e0b9cddc6ee', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_ad467', table='accounts_insuredpersonevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='insuredpersonevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bb80c2736bc0e545f106a48f3f8b126a623d5dfe', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_601a1', table='accounts_insuredpersonevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='insuredperson',
                index=models.Index(models.F('certno_digest'), name='person_certno_digest'),
            ),
            migrations.AddIndex(
                model_name='insuredperson',
                index=models.Index(django.contrib.postgres.indexes.OpClass(models.F('name_key'), 'text_pattern_ops'), name='person_name_key'),
            ),
            migrations.AddIndex(
                model_name='insuredperson',
                index=models.Index(django.contrib.postgres.indexes.OpClass(models.F('name'), 'text_pattern_ops'), name='person_name'),
            ),
            migrations.AddIndex(
                model_name='insuredperson',
                index=models.Index(fields=['region', 'name_key'], name='person_region_name'),
            ),
            migrations.AddConstraint(
                model_name='insuredperson',
                constraint=models.UniqueConstraint(fields=('cert_type', 'certno_digest'), name='person_once_per_certificate'),
            ),
            migrations.AddConstraint(
                model_name='insuredperson',
                constraint=models.CheckConstraint(condition=models.Q(('status__in', ['0', '1', '2', '3', '4'])), name='person_status_known'),
            ),
            migrations.AddConstraint(
                model_name='insuredperson',
                constraint=models.CheckConstraint(condition=models.Q(('gender__in', ['1', '2'])), name='person_gender_known'),
            ),
            migrations.AddConstraint(
                model_name='insuredperson',
                constraint=models.CheckConstraint(condition=models.Q(('status', '1'), models.Q(('status_reason', ''), _negated=True), _connector='OR'), name='person_status_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='insuredperson',
                constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='person_named'),
            ),
            migrations.AddConstraint(
                model_name='insuredperson',
                constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='person_merged_into_another'),
            ),
            migrations.AddConstraint(
                model_name='insuredperson',
                constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), ('status', '3'), _connector='OR'), name='person_merged_is_void'),
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
                trigger=pgtrigger.compiler.Trigger(name='person_status_has_suspension', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status <> '1')", constraint='CONSTRAINT', func="\n                    IF EXISTS (SELECT FROM accounts_insuredperson AS person\n                                WHERE person.id = NEW.id AND person.status <> '1'\n                                  AND NOT EXISTS (\n                                      SELECT FROM accounts_suspension AS held\n                                       WHERE held.person_id = person.id AND held.status = person.status\n                                         AND held.starts_on = person.status_since\n                                         AND held.ends_on IS DISTINCT FROM held.starts_on)) THEN\n                        RAISE EXCEPTION 'the status of person % has no suspension', NEW.id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_status_has_suspension';\n                    END IF;\n                    RETURN NULL;\n                ", hash='8da5c6ea616be8c571e750b23334afc9cf472e3e', operation='INSERT OR UPDATE OF "status", "status_since"', pgid='pgtrigger_person_status_has_suspension_8969d', table='accounts_insuredperson', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
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
            pgtrigger.migrations.AddTrigger(
                model_name='codeevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='b72944a4938c78d7fa50055e33d77eb7dcd3a07e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_ea143', table='accounts_codeevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='codeevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='71dc7171c60ca3381dc45b1a2d49695cfca68160', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ae3e3', table='accounts_codeevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='code',
                constraint=models.UniqueConstraint(fields=('table', 'code', 'region'), name='code_once_per_table_and_region', nulls_distinct=False),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='code',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_codeevent" ("code", "id", "name_en", "name_zh", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "table", "version") VALUES (NEW."code", NEW."id", NEW."name_en", NEW."name_zh", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region_id", NEW."table", NEW."version"); RETURN NULL;', hash='4d9f0840eb78d545e5e607bfa39b34a9b4fd6b89', operation='INSERT', pgid='pgtrigger_insert_insert_d67bb', table='accounts_code', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='code',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_codeevent" ("code", "id", "name_en", "name_zh", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "table", "version") VALUES (NEW."code", NEW."id", NEW."name_en", NEW."name_zh", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."table", NEW."version"); RETURN NULL;', hash='05d89a1dc09d51ce2562cfabc76252f87afe6437', operation='UPDATE', pgid='pgtrigger_update_update_7b139', table='accounts_code', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='code',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_codeevent" ("code", "id", "name_en", "name_zh", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "table", "version") VALUES (OLD."code", OLD."id", OLD."name_en", OLD."name_zh", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."table", OLD."version"); RETURN NULL;', hash='eefdb2da56d1f46cf295226c0cca85f19ff337ed', operation='DELETE', pgid='pgtrigger_delete_delete_b3d56', table='accounts_code', when='AFTER')),
            ),
            migrations.AddIndex(
                model_name='auditevent',
                index=models.Index(fields=['person', '-sequence'], name='audit_person'),
            ),
            migrations.AddIndex(
                model_name='auditevent',
                index=models.Index(fields=['staff', 'kind', '-at'], name='audit_staff_kind'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='auditevent',
                trigger=pgtrigger.compiler.Trigger(name='audit_event_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dbff56c9da059ca74abd71ba35cd0651a69ff628', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_event_append_only_1d6f3', table='accounts_auditevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='auditevent',
                trigger=pgtrigger.compiler.Trigger(name='audit_event_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='d4e9f23396035918c68f3e2ad792ec6781e649c2', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_audit_event_no_truncate_010fb', table='accounts_auditevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='auditevent',
                trigger=pgtrigger.compiler.Trigger(name='audit_event_chain', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE last record;', func='\n                    PERFORM pg_advisory_xact_lock(hashtext(\'accounts_auditevent\'));\n                    SELECT sequence, hash INTO last FROM accounts_auditevent ORDER BY sequence DESC LIMIT 1;\n                    NEW.sequence := COALESCE(last.sequence, 0) + 1;\n                    NEW.previous_hash := COALESCE(last.hash, \'\'::bytea);\n                    NEW.hash := sha256(convert_to(jsonb_build_array(NEW.sequence, to_char(NEW.at AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.US\'),\n    NEW.kind, NEW.staff_id, NEW.person_id, NEW.region_id, NEW.address, NEW.detail,\n    encode(NEW.previous_hash, \'hex\'))::text, \'UTF8\'));\n                    RETURN NEW;\n                ', hash='d72cadd84afaf3c653cf716cf5b3ba25672c7850', operation='INSERT', pgid='pgtrigger_audit_event_chain_33b1e', table='accounts_auditevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='staff',
                constraint=models.CheckConstraint(condition=models.Q(('is_superuser', False)), name='staff_no_superuser'),
            ),
            migrations.AddConstraint(
                model_name='staff',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('username', 'nightly'), _negated=True), ('is_active', False), _connector='OR'), name='staff_nightly_never_signs_in'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='staff',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_staffevent" ("full_name", "id", "is_active", "is_superuser", "joined_at", "office", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "username") VALUES (NEW."full_name", NEW."id", NEW."is_active", NEW."is_superuser", NEW."joined_at", NEW."office", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region_id", NEW."username"); RETURN NULL;', hash='976a63b9af592d53cf9c7e1bc889b6d7edd5ffbe', operation='INSERT', pgid='pgtrigger_insert_insert_f4643', table='accounts_staff', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='staff',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."full_name" IS DISTINCT FROM (NEW."full_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."office" IS DISTINCT FROM (NEW."office") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."username" IS DISTINCT FROM (NEW."username"))', func='INSERT INTO "accounts_staffevent" ("full_name", "id", "is_active", "is_superuser", "joined_at", "office", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "username") VALUES (NEW."full_name", NEW."id", NEW."is_active", NEW."is_superuser", NEW."joined_at", NEW."office", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."username"); RETURN NULL;', hash='a0cef67d2377454e2a44ffdbeae6fbb7e9b42910', operation='UPDATE', pgid='pgtrigger_update_update_bc7e2', table='accounts_staff', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='staff',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_staffevent" ("full_name", "id", "is_active", "is_superuser", "joined_at", "office", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "username") VALUES (OLD."full_name", OLD."id", OLD."is_active", OLD."is_superuser", OLD."joined_at", OLD."office", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."username"); RETURN NULL;', hash='055b85bd3fa49f8cbfcccef7898f5aebab732dc0', operation='DELETE', pgid='pgtrigger_delete_delete_e93bc', table='accounts_staff', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='3a16af1bc592163daf329f4082d88092e029fa5a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_daab4', table='accounts_regionevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e402c11caa54488faa4f8b3cfb399433b1aef42a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2eb1e', table='accounts_regionevent', when='BEFORE')),
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
            pgtrigger.migrations.AddTrigger(
                model_name='staffevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='441a19d3fbd0006c517576c3bc818c331dad7e12', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_512b5', table='accounts_staffevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='staffevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7216126d5cd14966fc19515cd0e402b847cb71e5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3645e', table='accounts_staffevent', when='BEFORE')),
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
        ]),
    ]
