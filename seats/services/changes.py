"""Writes into the log of what changed about organizations, and forgets it.

A row may go when everybody who looks has seen it. Looks are a minute apart at most, or begin anew
(`seats.ingest.changes`, `signals.services.changes`); a row may be of a transaction that ended long
after it began. So rows are forgotten by transaction: those that had all ended when the run before
this one looked. `FORGOTTEN_BELOW` tells which they were.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from seats.models import OrganizationChange, RollupWatermark

FORGOTTEN = "changes"
FORGOTTEN_BELOW = "forgotten changes"
KEPT_FOR = timedelta(minutes=10)

_ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_FORGET = "DELETE FROM seats_organizationchange WHERE xid < %s::text::xid8"


_NOTE = """
INSERT INTO seats_organizationchange (organization_id, topic)
SELECT unnest(%s::bigint[]), %s
"""


def note_changes(
    cursor: CursorWrapper, organization_ids: Collection[int], topic: OrganizationChange.Topic
) -> None:
    """Note that organizations changed, in the caller's transaction of the pipeline."""
    if organization_ids:
        cursor.execute(_NOTE, [sorted(organization_ids), topic.value])


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
        RollupWatermark.objects.using("pipeline").update_or_create(
            name=FORGOTTEN_BELOW, defaults={"xid": mark.xid, "moved_at": now}
        )
        mark.xid, mark.moved_at = ended, now
        mark.save(using="pipeline")
    return forgotten
