"""What the detectors of findings know about an account: outcomes, requests, people, limits, dates.

One statement each for all organizations that are asked about, on the pipeline's connection.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from django.db import connections

from seats.domain.outcomes import Amount, Baseline, stands, unit_of
from signals.domain.detectors.found import WHOLE, department_scope
from signals.domain.detectors.limits import Overage, Refusals, Refused
from signals.domain.detectors.milestones import Milestone
from signals.domain.detectors.relationship import Asked, Champions, Contacts, Requests
from signals.domain.detectors.value import DepartmentOutcomes, Outcome
from signals.selectors.facts import ScannedFacts
from signals.selectors.sights import Ask

type Facts[F] = Iterator[tuple[ScannedFacts, str, F]]

OUTCOME_DAYS: Final = 90
INTENT_CATEGORIES: Final = ("sso", "admin", "teams")

_MOMENT = """
WITH moment AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(days)s::date[])
        AS m(organization_id, at, on_day)
)
"""
# Baselines first; then what was reported and recorded where there is one of that kind.
_OUTCOMES = """{moment},
base AS (
    SELECT b.* FROM seats_outcomebaseline b JOIN moment USING (organization_id)
),
kinds AS (SELECT DISTINCT organization_id, kind FROM base)
SELECT 'baseline', b.organization_id, b.kind, b.unit, b.department_id, d.name,
    b.amount, 0::bigint, b.starts_on, b.ends_on
FROM base b LEFT JOIN accounts_department d
    ON d.id = b.department_id AND d.organization_id = b.organization_id
UNION ALL
SELECT 'reported', o.organization_id, o.kind, '', p.department_id, '', sum(o.value),
    sum(o.events)::bigint, NULL::date, NULL::date
FROM seats_outcomeday o
JOIN kinds USING (organization_id, kind)
JOIN moment USING (organization_id)
JOIN accounts_membership p ON p.id = o.membership_id AND p.organization_id = o.organization_id
WHERE o.day > moment.on_day - %(outcome_days)s AND o.day <= moment.on_day
  AND p.kind <> 'service' AND p.state <> 'deactivated'
GROUP BY o.organization_id, o.kind, p.department_id
UNION ALL
SELECT 'recorded', e.organization_id, e.kind, e.unit, e.department_id, '', sum(e.amount),
    count(*), NULL::date, NULL::date
FROM seats_outcomeentry e
JOIN kinds USING (organization_id, kind)
JOIN moment USING (organization_id)
WHERE e.ends_on > moment.on_day - %(outcome_days)s AND e.ends_on <= moment.on_day
GROUP BY e.organization_id, e.kind, e.unit, e.department_id
ORDER BY 2, 1, 3, 4, 5
"""
_REQUESTS = """{moment}
SELECT r.organization_id, r.category, r.asked_at::date
FROM signals_vendorrequest r JOIN moment USING (organization_id)
WHERE r.category = ANY(%(categories)s) AND r.asked_at <= moment.at
  AND (r.answered_at IS NULL OR r.answered_at > moment.at)
ORDER BY r.organization_id, r.asked_at
"""
_CHAMPIONS = """{moment}
SELECT p.organization_id,
    array_agg(p.deactivated_at::date ORDER BY p.deactivated_at)
        FILTER (WHERE p.deactivated_at <= moment.at),
    count(*) FILTER (WHERE p.deactivated_at IS NULL OR p.deactivated_at > moment.at)
FROM accounts_membership p JOIN moment USING (organization_id)
WHERE p.role = 'champion' AND p.kind <> 'service' AND p.created_at <= moment.at
GROUP BY p.organization_id
HAVING bool_or(p.deactivated_at > moment.at - interval '180 days'
               AND p.deactivated_at <= moment.at)
"""
_CONTACTS = """{moment}
SELECT p.organization_id, array_agg(greatest(u.last_login, a.last_active_at)::date)
FROM accounts_membership p
JOIN moment USING (organization_id)
LEFT JOIN accounts_user u ON u.id = p.user_id
LEFT JOIN seats_memberactivity a
    ON a.organization_id = p.organization_id AND a.membership_id = p.id
WHERE p.role IN ('owner', 'admin', 'billing', 'approver', 'champion')
  AND p.kind <> 'service' AND p.state <> 'deactivated' AND p.created_at <= moment.at
GROUP BY p.organization_id
"""
# Who has a seat by now wants none any more.
_REFUSALS = """{moment}
SELECT r.organization_id, r.membership_id, r.day, r.at_sign_in
FROM seats_seatrefusal r
JOIN moment USING (organization_id)
JOIN accounts_membership p ON p.id = r.membership_id AND p.organization_id = r.organization_id
WHERE r.day > moment.on_day - 29 AND r.at <= moment.at
  AND (p.deactivated_at IS NULL OR p.deactivated_at > moment.at)
  AND NOT EXISTS (
      SELECT FROM seats_seatassignment s
      WHERE s.organization_id = r.organization_id AND s.membership_id = r.membership_id
        AND s.during @> moment.at)
