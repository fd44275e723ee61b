"""What the detectors of findings know about people: departments, regions, the line, power users.

One statement each for all organizations that are asked about, on the pipeline's connection. Facts
of a past day come from days of activity, seat ranges, and when people came and left, titles from
when they are held; where somebody worked and their manager are known as they are now only.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from django.db import connections

from seats.domain.usage_rules import ACTIVE_WINDOW
from signals.domain.detectors.found import WHOLE, department_scope, region_scope
from signals.domain.detectors.growth import DepartmentClock, Group, Line
from signals.domain.detectors.leaders import Arrived, DepartmentLeaders
from signals.domain.detectors.new_hires import Arrival, DepartmentHires
from signals.domain.detectors.power_users import (
    CORE_FROM,
    DepartmentPower,
    Month,
    OrganizationPower,
)
from signals.selectors.facts import ScannedFacts
from signals.selectors.sights import Ask

type Facts[F] = Iterator[tuple[ScannedFacts, str, F]]
"""The organization, the scope, and what is known of it."""

IDLE_DAYS: Final = 30
_ARRIVALS_DAYS: Final = 90

_MOMENT = """
    SELECT * FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(days)s::date[])
        AS m(organization_id, at, on_day)
"""
_ACTIVITY_NOW = """
    SELECT a.organization_id, a.membership_id, a.last_active_at FROM seats_memberactivity a
"""
_ACTIVITY_THEN = """
    SELECT d.organization_id, d.membership_id, max(d.day)::timestamptz AS last_active_at
    FROM seats_activityday d JOIN moment USING (organization_id)
    WHERE d.day > moment.on_day - %(idle_days)s AND d.day <= moment.on_day
    GROUP BY d.organization_id, d.membership_id
"""
# Everybody who came before the moment, also who left since. Each one's seat is looked up by an
# index: of who held one at a moment the planner knows nothing, and would compare all with all.
_HELD_NOW = "upper(s.during) IS NULL AND lower(s.during) <= moment.at"
_HELD_THEN = "s.during @> moment.at"
_PERSON = """
WITH moment AS ({moment}),
activity AS ({activity}),
person AS (
    SELECT p.organization_id, p.id, coalesce(p.department_id, 0) AS department_id,
        coalesce(p.region_id, 0) AS region_id, p.manager_id, p.created_at, p.deactivated_at,
        CASE WHEN p.position_since > moment.at THEN '' ELSE p.title END AS title,
        CASE WHEN p.position_since <= moment.at THEN p.position_since END AS position_since,
        moment.at, moment.on_day,
        p.deactivated_at IS NULL OR p.deactivated_at > moment.at AS is_there,
        held.since IS NOT NULL AS has_seat,
        coalesce(activity.last_active_at, '-infinity')
            > moment.at - make_interval(days => %(window_days)s) AS is_active,
        p.state = 'invited'
            AND p.created_at > moment.at - make_interval(days => %(window_days)s) AS is_invited,
        held.since < moment.at - make_interval(days => %(idle_days)s)
            AND coalesce(activity.last_active_at, '-infinity')
                < moment.at - make_interval(days => %(idle_days)s) AS is_idle
    FROM accounts_membership p
    JOIN moment USING (organization_id)
    LEFT JOIN LATERAL (
        SELECT lower(s.during) AS since FROM seats_seatassignment s
        WHERE s.organization_id = p.organization_id AND s.membership_id = p.id AND {held}
        LIMIT 1
    ) held ON true
    LEFT JOIN activity
        ON activity.organization_id = p.organization_id AND activity.membership_id = p.id
    WHERE p.kind <> 'service' AND p.created_at <= moment.at
)
"""
_GROUPS = """{person}
SELECT person.organization_id, person.{column}, g.name,
    count(*) FILTER (WHERE is_there),
    count(*) FILTER (WHERE is_there AND has_seat),
    count(*) FILTER (WHERE is_there AND (is_active OR is_invited)),
    count(*) FILTER (WHERE is_there AND is_idle),
    jsonb_agg(jsonb_build_array(person.created_at, has_seat, title, position_since)) FILTER (
        WHERE is_there
        AND greatest(person.created_at, position_since)
            > at - make_interval(days => %(arrivals_days)s)),
    jsonb_agg(deactivated_at) FILTER (
        WHERE deactivated_at <= at AND deactivated_at > at - make_interval(days => 28))
