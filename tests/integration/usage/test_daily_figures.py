"""The figures of a day: as it ends, again after late events, and of days long past."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import Department, Membership, Organization, Region
from accounts.tenancy import organization_context
from seats.models import SeatAssignment, SeatPool, SegmentDay, UtilizationDay, WaitingListEntry
from seats.selectors.segments import segment_history, segments_of_day
from seats.services import utilization
from seats.services.rollup import roll_up_usage, wait_for_rollup
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from seats.services.utilization import (
    backfill_days,
    snapshot_utilization,
)
from tests.support.people import make_membership

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
DAY = MONDAY.date()
type Dimension = SegmentDay.Dimension


def used(organization: Organization, member: str, at: datetime) -> EventRow:
    return EventRow(
        organization_id=organization.pk,
        event_id=f"{member}-{at}",
        at=at,
        member=member,
        kind="feature",
        feature="editor",
    )


def report(*events: EventRow, now: datetime = MONDAY) -> None:
    write_events(events)
    roll_up_usage(now=now)


def day_of(organization: Organization, day: date = DAY) -> UtilizationDay:
    return UtilizationDay.objects.using("pipeline").get(organization=organization, day=day)


def past_days_counted(organization: Organization, now: datetime) -> int:
    """Snapshot, and return how many past days of the organization it counted."""
    snapshot_utilization(now=now)
    return (
        UtilizationDay.objects.using("pipeline")
        .filter(organization=organization, counted_at=now, day__lt=now.date())
        .count()
    )


def active(organization: Organization, day: date = DAY) -> tuple[int, int, int]:
    row = day_of(organization, day)
    return row.active_1, row.active_7, row.active_28


@pytest.fixture
def team(acme: Organization) -> Organization:
    """Marketing: ada and ben (seats), Sales: cleo (seat) and dan (waits); finn in none; a robot.

    Two of the three seats were purchased.
    """
    long_ago = MONDAY - timedelta(days=60)
    with organization_context(acme.pk):
        marketing = Department.objects.create(organization=acme, name="Marketing")
        sales = Department.objects.create(organization=acme, name="Sales")
        north = Region.objects.create(organization=acme, name="North")
        where: dict[str, dict[str, Any]] = {
            "ada": {"department": marketing, "region": north, "title": "Lead"},
            "ben": {"department": marketing, "title": "Analyst"},
            "cleo": {"department": sales, "region": north, "title": "Analyst"},
            "dan": {"department": sales},
            "finn": {},
            "robot": {"department": sales, "kind": Membership.Kind.SERVICE},
        }
        people = {}
        for name, fields in where.items():
            people[name] = make_membership(acme, name=name, external_id=name, **fields)
            people[name].created_at = long_ago
            people[name].save()
        SeatPool.objects.create(
            organization=acme,
            purchased_seats=2,
            assigned_seats=3,
            limit=SeatPool.Limit.SOFT,
            allowance_seats=1,
        )
        for name in ("ada", "ben", "cleo"):
            SeatAssignment.objects.create(
                organization=acme,
                membership=people[name],
                during=DateTimeTZRange(long_ago, None),
            )
        WaitingListEntry.objects.create(
            organization=acme, membership=people["dan"], requested_at=MONDAY - timedelta(days=1)
        )
    return acme


class TestToday:
    def test_says_how_things_stand(self, team: Organization) -> None:
        report(
            used(team, "ada", MONDAY - timedelta(hours=2)),
            used(team, "dan", MONDAY - timedelta(days=3)),
            used(team, "finn", MONDAY - timedelta(days=20)),
            used(team, "robot", MONDAY - timedelta(hours=1)),
        )
        assert past_days_counted(team, MONDAY) == 0
        row = day_of(team)
        assert (row.purchased, row.assigned, row.overage, row.waiting) == (2, 3, 1, 1)
        # Five people, as the robot is none: ada today, dan in the week, finn in the four weeks;
        # dan and finn without a seat.
        assert (row.people, *active(team), row.active_unseated) == (5, 1, 2, 3, 2)

    def test_adds_up_over_each_dimension(self, team: Organization) -> None:
        report(used(team, "ada", MONDAY), used(team, "dan", MONDAY), used(team, "finn", MONDAY))
        snapshot_utilization(now=MONDAY)
        with organization_context(team.pk):
            found = {
                dimension: [
                    (row.name, row.people, row.assigned, row.waiting, row.active_28)
                    for row in segments_of_day(organization_id=team.pk, dimension=dimension)
                ]
                for dimension in SegmentDay.Dimension
            }
        assert found == {
            "department": [("Marketing", 2, 2, 0, 1), ("Sales", 2, 1, 1, 1), ("", 1, 0, 0, 1)],
            "region": [("", 3, 1, 1, 2), ("North", 2, 2, 0, 1)],
            "level": [("", 2, 0, 1, 2), ("Lead", 1, 1, 0, 1), ("Analyst", 2, 2, 0, 0)],
        }

    def test_forgets_a_segment_that_nobody_is_in_any_more(self, team: Organization) -> None:
        snapshot_utilization(now=MONDAY)
        with organization_context(team.pk):
            Membership.objects.filter(title="Lead").update(title="Analyst")
        snapshot_utilization(now=MONDAY, organization_ids=[team.pk])
        with organization_context(team.pk):
            history = segment_history(
                organization_id=team.pk, dimension=SegmentDay.Dimension.LEVEL, since=DAY
            )
        assert {value: [row.people for row in rows] for value, rows in history.items()} == {
            "Analyst": [3],
            "": [2],
        }


class TestDayThatEnded:
    def test_is_counted_once_more_as_of_its_end(self, team: Organization) -> None:
        snapshot_utilization(now=MONDAY)
        # Afterwards, still on Monday: ada works, ben leaves his seat, dan waits no more.
        report(used(team, "ada", MONDAY + timedelta(hours=5)))
        evening = MONDAY + timedelta(hours=8)
        with organization_context(team.pk):
            SeatAssignment.objects.filter(membership__name="ben").update(
                during=DateTimeTZRange(MONDAY - timedelta(days=60), evening)
            )
            WaitingListEntry.objects.update(withdrawn_at=evening)
        report(used(team, "cleo", TUESDAY), now=TUESDAY)
        snapshot_utilization(now=TUESDAY)
        row = day_of(team)
        assert (row.assigned, row.waiting, active(team)) == (2, 0, (1, 1, 1))
        # In the 24 hours up to Tuesday at nine: ada at two in the afternoon, cleo now.
        assert active(team, TUESDAY.date()) == (2, 2, 2)
        # Nothing is left to do.
        assert past_days_counted(team, TUESDAY + timedelta(hours=1)) == 0

    def test_takes_people_who_left_later_and_not_who_left_before(self, team: Organization) -> None:
        report(
            *(used(team, name, MONDAY - timedelta(hours=1)) for name in ("ada", "ben", "cleo")),
        )
        with organization_context(team.pk):
            for name, left in (("ada", MONDAY), ("ben", TUESDAY)):
                Membership.objects.filter(name=name).update(
                    state=Membership.State.DEACTIVATED, deactivated_at=left
                )
        backfill_days(since=DAY, until=DAY, now=TUESDAY, organization_ids=[team.pk])
        assert active(team) == (2, 2, 2)
        assert day_of(team).people == 4

    def test_is_made_up_for_after_an_outage(self, team: Organization) -> None:
        snapshot_utilization(now=MONDAY - timedelta(days=4))
        assert past_days_counted(team, MONDAY) == 4
        assert [day_of(team, DAY - timedelta(days=n)).assigned for n in range(5)] == [3] * 5


class TestLateEvent:
    def test_has_its_day_and_the_27_after_it_counted_again(self, team: Organization) -> None:
        backfill_days(
            since=DAY - timedelta(days=40),
            until=DAY,
            now=TUESDAY,
            organization_ids=[team.pk],
        )
        assert active(team) == (0, 0, 0)
        late = DAY - timedelta(days=27)
        report(
            used(team, "ada", datetime.combine(late, MONDAY.timetz())),
            used(team, "finn", datetime.combine(late - timedelta(days=10), MONDAY.timetz())),
            now=TUESDAY,
        )
        # 38 days from the day 37 days back to Monday; finn's last is the 28th of them.
        assert past_days_counted(team, TUESDAY + timedelta(hours=1)) == 38
        days = [late + timedelta(days=n) for n in (-11, -10, -1, 0, 1, 17, 18, 27)]
        assert [active(team, day) for day in days] == [
            *((0, 0, 0), (1, 1, 1), (0, 0, 1), (1, 1, 2), (0, 1, 2), (0, 0, 2), (0, 0, 1)),
            (0, 0, 1),
        ]

    def test_that_is_rolled_up_while_its_day_is_counted_is_not_forgotten(
        self, team: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backfill_days(since=DAY, until=DAY, now=TUESDAY, organization_ids=[team.pk])
        real = wait_for_rollup

        def late_event_comes(cursor: Any) -> None:
            real(cursor)
            transaction.on_commit(
                lambda: report(used(team, "ada", MONDAY), now=TUESDAY), using="pipeline"
            )

        monkeypatch.setattr(utilization, "wait_for_rollup", late_event_comes)
        utilization.recount_days([(team.pk, DAY)], now=TUESDAY)
        monkeypatch.undo()
        snapshot_utilization(now=TUESDAY)
        assert active(team) == (1, 1, 1)


class TestBackfill:
    def test_counts_in_pieces_what_it_counts_at_once(
        self, team: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report(
            *(
                used(team, name, MONDAY - timedelta(days=n * step))
                for name, step in (("ada", 3), ("dan", 7), ("new", 5))
                for n in range(8)
            ),
            now=TUESDAY,
        )

        def rows() -> list[Any]:
            with connections["pipeline"].cursor() as cursor:
                cursor.execute(
                    "SELECT to_jsonb(u) - 'counted_at' FROM seats_utilizationday u "
                    "WHERE organization_id = %(id)s UNION ALL "
                    "SELECT to_jsonb(s) FROM seats_segmentday s WHERE organization_id = %(id)s "
                    "ORDER BY 1",
                    {"id": team.pk},
                )
                found: list[Any] = cursor.fetchall()
                return found

        span: dict[str, Any] = {
            "since": DAY - timedelta(days=60),
            "until": DAY,
            "organization_ids": [team.pk],
        }
        # From the first seat, 60 days ago, to Monday.
        assert backfill_days(**span, now=TUESDAY) == 61
        at_once = rows()
        monkeypatch.setattr(utilization, "ROWS_AT_ONCE", 1)
        backfill_days(**span, now=TUESDAY)
        assert rows() == at_once
        # "new" was discovered today, and has been one of the people since their first activity.
        assert [day_of(team, DAY - timedelta(days=n)).people for n in (36, 35)] == [5, 6]

    def test_keeps_what_was_noted_where_the_ledger_says_nothing(self, team: Organization) -> None:
        UtilizationDay.objects.using("pipeline").create(organization=team, day=DAY, purchased=7)
        backfill_days(since=DAY, until=DAY, now=TUESDAY, organization_ids=[team.pk])
        assert (day_of(team).purchased, day_of(team).assigned) == (7, 3)
