"""Signing in through an OpenID provider over real HTTP: who comes in, and who does not."""

import time
from typing import Any

import jwt
from django.test import Client

from accounts.domain.roles import OrganizationRole
from accounts.models import HistoryEntry, Invitation, User
from accounts.services.history import Actor
from accounts.services.invitations import invite_person
from accounts.services.people import deactivate_person
from accounts.tenancy import organization_context
from demo.identity_provider import Person
from sso.models import SsoConnection, SsoIdentity
from tests.integration.sso.conftest import Acme, connect, prove
from tests.support.identity_provider import ADA, LiveProvider, live_provider, query, signing_key
from tests.support.people import NOW, make_membership, make_organization, make_user


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestTheFirstSignIn:
    def test_makes_an_account_without_a_password_and_a_membership(self, acme: Acme) -> None:
        client = Client()
        answer = acme.sign_in(client, ADA)
        assert answer.headers["Location"] == "/o/acme/my-usage/"
        ada = acme.members()["ada@example.com"]
        assert (ada.name, ada.title, ada.role) == ("Ada Berg", "Lead", "member")
        assert ada.department is not None
        assert ada.department.name == "Engineering"
        assert ada.user is not None
        assert not ada.user.has_usable_password()
        assert client.get("/o/acme/my-usage/").status_code == 200

    def test_lands_where_somebody_wanted_to_go_and_nowhere_else(self, acme: Acme) -> None:
        assert acme.sign_in(Client(), ADA, next="/preferences/").headers["Location"] == (
            "/preferences/"
        )
        elsewhere = acme.sign_in(Client(), ADA, next="https://elsewhere.example/")
        assert elsewhere.headers["Location"] == "/o/acme/my-usage/"

    def test_is_the_second_time_the_same_person_under_another_address(self, acme: Acme) -> None:
        acme.sign_in(Client(), ADA)
        married = Person(ADA.subject, "ada.holm@example.com", "Ada Holm")
        client = Client()
        acme.sign_in(client, married)
        assert list(acme.members()) == ["ada@example.com"]
        assert is_signed_in(client)

    def test_accepts_the_invitation_and_its_role(self, acme: Acme) -> None:
        owner = make_user("olaf")
        make_membership(acme.organization, user=owner, role="owner")
        invite_person(
            organization_id=acme.organization.pk,
            email="ada@example.com",
            role="billing",
            granter=OrganizationRole.OWNER,
            actor=Actor.of(owner),
            now=NOW,
        )
        with organization_context(acme.organization.pk):
            Invitation.objects.update(expires_at="2999-01-01T00:00:00Z")
        acme.sign_in(Client(), ADA)
        ada = acme.members()["ada@example.com"]
        assert (ada.role, ada.state) == ("billing", "active")
        with organization_context(acme.organization.pk):
            assert Invitation.objects.get().accepted_at is not None

    def test_links_somebody_of_the_list_by_the_proven_address(self, acme: Acme) -> None:
        known = make_membership(acme.organization, email="Ada@example.com", name="A. Berg")
        acme.sign_in(Client(), ADA)
        (ada,) = acme.members().values()
        assert (ada.pk, ada.name) == (known.pk, "A. Berg")
        with organization_context(acme.organization.pk):
            assert SsoIdentity.objects.get().subject == "sub-ada"

    def test_lets_in_only_the_list_where_the_organization_says_so(self, acme: Acme) -> None:
        with organization_context(acme.organization.pk):
            SsoConnection.objects.update(creates_members=False)
        client = Client()
        answer = acme.sign_in(client, ADA)
        assert answer.status_code == 403
        assert "not a member" in answer.content.decode()
        assert not User.objects.exists()
        make_membership(acme.organization, email="ada@example.com")
        assert acme.sign_in(client, ADA).status_code == 302


class TestRefusals:
    def test_a_deactivated_member_stays_out(self, acme: Acme) -> None:
        acme.sign_in(Client(), ADA)
        deactivate_person(
            organization_id=acme.organization.pk,
            membership_id=acme.members()["ada@example.com"].pk,
            granter=OrganizationRole.OWNER,
            actor=Actor("Olaf"),
            now=NOW,
        )
        client = Client()
        answer = acme.sign_in(client, ADA)
        assert (answer.status_code, is_signed_in(client)) == (403, False)
        assert "deactivated" in answer.content.decode()
        with organization_context(acme.organization.pk):
            entry = HistoryEntry.objects.get(verb="sso_sign_in_refused")
        assert entry.changes == {"refusal": "deactivated"}

    def test_a_provider_never_speaks_for_another_organizations_people(
        self, acme: Acme, provider: LiveProvider
    ) -> None:
        # Cleo's organization has a provider of its own, and its admin has it name acme's Ada.
        ada = make_user("ada")
        make_membership(acme.organization, user=ada, role="owner")
        other = make_organization("other")
        prove(other, "other.example")
        make_membership(other, email="ada@example.com")
        theirs = connect(other, provider)
        client = Client()
        answer = theirs.sign_in(client, ADA)
        assert (answer.status_code, is_signed_in(client)) == (403, False)
        assert "has not proven" in answer.content.decode()
        assert theirs.members()["ada@example.com"].user is None
        with organization_context(other.pk):
            assert not SsoIdentity.objects.exists()

    def test_an_account_that_moved_away_is_not_opened_by_its_old_link(self, acme: Acme) -> None:
        acme.sign_in(Client(), ADA)
        User.objects.update(email="ada@private.example")
        client = Client()
        assert acme.sign_in(client, ADA).status_code == 403
        assert not is_signed_in(client)

    def test_the_vendors_people_do_not_come_in_through_customers(self, acme: Acme) -> None:
        make_user("max", vendor_role="account_manager")
        client = Client()
        answer = acme.sign_in(client, Person("m", "max@example.com"))
        assert (answer.status_code, is_signed_in(client)) == (403, False)

    def test_a_connection_that_is_off_leads_nowhere(self, acme: Acme) -> None:
        client = Client()
        address = client.get(acme.path("start")).headers["Location"]
        with organization_context(acme.organization.pk):
            SsoConnection.objects.update(is_on=False)
        assert client.get(acme.path("start")).status_code == 403
        back = query(acme.provider.sign_in(address, ADA))
        assert client.get(acme.path("callback") + back).status_code == 403
        assert not is_signed_in(client)


