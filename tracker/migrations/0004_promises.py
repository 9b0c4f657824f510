import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0003_rank_asked'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('kind', models.CharField(choices=[('triage', 'first answer'), ('decision', 'decision'), ('reply', 'reply'), ('embed_answer', 'answer to an embed'), ('position', 'position'), ('ruling', 'ruling'), ('condition', 'condition')], max_length=20, unique=True)),
                ('days', models.DecimalField(decimal_places=2, max_digits=5)),
                ('reminders', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None)),
                ('chiefs_after', models.DecimalField(decimal_places=2, max_digits=5)),
                ('docket_after', models.DecimalField(decimal_places=2, max_digits=5)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WorkCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('zone', models.CharField(default='UTC', max_length=60)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('region', models.CharField(blank=True, max_length=10)),
                ('week', models.JSONField(default=list)),
                ('days', models.JSONField(default=dict)),
                ('team', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='calendar', to='tracker.team')),
            ],
        ),
        migrations.CreateModel(
            name='Promise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('kind', models.CharField(choices=[('triage', 'first answer'), ('decision', 'decision'), ('reply', 'reply'), ('embed_answer', 'answer to an embed'), ('position', 'position'), ('ruling', 'ruling'), ('condition', 'condition')], max_length=20)),
                ('source', models.CharField(max_length=80)),
                ('matter', models.CharField(max_length=50)),
                ('facts', models.JSONField(default=dict)),
                ('side', models.CharField(blank=True, max_length=12)),
                ('state', models.CharField(choices=[('running', 'running'), ('kept', 'kept'), ('handed', 'handed over'), ('lifted', 'no longer owed')], default='running', max_length=12)),
                ('started_at', models.DateTimeField()),
                ('minutes', models.PositiveIntegerField()),
                ('due_at', models.DateTimeField()),
                ('deeds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('remind', 'remind'), ('breach', 'breach'), ('chiefs', 'ask the CTO and the CMO'), ('docket', 'put on the docket')], max_length=10), size=None)),
                ('instants', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(null=True), size=None)),
                ('waits', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=None)),
                ('step', models.PositiveSmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('breached_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('stuck', models.TextField(blank=True)),
                ('follows', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='tracker.promise')),
                ('holder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='tracker.team')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='tracker.workcalendar')),
            ],
        ),
        migrations.CreateModel(
            name='Firing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveSmallIntegerField()),
                ('deed', models.CharField(choices=[('remind', 'remind'), ('breach', 'breach'), ('chiefs', 'ask the CTO and the CMO'), ('docket', 'put on the docket')], max_length=10)),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('promise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='firings', to='tracker.promise')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('promise', 'step'), name='fired_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='workcalendar',
            constraint=models.UniqueConstraint(fields=('team',), name='calendar_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='promise_due'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(fields=['matter', 'due_at'], name='promise_matter'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['holder', 'due_at'], name='promise_holder'),
        ),
        migrations.AddIndex(
            model_name='promise',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['team', 'due_at'], name='promise_team'),
        ),
        migrations.AddConstraint(
            model_name='promise',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('source',), name='promise_once'),
        ),
        migrations.AddConstraint(
            model_name='promise',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('ended_at__isnull', False), ('next_at', None)), _connector='OR'), name='promise_ends_once'),
        ),
    ]
