"""Which sessions open which organization's pages."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.domain.roles import OrganizationRole
from accounts.models import HistoryEntry, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from sso.services.connections import NoOwnerCouldEnter, require_sso
from tests.integration.sso.conftest import Acme
from tests.support.identity_provider import ADA
from tests.support.people import NOW, make_membership, make_organization, make_user

PAGE = "/o/acme/settings/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def with_second_factor(client: Client) -> Client:
    """Let the session have proved a second factor."""
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "at": 0, "type": "totp"}]
    session.save()
    return client


@pytest.fixture
def owner(acme: Acme) -> User:
    """Ada, an owner who has signed in through the provider once."""
    ada = make_user("ada")
    make_membership(acme.organization, user=ada, role=OrganizationRole.OWNER)
    acme.sign_in(Client(), ADA)
    return ada


@pytest.fixture
def enforced(acme: Acme, owner: User) -> Acme:
    require_sso(organization_id=acme.organization.pk, actor=SYSTEM, now=NOW)
    return acme


class TestASessionOfAProvider:
    def test_opens_its_organization_alone(self, acme: Acme, owner: User) -> None:
        make_membership(make_organization("other"), user=owner, role="owner")
        client = Client()
        acme.sign_in(client, ADA)
        assert client.get(PAGE).status_code == 200
        answer = client.get("/o/other/settings/")
        assert answer.headers["Location"] == (
            "/sso/required/?organization=other&next=%2Fo%2Fother%2Fsettings%2F"
        )
        assert "vouches for its own pages alone" in (
            client.get(answer.headers["Location"]).content.decode()
        )
        # With a password of her own she has both.
        both = client_of(owner)
        acme.sign_in(both, ADA)
        assert both.get("/o/other/settings/").status_code == 200

    def test_replaces_the_session_of_somebody_else(self, acme: Acme, owner: User) -> None:
        client = client_of(make_user("ben"))
        acme.sign_in(client, ADA)
        assert client.session["_auth_user_id"] == str(owner.pk)

    def test_proves_who_somebody_is_at_the_provider_again(self, acme: Acme, owner: User) -> None:
        client = Client()
        acme.sign_in(client, ADA)
        session = client.session
        for entry in session["account_authentication_methods"]:
            entry["at"] -= 3600
        session.save()
        asked = client.post(f"{PAGE}api-keys/", {"name": "Importer"})
        start = f"{acme.path('start')}?anew=1&next=%2Fconfirm%2Fcontinue%2F"
        assert asked.headers["Location"] == start
        away = client.get(start).headers["Location"]
        assert "prompt=login" in away
        acme.provider.forged = {"auth_time": 1}
        stale = client.get(acme.path("callback"), acme.provider.sign_in(away, ADA))
        assert stale.status_code == 403
        acme.provider.forged = {}
        away = client.get(start).headers["Location"]
        back = client.get(acme.path("callback"), acme.provider.sign_in(away, ADA))
        assert back.headers["Location"] == "/confirm/continue/"
        assert client.post(f"{PAGE}api-keys/", {"name": "Importer"}).status_code == 200


class TestRequiredSignOn:
    def test_does_not_open_to_a_password(self, enforced: Acme, owner: User) -> None:
        client = client_of(owner)
        answer = client.get(f"{PAGE}?a=1")
        assert answer.status_code == 302
        page = client.get(answer.headers["Location"]).content.decode()
        assert f"{enforced.path('start')}?next=%2Fo%2Facme%2Fsettings%2F%3Fa%3D1" in page
        enforced.sign_in(client, ADA)
        assert client.get(PAGE).status_code == 200

    def test_leads_the_whole_page_there_when_a_part_asks(self, enforced: Acme, owner: User) -> None:
        answer = client_of(owner).get(PAGE, headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"].startswith("/sso/required/?organization=acme")

    def test_lets_guests_in_with_their_password(self, enforced: Acme) -> None:
        guest = User.objects.create_user("gil@agency.example", "x")
        make_membership(enforced.organization, user=guest, role="admin")
        assert client_of(guest).get(PAGE).status_code == 200

    def test_costs_no_query_but_for_whom_it_stops(self, acme: Acme, owner: User) -> None:
        client = client_of(owner)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as without:
            client.get(PAGE)
        require_sso(organization_id=acme.organization.pk, actor=SYSTEM, now=NOW)
        acme.sign_in(client, ADA)
        with CaptureQueriesContext(connection) as required:
            assert client.get(PAGE).status_code == 200
        assert len(required) == len(without)

    def test_opens_to_an_owner_with_a_second_factor_who_says_why(
        self, enforced: Acme, owner: User
    ) -> None:
        client = with_second_factor(client_of(owner))
        address = client.get(PAGE).headers["Location"]
        assert client.post(address, {"reason": ""}).status_code == 422
        mail.outbox.clear()
        answer = client.post(address, {"reason": "Okta is down", "next": PAGE})
        assert answer.headers["Location"] == PAGE
        assert client.get(PAGE).status_code == 200
        with organization_context(enforced.organization.pk):
            entry = HistoryEntry.objects.get(verb="sso_emergency_entry")
        assert entry.changes == {"note": "Okta is down"}

    def test_opens_in_an_emergency_to_nobody_else(self, enforced: Acme, owner: User) -> None:
        admin = make_user("ben")
        make_membership(enforced.organization, user=admin, role="admin")
        for client in (client_of(owner), with_second_factor(client_of(admin))):
            address = client.get(PAGE).headers["Location"]
            client.post(address, {"reason": "Let me in", "next": PAGE})
            assert client.get(PAGE).status_code == 302

    def test_is_refused_while_no_owner_could_come_in(self, acme: Acme) -> None:
        olaf = make_user("olaf")
        make_membership(acme.organization, user=olaf, role="owner")
        with pytest.raises(NoOwnerCouldEnter):
            require_sso(organization_id=acme.organization.pk, actor=SYSTEM, now=NOW)
        olaf.email = "olaf@agency.example"  # a guest keeps his password
        olaf.save()
        require_sso(organization_id=acme.organization.pk, actor=SYSTEM, now=NOW)
        with organization_context(acme.organization.pk):
            assert Organization.objects.get().sso_enforced

    def test_counts_admins_as_owners_where_there_is_no_owner(self, acme: Acme) -> None:
        admin = make_user("ada")
        make_membership(acme.organization, user=admin, role="admin")
        with pytest.raises(NoOwnerCouldEnter):
            require_sso(organization_id=acme.organization.pk, actor=SYSTEM, now=NOW)
        acme.sign_in(Client(), ADA)
        require_sso(organization_id=acme.organization.pk, actor=SYSTEM, now=NOW)
        client = with_second_factor(client_of(admin))
        address = client.get(PAGE).headers["Location"]
        client.post(address, {"reason": "Okta is down", "next": PAGE})
        assert client.get(PAGE).status_code == 200
