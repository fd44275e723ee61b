"""Which organizations a scan has to look at: those that changed, and those that time changes.

Changes are read from the log that triggers and the rollup write (`seats.models.change`), exactly
once and in spite of transactions that end late: what the snapshot of the look before did not show.
Time is known beforehand (`OrganizationLook`). A scan that ends moves the watermark; one that does
not leaves it, and the next looks at the same again.

Looks at everything: the first time, after a pause in which the log was forgotten, on another
server, when settings changed. Once a day everything is counted anew in any case, and whoever's
facts are not those of the last look is looked at: what the log should have named and did not.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connections

from seats.models import OrganizationChange
from seats.services.changes import FORGOTTEN_BELOW, note_changes
from signals.models import ScanWatermark
from signals.selectors.facts import ScannedFacts, organizations_with_news

EVERYTHING_EVERY: Final = timedelta(hours=24)
WATERMARK: Final = ScanWatermark.NAME
_PIPELINE: Final = "pipeline"

_BEGIN = "SELECT pg_current_snapshot()::text"
# One statement has one snapshot: what it does not see, the next look will.
_LOOK = """
WITH since AS MATERIALIZED (SELECT %(since)s::pg_snapshot AS snapshot)
SELECT pg_current_snapshot()::text,
    pg_snapshot_xmax(snapshot) > pg_snapshot_xmax(pg_current_snapshot())
        OR pg_snapshot_xmin(snapshot) < coalesce((
            SELECT xid::text::xid8 FROM seats_rollupwatermark WHERE name = %(forgotten)s
        ), '0'::xid8),
    changed.organization_ids, changed.counted_ids
FROM since, (
    SELECT array_agg(organization_id) AS organization_ids,
        array_agg(organization_id) FILTER (WHERE people_moved OR l.facts_key = ''
            OR coalesce(l.people_change_at, '-infinity') <= %(now)s) AS counted_ids
    FROM (
        SELECT organization_id, bool_or(people_moved) AS people_moved FROM (
            SELECT organization_id, topic IN ('access', 'usage') AS people_moved
            FROM seats_organizationchange
            WHERE xid >= pg_snapshot_xmin(%(since)s::pg_snapshot)
                AND NOT pg_visible_in_snapshot(xid, %(since)s::pg_snapshot)
            UNION ALL
            SELECT organization_id, false FROM signals_organizationlook
            WHERE look_again_at <= %(now)s
        ) either
        GROUP BY organization_id
    ) named
    LEFT JOIN LATERAL (
        SELECT facts_key, people_change_at FROM signals_organizationlook k
        WHERE k.organization_id = named.organization_id LIMIT 1
    ) l ON true
) changed
"""
# An alarm is put off only when it has rung, and people who were counted earlier do not stand in for
# those counted later: two scans at once leave what looks sooner and what is newer.
_SET_ALARMS = """
INSERT INTO signals_organizationlook AS l (organization_id, look_again_at, facts_key, active,
    unseated, people_change_at, counted_at)
SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(organization_id bigint,
    look_again_at timestamptz, facts_key text, active int, unseated int,
    people_change_at timestamptz, counted_at timestamptz)
ON CONFLICT (organization_id) DO UPDATE SET
    look_again_at = CASE WHEN l.look_again_at <= %(now)s
        THEN greatest(l.look_again_at, EXCLUDED.look_again_at)
        ELSE least(l.look_again_at, EXCLUDED.look_again_at) END,
    facts_key = EXCLUDED.facts_key,
    active = CASE WHEN {later} THEN l.active ELSE EXCLUDED.active END,
    unseated = CASE WHEN {later} THEN l.unseated ELSE EXCLUDED.unseated END,
    people_change_at = CASE WHEN {later} THEN l.people_change_at
        ELSE EXCLUDED.people_change_at END,
    counted_at = CASE WHEN {later} THEN l.counted_at ELSE EXCLUDED.counted_at END
WHERE EXCLUDED.facts_key <> l.facts_key OR EXCLUDED.look_again_at < l.look_again_at
    OR EXCLUDED.counted_at IS DISTINCT FROM l.counted_at
    OR (l.look_again_at <= %(now)s AND EXCLUDED.look_again_at > l.look_again_at)
