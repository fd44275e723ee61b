"""The inbox of Stripe's events: what operations see of it, and processing again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry
from accounts.tenancy import staff_context
from billing.models import WebhookEvent
from billing.selectors.inbox import LATE, counts, trouble
from config.health import CHECKS
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


def make_event(name: str, **given: Any) -> WebhookEvent:
    now = timezone.now()
    fields = {"type": "invoice.paid", "created_at": now, "received_at": now, "attempts": 3} | given
    return WebhookEvent.objects.create(event_id=f"evt_{name}", object_id=f"in_{name}", **fields)


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role, vendor_role=role))
    return client


@pytest.fixture
def failed() -> WebhookEvent:
    return make_event("failed", last_error="GatewayFault")


@pytest.fixture
def done() -> WebhookEvent:
    return make_event("done", processed_at=timezone.now(), outcome="processed")


class TestInbox:
    def test_lists_state_error_and_tries_and_filters(
        self, failed: WebhookEvent, done: WebhookEvent
    ) -> None:
        olga = signed_in("vendor_admin")
        page = olga.get("/vendor/events/").content.decode()
        assert "1 event of Stripe fails and is tried again" in page
        assert "GatewayFault" in page
        filtered = olga.get("/vendor/events/?state=processed").content.decode()
        assert "in_done" in filtered
        assert "in_failed" not in filtered
        assert "in_failed" not in olga.get("/vendor/events/?q=in_done").content.decode()
        assert counts()["failing"] == counts()["processed"] == 1
        one = olga.get(f"/vendor/events/{failed.pk}/").content.decode()
        assert "evt_failed" in one

    def test_processes_the_chosen_ones_again_with_the_person_in_the_history(
        self, failed: WebhookEvent, done: WebhookEvent
    ) -> None:
        olga = signed_in("vendor_admin")
        given = {"event": [str(failed.pk), str(done.pk), "nonsense"]}
        page = olga.post("/vendor/events/again/", given, follow=True).content.decode()
        assert "2 events are processed again." in page
        for event in (failed, done):
            event.refresh_from_db()
            assert (event.processed_at, event.last_error, event.attempts) == (None, "", 0)
        with staff_context(user_id=0, scope=StaffScope.ALL):
            entries = HistoryEntry.objects.filter(verb="event_processed_again")
            assert [entry.actor_label for entry in entries] == ["Vendor_admin"] * 2

    def test_is_not_for_finance(self, failed: WebhookEvent) -> None:
        assert signed_in("finance").get("/vendor/events/").status_code == 403


class TestReadiness:
    def test_counts_what_fails_and_what_is_late(self, failed: WebhookEvent) -> None:
        now = timezone.now()
        make_event("late", received_at=now - LATE - timedelta(seconds=1))
        make_event("fresh")
        assert trouble(now) == {"failing": 1, "late": 1}

    def test_stays_in_service_when_events_are_late(
        self, failed: WebhookEvent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("migrations", "broker", "stripe"):
            monkeypatch.setitem(CHECKS, name, lambda: None)
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        body = answer.json()
        assert (body["status"], body["stripe_events"]) == ("degraded", {"failing": 1, "late": 0})
