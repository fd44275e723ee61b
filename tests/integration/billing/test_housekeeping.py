"""What a monitor sees, and what is let go of."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import Difference, ReconciliationRun, Stranger, WebhookEvent
from billing.services import housekeeping
from billing.services.housekeeping import purge_events, thin_runs
from tests.support.people import make_organization

NOW = timezone.now()


def read(client: Client, authorization: str = "Bearer secret") -> Any:
    return client.get("/metrics", headers={"authorization": authorization})


@pytest.mark.django_db(databases=["default", "pipeline"])
class TestMetrics:
    def test_are_not_there_without_a_configured_token(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = ""
        assert read(client, "Bearer ").status_code == 404

    def test_ask_for_the_token(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = "secret"
        assert read(client, "Bearer guess").status_code == 401
        assert client.get("/metrics").status_code == 401

    def test_count_over_all_organizations(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = "secret"
        for name in ("acme", "other"):
            organization = make_organization(name)
            with organization_context(organization.pk):
                Difference.objects.create(organization=organization, kind="quantity")
                Difference.objects.create(
                    organization=organization, kind="quantity", subject="x", state="gone"
                )
        Stranger.objects.create(kind="customer", stripe_id="cus_1")
        event(processed=None, received=timezone.now() - timedelta(seconds=90), last_error="X")
        ReconciliationRun.objects.create(finished_at=timezone.now() - timedelta(seconds=30))
        lines = read(client).content.decode().splitlines()
        values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        assert values['headroom_differences_open{kind="quantity"}'] == "2"
        assert values['headroom_differences_open{kind="price"}'] == "0"
        assert values['headroom_strangers_open{kind="customer"}'] == "1"
        assert values['headroom_purchases_unfinished{state="reserved"}'] == "0"
        assert (values["headroom_webhook_inbox"], values["headroom_webhook_failing"]) == ("1", "1")
        assert 90 <= float(values["headroom_webhook_lag_seconds"]) < 150
        assert 30 <= float(values["headroom_reconciliation_age_seconds"]) < 90
        assert "# TYPE headroom_differences_open gauge" in lines

    def test_have_no_age_of_a_comparison_that_saw_only_a_part(
        self, client: Client, settings: Any
    ) -> None:
        settings.METRICS_TOKEN = "secret"
        ReconciliationRun.objects.create(finished_at=timezone.now(), not_seen=["invoices"])
        ReconciliationRun.objects.create(finished_at=timezone.now(), only="Acme")
        assert "headroom_reconciliation_age_seconds" not in read(client).content.decode()


def event(*, processed: Any, received: Any = NOW, last_error: str = "") -> WebhookEvent:
    count = WebhookEvent.objects.count()
    return WebhookEvent.objects.create(
        event_id=f"evt_{count}",
        type="invoice.paid",
        created_at=received,
        received_at=received,
        processed_at=processed,
        last_error=last_error,
    )


@pytest.mark.django_db(transaction=True)
class TestPurgeEvents:
    def test_deletes_what_was_processed_90_days_ago_in_batches(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(housekeeping, "_BATCH", 2)
        for _number in range(5):
            event(processed=NOW - timedelta(days=90))
        kept = [
            event(processed=NOW - timedelta(days=89)),
            event(processed=None, received=NOW - timedelta(days=400)),
        ]
        assert purge_events(now=NOW) == 5
        assert list(WebhookEvent.objects.order_by("pk")) == kept
        assert purge_events(now=NOW) == 0


@pytest.mark.django_db
class TestThinRuns:
    def test_keeps_one_whole_comparison_a_month(self) -> None:
        def run(days: int, **fields: Any) -> ReconciliationRun:
            started = NOW.replace(year=2026, month=6, day=1) + timedelta(days=days)
            return ReconciliationRun.objects.create(
                started_at=started, finished_at=started, **fields
            )

        # The last whole one of May and of June stay, and everything of the last 30 days.
        run(-10)
        may = run(-2)
        run(2)
        june = run(20)
        run(22, only="Acme", only_id=1)
        run(25, not_seen=["invoices"])
        later = NOW.replace(year=2026, month=8, day=10)
        recent = run(65)
        assert thin_runs(now=later) == 4
        assert set(ReconciliationRun.objects.all()) == {may, june, recent}
