"""Counting anew: the same rows as the counting made, the same as a naive recount makes."""

import random
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.models import (
    ActivityDay,
    ClosedMonth,
    DriftFinding,
    Feature,
    SeatPool,
    UsageDay,
    UsageRebuild,
    UtilizationDay,
)
from seats.services.rebuild import (
    DaysGone,
    DaysToCome,
    ask_rebuild,
    check_drift,
    work_rebuilds,
)
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import BadEvent, EventRow, convert_event, decode_event
from seats.services.utilization import backfill_days
from tests.support.people import make_organization

NOW = datetime.now(UTC)
TODAY = NOW.date()
THIS_MONTH = datetime(NOW.year, NOW.month, 1, tzinfo=UTC)
LAST_MONTH = (THIS_MONTH - timedelta(days=1)).replace(day=1)
COUNTED = (
    *("seats_activityday", "seats_usageday", "seats_outcomeday"),
    *("seats_memberfeature", "seats_memberactivity"),
)

# The moments around borders of days and months, and one far from any.
BORDERS = [
    border + timedelta(microseconds=step)
    for border in (LAST_MONTH, THIS_MONTH, LAST_MONTH + timedelta(days=2))
    for step in (-1, 0, 1)
] + [LAST_MONTH + timedelta(days=9, hours=13)]
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 12),  # few ids: the same event comes again
        st.sampled_from(["ada", "ben", "cleo"]),
        st.sampled_from([None, "editor", "search"]),
        st.sampled_from(BORDERS),
        st.integers(0, 3),
        st.none() | st.integers(-8, 8),
    ),
    min_size=1,
    max_size=25,
)


def row(organization: Organization, event_id: str, **fields: Any) -> EventRow:
    values: dict[str, Any] = {
        "organization_id": organization.pk,
        "event_id": event_id,
        "at": NOW - timedelta(days=2),
        "member": "ben",
        "kind": "feature",
        "feature": "editor",
    }
    return EventRow(**values | fields)


def rows_of(organization: Organization) -> list[Any]:
    """Every counted row of an organization, as text."""
    found: list[Any] = []
    with connections["pipeline"].cursor() as cursor:
        for table in COUNTED:
            cursor.execute(
                f"SELECT %s, t::text FROM {table} t "  # noqa: S608 (constants alone)
                "WHERE organization_id = %s ORDER BY 2",
                [table, organization.pk],
            )
            found += cursor.fetchall()
    return found


def rebuild(organization: Organization, since: date, until: date = TODAY) -> UsageRebuild:
    order = ask_rebuild(
        since=since, until=until, organization_id=organization.pk, actor=SYSTEM, now=NOW
    )
    work_rebuilds(now=NOW)
    order.refresh_from_db(using="pipeline")
    return order


def wreck(organization: Organization, seed: random.Random) -> None:
    """Change, remove and add counted rows, as nothing in the product does."""
    with connections["pipeline"].cursor() as cursor:
        for statement in (
            "UPDATE seats_usageday SET events = events + 1, quantity = quantity + 2",
            "DELETE FROM seats_activityday",
            "UPDATE seats_outcomeday SET value = value - 1",
            "UPDATE seats_activityday SET actions = actions + 5",
            "UPDATE seats_memberactivity SET last_active_at = last_active_at - interval '3 days'",
        ):
            if seed.random() < 0.6:
                cursor.execute(f"{statement} WHERE organization_id = %s", [organization.pk])