ORDER BY r.organization_id, r.day, r.membership_id
"""
_OVERAGE = """{moment}
SELECT p.organization_id, p.overage_until::date
FROM seats_seatpool p JOIN moment USING (organization_id)
WHERE p.overage_until IS NOT NULL
"""
_TRIALS = """{moment}
SELECT s.organization_id, max(upper(p.during))::date
FROM billing_subscription s
JOIN moment USING (organization_id)
JOIN billing_subscriptionperiod p
    ON p.organization_id = s.organization_id AND p.subscription_id = s.id
    AND p.during @> moment.at
WHERE s.status = 'trialing'
GROUP BY s.organization_id
"""


def _rows(statement: str, ask: Ask, **values: Any) -> list[tuple[Any, ...]]:
    looked_at = list(ask.organizations.values())
    given: dict[str, Any] = {
        "ids": [each.organization_id for each in looked_at],
        "moments": [each.at for each in looked_at],
        "days": [each.on for each in looked_at],
    }
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(statement.format(moment=_MOMENT), {**given, **values})
        return list(cursor.fetchall())


def outcomes(ask: Ask) -> Facts[DepartmentOutcomes]:
    """Yield what came of the last 90 days where there is a baseline to hold it against."""
    baselines: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    amounts: dict[int, dict[tuple[str, str, int | None], Amount]] = defaultdict(dict)
    for row in _rows(_OUTCOMES, ask, outcome_days=OUTCOME_DAYS):
        what, organization_id, kind, unit, department_id, name, amount, count, *period = row
        if what == "baseline":
            baselines[organization_id].append((kind, unit, department_id, name, amount, *period))
            continue
        key = (kind, unit_of(kind, unit), department_id)
        known = amounts[organization_id]
        known[key] = known.get(key, Amount()) + Amount.of(amount, count)
    for organization_id, rows in baselines.items():
        found: dict[tuple[int, str], list[Outcome]] = defaultdict(list)
        for kind, unit, department_id, name, amount, starts_on, ends_on in rows:
            total = Amount()
            for (of_kind, of_unit, of_department), each in amounts[organization_id].items():
                if (of_kind, of_unit) == (kind, unit) and department_id in (None, of_department):
                    total += each
            baseline = Baseline(Fraction(amount), starts_on, ends_on)
            standing = stands(kind, total, baseline, OUTCOME_DAYS)
            if standing is not None:
                found[department_id or 0, name or ""].append(Outcome(kind, unit, standing))
        seen = ask.organizations[organization_id]
        for (department, name), listed in found.items():
            scope = department_scope(department) if department else WHOLE
            yield seen, scope, DepartmentOutcomes(name, tuple(listed))


def requests(ask: Ask) -> Facts[Requests]:
    """Yield open requests that say that a larger rollout is meant."""
    found: dict[int, list[Asked]] = defaultdict(list)
    for organization_id, category, on in _rows(_REQUESTS, ask, categories=list(INTENT_CATEGORIES)):
        found[organization_id].append(Asked(category, on))
    for organization_id, asked in found.items():
        seen = ask.organizations[organization_id]
        yield seen, WHOLE, Requests(seen.on, tuple(asked))


def champions(ask: Ask) -> Facts[Champions]:
    """Yield the organizations that a champion left in the last half year."""
    for organization_id, left_on, remaining in _rows(_CHAMPIONS, ask):
        seen = ask.organizations[organization_id]
        yield seen, WHOLE, Champions(seen.on, tuple(left_on or ()), remaining)


def contacts(ask: Ask) -> Facts[Contacts]:
    """Yield when the contacts of each organization were last seen; only as it is now."""
    if ask.as_of is not None:
        return
    for organization_id, last_seen_on in _rows(_CONTACTS, ask):
        seen = ask.organizations[organization_id]
        yield seen, WHOLE, Contacts(seen.on, tuple(last_seen_on), seen.seats.purchased)


def refusals(ask: Ask) -> Facts[Refusals]:
    """Yield who was refused in the last 28 days and has no seat yet."""
    found: dict[int, list[Refused]] = defaultdict(list)
    for organization_id, member, on, at_sign_in in _rows(_REFUSALS, ask):
        found[organization_id].append(Refused(str(member), on, at_sign_in))
    for organization_id, refused in found.items():
        seen = ask.organizations[organization_id]
        yield seen, WHOLE, Refusals(seen.on, tuple(refused))


def overages(ask: Ask) -> Facts[Overage]:
    """Yield the organizations with more seats assigned than purchased."""
    ends: dict[int, date] = {} if ask.as_of else dict(_rows(_OVERAGE, ask))
    for seen in ask.organizations.values():
        if seen.seats.overage > 0:
            yield seen, WHOLE, Overage(seen.seats, ends.get(seen.organization_id))


def trials(ask: Ask) -> Facts[Milestone]:
    """Yield the organizations in a trial; only as it is now."""
    if ask.as_of is not None:
        return
    for organization_id, ends_on in _rows(_TRIALS, ask):
        seen = ask.organizations[organization_id]
        yield seen, WHOLE, Milestone(seen.on, ends_on, seen.seats)


def renewals(ask: Ask) -> Facts[Milestone]:
    """Yield the organizations with a yearly renewal ahead."""
    for seen in ask.organizations.values():
        renewal_on = seen.organization.circumstances.renewal_on
        if renewal_on is not None and renewal_on - seen.on <= timedelta(days=365):
            yield seen, WHOLE, Milestone(seen.on, renewal_on, seen.seats)
