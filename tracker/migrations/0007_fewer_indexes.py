import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0006_outbox'),
    ]

    operations = [
        migrations.AlterField(
            model_name='firing',
            name='promise',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='firings', to='tracker.promise'),
        ),
        migrations.AlterField(
            model_name='notice',
            name='mail',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notices', to='tracker.mail'),
        ),
        migrations.AlterField(
            model_name='notice',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='promise',
            name='calendar',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='tracker.workcalendar'),
        ),
        migrations.AlterField(
            model_name='promise',
            name='follows',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='tracker.promise'),
        ),
        migrations.AlterField(
            model_name='promise',
            name='holder',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='promise',
            name='team',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='tracker.team'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('mail__isnull', False)), fields=['mail'], name='notice_mail'),
        ),
        migrations.AddIndex(
            model_name='workrequest',
            index=models.Index(condition=models.Q(('restricted', True)), fields=['id'], name='request_restricted'),
        ),
        migrations.AddConstraint(
            model_name='promise',
            constraint=models.UniqueConstraint(condition=models.Q(('follows__isnull', False)), fields=('follows',), name='promise_follows'),
        ),
    ]