FORGED: tuple[dict[str, Any], ...] = (
    {"nonce": "another attempt's"},
    {"nonce": None},
    {"aud": "another client"},
    {"aud": ["headroom", "another client"], "azp": "another client"},
    {"iss": "https://elsewhere.example"},
    {"exp": int(time.time()) - 3600},
    {"exp": None},
    {"iat": int(time.time()) + 3600},
    {"sub": None},
    {"email": None},
    {"email": "not an address"},
    {"email": "ada@example.com@elsewhere.example"},
    {"email": "ada@sub.example.com"},
    {"email": "ada@gmail.com"},
    {"email_verified": False},
)


class TestForgedAnswers:
    def test_sign_in_nobody(self, acme: Acme) -> None:
        for forged in FORGED:
            acme.provider.forged = forged
            client = Client()
            assert acme.sign_in(client, ADA).status_code == 403, forged
            assert not is_signed_in(client), forged
        assert not User.objects.exists()

    def test_a_key_that_is_not_published_proves_nothing(self, acme: Acme) -> None:
        client = Client()
        address = client.get(acme.path("start")).headers["Location"]
        back = acme.provider.sign_in(address, ADA)
        with live_provider() as elsewhere:
            elsewhere.issuer, elsewhere.key = acme.provider.issuer, signing_key(1)
            stranger = elsewhere.signed(acme.provider.claims(ADA, nonce=""))
        acme.provider.signed = lambda claims: stranger  # type: ignore[method-assign]
        assert client.get(acme.path("callback") + query(back)).status_code == 403

    def test_an_unsigned_token_proves_nothing(self, acme: Acme) -> None:
        acme.provider.signed = lambda claims: jwt.encode(  # type: ignore[method-assign]
            dict(claims), key="", algorithm="none"
        )
        assert acme.sign_in(Client(), ADA).status_code == 403

    def test_a_published_key_is_no_shared_secret(self, acme: Acme) -> None:
        acme.provider.signed = lambda claims: jwt.encode(  # type: ignore[method-assign]
            dict(claims), "x" * 32, "HS256", headers={"kid": acme.provider.key.kid}
        )
        assert acme.sign_in(Client(), ADA).status_code == 403

    def test_a_new_key_of_the_provider_is_found(self, acme: Acme) -> None:
        acme.sign_in(Client(), ADA)
        acme.provider.key = signing_key(1)
        assert acme.sign_in(Client(), ADA).status_code == 302


class TestAnswersOfOtherAttempts:
    def test_a_state_counts_once_in_the_browser_that_began(self, acme: Acme) -> None:
        client, thief = Client(), Client()
        address = client.get(acme.path("start")).headers["Location"]
        back = acme.path("callback") + query(acme.provider.sign_in(address, ADA))
        thief.get(acme.path("start"))
        assert thief.get(back).status_code == 403
        assert not is_signed_in(thief)
        assert client.get(back).status_code == 302
        assert Client().get(back).status_code == 403
        assert client.get(back).status_code == 403

    def test_a_code_without_its_verifier_is_refused_by_the_provider(self, acme: Acme) -> None:
        client, other = Client(), Client()
        address = client.get(acme.path("start")).headers["Location"]
        code = acme.provider.sign_in(address, ADA)["code"]
        second = other.get(acme.path("start")).headers["Location"]
        state = acme.provider.sign_in(second, ADA)["state"]
        answer = other.get(acme.path("callback"), {"code": code, "state": state})
        assert (answer.status_code, is_signed_in(other)) == (403, False)

    def test_an_answer_for_one_connection_is_none_for_another(
        self, acme: Acme, provider: LiveProvider
    ) -> None:
        other = make_organization("other")
        prove(other, "other.example")
        theirs = connect(other, provider)
        client = Client()
        address = client.get(theirs.path("start")).headers["Location"]
        back = query(provider.sign_in(address, ADA))
        assert client.get(acme.path("callback") + back).status_code == 403

    def test_the_issuer_of_an_answer_has_to_be_the_connections(self, acme: Acme) -> None:
        client = Client()
        address = client.get(acme.path("start")).headers["Location"]
        back = acme.provider.sign_in(address, ADA) | {"iss": "https://elsewhere.example"}
        assert client.get(acme.path("callback") + query(back)).status_code == 403

    def test_a_provider_that_says_no_is_believed(self, acme: Acme) -> None:
        client = Client()
        address = client.get(acme.path("start")).headers["Location"]
        state = acme.provider.sign_in(address, ADA)["state"]
        answer = client.get(acme.path("callback"), {"error": "access_denied", "state": state})
        assert (answer.status_code, is_signed_in(client)) == (403, False)
