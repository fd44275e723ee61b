"""Counting usage: every event once, people discovered, whatever the order and the company."""

import random
import uuid
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import HistoryEntry, Membership, Organization
from accounts.tenancy import organization_context
from seats.models import (
    ActivityDay,
    Feature,
    MemberActivity,
    MemberFeature,
    OutcomeDay,
    RollupWatermark,
    UsageDay,
    UsageEvent,
)
from seats.services.rollup import WatermarkLost, roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from tests.services import admin_url
from tests.support.people import make_membership, make_organization

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def row(organization: Organization, event_id: str, **fields: Any) -> EventRow:
    values: dict[str, Any] = {
        "organization_id": organization.pk,
        "event_id": event_id,
        "at": NOW,
        "member": "ben",
        "kind": "feature",
        "feature": "editor",
    }
    return EventRow(**values | fields)


def sign_in(organization: Organization, event_id: str, **fields: Any) -> EventRow:
    return row(organization, event_id, kind="sign_in", feature="", **fields)


def on_pipeline(model: Any, organization: Organization) -> Any:
    return model.objects.using("pipeline").filter(organization=organization)


class TestRollUp:
    def test_counts_an_event_once_however_often_it_runs(self, acme: Organization) -> None:
        write_events([row(acme, "1", quantity=3)])
        assert roll_up_usage(now=NOW).events == 1
        assert roll_up_usage(now=NOW).events == 0
        day = on_pipeline(UsageDay, acme).get()
        assert (day.day, day.events, day.quantity) == (NOW.date(), 1, 3)

    def test_adds_what_comes_later(self, acme: Organization) -> None:
        write_events([row(acme, "1")])
        roll_up_usage(now=NOW)
        write_events([row(acme, "1"), row(acme, "2", quantity=4)])
        assert roll_up_usage(now=NOW).events == 1
        # 1 + 4, the replayed event not again
        assert on_pipeline(UsageDay, acme).get().quantity == 5

    def test_discovers_people_without_a_seat(self, acme: Organization) -> None:
        write_events([row(acme, "1", member="u-9")])
        assert roll_up_usage(now=NOW).discovered == 1
        with organization_context(acme.pk):
            person = Membership.objects.get(external_id="u-9")
            assert person.state == Membership.State.DISCOVERED
            assert HistoryEntry.objects.filter(verb="member_discovered").count() == 1

    def test_knows_people_by_id_before_address(self, acme: Organization) -> None:
        by_id = make_membership(acme, external_id="ben@example.com")
        by_address = make_membership(acme, external_id="u-2", email="Eva@Example.com")
        make_membership(acme, external_id="u-3", email="ben@example.com")
        write_events(
            [
                row(acme, "1", member="ben@example.com"),
                row(acme, "2", member="eva@example.com"),
            ]
        )
        assert roll_up_usage(now=NOW).discovered == 0
        counted = on_pipeline(MemberActivity, acme).values_list("membership_id", flat=True)
        assert set(counted) == {by_id.pk, by_address.pk}

    def test_keeps_people_of_equal_name_in_two_organizations_apart(
        self, acme: Organization, other: Organization
    ) -> None:
        write_events([row(acme, "1"), row(other, "1")])
        assert roll_up_usage(now=NOW).discovered == 2

    def test_takes_a_sign_in_as_activity_but_not_as_a_feature(self, acme: Organization) -> None:
        write_events([sign_in(acme, "1")])
        roll_up_usage(now=NOW)
        day = on_pipeline(ActivityDay, acme).get()
        assert (day.sign_ins, day.actions) == (1, 0)
        assert on_pipeline(MemberActivity, acme).get().last_sign_in_at == NOW
        assert not on_pipeline(Feature, acme).exists()

    def test_does_not_take_a_quantity_of_zero_as_activity(self, acme: Organization) -> None:
        write_events([row(acme, "1", quantity=0)])
        roll_up_usage(now=NOW)
        assert on_pipeline(UsageDay, acme).get().events == 1
        assert not on_pipeline(MemberActivity, acme).exists()

    def test_lets_late_events_move_the_first_activity_but_not_the_last(
        self, acme: Organization
    ) -> None:
        write_events([row(acme, "1")])
        roll_up_usage(now=NOW)
        write_events([row(acme, "2", at=NOW - timedelta(days=9))])
        roll_up_usage(now=NOW)
        activity = on_pipeline(MemberActivity, acme).get()
        assert (activity.first_active_at, activity.last_active_at) == (NOW - timedelta(days=9), NOW)
        feature = on_pipeline(MemberFeature, acme).get()
        assert (feature.first_day, feature.last_day) == (date(2026, 10, 24), date(2026, 11, 2))

    def test_counts_days_in_utc(self, acme: Organization) -> None:
        jakarta = datetime.fromisoformat("2026-11-03T02:00:00+07:00")
        write_events([row(acme, "1", at=jakarta)])
        roll_up_usage(now=NOW)
        assert on_pipeline(ActivityDay, acme).get().day == date(2026, 11, 2)

    def test_waits_for_transactions_that_have_not_ended(self, acme: Organization) -> None:
        """A commit that comes late must not fall below the watermark."""
        with transaction.atomic(using="pipeline"):
            write_events([row(acme, "late")])
            counted: list[int] = []

            def meanwhile() -> None:
                write_events([row(acme, "early")])
                counted.append(roll_up_usage(now=NOW).events)
                connections.close_all()

            thread = Thread(target=meanwhile)
            thread.start()
            thread.join()
        assert counted == [0]
        assert roll_up_usage(now=NOW).events == 2

    def test_runs_once_at_a_time(self, acme: Organization) -> None:
        for n in range(200):
            write_events([row(acme, str(n))])
        barrier = Barrier(4)
        results = []

        def run() -> None:
            barrier.wait()
            results.append(roll_up_usage(now=NOW))
            connections.close_all()

        threads = [Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        roll_up_usage(now=NOW)
        assert sum(result.events for result in results) <= 200
        assert on_pipeline(UsageDay, acme).get().events == 200

    def test_leaves_nothing_behind_when_it_fails(
        self, acme: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Counters and watermark move together or not at all."""
        write_events([row(acme, "1")])
        before = RollupWatermark.objects.using("pipeline").values_list("xid").first()

        class Crash(Exception):
            pass

        def crash(*_: object, **__: object) -> None:
            raise Crash

        with monkeypatch.context() as patch:
            patch.setattr("django.db.models.query.QuerySet.update", crash)
            with pytest.raises(Crash):
                roll_up_usage(now=NOW)
        assert not on_pipeline(UsageDay, acme).exists()
        assert RollupWatermark.objects.using("pipeline").values_list("xid").first() == before
        assert roll_up_usage(now=NOW).events == 1

    def test_survives_a_person_added_at_the_same_moment(self, acme: Organization) -> None:
        write_events([row(acme, "1", member="race")])
        counted: list[int] = []

        def run() -> None:
            counted.append(roll_up_usage(now=NOW).events)
            connections.close_all()

        thread = Thread(target=run)
        with organization_context(acme.pk):
            added = Membership.objects.create(organization=acme, external_id="race", name="Race")
            thread.start()
            thread.join(timeout=0.5)
        thread.join()
        # While that transaction is open, its number holds the watermark back or its row decides.
        roll_up_usage(now=NOW)
        assert on_pipeline(MemberActivity, acme).get().membership_id == added.pk

    def test_counts_in_pieces_what_is_too_much_at_once(
        self, acme: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("seats.services.rollup.EVENTS_AT_ONCE", 7)
        for start in range(0, 60, 20):
            write_events([row(acme, str(n)) for n in range(start, start + 20)])
        write_events([row(acme, "single")])
        assert roll_up_usage(now=NOW).events == 61
        assert on_pipeline(UsageDay, acme).get().events == 61

    def test_says_when_the_server_counts_transactions_anew(self, acme: Organization) -> None:
        roll_up_usage(now=NOW)
        watermarks = RollupWatermark.objects.using("pipeline")
        kept = watermarks.get().xid
        watermarks.update(xid=kept + 1_000_000)
        try:
            with pytest.raises(WatermarkLost, match="restore"):
                roll_up_usage(now=NOW)
        finally:
            watermarks.update(xid=kept)


class TestRestore:
    def test_into_another_server_counts_nothing_twice_and_loses_nothing(
        self, acme: Organization
    ) -> None:
        """The statements of docs/usage.md, on rows whose numbers come from another server."""
        write_events([row(acme, "counted")])
        roll_up_usage(now=NOW)
        write_events([row(acme, "not yet counted")])
        text = (Path(__file__).parents[3] / "docs" / "usage.md").read_text()
        statements = text.partition("```sql")[2].partition("```")[0]
        elsewhere = (
            "UPDATE seats_usageevent SET xid = (xid::text::bigint + 9000000)::text::xid8;"
            "UPDATE seats_rollupwatermark SET xid = xid + 9000000"
        )
        superuser = psycopg.conninfo.make_conninfo(admin_url, dbname="headroom_test")
        with psycopg.connect(superuser) as connection:
            connection.execute(elsewhere)
            connection.execute(statements.encode())
        assert roll_up_usage(now=NOW).events == 1
        assert on_pipeline(UsageDay, acme).get().events == 2


MEMBERS = ["ada", "ben", "dan"]
FEATURES = ["editor", "board", "export"]
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(MEMBERS),
        st.one_of(st.none(), st.sampled_from(FEATURES)),
        st.integers(0, 60 * 24 * 40),
        st.integers(0, 3),
        st.one_of(
            st.none(),
            st.tuples(st.sampled_from(["lines", "minutes"]), st.integers(-500, 500)),
        ),
    ),
    max_size=40,
)


class TestEveryHistory:
    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(events=EVENTS, cuts=st.lists(st.integers(0, 40), max_size=3), seed=st.integers())
    def test_counts_what_a_recount_from_the_raw_events_counts(
        self,
        committed: None,
        events: list[Any],
        cuts: list[int],
        seed: int,
    ) -> None:
        """Shuffled, cut into batches, partly sent twice, with rollups in between."""
        organization = self.new_organization()
        rows = [
            row(
                organization,
                str(number),
                at=NOW - timedelta(minutes=minutes),
                member=member,
                kind="feature" if feature else "sign_in",
                feature=feature or "",
                quantity=quantity,
                outcome_kind=outcome[0] if outcome else "",
                outcome_value=outcome[1] / 4 if outcome else None,
            )
            for number, member, feature, minutes, quantity, outcome in events
        ]
        shuffled = random.Random(seed)
        bounds = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
        for start, end in pairwise(bounds):
            batch = rows[start:end] + rows[: start // 2]
            shuffled.shuffle(batch)
            write_events(batch)
            roll_up_usage(now=NOW)
        self.compare(organization)

    def new_organization(self) -> Organization:
        return make_organization(f"any-{uuid.uuid4().hex[:12]}")

    def compare(self, organization: Organization) -> None:
        people = dict(
            Membership.objects.using("pipeline")
            .filter(organization=organization)
            .values_list("external_id", "pk")
        )
        features = dict(on_pipeline(Feature, organization).values_list("name", "pk"))
        raw = list(on_pipeline(UsageEvent, organization))
        usage: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
        outcomes: dict[Any, Decimal] = defaultdict(Decimal)
        days: Counter[Any] = Counter()
        last: dict[int, datetime] = {}
        for e in raw:
            person, day = people[e.member], e.at.date()
            if e.kind == "feature":
                key = (day, person, features[e.feature])
                usage[key][0] += 1
                usage[key][1] += e.quantity
                if e.outcome_kind:
                    outcomes[(*key, e.outcome_kind)] += e.outcome_value
            if e.kind == "sign_in" or e.quantity > 0:
                days[(day, person)] += 1
                last[person] = max(last.get(person, e.at), e.at)
        assert {
            (d.day, d.membership_id, d.feature_id): [d.events, d.quantity]
            for d in on_pipeline(UsageDay, organization)
        } == dict(usage)
        assert {
            (d.day, d.membership_id, d.feature_id, d.kind): d.value
            for d in on_pipeline(OutcomeDay, organization)
        } == dict(outcomes)
        assert {
            (d.day, d.membership_id): d.sign_ins + d.actions
            for d in on_pipeline(ActivityDay, organization)
        } == dict(days)
        assert {
            a.membership_id: a.last_active_at for a in on_pipeline(MemberActivity, organization)
        } == last
