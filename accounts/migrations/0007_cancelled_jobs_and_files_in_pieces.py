"""Jobs can be cancelled; what they make is kept in pieces, and until a day that stands with it."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


EXPIRE = """
    UPDATE accounts_jobfile AS file SET expires_at = job.finished_at + interval '7 days'
      FROM accounts_job AS job WHERE job.id = file.job_id AND job.kind = 'export_report'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_rights_to_nights'),
    ]

    operations = [
        migrations.CreateModel(
            name='JobFilePiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content_sealed', models.BinaryField()),
            ],
            options={
                'verbose_name': 'piece of a job file',
                'verbose_name_plural': 'pieces of job files',
                'ordering': ['file', 'number'],
            },
        ),
        migrations.AddField(
            model_name='jobfile',
            name='expires_at',
            field=models.DateTimeField(help_text='of what was made to be fetched', null=True, verbose_name='kept until'),
        ),
        migrations.AddField(
            model_name='jobfile',
            name='piece_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='job',
            name='state',
            field=models.CharField(choices=[('queued', 'waiting'), ('running', 'running'), ('done', 'done'), ('refused', 'refused'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='jobevent',
            name='state',
            field=models.CharField(choices=[('queued', 'waiting'), ('running', 'running'), ('done', 'done'), ('refused', 'refused'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='jobfile',
            name='content_sealed',
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name='jobfile',
            index=models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='job_file_expires'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='jobfile',
            trigger=pgtrigger.compiler.Trigger(name='job_file_has_its_pieces', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."piece_count" > 0)', constraint='CONSTRAINT', func="\n                    IF EXISTS (SELECT FROM accounts_jobfile WHERE id = NEW.id)\n                       AND (SELECT count(*) FROM accounts_jobfilepiece WHERE file_id = NEW.id)\n                           <> NEW.piece_count THEN\n                        RAISE EXCEPTION 'file % has not all its pieces', NEW.id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_file_has_its_pieces';\n                    END IF;\n                    RETURN NULL;\n                ", hash='b49a128469cf2776c5e4f30523be7ab875cb26be', operation='INSERT', pgid='pgtrigger_job_file_has_its_pieces_cd8d8', table='accounts_jobfile', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='jobfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content_sealed__isnull', False), ('piece_count', 0)), models.Q(('content_sealed__isnull', True), ('piece_count__gt', 0)), _connector='OR'), name='job_file_whole_or_in_pieces'),
        ),
        migrations.AddField(
            model_name='jobfilepiece',
            name='file',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='accounts.jobfile'),
        ),
        migrations.AddConstraint(
            model_name='jobfilepiece',
            constraint=models.UniqueConstraint(fields=('file', 'number'), name='job_file_piece_once'),
        ),
        migrations.AddConstraint(
            model_name='jobfilepiece',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='job_file_piece_from_one'),
        ),
        migrations.RunSQL(EXPIRE, migrations.RunSQL.noop),
    ]
