"""An event that cannot be counted does not stop the others, and waits for a person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import HistoryEntry, Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from seats.models import CountedHour, QuarantinedEvent, UsageDay
from seats.services.quarantine import NotWaiting, discard, replay
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow

NOW = datetime.now(UTC)
OLGA = Actor("Olga")
# Two of these on a day are more than the sum of a day can hold.
HUGE = 9_000_000_000_000_000_000


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


@pytest.fixture
def poisoned(acme: Organization) -> QuarantinedEvent:
    """Twenty events of which one is too much: it is put aside."""
    write_events([row(acme, f"{n:02}", quantity=HUGE if n in (5, 13) else 1) for n in range(20)])
    assert roll_up_usage(now=NOW).events == 19
    return QuarantinedEvent.objects.using("pipeline").get(organization=acme)


def counted(organization: Organization) -> tuple[int, int]:
    day = UsageDay.objects.using("pipeline").get(organization=organization)
    return day.events, day.quantity


class TestPoison:
    def test_is_put_aside_and_the_rest_counted(
        self, poisoned: QuarantinedEvent, acme: Organization
    ) -> None:
        # 18 small ones and one huge one; which of the two huge ones stays is the order's.
        assert counted(acme) == (19, HUGE + 18)
        assert poisoned.event_id in {"05", "13"}
        assert (poisoned.state, poisoned.reason) == ("waiting", "bigint out of range")
        assert poisoned.event["quantity"] == str(HUGE)
        assert poisoned.event["member"] == "ben"

    def test_does_not_come_again(self, poisoned: QuarantinedEvent, acme: Organization) -> None:
        assert roll_up_usage(now=NOW).events == 0
        write_events([row(acme, "more", member="ada")])
        assert roll_up_usage(now=NOW).events == 1

    def test_is_counted_when_it_can_be(
        self, poisoned: QuarantinedEvent, acme: Organization
    ) -> None:
        assert not replay(quarantined_id=poisoned.pk, actor=OLGA, now=NOW)
        poisoned.refresh_from_db(using="pipeline")
        assert (poisoned.state, poisoned.tried_at) == ("waiting", NOW)
        # Its member's sum was mended meanwhile.
        UsageDay.objects.using("pipeline").filter(organization=acme).update(quantity=18)
        assert replay(quarantined_id=poisoned.pk, actor=OLGA, now=NOW)
        assert counted(acme) == (20, HUGE + 18)
        poisoned.refresh_from_db(using="pipeline")
        assert (poisoned.state, poisoned.ended_by_label) == ("replayed", "Olga")
        with pytest.raises(NotWaiting):
            replay(quarantined_id=poisoned.pk, actor=OLGA, now=NOW)
        with organization_context(acme.pk):
            assert HistoryEntry.objects.filter(verb="usage_event_replayed").count() == 1

    def test_is_left_out_when_it_is_discarded(
        self, poisoned: QuarantinedEvent, acme: Organization
    ) -> None:
        discard(quarantined_id=poisoned.pk, actor=OLGA, now=NOW)
        with pytest.raises(NotWaiting):
            discard(quarantined_id=poisoned.pk, actor=OLGA, now=NOW)
        assert counted(acme) == (19, HUGE + 18)
        with organization_context(acme.pk):
            entry = HistoryEntry.objects.get(verb="usage_event_discarded")
        assert entry.actor_label == "Olga"


class TestRates:
    def test_are_counted_by_the_hour(self, acme: Organization, other: Organization) -> None:
        write_events([row(acme, "1"), row(acme, "2", at=NOW), row(other, "1")])
        roll_up_usage(now=NOW)
        hours = CountedHour.objects.using("pipeline").filter(organization__in=[acme, other])
        hour = NOW.replace(minute=0, second=0, microsecond=0)
        assert set(hours.values_list("organization_id", "hour", "events")) == {
            (acme.pk, hour, 2),
            (other.pk, hour, 1),
        }
