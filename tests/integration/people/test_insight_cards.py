"""The cards of the Overview: a buddy for a newcomer, and what was put away."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Department, HistoryEntry, Membership, Organization, User
from accounts.tenancy import organization_context
from seats.models import MemberSummary
from tests.integration.people.conftest import GiveSeats, SignedIn
from tests.integration.people.test_overview import add_people
from tests.support.people import make_membership, make_user

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])


def titles(client: Client) -> list[str]:
    return [card["title"] for card in client.get("/o/acme/").context["insights"]]


class TestABuddy:
    def test_is_the_power_user_of_a_newcomer_s_department(
        self, acme: Organization, ada: User, purchased: GiveSeats, signed_in: SignedIn
    ) -> None:
        purchased(acme, 5)
        expert, newcomer = add_people(acme, 2, active=2, seated=2)
        with organization_context(acme.pk):
            sales = Department.objects.create(organization=acme, name="Sales")
            Membership.objects.filter(pk__in=[expert.pk, newcomer.pk]).update(department=sales)
            for person, days in ((expert, 90), (newcomer, 5)):
                Membership.objects.filter(pk=person.pk).update(
                    created_at=timezone.now() - timedelta(days=days)
                )
            MemberSummary.objects.create(organization=acme, membership=expert, is_power=True)
        (card,) = signed_in(ada).get("/o/acme/").context["insights"]
        assert card["title"] == "P0 could show P1 around"
        assert card["text"] == "P1 is new in Sales, where P0 is a power user."
        assert card["action_url"] == f"/o/acme/people/?department={sales.pk}"
        champion = make_user("chip")
        make_membership(acme, user=champion, role="champion")
        assert titles(signed_in(champion)) == []


class TestACardPutAway:
    def test_comes_back_when_it_is_undone(
        self, acme: Organization, ada: User, purchased: GiveSeats, signed_in: SignedIn
    ) -> None:
        purchased(acme, 2)
        add_people(acme, 2, active=0, seated=1)
        admin = signed_in(ada)
        assert titles(admin) == ["1 seat is held by somebody inactive"]
        admin.post("/o/acme/cards/", {"kind": "idle"})
        answer = admin.get("/o/acme/")
        assert answer.context["insights"] == []
        assert "1 card is put away." in answer.text
        admin.post("/o/acme/cards/")
        assert titles(admin) == ["1 seat is held by somebody inactive"]
        with organization_context(acme.pk):
            verbs = HistoryEntry.objects.filter(verb__startswith="insight").order_by("id")
            assert [entry.verb for entry in verbs] == ["insight_put_away", "insights_shown_again"]

    def test_is_not_one_that_says_that_a_limit_is_passed(
        self, acme: Organization, ada: User, purchased: GiveSeats, signed_in: SignedIn
    ) -> None:
        purchased(acme, 1)
        admin = signed_in(ada)
        admin.post("/o/acme/cards/", {"kind": "over"})
        with organization_context(acme.pk):
            assert not HistoryEntry.objects.filter(verb="insight_put_away").exists()
