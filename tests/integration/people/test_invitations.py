"""An invitation from the form to the person inside, and every way to misuse the link."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import OrganizationRole, Permission
from accounts.models import Invitation, Membership, Organization, User
from accounts.services.history import Actor
from accounts.services.invitations import (
    AlreadyInvited,
    AlreadyMember,
    InvitationJustSent,
    invite_person,
    make_token,
    resend_invitation,
    revoke_invitation,
)
from accounts.services.people import RoleNotYoursToGive, deactivate_person
from accounts.services.roles import create_role
from accounts.tenancy import organization_context
from procurement.selectors.rules import members_who_approve, people_of
from seats.models import SeatAssignment, WaitingListEntry
from tests.integration.people.conftest import GiveSeats, SignedIn, membership_of
from tests.support.people import make_membership, make_user

PASSWORD = "seven green bicycles"
FORM = {"name": "Dewi Lestari", "password": PASSWORD}


def invite(
    organization: Organization,
    inviter: User,
    *,
    email: str = "dewi@example.com",
    role: str = "member",
    with_seat: bool = True,
) -> Invitation:
    return invite_person(
        organization_id=organization.pk,
        email=email,
        role=role,
        with_seat=with_seat,
        granter=OrganizationRole.OWNER,
        actor=Actor.of(inviter),
        now=timezone.now(),
    )


def link_to(invitation: Invitation) -> str:
    return f"/join/{make_token(invitation)}/"


def expire(organization: Organization, invitation: Invitation) -> None:
    with organization_context(organization.pk):
        Invitation.objects.filter(pk=invitation.pk).update(
            expires_at=timezone.now() - timedelta(seconds=1)
        )


class TestInviting:
    def test_sends_a_link_that_brings_a_new_person_in_with_a_seat(
        self,
        acme: Organization,
        ada: User,
        purchased: GiveSeats,
        signed_in: SignedIn,
        django_capture_on_commit_callbacks: object,
    ) -> None:
        purchased(acme, 3)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            answer = signed_in(ada).post(
                "/o/acme/settings/invitations/new/",
                {"email": "Dewi@Example.com", "role": "champion", "with_seat": "on"},
            )
        assert answer.status_code == 302
        (message,) = mail.outbox
        assert message.to == ["dewi@example.com"]
        assert message.subject == "Ada invites you to Acme"
        path = re.search(r"http://[^/]+(/join/\S+)", str(message.body))
        assert path is not None

        visitor = Client()
        assert "dewi@example.com" in visitor.get(path[1]).text
        answer = visitor.post(path[1], FORM)
        assert answer.status_code == 302
        dewi = User.objects.get(email="dewi@example.com")
        assert dewi.check_password(PASSWORD)
        assert dewi.emailaddress_set.get().verified  # type: ignore[attr-defined]
        membership = membership_of(acme, dewi)
        assert (membership.state, membership.role) == ("active", "champion")
        with organization_context(acme.pk):
            assert SeatAssignment.objects.filter(membership=membership).exists()
        # signed in, and where a champion starts
        assert visitor.get("/", follow=True).request["PATH_INFO"] == "/o/acme/my-usage/"

    def test_puts_the_person_on_the_waiting_list_when_no_seat_is_left(
        self, acme: Organization, ada: User
    ) -> None:
        Client().post(link_to(invite(acme, ada)), FORM)
        with organization_context(acme.pk):
            assert WaitingListEntry.objects.get().membership.email == "dewi@example.com"
            assert not SeatAssignment.objects.exists()

    def test_writes_in_the_language_of_the_organization(
        self, acme: Organization, ada: User, django_capture_on_commit_callbacks: object
    ) -> None:
        with organization_context(acme.pk):
            Organization.objects.filter(pk=acme.pk).update(language="de")
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            invite(acme, ada)
        (message,) = mail.outbox
        assert isinstance(message, mail.EmailMultiAlternatives)
        html = str(message.alternatives[0][0])
        assert '<html lang="de">' in html

    def test_does_not_break_the_mail_with_a_name_of_two_lines(
        self, acme: Organization, ada: User, django_capture_on_commit_callbacks: object
    ) -> None:
        with organization_context(acme.pk):
            Organization.objects.filter(pk=acme.pk).update(name="Acme\nBcc: all@example.com")
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            invite(acme, ada)
        (message,) = mail.outbox
        assert message.subject == "Ada invites you to Acme Bcc: all@example.com"
        assert message.recipients() == ["dewi@example.com"]

    def test_refuses_somebody_who_is_in_already(
        self, acme: Organization, ada: User, ben: User
    ) -> None:
        with pytest.raises(AlreadyMember):
            invite(acme, ada, email="BEN@example.com")

    def test_refuses_a_second_open_invitation(self, acme: Organization, ada: User) -> None:
        invite(acme, ada)
        with pytest.raises(AlreadyInvited):
            invite(acme, ada)

    def test_replaces_an_expired_one(self, acme: Organization, ada: User) -> None:
        first = invite(acme, ada)
        expire(acme, first)
        second = invite(acme, ada)
        assert Client().get(link_to(first)).status_code == 410
        assert Client().get(link_to(second)).status_code == 200

    def test_brings_somebody_seen_in_usage_in_as_the_same_person(
        self, acme: Organization, ada: User
    ) -> None:
        seen = make_membership(
            acme, external_id="usr_7", email="dewi@example.com", state="discovered"
        )
        Client().post(link_to(invite(acme, ada)), FORM)
        with organization_context(acme.pk):
            joined = Membership.objects.get(email="dewi@example.com")
        assert (joined.pk, joined.external_id, joined.state) == (seen.pk, "usr_7", "active")


class TestRoles:
    def test_of_an_invitation_are_never_above_the_inviter(
        self, acme: Organization, signed_in: SignedIn
    ) -> None:
        admin = make_user("adi")
        make_membership(acme, user=admin, role="admin")
        client = signed_in(admin)
        page = client.get("/o/acme/settings/invitations/new/").text
        assert 'value="admin"' in page
        assert 'value="owner"' not in page
        answer = client.post(
            "/o/acme/settings/invitations/new/", {"email": "x@example.com", "role": "owner"}
        )
        assert answer.status_code == 422
        with pytest.raises(RoleNotYoursToGive):
            invite_person(
                organization_id=acme.pk,
                email="x@example.com",
                role="owner",
                granter=OrganizationRole.ADMIN,
                actor=Actor.of(admin),
                now=timezone.now(),
            )

    def test_of_an_owners_invitation_are_not_for_an_admin_to_send_again(
        self, acme: Organization, ada: User, signed_in: SignedIn
    ) -> None:
        invitation = invite(acme, ada, role="owner")
        admin = make_user("adi")
        make_membership(acme, user=admin, role="admin")
        signed_in(admin).post(f"/o/acme/settings/invitations/{invitation.pk}/revoke/")
        assert Client().get(link_to(invitation)).status_code == 200

    def test_do_not_let_a_member_invite(
        self, acme: Organization, ben: User, signed_in: SignedIn
    ) -> None:
        client = signed_in(ben)
        assert client.get("/o/acme/settings/invitations/").status_code == 403
        assert client.post("/o/acme/settings/invitations/new/", {}).status_code == 403

    def test_brings_in_a_role_of_the_organizations_own_that_approves(
        self, acme: Organization, ada: User, signed_in: SignedIn
    ) -> None:
        held = frozenset({Permission.REQUESTS_READ, Permission.REQUESTS_APPROVE})
        role = create_role(
            organization_id=acme.pk,
            name="Comptroller",
            permissions=held,
            granter=OrganizationRole.OWNER,
            actor=Actor.of(ada),
            now=timezone.now(),
        )
        form = {"email": "dewi@example.com", "role": f"custom-{role.pk}", "with_seat": ""}
        sent = signed_in(ada).post("/o/acme/settings/invitations/new/", form)
        assert sent.status_code == 302
        assert "Comptroller" in mail.outbox[-1].body
        with organization_context(acme.pk):
            invitation = Invitation.objects.get()
        Client().post(link_to(invitation), FORM)
        with organization_context(acme.pk):
            dewi = Membership.objects.select_related("custom_role").get(email="dewi@example.com")
            assert dewi.powers.permissions >= held
            # Chains of approval ask her as they ask approvers.
            assert (dewi.pk, "approver") in {
                (person.id, person.role) for person in people_of(members_who_approve(acme.pk))
            }


class TestTheLink:
    def test_works_once(self, acme: Organization, ada: User) -> None:
        invitation = invite(acme, ada)
        assert Client().post(link_to(invitation), FORM).status_code == 302
        again = Client().post(link_to(invitation), {**FORM, "name": "Mallory"})
        assert again.status_code == 410
        assert "accepted already" in again.text
        assert User.objects.filter(email="dewi@example.com").count() == 1

    def test_expires(self, acme: Organization, ada: User) -> None:
        invitation = invite(acme, ada)
        expire(acme, invitation)
        answer = Client().post(link_to(invitation), FORM)
        assert answer.status_code == 410
        assert "expired" in answer.text
        assert not User.objects.filter(email="dewi@example.com").exists()

    def test_stops_when_it_is_taken_back(self, acme: Organization, ada: User) -> None:
        invitation = invite(acme, ada)
        revoke_invitation(
            organization_id=acme.pk,
            invitation_id=invitation.pk,
            granter=OrganizationRole.OWNER,
            actor=Actor.of(ada),
            now=timezone.now(),
        )
        assert Client().post(link_to(invitation), FORM).status_code == 410
        with organization_context(acme.pk):
            assert Membership.objects.get(email="dewi@example.com").state == "deactivated"

    def test_stops_when_the_person_is_deactivated(self, acme: Organization, ada: User) -> None:
        invitation = invite(acme, ada)
        deactivate_person(
            organization_id=acme.pk,
            membership_id=invitation.membership_id,
            granter=OrganizationRole.OWNER,
            actor=Actor.of(ada),
            now=timezone.now(),
        )
        assert Client().post(link_to(invitation), FORM).status_code == 410

    def test_is_replaced_when_it_is_sent_again(self, acme: Organization, ada: User) -> None:
        first = invite(acme, ada)
        later = timezone.now() + timedelta(minutes=2)
        second = resend_invitation(
            organization_id=acme.pk,
            invitation_id=first.pk,
            granter=OrganizationRole.OWNER,
            actor=Actor.of(ada),
            now=later,
        )
        assert "newer one" in Client().get(link_to(first)).text
        assert Client().get(link_to(second)).status_code == 200

    def test_is_not_sent_again_at_once(self, acme: Organization, ada: User) -> None:
        invitation = invite(acme, ada)
        with pytest.raises(InvitationJustSent):
            resend_invitation(
                organization_id=acme.pk,
                invitation_id=invitation.pk,
                granter=OrganizationRole.OWNER,
                actor=Actor.of(ada),
                now=timezone.now(),
            )

    @pytest.mark.parametrize("change", ["{}x", "x{}", "nonsense", "a:b:c", "%00"])
    def test_cannot_be_changed(self, acme: Organization, ada: User, change: str) -> None:
        token = make_token(invite(acme, ada))
        answer = Client().get(f"/join/{change.format(token)}/")
        assert answer.status_code == 410
        assert "dewi" not in answer.text

    def test_cannot_be_used_by_another_account(
        self, acme: Organization, ada: User, cleo: User, signed_in: SignedIn
    ) -> None:
        invitation = invite(acme, ada, role="admin")
        answer = signed_in(cleo).post(link_to(invitation))
        assert answer.status_code == 403
        with organization_context(acme.pk):
            assert not Membership.objects.filter(user=cleo).exists()

    def test_lets_an_existing_account_join_after_signing_in(
        self, acme: Organization, ada: User, cleo: User, signed_in: SignedIn
    ) -> None:
        link = link_to(invite(acme, ada, email="cleo@example.com"))
        page = Client().get(link)
        assert "/accounts/login/?next=/join/" in page.text
        # A password cannot be set for an account that there is.
        assert Client().post(link, FORM).status_code == 200
        cleo.refresh_from_db()
        assert not cleo.check_password(PASSWORD)
        assert signed_in(cleo).post(link).status_code == 302
        assert membership_of(acme, cleo).state == "active"

    def test_refuses_a_weak_password(self, acme: Organization, ada: User) -> None:
        answer = Client().post(link_to(invite(acme, ada)), {"name": "Dewi", "password": "dewi"})
        assert answer.status_code == 422
        assert "too short" in answer.text

    def test_of_another_organization_is_out_of_reach_in_settings(
        self, acme: Organization, ada: User, cleo: User, signed_in: SignedIn
    ) -> None:
        invitation = invite(acme, ada)
        client = signed_in(cleo)
        for action in ("resend", "revoke"):
            own = client.post(f"/o/other/settings/invitations/{invitation.pk}/{action}/")
            theirs = client.post(f"/o/acme/settings/invitations/{invitation.pk}/{action}/")
            assert (own.status_code, theirs.status_code) == (404, 404)
        assert Client().get(link_to(invitation)).status_code == 200
