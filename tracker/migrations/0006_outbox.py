"""What was mailed, and what was tried too often, awaits no mail any more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MAILED = """
UPDATE tracker_notice SET awaits_mail = false WHERE mailed_at IS NOT NULL OR mail_tries >= 10 OR read_at IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0005_escalations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60, unique=True)),
                ('daily', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('dead_at', models.DateTimeField(null=True)),
                ('trouble', models.TextField(blank=True, db_default='', default='')),
            ],
        ),
        migrations.CreateModel(
            name='MailChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('turn', models.CharField(choices=[('at_once', 'at once'), ('daily', 'in the daily mail'), ('never', 'not by mail')], default='at_once', max_length=10)),
                ('news', models.CharField(choices=[('at_once', 'at once'), ('daily', 'in the daily mail'), ('never', 'not by mail')], default='daily', max_length=10)),
                ('hour', models.PositiveSmallIntegerField(default=8)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveIndex(
            model_name='notice',
            name='notice_unmailed',
        ),
        migrations.AddField(
            model_name='notice',
            name='awaits_mail',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.RunSQL(MAILED, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='notice',
            name='mail_tries',
        ),
        migrations.RemoveField(
            model_name='notice',
            name='mailed_at',
        ),
        migrations.AddField(
            model_name='mail',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notice',
            name='mail',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notices', to='tracker.mail'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('awaits_mail', True)), fields=['user'], name='notice_unmailed'),
        ),
        migrations.AddField(
            model_name='mailchoice',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mail_choice', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('dead_at', None), ('sent_at', None)), fields=['due_at'], name='mail_due'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('dead_at__isnull', False)), fields=['dead_at'], name='mail_dead'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('sent_at', None)), fields=['at'], name='mail_unsent'),
        ),
    ]
