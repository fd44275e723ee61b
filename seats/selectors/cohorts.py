"""Newcomers of the last twelve months, counted month by month in one statement."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from accounts.replica import reading_connection
from seats.domain.cohorts import RETENTION_DAYS, RETENTION_WINDOW, Cohort, Retention
from seats.domain.privacy import LEAST_GROUP
from seats.selectors.counted import counted
from seats.selectors.privacy import shows_people

MONTHS: Final = 12

# Somebody who left stays in the month they came: a cohort without them would keep everybody.
_COUNT = """
WITH newcomers AS (
    SELECT m.id, (a.first_active_at AT TIME ZONE 'UTC')::date AS began_on,
        least(
            (m.created_at AT TIME ZONE 'UTC')::date, (a.first_active_at AT TIME ZONE 'UTC')::date
        ) AS joined_on
    FROM accounts_membership m
    LEFT JOIN seats_memberactivity a ON a.organization_id = m.organization_id
        AND a.membership_id = m.id AND a.first_active_at <= %(now)s
    WHERE m.organization_id = %(organization)s AND m.kind <> 'service'
), of_months AS (
    SELECT n.*, date_trunc('month', n.joined_on)::date AS month,
        n.began_on + %(over_7)s <= %(today)s AS is_due_7,
        n.began_on + %(over_28)s <= %(today)s AS is_due_28,
        (
            SELECT min(f.first_day) FROM seats_memberfeature f
            WHERE f.organization_id = %(organization)s AND f.membership_id = n.id
        ) AS used_on
    FROM newcomers n WHERE n.joined_on >= %(first)s AND n.joined_on <= %(today)s
)
SELECT month,
    CASE WHEN used_on <= %(today)s AND began_on IS NOT NULL
        THEN greatest(used_on, began_on) - joined_on END,
    count(*),
    count(*) FILTER (WHERE is_due_7),
    count(*) FILTER (WHERE is_due_7 AND EXISTS (
        SELECT FROM seats_activityday d
        WHERE d.organization_id = %(organization)s AND d.membership_id = of_months.id
            AND d.day BETWEEN of_months.began_on + 7 AND of_months.began_on + %(over_7)s - 1
    )),
    count(*) FILTER (WHERE is_due_28),
    count(*) FILTER (WHERE is_due_28 AND EXISTS (
        SELECT FROM seats_activityday d
        WHERE d.organization_id = %(organization)s AND d.membership_id = of_months.id
            AND d.day BETWEEN of_months.began_on + 28 AND of_months.began_on + %(over_28)s - 1
    ))
FROM of_months GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(slots=True)
class _Month:
    people: int = 0
    days_to_value: dict[int, int] = field(default_factory=dict)
    due: list[int] = field(default_factory=lambda: [0, 0])
    kept: list[int] = field(default_factory=lambda: [0, 0])


def cohorts(*, organization_id: int, now: datetime, months: int = MONTHS) -> list[Cohort]:
    """Return the months of the last `months` in which somebody joined, the oldest first.

    Where only totals are shown, months of too few people are left out, and so is a share of too
    few. At most three queries.
    """
    least = 0 if shows_people(organization_id) else LEAST_GROUP
    today = now.date()
    found: dict[date, _Month] = {}

    def count() -> list[Any]:
        with reading_connection().cursor() as cursor:
            cursor.execute(
                _COUNT,
                {
                    "organization": organization_id,
                    "now": now,
                    "today": today,
                    "first": first_month(today, months),
                    **{f"over_{day}": day + RETENTION_WINDOW.days for day in RETENTION_DAYS},
                },
            )
            return list(cursor.fetchall())

    rows = counted(
        f"newcomers of {months} months",
        count,
        list[tuple[date, int | None, int, int, int, int, int]],
        organization_id=organization_id,
    )
    for month, days, people, due_7, kept_7, due_28, kept_28 in rows:
        joined = found.setdefault(month, _Month())
        joined.people += people
        if days is not None:
            joined.days_to_value[days] = people
        joined.due = [joined.due[0] + due_7, joined.due[1] + due_28]
        joined.kept = [joined.kept[0] + kept_7, joined.kept[1] + kept_28]
    return [
        Cohort(
            month=month,
            people=joined.people,
            days_to_value=joined.days_to_value,
            day_7=_retention(joined.due[0], joined.kept[0], least),
            day_28=_retention(joined.due[1], joined.kept[1], least),
        )
        for month, joined in found.items()
        if joined.people >= least
    ]


def _retention(people: int, kept: int, least: int) -> Retention:
    return Retention(people, kept) if people >= least else Retention(0, 0)


def first_month(today: date, months: int) -> date:
    """Return the first day of the first of `months` months that end with that of `today`."""
    index = today.year * 12 + today.month - months
    return date(index // 12, index % 12 + 1, 1)
