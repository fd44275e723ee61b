"""What a scan knows about every organization, read in one statement.

Owns: the facts of now and of any past day, over all organizations, on the pipeline's connection.
Does not own: who counts as active (`seats.domain.usage_rules`) or what follows from the facts.

Facts of now come from counters that are kept current. Facts of a past day come from what never
changes afterwards: days of activity, time ranges of seat assignments, the seat ledger.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connections

from billing.models.subscription import ENDED_STATUSES
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.domain.utilization import Utilization
from signals.domain.alerts import OrganizationFacts
from signals.domain.holdbacks import Circumstances

# `ONLY(x)` narrows a part to the organizations that are asked for, `COUNTED(x)` to those whose
# people are counted anew; of all both stand for nothing.
# Named by constants and by columns of the index of held seats, so that no row is joined that the
# counts do not need: half the time of going through `moment`. What clocks that differ date a little
# ahead counts already.
_LIVE_PEOPLE = """
    SELECT a.organization_id,
        count(*) FILTER (WHERE a.last_active_at <= {until}) AS active,
        count(*) FILTER (WHERE held.membership_id IS NULL AND a.last_active_at <= {until})
            AS unseated,
        least(min(a.last_active_at) FILTER (WHERE a.last_active_at <= {until})
                + make_interval(days => %(window_days)s) + interval '1 microsecond',
            min(a.last_active_at) FILTER (WHERE a.last_active_at > {until})
                - interval '5 minutes') AS next_at,
        statement_timestamp() AS counted_at
    FROM seats_memberactivity a
    LEFT JOIN {held} held
        ON held.organization_id = a.organization_id AND held.membership_id = a.membership_id
    WHERE a.last_active_at >= %(now)s::timestamptz - make_interval(days => %(window_days)s)
      AND COUNTED(a)
      AND NOT EXISTS (
          SELECT FROM accounts_membership m
          WHERE m.id = a.membership_id AND m.organization_id = a.organization_id AND COUNTED(m)
            AND (m.kind = 'service' OR m.deactivated_at <= {until}))
    GROUP BY a.organization_id
""".replace("{until}", "%(now)s::timestamptz + interval '5 minutes'")
_HELD = """
    SELECT h.organization_id, h.membership_id FROM seats_seatassignment h
    WHERE upper(h.during) IS NULL AND COUNTED(h)
"""
# Of a few organizations the held seats are put aside first, which leaves the planner no order to
# merge by: merging by organization alone compares everybody of one with everybody of it.
# Who is not counted anew is as many as at the last look.
_KEPT_PEOPLE = """
    UNION ALL
    SELECT k.organization_id, k.active, k.unseated, k.people_change_at, k.counted_at
    FROM signals_organizationlook k
    WHERE ONLY(k) AND NOT COUNTED(k) AND k.counted_at IS NOT NULL
"""
_LIVE_PEOPLE_OF_SOME = (
    f"WITH held AS MATERIALIZED ({_HELD}) " + _LIVE_PEOPLE.replace("{held}", "held") + _KEPT_PEOPLE
)
_LIVE_PEOPLE_OF_ALL = _LIVE_PEOPLE.replace("{held}", f"({_HELD})")
# The seats are read whole and joined by hash: one look into the range index per person costs ten
# times as much.
_PAST_PEOPLE = """
    WITH seen AS (
        SELECT DISTINCT d.organization_id, d.membership_id
        FROM seats_activityday d JOIN moment USING (organization_id)
        WHERE d.day > moment.on_day - %(window_days)s AND d.day <= moment.on_day AND ONLY(d)
    ),
    seated AS MATERIALIZED (
        SELECT s.membership_id FROM seats_seatassignment s JOIN moment USING (organization_id)
        WHERE s.during @> moment.at AND ONLY(s)
    )
    SELECT seen.organization_id, count(*) AS active,
        count(*) FILTER (WHERE seated.membership_id IS NULL) AS unseated,
        NULL::timestamptz AS next_at, NULL::timestamptz AS counted_at
    FROM seen
    JOIN moment USING (organization_id)
    JOIN accounts_membership m
        ON m.id = seen.membership_id AND m.organization_id = seen.organization_id
    LEFT JOIN seated ON seated.membership_id = seen.membership_id
    WHERE m.kind <> 'service' AND (m.deactivated_at IS NULL OR m.deactivated_at > moment.at)
    GROUP BY seen.organization_id
