"""How many seats organizations had in the past, from the ledger. Read as the pipeline."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connections

# All subscriptions of an organization add up; one that ended has taken its seats back.
_PURCHASED = """
SELECT (
    SELECT sum(e.seats_delta) FROM billing_seatledgerentry e
    WHERE e.organization_id = asked.organization_id AND e.effective_at < asked.moment
)
FROM unnest(%s::bigint[], %s::timestamptz[])
    WITH ORDINALITY AS asked(organization_id, moment, number)
ORDER BY asked.number
"""


def purchased_before(moments: Sequence[tuple[int, datetime]]) -> Sequence[int | None]:
    """Return the seats of (organization id, moment) pairs as they stood just before the moment.

    None where the ledger says nothing of that time.
    """
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_PURCHASED, [[pair[0] for pair in moments], [pair[1] for pair in moments]])
        return [None if row[0] is None else max(row[0], 0) for row in cursor.fetchall()]
