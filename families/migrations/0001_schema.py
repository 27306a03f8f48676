"""Tables, history and laws of groups, cases, policies and batches, as they stand.

It stands for every migration there was before the first release, so that a new database is made in seconds; one that
has those has this.
"""

import accounts.models.dated
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import families.models.policy
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
        ('families', '0001_groups_and_cases'),
        ('families', '0003_cases_of_every_kind'),
        ('families', '0004_who_takes_cases_over'),
        ('families', '0005_person_matches'),
        ('families', '0006_documents_of_cases'),
        ('families', '0007_rights_to_documents'),
        ('families', '0008_policy_versions_by_two_people'),
        ('families', '0009_follow_ups'),
        ('families', '0010_indexes_of_work_in_hand'),
        ('families', '0011_corrections_after_a_withdrawal'),
        ('families', '0012_batches_of_registration_forms'),
        ('families', '0013_rights_to_batches'),
        ('families', '0014_history_of_inserts_by_statement'),
        ('families', '0015_laws_asked_by_statement'),
    ]

    dependencies = [
        ('accounts', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseAgent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='agent')),
                ('cert_type', models.CharField(help_text='psn_cert_type', max_length=2, verbose_name='certificate')),
                ('certno_sealed', models.BinaryField()),
                ('mobile_sealed', models.BinaryField(default=bytes)),
            ],
            options={
                'verbose_name': 'agent of a case',
                'verbose_name_plural': 'agents of cases',
            },
        ),
        migrations.CreateModel(
            name='PolicySetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('parameter', models.CharField(max_length=40, verbose_name='parameter')),
                ('value', models.JSONField(null=True, verbose_name='value')),
                ('citation', models.CharField(max_length=300, verbose_name='citation')),
            ],
            options={
                'verbose_name': 'policy setting',
                'verbose_name_plural': 'policy settings',
                'ordering': ['parameter'],
            },
        ),
        migrations.CreateModel(
            name='CaseDocument',
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
                ('kind', models.CharField(choices=[('id_card', 'ID card'), ('household_register', 'household register'), ('marriage_certificate', 'marriage certificate'), ('birth_certificate', 'birth certificate'), ('kinship_proof', 'proof of kinship'), ('commitment', 'commitment letter'), ('registration_form_signed', 'registration form, signed'), ('power_of_attorney', 'power of attorney'), ('agent_id', "agent's ID card"), ('death_certificate', 'death certificate'), ('other', 'other')], max_length=30, verbose_name='kind of paper')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='whose')),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='families.casedocument', verbose_name='replaces')),
            ],
            options={
                'verbose_name': 'paper of a case',
                'verbose_name_plural': 'papers of cases',
                'ordering': ['case', 'number'],
                'permissions': [('check_casedocument', 'May check that every stored paper can be opened')],
            },
        ),
        migrations.CreateModel(
            name='CaseLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('action', models.CharField(choices=[('join', 'joins'), ('change', 'changes'), ('leave', 'leaves')], default='join', max_length=6, verbose_name='what happens')),
                ('relation', models.CharField(help_text='GB/T 4761', max_length=2, verbose_name='relation to the owner')),
                ('shares', models.BooleanField(default=False, verbose_name='shares')),
                ('rank', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='order')),
                ('share_limit', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='limit per year')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('last_on', models.DateField(blank=True, help_text='empty: until released', null=True, verbose_name='last day')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='member')),
            ],
            options={
                'verbose_name': 'case line',
                'verbose_name_plural': 'case lines',
                'ordering': ['case', 'position'],
            },
        ),
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
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='accounts.insuredperson', verbose_name='member')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'ordering': ['since', 'id'],
            },
        ),
        migrations.CreateModel(
            name='GroupMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.PositiveSmallIntegerField(verbose_name='seat')),
                ('relation', models.CharField(help_text='GB/T 4761', max_length=2, verbose_name='relation to the owner')),
                ('exclusive', models.BooleanField(verbose_name='no other group meanwhile')),
                ('joined_on', models.DateField(verbose_name='member from')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='member until')),
                ('left_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of leaving')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.insuredperson', verbose_name='member')),
            ],
            options={
                'verbose_name': 'group member',
                'verbose_name_plural': 'group members',
                'ordering': ['group', 'seat'],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(choices=[('pass', 'follows from both relations'), ('presumed', 'presumed, confirmed on the form'), ('declare', 'declared by the family'), ('in_law', 'in-law, admitted by the policy')], max_length=10, verbose_name='basis')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants_received', to='families.groupmember', verbose_name='beneficiary')),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants_given', to='families.groupmember', verbose_name='payer')),
            ],
            options={
                'verbose_name': 'grant',
                'verbose_name_plural': 'grants',
                'ordering': ['group', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(blank=True, max_length=120, verbose_name='sender')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('reading', 'being read'), ('refused', 'cannot be read'), ('unmapped', 'headings to be assigned'), ('checked', 'checked'), ('submitted', 'waiting for review'), ('applying', 'being entered'), ('applied', 'entered'), ('undoing', 'being undone'), ('undone', 'undone'), ('discarded', 'discarded')], default='reading', max_length=10, verbose_name='state')),
                ('layout', models.JSONField(default=dict)),
                ('above_sealed', models.BinaryField(default=bytes)),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='reason of the failure')),
                ('loaded_at', models.DateTimeField(auto_now_add=True, verbose_name='loaded at')),
                ('needs_review', models.BooleanField(default=True, verbose_name='second person reviews')),
                ('only_valid', models.BooleanField(default=False, help_text='families with a fault stay behind')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('sample', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, help_text='families that the reviewer inspects', size=None)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('correction', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.job', verbose_name='last corrected workbook')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.job', verbose_name='job')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='loaded by')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'batch of registration forms',
                'verbose_name_plural': 'batches of registration forms',
                'ordering': ['-id'],
                'permissions': [('confirm_importbatch', 'May confirm and undo batches that others loaded')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('sender', models.CharField(blank=True, max_length=120, verbose_name='sender')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('reading', 'being read'), ('refused', 'cannot be read'), ('unmapped', 'headings to be assigned'), ('checked', 'checked'), ('submitted', 'waiting for review'), ('applying', 'being entered'), ('applied', 'entered'), ('undoing', 'being undone'), ('undone', 'undone'), ('discarded', 'discarded')], default='reading', max_length=10, verbose_name='state')),
                ('layout', models.JSONField(default=dict)),
                ('above_sealed', models.BinaryField(default=bytes)),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='reason of the failure')),
                ('loaded_at', models.DateTimeField(auto_now_add=True, verbose_name='loaded at')),
                ('needs_review', models.BooleanField(default=True, verbose_name='second person reviews')),
                ('only_valid', models.BooleanField(default=False, help_text='families with a fault stay behind')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed at')),
                ('sample', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, help_text='families that the reviewer inspects', size=None)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('confirmed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('correction', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.job', verbose_name='last corrected workbook')),
                ('job', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.job', verbose_name='job')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='loaded by')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.importbatch')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
                ('reviewed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MutualAidGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='group number')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='dissolved on')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'mutual-aid group',
                'verbose_name_plural': 'mutual-aid groups',
                'ordering': ['-id'],
                'permissions': [('show_group', 'May show a group on the command line')],
            },
        ),
        migrations.CreateModel(
            name='ImportFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='family number')),
                ('first_row', models.PositiveIntegerField(verbose_name='first row')),
                ('size', models.PositiveIntegerField(verbose_name='rows')),
                ('state', models.CharField(choices=[('faulty', 'to correct'), ('ready', 'ready'), ('known', 'known already'), ('left_out', 'taken out'), ('applied', 'entered'), ('undone', 'undone')], max_length=10, verbose_name='state')),
                ('content_sealed', models.BinaryField()),
                ('persons', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('errors', models.JSONField(default=list)),
                ('warnings', models.JSONField(default=list)),
                ('stays', models.CharField(blank=True, max_length=40, verbose_name='why it was not undone')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='families', to='families.importbatch', verbose_name='batch')),
                ('corrected_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='corrected by')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='families.mutualaidgroup', verbose_name='group')),
            ],
            options={
                'verbose_name': 'family of a batch',
                'verbose_name_plural': 'families of a batch',
                'ordering': ['batch', 'position'],
            },
        ),
        migrations.CreateModel(
            name='GroupMemberEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('seat', models.PositiveSmallIntegerField(verbose_name='seat')),
                ('relation', models.CharField(help_text='GB/T 4761', max_length=2, verbose_name='relation to the owner')),
                ('exclusive', models.BooleanField(verbose_name='no other group meanwhile')),
                ('joined_on', models.DateField(verbose_name='member from')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='member until')),
                ('left_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of leaving')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='member')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.groupmember')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='groupmember',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='families.mutualaidgroup', verbose_name='group'),
        ),
        migrations.CreateModel(
            name='GrantEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('basis', models.CharField(choices=[('pass', 'follows from both relations'), ('presumed', 'presumed, confirmed on the form'), ('declare', 'declared by the family'), ('in_law', 'in-law, admitted by the policy')], max_length=10, verbose_name='basis')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.grant')),
                ('beneficiary', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.groupmember', verbose_name='beneficiary')),
                ('payer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.groupmember', verbose_name='payer')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='grant',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='families.mutualaidgroup', verbose_name='group'),
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
                ('person', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='member')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.followup')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='followup',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='families.mutualaidgroup', verbose_name='group'),
        ),
        migrations.CreateModel(
            name='MutualAidGroupEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=20, verbose_name='group number')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='dissolved on')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.mutualaidgroup')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PersonMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_on', models.DateField(verbose_name='found on')),
                ('certainty', models.CharField(choices=[('certain', 'nearly certain'), ('likely', 'likely'), ('possible', 'possible')], max_length=10, verbose_name='certainty')),
                ('evidence', models.JSONField(default=dict, help_text='codes and values that speak for and against', verbose_name='evidence')),
                ('state', models.CharField(choices=[('proposed', 'possible duplicate'), ('merge_requested', 'merge requested'), ('merged', 'merged'), ('different', 'different persons')], default='proposed', max_length=20, verbose_name='state')),
                ('requested_at', models.DateTimeField(null=True, verbose_name='requested at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='record')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='merge requested by')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='other record')),
                ('survivor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.insuredperson', verbose_name='record that stays')),
            ],
            options={
                'verbose_name': 'possible duplicate',
                'verbose_name_plural': 'possible duplicates',
                'ordering': ['-id'],
                'permissions': [('request_merge', 'May look for duplicates, ask for a merge, mark as different'), ('decide_merge', 'May decide about a merge that another asked for')],
            },
        ),
        migrations.CreateModel(
            name='PersonMatchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('found_on', models.DateField(verbose_name='found on')),
                ('certainty', models.CharField(choices=[('certain', 'nearly certain'), ('likely', 'likely'), ('possible', 'possible')], max_length=10, verbose_name='certainty')),
                ('evidence', models.JSONField(default=dict, help_text='codes and values that speak for and against', verbose_name='evidence')),
                ('state', models.CharField(choices=[('proposed', 'possible duplicate'), ('merge_requested', 'merge requested'), ('merged', 'merged'), ('different', 'different persons')], default='proposed', max_length=20, verbose_name='state')),
                ('requested_at', models.DateTimeField(null=True, verbose_name='requested at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('decided_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('first', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='record')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.personmatch')),
                ('requested_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='merge requested by')),
                ('second', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='other record')),
                ('survivor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='record that stays')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RegionPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effective_on', models.DateField(verbose_name='effective from')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('discarded', 'discarded')], default='draft', max_length=10, verbose_name='state')),
                ('published_at', models.DateTimeField(null=True, verbose_name='published at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last changed by')),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='accounts.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'region policy',
                'verbose_name_plural': 'region policies',
                'ordering': ['region', '-effective_on'],
                'permissions': [('publish_regionpolicy', 'May publish policy versions')],
            },
        ),
        migrations.CreateModel(
            name='PolicySettingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('parameter', models.CharField(max_length=40, verbose_name='parameter')),
                ('value', models.JSONField(null=True, verbose_name='value')),
                ('citation', models.CharField(max_length=300, verbose_name='citation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.policysetting')),
                ('policy', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.regionpolicy', verbose_name='policy')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='policysetting',
            name='policy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settings', to='families.regionpolicy', verbose_name='policy'),
        ),
        migrations.CreateModel(
            name='RegionPolicyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('effective_on', models.DateField(verbose_name='effective from')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('discarded', 'discarded')], default='draft', max_length=10, verbose_name='state')),
                ('published_at', models.DateTimeField(null=True, verbose_name='published at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last changed by')),
                ('drafted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.regionpolicy')),
                ('published_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RegistrationCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='case number')),
                ('kind', models.CharField(choices=[('create', 'create a group'), ('add', 'add members'), ('change', 'change members'), ('release', 'release members'), ('hand_over', 'hand the group over'), ('dissolve', 'dissolve the group')], max_length=10, verbose_name='kind of business')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'waiting for review'), ('effective', 'effective'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='draft', max_length=10, verbose_name='state')),
                ('channel', models.CharField(choices=[('counter', 'counter'), ('import', 'import')], default='counter', max_length=10, verbose_name='channel')),
                ('review_mode', models.CharField(choices=[('review', 'second person reviews'), ('immediate', 'effective at once')], default='review', max_length=10, verbose_name='review')),
                ('cause', models.CharField(blank=True, choices=[('requested', 'the family asks for it'), ('death', 'death'), ('moved', 'moved to another region'), ('insurance_ended', 'insurance ended'), ('correction', 'correction of a mistake')], max_length=15, verbose_name='cause')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='opened at')),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='submitted at')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('effective_on', models.DateField(help_text='set by the decision', null=True, verbose_name='effective from')),
                ('declared_pairs', models.JSONField(default=list, help_text='persons: payer, beneficiary', verbose_name='declared relations')),
                ('submitted_check', models.JSONField(help_text="what the reviewer's check is compared with", null=True, verbose_name='check at submission')),
                ('agent_name', models.CharField(blank=True, max_length=60, verbose_name='agent')),
                ('power_of_attorney', models.CharField(blank=True, max_length=60, verbose_name='power of attorney')),
                ('submission_key', models.UUIDField(editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('corrects', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='families.registrationcase', verbose_name='corrects the case')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='families.mutualaidgroup', verbose_name='group')),
                ('handled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases_as_owner', to='accounts.insuredperson', verbose_name='owner of the group')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'registration case',
                'verbose_name_plural': 'registration cases',
                'ordering': ['-id'],
                'permissions': [('review_registrationcase', 'May review registration cases'), ('take_over_registrationcase', 'May take over a case from another desk')],
            },
        ),
        migrations.CreateModel(
            name='ImportFamilyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='family number')),
                ('first_row', models.PositiveIntegerField(verbose_name='first row')),
                ('size', models.PositiveIntegerField(verbose_name='rows')),
                ('state', models.CharField(choices=[('faulty', 'to correct'), ('ready', 'ready'), ('known', 'known already'), ('left_out', 'taken out'), ('applied', 'entered'), ('undone', 'undone')], max_length=10, verbose_name='state')),
                ('content_sealed', models.BinaryField()),
                ('persons', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('errors', models.JSONField(default=list)),
                ('warnings', models.JSONField(default=list)),
                ('stays', models.CharField(blank=True, max_length=40, verbose_name='why it was not undone')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.importbatch', verbose_name='batch')),
                ('corrected_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='corrected by')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.importfamily')),
                ('group', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
                ('case', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.registrationcase', verbose_name='case')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='importfamily',
            name='case',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_family', to='families.registrationcase', verbose_name='case'),
        ),
        migrations.CreateModel(
            name='CaseLineEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('action', models.CharField(choices=[('join', 'joins'), ('change', 'changes'), ('leave', 'leaves')], default='join', max_length=6, verbose_name='what happens')),
                ('relation', models.CharField(help_text='GB/T 4761', max_length=2, verbose_name='relation to the owner')),
                ('shares', models.BooleanField(default=False, verbose_name='shares')),
                ('rank', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='order')),
                ('share_limit', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='limit per year')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('last_on', models.DateField(blank=True, help_text='empty: until released', null=True, verbose_name='last day')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='member')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.caseline')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.registrationcase', verbose_name='case')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='caseline',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='families.registrationcase', verbose_name='case'),
        ),
        migrations.CreateModel(
            name='CaseDocumentEvent',
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
                ('kind', models.CharField(choices=[('id_card', 'ID card'), ('household_register', 'household register'), ('marriage_certificate', 'marriage certificate'), ('birth_certificate', 'birth certificate'), ('kinship_proof', 'proof of kinship'), ('commitment', 'commitment letter'), ('registration_form_signed', 'registration form, signed'), ('power_of_attorney', 'power of attorney'), ('agent_id', "agent's ID card"), ('death_certificate', 'death certificate'), ('other', 'other')], max_length=30, verbose_name='kind of paper')),
                ('added_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('person', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='whose')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.casedocument')),
                ('replaces', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.casedocument', verbose_name='replaces')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.registrationcase', verbose_name='case')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='casedocument',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='families.registrationcase', verbose_name='case'),
        ),
        migrations.CreateModel(
            name='CaseAgentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='agent')),
                ('cert_type', models.CharField(help_text='psn_cert_type', max_length=2, verbose_name='certificate')),
                ('certno_sealed', models.BinaryField()),
                ('mobile_sealed', models.BinaryField(default=bytes)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.caseagent')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.registrationcase', verbose_name='case')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='caseagent',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='agent', to='families.registrationcase', verbose_name='case'),
        ),
        migrations.CreateModel(
            name='RegistrationCaseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=20, verbose_name='case number')),
                ('kind', models.CharField(choices=[('create', 'create a group'), ('add', 'add members'), ('change', 'change members'), ('release', 'release members'), ('hand_over', 'hand the group over'), ('dissolve', 'dissolve the group')], max_length=10, verbose_name='kind of business')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'waiting for review'), ('effective', 'effective'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='draft', max_length=10, verbose_name='state')),
                ('channel', models.CharField(choices=[('counter', 'counter'), ('import', 'import')], default='counter', max_length=10, verbose_name='channel')),
                ('review_mode', models.CharField(choices=[('review', 'second person reviews'), ('immediate', 'effective at once')], default='review', max_length=10, verbose_name='review')),
                ('cause', models.CharField(blank=True, choices=[('requested', 'the family asks for it'), ('death', 'death'), ('moved', 'moved to another region'), ('insurance_ended', 'insurance ended'), ('correction', 'correction of a mistake')], max_length=15, verbose_name='cause')),
                ('handled_at', models.DateTimeField(auto_now_add=True, verbose_name='opened at')),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='submitted at')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('effective_on', models.DateField(help_text='set by the decision', null=True, verbose_name='effective from')),
                ('declared_pairs', models.JSONField(default=list, help_text='persons: payer, beneficiary', verbose_name='declared relations')),
                ('submitted_check', models.JSONField(help_text="what the reviewer's check is compared with", null=True, verbose_name='check at submission')),
                ('agent_name', models.CharField(blank=True, max_length=60, verbose_name='agent')),
                ('power_of_attorney', models.CharField(blank=True, max_length=60, verbose_name='power of attorney')),
                ('submission_key', models.UUIDField(editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('corrects', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.registrationcase', verbose_name='corrects the case')),
                ('group', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
                ('handled_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                ('opened_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.insuredperson', verbose_name='owner of the group')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.registrationcase')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
                ('reviewed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SenderHeading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(max_length=120, verbose_name='sender')),
                ('heading', models.CharField(max_length=200, verbose_name='heading')),
                ('column', models.CharField(max_length=20, verbose_name='column')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'heading of a sender',
                'verbose_name_plural': 'headings of senders',
            },
        ),
        migrations.CreateModel(
            name='SenderHeadingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('sender', models.CharField(max_length=120, verbose_name='sender')),
                ('heading', models.CharField(max_length=200, verbose_name='heading')),
                ('column', models.CharField(max_length=20, verbose_name='column')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.senderheading')),
                ('region', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.region', verbose_name='region')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Sharing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='order')),
                ('share_limit', models.DecimalField(blank=True, decimal_places=2, help_text='yuan; empty: without limit', max_digits=16, null=True, verbose_name='limit per year')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharings', to='families.mutualaidgroup', verbose_name='group')),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharings', to='families.groupmember', verbose_name='payer')),
            ],
            options={
                'verbose_name': 'sharing',
                'verbose_name_plural': 'sharings',
                'ordering': ['group', 'rank'],
            },
        ),
        migrations.CreateModel(
            name='SharingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('rank', models.PositiveSmallIntegerField(verbose_name='order')),
                ('share_limit', models.DecimalField(blank=True, decimal_places=2, help_text='yuan; empty: without limit', max_digits=16, null=True, verbose_name='limit per year')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.mutualaidgroup', verbose_name='group')),
                ('payer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='families.groupmember', verbose_name='payer')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='families.sharing')),
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
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='follow_up_note_says_something')],
            },
        ),
        AtOnce([
            pgtrigger.migrations.AddTrigger(
                model_name='followupnote',
                trigger=pgtrigger.compiler.Trigger(name='follow_up_note_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3c5fa0fdbb2516323687c1bb7e4eaa02aebc7736', operation='UPDATE OR DELETE', pgid='pgtrigger_follow_up_note_append_only_a3e0c', table='families_followupnote', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupnote',
                trigger=pgtrigger.compiler.Trigger(name='follow_up_note_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='33893b6c740091dbcf7def037ee2053dc24395de', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_follow_up_note_no_truncate_42c9f', table='families_followupnote', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='importbatch',
                index=models.Index(fields=['region', '-id'], name='batch_region'),
            ),
            migrations.AddConstraint(
                model_name='importbatch',
                constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['refused', 'undone', 'discarded']), _negated=True), fields=('region', 'sha256'), name='batch_once_per_file'),
            ),
            migrations.AddConstraint(
                model_name='importbatch',
                constraint=models.CheckConstraint(condition=models.Q(('reviewed_by', None), models.Q(models.Q(('reviewed_by', models.F('owner')), _negated=True), models.Q(('reviewed_by', models.F('confirmed_by')), _negated=True)), _connector='OR'), name='batch_reviewed_by_another'),
            ),
            migrations.AddConstraint(
                model_name='importbatch',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['submitted', 'applying', 'applied']), _negated=True), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='batch_confirmed_by_somebody'),
            ),
            migrations.AddConstraint(
                model_name='importbatch',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['applying', 'applied']), _negated=True), ('needs_review', False), models.Q(('decided_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='batch_applied_was_reviewed'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importbatch',
                trigger=pgtrigger.compiler.Trigger(name='batch_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a663d1d97d7639c9baa0a5d6896a9d1b3aace1d6', operation='DELETE', pgid='pgtrigger_batch_is_kept_1a8a2', table='families_importbatch', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importbatch',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_importbatchevent" ("above_sealed", "confirmed_at", "confirmed_by_id", "correction_id", "decided_at", "failure", "id", "job_id", "layout", "loaded_at", "name", "needs_review", "only_valid", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "reviewed_by_id", "rows", "sample", "sender", "sha256", "state") VALUES (NEW."above_sealed", NEW."confirmed_at", NEW."confirmed_by_id", NEW."correction_id", NEW."decided_at", NEW."failure", NEW."id", NEW."job_id", NEW."layout", NEW."loaded_at", NEW."name", NEW."needs_review", NEW."only_valid", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."region_id", NEW."reviewed_by_id", NEW."rows", NEW."sample", NEW."sender", NEW."sha256", NEW."state"); RETURN NULL;', hash='74635fb3bf5df13a231cd53ccd86be1354a4e13a', operation='INSERT', pgid='pgtrigger_insert_insert_b4c88', table='families_importbatch', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importbatch',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_importbatchevent" ("above_sealed", "confirmed_at", "confirmed_by_id", "correction_id", "decided_at", "failure", "id", "job_id", "layout", "loaded_at", "name", "needs_review", "only_valid", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "reviewed_by_id", "rows", "sample", "sender", "sha256", "state") VALUES (NEW."above_sealed", NEW."confirmed_at", NEW."confirmed_by_id", NEW."correction_id", NEW."decided_at", NEW."failure", NEW."id", NEW."job_id", NEW."layout", NEW."loaded_at", NEW."name", NEW."needs_review", NEW."only_valid", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."region_id", NEW."reviewed_by_id", NEW."rows", NEW."sample", NEW."sender", NEW."sha256", NEW."state"); RETURN NULL;', hash='34d554a44617554759600a2dd615851738bf7db3', operation='UPDATE', pgid='pgtrigger_update_update_68f66', table='families_importbatch', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importbatch',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_importbatchevent" ("above_sealed", "confirmed_at", "confirmed_by_id", "correction_id", "decided_at", "failure", "id", "job_id", "layout", "loaded_at", "name", "needs_review", "only_valid", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "reviewed_by_id", "rows", "sample", "sender", "sha256", "state") VALUES (OLD."above_sealed", OLD."confirmed_at", OLD."confirmed_by_id", OLD."correction_id", OLD."decided_at", OLD."failure", OLD."id", OLD."job_id", OLD."layout", OLD."loaded_at", OLD."name", OLD."needs_review", OLD."only_valid", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."region_id", OLD."reviewed_by_id", OLD."rows", OLD."sample", OLD."sender", OLD."sha256", OLD."state"); RETURN NULL;', hash='b5ba73d42b87190fde89b2b934e5bf84b5c82682', operation='DELETE', pgid='pgtrigger_delete_delete_18636', table='families_importbatch', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importbatchevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='189b2cb177f4a655896a23cce3f2bdfba4edb2f6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_f8ae2', table='families_importbatchevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importbatchevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bb690ac774fb58735a60fe056f3f1e6dca670c13', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9314d', table='families_importbatchevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='mutualaidgroup',
                index=models.Index(fields=['region', '-id'], name='group_region'),
            ),
            migrations.AddConstraint(
                model_name='mutualaidgroup',
                constraint=models.CheckConstraint(condition=models.Q(('dissolved_on', None), ('dissolved_on__gte', models.F('opened_on')), _connector='OR'), name='group_period_in_order'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='mutualaidgroup',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "families_mutualaidgroupevent" ("created_at", "dissolved_on", "id", "number", "opened_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id") SELECT new_values."created_at", new_values."dissolved_on", new_values."id", new_values."number", new_values."opened_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."region_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3ae1dc9114a7bcec6b2bdbf86addc8cb43a5f175', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_303f1', referencing='REFERENCING NEW TABLE AS new_values ', table='families_mutualaidgroup', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='mutualaidgroup',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_mutualaidgroupevent" ("created_at", "dissolved_on", "id", "number", "opened_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id") VALUES (NEW."created_at", NEW."dissolved_on", NEW."id", NEW."number", NEW."opened_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id"); RETURN NULL;', hash='239758b178b4f15e4b89fc550553e57df063bec0', operation='UPDATE', pgid='pgtrigger_update_update_10904', table='families_mutualaidgroup', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='mutualaidgroup',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_mutualaidgroupevent" ("created_at", "dissolved_on", "id", "number", "opened_on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id") VALUES (OLD."created_at", OLD."dissolved_on", OLD."id", OLD."number", OLD."opened_on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id"); RETURN NULL;', hash='edfc0dd33e8acaf6d7c07a83d93a2a9be8c2f89a', operation='DELETE', pgid='pgtrigger_delete_delete_d6b1d', table='families_mutualaidgroup', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmemberevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='3cfa392e058691ce290b2bb94ad5ed3670310779', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e39b7', table='families_groupmemberevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmemberevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e7a9d4bfb987f2da0c1747d6034429f2e753aec8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bee4a', table='families_groupmemberevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='groupmember',
                constraint=models.CheckConstraint(condition=models.Q(('seat__gte', 1), ('seat__lte', 8)), name='member_seat_one_to_eight'),
            ),
            migrations.AddConstraint(
                model_name='groupmember',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('relation', '01'), ('seat', 1)), models.Q(('seat__gt', 1), models.Q(('relation', '01'), _negated=True)), _connector='OR'), name='member_owner_has_seat_one'),
            ),
            migrations.AddConstraint(
                model_name='groupmember',
                constraint=models.CheckConstraint(condition=models.Q(('left_on', None), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='member_period_in_order'),
            ),
            migrations.AddConstraint(
                model_name='groupmember',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('group', '='), ('seat', '='), (accounts.models.dated.DateRange('joined_on', 'left_on'), '&&')], name='member_seat_once'),
            ),
            migrations.AddConstraint(
                model_name='groupmember',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('group', '='), ('person', '='), (accounts.models.dated.DateRange('joined_on', 'left_on'), '&&')], name='member_once_in_group'),
            ),
            migrations.AddConstraint(
                model_name='groupmember',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('exclusive', True)), expressions=[('person', '='), (accounts.models.dated.DateRange('joined_on', 'left_on'), '&&')], name='member_one_group'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmember',
                trigger=pgtrigger.compiler.Trigger(name='member_stays_itself', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."joined_on" IS DISTINCT FROM (NEW."joined_on") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."seat" IS DISTINCT FROM (NEW."seat"))', func='RAISE EXCEPTION \'pgtrigger: Cannot update of "group_id", "person_id", "seat", "joined_on" rows from % table\', TG_TABLE_NAME;', hash='cc70fb2c7ed08a5d17e275fc30ca94b56291a9fb', operation='UPDATE OF "group_id", "person_id", "seat", "joined_on"', pgid='pgtrigger_member_stays_itself_0320e', table='families_groupmember', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmember',
                trigger=pgtrigger.compiler.Trigger(name='member_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='9ac26811639fe6ed2a7d8fe8f578b7670ca63f6e', operation='DELETE', pgid='pgtrigger_member_is_kept_945f6', table='families_groupmember', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmember',
                trigger=pgtrigger.compiler.Trigger(name='member_of_open_record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (SELECT FROM written WHERE (SELECT merged_into_id FROM accounts_insuredperson WHERE id = written.person_id) IS NOT NULL) THEN\n                RAISE EXCEPTION 'the record was merged' USING ERRCODE = 'check_violation', CONSTRAINT = 'member_of_open_record';\n            END IF;\n            RETURN NULL;\n        ", hash='daffc1596c0cc92659cd858538e03172668dd58b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_member_of_open_record_64557', referencing='REFERENCING NEW TABLE AS written ', table='families_groupmember', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmember',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "families_groupmemberevent" ("exclusive", "group_id", "id", "joined_on", "left_on", "left_reason", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "seat") SELECT new_values."exclusive", new_values."group_id", new_values."id", new_values."joined_on", new_values."left_on", new_values."left_reason", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."relation", new_values."seat" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5cbe72c4f84f8557d120c70e48d252835ef59c59', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_1211f', referencing='REFERENCING NEW TABLE AS new_values ', table='families_groupmember', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmember',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_groupmemberevent" ("exclusive", "group_id", "id", "joined_on", "left_on", "left_reason", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "seat") VALUES (NEW."exclusive", NEW."group_id", NEW."id", NEW."joined_on", NEW."left_on", NEW."left_reason", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."relation", NEW."seat"); RETURN NULL;', hash='94234dd062ef35d0f797275c28d5b48d3624fcba', operation='UPDATE', pgid='pgtrigger_update_update_3537e', table='families_groupmember', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='groupmember',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_groupmemberevent" ("exclusive", "group_id", "id", "joined_on", "left_on", "left_reason", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "seat") VALUES (OLD."exclusive", OLD."group_id", OLD."id", OLD."joined_on", OLD."left_on", OLD."left_reason", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."relation", OLD."seat"); RETURN NULL;', hash='2e1038f193c42c3e9519bf7db6bdfe165bc99c61', operation='DELETE', pgid='pgtrigger_delete_delete_af60e', table='families_groupmember', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grantevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='71776e0b2da11c0bb0a1bcbc6890bede896b2968', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_27c0d', table='families_grantevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grantevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b24a644d402bf6448ff5c1daf690cbf43d3de2fa', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a83f3', table='families_grantevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='grant',
                constraint=models.CheckConstraint(condition=models.Q(('payer', models.F('beneficiary')), _negated=True), name='grant_to_another'),
            ),
            migrations.AddConstraint(
                model_name='grant',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='grant_period_in_order'),
            ),
            migrations.AddConstraint(
                model_name='grant',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('payer', '='), ('beneficiary', '='), (accounts.models.dated.DateRange('starts_on', 'ends_on'), '&&')], name='grant_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='grant_within_group', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (SELECT FROM written WHERE (SELECT group_id FROM families_groupmember WHERE id = written.payer_id) <> written.group_id OR (SELECT group_id FROM families_groupmember WHERE id = written.beneficiary_id) <> written.group_id) THEN\n                RAISE EXCEPTION 'payer and beneficiary have to be members of this group' USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_within_group';\n            END IF;\n            RETURN NULL;\n        ", hash='75e96a56f529f57dc40964299332456de8618fcd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_grant_within_group_98e73', referencing='REFERENCING NEW TABLE AS written ', table='families_grant', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='grant_still_within_group', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (SELECT FROM written WHERE (SELECT group_id FROM families_groupmember WHERE id = written.payer_id) <> written.group_id OR (SELECT group_id FROM families_groupmember WHERE id = written.beneficiary_id) <> written.group_id) THEN\n                RAISE EXCEPTION 'payer and beneficiary have to be members of this group' USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_within_group';\n            END IF;\n            RETURN NULL;\n        ", hash='c198da07ad2b027613a0b13ccf6e691b7f7d6f8c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_grant_still_within_group_9bdba', referencing='REFERENCING NEW TABLE AS written ', table='families_grant', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='grant_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='03c72f56bea9da7337366cdeadaca3ffcca4f3c3', operation='DELETE', pgid='pgtrigger_grant_is_kept_49b41', table='families_grant', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "families_grantevent" ("basis", "beneficiary_id", "ends_on", "group_id", "id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") SELECT new_values."basis", new_values."beneficiary_id", new_values."ends_on", new_values."group_id", new_values."id", new_values."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."starts_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ab429b82e9ca9213a7394f200dc301b0d6749e82', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_be366', referencing='REFERENCING NEW TABLE AS new_values ', table='families_grant', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_grantevent" ("basis", "beneficiary_id", "ends_on", "group_id", "id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."basis", NEW."beneficiary_id", NEW."ends_on", NEW."group_id", NEW."id", NEW."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."starts_on"); RETURN NULL;', hash='573be817a5aa685b33e18f884f579995938d5e70', operation='UPDATE', pgid='pgtrigger_update_update_98ba0', table='families_grant', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_grantevent" ("basis", "beneficiary_id", "ends_on", "group_id", "id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (OLD."basis", OLD."beneficiary_id", OLD."ends_on", OLD."group_id", OLD."id", OLD."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."starts_on"); RETURN NULL;', hash='e1136de33b4f9b851db7adc258a8e07256fe483d', operation='DELETE', pgid='pgtrigger_delete_delete_ece26', table='families_grant', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='0c015f3faae300e7ec84c7496acf68e2215c5cb9', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e4802', table='families_followupevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='followupevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c169aec6871c2afbe20c499d90be10d6309e9d3f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0d1a2', table='families_followupevent', when='BEFORE')),
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
                model_name='mutualaidgroupevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='56d97fa536d4de5d48837c3f3d6fdba7a44717b5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_80c21', table='families_mutualaidgroupevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='mutualaidgroupevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='93a514d26b47c1b3346a493765e73e1418de2596', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_143c3', table='families_mutualaidgroupevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='personmatch',
                index=models.Index(fields=['state', '-id'], name='match_state'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.UniqueConstraint(fields=('first', 'second'), name='match_pair_once'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='match_pair_in_order'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'merge_requested', 'merged', 'different'])), name='match_state_known'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.CheckConstraint(condition=models.Q(('survivor', None), ('survivor', models.F('first')), ('survivor', models.F('second')), _connector='OR'), name='match_survivor_of_the_pair'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('requested_at', None), ('requested_by', None), ('state__in', ['proposed', 'different']), ('survivor', None)), models.Q(('state__in', ['merge_requested', 'merged']), ('survivor__isnull', False), ('requested_at__isnull', False), ('requested_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='match_requested_by_someone'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['merged', 'different']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='match_decided_by_someone'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'merged'), _negated=True), models.Q(('requested_by', models.F('decided_by')), _negated=True), _connector='OR'), name='match_two_people'),
            ),
            migrations.AddConstraint(
                model_name='personmatch',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'different'), _negated=True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='match_different_has_reason'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personmatch',
                trigger=pgtrigger.compiler.Trigger(name='match_merged_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'merged\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='62070255ec4c49b1ec9e33136c791f6832a467f5', operation='UPDATE', pgid='pgtrigger_match_merged_stays_3c757', table='families_personmatch', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personmatch',
                trigger=pgtrigger.compiler.Trigger(name='match_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='55ca90f8e6e584e434d83eec8eef099ec683a448', operation='DELETE', pgid='pgtrigger_match_is_kept_b3536', table='families_personmatch', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personmatch',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_personmatchevent" ("certainty", "decided_at", "decided_by_id", "decision", "evidence", "first_id", "found_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "second_id", "state", "survivor_id") VALUES (NEW."certainty", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."evidence", NEW."first_id", NEW."found_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."requested_at", NEW."requested_by_id", NEW."second_id", NEW."state", NEW."survivor_id"); RETURN NULL;', hash='5b9b104d8f70a22e20841858ab25cd1eedf68856', operation='INSERT', pgid='pgtrigger_insert_insert_87398', table='families_personmatch', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personmatch',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_personmatchevent" ("certainty", "decided_at", "decided_by_id", "decision", "evidence", "first_id", "found_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "second_id", "state", "survivor_id") VALUES (NEW."certainty", NEW."decided_at", NEW."decided_by_id", NEW."decision", NEW."evidence", NEW."first_id", NEW."found_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."requested_at", NEW."requested_by_id", NEW."second_id", NEW."state", NEW."survivor_id"); RETURN NULL;', hash='ad81f5c3e7e238cee6e901e51a49b9442335bbbd', operation='UPDATE', pgid='pgtrigger_update_update_e0e27', table='families_personmatch', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personmatch',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_personmatchevent" ("certainty", "decided_at", "decided_by_id", "decision", "evidence", "first_id", "found_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "second_id", "state", "survivor_id") VALUES (OLD."certainty", OLD."decided_at", OLD."decided_by_id", OLD."decision", OLD."evidence", OLD."first_id", OLD."found_on", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."requested_at", OLD."requested_by_id", OLD."second_id", OLD."state", OLD."survivor_id"); RETURN NULL;', hash='50c0c2c81e77034383ca06ec42c86d272ac36f1b', operation='DELETE', pgid='pgtrigger_delete_delete_c27a0', table='families_personmatch', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personmatchevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='431ca42cb78f8e508ad9fa24bae75f4e582b5ffc', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_b9961', table='families_personmatchevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='personmatchevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0536c0358fcd794a16ec1c3efe52be80ce889f14', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8d05b', table='families_personmatchevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='regionpolicy',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('region', 'effective_on'), name='policy_one_version_per_day'),
            ),
            migrations.AddConstraint(
                model_name='regionpolicy',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('region', 'effective_on'), name='policy_one_draft_per_day'),
            ),
            migrations.AddConstraint(
                model_name='regionpolicy',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('drafted_by', models.F('published_by')), _negated=True), models.Q(('changed_by', models.F('published_by')), _negated=True)), name='policy_two_people'),
            ),
            migrations.AddConstraint(
                model_name='regionpolicy',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('drafted_by__isnull', False), ('published_at__isnull', False), ('published_by__isnull', False), ('state', 'published')), models.Q(('drafted_by', None), ('published_at', None), ('published_by', None), ('state', 'published')), models.Q(models.Q(('state', 'published'), _negated=True), ('published_at', None), ('published_by', None)), _connector='OR'), name='policy_published_by_someone'),
            ),
            migrations.AddConstraint(
                model_name='regionpolicy',
                constraint=models.CheckConstraint(condition=models.Q(('published_at', None), ('effective_on__gt', families.models.policy.BusinessDay('published_at')), _connector='OR'), name='policy_published_before_its_day'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicy',
                trigger=pgtrigger.compiler.Trigger(name='policy_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='49eafd4bc3207d46a4fd996eab42329cdd6172ce', operation='DELETE', pgid='pgtrigger_policy_is_kept_f5ead', table='families_regionpolicy', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicy',
                trigger=pgtrigger.compiler.Trigger(name='policy_decided_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'draft')", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='bb4e54813c8bd84bab96acb30d61e3bd4aec3589', operation='UPDATE', pgid='pgtrigger_policy_decided_stays_38da6', table='families_regionpolicy', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicy',
                trigger=pgtrigger.compiler.Trigger(name='policy_stays_its_drafters', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."drafted_by_id" IS DISTINCT FROM (NEW."drafted_by_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='74489065b3a7991c3f6564d1c882077a401fb259', operation='UPDATE', pgid='pgtrigger_policy_stays_its_drafters_a437e', table='families_regionpolicy', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicy',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_regionpolicyevent" ("changed_by_id", "drafted_by_id", "effective_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "region_id", "state", "title", "version") VALUES (NEW."changed_by_id", NEW."drafted_by_id", NEW."effective_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."region_id", NEW."state", NEW."title", NEW."version"); RETURN NULL;', hash='b8fb21902548069b8bb59da36a1792b5a3a72f52', operation='INSERT', pgid='pgtrigger_insert_insert_460d7', table='families_regionpolicy', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicy',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_regionpolicyevent" ("changed_by_id", "drafted_by_id", "effective_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "region_id", "state", "title", "version") VALUES (NEW."changed_by_id", NEW."drafted_by_id", NEW."effective_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."region_id", NEW."state", NEW."title", NEW."version"); RETURN NULL;', hash='55055787f7508b46f3d46a1816022db05240e8ce', operation='UPDATE', pgid='pgtrigger_update_update_eccf7', table='families_regionpolicy', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicy',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_regionpolicyevent" ("changed_by_id", "drafted_by_id", "effective_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "region_id", "state", "title", "version") VALUES (OLD."changed_by_id", OLD."drafted_by_id", OLD."effective_on", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."published_at", OLD."published_by_id", OLD."region_id", OLD."state", OLD."title", OLD."version"); RETURN NULL;', hash='717bfc46bfdb2500029a9fb498ca6246f2b20a93', operation='DELETE', pgid='pgtrigger_delete_delete_0ddd2', table='families_regionpolicy', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='policysettingevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='51d261eedd639c7e7cc377d8136b0b4fc88e7778', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_b584f', table='families_policysettingevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='policysettingevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='845dfb62a6938d9c3484fd75a7a83c6c7698f209', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8e77f', table='families_policysettingevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='policysetting',
                constraint=models.UniqueConstraint(fields=('policy', 'parameter'), name='policy_parameter_once'),
            ),
            migrations.AddConstraint(
                model_name='policysetting',
                constraint=models.CheckConstraint(condition=models.Q(('citation', ''), _negated=True), name='policy_setting_cited'),
            ),
            migrations.AddConstraint(
                model_name='policysetting',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('parameter', 'max_members'), _negated=True), models.Q(('value__gte', 2), ('value__isnull', False), ('value__lte', 8)), _connector='OR'), name='policy_seats_at_most_eight'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='policysetting',
                trigger=pgtrigger.compiler.Trigger(name='policy_value_of_a_draft', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE decided boolean;', func="\n                    SELECT bool_or(state <> 'draft') INTO decided\n                      FROM (SELECT state FROM families_regionpolicy\n                             WHERE id IN (OLD.policy_id, NEW.policy_id) FOR SHARE) AS versions;\n                    IF decided THEN\n                        RAISE EXCEPTION 'the values of a version that is decided stay as they are'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_value_of_a_draft';\n                    END IF;\n                    RETURN COALESCE(NEW, OLD);\n                ", hash='ece1b08ed9bfdbbd58df6476a151df81ac94ee12', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_policy_value_of_a_draft_21aeb', table='families_policysetting', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='policysetting',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_policysettingevent" ("citation", "id", "parameter", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "value") VALUES (NEW."citation", NEW."id", NEW."parameter", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."policy_id", NEW."value"); RETURN NULL;', hash='aca1eaafacd3972712936318fd1abfc414a9e2fc', operation='INSERT', pgid='pgtrigger_insert_insert_85156', table='families_policysetting', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='policysetting',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_policysettingevent" ("citation", "id", "parameter", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "value") VALUES (NEW."citation", NEW."id", NEW."parameter", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."policy_id", NEW."value"); RETURN NULL;', hash='87b9cc91b31fb68c796bb5e09594efdd2821de78', operation='UPDATE', pgid='pgtrigger_update_update_359c4', table='families_policysetting', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='policysetting',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_policysettingevent" ("citation", "id", "parameter", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "value") VALUES (OLD."citation", OLD."id", OLD."parameter", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."policy_id", OLD."value"); RETURN NULL;', hash='918c9c99953ae7c306a25ef1a0778a9dd2349a70', operation='DELETE', pgid='pgtrigger_delete_delete_1715b', table='families_policysetting', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicyevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='5225e2401eca0d32f7477a1cce6eda58556435bf', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_f8280', table='families_regionpolicyevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='regionpolicyevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5695841d424918be46fac067686caef7bf331e1c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6a750', table='families_regionpolicyevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='registrationcase',
                index=models.Index(fields=['region', 'state', '-id'], name='case_region_state'),
            ),
            migrations.AddIndex(
                model_name='registrationcase',
                index=models.Index(fields=['handled_by', 'state', '-id'], name='case_handled_by'),
            ),
            migrations.AddIndex(
                model_name='registrationcase',
                index=models.Index(models.F('handled_by'), django.db.models.functions.comparison.Coalesce('decided_at', 'submitted_at', 'handled_at'), name='case_handled_by_since'),
            ),
            migrations.AddIndex(
                model_name='registrationcase',
                index=models.Index(models.F('state'), django.db.models.functions.comparison.Coalesce('decided_at', 'submitted_at', 'handled_at'), name='case_state_since'),
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
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_by', None), ('state__in', ['draft', 'submitted', 'withdrawn'])), models.Q(('decided_at__isnull', False), ('reviewed_by__isnull', False), ('state__in', ['effective', 'rejected'])), models.Q(('decided_at__isnull', False), ('review_mode', 'immediate'), ('state', 'effective')), _connector='OR'), name='case_decided_by_someone'),
            ),
            migrations.AddConstraint(
                model_name='registrationcase',
                constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), ('submitted_at__isnull', False), _connector='OR'), name='case_submitted_has_time'),
            ),
            migrations.AddConstraint(
                model_name='registrationcase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['rejected', 'withdrawn']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='case_refusal_has_reason'),
            ),
            migrations.AddConstraint(
                model_name='registrationcase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'effective'), _negated=True), ('group__isnull', False), _connector='OR'), name='case_effective_has_group'),
            ),
            migrations.AddConstraint(
                model_name='registrationcase',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'create'), ('state__in', ['draft', 'submitted'])), fields=('owner',), name='case_one_open_creation_per_owner'),
            ),
            migrations.AddConstraint(
                model_name='registrationcase',
                constraint=models.UniqueConstraint(condition=models.Q(('group__isnull', False), ('state__in', ['draft', 'submitted'])), fields=('group',), name='case_one_open_per_group'),
            ),
            migrations.AddConstraint(
                model_name='registrationcase',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('corrects',), name='case_corrected_once'),
            ),
            migrations.AddConstraint(
                model_name='registrationcase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'effective'), _negated=True), ('effective_on__isnull', False), _connector='OR'), name='case_effective_has_day'),
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
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "families_registrationcaseevent" ("agent_name", "cause", "channel", "corrects_id", "decided_at", "declared_pairs", "effective_on", "group_id", "handled_at", "handled_by_id", "id", "kind", "number", "opened_by_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_of_attorney", "reason", "region_id", "review_mode", "reviewed_by_id", "state", "submission_key", "submitted_at", "submitted_check", "version") SELECT new_values."agent_name", new_values."cause", new_values."channel", new_values."corrects_id", new_values."decided_at", new_values."declared_pairs", new_values."effective_on", new_values."group_id", new_values."handled_at", new_values."handled_by_id", new_values."id", new_values."kind", new_values."number", new_values."opened_by_id", new_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."power_of_attorney", new_values."reason", new_values."region_id", new_values."review_mode", new_values."reviewed_by_id", new_values."state", new_values."submission_key", new_values."submitted_at", new_values."submitted_check", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2943bffbabb993009228228d89144e85b192c0b5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_dbe2f', referencing='REFERENCING NEW TABLE AS new_values ', table='families_registrationcase', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registrationcase',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_registrationcaseevent" ("agent_name", "cause", "channel", "corrects_id", "decided_at", "declared_pairs", "effective_on", "group_id", "handled_at", "handled_by_id", "id", "kind", "number", "opened_by_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_of_attorney", "reason", "region_id", "review_mode", "reviewed_by_id", "state", "submission_key", "submitted_at", "submitted_check", "version") VALUES (NEW."agent_name", NEW."cause", NEW."channel", NEW."corrects_id", NEW."decided_at", NEW."declared_pairs", NEW."effective_on", NEW."group_id", NEW."handled_at", NEW."handled_by_id", NEW."id", NEW."kind", NEW."number", NEW."opened_by_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."power_of_attorney", NEW."reason", NEW."region_id", NEW."review_mode", NEW."reviewed_by_id", NEW."state", NEW."submission_key", NEW."submitted_at", NEW."submitted_check", NEW."version"); RETURN NULL;', hash='f87729a6444e1082cc69a0ac017cce6ee6f17e29', operation='UPDATE', pgid='pgtrigger_update_update_64b91', table='families_registrationcase', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registrationcase',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_registrationcaseevent" ("agent_name", "cause", "channel", "corrects_id", "decided_at", "declared_pairs", "effective_on", "group_id", "handled_at", "handled_by_id", "id", "kind", "number", "opened_by_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "power_of_attorney", "reason", "region_id", "review_mode", "reviewed_by_id", "state", "submission_key", "submitted_at", "submitted_check", "version") VALUES (OLD."agent_name", OLD."cause", OLD."channel", OLD."corrects_id", OLD."decided_at", OLD."declared_pairs", OLD."effective_on", OLD."group_id", OLD."handled_at", OLD."handled_by_id", OLD."id", OLD."kind", OLD."number", OLD."opened_by_id", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."power_of_attorney", OLD."reason", OLD."region_id", OLD."review_mode", OLD."reviewed_by_id", OLD."state", OLD."submission_key", OLD."submitted_at", OLD."submitted_check", OLD."version"); RETURN NULL;', hash='720b5f1d9745737843b550cbb5b827bd09861d9e', operation='DELETE', pgid='pgtrigger_delete_delete_7b8de', table='families_registrationcase', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importfamilyevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='36dd93085577c7bfcb924dff97b1ae3069547add', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e547b', table='families_importfamilyevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importfamilyevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='55f9c135103bfc3d136425aa6729c7590f59a42b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_59d7f', table='families_importfamilyevent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='importfamily',
                index=models.Index(fields=['batch', 'state', 'position'], name='import_family_state'),
            ),
            migrations.AddConstraint(
                model_name='importfamily',
                constraint=models.UniqueConstraint(fields=('batch', 'position'), name='import_family_position_once'),
            ),
            migrations.AddConstraint(
                model_name='importfamily',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['applied', 'undone']), _negated=True), models.Q(('case__isnull', False), ('group__isnull', False)), _connector='OR'), name='import_family_applied_has_case'),
            ),
            migrations.AddConstraint(
                model_name='importfamily',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'faulty'), models.Q(('errors', []), _negated=True)), models.Q(models.Q(('state', 'faulty'), _negated=True), ('errors', [])), _connector='OR'), name='import_family_faulty_has_errors'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importfamily',
                trigger=pgtrigger.compiler.Trigger(name='import_family_applied_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'applied\', \'undone\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='85c821f2278686777e4f1b8c8e0d25dcf091e7db', operation='DELETE', pgid='pgtrigger_import_family_applied_is_kept_bf313', table='families_importfamily', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importfamily',
                trigger=pgtrigger.compiler.Trigger(name='import_family_applied_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'applied\', \'undone\') AND NOT (NEW."state" IN (\'applied\', \'undone\') AND OLD."case_id" = (NEW."case_id") AND OLD."case_id" IS NOT NULL AND OLD."case_id" IS NOT NULL AND OLD."content_sealed" = (NEW."content_sealed") AND OLD."group_id" = (NEW."group_id") AND OLD."group_id" IS NOT NULL AND OLD."group_id" IS NOT NULL))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0ca5ea63d8f438bcd4e3129a73a5151333c5c637', operation='UPDATE', pgid='pgtrigger_import_family_applied_is_final_440ee', table='families_importfamily', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importfamily',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."corrected_by_id" IS NOT NULL)', func='INSERT INTO "families_importfamilyevent" ("batch_id", "case_id", "content_sealed", "corrected_by_id", "errors", "first_row", "group_id", "id", "number", "persons", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "size", "state", "stays", "version", "warnings") VALUES (NEW."batch_id", NEW."case_id", NEW."content_sealed", NEW."corrected_by_id", NEW."errors", NEW."first_row", NEW."group_id", NEW."id", NEW."number", NEW."persons", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."position", NEW."size", NEW."state", NEW."stays", NEW."version", NEW."warnings"); RETURN NULL;', hash='71c4f7f778fb5c759850b34064888d7217230feb', operation='INSERT', pgid='pgtrigger_insert_insert_28a67', table='families_importfamily', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='importfamily',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."content_sealed" IS DISTINCT FROM (NEW."content_sealed") OR OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "families_importfamilyevent" ("batch_id", "case_id", "content_sealed", "corrected_by_id", "errors", "first_row", "group_id", "id", "number", "persons", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "size", "state", "stays", "version", "warnings") VALUES (NEW."batch_id", NEW."case_id", NEW."content_sealed", NEW."corrected_by_id", NEW."errors", NEW."first_row", NEW."group_id", NEW."id", NEW."number", NEW."persons", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."position", NEW."size", NEW."state", NEW."stays", NEW."version", NEW."warnings"); RETURN NULL;', hash='e4d8e0437273b3993d2cc98029bfe1cb88f34051', operation='UPDATE', pgid='pgtrigger_update_update_989f8', table='families_importfamily', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caselineevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='9a809714323faf301f6322741cd7c626bee66a0e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_4388e', table='families_caselineevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caselineevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5844bb38e9ea3f6d27f79cb1970608392b487e84', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f153d', table='families_caselineevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='caseline',
                constraint=models.UniqueConstraint(fields=('case', 'position'), name='line_position_once'),
            ),
            migrations.AddConstraint(
                model_name='caseline',
                constraint=models.UniqueConstraint(fields=('case', 'person'), name='line_person_once'),
            ),
            migrations.AddConstraint(
                model_name='caseline',
                constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1), ('position__lte', 8)), name='line_position_one_to_eight'),
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
                model_name='caseline',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('rank__gte', 1), ('rank__isnull', False), ('shares', True)), models.Q(('rank', None), ('share_limit', None), ('shares', False)), _connector='OR'), name='line_rank_when_sharing'),
            ),
            migrations.AddConstraint(
                model_name='caseline',
                constraint=models.CheckConstraint(condition=models.Q(('share_limit', None), ('share_limit__gte', 0), _connector='OR'), name='line_limit_not_negative'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseline',
                trigger=pgtrigger.compiler.Trigger(name='line_of_a_draft', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (SELECT FROM written WHERE (SELECT state FROM families_registrationcase WHERE id = written.case_id) <> 'draft') THEN\n                RAISE EXCEPTION 'lines are added in drafts only' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_of_a_draft';\n            END IF;\n            RETURN NULL;\n        ", hash='44029ae11a1f67b154ef3ea177edf2db619d1df5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_line_of_a_draft_d183d', referencing='REFERENCING NEW TABLE AS written ', table='families_caseline', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseline',
                trigger=pgtrigger.compiler.Trigger(name='line_changed_in_a_draft', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF (SELECT state FROM families_registrationcase WHERE id = OLD.case_id) <> 'draft' THEN\n                        RAISE EXCEPTION 'lines are changed in drafts only'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_of_a_draft';\n                    END IF;\n                    RETURN NULL;\n                ", hash='cdf9afef1ba8ee00f047afdd72ab1f069a8a44eb', operation='UPDATE OR DELETE', pgid='pgtrigger_line_changed_in_a_draft_8ccac', table='families_caseline', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseline',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "families_caselineevent" ("action", "case_id", "id", "last_on", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rank", "relation", "share_limit", "shares", "starts_on") SELECT new_values."action", new_values."case_id", new_values."id", new_values."last_on", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."rank", new_values."relation", new_values."share_limit", new_values."shares", new_values."starts_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='480d1d9d4c508dd219a9bd3f816aa0a31e5cc3aa', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_cfec0', referencing='REFERENCING NEW TABLE AS new_values ', table='families_caseline', when='AFTER')),
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
                model_name='casedocumentevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='512607758dc9ff32701245f90c862c026fb2de60', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_b6934', table='families_casedocumentevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='casedocumentevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='62e2a4c57d0097ffe0ce7eb945f68a71f9c3aa29', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b81f3', table='families_casedocumentevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='casedocument',
                constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 30)), name='document_one_to_thirty'),
            ),
            migrations.AddConstraint(
                model_name='casedocument',
                constraint=models.UniqueConstraint(fields=('case', 'number'), name='document_number_once'),
            ),
            migrations.AddConstraint(
                model_name='casedocument',
                constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['id_card', 'household_register', 'marriage_certificate', 'birth_certificate', 'kinship_proof', 'commitment', 'registration_form_signed', 'power_of_attorney', 'agent_id', 'death_certificate', 'other'])), name='document_kind_known'),
            ),
            migrations.AddConstraint(
                model_name='casedocument',
                constraint=models.CheckConstraint(condition=models.Q(('content_type__in', ['image/jpeg', 'image/png', 'image/webp', 'application/pdf']), ('size__gte', 1)), name='document_content_known'),
            ),
            migrations.AddConstraint(
                model_name='casedocument',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('replaces', None)), models.Q(('replaces__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='document_replaced_with_reason'),
            ),
            migrations.AddConstraint(
                model_name='casedocument',
                constraint=models.UniqueConstraint(fields=('case', 'kind', 'person', 'sha256'), name='document_once_in_case', nulls_distinct=False),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='casedocument',
                trigger=pgtrigger.compiler.Trigger(name='document_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='137f9094dcbb23062a6bd6d0cea59f6ab0d0d342', operation='UPDATE OR DELETE', pgid='pgtrigger_document_append_only_0d902', table='families_casedocument', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='casedocument',
                trigger=pgtrigger.compiler.Trigger(name='document_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='3d9495c178a3939402ee6257d9bfbc9a18929710', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_document_no_truncate_63983', table='families_casedocument', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='casedocument',
                trigger=pgtrigger.compiler.Trigger(name='document_of_open_case', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM 1 FROM families_registrationcase\n                      WHERE id = NEW.case_id AND state IN ('draft', 'submitted') FOR SHARE;\n                    IF NOT FOUND THEN\n                        RAISE check_violation USING CONSTRAINT = 'document_of_open_case',\n                            MESSAGE = 'a case that is decided takes no papers';\n                    END IF;\n                    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (\n                        SELECT 1 FROM families_casedocument AS replaced\n                         WHERE replaced.id = NEW.replaces_id AND replaced.case_id = NEW.case_id\n                           AND replaced.kind = NEW.kind AND replaced.person_id IS NOT DISTINCT FROM NEW.person_id\n                    ) THEN\n                        RAISE check_violation USING CONSTRAINT = 'document_of_open_case',\n                            MESSAGE = 'a paper is replaced by one of the same case, kind and person';\n                    END IF;\n                    RETURN NEW;\n                ", hash='e3525ffd8d015187ca48fdfc64a7e0903ca8a60a', operation='INSERT', pgid='pgtrigger_document_of_open_case_add1c', table='families_casedocument', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='casedocument',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_casedocumentevent" ("added_at", "added_by_id", "case_id", "content_type", "height", "id", "kind", "name", "number", "pages", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "replaces_id", "sha256", "size", "stored_as", "width") VALUES (NEW."added_at", NEW."added_by_id", NEW."case_id", NEW."content_type", NEW."height", NEW."id", NEW."kind", NEW."name", NEW."number", NEW."pages", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."replaces_id", NEW."sha256", NEW."size", NEW."stored_as", NEW."width"); RETURN NULL;', hash='7717550e30445aa345a2c0f4bfc95bfd1541c5e7', operation='INSERT', pgid='pgtrigger_insert_insert_27451', table='families_casedocument', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseagentevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='36773eddd8ebde13febec38af5872b290cbaa8d5', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_6745e', table='families_caseagentevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseagentevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='75681a82c307738e9e485f99647953b972d448bb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_084f6', table='families_caseagentevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='caseagent',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('certno_sealed', b''), _negated=True)), name='agent_named_with_number'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseagent',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_caseagentevent" ("case_id", "cert_type", "certno_sealed", "id", "mobile_sealed", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."case_id", NEW."cert_type", NEW."certno_sealed", NEW."id", NEW."mobile_sealed", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='e04d9e72f9d241e049c49887166f8a58f10b9c27', operation='INSERT', pgid='pgtrigger_insert_insert_4fd1d', table='families_caseagent', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseagent',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_caseagentevent" ("case_id", "cert_type", "certno_sealed", "id", "mobile_sealed", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."case_id", NEW."cert_type", NEW."certno_sealed", NEW."id", NEW."mobile_sealed", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;', hash='b69e02758f73b7d0d96a465b4597744ce02e87ab', operation='UPDATE', pgid='pgtrigger_update_update_a27f9', table='families_caseagent', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseagent',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_caseagentevent" ("case_id", "cert_type", "certno_sealed", "id", "mobile_sealed", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."case_id", OLD."cert_type", OLD."certno_sealed", OLD."id", OLD."mobile_sealed", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='58fce7fba76d306e76b6824af3c2bd56dc22a004', operation='DELETE', pgid='pgtrigger_delete_delete_a2eb4', table='families_caseagent', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registrationcaseevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='2b1a0ef280d353b88b3a9a1dc2fd90e8827b060a', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_be1a5', table='families_registrationcaseevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='registrationcaseevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4cb148b4847c2a25b1d4f5d7fc33e1ea2d0f1ed2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0681a', table='families_registrationcaseevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='senderheading',
                constraint=models.UniqueConstraint(fields=('region', 'sender', 'heading'), name='sender_heading_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='senderheading',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_senderheadingevent" ("column", "heading", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "sender") VALUES (NEW."column", NEW."heading", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."region_id", NEW."sender"); RETURN NULL;', hash='1301f7abde568465b54aca53d83c347e61064514', operation='INSERT', pgid='pgtrigger_insert_insert_0bc59', table='families_senderheading', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='senderheading',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_senderheadingevent" ("column", "heading", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "sender") VALUES (NEW."column", NEW."heading", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."region_id", NEW."sender"); RETURN NULL;', hash='ebb7f70fb23286a141329ae833c814eb83402ce9', operation='UPDATE', pgid='pgtrigger_update_update_aba6e', table='families_senderheading', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='senderheading',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_senderheadingevent" ("column", "heading", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "sender") VALUES (OLD."column", OLD."heading", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."region_id", OLD."sender"); RETURN NULL;', hash='22a1e2191821c4ec90aed0cf51208aa053aad204', operation='DELETE', pgid='pgtrigger_delete_delete_26634', table='families_senderheading', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='senderheadingevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='a4f1592561bd9e0fa6846046508644c5329b86b4', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_6db3e', table='families_senderheadingevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='senderheadingevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='693e9323f80c05034394fe2f3b19069706e459c2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3db66', table='families_senderheadingevent', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='sharing',
                constraint=models.CheckConstraint(condition=models.Q(('rank__gte', 1)), name='sharing_rank_from_one'),
            ),
            migrations.AddConstraint(
                model_name='sharing',
                constraint=models.CheckConstraint(condition=models.Q(('share_limit', None), ('share_limit__gte', 0), _connector='OR'), name='sharing_limit_not_negative'),
            ),
            migrations.AddConstraint(
                model_name='sharing',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='sharing_period_in_order'),
            ),
            migrations.AddConstraint(
                model_name='sharing',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('payer', '='), (accounts.models.dated.DateRange('starts_on', 'ends_on'), '&&')], name='sharing_once'),
            ),
            migrations.AddConstraint(
                model_name='sharing',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('group', '='), ('rank', '='), (accounts.models.dated.DateRange('starts_on', 'ends_on'), '&&')], name='sharing_rank_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharing',
                trigger=pgtrigger.compiler.Trigger(name='sharing_within_group', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (SELECT FROM written WHERE (SELECT group_id FROM families_groupmember WHERE id = written.payer_id) <> written.group_id) THEN\n                RAISE EXCEPTION 'payer and beneficiary have to be members of this group' USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_within_group';\n            END IF;\n            RETURN NULL;\n        ", hash='2a3963e208f85e9dc13ccc8b122b062c91388486', level='STATEMENT', operation='INSERT', pgid='pgtrigger_sharing_within_group_091b3', referencing='REFERENCING NEW TABLE AS written ', table='families_sharing', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharing',
                trigger=pgtrigger.compiler.Trigger(name='sharing_still_within_group', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (SELECT FROM written WHERE (SELECT group_id FROM families_groupmember WHERE id = written.payer_id) <> written.group_id) THEN\n                RAISE EXCEPTION 'payer and beneficiary have to be members of this group' USING ERRCODE = 'check_violation', CONSTRAINT = 'sharing_within_group';\n            END IF;\n            RETURN NULL;\n        ", hash='b0f327543e261c1e35e318044b4eaf847e2d6063', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_sharing_still_within_group_42499', referencing='REFERENCING NEW TABLE AS written ', table='families_sharing', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharing',
                trigger=pgtrigger.compiler.Trigger(name='sharing_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='6e9052c548e3052858f3543a5c5120355216fe3a', operation='DELETE', pgid='pgtrigger_sharing_is_kept_1f550', table='families_sharing', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharing',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "families_sharingevent" ("ends_on", "group_id", "id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "share_limit", "starts_on") SELECT new_values."ends_on", new_values."group_id", new_values."id", new_values."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."rank", new_values."share_limit", new_values."starts_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9062aa51387188950ba6b95d5a7c49722e2248a3', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a030d', referencing='REFERENCING NEW TABLE AS new_values ', table='families_sharing', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharing',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "families_sharingevent" ("ends_on", "group_id", "id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "share_limit", "starts_on") VALUES (NEW."ends_on", NEW."group_id", NEW."id", NEW."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."rank", NEW."share_limit", NEW."starts_on"); RETURN NULL;', hash='81caf0ac8495711270de9076ecd51456b2cd145d', operation='UPDATE', pgid='pgtrigger_update_update_df2bc', table='families_sharing', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharing',
                trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "families_sharingevent" ("ends_on", "group_id", "id", "payer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "share_limit", "starts_on") VALUES (OLD."ends_on", OLD."group_id", OLD."id", OLD."payer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."rank", OLD."share_limit", OLD."starts_on"); RETURN NULL;', hash='7021d424b9f887719099603fa31636de362dcfde', operation='DELETE', pgid='pgtrigger_delete_delete_9c2a8', table='families_sharing', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharingevent',
                trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;", hash='680b3585784db4c97cca0e5befad98eaceb0ec6e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_5aee5', table='families_sharingevent', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='sharingevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='725cb88dbb355cef6a129f0d7c8689b1ebb9bfcf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3a227', table='families_sharingevent', when='BEFORE')),
            ),
        ]),
    ]