"""
_LIVE_SEATS = """
    SELECT p.organization_id, p.purchased_seats AS purchased, p.assigned_seats AS assigned
    FROM seats_seatpool p
    WHERE true AND ONLY(p)
"""
# Where no ledger was ever written (a pool set by hand) the pool is all that is known.
_PAST_SEATS = """
    SELECT p.organization_id,
        CASE WHEN ledger.seats_after IS NOT NULL THEN ledger.seats_after
             WHEN EXISTS (SELECT 1 FROM billing_seatledgerentry e
                          WHERE e.organization_id = p.organization_id) THEN 0
             ELSE p.purchased_seats END AS purchased,
        coalesce(held.assigned, 0) AS assigned
    FROM seats_seatpool p
    JOIN moment USING (organization_id)
    LEFT JOIN (
        SELECT DISTINCT ON (e.organization_id) e.organization_id, e.seats_after
        FROM billing_seatledgerentry e JOIN moment USING (organization_id)
        WHERE e.effective_at <= moment.at AND ONLY(e)
        ORDER BY e.organization_id, e.effective_at DESC, e.id DESC
    ) ledger USING (organization_id)
    LEFT JOIN (
        SELECT s.organization_id, count(*) AS assigned
        FROM seats_seatassignment s JOIN moment USING (organization_id)
        WHERE s.during @> moment.at AND ONLY(s) GROUP BY s.organization_id
    ) held USING (organization_id)
