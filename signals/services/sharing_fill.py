"""Takes usage in for the detector of shared accounts: events become bits under keys.

A job of its own with its own watermark, behind the rollup's: every person is known by then, and the
rollup stays as fast as it was. One at a time (an advisory lock). Adding is a bitwise or, so what is
read twice changes nothing. Addresses and agents are read here, turned into keys, and forgotten.

Left out: service accounts, role accounts, shared devices, organizations that show totals only, and
days more than 35 days before the newest of their organization.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from seats.models import RollupWatermark
from seats.services.rollup import counted_up_to
from signals.domain.sharing.capture import RawEvent, source_of
from signals.domain.sharing.keys import epochs_to_write
from signals.domain.sharing.state import KEPT_DAYS, SLOTS_PER_DAY, Facts, smaller_facts
from signals.selectors.sharing_rows import LEFT_OUT
from signals.services.sharing_keys import Keys, Secrets

WATERMARK: Final = "sharing"
EVENTS_AT_ONCE: Final = 100_000
ROWS_AT_ONCE: Final = 5_000
_LOCK: Final = 0x5EA7_0011
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)

type _Key = tuple[int, int, int, int, str, str]
"""Organization, epoch, member, ordinal of the day, device, place."""
type _Kept = tuple[Facts, str]
"""Facts, and the bits of the day as text."""

_FIND_END = """
SELECT xid::text::bigint FROM seats_usageevent
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8
ORDER BY xid OFFSET %(at_once)s LIMIT 1
"""

# Added up before Python sees them: a tab that reports each minute is one line a day. One row for
# each source, with its days (as ordinals) and their bits side by side.
_READ = """
WITH fresh AS MATERIALIZED (
    SELECT organization_id, member, (at AT TIME ZONE 'UTC')::date AS day, device_id, ip, user_agent,
        latitude, longitude, asn, network,
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
SELECT f.organization_id, m.id, f.device_id, coalesce(host(f.ip), ''), f.user_agent,
    f.latitude, f.longitude, f.asn, f.network,
    string_agg((f.day - date '0001-01-01' + 1)::text, ','), string_agg(f.slots::text, ',')
FROM fresh f
JOIN people p USING (organization_id, member)
JOIN accounts_membership m ON m.organization_id = p.organization_id AND m.id = p.membership_id
JOIN accounts_organization o ON o.id = f.organization_id
LEFT JOIN signals_sharingoverview seen ON seen.organization_id = f.organization_id
WHERE m.kind <> ALL(%(left_out)s) AND o.usage_visibility <> 'totals'
    AND (seen.last_day IS NULL OR f.day > seen.last_day - 35)
GROUP BY 1, 2, 3, f.ip, 5, 6, 7, 8, 9
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
# One text for each column: the driver takes ten times as long to make an array of as many values.
_KEEP = """
INSERT INTO signals_sharingday AS d (
    organization_id, epoch, membership_id, day, device, place, slots,
    cell_latitude, cell_longitude, form, system, browser, network_class, network
)
SELECT organization_id::bigint, epoch::integer, membership_id::bigint,
    date '0001-01-01' + (day::integer - 1), device::uuid, place::uuid, slots::bit(288),
    cell_latitude::smallint, cell_longitude::smallint, form, system, browser, network_class,
    network::bigint
FROM unnest({columns}) AS r(
    organization_id, epoch, membership_id, day, device, place, slots,
    cell_latitude, cell_longitude, form, system, browser, network_class, network
)
ON CONFLICT (organization_id, epoch, membership_id, day, device, place) DO UPDATE SET
    slots = d.slots | EXCLUDED.slots,
    {facts}
WHERE d.slots | EXCLUDED.slots <> d.slots OR {is_less}
""".format(
    columns=", ".join(["string_to_array(%s, ',', '')"] * 14),
    facts=", ".join(
        f"{name} = CASE WHEN {_IS_LESS} THEN EXCLUDED.{name} ELSE d.{name} END" for name in _FACTS
    ),
    is_less=_IS_LESS,
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


def _rows(cursor: CursorWrapper, since: int, until: int) -> dict[_Key, _Kept]:
    cursor.execute(
        _READ, {"since": str(since), "until": str(until), "left_out": [k.value for k in LEFT_OUT]}
    )
    keys = Keys(Secrets(cursor))
    found: dict[_Key, _Kept] = {}
    for line in cursor.fetchall():
        _add(found, line, keys)
    return found


def _add(found: dict[_Key, _Kept], line: tuple[Any, ...], keys: Keys) -> None:
    """Add the days of one source."""
    organization_id, member, device_id, address, agent, latitude, longitude, asn, word = line[:9]
    days, slots = line[9].split(","), line[10].split(",")
    source = source_of(
        RawEvent(
            member=str(member),
            at=_ANY_TIME,
            device_id=device_id,
            address=address,
            user_agent=agent,
            latitude=latitude,
            longitude=longitude,
            asn=asn,
            network=word,
        )
    )
    if source is None:
        return
    for text, bits in zip(days, slots, strict=True):
        day = int(text)
        for epoch in epochs_to_write(day):
            device = keys.of(organization_id, epoch, source.device_kind, source.device)
            place = keys.of(organization_id, epoch, "place", source.place)
            key = (organization_id, epoch, member, day, device, place)
            known = found.get(key)
            found[key] = (source.facts, bits) if known is None else _both(known, source.facts, bits)


def _both(known: _Kept, facts: Facts, bits: str) -> _Kept:
    slots = int(known[1], 2) | int(bits, 2)
    return smaller_facts(known[0], facts), format(slots, f"0{SLOTS_PER_DAY}b")


def _keep(cursor: CursorWrapper, rows: dict[_Key, _Kept], *, now: datetime) -> int:
    # In the order of the key: two writers of the same rows would wait instead of deadlocking.
    ordered = sorted(rows)
    for start in range(0, len(ordered), ROWS_AT_ONCE):
        some = ordered[start : start + ROWS_AT_ONCE]
        columns = zip(*((*key, *_columns(rows[key])) for key in some), strict=True)
        cursor.execute(_KEEP, [",".join(map(str, column)) for column in columns])
    days = {(key[0], key[3]) for key in ordered}
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


def _columns(kept: _Kept) -> tuple[object, ...]:
    """The bits and the facts; an empty text stands for what is not known."""
    facts, slots = kept
    cell = facts.cell or ("", "")
    return (slots, *cell, *facts[:5])


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