class TestRebuild:
    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(events=EVENTS, seed=st.randoms(use_true_random=False))
    def test_gives_what_was_counted_and_what_a_naive_recount_gives(
        self, committed: None, events: list[Any], seed: random.Random
    ) -> None:
        """Duplicates, any order, late events, borders, and two rollups at once."""
        organization = make_organization(f"any-{uuid.uuid4().hex[:12]}")
        rows = [
            row(
                organization,
                f"{number}-{member}",
                at=at,
                member=member,
                kind="feature" if feature else "sign_in",
                feature=feature or "",
                quantity=quantity,
                outcome_kind="minutes" if outcome is not None and feature else "",
                outcome_value=outcome / 4 if outcome is not None and feature else None,
            )
            for number, member, feature, at, quantity, outcome in events
        ]
        seed.shuffle(rows)
        half = len(rows) // 2
        write_events(rows[:half])
        roll_up_usage(now=NOW)
        write_events(rows)
        workers = [Thread(target=roll_up) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        roll_up_usage(now=NOW)

        counted = rows_of(organization)
        assert naive(organization) == naive_recount(organization, rows)
        since = min(each.at for each in rows).date()
        assert rebuild(organization, since).changed == 0
        assert rows_of(organization) == counted
        # Only what differs from the events is touched, so every activity must differ somewhere.
        with connections["pipeline"].cursor() as cursor:
            cursor.execute(
                "UPDATE seats_activityday SET sign_ins = sign_ins + 1 WHERE organization_id = %s",
                [organization.pk],
            )
        wreck(organization, seed)
        rebuild(organization, since)
        assert rows_of(organization) == counted

    def test_of_a_day_has_the_daily_figures_counted_again(self, acme: Organization) -> None:
        with organization_context(acme.pk):
            SeatPool.objects.create(organization=acme, purchased_seats=1)
        write_events([row(acme, "1")])
        roll_up_usage(now=NOW)
        day = TODAY - timedelta(days=2)
        backfill_days(since=day, until=day, now=NOW, organization_ids=[acme.pk])
        UsageDay.objects.using("pipeline").filter(organization=acme).update(events=9)
        assert rebuild(acme, day, day).changed == 1
        assert UtilizationDay.objects.using("pipeline").get(organization=acme, day=day).is_due

    def test_leaves_out_what_is_not_counted_yet(self, acme: Organization) -> None:
        write_events([row(acme, "1")])
        roll_up_usage(now=NOW)
        write_events([row(acme, "2")])
        assert rebuild(acme, TODAY - timedelta(days=2)).changed == 0
        roll_up_usage(now=NOW)
        assert UsageDay.objects.using("pipeline").get(organization=acme).events == 2

    def test_goes_on_where_it_was_interrupted(
        self, acme: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = ask_rebuild(
            since=TODAY - timedelta(days=2),
            until=TODAY,
            organization_id=acme.pk,
            actor=SYSTEM,
            now=NOW,
        )

        class Crash(Exception):
            pass

        def crash(_order: UsageRebuild) -> None:
            raise Crash

        with pytest.raises(Crash):
            work_rebuilds(now=NOW, on_day=crash)
        order.refresh_from_db(using="pipeline")
        assert (order.state, order.days_done, order.days) == ("waiting", 1, 3)
        assert work_rebuilds(now=NOW) == 2
        order.refresh_from_db(using="pipeline")
        assert (order.state, order.days_done) == ("done", 3)

    def test_refuses_days_whose_raw_events_are_gone(
        self, acme: Organization, other: Organization
    ) -> None:
        ClosedMonth.objects.using("pipeline").create(organization=acme, month=LAST_MONTH.date())
        with pytest.raises(DaysGone):
            rebuild(acme, LAST_MONTH.date())
        with pytest.raises(DaysGone):
            rebuild(other, TODAY - timedelta(days=4000), TODAY - timedelta(days=3990))
        assert rebuild(other, LAST_MONTH.date(), LAST_MONTH.date()).state == "done"
        with pytest.raises(DaysToCome):
            rebuild(other, TODAY, TODAY + timedelta(days=1))

    def test_is_ordered_by_command_too(
        self, acme: Organization, capsys: pytest.CaptureFixture[str]
    ) -> None:
        days = [(TODAY - timedelta(days=n)).isoformat() for n in (1, 0)]
        call_command("rebuild_usage", *days, organization=acme.external_id)
        assert "0 rows were different" in capsys.readouterr().out
        with pytest.raises(CommandError, match="no organization"):
            call_command("rebuild_usage", *days, organization="nobody")
        with pytest.raises(CommandError, match="the first before the last"):
            call_command("rebuild_usage", *reversed(days), organization=acme.external_id)


def roll_up() -> None:
    try:
        roll_up_usage(now=NOW)
    finally:
        connections["pipeline"].close()


def naive(organization: Organization) -> tuple[Any, Any]:
    people = dict(
        Membership.objects.using("pipeline")
        .filter(organization=organization)
        .values_list("pk", "external_id")
    )
    features = dict(
        Feature.objects.using("pipeline")
        .filter(organization=organization)
        .values_list("pk", "name")
    )
    usage = {
        (d.day, people[d.membership_id], features[d.feature_id]): (d.events, d.quantity)
        for d in UsageDay.objects.using("pipeline").filter(organization=organization)
    }
    activity = {
        (d.day, people[d.membership_id]): d.sign_ins + d.actions
        for d in ActivityDay.objects.using("pipeline").filter(organization=organization)
    }
    return usage, activity


def naive_recount(organization: Organization, rows: list[EventRow]) -> tuple[Any, Any]:
    """Count one event after the other; of two with the same id and time, the one that was kept."""
    events: Counter[Any] = Counter()
    quantity: Counter[Any] = Counter()
    activity: Counter[Any] = Counter()
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            "SELECT at, member, kind, feature, quantity FROM seats_usageevent "
            "WHERE organization_id = %s",
            [organization.pk],
        )
        kept = cursor.fetchall()
    assert len(kept) == len({(each.event_id, each.at) for each in rows})
    for at, member, kind, feature, many in kept:
        day = at.astimezone(UTC).date()
        if kind == "feature":
            events[day, member, feature] += 1
            quantity[day, member, feature] += many
        if kind == "sign_in" or many > 0:
            activity[day, member] += 1
    return {key: (count, quantity[key]) for key, count in events.items()}, dict(activity)


class TestDrift:
    def test_is_found_and_ends_with_a_rebuild(self, acme: Organization) -> None:
        write_events([row(acme, "1"), row(acme, "2", member="ada")])
        roll_up_usage(now=NOW)
        day = TODAY - timedelta(days=2)
        # Of every day of every organization, so that the sample is the whole.
        assert self.differences(acme, sample=20_000) == []
        ActivityDay.objects.using("pipeline").filter(organization=acme).update(actions=5)
        (found,) = self.differences(acme, sample=20_000)
        assert (found.day, found.rows) == (day, 2)
        assert "activity of member" in found.example
        assert "0 / 5 in the rows, 0 / 1 in the events" in found.example
        # Found before, it is looked at again, whatever the sample is.
        (again,) = self.differences(acme, sample=0)
        assert again.pk == found.pk
        rebuild(acme, day, day)
        assert self.differences(acme, sample=0) == []

    def test_is_looked_for_in_the_same_days_by_the_same_seed(self, acme: Organization) -> None:
        write_events([row(acme, "1")])
        roll_up_usage(now=NOW)
        first = check_drift(now=NOW, seed=7, sample=5)
        again = check_drift(now=NOW, seed=7, sample=5)
        assert (first.seed, first.checked, first.differences) == (7, again.checked, 0)
        assert 0 < first.checked <= 5

    def differences(self, organization: Organization, *, sample: int) -> list[DriftFinding]:
        check_drift(now=NOW, seed=1, sample=sample)
        return list(
            DriftFinding.objects.using("pipeline").filter(
                organization=organization, ended_at__isnull=True
            )
        )


class TestLeapSecond:
    def test_is_the_last_moment_of_its_minute(self) -> None:
        text = '{"id":"1","member":"ben","kind":"sign_in","at":"2016-12-31T23:59:60.5Z"}'
        last = datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
        event = decode_event(text.encode())
        assert not isinstance(event, BadEvent)
        assert event.at == last
        columns = {"id": "1", "member": "ben", "kind": "sign_in", "at": "2016-12-31 23:59:60Z"}
        line = convert_event(columns)
        assert not isinstance(line, BadEvent)
        assert line.at == last
        wrong = decode_event(text.replace("23:59:60", "23:58:60").encode())
        assert isinstance(wrong, BadEvent)
        assert (wrong.field, wrong.code) == ("at", "invalid_time")
