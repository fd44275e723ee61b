"""A person's own page: the features, outcomes, weeks and devices that their events say."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Organization
from accounts.templatetags.headroom import longdate, shortdate
from accounts.tenancy import organization_context
from seats.selectors import member_usage
from seats.selectors.member_usage import devices_of
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from tests.support.people import make_admin, make_membership

# The page reads the clock; noon keeps every event on the day that is meant.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def use(organization: Organization, days_ago: int, device: str = "", **fields: Any) -> EventRow:
    values: dict[str, Any] = {
        "organization_id": organization.pk,
        "event_id": uuid.uuid4().hex,
        "at": NOON - timedelta(days=days_ago),
        "member": "eve",
        "kind": "feature",
        "feature": "editor",
        "device_id": device,
    }
    return EventRow(**values | fields)


@pytest.fixture
def eve(acme: Organization) -> Iterator[Membership]:
    """Eve with what she did, and somebody else who is not to be seen on her page."""
    person = make_membership(acme, external_id="eve", name="Eve", email="eve@example.com")
    make_membership(acme, external_id="dan", name="Dan")
    saved: dict[str, Any] = {"outcome_kind": "time_saved"}
    write_events(
        [
            use(acme, 1, "laptop", **saved, outcome_value=12.5),
            use(acme, 1, "laptop", **saved, outcome_value=0.25),
            use(acme, 3, "phone", feature="board", member="Eve@Example.com"),
            use(acme, 9, kind="sign_in", feature=""),
            use(acme, 100, "old laptop", **saved, outcome_value=1_000),
            use(acme, 1, "tablet", feature="export", member="dan"),
        ]
    )
    roll_up_usage(now=NOON)
    with organization_context(acme.pk):
        yield person


def words_of(page: str) -> str:
    """The page's text with single spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


class TestPage:
    def test_shows_features_outcomes_weeks_and_devices(
        self, acme: Organization, eve: Membership
    ) -> None:
        client = Client()
        client.force_login(make_admin(f"ada-{uuid.uuid4().hex[:6]}", acme))
        words = words_of(client.get(f"/o/{acme.slug}/people/{eve.pk}/").content.decode())
        # Times in 28 days, ever, and the last day; 12.5 + 0.25 saved in 28 days.
        yesterday, third = (shortdate(NOON - timedelta(days=n)) for n in (1, 3))
        assert f"editor Time saved 12.75 2 3 {yesterday} board 1 1 {third}" in words
        assert "export" not in words
        assert "Features in 28 days 2" in words
        # Laptop and phone; the old laptop is from before, and the tablet is Dan's.
        assert "Devices in 28 days 2" in words
        # A week ends today: days 1 and 3, then the sign-in of day 9; 100 days ago is the
        # fifteenth from the end (14 * 7 = 98).
        for weeks_ago, days in ((0, 2), (1, 1), (2, 0), (14, 1), (25, 0)):
            first = longdate(NOON - timedelta(days=weeks_ago * 7 + 6))
            assert f"Week from {first} {days} " in words


class TestDevices:
    def test_are_counted_for_28_days_where_people_are_shown_and_not_too_many(
        self, acme: Organization, eve: Membership, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = NOON + timedelta(hours=1)
        assert devices_of(membership=eve, now=now) == 2
        # 28 days after noon of day 3 the phone still counts, and the laptop until two days later.
        assert devices_of(membership=eve, now=NOON + timedelta(days=25)) == 2
        assert devices_of(membership=eve, now=NOON + timedelta(days=25, seconds=1)) == 1
        assert devices_of(membership=eve, now=NOON + timedelta(days=28)) == 0
        # Two people of two that may be: counted. A third is one too many.
        monkeypatch.setattr(member_usage, "MOST_COUNTED", 2)
        assert devices_of(membership=eve, now=now) == 2
        third = make_membership(acme, external_id="third")
        assert devices_of(membership=eve, now=now) is None
        third.delete()
        assert devices_of(membership=eve, now=now) == 2
        Organization.objects.filter(pk=acme.pk).update(usage_visibility="totals")
        assert devices_of(membership=eve, now=now) is None
