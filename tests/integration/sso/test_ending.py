"""What a connection opened closes with it, or when its provider says that somebody signed out."""

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import HistoryEntry, Membership
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from demo.identity_provider import CLIENT_ID, Person
from sso.services.connections import Rules, change_connection, remove_connection, turn_off
from tests.integration.sso.conftest import Acme
from tests.support.identity_provider import ADA
from tests.support.people import make_membership, make_user

BEN = Person("sub-ben", "ben@example.com", "Ben Ruiz")
HOME = "/o/acme/my-usage/"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def is_in(client: Client) -> bool:
    """Tell whether a browser's session opens the organization."""
    return client.get(HOME).status_code == 200


def logout_token(acme: Acme, **claims: Any) -> str:
    """Return what the provider sends when Ada signs out there; None leaves a claim out."""
    said = {
        "iss": acme.provider.issuer,
        "aud": CLIENT_ID,
        "sub": ADA.subject,
        "iat": int(time.time()),
        "jti": "one",
        "events": {EVENT: {}},
    } | claims
    return acme.provider.signed({name: each for name, each in said.items() if each is not None})


class TestSessions:
    @pytest.mark.parametrize("how", ["off", "removed", "another provider"])
    def test_end_with_the_connection_that_began_them(self, acme: Acme, how: str) -> None:
        ada, ben, olga = Client(), Client(), Client()
        acme.sign_in(ada, ADA)
        acme.sign_in(ben, BEN)
        own = make_user("olga@example.com")
        make_membership(acme.organization, user=own)
        olga.force_login(own)
        assert [is_in(client) for client in (ada, ben, olga)] == [True, True, True]
        common: Any = {
            "organization_id": acme.organization.pk,
            "connection_id": acme.connection.pk,
            "actor": SYSTEM,
            "now": timezone.now(),
            "kept_session": ben.session.session_key,
        }
        if how == "another provider":
            given = {"issuer": "https://id.other.example"}
            role: Any = Membership.Role.OWNER
            change_connection(name="New", given=given, rules=Rules(), granter=role, **common)
        else:
            (turn_off if how == "off" else remove_connection)(**common)
        # Ben turned it off and goes on; Olga came in with what she has here.
        assert [is_in(client) for client in (ada, ben, olga)] == [False, True, True]


class TestSigningOutAtTheProvider:
    def test_signs_out_here_too(self, acme: Acme) -> None:
        ada, ben = Client(), Client()
        acme.sign_in(ada, ADA)
        acme.sign_in(ben, BEN)
        told = Client().post(acme.path("signed-out"), {"logout_token": logout_token(acme)})
        assert told.status_code == 200
        assert [is_in(client) for client in (ada, ben)] == [False, True]
        with organization_context(acme.organization.pk):
            entry = HistoryEntry.objects.get(verb="sso_signed_out")
        assert (entry.object_label, entry.actor_label) == ("Ada Berg", "Okta")
        # The same token says nothing new of whoever signed in since.
        acme.sign_in(ada, ADA)
        Client().post(acme.path("signed-out"), {"logout_token": logout_token(acme)})
        assert is_in(ada)

    def test_ends_the_session_that_it_names_alone(self, acme: Acme) -> None:
        phone, desk = Client(), Client()
        for client, sid in ((phone, "phone"), (desk, "desk")):
            acme.provider.forged = {"sid": sid}
            acme.sign_in(client, ADA)
        token = logout_token(acme, sid="phone")
        Client().post(acme.path("signed-out"), {"logout_token": token})
        assert [is_in(client) for client in (phone, desk)] == [False, True]

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "another"},
            {"iss": "https://id.other.example"},
            {"events": None},
            {"events": {"https://other.example/event": {}}},
            {"nonce": "of an ID token"},
            {"sub": None, "sid": "phone"},
            {"iat": int(time.time()) - 3600},
            {"jti": None},
        ],
    )
    def test_is_believed_by_the_letter_alone(self, acme: Acme, claims: dict[str, Any]) -> None:
        ada = Client()
        acme.sign_in(ada, ADA)
        told = Client().post(
            acme.path("signed-out"), {"logout_token": logout_token(acme, **claims)}
        )
        assert told.status_code == 400
        assert is_in(ada)
