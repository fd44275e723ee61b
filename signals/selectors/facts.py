"""What a scan knows about every organization, read in one statement.

Owns: the facts of now and of any past day, over all organizations, on the pipeline's connection.
Does not own: who counts as active (`seats.domain.usage_rules`) or what follows from the facts.

Facts of now come from counters that are kept current. Facts of a past day come from what never
changes afterwards: days of activity, time ranges of seat assignments, the seat ledger.
"""

import hashlib
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

# Named by constants and by columns of the index of held seats, so that no row is joined that the
# counts do not need: half the time of going through `moment`.
_LIVE_PEOPLE = """
    SELECT a.organization_id, count(*) AS active,
        count(*) FILTER (WHERE held.membership_id IS NULL) AS unseated
    FROM seats_memberactivity a
    LEFT JOIN seats_seatassignment held
        ON held.organization_id = a.organization_id AND held.membership_id = a.membership_id
        AND upper(held.during) IS NULL
    WHERE a.last_active_at >= %(now)s::timestamptz - make_interval(days => %(window_days)s)
      AND a.last_active_at <= %(now)s::timestamptz
      AND (%(organization_ids)s::bigint[] IS NULL
           OR a.organization_id = ANY(%(organization_ids)s::bigint[]))
      AND NOT EXISTS (
          SELECT FROM accounts_membership m
          WHERE m.id = a.membership_id AND m.organization_id = a.organization_id
            AND (m.kind = 'service' OR m.deactivated_at <= %(now)s::timestamptz))
    GROUP BY a.organization_id
"""
# The seats are read whole and joined by hash: one look into the range index per person costs ten
# times as much.
_PAST_PEOPLE = """
    WITH seen AS (
        SELECT DISTINCT d.organization_id, d.membership_id
        FROM seats_activityday d JOIN moment USING (organization_id)
        WHERE d.day > moment.on_day - %(window_days)s AND d.day <= moment.on_day
    ),
    seated AS MATERIALIZED (
        SELECT s.membership_id FROM seats_seatassignment s JOIN moment USING (organization_id)
        WHERE s.during @> moment.at
    )
    SELECT seen.organization_id, count(*) AS active,
        count(*) FILTER (WHERE seated.membership_id IS NULL) AS unseated
    FROM seen
    JOIN moment USING (organization_id)
    JOIN accounts_membership m
        ON m.id = seen.membership_id AND m.organization_id = seen.organization_id
    LEFT JOIN seated ON seated.membership_id = seen.membership_id
    WHERE m.kind <> 'service' AND (m.deactivated_at IS NULL OR m.deactivated_at > moment.at)
    GROUP BY seen.organization_id
"""
_LIVE_SEATS = """
    SELECT organization_id, purchased_seats AS purchased, assigned_seats AS assigned
    FROM seats_seatpool
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
        WHERE e.effective_at <= moment.at
        ORDER BY e.organization_id, e.effective_at DESC, e.id DESC
    ) ledger USING (organization_id)
    LEFT JOIN (
        SELECT s.organization_id, count(*) AS assigned
        FROM seats_seatassignment s JOIN moment USING (organization_id)
        WHERE s.during @> moment.at GROUP BY s.organization_id
    ) held USING (organization_id)
"""
_STATEMENT = """
WITH day AS (
    SELECT o.id AS organization_id,
        coalesce(%(as_of)s::date, (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date) AS on_day,
        o.time_zone
    FROM accounts_organization o
    WHERE %(organization_ids)s::bigint[] IS NULL OR o.id = ANY(%(organization_ids)s::bigint[])
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
    FROM seats_waitinglistentry w JOIN moment USING (organization_id)
    WHERE w.requested_at <= moment.at
      AND coalesce(w.seated_at, 'infinity') > moment.at
      AND coalesce(w.withdrawn_at, 'infinity') > moment.at
    GROUP BY w.organization_id
),
bought AS (
    SELECT e.organization_id, max((e.effective_at AT TIME ZONE moment.time_zone)::date) AS on_day
    FROM billing_seatledgerentry e JOIN moment USING (organization_id)
    WHERE e.cause = 'purchase' AND e.seats_delta > 0 AND e.effective_at <= moment.at
    GROUP BY e.organization_id
),
-- A monthly renewal happens by itself every month; only a year's is a talk in the calendar.
term AS (
    SELECT s.organization_id,
        max((upper(p.during) AT TIME ZONE moment.time_zone)::date)
            FILTER (WHERE price.interval = 'year') AS renewal_on,
        bool_or(s.past_due_since IS NOT NULL AND s.past_due_since <= moment.at) AS is_past_due
    FROM billing_subscription s
    JOIN moment USING (organization_id)
    JOIN billing_price price ON price.id = s.price_id
    LEFT JOIN billing_subscriptionperiod p
        ON p.organization_id = s.organization_id AND p.subscription_id = s.id
        AND p.during @> moment.at
    WHERE s.status <> ALL(%(ended)s)
    GROUP BY s.organization_id
),
overdue AS (
    SELECT DISTINCT i.organization_id
    FROM billing_invoice i JOIN moment USING (organization_id)
    WHERE i.due_at < moment.at AND i.status <> 'draft' AND i.amount_due_minor > 0
      AND coalesce(i.paid_at, 'infinity') > moment.at
      AND coalesce(i.voided_at, 'infinity') > moment.at
),
offered AS (
    SELECT organization_id FROM (
        SELECT q.organization_id
        FROM billing_quote q JOIN moment USING (organization_id)
        WHERE q.created_at <= moment.at AND q.expires_at > moment.at
          AND NOT EXISTS (SELECT 1 FROM billing_purchase b
                          WHERE b.organization_id = q.organization_id AND b.quote_id = q.id)
        UNION
        SELECT b.organization_id
        FROM billing_purchase b JOIN moment USING (organization_id)
        WHERE b.created_at <= moment.at
          AND coalesce(b.provisioned_at, b.ended_at, 'infinity') > moment.at
    ) either
)
SELECT moment.organization_id, moment.on_day, moment.at,
    coalesce(pool.purchased, 0), coalesce(pool.assigned, 0), coalesce(people.active, 0),
    coalesce(people.unseated, 0), coalesce(waiting.people, 0), bought.on_day,
    term.renewal_on, offered.organization_id IS NOT NULL,
    coalesce(term.is_past_due, false) OR overdue.organization_id IS NOT NULL
FROM moment
LEFT JOIN pool USING (organization_id)
LEFT JOIN people USING (organization_id)
LEFT JOIN waiting USING (organization_id)
LEFT JOIN bought USING (organization_id)
LEFT JOIN term USING (organization_id)
LEFT JOIN overdue USING (organization_id)
LEFT JOIN offered USING (organization_id)
WHERE coalesce(pool.purchased, 0) + coalesce(pool.assigned, 0) + coalesce(people.active, 0) > 0
ORDER BY moment.organization_id
"""
_LIVE = _STATEMENT.format(people=_LIVE_PEOPLE, seats=_LIVE_SEATS)
_PAST = _STATEMENT.format(people=_PAST_PEOPLE, seats=_PAST_SEATS)


