"""Signing in through a SAML provider: signed assertions, for us, of now, once."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from accounts.tenancy import organization_context
from demo.identity_provider import Person, SamlRequest
from sso.models import SamlArrival, SsoConnection
from tests.integration.sso.conftest import Acme, saml_request
from tests.support.identity_provider import ADA, signing_key


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def asked_by(acme: Acme, client: Client) -> SamlRequest:
    """Let a browser begin; return what it asks the provider."""
    return saml_request(client.get(acme.path("start")).headers["Location"])


class TestAnAssertion:
    def test_signs_in_who_asked_for_it(self, saml_acme: Acme) -> None:
        client = Client()
        answer = saml_acme.sign_in(client, ADA)
        assert answer.headers["Location"] == "/o/acme/my-usage/"
        assert saml_acme.members()["ada@example.com"].title == "Lead"
        assert client.get("/o/acme/my-usage/").status_code == 200
        with organization_context(saml_acme.organization.pk):
            assert SamlArrival.objects.get().said == {}

    def test_is_good_once(self, saml_acme: Acme) -> None:
        client = Client()
        encoded = saml_acme.provider.saml_response(ADA, asked_by(saml_acme, client))
        assert saml_acme.post(client, encoded).status_code == 302
        again = saml_acme.post(Client(), encoded)
        assert again.status_code == 403
        assert "used before" in again.content.decode()

    def test_is_fetched_by_the_browser_that_asked_alone(self, saml_acme: Acme) -> None:
        # A thief hands their own answer to a victim, to have them work in the thief's account.
        thief, victim = Client(), Client()
        encoded = saml_acme.provider.saml_response(ADA, asked_by(saml_acme, thief))
        victim.get(saml_acme.path("start"))
        assert saml_acme.post(victim, encoded).status_code == 403
        assert not is_signed_in(victim)

    def test_that_nobody_asked_for_is_taken_only_where_that_is_allowed(
        self, saml_acme: Acme
    ) -> None:
        unasked = asked_by(saml_acme, Client())
        unasked = SamlRequest("", unasked.acs_url, unasked.audience)
        client = Client()
        answer = saml_acme.post(client, saml_acme.provider.saml_response(ADA, unasked))
        assert (answer.status_code, is_signed_in(client)) == (403, False)
        with organization_context(saml_acme.organization.pk):
            SsoConnection.objects.update(allows_idp_initiated=True)
        saml_acme.post(client, saml_acme.provider.saml_response(ADA, unasked))
        assert is_signed_in(client)

    def test_signed_with_the_next_certificate_is_good_while_both_are_known(
        self, saml_acme: Acme
    ) -> None:
        both = signing_key(0).certificate + signing_key(1).certificate
        with organization_context(saml_acme.organization.pk):
            SsoConnection.objects.update(certificates=both)
        for number in (0, 1):
            saml_acme.provider.key = signing_key(number)
            client = Client()
            saml_acme.sign_in(client, ADA)
            assert is_signed_in(client)


def _replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda xml: xml.replace(old, new)


def _hours(delta: int) -> Callable[[str], str]:
    """Move the assertion's end, and its beginning, by hours."""

    def shift(xml: str) -> str:
        for minutes in (0, 5):
            for seconds in (-1, 0, 1):
                at = datetime.now(UTC) + timedelta(minutes=minutes, seconds=seconds)
                old = at.strftime("%Y-%m-%dT%H:%M:%SZ")
                xml = xml.replace(
                    f'="{old}"',
                    f'="{(at + timedelta(hours=delta)).strftime("%Y-%m-%dT%H:%M:%SZ")}"',
                )
        return xml

    return shift


class TestWhatProvesNothing:
    @pytest.mark.parametrize(
        "change",
        [
            _replaced("http://testserver/sso/", "http://elsewhere/sso/"),
            _replaced("<saml:AudienceRestriction>", "<saml:OneTimeUse/><!-- "),
            _replaced(" Recipient=", " Address="),
            _replaced("/acs/", "/acs/more/"),
            _hours(-1),
            _hours(+1),
        ],
        ids=["audience", "no-audience", "no-recipient", "recipient", "expired", "not-yet"],
    )
    def test_an_assertion_that_says_something_else_though_signed(
        self, saml_acme: Acme, change: Callable[[str], str]
    ) -> None:
        provider, client = saml_acme.provider, Client()
        plain = provider.assertion

        def changed(person: Person, asked: SamlRequest, now: datetime) -> str:
            xml = change(plain(person, asked, now))
            if "<!-- " in xml:
                head, tail = xml.split("<!-- ")
                xml = head + tail.split("</saml:AudienceRestriction>")[1]
            return xml

        provider.assertion = changed  # type: ignore[method-assign]
        answer = saml_acme.post(client, provider.saml_response(ADA, asked_by(saml_acme, client)))
        assert (answer.status_code, is_signed_in(client)) == (403, False)

    def test_an_unsigned_one(self, saml_acme: Acme) -> None:
        client = Client()
        encoded = saml_acme.provider.saml_response(ADA, asked_by(saml_acme, client), sign=False)
        assert saml_acme.post(client, encoded).status_code == 403

    def test_one_signed_by_somebody_else(self, saml_acme: Acme) -> None:
        saml_acme.provider.key = signing_key(1)
        client = Client()
        assert saml_acme.sign_in(client, ADA).status_code == 403
        assert not is_signed_in(client)

    def test_one_that_was_changed_after_it_was_signed(self, saml_acme: Acme) -> None:
        client = Client()
        encoded = saml_acme.provider.saml_response(ADA, asked_by(saml_acme, client))
        xml = base64.b64decode(encoded).replace(b"ada@example.com", b"bob@example.com")
        assert saml_acme.post(client, base64.b64encode(xml).decode()).status_code == 403

    def test_a_signed_one_wrapped_in_another(self, saml_acme: Acme) -> None:
        # Signature wrapping: the signed assertion stays, a forged one stands in front of it.
        client = Client()
        asked = asked_by(saml_acme, client)
        signed = base64.b64decode(saml_acme.provider.saml_response(ADA, asked)).decode()
        forged = saml_acme.provider.assertion(
            Person("sub-olaf", "olaf@example.com"), asked, datetime.now(UTC)
        )
        wrapped = signed.replace("<saml:Assertion", forged + "<saml:Assertion", 1)
        answer = saml_acme.post(client, base64.b64encode(wrapped.encode()).decode())
        assert (answer.status_code, is_signed_in(client)) == (403, False)

    @pytest.mark.parametrize("sent", ["", "no base64!", "PHhtbC8+", "PCFET0NUWVBFIGE+PGEvPg=="])
    def test_what_is_no_response_at_all(self, saml_acme: Acme, sent: str) -> None:
        assert saml_acme.post(Client(), sent).status_code == 403
        assert not User.objects.exists()


class TestOurMetadata:
    def test_tells_the_provider_who_we_are(self, saml_acme: Acme) -> None:
        xml = Client().get(saml_acme.path("metadata")).content.decode()
        assert f'entityID="http://testserver{saml_acme.path("metadata")}"' in xml
        assert f'Location="http://testserver{saml_acme.path("acs")}"' in xml
        assert 'WantAssertionsSigned="true"' in xml