"""
# Each part tells with `next_at` when it changes by the passing of time alone.
_STATEMENT = """
WITH day AS (
    SELECT o.id AS organization_id,
        coalesce(%(as_of)s::date, (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date) AS on_day,
        o.time_zone
    FROM accounts_organization o
    WHERE {these}
),
moment AS (
    SELECT organization_id, on_day, time_zone, CASE WHEN %(as_of)s::date IS NULL THEN %(now)s
        ELSE least(%(now)s, ((on_day + 1)::timestamp AT TIME ZONE time_zone)
                            - interval '1 microsecond') END AS at
    FROM day
),
people AS ({people}),
pool AS ({seats}),
waiting AS (
    SELECT w.organization_id, count(*) AS people
    FROM seats_waitinglistentry w {moment}
    WHERE w.requested_at <= {at}
      AND coalesce(w.seated_at, 'infinity') > {at}
      AND coalesce(w.withdrawn_at, 'infinity') > {at} AND ONLY(w)
    GROUP BY w.organization_id
),
bought AS (
    SELECT e.organization_id,
        max((e.effective_at AT TIME ZONE moment.time_zone)::date)
            FILTER (WHERE e.effective_at <= moment.at) AS on_day,
        min(e.effective_at) FILTER (WHERE e.effective_at > moment.at) AS next_at
    FROM billing_seatledgerentry e JOIN moment USING (organization_id)
    WHERE e.cause = 'purchase' AND e.seats_delta > 0 AND ONLY(e)
    GROUP BY e.organization_id
),
-- A monthly renewal happens by itself every month; only a year's is a talk in the calendar.
term AS (
    SELECT s.organization_id,
        max((upper(p.during) AT TIME ZONE moment.time_zone)::date)
            FILTER (WHERE price.interval = 'year' AND p.during @> moment.at) AS renewal_on,
        bool_or(s.past_due_since IS NOT NULL AND s.past_due_since <= moment.at) AS is_past_due,
        least(min(s.past_due_since) FILTER (WHERE s.past_due_since > moment.at),
            min(CASE WHEN lower(p.during) > moment.at THEN lower(p.during)
                ELSE upper(p.during) END)) AS next_at
    FROM billing_subscription s
    JOIN moment USING (organization_id)
    JOIN billing_price price ON price.id = s.price_id
    LEFT JOIN billing_subscriptionperiod p
        ON p.organization_id = s.organization_id AND p.subscription_id = s.id
        AND coalesce(upper(p.during), 'infinity') > moment.at
    WHERE s.status <> ALL(%(ended)s) AND ONLY(s)
    GROUP BY s.organization_id
),
overdue AS (
    SELECT i.organization_id, bool_or(i.due_at < {at}) AS is_overdue,
        least(min(i.due_at) FILTER (WHERE i.due_at >= {at}) + interval '1 microsecond',
            min(i.paid_at), min(i.voided_at)) AS next_at
    FROM billing_invoice i {moment}
    WHERE i.due_at IS NOT NULL AND i.status <> 'draft' AND i.amount_due_minor > 0
      AND coalesce(i.paid_at, 'infinity') > {at}
      AND coalesce(i.voided_at, 'infinity') > {at} AND ONLY(i)
    GROUP BY i.organization_id
),
offered AS (
    SELECT organization_id, bool_or(is_open) AS is_open, min(next_at) AS next_at FROM (
        SELECT q.organization_id, q.created_at <= {at} AS is_open,
            CASE WHEN q.created_at > {at} THEN q.created_at ELSE q.expires_at END AS next_at
        FROM billing_quote q {moment}
        WHERE q.expires_at > {at} AND ONLY(q)
          AND NOT EXISTS (SELECT 1 FROM billing_purchase b
                          WHERE b.organization_id = q.organization_id AND b.quote_id = q.id)
        UNION ALL
        SELECT b.organization_id, b.created_at <= {at},
            CASE WHEN b.created_at > {at} THEN b.created_at
                ELSE coalesce(b.provisioned_at, b.ended_at) END
        FROM billing_purchase b {moment}
        WHERE coalesce(b.provisioned_at, b.ended_at, 'infinity') > {at} AND ONLY(b)
    ) either
    GROUP BY organization_id
)
SELECT organization_id, on_day, at, purchased, assigned, active, unseated, people_waiting,
    bought_on, renewal_on, has_open_quote, is_payment_overdue, next_at, people_change_at,
    counted_at,
    md5(concat_ws('|', on_day, purchased, assigned, active, unseated, bought_on, renewal_on,
        has_open_quote, is_payment_overdue, scored_at)) AS key
FROM (
    SELECT moment.organization_id, moment.on_day, moment.at,
        coalesce(pool.purchased, 0) AS purchased, coalesce(pool.assigned, 0) AS assigned,
        coalesce(people.active, 0) AS active, coalesce(people.unseated, 0) AS unseated,
        coalesce(waiting.people, 0) AS people_waiting, bought.on_day AS bought_on,
        term.renewal_on, coalesce(offered.is_open, false) AS has_open_quote,
        coalesce(term.is_past_due, false) OR coalesce(overdue.is_overdue, false)
            AS is_payment_overdue,
        least((moment.on_day + 1)::timestamp AT TIME ZONE moment.time_zone, people.next_at,
            bought.next_at, term.next_at, overdue.next_at, offered.next_at) AS next_at,
        overview.scored_at, people.next_at AS people_change_at, people.counted_at
    FROM moment
    LEFT JOIN pool USING (organization_id)
    LEFT JOIN people USING (organization_id)
    LEFT JOIN waiting USING (organization_id)
    LEFT JOIN bought USING (organization_id)
    LEFT JOIN term USING (organization_id)
    LEFT JOIN overdue USING (organization_id)
    LEFT JOIN offered USING (organization_id)
    LEFT JOIN signals_sharingoverview overview USING (organization_id)
    WHERE coalesce(pool.purchased, 0) + coalesce(pool.assigned, 0) + coalesce(people.active, 0) > 0
        OR people.next_at IS NOT NULL
) found
ORDER BY organization_id
"""


def _statement(*, is_past: bool, is_narrowed: bool) -> str:
    ids = "ANY(%(organization_ids)s::bigint[])"
    only = rf"\1.organization_id = {ids}" if is_narrowed else "true"
    live_people = _LIVE_PEOPLE_OF_SOME if is_narrowed else _LIVE_PEOPLE_OF_ALL
    # Facts of now are of one moment; those of a day, of as many as there are time zones.
    statement = _STATEMENT.format(
        people=_PAST_PEOPLE if is_past else live_people,
        seats=_PAST_SEATS if is_past else _LIVE_SEATS,
        these=f"o.id = {ids}" if is_narrowed else "true",
        moment="JOIN moment USING (organization_id)" if is_past else "",
        at="moment.at" if is_past else "%(now)s::timestamptz",
    )
    counted = only.replace("organization_ids", "counted_ids")
    return re.sub(r"COUNTED\((\w+)\)", counted, re.sub(r"ONLY\((\w+)\)", only, statement))


_STATEMENTS = {
    (is_past, is_narrowed): _statement(is_past=is_past, is_narrowed=is_narrowed)
    for is_past in (False, True)
    for is_narrowed in (False, True)
}
# For the one statement that follows: its joins are written in the order that is right for a few
# organizations, and thinking about others takes as long as reading.
_IN_WRITTEN_ORDER = "SET LOCAL join_collapse_limit = 1;"
# The same facts of now, and of them only whose key is another than that of the last look.
_NEWS = """
SELECT facts.organization_id
FROM ({facts}) facts
LEFT JOIN signals_organizationlook l USING (organization_id)
WHERE l.facts_key IS DISTINCT FROM facts.key OR l.look_again_at <= %(now)s
ORDER BY facts.organization_id
""".replace("{facts}", _STATEMENTS[False, False])


@dataclass(frozen=True, slots=True)
class ScannedFacts:
    """Everything one scan knows about one organization at the moment `at`, its day being `on`.

    `unseated` counts active people without a seat, `waiting` those on the waiting list. Until
    `look_again_at` time alone changes nothing of it (facts of now). `looked_key` stands for all
    that the detectors of seats read. Active and unseated people were counted at `counted_at` and
    are others by time alone at `people_change_at`; both are None where nobody is active.
    """

    organization_id: int
    on: date
    at: datetime
    organization: OrganizationFacts
    unseated: int
    waiting: int
    look_again_at: datetime
    people_change_at: datetime | None
    counted_at: datetime | None
    looked_key: str

    @property
    def seats(self) -> Utilization:
        """The seats, as the domain counts them."""
        return self.organization.seats

    def with_red_health(self) -> "ScannedFacts":
        """The same facts of an organization that uses too little of what it has."""
        circumstances = replace(self.organization.circumstances, is_health_red=True)
        return replace(self, organization=replace(self.organization, circumstances=circumstances))

    @property
    def key(self) -> str:
        """A short text that is equal for equal facts of one day."""
        parts: list[Any] = [self.on, self.seats, self.organization.circumstances, self.unseated]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def scanned_facts(
    *,
    now: datetime,
    as_of: date | None = None,
    organization_ids: Sequence[int] | None = None,
    counted_ids: Sequence[int] | None = None,
) -> list[ScannedFacts]:
    """Return the facts of all organizations that have seats or people in use, in one statement.

    Without `as_of` the facts are those of `now`; with it, those of the end of that day in each
    organization's time zone. Of `organization_ids` the people of those in `counted_ids` (None: of
    all) are counted, of the others they are as many as at the last look. One statement, whatever
    the number of organizations.
    """
    asked = _asked(now, as_of, organization_ids, counted_ids)
    with connections["pipeline"].cursor() as cursor:
        if as_of is None and organization_ids is not None:
            cursor.execute(_IN_WRITTEN_ORDER + _STATEMENTS[False, True], asked)
            cursor.nextset()
        else:
            cursor.execute(_STATEMENTS[as_of is not None, organization_ids is not None], asked)
        return [_facts(row) for row in cursor.fetchall()]


def organizations_with_news(*, now: datetime) -> list[int]:
    """Return the organizations whose facts of now are others than at their last look.

    Reads everything and hands over little: what is as it was is compared inside the database.
    """
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_NEWS, _asked(now, None, None, None))
        return [organization_id for (organization_id,) in cursor.fetchall()]


def _asked(
    now: datetime,
    as_of: date | None,
    organization_ids: Sequence[int] | None,
    counted_ids: Sequence[int] | None,
) -> dict[str, Any]:
    counted_ids = organization_ids if counted_ids is None else counted_ids
    return {
        "now": now,
        "as_of": as_of,
        "organization_ids": array_of(organization_ids),
        "counted_ids": array_of(counted_ids),
        "window_days": ACTIVE_WINDOW.days,
        "ended": list(ENDED_STATUSES),
    }


def array_of(ids: Sequence[int] | None) -> str | None:
    """Return ids as PostgreSQL writes an array: one text, however often a statement names it."""
    return None if ids is None else "{" + ",".join(map(str, ids)) + "}"


def _facts(row: tuple[Any, ...]) -> ScannedFacts:
    (organization_id, on, at, purchased, assigned, active, unseated, waiting, *rest) = row
    last_purchase_on, renewal_on, has_open_quote, is_payment_overdue, look_again_at, *rest = rest
    people_change_at, counted_at, key = rest
    return ScannedFacts(
        organization_id=organization_id,
        on=on,
        at=at,
        organization=OrganizationFacts(
            seats=Utilization(purchased=purchased, assigned=assigned, active=active),
            circumstances=Circumstances(
                last_purchase_on=last_purchase_on,
                renewal_on=renewal_on,
                has_open_quote=has_open_quote,
                is_payment_overdue=is_payment_overdue,
            ),
        ),
        unseated=unseated,
        waiting=waiting,
        look_again_at=look_again_at,
        people_change_at=people_change_at,
        counted_at=counted_at,
        looked_key=key,
    )
