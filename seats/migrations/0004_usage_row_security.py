"""Row-level security of usage, and the partitions of its events."""

from django.db import migrations

from accounts.row_security import APP_ROLE, PIPELINE_ROLE, secure_table

COUNTED = (
    "seats_activityday",
    "seats_usageday",
    "seats_outcomeday",
    "seats_memberfeature",
    "seats_memberactivity",
    "seats_utilizationday",
)

# Partitions are made as the owner of the table, on demand of the pipeline: a month when its first
# event arrives, the next months ahead by the nightly job. A partition is attached after it was
# made, which does not hold up writers. Nobody has grants on it: rows are reached through the
# parent and its policies. The bounds keep a wrong clock from making partitions without end.
PARTITIONS = f"""
CREATE FUNCTION seats_make_usage_partition(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', month::timestamp)::date;
    following date := (first + interval '1 month')::date;
    partition text := 'seats_usageevent_' || to_char(first, 'YYYYMM');
BEGIN
    IF first < current_date - interval '6 years' OR first > current_date + interval '6 months' THEN
        RAISE EXCEPTION 'no partition for %: usage reaches from 5 years ago to now', first
            USING ERRCODE = 'datetime_field_overflow';
    END IF;
    IF to_regclass('public.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('seats_make_usage_partition'));
    IF to_regclass('public.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE seats_usageevent INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', partition);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC, {APP_ROLE}, {PIPELINE_ROLE}', partition);
    EXECUTE format(
        'ALTER TABLE seats_usageevent ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        partition, first || ' 00:00:00+00', following || ' 00:00:00+00'
    );
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION seats_make_usage_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seats_make_usage_partition(date) TO {PIPELINE_ROLE};
SELECT seats_make_usage_partition((current_date + make_interval(months => m))::date)
    FROM generate_series(-3, 2) AS m;
"""

# The person an event or a check names: by the vendor's own key of them, else by e-mail address.
FIND_MEMBER = f"""
CREATE FUNCTION seats_find_member(organization bigint, member text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(
        (SELECT m.id FROM accounts_membership m
         WHERE m.organization_id = organization AND m.external_id = member
            AND m.external_id <> ''),
        (SELECT m.id FROM accounts_membership m
         WHERE m.organization_id = organization AND lower(m.email) = lower(member)
            AND m.email <> '')
    )
$$;
REVOKE ALL ON FUNCTION seats_find_member(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seats_find_member(bigint, text) TO {APP_ROLE}, {PIPELINE_ROLE};
"""

# Counters are updated in place: room in each page keeps an update from moving the row.
FILLFACTOR = ";".join(
    f"ALTER TABLE {table} SET (fillfactor = 70)"
    for table in COUNTED
    if table != "seats_utilizationday"
)

# The watermark is the pipeline's own; no other login has a policy for it.
WATERMARK = f"""
ALTER TABLE seats_rollupwatermark ENABLE ROW LEVEL SECURITY;
ALTER TABLE seats_rollupwatermark FORCE ROW LEVEL SECURITY;
CREATE POLICY pipeline ON seats_rollupwatermark TO {PIPELINE_ROLE} USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON seats_rollupwatermark TO {PIPELINE_ROLE};
REVOKE ALL ON seats_rollupwatermark FROM {APP_ROLE};
REVOKE INSERT, UPDATE, DELETE ON seats_usageevent FROM {APP_ROLE};
CREATE POLICY pipeline_notes_use ON accounts_apikey FOR UPDATE TO {PIPELINE_ROLE}
    USING (true) WITH CHECK (true);
GRANT UPDATE (last_used_at) ON accounts_apikey TO {PIPELINE_ROLE};
"""


class Migration(migrations.Migration):
    """Put the usage tables under row-level security and make the first partitions."""

    dependencies = [("seats", "0003_usage")]

    operations = [
        secure_table("seats_usageevent", pipeline="SELECT, INSERT"),
        secure_table("seats_feature", pipeline="SELECT, INSERT"),
        *(secure_table(table, pipeline="SELECT, INSERT, UPDATE") for table in COUNTED),
        migrations.RunSQL(FILLFACTOR, migrations.RunSQL.noop),
        migrations.RunSQL(WATERMARK, migrations.RunSQL.noop),
        migrations.RunSQL(PARTITIONS, migrations.RunSQL.noop),
        migrations.RunSQL(FIND_MEMBER, migrations.RunSQL.noop),
    ]