@dataclass(frozen=True, slots=True)
class ScannedFacts:
    """Everything one scan knows about one organization at the moment `at`, its day being `on`.

    `unseated` counts active people without a seat, `waiting` those on the waiting list.
    """

    organization_id: int
    on: date
    at: datetime
    organization: OrganizationFacts
    unseated: int
    waiting: int

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
    *, now: datetime, as_of: date | None = None, organization_ids: Sequence[int] | None = None
) -> list[ScannedFacts]:
    """Return the facts of all organizations that have seats or people in use, in one statement.

    Without `as_of` the facts are those of `now`; with it, those of the end of that day in each
    organization's time zone. One statement, whatever the number of organizations.
    """
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            _LIVE if as_of is None else _PAST,
            {
                "now": now,
                "as_of": as_of,
                "organization_ids": None if organization_ids is None else list(organization_ids),
                "window_days": ACTIVE_WINDOW.days,
                "ended": list(ENDED_STATUSES),
            },
        )
        return [_facts(row) for row in cursor.fetchall()]


def _facts(row: tuple[Any, ...]) -> ScannedFacts:
    (organization_id, on, at, purchased, assigned, active, unseated, waiting, *rest) = row
    last_purchase_on, renewal_on, has_open_quote, is_payment_overdue = rest
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
    )