""".replace("{later}", "l.counted_at > EXCLUDED.counted_at")
_DROP_ALARMS = """
DELETE FROM signals_organizationlook
WHERE look_again_at <= %(now)s AND organization_id = ANY(%(organization_ids)s::bigint[])
"""
_DROP_ALL_OTHER_ALARMS = """
DELETE FROM signals_organizationlook l
WHERE look_again_at <= %(now)s AND NOT EXISTS (
    SELECT FROM unnest(%(organization_ids)s::bigint[]) AS known(organization_id)
    WHERE known.organization_id = l.organization_id)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What a scan is to look at; `organization_ids` is None for everything.

    `counted_ids` are those of them whose people are counted anew (None: of all): somebody came,
    went, was seated or used the product, or time alone moved somebody. `is_recount` names those
    whose facts are others than at their last look.
    """

    snapshot: str
    organization_ids: list[int] | None
    before: ScanWatermark | None
    is_recount: bool = False
    counted_ids: list[int] | None = None

    @property
    def is_full(self) -> bool:
        """Whether everything was looked at or counted anew."""
        return self.organization_ids is None or self.is_recount


def look(*, now: datetime, settings_key: str, recount: bool = False) -> Look:
    """Return what changed since the last scan that ended. Asked before anything else is read.

    `recount` counts everything anew, as happens once a day.
    """
    before = ScanWatermark.objects.using(_PIPELINE).filter(name=WATERMARK).first()
    with connections[_PIPELINE].cursor() as cursor:
        if before is None:
            cursor.execute(_BEGIN)
            return Look(cursor.fetchone()[0], None, None)
        cursor.execute(_LOOK, {"since": before.snapshot, "now": now, "forgotten": FORGOTTEN_BELOW})
        snapshot, is_lost, changed, counted = cursor.fetchone()
    if is_lost or before.settings_key != settings_key:
        return Look(snapshot, None, before)
    if recount or not timedelta(0) <= now - before.full_at < EVERYTHING_EVERY:
        # What the log names may have changed in what no key stands for: somebody's answer.
        found = {*organizations_with_news(now=now), *(changed or [])}
        return Look(snapshot, sorted(found), before, is_recount=True)
    return Look(snapshot, changed or [], before, counted_ids=counted or [])


def looked(look: Look, *, now: datetime, settings_key: str, organizations: int) -> None:
    """Move the watermark: all that `look` named was looked at, or is noted again."""
    before = look.before
    values = {
        "snapshot": look.snapshot,
        "looked_at": now,
        "full_at": before.full_at if before and not look.is_full else now,
        "settings_key": settings_key,
        "organizations": organizations,
    }
    marks = ScanWatermark.objects.using(_PIPELINE)
    if before is None:
        marks.get_or_create(name=WATERMARK, defaults=values)
    else:
        # Whoever moved it in the meantime saw at least as much of what is behind it.
        marks.filter(name=WATERMARK, snapshot=before.snapshot).update(**values)


def look_again(organization_ids: Collection[int]) -> None:
    """Have organizations looked at by the next scan: something of them was left."""
    if organization_ids:
        with connections[_PIPELINE].cursor() as cursor:
            note_changes(cursor, organization_ids, OrganizationChange.Topic.SIGNALS)


def set_alarms(
    organizations: Mapping[int, ScannedFacts],
    *,
    now: datetime,
    organization_ids: Sequence[int] | None,
    left: Collection[int] = (),
) -> None:
    """Note what was looked at and when time changes it.

    `organization_ids` were asked for, None: all. `left` are to be looked at once more.
    """
    with connections[_PIPELINE].cursor() as cursor:
        if organizations:
            rows = [_row(each, is_left=key in left) for key, each in organizations.items()]
            cursor.execute(_SET_ALARMS, {"rows": json.dumps(rows, default=str), "now": now})
        if organization_ids is None:
            cursor.execute(
                _DROP_ALL_OTHER_ALARMS, {"organization_ids": list(organizations), "now": now}
            )
        elif gone := [each for each in organization_ids if each not in organizations]:
            cursor.execute(_DROP_ALARMS, {"organization_ids": gone, "now": now})


def _row(facts: ScannedFacts, *, is_left: bool) -> dict[str, Any]:
    return {
        "organization_id": facts.organization_id,
        "look_again_at": facts.look_again_at,
        "facts_key": "" if is_left else facts.looked_key,
        "active": facts.seats.active,
        "unseated": facts.unseated,
        "people_change_at": facts.people_change_at,
        "counted_at": facts.counted_at,
    }