FROM person
JOIN {table} g ON g.id = person.{column} AND g.organization_id = person.organization_id
GROUP BY person.organization_id, person.{column}, g.name
ORDER BY person.organization_id, person.{column}
"""
_LINE = """{person},
above AS (
    SELECT manager.organization_id, count(*) AS active
    FROM person report
    JOIN person manager
        ON manager.id = report.manager_id AND manager.organization_id = report.organization_id
    WHERE report.is_there AND report.has_seat AND report.is_active
      AND manager.is_there AND NOT manager.has_seat
    GROUP BY manager.organization_id, manager.id
),
below AS (
    SELECT report.organization_id, count(*) AS people
    FROM person report
    JOIN person manager
        ON manager.id = report.manager_id AND manager.organization_id = report.organization_id
    WHERE report.is_there AND NOT report.has_seat
      AND manager.is_there AND manager.has_seat AND manager.is_active
    GROUP BY report.organization_id
)
SELECT coalesce(a.organization_id, b.organization_id), a.managers, coalesce(b.people, 0)
FROM (SELECT organization_id, array_agg(active ORDER BY active DESC) AS managers
      FROM above GROUP BY organization_id) a
FULL JOIN below b ON b.organization_id = a.organization_id
"""
# The first seat of a department counts, whoever of it sits there now.
_CLOCK = """
WITH moment AS ({moment}),
firsts AS (
    SELECT p.organization_id, p.department_id, min(lower(s.during)) AS at
    FROM seats_seatassignment s
    JOIN moment USING (organization_id)
    JOIN accounts_membership p ON p.id = s.membership_id AND p.organization_id = s.organization_id
    WHERE lower(s.during) <= moment.at AND p.department_id IS NOT NULL
    GROUP BY p.organization_id, p.department_id
),
groups AS (
    SELECT p.organization_id, p.department_id
    FROM accounts_membership p JOIN moment USING (organization_id)
    WHERE p.kind <> 'service' AND p.created_at <= moment.at AND p.department_id IS NOT NULL
      AND (p.deactivated_at IS NULL OR p.deactivated_at > moment.at)
    GROUP BY p.organization_id, p.department_id
),
unseated AS (
    SELECT groups.organization_id, count(*) AS departments
    FROM groups LEFT JOIN firsts USING (organization_id, department_id)
    WHERE firsts.at IS NULL
    GROUP BY groups.organization_id
)
SELECT DISTINCT ON (firsts.organization_id) firsts.organization_id, d.name, firsts.at,
    coalesce(unseated.departments, 0)
FROM firsts
JOIN accounts_department d ON d.id = firsts.department_id
LEFT JOIN unseated ON unseated.organization_id = firsts.organization_id
ORDER BY firsts.organization_id, firsts.at DESC, firsts.department_id
"""
_USED_NOW = """
    SELECT f.organization_id, f.membership_id, f.feature_id
    FROM seats_memberfeature f JOIN moment USING (organization_id)
    WHERE f.last_day > moment.on_day - 28
"""
_USED_THEN = """
    SELECT DISTINCT u.organization_id, u.membership_id, u.feature_id
    FROM seats_usageday u JOIN moment USING (organization_id)
    WHERE u.day > moment.on_day - 28 AND u.day <= moment.on_day
