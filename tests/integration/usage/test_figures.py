"""What is shown of usage: figures, departments, features, people, history, and the API's reads."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import httpx
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, Membership, Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.models import SeatAssignment, SeatPool, UtilizationDay, WaitingListEntry
from seats.selectors.member_usage import features_used, member_usage, my_usage
from seats.selectors.usage import (
    department_usage,
    seat_figures,
    usage_by_feature,
    usage_by_week,
    utilization_history,
)
from seats.services.rollup import roll_up_usage
from seats.services.seats import assign_seat
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from seats.services.utilization import recount_days, snapshot_utilization
from tests.integration.usage.conftest import HTTP, Client
from tests.support.people import make_membership

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def use(
    organization: Organization,
    member: str,
    *,
    days_ago: float = 1,
    feature: str = "editor",
    **fields: Any,
) -> EventRow:
    at = NOW - timedelta(days=days_ago)
    return EventRow(
        organization_id=organization.pk,
        event_id=f"{member}-{feature}-{days_ago}",
        at=at,
        member=member,
        kind="feature",
        feature=feature,
        **fields,
    )


@pytest.fixture
def team(acme: Organization) -> Iterator[Organization]:
    """Ten seats; five people of Marketing and Sales with seats, one idle; one active without."""
    with organization_context(acme.pk):
        SeatPool.objects.create(organization=acme, purchased_seats=10)
        marketing = Department.objects.create(organization=acme, name="Marketing")
        sales = Department.objects.create(organization=acme, name="Sales")
    departments = {"ada": marketing, "ben": marketing, "dan": sales, "eva": sales, "finn": None}
    people = {
        name: make_membership(acme, external_id=name, name=name.title(), department=department)
        for name, department in departments.items()
    }
    people["gus"] = make_membership(acme, external_id="gus", department=marketing)
    make_membership(acme, external_id="robot", kind="service")
    make_membership(
        acme, external_id="left", state="deactivated", deactivated_at=NOW - timedelta(days=1)
    )
    for name in departments:
        assign_seat(
            organization_id=acme.pk,
            membership_id=people[name].pk,
            actor=SYSTEM,
            now=NOW - timedelta(days=60),
        )
    with organization_context(acme.pk):
        WaitingListEntry.objects.create(organization=acme, membership=people["gus"])
    write_events(
        [
            use(acme, "ada", quantity=2, outcome_kind="minutes", outcome_value=12.5),
            use(acme, "ada", days_ago=2, outcome_kind="minutes", outcome_value=0.25),
            use(acme, "ada", days_ago=1, feature="board"),
            use(acme, "ben", days_ago=27.9),
            use(acme, "dan", days_ago=6.5),
            use(acme, "eva", days_ago=40),
            use(acme, "finn", days_ago=0.5),
            use(acme, "gus"),
            use(acme, "robot"),
            use(acme, "left"),
        ]
    )
    roll_up_usage(now=NOW)
    with organization_context(acme.pk):
        yield acme


class TestSeatFigures:
    def test_tell_active_idle_and_seatless_people_apart(self, team: Organization) -> None:
        figures = seat_figures(organization_id=team.pk, now=NOW)
        # ada, ben, dan, finn with seats, gus without; eva is idle; robot and left do not count
        assert figures.seats.active == 5
        assert figures.seats.utilization == Fraction(5, 10)
        assert figures.seats.assignment == Fraction(5, 10)
        assert (figures.active_seated, figures.idle_seated, figures.active_unseated) == (4, 1, 1)
        assert figures.waiting == 1

    def test_of_an_organization_without_anything_are_zero(self, acme: Organization) -> None:
        with organization_context(acme.pk):
            figures = seat_figures(organization_id=acme.pk, now=NOW)
        assert (figures.seats.purchased, figures.seats.active) == (0, 0)
        assert figures.seats.utilization is None

    def test_leave_out_who_was_active_29_days_ago(self, team: Organization) -> None:
        later = NOW + timedelta(days=1)
        assert seat_figures(organization_id=team.pk, now=later).seats.active == 4


class TestDepartments:
    def test_are_listed_with_their_people_and_seats(self, team: Organization) -> None:
        rows = department_usage(organization_id=team.pk, now=NOW)
        assert [
            (d.name, d.people, d.seated, d.active, d.active_unseated, d.waiting, d.idle_seated)
            for d in rows
        ] == [
            ("Marketing", 3, 2, 3, 1, 1, 0),
            ("Sales", 2, 2, 1, 0, 0, 1),
            ("", 1, 1, 1, 0, 0, 0),
        ]


class TestFeatures:
    def test_are_listed_with_people_events_and_outcomes(self, team: Organization) -> None:
        # ada twice, dan, finn and gus; ben's day is the 29th, robot and left are no people
        editor, board = usage_by_feature(organization_id=team.pk, now=NOW)
        assert (editor.name, editor.people, editor.events, editor.quantity) == ("editor", 4, 5, 6)
        assert [(kind, str(value)) for kind, value in editor.outcomes] == [("minutes", "12.7500")]
        assert (board.name, board.people, board.last_day) == ("board", 1, date(2026, 11, 1))

    def test_of_a_person_have_first_and_last_day(self, team: Organization) -> None:
        ada = Membership.objects.get(external_id="ada")
        assert [
            (f.name, f.first_day, f.events) for f in features_used(membership=ada, now=NOW)
        ] == [
            ("board", date(2026, 11, 1), 1),
            ("editor", date(2026, 10, 31), 2),
        ]


class TestPeople:
    def test_are_listed_with_days_weeks_and_features(self, team: Organization) -> None:
        rows = {r.membership.external_id: r for r in member_usage(organization_id=team.pk, now=NOW)}
        assert set(rows) == {"ada", "ben", "dan", "eva", "finn", "gus", "robot"}
        ada, eva = rows["ada"], rows["eva"]
        assert (ada.active_days_28, ada.features, ada.events, ada.has_seat) == (2, 2, 3, True)
        assert ada.weeks == (0,) * 11 + (2,)
        assert (eva.active_days_28, eva.is_idle) == (0, True)
        # 40 days before the last of twelve weeks: the sixth week from the end
        assert eva.weeks == (0,) * 6 + (1,) + (0,) * 5
        assert not rows["gus"].has_seat

    def test_take_as_many_queries_however_many_they_are(self, team: Organization) -> None:
        with CaptureQueriesContext(
            connection,
        ) as few:
            member_usage(organization_id=team.pk, now=NOW)
        for n in range(30):
            Membership.objects.create(organization=team, external_id=f"more-{n}")
        with CaptureQueriesContext(connection) as many:
            member_usage(organization_id=team.pk, now=NOW)
        assert len(many) == len(few) <= 9

    def test_see_their_own_usage_and_what_colleagues_use(self, team: Organization) -> None:
        ben = Membership.objects.get(external_id="ben")
        own = my_usage(membership=ben, now=NOW)
        assert [f.name for f in own.features] == ["editor"]
        assert own.to_try == ["board"]
        assert own.active_colleagues == 4


class TestWeeks:
    def test_count_people_once(self, team: Organization) -> None:
        weeks = usage_by_week(organization_id=team.pk, now=NOW, weeks=2)
        # 20 to 26 October dan; 27 October to 2 November ada (three times), finn and gus
        assert weeks == [(date(2026, 10, 20), 1, 1), (date(2026, 10, 27), 3, 5)]


class TestSnapshot:
    def test_of_today_is_brought_up_to_date(self, team: Organization) -> None:
        snapshot_utilization(now=NOW)
        snapshot_utilization(now=NOW)
        (today,) = utilization_history(organization_id=team.pk, now=NOW)
        assert (today.day, today.purchased, today.assigned) == (NOW.date(), 10, 5)
        # 1 day: finn, and ada and gus exactly 24 hours ago; 7 days: dan too; 28 days: ben too
        assert (today.active_1, today.active_7, today.active_28) == (3, 4, 5)

    def test_of_past_days_comes_from_days_of_activity(self, acme: Organization) -> None:
        write_events([use(acme, "ada", days_ago=10), use(acme, "ben", days_ago=35)])
        roll_up_usage(now=NOW)
        with organization_context(acme.pk):
            ada = Membership.objects.get(external_id="ada")
            SeatAssignment.objects.create(
                organization=acme,
                membership=ada,
                during=DateTimeTZRange(NOW - timedelta(days=20), NOW - timedelta(days=5)),
            )
        day = NOW.date()
        recount_days([(acme.pk, day - timedelta(days=n)) for n in (10, 30, 3)], now=NOW)
        with organization_context(acme.pk):
            points = utilization_history(organization_id=acme.pk, now=NOW)
        assert [(p.assigned, p.active_1, p.active_28) for p in points] == [
            (0, 0, 1),  # ben, 35 days ago
            (1, 1, 2),  # ada on the day, ben 25 days before it
            (0, 0, 1),
        ]

    def test_is_invisible_to_others(self, team: Organization, other: Organization) -> None:
        snapshot_utilization(now=NOW)
        with organization_context(other.pk):
            assert not UtilizationDay.objects.exists()


def get(client: Client, path: str) -> httpx.Response:
    return HTTP.get(f"{client.url}{path}", headers={"Authorization": f"Bearer {client.key}"})


class TestApi:
    @pytest.fixture
    def seated(self, acme: Organization) -> Organization:
        with organization_context(acme.pk):
            SeatPool.objects.create(organization=acme, purchased_seats=4)
        ben = make_membership(acme, external_id="ben", name="Ben")
        assign_seat(organization_id=acme.pk, membership_id=ben.pk, actor=SYSTEM, now=NOW)
        return acme

    def test_gives_the_figures(self, product: Client, seated: Organization) -> None:
        product.report(
            {
                "id": "1",
                "organization": seated.external_id,
                "member": "ben",
                "at": datetime.now(UTC).isoformat(),
                "kind": "sign_in",
            }
        )
        roll_up_usage(now=datetime.now(UTC))
        body = get(product, f"/api/v1/organizations/{seated.external_id}/utilization").json()
        assert (body["purchased_seats"], body["active_people"], body["utilization"]) == (4, 1, 0.25)
        assert (body["assigned_seats"], body["free_seats"], body["assignment"]) == (1, 3, 0.25)

    def test_gives_people_page_by_page(self, product: Client, seated: Organization) -> None:
        for n in range(4):
            make_membership(seated, external_id=f"u-{n}")
        path = f"/api/v1/organizations/{seated.external_id}/members?limit=2"
        first = get(product, path).json()
        second = HTTP.get(first["next"], headers={"Authorization": f"Bearer {product.key}"}).json()
        names = [m["member"] for m in first["results"] + second["results"]]
        assert names == ["u-3", "u-2", "u-1", "u-0"]

    def test_hides_other_organizations(self, acme_product: Client, other: Organization) -> None:
        for what in ("utilization", "members"):
            answer = get(acme_product, f"/api/v1/organizations/{other.external_id}/{what}")
            assert answer.status_code == 404
