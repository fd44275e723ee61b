"""Takes usage in for the detector of shared accounts: events become bits under keys.

A job of its own with its own watermark, behind the rollup's: every person is known by then, and the
rollup stays as fast as it was. One at a time (an advisory lock). Adding is a bitwise or, so what is
read twice changes nothing. Addresses and agents are read here, turned into keys, and forgotten.

Left out: service accounts, role accounts, shared devices, organizations that show totals only, and
days more than 35 days before the newest of their organization.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from hmac import digest
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from seats.models import RollupWatermark
from seats.services.rollup import counted_up_to
from signals.domain.sharing.capture import RawEvent, sighting_of
from signals.domain.sharing.keys import epochs_to_write
from signals.domain.sharing.state import KEPT_DAYS, SLOTS_PER_DAY, Row, RowKey, merge, row_of
from signals.selectors.sharing_rows import LEFT_OUT

WATERMARK: Final = "sharing"
EVENTS_AT_ONCE: Final = 100_000
ROWS_AT_ONCE: Final = 5_000
_LOCK: Final = 0x5EA7_0011

type _Key = tuple[int, int, RowKey]

_FIND_END = """
SELECT xid::text::bigint FROM seats_usageevent
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8
ORDER BY xid OFFSET %(at_once)s LIMIT 1
"""

# Added up before Python sees them: a tab that reports each minute is one line a day.
_READ = """
WITH fresh AS MATERIALIZED (
    SELECT organization_id, member, (at AT TIME ZONE 'UTC')::date AS day, device_id,
        host(ip) AS address, user_agent, latitude, longitude, asn, network,
        bit_or(set_bit(repeat('0', 288)::bit(288), 287 - (
            extract(hour FROM at AT TIME ZONE 'UTC') * 12
            + floor(extract(minute FROM at AT TIME ZONE 'UTC') / 5)
        )::integer, 1)) AS slots
    FROM seats_usageevent
    WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8
        AND (kind = 'sign_in' OR quantity > 0) AND (device_id <> '' OR user_agent <> '')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
), people AS MATERIALIZED (
    SELECT organization_id, member, seats_find_member(organization_id, member) AS membership_id
    FROM (SELECT DISTINCT organization_id, member FROM fresh) AS named
)
SELECT f.organization_id, m.id, f.day, f.device_id, coalesce(f.address, ''), f.user_agent,
    f.latitude, f.longitude, f.asn, f.network, f.slots::text
FROM fresh f
JOIN people p USING (organization_id, member)
JOIN accounts_membership m ON m.organization_id = p.organization_id AND m.id = p.membership_id
JOIN accounts_organization o ON o.id = f.organization_id
LEFT JOIN signals_sharingoverview seen ON seen.organization_id = f.organization_id
WHERE m.kind <> ALL(%(left_out)s) AND o.usage_visibility <> 'totals'
    AND (seen.last_day IS NULL OR f.day > seen.last_day - 35)
"""

_ORDER = (
    "({0}.cell_latitude IS NULL, coalesce({0}.cell_latitude, 0), coalesce({0}.cell_longitude, 0), "
    "{0}.form, {0}.system, {0}.browser, {0}.network_class, {0}.network)"
)
_FACTS = (
    "cell_latitude",
    "cell_longitude",
    "form",
    "system",
    "browser",
    "network_class",
    "network",
)
_IS_LESS = f"{_ORDER.format('EXCLUDED')} < {_ORDER.format('d')}"
_KEEP = """
INSERT INTO signals_sharingday AS d (
    organization_id, epoch, membership_id, day, device, place, slots,
    cell_latitude, cell_longitude, form, system, browser, network_class, network
)
SELECT organization_id, epoch, membership_id, day, device, place, slots::bit(288),
    cell_latitude, cell_longitude, form, system, browser, network_class, network