"""
_POWER = """
WITH moment AS ({moment}),
weeks AS (
    SELECT d.organization_id, d.membership_id, (moment.on_day - d.day) / 7 AS week,
        count(*) FILTER (WHERE extract(isodow FROM d.day) < 6) AS workdays
    FROM seats_activityday d JOIN moment USING (organization_id)
    WHERE d.day > moment.on_day - 28 AND d.day <= moment.on_day
    GROUP BY d.organization_id, d.membership_id, (moment.on_day - d.day) / 7
),
person AS (
    SELECT w.organization_id, w.membership_id, coalesce(p.department_id, 0) AS department_id,
        jsonb_agg(w.workdays) AS workdays,
        count(*) FILTER (WHERE w.workdays >= %(workdays)s) >= %(weeks)s AS may_be_one
    FROM weeks w
    JOIN moment USING (organization_id)
    JOIN accounts_membership p ON p.id = w.membership_id AND p.organization_id = w.organization_id
    WHERE p.kind <> 'service' AND (p.deactivated_at IS NULL OR p.deactivated_at > moment.at)
    GROUP BY w.organization_id, w.membership_id, p.department_id
),
-- Only organizations in which somebody may be one are counted further.
hot AS (
    SELECT organization_id, count(*) AS active FROM person
    GROUP BY organization_id HAVING bool_or(may_be_one)
),
used AS MATERIALIZED ({used}),
core AS (
    SELECT used.organization_id, used.feature_id
    FROM used JOIN hot USING (organization_id)
    GROUP BY used.organization_id, used.feature_id, hot.active
    HAVING count(*) * 100 >= hot.active * %(core_percent)s
),
cores AS (
    SELECT organization_id, count(*) AS features FROM core GROUP BY organization_id
),
breadth AS (
    SELECT used.organization_id, used.membership_id, count(*) AS features
    FROM used JOIN core USING (organization_id, feature_id)
    GROUP BY used.organization_id, used.membership_id
)
SELECT person.organization_id, person.department_id, d.name, count(*),
    coalesce(cores.features, 0),
    jsonb_agg(jsonb_build_array(person.workdays, coalesce(breadth.features, 0)))
        FILTER (WHERE may_be_one)
FROM person
JOIN hot USING (organization_id)
LEFT JOIN cores USING (organization_id)
LEFT JOIN breadth ON breadth.organization_id = person.organization_id
    AND breadth.membership_id = person.membership_id
LEFT JOIN accounts_department d
    ON d.id = person.department_id AND d.organization_id = person.organization_id
