"""The scan hears when an organization's accounts were scored."""

from django.db import migrations

from accounts.row_security import PIPELINE_ROLE

# Usage that is merely taken in, by the pipeline, is no news before it is scored.
NOTED = ";\n".join(
    f"CREATE TRIGGER signals_sharingoverview_{verb.lower()}_noted AFTER {verb} "
    f"ON signals_sharingoverview REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
    f"WHEN (current_user <> '{PIPELINE_ROLE}') EXECUTE FUNCTION seats_note_change('signals')"
    for verb, rows in (("UPDATE", "NEW"), ("DELETE", "OLD"))
)


class Migration(migrations.Migration):
    """Put triggers on the sums of organizations."""

    dependencies = [("signals", "0011_what_changed")]

    operations = [migrations.RunSQL(NOTED, migrations.RunSQL.noop)]
