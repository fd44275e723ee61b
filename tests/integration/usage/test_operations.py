"""The operations of usage: what a monitor and the vendor see, and what is decided there."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.schedules import crontab
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization, StaffAccess
from accounts.tenancy import organization_context, staff_context
from seats.models import (
    CountedHour,
    DriftFinding,
    QuarantinedEvent,
    RejectDay,
    UsageDay,
    UsageRebuild,
)
from seats.services.ingest_load import ProcessLoad, count_refused, ingest_load, note_load
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from signals.models import JobRun, SignalEvaluation
from signals.selectors.jobs import job_rows
from signals.selectors.pipeline import lag
from signals.services.housekeeping import forget_evaluations
from signals.services.scan import scan_changes
from tests.support.people import make_organization, make_user

HUGE = 9_000_000_000_000_000_000


@pytest.fixture
def admin(committed: None) -> Client:
    return signed_in("vendor_admin")


@pytest.fixture
def manager(committed: None) -> Client:
    return signed_in("finance")


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(f"{role}-{uuid.uuid4().hex[:6]}", vendor_role=role))
    return client


def row(organization: Organization, event_id: str, **fields: Any) -> EventRow:
    values: dict[str, Any] = {
        "organization_id": organization.pk,
        "event_id": event_id,
        "at": timezone.now() - timedelta(days=1),
        "member": "ben",
        "kind": "feature",
        "feature": "editor",
    }
    return EventRow(**values | fields)


@pytest.fixture
def aside(acme: Organization) -> QuarantinedEvent:
    write_events([row(acme, "1", quantity=HUGE), row(acme, "2", quantity=HUGE)])
    roll_up_usage(now=timezone.now())
    return QuarantinedEvent.objects.using("pipeline").get(organization=acme)


class TestPage:
    def test_says_what_was_counted_refused_and_found(
        self, admin: Client, acme: Organization
    ) -> None:
        write_events([row(acme, str(n)) for n in range(7)])
        now = timezone.now()
        roll_up_usage(now=now)
        RejectDay.objects.using("pipeline").create(
            organization=acme, day=now.date(), code="in_future", field="at", events=12_345
        )
        DriftFinding.objects.using("pipeline").create(
            organization=acme, day=now.date(), rows=3, example="usage of member 4"
        )
        page = admin.get("/vendor/usage/").content.decode()
        assert "does not agree with its events" in page or "do not agree with their events" in page
        for shown in (acme.name, "in_future", "12,345", "usage of member 4", "Count usage"):
            assert shown in page

    def test_orders_days_to_be_counted_again(self, admin: Client, acme: Organization) -> None:
        today = datetime.now(UTC).date()
        ordered = {"since": today, "until": today, "organization": acme.external_id}
        answer = admin.post("/vendor/usage/rebuild/", ordered, follow=True)
        assert "The days are being counted again" in answer.content.decode()
        order = UsageRebuild.objects.using("pipeline").get(organization=acme)
        assert (order.since, order.until) == (today, today)

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"since": "", "until": "2026-01-01"}, "Choose the first and the last day."),
            ({"since": "2020-01-01", "until": "2020-01-02"}, "were let go"),
            ({"since": "2099-01-01", "until": "2099-01-02"}, "Choose days up to today"),
            (
                {"since": "2026-01-01", "until": "2026-01-02", "organization": "nobody"},
                "There is no organization with this id.",
            ),
        ],
    )
    def test_says_why_days_cannot_be_counted_again(
        self, admin: Client, given: dict[str, str], said: str
    ) -> None:
        answer = admin.post("/vendor/usage/rebuild/", given, follow=True)
        assert said in answer.content.decode()


class TestQuarantine:
    def test_is_listed_shown_and_decided(
        self, admin: Client, acme: Organization, aside: QuarantinedEvent
    ) -> None:
        address = f"/vendor/usage/quarantine/{aside.pk}/"
        assert address in admin.get("/vendor/usage/quarantine/").content.decode()
        page = admin.get(address).content.decode()
        assert "bigint out of range" in page
        with staff_context(user_id=0, scope=StaffScope.ALL):
            assert StaffAccess.objects.filter(organization=acme, page="usage_quarantine").exists()

        again = admin.post(f"{address}decide/", {"decision": "replay"}, follow=True)
        assert "still cannot be counted" in again.content.decode()
        UsageDay.objects.using("pipeline").filter(organization=acme).update(quantity=0)
        counted = admin.post(f"{address}decide/", {"decision": "replay"}, follow=True)
        assert "The event is counted." in counted.content.decode()
        late = admin.post(f"{address}decide/", {"decision": "discard"}, follow=True)
        assert "Somebody has decided" in late.content.decode()

    def test_is_discarded_by_a_vendor_admin_alone(
        self, admin: Client, manager: Client, aside: QuarantinedEvent
    ) -> None:
        address = f"/vendor/usage/quarantine/{aside.pk}/"
        assert manager.post(f"{address}decide/", {"decision": "discard"}).status_code == 403
        answer = admin.post(f"{address}decide/", {"decision": "discard"}, follow=True)
        assert "This event is left out" in answer.content.decode()


class TestMeasures:
    def test_of_usage_are_bounded(
        self, acme: Organization, aside: QuarantinedEvent, settings: Any, client: Client
    ) -> None:
        settings.METRICS_TOKEN = "secret"
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        CountedHour.objects.using("pipeline").bulk_create(
            CountedHour(organization_id=10_000_000 + n, hour=hour, events=1) for n in range(30)
        )
        CountedHour.objects.using("pipeline").filter(organization=acme).update(events=1_000_000)
        write_events([row(acme, "3")])
        looked = scan_changes(now=timezone.now(), recount=True).organizations
        text = client.get("/metrics", headers={"authorization": "Bearer secret"}).content.decode()
        assert f'headroom_usage_events_hour{{organization="{acme.name}"}} 1000000' in text
        assert text.count("headroom_usage_events_hour{") == 20
        assert "\nheadroom_usage_rollup_lag_seconds " in text
        assert f"\nheadroom_signal_scan_organizations {looked}\n" in text
        before = lag(timezone.now()).waiting
        assert f"\nheadroom_signal_scan_waiting {before}\n" in text
        assert "\nheadroom_signal_full_scan_age_seconds " in text
        make_organization(f"later-{uuid.uuid4().hex[:8]}")
        assert lag(timezone.now()).waiting == before + 1
        waiting = QuarantinedEvent.objects.using("pipeline").filter(state="waiting").count()
        assert f"\nheadroom_usage_quarantine {waiting}\n" in text
        assert 'headroom_job_unhealthy{job="accounts.tasks.forget_what_is_over"} 0' in text


class TestLoad:
    def test_of_living_processes_and_requests_turned_away_is_told(
        self, admin: Client, client: Client, settings: Any
    ) -> None:
        settings.METRICS_TOKEN = "secret"
        now = timezone.now()
        note_load(ProcessLoad("gone", 999_999_999, 0), now=now - timedelta(seconds=31))
        note_load(ProcessLoad("one", 31_234_567, 12), now=now)
        note_load(ProcessLoad("two", 5, 43_210), now=now)
        count_refused("events_waiting", 7_000, now=now)
        refused = ingest_load(now=now).refused["events_waiting"]
        assert refused >= 7_000
        page = admin.get("/vendor/usage/").content.decode()
        for shown in (f"{refused:,}", "31,234,567", "43,210", "events_waiting"):
            assert shown in page
        assert "999,999,999" not in page
        text = client.get("/metrics", headers={"authorization": "Bearer secret"}).content.decode()
        events_waiting = "headroom_ingest_events_waiting"
        assert f'\n{events_waiting}{{process="two"}} 43210\n' in text
        assert '\nheadroom_ingest_bytes_held{process="one"} 31234567\n' in text
        reason = 'headroom_ingest_requests_refused_today{reason="events_waiting"}'
        assert f"\n{reason} {refused}\n" in text
        assert 'headroom_ingest_requests_refused_today{reason="rate_limited"}' in text


class TestJobs:
    def test_of_every_hour_are_late_after_three(self, committed: None) -> None:
        now = timezone.now()
        schedule = {"an.hourly.job": crontab(minute=5), "a.daily.job": crontab(hour=1, minute=0)}
        for job in schedule:
            JobRun.objects.create(
                job=job, state=JobRun.State.SUCCEEDED, started_at=now - timedelta(hours=4)
            )
        assert [(row.task, row.kind) for row in job_rows(schedule, now=now)] == [
            ("an.hourly.job", "warn"),
            ("a.daily.job", "good"),
        ]


class TestEvaluations:
    def test_that_are_long_over_go(self, acme: Organization) -> None:
        now = timezone.now()
        with organization_context(acme.pk):
            for days in (400, 401):
                SignalEvaluation.objects.create(
                    organization=acme,
                    kind="utilization",
                    on=(now - timedelta(days=days)).date(),
                    purchased=10,
                    assigned=8,
                    active=8,
                    status="quiet",
                    facts_key="",
                )
        assert forget_evaluations(now=now) == 1
        with organization_context(acme.pk):
            assert SignalEvaluation.objects.get().on == (now - timedelta(days=400)).date()
