"""A changed person's words are looked up by their index, whatever the statement around asks for.

An import turns nested loops off for its own joins; the trigger then read all words for each person.
"""

from django.db import migrations

_FUNCTIONS = ("accounts_change_words()", "accounts_remove_words()")
LOOPS = ";\n".join(f"ALTER FUNCTION {name} SET enable_nestloop = on" for name in _FUNCTIONS)
AS_ASKED = ";\n".join(f"ALTER FUNCTION {name} RESET enable_nestloop" for name in _FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_people_not_active"),
    ]

    operations = [migrations.RunSQL(LOOPS, AS_ASKED)]
