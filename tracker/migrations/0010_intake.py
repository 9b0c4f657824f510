import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

FORMS = """
INSERT INTO tracker_typeform (type_id, number, fields, at) SELECT id, 1, fields, now() FROM tracker_requesttype;
UPDATE tracker_requesttype kind SET form_id = form.id FROM tracker_typeform form WHERE form.type_id = kind.id;
UPDATE tracker_workrequest ask SET form_id = kind.form_id FROM tracker_requesttype kind
WHERE kind.id = ask.type_id AND ask.state <> 'draft';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
"""What was filed so far keeps the form that its type has now."""


WORDS = """
INSERT INTO tracker_word (text)
SELECT DISTINCT lexeme FROM tracker_workrequest, unnest(words)
WHERE length(lexeme) BETWEEN 3 AND 60 AND lexeme !~ '[0-9/]'
ON CONFLICT DO NOTHING
"""
"""The words of the titles that there are (see intake/actions/wording.py)."""


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0009_first_steps'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('field', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('media_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Backing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('stake', models.CharField(choices=[('kpi', 'KPI'), ('budget', 'budget'), ('campaign', 'campaign date')], max_length=10)),
                ('kpi', models.CharField(blank=True, max_length=120)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ('campaign_on', models.DateField(null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ColumnMemory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('projects', 'projects'), ('findings', 'findings'), ('tickets', 'old tickets')], max_length=10)),
                ('headers', models.CharField(max_length=64)),
                ('columns', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Expedite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('reason', models.TextField()),
                ('state', models.CharField(choices=[('started', 'started'), ('confirmed', 'confirmed'), ('fixed', 'fixed'), ('refused', 'refused'), ('lapsed', 'lapsed'), ('withdrawn', 'withdrawn')], default='started', max_length=12)),
                ('started_at', models.DateTimeField()),
                ('side', models.CharField(blank=True, max_length=12)),
                ('confirm_by', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('lapsed_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('fixed_at', models.DateTimeField(null=True)),
                ('cause', models.TextField(blank=True)),
                ('lesson', models.CharField(blank=True, max_length=300)),
                ('refusal', models.TextField(blank=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('slot', models.PositiveSmallIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.SlugField(max_length=40)),
                ('external_id', models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='FollowLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Freeze',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('reason', models.CharField(max_length=200)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['starts_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='HeldMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('message_id', models.CharField(max_length=300, unique=True)),
                ('sender', models.CharField(max_length=300)),
                ('title', models.CharField(max_length=300)),
                ('text', models.TextField()),
                ('why', models.CharField(max_length=30)),
                ('at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Kpi',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('name', models.CharField(max_length=120)),
                ('unit', models.CharField(blank=True, max_length=30)),
                ('better', models.CharField(choices=[('up', 'higher is better'), ('down', 'lower is better')], default='up', max_length=4)),
                ('side', models.CharField(blank=True, choices=[('marketing', 'Marketing'), ('technology', 'Technology')], max_length=12)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='OldTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('source', models.SlugField(max_length=40)),
                ('external_id', models.CharField(max_length=200)),
                ('title', models.CharField(max_length=300)),
                ('text', models.TextField(blank=True)),
                ('status', models.CharField(blank=True, max_length=200)),
                ('url', models.CharField(blank=True, max_length=500)),
                ('template', models.CharField(blank=True, max_length=120)),
                ('issue', models.CharField(blank=True, max_length=200)),
                ('group', models.CharField(max_length=330)),
                ('opened_on', models.DateField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('raw', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='PlannedRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('external_id', models.CharField(max_length=300)),
                ('group', models.CharField(blank=True, max_length=300)),
                ('title', models.CharField(max_length=200)),
                ('outcome', models.CharField(choices=[('new', 'new'), ('below', 'below the threshold'), ('exists', 'there already'), ('skipped', 'skipped'), ('unclear', 'unclear')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=30)),
                ('values', models.JSONField(default=dict)),
                ('raw', models.JSONField(default=list)),
                ('doubts', models.JSONField(default=list)),
                ('written', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Rota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('people', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('starts_on', models.DateField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Snooze',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='TypeForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('fields', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('muted', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=60, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='workrequest',
            name='request_state_known',
        ),
        migrations.AddField(
            model_name='comment',
            name='edited_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='comment',
            name='guest',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='comment',
            name='version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='importrun',
            name='what',
            field=models.CharField(choices=[('projects', 'projects'), ('findings', 'findings'), ('tickets', 'old tickets')], default='projects', max_length=10),
        ),
        migrations.AddField(
            model_name='requesttype',
            name='retired_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='public_owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='assigned_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='contest_answered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='contest_reason',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='contested_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='guest_email',
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='guest_name',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='merged_into',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='similar_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='times_asked',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='times_parked',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='comment',
            name='author',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='policy',
            name='kind',
            field=models.CharField(choices=[('triage', 'first answer'), ('decision', 'decision'), ('reply', 'reply'), ('embed_answer', 'answer to an embed'), ('position', 'position'), ('ruling', 'ruling'), ('condition', 'condition'), ('contest', 'answer to a contest'), ('confirm', 'confirmation of an expedite'), ('expedite', 'answer to an expedite'), ('fix', 'fix of an expedite')], max_length=20, unique=True),
        ),
        migrations.AlterField(
            model_name='promise',
            name='kind',
            field=models.CharField(choices=[('triage', 'first answer'), ('decision', 'decision'), ('reply', 'reply'), ('embed_answer', 'answer to an embed'), ('position', 'position'), ('ruling', 'ruling'), ('condition', 'condition'), ('contest', 'answer to a contest'), ('confirm', 'confirmation of an expedite'), ('expedite', 'answer to an expedite'), ('fix', 'fix of an expedite')], max_length=20),
        ),
        migrations.AlterField(
            model_name='workrequest',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('filed', 'filed'), ('needs_information', 'needs information'), ('accepted', 'accepted'), ('declined', 'declined'), ('parked', 'parked'), ('merged', 'merged'), ('withdrawn', 'withdrawn')], default='draft', max_length=20),
        ),
        migrations.AddField(
            model_name='absence',
            name='deputy',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attachment',
            name='added_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attachment',
            name='ask',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='comment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attachments', to='tracker.comment'),
        ),
        migrations.AddField(
            model_name='backing',
            name='ask',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='backings', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='backing',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='backing',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='backings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='backing',
            name='team',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='backings', to='tracker.team'),
        ),
        migrations.AddField(
            model_name='columnmemory',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='expedite',
            name='ask',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expedites', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='expedite',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='expedite',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='expedite',
            name='started_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='finding',
            name='ask',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='finding',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tracker.importrun'),
        ),
        migrations.AddField(
            model_name='followlink',
            name='ask',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='followlink',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='freeze',
            name='site',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='freezes', to='tracker.site'),
        ),
        migrations.AddField(
            model_name='freeze',
            name='team',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='freezes', to='tracker.team'),
        ),
        migrations.AddField(
            model_name='heldmail',
            name='ask',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='heldmail',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='kpi',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='kpi_once'),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='measure',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='tracker.kpi'),
        ),
        migrations.AddField(
            model_name='oldticket',
            name='ask',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='oldticket',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tickets', to='tracker.importrun'),
        ),
        migrations.AddField(
            model_name='plannedrequest',
            name='ask',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='plannedrequest',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='tracker.importrun'),
        ),
        migrations.AddField(
            model_name='rota',
            name='team',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rota', to='tracker.team'),
        ),
        migrations.AddField(
            model_name='snooze',
            name='ask',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snoozes', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='snooze',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snoozes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='typeform',
            name='type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forms', to='tracker.requesttype'),
        ),
        migrations.AddField(
            model_name='requesttype',
            name='form',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.typeform'),
        ),
        migrations.AddField(
            model_name='workrequest',
            name='form',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.typeform'),
        ),
        migrations.RunSQL(FORMS, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='workrequest',
            name='words',
            field=models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.SearchVector(django.db.models.functions.text.Replace(django.db.models.functions.text.Lower('title'), models.Value('ё'), models.Value('е')), config='russian'), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddIndex(
            model_name='workrequest',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='request_words'),
        ),
        migrations.AddIndex(
            model_name='workrequest',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='request_merged'),
        ),
        migrations.AddConstraint(
            model_name='workrequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'filed', 'needs_information', 'accepted', 'declined', 'parked', 'merged', 'withdrawn'])), name='request_state_known'),
        ),
        migrations.AddConstraint(
            model_name='workrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='merged_into_one'),
        ),
        migrations.AddField(
            model_name='watch',
            name='ask',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='tracker.workrequest'),
        ),
        migrations.AddField(
            model_name='watch',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='word',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('text', name='gin_trgm_ops'), name='word_trigrams'),
        ),
        migrations.AddField(
            model_name='wording',
            name='comment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='tracker.comment'),
        ),
        migrations.AddIndex(
            model_name='absence',
            index=models.Index(fields=['person', 'ends_on'], name='absence_of'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_sane'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['ask', 'id'], name='attachment_of'),
        ),
        migrations.AddIndex(
            model_name='backing',
            index=models.Index(fields=['ask', 'id'], name='backing_of'),
        ),
        migrations.AddConstraint(
            model_name='backing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('team__isnull', True)), models.Q(('person__isnull', True), ('team__isnull', False)), _connector='OR'), name='backed_by_one'),
        ),
        migrations.AddConstraint(
            model_name='backing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stake', 'kpi'), models.Q(('kpi', ''), _negated=True)), models.Q(('amount__gt', 0), ('stake', 'budget')), models.Q(('campaign_on__isnull', False), ('stake', 'campaign')), _connector='OR'), name='backed_with_something'),
        ),
        migrations.AddConstraint(
            model_name='backing',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('ask', 'person', 'team'), name='backed_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='columnmemory',
            constraint=models.UniqueConstraint(fields=('what', 'headers'), name='columns_remembered_once'),
        ),
        migrations.AddConstraint(
            model_name='expedite',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('slot',), name='one_expedite'),
        ),
        migrations.AddConstraint(
            model_name='expedite',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['started', 'confirmed', 'fixed', 'refused', 'lapsed', 'withdrawn'])), name='expedite_state_known'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(fields=('source', 'external_id'), name='finding_once'),
        ),
        migrations.AddIndex(
            model_name='freeze',
            index=models.Index(fields=['site', 'ends_on'], name='freeze_of'),
        ),
        migrations.AddConstraint(
            model_name='freeze',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='freeze_sane'),
        ),
        migrations.AddConstraint(
            model_name='freeze',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('site__isnull', False), ('team__isnull', True)), models.Q(('site__isnull', True), ('team__isnull', False)), _connector='OR'), name='freeze_of_one'),
        ),
        migrations.AddIndex(
            model_name='followlink',
            index=models.Index(condition=models.Q(('made_by', None), ('mailed_at', None), ('revoked_at', None)), fields=['due_at'], name='link_unmailed'),
        ),
        migrations.AddIndex(
            model_name='oldticket',
            index=models.Index(fields=['source', 'group', 'id'], name='old_ticket_group'),
        ),
        migrations.AddConstraint(
            model_name='oldticket',
            constraint=models.UniqueConstraint(fields=('source', 'external_id'), name='old_ticket_once'),
        ),
        migrations.AddIndex(
            model_name='plannedrequest',
            index=models.Index(fields=['run', 'outcome', 'number'], name='planned_request_outcome'),
        ),
        migrations.AddIndex(
            model_name='plannedrequest',
            index=models.Index(fields=['run', 'group', 'number'], name='planned_request_group'),
        ),
        migrations.AddConstraint(
            model_name='plannedrequest',
            constraint=models.UniqueConstraint(fields=('run', 'number'), name='planned_request_once'),
        ),
        migrations.AddConstraint(
            model_name='snooze',
            constraint=models.UniqueConstraint(fields=('ask', 'person'), name='snoozed_once'),
        ),
        migrations.AddConstraint(
            model_name='typeform',
            constraint=models.UniqueConstraint(fields=('type', 'number'), name='type_form_once'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.UniqueConstraint(fields=('ask', 'person'), name='watched_once'),
        ),
        migrations.AddField(
            model_name='ruling',
            name='words',
            field=models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.SearchVector(django.db.models.functions.text.Replace(django.db.models.functions.text.Lower('sentence'), models.Value('ё', models.TextField()), models.Value('е', models.TextField())), config='russian'), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddIndex(
            model_name='ruling',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='ruling_words'),
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='countered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='countered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='counter_weeks',
            field=models.DecimalField(decimal_places=2, max_digits=7, null=True),
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='counter_offer',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='counter_checks',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='counter_ready_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='counter_project',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.project'),
        ),
        migrations.AddField(
            model_name='backlogitem',
            name='counter_answer',
            field=models.CharField(blank=True, choices=[('', ''), ('accepted', 'accepted'), ('declined', 'declined')], default='', max_length=10),
        ),
        migrations.AddIndex(
            model_name='backlogitem',
            index=models.Index(condition=models.Q(('shipped_at__isnull', False)), fields=['-shipped_at'], name='item_shipped'),
        ),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='MarkupCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('wanted', models.CharField(blank=True, max_length=40)),
                ('urls', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None)),
                ('found', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('ask', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='markup_checks', to='tracker.workrequest')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['ask', '-id'], name='markup_check_of'), models.Index(condition=models.Q(('done_at__isnull', True)), fields=['id'], name='markup_check_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at__isnull', True)), fields=('ask',), name='markup_check_running')],
            },
        ),
    ]
