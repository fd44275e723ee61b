"""What the detectors of findings know about people: departments, regions, the line, power users.

One statement for the groups and the line, one for the clock, one for power users, each for all
organizations that are asked about, on the pipeline's connection. Facts
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
# Who held a seat, told apart from the people: both are read whole and joined once, where looking up
# each one's seat by an index took three quarters of the time.
_HELD_NOW = "upper(s.during) IS NULL AND lower(s.during) <= moment.at"
_HELD_THEN = "s.during @> moment.at"
# Everybody who came before the moment, also who left since; read once for the groups and the line.
_PEOPLE = """
WITH moment AS ({moment}),
activity AS ({activity}),
held AS (
    SELECT s.organization_id, s.membership_id, lower(s.during) AS since
    FROM seats_seatassignment s JOIN moment USING (organization_id)
    WHERE {held}
),
person AS MATERIALIZED (
    SELECT p.organization_id, p.id, coalesce(p.department_id, 0) AS department_id,
        coalesce(p.region_id, 0) AS region_id, p.manager_id, p.created_at, p.deactivated_at,
        CASE WHEN p.position_since > moment.at THEN '' ELSE p.title END AS title,
        CASE WHEN p.position_since <= moment.at THEN p.position_since END AS position_since,
        p.deactivated_at IS NULL OR p.deactivated_at > moment.at AS is_there,
        held.since IS NOT NULL AS has_seat,
        coalesce(activity.last_active_at, '-infinity')
            > moment.at - make_interval(days => %(window_days)s) AS is_active,
        p.state = 'invited'
            AND p.created_at > moment.at - make_interval(days => %(window_days)s) AS is_invited,
        held.since < moment.at - make_interval(days => %(idle_days)s)
            AND coalesce(activity.last_active_at, '-infinity')
                < moment.at - make_interval(days => %(idle_days)s) AS is_idle,
        greatest(p.created_at, CASE WHEN p.position_since <= moment.at THEN p.position_since END)
            > moment.at - make_interval(days => %(arrivals_days)s) AS is_new,
        p.deactivated_at <= moment.at
            AND p.deactivated_at > moment.at - make_interval(days => 28) AS has_left
    FROM accounts_membership p
    JOIN moment USING (organization_id)
    LEFT JOIN held ON held.organization_id = p.organization_id AND held.membership_id = p.id
    LEFT JOIN activity
        ON activity.organization_id = p.organization_id AND activity.membership_id = p.id
    WHERE p.kind <> 'service' AND p.created_at <= moment.at
),
{groups},
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
SELECT 'department' AS what, g.organization_id, department_id AS group_id, d.name, people, seated,
    reached, idle, came, departed
FROM in_department g JOIN accounts_department d
    ON d.id = department_id AND d.organization_id = g.organization_id
UNION ALL
SELECT 'region', g.organization_id, region_id, r.name, people, seated, reached, idle, came, departed
FROM in_region g JOIN accounts_region r
    ON r.id = region_id AND r.organization_id = g.organization_id
UNION ALL
SELECT 'line', coalesce(a.organization_id, b.organization_id), 0, '', 0, 0,
    coalesce(b.people, 0), 0, a.managers, NULL
FROM (SELECT organization_id, jsonb_agg(active ORDER BY active DESC) AS managers
      FROM above GROUP BY organization_id) a
