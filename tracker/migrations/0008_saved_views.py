import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0007_fewer_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('place', models.CharField(choices=[('requests', 'Requests')], default='requests', max_length=12)),
                ('name', models.CharField(max_length=60)),
                ('query', models.TextField(blank=True)),
                ('shared', models.BooleanField(default=False)),
                ('is_default', models.BooleanField(default=False)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='views', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'id'],
                'indexes': [models.Index(condition=models.Q(('deleted_at', None), ('shared', True)), fields=['place'], name='view_shared')],
                'constraints': [models.UniqueConstraint(models.F('owner'), models.F('place'), django.db.models.functions.text.Lower('name'), condition=models.Q(('deleted_at', None)), name='view_name_once'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('is_default', True)), fields=('owner', 'place'), name='view_is_default_once')],
            },
        ),
    ]
