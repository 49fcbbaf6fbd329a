from django.db import migrations, models


def seen(apps, schema_editor):
    """Marks that were released before anybody counted are not news."""
    mark = apps.get_model("grading", "Mark")
    mark.objects.filter(state="released").update(seen_version=models.F("version"))


class Migration(migrations.Migration):

    dependencies = [
        ('grading', '0002_assignment_help'),
    ]

    operations = [
        migrations.AddField(
            model_name='mark',
            name='seen_version',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RunPython(seen, migrations.RunPython.noop),
    ]
