"""A person's file: complete, theirs, and without a secret or somebody else's name."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.domain.roles import OrganizationRole
from accounts.models import Membership, Organization, User
from accounts.services.history import Actor
from accounts.services.invitations import invite_person
from accounts.tenancy import organization_context
from identity.models import KnownBrowser
from provisioning.models import DirectoryUser
from seats.services.waiting import request_seat
from signals.services.person_file import is_secret, person_columns
from tests.support.people import NOW, make_membership, make_organization, make_user
from tests.support.personal import unzipped

pytestmark = pytest.mark.django_db
SECRETS = ("f" * 64, "JBSWY3DPEHPK3PXP", "session-key-of-ben")


@pytest.fixture
def acme(db: None) -> Organization:
    return make_organization("acme", currency="EUR")


@pytest.fixture
def ada(acme: Organization) -> User:
    user = make_user("ada")
    make_membership(acme, user=user, role="owner", name="Ada Lund")
    return user


@pytest.fixture
def ben(acme: Organization, ada: User) -> User:
    """Ben signed in with a second factor, waits for a seat, invited Dora and is in a directory."""
    user = make_user("ben")
    make_membership(acme, user=user, external_id="ben", name="Ben Ruiz", role="admin")
    KnownBrowser.objects.create(user=user, token_hash=SECRETS[0])
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": SECRETS[1]}
    )
    UserSession.objects.create(
        user=user, ip="192.0.2.7", session_key=SECRETS[2], user_agent="Firefox", data={}
    )
    membership = member_of(acme, user)
    request_seat(
        organization_id=acme.pk, membership_id=membership.pk, actor=Actor.of(user), now=NOW
    )
    invite_person(
        organization_id=acme.pk,
        email="dora@example.com",
        role="member",
        granter=OrganizationRole.OWNER,
        actor=Actor.of(user),
        now=NOW,
    )
    with organization_context(acme.pk):
        DirectoryUser.objects.create(
            organization=acme,
            membership=membership,
            user_name="ben@directory.example",
            user_name_key="ben@directory.example",
        )
    return user


def member_of(organization: Organization, user: User) -> Membership:
    with organization_context(organization.pk):
        return Membership.objects.get(user=user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestWhatAPersonTakes:
    def test_holds_the_sign_in_and_every_organization_and_no_secret(
        self, acme: Organization, ben: User
    ) -> None:
        other = make_organization("other")
        make_membership(other, user=ben, external_id="b2")
        client = signed_in(ben)
        assert b"Download your data" in client.get("/preferences/data/").content
        answer = client.post("/preferences/data/")
        assert answer["Cache-Control"] == "no-store"
        known = unzipped(answer)
        assert set(known) == {
            "account.json",
            *("acme/person.json", "acme/usage.json", "other/person.json", "other/usage.json"),
        }
        account = known["account.json"]
        assert account["user"]["email"] == ben.email
        assert account["mfa.Authenticator"][0]["type"] == "totp"
        assert "192.0.2.7" in {row["ip"] for row in account["usersessions.UserSession"]}
        assert account["identity.KnownBrowser"]
        person = known["acme/person.json"]
        assert person["membership"]["name"] == "Ben Ruiz"
        assert person["about"]["seats.WaitingListEntry"]
        assert person["about"]["provisioning.DirectoryUser"][0]["user_name"].startswith("ben@")
        assert len(person["done"]["accounts.Invitation.invited_by"]) == 1
        assert person["events"]["told"][0]["type"] == "seat.requested"
        assert {row["verb"] for row in person["history"]["changed_by_them"]} >= {"person_invited"}
        assert person["history"]["changed_about_them"][-1]["verb"] == "person_data_exported"
        text = json.dumps(known)
        assert not [secret for secret in SECRETS if secret in text]
        assert "dora@example.com" not in text
        assert "Ada Lund" not in text


class TestWhatAnOwnerHandsOut:
    def test_leaves_the_sign_in_and_other_organizations_out(
        self, acme: Organization, ada: User, ben: User
    ) -> None:
        make_membership(make_organization("other"), user=ben, external_id="b2")
        person = member_of(acme, ben)
        known = unzipped(signed_in(ada).post(f"/o/acme/people/{person.pk}/data/"))
        assert set(known) == {"acme/person.json", "acme/usage.json"}
        assert "192.0.2.7" not in json.dumps(known)
        assert known["acme/person.json"]["about"]["seats.WaitingListEntry"]


class TestColumns:
    def test_that_prove_something_are_never_handed_out(self) -> None:
        models = {model for model, _column, _about in person_columns()}
        open_ones = {
            f"{model._meta.label}.{field.name}"
            for model in models
            for field in model._meta.concrete_fields
            if not is_secret(field)
        }
        proofs = ("secret", "digest", "salt", "hash", "token", "content")
        assert not {name for name in open_ones if name.rsplit(".")[-1] in proofs} - {
            "procurement.IssuedPaper.content"  # what the printed paper says: no column of a person
        }
        assert len(models) > 30
