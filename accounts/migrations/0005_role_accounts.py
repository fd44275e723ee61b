"""Role accounts and shared devices are declared as kinds of membership."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add two kinds; no row changes."""

    dependencies = [
        ("accounts", "0004_visible_usage"),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="kind",
            field=models.CharField(
                choices=[
                    ("employee", "employee"),
                    ("contractor", "contractor"),
                    ("service", "service account"),
                    ("role", "role account"),
                    ("kiosk", "shared device"),
                ],
                default="employee",
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