FULL JOIN below b ON b.organization_id = a.organization_id
ORDER BY organization_id, what, group_id
"""
_GROUP = """in_{column} AS (
    SELECT organization_id, {column}_id,
        count(*) FILTER (WHERE is_there) AS people,
        count(*) FILTER (WHERE is_there AND has_seat) AS seated,
        count(*) FILTER (WHERE is_there AND (is_active OR is_invited)) AS reached,
        count(*) FILTER (WHERE is_there AND is_idle) AS idle,
        jsonb_agg(jsonb_build_array(created_at, has_seat, title, position_since))
            FILTER (WHERE is_there AND is_new) AS came,
        jsonb_agg(deactivated_at) FILTER (WHERE has_left) AS departed
    FROM person GROUP BY organization_id, {column}_id
)"""
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
# Weeks first: only organizations in which somebody may be a power user are counted further.
_POWER = """
WITH moment AS ({moment}),
month AS MATERIALIZED (
    SELECT d.organization_id, d.membership_id,
        count(*) FILTER (WHERE moment.on_day - d.day < 7 AND {workday}) AS first,
        count(*) FILTER (WHERE moment.on_day - d.day BETWEEN 7 AND 13 AND {workday}) AS second,
        count(*) FILTER (WHERE moment.on_day - d.day BETWEEN 14 AND 20 AND {workday}) AS third,
        count(*) FILTER (WHERE moment.on_day - d.day > 20 AND {workday}) AS fourth
    FROM seats_activityday d JOIN moment USING (organization_id)
    WHERE d.day > moment.on_day - 28 AND d.day <= moment.on_day
    GROUP BY d.organization_id, d.membership_id
),
judged AS (
    SELECT organization_id, membership_id, first, second, third, fourth,
        (first >= %(workdays)s)::int + (second >= %(workdays)s)::int + (third >= %(workdays)s)::int
            + (fourth >= %(workdays)s)::int >= %(weeks)s AS may_be_one
    FROM month
),
person AS MATERIALIZED (
    SELECT j.organization_id, j.membership_id, coalesce(p.department_id, 0) AS department_id,
        jsonb_build_array(first, second, third, fourth) AS workdays, may_be_one
    FROM judged j
    JOIN moment USING (organization_id)
    JOIN accounts_membership p ON p.id = j.membership_id AND p.organization_id = j.organization_id
    WHERE p.kind <> 'service' AND (p.deactivated_at IS NULL OR p.deactivated_at > moment.at)
      AND j.organization_id IN (SELECT organization_id FROM judged WHERE may_be_one)
),
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
_WORKDAY = "extract(isodow FROM d.day) < 6"


def _rows(statement: str, ask: Ask, **values: Any) -> list[tuple[Any, ...]]:
    """Run one statement for the organizations that are asked about, as of their moments."""
    is_now = ask.as_of is None
    activity = _ACTIVITY_NOW if is_now else _ACTIVITY_THEN
    held = _HELD_NOW if is_now else _HELD_THEN
    text = statement.format(
        moment=_MOMENT,
        activity=activity,
        held=held,
        groups=", ".join(_GROUP.format(column=column) for column in ("department", "region")),
        used=_USED_NOW if is_now else _USED_THEN,
        workday=_WORKDAY,
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


def _people(ask: Ask, what: str) -> list[_GroupRow]:
    """Read the departments, the regions and the lines once for all the detectors that ask."""
    if "people" not in ask.kept:
        found: dict[str, list[_GroupRow]] = defaultdict(list)
        for kind, organization_id, group_id, *rest in _rows(_PEOPLE, ask):
            found[kind].append((ask.organizations[organization_id], group_id, tuple(rest)))
        ask.kept["people"] = found
    rows: list[_GroupRow] = ask.kept["people"][what]
    return rows


def departments_hiring(ask: Ask) -> Facts[DepartmentHires]:
    """Yield every department with who came and left lately."""
    for seen, group_id, row in _people(ask, "department"):
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
    for seen, group_id, row in _people(ask, "department"):
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
    for seen, group_id, group in _beside(_people(ask, "department")):
        yield seen, department_scope(group_id), group


def regions(ask: Ask) -> Facts[Group]:
    """Yield every region with its people and seats, beside those of the others."""
    for seen, group_id, group in _beside(_people(ask, "region")):
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
    for seen, _group_id, row in _people(ask, "line"):
        _name, _there, _seated, reports, _idle, managers, _left = row
        yield seen, WHOLE, Line(tuple(_read(managers)), reports)


def clocks(ask: Ask) -> Facts[DepartmentClock]:
    """Yield when each organization's last department got its first seat."""
    for organization_id, name, at, without in _rows(_CLOCK, ask):
        seen = ask.organizations[organization_id]
        yield seen, WHOLE, DepartmentClock(seen.on, name, _day(at), without)


def departments_with_power(ask: Ask, *, workdays: int, weeks: int) -> Facts[DepartmentPower]:
    """Yield the departments of organizations in which somebody may be a power user.

    Who was not active on `workdays` in `weeks` is counted, and not named.
    """
    kept = f"power {workdays} {weeks}"
    if kept not in ask.kept:
        core_percent = int(CORE_FROM * 100)
        ask.kept[kept] = _rows(
            _POWER, ask, workdays=workdays, weeks=weeks, core_percent=core_percent
        )
    for organization_id, department_id, name, active, core, people in ask.kept[kept]:
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
