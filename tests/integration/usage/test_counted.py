"""What pages of very large organizations show is counted ahead, and is what they would count."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.tenancy import organization_context
from seats.domain.outcomes import period_of
from seats.models import CountedFigures, SeatPool
from seats.selectors import people_list, usage
from seats.selectors.cohorts import cohorts
from seats.selectors.features import feature_adoption, feature_table
from seats.selectors.outcomes import outcome_table
from seats.selectors.people_list import People, PeopleQuery
from seats.services.page_figures import count_page_figures
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from seats.services.utilization import snapshot_utilization
from tests.support.people import make_admin, make_membership

NOW = timezone.now()


def use(organization: Organization, name: str, member: str, days_ago: int) -> EventRow:
    return EventRow(
        organization_id=organization.pk,
        event_id=name,
        at=NOW - timedelta(days=days_ago),
        member=member,
        kind="feature",
        feature="editor" if days_ago % 2 else "export",
        outcome_kind="minutes_saved",
        outcome_value=2.5,
    )


def everything(organization: Organization) -> list[Any]:
    """What the pages show of everybody."""
    year = period_of("year", NOW.date())
    who: dict[str, Any] = {"organization_id": organization.pk}
    with organization_context(organization.pk):
        return [
            feature_table(**who, now=NOW),
            feature_adoption(**who, now=NOW),
            cohorts(**who, now=NOW),
            usage.usage_by_feature(**who, now=NOW),
            usage.usage_by_week(**who, now=NOW),
            outcome_table(**who, starts_on=year[0], ends_on=year[1]).rows,
        ]


@pytest.fixture
def used(acme: Organization, monkeypatch: pytest.MonkeyPatch) -> Organization:
    """Three people used two features on 30 days, and three people are very many."""
    monkeypatch.setattr(usage, "LIVE_PEOPLE", 2)
    for name in ("ada", "ben", "eva"):
        make_membership(acme, external_id=name, created_at=NOW - timedelta(days=60))
    with organization_context(acme.pk):
        SeatPool.objects.create(organization=acme, purchased_seats=3)
    rows = [
        use(acme, f"{member}-{day}", member, day)
        for number, member in enumerate(("ada", "ben", "eva"))
        for day in range(0, 30, number + 1)
    ]
    write_events(rows)
    roll_up_usage(now=NOW)
    snapshot_utilization(now=NOW)
    return acme


class TestCountPageFigures:
    def test_keeps_what_the_pages_would_count_until_it_is_counted_again(
        self, used: Organization
    ) -> None:
        live = everything(used)
        assert count_page_figures(now=NOW) == 1
        assert everything(used) == live
        write_events([use(used, "later", "ada", 3)])
        roll_up_usage(now=NOW)
        assert everything(used) == live
        assert count_page_figures(now=NOW + timedelta(hours=6)) == 1
        again = everything(used)
        # One event more of ada: people, newcomers and adoption are the same, events are not.
        assert [again[n] == live[n] for n in range(6)] == [False, True, True, False, False, False]

    def test_keeps_nothing_for_an_organization_that_is_small_again(
        self, used: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        count_page_figures(now=NOW)
        with organization_context(used.pk):
            assert CountedFigures.objects.filter(organization=used).count() > 8
        monkeypatch.setattr(usage, "LIVE_PEOPLE", 10_000)
        assert count_page_figures(now=NOW + timedelta(hours=6)) == 0
        with organization_context(used.pk):
            assert not CountedFigures.objects.filter(organization=used).exists()

    def test_spares_a_long_list_its_count_and_counts_a_short_one(
        self, used: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def length() -> int:
            with organization_context(used.pk):
                return People(PeopleQuery(), organization_id=used.pk, now=NOW).capped_count()

        monkeypatch.setattr(people_list, "MOST_COUNTED", 1)
        count_page_figures(now=NOW)
        with organization_context(used.pk):
            people = Membership.objects.filter(organization=used).order_by("pk")
            people.exclude(pk=people[0].pk).update(state="deactivated", deactivated_at=NOW)
        assert length() == 2  # more than one, as counted before
        count_page_figures(now=NOW)
        assert length() == 1
        with organization_context(used.pk):
            people.update(state="active", deactivated_at=None)
        assert length() == 2  # one was counted before, so it counts

    def test_leaves_names_and_privacy_to_the_moment_of_reading(
        self, used: Organization, client: Client
    ) -> None:
        count_page_figures(now=NOW)
        client.force_login(make_admin("ada-admin", used))
        shown = client.get(f"/o/{used.slug}/usage/features/")
        assert b"As of" in shown.content
        assert len(shown.context["table"].rows) == 2
        with organization_context(used.pk):
            Organization.objects.filter(pk=used.pk).update(usage_visibility="totals")
        # Three people are too few to be shown even as a total.
        hidden = client.get(f"/o/{used.slug}/usage/features/")
        assert hidden.context["table"].rows == ()
