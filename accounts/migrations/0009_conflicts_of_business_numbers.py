"""A kind of audit event: the same business number again, with other content."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_exports_and_confirmed_imports'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditevent',
            name='kind',
            field=models.CharField(choices=[('sign_in', 'signed in'), ('sign_in_refused', 'sign-in refused'), ('sign_out', 'signed out'), ('access_refused', 'access refused'), ('look', 'person looked at'), ('verify', 'person of another region verified'), ('reveal', 'full number revealed'), ('print', 'printed'), ('import', 'file imported'), ('export', 'list exported'), ('check', 'ledger checked'), ('conflict', 'business number sent again with other content')], max_length=20, verbose_name='what'),
        ),
    ]
