"""Forgets the log of what changed about organizations.

A row may go when everybody who looks has seen it. Looks are a minute apart at most, or begin anew
(`seats.ingest.changes`); a row may be of a transaction that ended long after it began. So rows are
forgotten by transaction: those that had all ended when the run before this one looked.
"""

from datetime import datetime, timedelta

from django.db import connections, transaction

from seats.models import RollupWatermark

FORGOTTEN = "changes"
KEPT_FOR = timedelta(minutes=10)

_ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_FORGET = "DELETE FROM seats_organizationchange WHERE xid < %s::text::xid8"


def forget_changes(*, now: datetime) -> int:
    """Delete what all readers have seen; return how many rows.

    Does nothing when the last run was less than `KEPT_FOR` ago. `RollupWatermark` keeps which
    transactions had ended then.
    """
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        mark, is_new = (
            RollupWatermark.objects.using("pipeline")
            .select_for_update()
            .get_or_create(name=FORGOTTEN, defaults={"xid": 0, "moved_at": now})
        )
        if not is_new and now - mark.moved_at < KEPT_FOR:
            return 0
        cursor.execute(_ENDED)
        ended = cursor.fetchone()[0]
        cursor.execute(_FORGET, [str(mark.xid)])
        forgotten = int(cursor.rowcount)
        mark.xid, mark.moved_at = ended, now
        mark.save(using="pipeline")
    return forgotten