FROM unnest(
    %s::bigint[], %s::integer[], %s::bigint[], %s::date[], %s::uuid[], %s::uuid[], %s::text[],
    %s::smallint[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[]
) AS r(
    organization_id, epoch, membership_id, day, device, place, slots,
    cell_latitude, cell_longitude, form, system, browser, network_class, network
)
ON CONFLICT (organization_id, epoch, membership_id, day, device, place) DO UPDATE SET
    slots = d.slots | EXCLUDED.slots,
    {facts}
""".replace(
    "{facts}",
    ", ".join(
        f"{name} = CASE WHEN {_IS_LESS} THEN EXCLUDED.{name} ELSE d.{name} END" for name in _FACTS
    ),
)

_NOTE = """
INSERT INTO signals_sharingoverview AS o (
    organization_id, last_day, filled_at, changed_at, members, watched, counted, expected_unpaid,
    is_alert, kinds
)
SELECT organization_id, max(day), %(now)s, %(now)s, 0, 0, 0, 0, false, '{}'::jsonb
FROM unnest(%(organization_ids)s::bigint[], %(days)s::date[]) AS r(organization_id, day)
GROUP BY 1 ORDER BY 1
ON CONFLICT (organization_id) DO UPDATE SET
    last_day = greatest(o.last_day, EXCLUDED.last_day), filled_at = %(now)s, changed_at = %(now)s
"""


_HIDDEN = """
SELECT DISTINCT s.organization_id FROM signals_sharingsecret s
JOIN accounts_organization o ON o.id = s.organization_id
WHERE o.usage_visibility = 'totals'
"""


@dataclass(frozen=True, slots=True)
class FillResult:
    """What a run took in: rows of the table. `ran` is false when another run was at work."""

    ran: bool = True
    rows: int = 0


def fill_sharing(*, now: datetime) -> FillResult:
    """Take in every event that the rollup has counted; return how many rows it made or changed."""
    rows = 0
    while True:
        with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return FillResult(ran=False, rows=rows)
            some, is_last = _fill_some(cursor, now=now)
        rows += some
        if is_last:
            return FillResult(rows=rows)


def forget_hidden() -> int:
    """Delete days and keys of organizations that show totals only; return how many rows.

    A run that had begun before the switch may have written after it.
    """
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_HIDDEN)
        hidden = [row[0] for row in cursor.fetchall()]
    return forget_organizations(hidden) if hidden else 0


def wait_for_fill(cursor: CursorWrapper) -> None:
    """Wait until no run is at work, and keep others out to the end of the transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _fill_some(cursor: CursorWrapper, *, now: datetime) -> tuple[int, bool]:
    marks = RollupWatermark.objects.using("pipeline")
    since = marks.get_or_create(name=WATERMARK)[0].xid
    counted = counted_up_to()
    if since > counted:
        # Another server, whose transactions are counted anew: what is read twice does no harm.
        since = 0
    if since == counted:
        return 0, True
    bounds: dict[str, Any] = {"since": str(since), "until": str(counted), "at_once": EVENTS_AT_ONCE}
    cursor.execute(_FIND_END, bounds)
    found = cursor.fetchone()
    until = counted if found is None else max(found[0], since + 1)
    cursor.execute("SET LOCAL work_mem = '64MB'")
    rows = _keep(cursor, _rows(cursor, since, until), now=now)
    marks.filter(name=WATERMARK).update(xid=until, moved_at=now)
    return rows, until == counted


def _rows(cursor: CursorWrapper, since: int, until: int) -> dict[_Key, Row]:
    cursor.execute(
        _READ, {"since": str(since), "until": str(until), "left_out": [k.value for k in LEFT_OUT]}
    )
    secrets = Secrets(cursor)
    found: dict[_Key, Row] = {}
    for line in cursor.fetchall():
        for key, row in _rows_of(line, secrets):
            known = found.get(key)
            found[key] = row if known is None else merge(known, row)
    return found


def _rows_of(line: tuple[Any, ...], secrets: "Secrets") -> Iterator[tuple[_Key, Row]]:
    organization_id, member, day, device, address, agent, latitude, longitude, asn, word, bits = (
        line
    )
    event = RawEvent(
        member=str(member),
        at=datetime(day.year, day.month, day.day, tzinfo=UTC),
        device_id=device,
        address=address,
        user_agent=agent,
        latitude=latitude,
        longitude=longitude,
        asn=asn,
        network=word,
    )
    slots = int(bits, 2)
    for epoch in epochs_to_write(day.toordinal()):
        sighting = sighting_of(event, secrets.of(organization_id, epoch))
        if sighting is not None:
            row = row_of(sighting)
            yield (
                (organization_id, epoch, row.key),
                Row(row.key, row.facts, slots),
            )


def _keep(cursor: CursorWrapper, rows: dict[_Key, Row], *, now: datetime) -> int:
    # In the order of the key: two writers of the same rows would wait instead of deadlocking.
    ordered = sorted(rows)
    for start in range(0, len(ordered), ROWS_AT_ONCE):
        columns = zip(
            *(_columns(key, rows[key]) for key in ordered[start : start + ROWS_AT_ONCE]),
            strict=True,
        )
        cursor.execute(_KEEP, [list(column) for column in columns])
    days = {(key[0], key[2].day) for key in ordered}
    if days:
        cursor.execute(
            _NOTE,
            {
                "now": now,
                "organization_ids": [organization_id for organization_id, _day in days],
                "days": [date.fromordinal(day) for _organization_id, day in days],
            },
        )
    return len(ordered)


def _columns(key: _Key, row: Row) -> tuple[Any, ...]:
    organization_id, epoch, (member, day, device, place) = key
    cell = row.facts.cell
    return (
        organization_id,
        epoch,
        int(member),
        date.fromordinal(day),
        UUID(device),
        UUID(place),
        format(row.slots, f"0{SLOTS_PER_DAY}b"),
        None if cell is None else cell.latitude,
        None if cell is None else cell.longitude,
        row.facts.form.value,
        row.facts.system,
        row.facts.browser,
        row.facts.network_class.value,
        row.facts.network,
    )


class Secrets:
    """The secrets of organizations and epochs, made when they are first asked for."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self._cursor = cursor
        self._known: dict[tuple[int, int], bytes] = {}

    def of(self, organization_id: int, epoch: int) -> bytes:
        """Return the secret of one organization and epoch."""
        known = self._known.get((organization_id, epoch))
        if known is None:
            known = self._known[organization_id, epoch] = self._read(organization_id, epoch)
        return known

    def _read(self, organization_id: int, epoch: int) -> bytes:
        self._cursor.execute(
            "INSERT INTO signals_sharingsecret (organization_id, epoch, seed, created_at) "
            "VALUES (%s, %s, %s, statement_timestamp()) ON CONFLICT DO NOTHING",
            [organization_id, epoch, token_bytes(32)],
        )
        self._cursor.execute(
            "SELECT seed FROM signals_sharingsecret WHERE organization_id = %s AND epoch = %s",
            [organization_id, epoch],
        )
        return _secret(settings.SHARING_KEY, bytes(self._cursor.fetchone()[0]))


@lru_cache(maxsize=4096)
def _secret(own: str, seed: bytes) -> bytes:
    """Both halves as one secret of 32 bytes."""
    return digest(own.encode(), b"sharing\0" + seed, sha256)


_FORGET_OLD_DAYS = """
DELETE FROM signals_sharingday d USING signals_sharingoverview o
WHERE o.organization_id = d.organization_id
    AND (d.day <= o.last_day - 35 OR o.filled_at < %(quiet_since)s
         OR d.epoch < (o.last_day - date '0001-01-01' + 1) / 90)
"""
_FORGET_SECRETS = """
DELETE FROM signals_sharingsecret s USING signals_sharingoverview o
WHERE o.organization_id = s.organization_id
    AND (s.epoch < (o.last_day - date '0001-01-01' + 1) / 90 OR o.filled_at < %(quiet_since)s)
"""


def forget_days(*, now: datetime) -> int:
    """Delete days that are 35 days behind, and the keys of epochs that are over.

    An organization that reports nothing for 35 days loses all of them. Returns how many rows.
    """
    values = {"quiet_since": now - timedelta(days=KEPT_DAYS)}
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        wait_for_fill(cursor)
        cursor.execute(_FORGET_OLD_DAYS, values)
        gone = int(cursor.rowcount)
        cursor.execute(_FORGET_SECRETS, values)
        return gone


def forget_organizations(organization_ids: Iterable[int]) -> int:
    """Delete all days and keys of these organizations; return how many rows."""
    ids = list(organization_ids)
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        wait_for_fill(cursor)
        cursor.execute("DELETE FROM signals_sharingday WHERE organization_id = ANY(%s)", [ids])
        gone = int(cursor.rowcount)
        cursor.execute("DELETE FROM signals_sharingsecret WHERE organization_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM signals_sharingoverview WHERE organization_id = ANY(%s)", [ids])
        return gone
