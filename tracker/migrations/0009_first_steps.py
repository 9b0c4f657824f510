from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0008_saved_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="firm",
            name="steps_hidden_at",
            field=models.DateTimeField(null=True),
        ),
    ]
