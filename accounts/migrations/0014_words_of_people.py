"""The words by which people are found, kept by triggers on people."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.row_security import APP_ROLE, OWNER_ROLE, secure_table

# The triggers write as the owner: whoever changes a person need not be able to write the words.
RIGHTS = f"""
REVOKE INSERT, UPDATE, DELETE ON accounts_membershipword FROM {APP_ROLE};
CREATE POLICY kept_by_triggers ON accounts_membershipword TO {OWNER_ROLE}
    USING (true) WITH CHECK (true);
"""

# Of each person of `people`, a name or a subselect.
_WORDS = """
    SELECT DISTINCT p.organization_id, left(part, 40)::varchar(40) COLLATE "C" AS word,
        left(lower(coalesce(nullif(p.name, ''), nullif(p.email, ''), p.external_id)), 40)
            ::varchar(40) AS name,
        p.id AS membership_id
    FROM {people} p, regexp_split_to_table(
        lower(concat_ws(' ', p.name, p.email, p.external_id, p.title)), '[^[:alnum:]]+') part
    WHERE part <> ''"""
_ADD = f"""
    INSERT INTO accounts_membershipword (organization_id, word, name, membership_id) {_WORDS}
    ON CONFLICT DO NOTHING;"""
_REMOVE = f"""
    DELETE FROM accounts_membershipword w USING ({_WORDS}) gone
    WHERE w.organization_id = gone.organization_id AND w.word = gone.word
        AND w.name = gone.name AND w.membership_id = gone.membership_id;"""


def _function(name: str, body: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN{body}
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;"""


# A change of a person is one row: a trigger that is told of the whole statement cannot say which
# columns it is for, and most changes are of others.
TRIGGERS = "".join(
    (
        _function("accounts_add_words", _ADD.format(people="changed")),
        _function("accounts_remove_words", _REMOVE.format(people="changed")),
        _function(
            "accounts_change_words",
            _REMOVE.format(people="(SELECT OLD.*)") + _ADD.format(people="(SELECT NEW.*)"),
        ),
        """
CREATE TRIGGER words_of_new_people AFTER INSERT ON accounts_membership
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_add_words();
CREATE TRIGGER words_of_removed_people AFTER DELETE ON accounts_membership
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_remove_words();
CREATE TRIGGER words_of_changed_people
    AFTER UPDATE OF name, email, external_id, title ON accounts_membership FOR EACH ROW
    WHEN ((OLD.name, OLD.email, OLD.external_id, OLD.title)
        IS DISTINCT FROM (NEW.name, NEW.email, NEW.external_id, NEW.title))
    EXECUTE FUNCTION accounts_change_words();
""",
    )
)

# Of everybody who is here already; the owner is held by row security but for this moment.
FILL = f"""
ALTER TABLE accounts_membership NO FORCE ROW LEVEL SECURITY;
{_ADD.format(people="accounts_membership")}
ALTER TABLE accounts_membership FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_position_since"),
    ]

    operations = [
        migrations.CreateModel(
            name="MembershipWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        *("organization", "word", "name", "membership"),
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("word", models.CharField(db_collation="C", max_length=40)),
                ("name", models.CharField(max_length=40)),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        secure_table("accounts_membershipword"),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