GROUP BY person.organization_id, person.department_id, d.name, cores.features
ORDER BY person.organization_id, person.department_id
"""


def _rows(statement: str, ask: Ask, **values: Any) -> list[tuple[Any, ...]]:
    """Run one statement for the organizations that are asked about, as of their moments."""
    is_now = ask.as_of is None
    activity = _ACTIVITY_NOW if is_now else _ACTIVITY_THEN
    held = _HELD_NOW if is_now else _HELD_THEN
    text = statement.format(
        moment=_MOMENT,
        person=_PERSON.format(moment=_MOMENT, activity=activity, held=held),
        used=_USED_NOW if is_now else _USED_THEN,
        **{name: values.pop(name) for name in ("column", "table") if name in values},
    )
    looked_at = list(ask.organizations.values())
    given: dict[str, Any] = {
        "ids": [each.organization_id for each in looked_at],
        "moments": [each.at for each in looked_at],
        "days": [each.on for each in looked_at],
        "window_days": ACTIVE_WINDOW.days,
        "idle_days": IDLE_DAYS,
        "arrivals_days": _ARRIVALS_DAYS,
    }
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(text, {**given, **values})
        return list(cursor.fetchall())


def _read(value: Any) -> list[Any]:
    return (json.loads(value) if isinstance(value, str) else value) or []


type _GroupRow = tuple[ScannedFacts, int, tuple[Any, ...]]


def _groups(ask: Ask, column: str, table: str) -> list[_GroupRow]:
    """Read the groups once for all the detectors that ask the same."""
    if table not in ask.kept:
        ask.kept[table] = [
            (ask.organizations[organization_id], group_id, tuple(rest))
            for organization_id, group_id, *rest in _rows(_GROUPS, ask, column=column, table=table)
        ]
    found: list[_GroupRow] = ask.kept[table]
    return found


def departments_hiring(ask: Ask) -> Facts[DepartmentHires]:
    """Yield every department with who came and left lately."""
    for seen, group_id, row in _groups(ask, "department_id", "accounts_department"):
        name, people, seated, _reached, idle, came, left = row
        yield (
            seen,
            department_scope(group_id),
            DepartmentHires(
                department=name,
                at=seen.at,
                people=people,
                seated=seated,
                idle=idle,
                free=seen.seats.free,
                arrivals=tuple(
                    Arrival(datetime.fromisoformat(at), has_seat)
                    for at, has_seat, _title, _since in _read(came)
                ),
                departures=tuple(datetime.fromisoformat(at) for at in _read(left)),
            ),
        )


def departments_with_leaders(ask: Ask) -> Facts[DepartmentLeaders]:
    """Yield the departments in which somebody with a title came lately, or came to it."""
    for seen, group_id, row in _groups(ask, "department_id", "accounts_department"):
        name, people, seated, _reached, _idle, came, _left = row
        arrived = tuple(
            Arrived(title, datetime.fromisoformat(since or at).date())
            for at, _has_seat, title, since in _read(came)
            if title
        )
        if arrived:
            yield (
                seen,
                department_scope(group_id),
                DepartmentLeaders(name, seen.on, arrived, people, seated),
            )


def departments(ask: Ask) -> Facts[Group]:
    """Yield every department with its people and seats, beside those of the others."""
    for seen, group_id, group in _beside(_groups(ask, "department_id", "accounts_department")):
        yield seen, department_scope(group_id), group


def regions(ask: Ask) -> Facts[Group]:
    """Yield every region with its people and seats, beside those of the others."""
    for seen, group_id, group in _beside(_groups(ask, "region_id", "accounts_region")):
        yield seen, region_scope(group_id), group


def _beside(
    found: list[_GroupRow],
) -> Iterator[tuple[ScannedFacts, int, Group]]:
    seats: dict[int, int] = defaultdict(int)
    for seen, _group_id, (_name, _people, seated, *_rest) in found:
        seats[seen.organization_id] += seated
    for seen, group_id, (name, people, seated, reached, *_rest) in found:
        others = seats[seen.organization_id] - seated
        yield seen, group_id, Group(name, people, seated, reached, others)


def lines(ask: Ask) -> Facts[Line]:
    """Yield the organizations in which somebody above or below active people has no seat."""
    for organization_id, managers, reports in _rows(_LINE, ask):
        yield ask.organizations[organization_id], WHOLE, Line(tuple(managers or ()), reports)


def clocks(ask: Ask) -> Facts[DepartmentClock]:
    """Yield when each organization's last department got its first seat."""
    for organization_id, name, at, without in _rows(_CLOCK, ask):
        seen = ask.organizations[organization_id]
        yield seen, WHOLE, DepartmentClock(seen.on, name, _day(at), without)


def departments_with_power(ask: Ask, *, workdays: int, weeks: int) -> Facts[DepartmentPower]:
    """Yield the departments of organizations in which somebody may be a power user.

    Who was not active on `workdays` in `weeks` is counted, and not named.
    """
    rows = _rows(_POWER, ask, workdays=workdays, weeks=weeks, core_percent=int(CORE_FROM * 100))
    for organization_id, department_id, name, active, core, people in rows:
        seen = ask.organizations[organization_id]
        yield (
            seen,
            department_scope(department_id),
            DepartmentPower(
                department=name or "",
                people=tuple(Month(tuple(days), used) for days, used in _read(people)),
                active=active,
                core_features=core,
                purchased=seen.seats.purchased,
            ),
        )


def organizations_with_power(ask: Ask, *, workdays: int, weeks: int) -> Facts[OrganizationPower]:
    """Yield the same of whole organizations."""
    people: dict[int, list[Month]] = defaultdict(list)
    cores: dict[int, int] = {}
    for seen, _scope, facts in departments_with_power(ask, workdays=workdays, weeks=weeks):
        people[seen.organization_id] += facts.people
        cores[seen.organization_id] = facts.core_features
    for organization_id, months in people.items():
        seen = ask.organizations[organization_id]
        yield (
            seen,
            WHOLE,
            OrganizationPower(tuple(months), cores[organization_id], seen.seats),
        )


def _day(at: datetime) -> date:
    return at.date()
