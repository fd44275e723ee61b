"""How many seats there are is a topic of its own: it moves nobody who is counted."""

from django.db import migrations, models


def _triggers(topic: str) -> str:
    return ";\n".join(
        f"DROP TRIGGER seats_seatpool_{verb.lower()} ON seats_seatpool;"
        f"CREATE TRIGGER seats_seatpool_{verb.lower()} AFTER {verb} ON seats_seatpool "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
        f"EXECUTE FUNCTION seats_note_change('{topic}')"
        for verb, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )


class Migration(migrations.Migration):
    """Let the log of changes tell bought seats from people who come and go."""

    dependencies = [("seats", "0021_exports_of_programs")]

    operations = [
        migrations.AlterField(
            model_name="organizationchange",
            name="topic",
            field=models.CharField(
                choices=[
                    ("access", "people and seats"),
                    ("pool", "seats that there are"),
                    ("usage", "usage"),
                    ("contract", "contract"),
                    ("signals", "answers to signals"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(_triggers("pool"), _triggers("access")),
    ]
