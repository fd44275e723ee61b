"""Settings > Single sign-on, pressed through as an admin does it."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry, Organization
from accounts.tenancy import organization_context, staff_context
from demo.identity_provider import CLIENT_ID, CLIENT_SECRET, Person, make_key
from sso.models import SsoConnection, SsoIdentity
from sso.services.watching import Watched, watch_connections
from tests.integration.sso.conftest import Acme, prove
from tests.support.identity_provider import ADA, LiveProvider, signing_key
from tests.support.people import make_membership, make_organization, make_user

SETTINGS = "/o/acme/settings/single-sign-on/"
OIDC = {
    "name": "Okta",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "creates_members": "on",
    "default_role": "member",
}


@pytest.fixture
def ada() -> Client:
    """Ada, the owner of acme."""
    user, client = make_user("ada"), Client()
    make_membership(make_organization("acme"), user=user, role="owner")
    client.force_login(user)
    return client


def organization() -> Organization:
    """Return acme as it is now."""
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return Organization.objects.get(slug="acme")


@pytest.mark.django_db
class TestAConnection:
    def test_is_set_up_tested_turned_on_and_required(
        self, ada: Client, provider: LiveProvider
    ) -> None:
        assert ada.get(SETTINGS).status_code == 200
        made = ada.post(f"{SETTINGS}new/oidc/", OIDC | {"issuer": provider.issuer})
        page = made.headers["Location"]
        shown = ada.get(page).content.decode()
        key = re.findall(r"http://testserver/sso/(\w+)/callback/", shown)[0]
        assert CLIENT_SECRET not in shown
        refused = ada.post(f"{page}on/", follow=True).content.decode()
        assert "Test the connection first" in refused

        leaving = ada.post(f"{page}test/").content.decode()
        address = html.unescape(re.findall(r'url=([^"]+)"', leaving)[0])
        back = provider.sign_in(address, ADA)
        tested = ada.get(f"/sso/{key}/callback/", back)
        assert tested.headers["Location"] == page
        assert "Ada Berg" in ada.get(page).content.decode()
        # A test signs in nobody and makes nobody a member.
        with organization_context(organization().pk):
            assert not SsoIdentity.objects.exists()

        assert "Prove a domain first" in ada.post(f"{page}on/", follow=True).content.decode()
        prove(organization(), "example.com")
        assert "through Okta now" in ada.post(f"{page}on/", follow=True).content.decode()
        asked = ada.get(f"{SETTINGS}require/").content.decode()
        assert "No owner could come in" in asked
        ada.get(f"/sso/{key}/start/")
        away = ada.get(f"/sso/{key}/start/").headers["Location"]
        ada.get(f"/sso/{key}/callback/", provider.sign_in(away, ADA))
        ada.post(f"{SETTINGS}require/")
        assert organization().sso_enforced
        assert "Single sign-on is required" in ada.get(SETTINGS).content.decode()

        # Another client is another provider: off, to be tested anew, and not required.
        ada.post(page, OIDC | {"issuer": provider.issuer, "client_id": "another"})
        with organization_context(organization().pk):
            connection = SsoConnection.objects.get()
        assert (connection.is_on, connection.tested_at) == (False, None)
        assert not organization().sso_enforced

    def test_says_what_is_wrong_with_a_provider(self, ada: Client, provider: LiveProvider) -> None:
        for issuer, said in (
            (f"{provider.issuer}/elsewhere", "answered 404"),
            ("https://user@okta.example", "Write the whole address"),
            ("http://127.0.0.1:1", "No connection"),
        ):
            answer = ada.post(f"{SETTINGS}new/oidc/", OIDC | {"issuer": issuer})
            assert answer.status_code == 422
            assert said in html.unescape(answer.content.decode())
        saml = {"name": "Okta", "default_role": "member"}
        for given, said in (
            ({}, "fill in all three"),
            ({"metadata_url": f"{provider.issuer}/jwks"}, "no SAML metadata"),
            (
                {"entity_id": "e", "sso_url": "https://e.example/", "certificates": "x"},
                "cannot be read",
            ),
        ):
            answer = ada.post(f"{SETTINGS}new/saml/", saml | given)
            assert answer.status_code == 422
            assert said in html.unescape(answer.content.decode())

    def test_that_fails_its_test_says_why_to_the_admin(self, acme: Acme) -> None:
        olaf, client = make_user("olaf"), Client()
        make_membership(acme.organization, user=olaf, role="owner")
        client.force_login(olaf)
        page = f"{SETTINGS}{acme.connection.pk}/"
        leaving = client.post(f"{page}test/").content.decode()
        address = html.unescape(re.findall(r'url=([^"]+)"', leaving)[0])
        acme.provider.forged = {"aud": "another client"}
        answer = client.get(
            acme.path("callback"), acme.provider.sign_in(address, Person("o", olaf.email))
        )
        assert answer.headers["Location"] == page
        assert "Audience doesn" in client.get(page).content.decode()


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestWatching:
    def test_takes_a_new_certificate_and_warns_of_the_last_ones_end(self, saml_acme: Acme) -> None:
        now = timezone.now()
        owner = make_user("olaf")
        make_membership(saml_acme.organization, user=owner, role="owner")
        saml_acme.provider.extra_keys = [signing_key(1)]
        assert watch_connections(now=now) == Watched(read=1, renewed=1)
        assert watch_connections(now=now) == Watched(read=1)
        saml_acme.provider.extra_keys = []
        saml_acme.provider.key = make_key(valid_for=timedelta(days=29))
        assert watch_connections(now=now) == Watched(read=1, renewed=1, warned=1)
        assert watch_connections(now=now + timedelta(days=6)) == Watched(read=1)
        assert watch_connections(now=now + timedelta(days=7)) == Watched(read=1, warned=1)
        # Metadata of another provider is not followed.
        saml_acme.provider.issuer += "/elsewhere"
        assert watch_connections(now=now).failed == 1
        with organization_context(saml_acme.organization.pk):
            verbs = HistoryEntry.objects.filter(verb="sso_certificates_renewed")
            assert verbs.count() == 2
