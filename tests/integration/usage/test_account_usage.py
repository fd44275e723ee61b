"""What an account manager sees of an account's people and outcomes: what its own admin sees."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, StaffAccess, User
from accounts.tenancy import organization_context
from seats.models import OutcomeEntry
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from tests.support.people import make_admin, make_membership, make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
NOW = timezone.now()


@pytest.fixture
def acme() -> Organization:
    """Max's account: Ben used the editor yesterday, nine projects were finished."""
    acme = make_organization(account_manager=make_user("max", vendor_role="account_manager"))
    make_admin("ada", acme)
    make_membership(acme, external_id="ben", name="Ben Okafor", state="active")
    event = EventRow(
        organization_id=acme.pk,
        event_id="event-1",
        member="ben",
        at=NOW - timedelta(days=1),
        kind="feature",
        feature="editor",
    )
    write_events([event])
    roll_up_usage(now=NOW)
    with organization_context(acme.pk):
        OutcomeEntry.objects.create(
            organization=acme,
            kind="projects",
            unit="projects",
            starts_on=NOW.date(),
            ends_on=NOW.date(),
            amount=9,
            recorded_by_label="Ada",
        )
    return acme


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


class TestAccountUsage:
    def test_is_what_the_admin_sees(self, acme: Organization) -> None:
        ada, max_ = signed_in("ada"), signed_in("max")
        own, account = f"/o/{acme.slug}", f"/vendor/accounts/{acme.slug}"
        for customers, staffs in (
            (f"{own}/people.csv", f"{account}/people.csv"),
            (f"{own}/usage/outcomes.csv", f"{account}/outcomes.csv"),
        ):
            files = [b"".join(ada.get(customers)), b"".join(max_.get(staffs))]
            assert files[0] == files[1]
            assert len(files[0].splitlines()) > 1
        people = max_.get(f"{account}/people/").text
        assert "Ben Okafor" in people
        assert "editor" in people
        # Read only: nothing of a customer's own pages is offered.
        assert f"{own}/" not in people
        outcomes = max_.get(f"{account}/outcomes/").text
        assert "9 projects" in outcomes
        assert "Record an outcome" not in outcomes
        with organization_context(acme.pk):
            seen = set(StaffAccess.objects.values_list("page", flat=True))
        assert seen == {
            f"{account}{page}"
            for page in ("/people.csv", "/outcomes.csv", "/people/", "/outcomes/")
        }

    def test_tells_of_nobody_where_totals_are_shown_only(self, acme: Organization) -> None:
        with organization_context(acme.pk):
            Organization.objects.filter(pk=acme.pk).update(usage_visibility="totals")
        max_, account = signed_in("max"), f"/vendor/accounts/{acme.slug}"
        for page in ("/people/", "/people/?inactive=7&sort=last_active", "/people.csv"):
            told = b"".join(max_.get(f"{account}{page}")).decode()
            assert "Ben Okafor" in told
            assert "editor" not in told
            assert "Last active" not in told

    def test_is_nobody_elses_account(self, acme: Organization) -> None:
        make_user("mia", vendor_role="account_manager")
        for page in ("people/", "people.csv", "outcomes/", "outcomes.csv"):
            answer = signed_in("mia").get(f"/vendor/accounts/{acme.slug}/{page}")
            assert answer.status_code == 404
