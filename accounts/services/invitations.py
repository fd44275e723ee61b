"""Invites people by mail: sent, sent again, taken back. `joining` lets in who follows the link."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import hooks
from accounts.domain.roles import Granter, OrganizationRole
from accounts.errors import DomainError
from accounts.models import Invitation, Membership, Organization
from accounts.services.departments import department_named
from accounts.services.history import Actor, record
from accounts.services.people import require_grantable, require_touchable
from accounts.services.roles import RoleChoice, grantable_role
from accounts.tenancy import organization_context

VALID_FOR: Final = timedelta(days=7)
RESEND_AFTER: Final = timedelta(minutes=1)
LINK_SALT: Final = "accounts.invitation"


class AlreadyMember(DomainError):
    """The invited person is in the organization already."""

    code: ClassVar[str] = "already_member"
    field: ClassVar[str] = "email"


class AlreadyInvited(DomainError):
    """There is an open invitation to the address."""

    code: ClassVar[str] = "already_invited"
    field: ClassVar[str] = "email"


class InvitationJustSent(DomainError):
    """The last mail left less than a minute ago."""

    code: ClassVar[str] = "invitation_just_sent"


class InvitationClosed(DomainError):
    """The invitation was accepted or taken back."""

    code: ClassVar[str] = "invitation_closed"


def make_token(invitation: Invitation) -> str:
    """Return the signed part of the link."""
    return signing.dumps([invitation.organization_id, invitation.pk], salt=LINK_SALT)


def invite_person(
    *,
    organization_id: int,
    email: str,
    role: str,
    granter: Granter,
    actor: Actor,
    now: datetime,
    with_seat: bool = True,
    name: str = "",
    department: str = "",
    custom_role_id: int | None = None,
) -> Invitation:
    """Invite an address, known to the organization or new, and send the mail after the commit.

    The role is given on acceptance, and the seat too, or a place on the waiting list when none is
    left. A role of the organization's own is held from now, by somebody who cannot sign in before.
    Raises RoleNotYoursToGive, RoleUnknown, AlreadyMember, AlreadyInvited.
    """
    email = email.strip().lower()
    with organization_context(organization_id, user_id=actor.user_id):
        choice = RoleChoice(OrganizationRole(role), custom_role_id)
        custom = grantable_role(organization_id, choice, granter)
        membership = (
            Membership.objects.select_for_update(no_key=True)
            .filter(organization_id=organization_id, email__iexact=email)
            .first()
        )
        if membership is None:
            membership = _new_membership(
                organization_id=organization_id,
                email=email,
                name=name,
                department=department,
                role=role,
                actor=actor,
                now=now,
            )
        elif membership.user_id is not None and membership.state == Membership.State.ACTIVE:
            raise AlreadyMember(
                _("%(name)s is in the organization already.") % {"name": membership.display_name}
            )
        else:
            require_touchable(granter=granter, membership=membership)
        if membership.state == Membership.State.DEACTIVATED:
            membership.state = Membership.State.INVITED
            membership.deactivated_at = None
            membership.save(update_fields=["state", "deactivated_at"])
        if _open_invitations(membership, now).exists():
            raise AlreadyInvited(
                _("%(email)s has an open invitation. You can send it again.") % {"email": email}
            )
        if membership.custom_role != custom:
            membership.custom_role = custom
            membership.save(update_fields=["custom_role"])
        # What has expired gives its place to the new one.
        _unanswered(membership).update(revoked_at=now)
        invitation = _write_invitation(
            membership=membership, role=role, with_seat=with_seat, actor=actor, now=now
        )
        _record(
            invitation,
            "person_invited",
            actor=actor,
            now=now,
            changes={
                "role": [None, role if custom is None else custom.name],
                "with_seat": with_seat,
            },
        )
        return invitation


def resend_invitation(
    *,
    organization_id: int,
    invitation_id: int,
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> Invitation:
    """Send a new link; the earlier one stops working. Returns the new invitation.

    Raises RoleNotYoursToGive, InvitationClosed, InvitationJustSent, Invitation.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        earlier = _locked(invitation_id)
        require_grantable(granter=granter, role=earlier.role)
        require_touchable(granter=granter, membership=earlier.membership)
        if earlier.accepted_at is not None or earlier.revoked_at is not None:
            raise InvitationClosed(_("This invitation was accepted or taken back."))
        if now - earlier.created_at < RESEND_AFTER:
            raise InvitationJustSent(
                _("The invitation was sent a moment ago. Wait a minute before you send it again.")
            )
        earlier.revoked_at = now
        earlier.save(update_fields=["revoked_at"])
        invitation = _write_invitation(
            membership=earlier.membership,
            role=earlier.role,
            with_seat=earlier.with_seat,
            actor=actor,
            now=now,
        )
        _record(invitation, "invitation_resent", actor=actor, now=now)
        return invitation


def revoke_invitation(
    *,
    organization_id: int,
    invitation_id: int,
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> None:
    """Take an invitation back; somebody known by the invitation alone is deactivated.

    Raises RoleNotYoursToGive, InvitationClosed, Invitation.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        invitation = _locked(invitation_id)
        require_grantable(granter=granter, role=invitation.role)
        if invitation.accepted_at is not None or invitation.revoked_at is not None:
            raise InvitationClosed(_("This invitation was accepted or taken back."))
        invitation.revoked_at = now
        invitation.save(update_fields=["revoked_at"])
        _record(invitation, "invitation_revoked", actor=actor, now=now)
        membership = invitation.membership
        if membership.state == Membership.State.INVITED:
            membership.state = Membership.State.DEACTIVATED
            membership.deactivated_at = now
            membership.save(update_fields=["state", "deactivated_at"])
            hooks.somebody_left(membership=membership, actor=actor, now=now)


def _locked(invitation_id: int) -> Invitation:
    return (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("membership")
        .get(pk=invitation_id)
    )


def _unanswered(membership: Membership) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(
        membership=membership, accepted_at__isnull=True, revoked_at__isnull=True
    )


def _open_invitations(membership: Membership, now: datetime) -> models.QuerySet[Invitation]:
    return _unanswered(membership).filter(expires_at__gt=now)


def _new_membership(
    *,
    organization_id: int,
    email: str,
    name: str,
    department: str,
    role: str,
    actor: Actor,
    now: datetime,
) -> Membership:
    home = department_named(organization_id=organization_id, name=department, actor=actor, now=now)
    try:
        with transaction.atomic():
            return Membership.objects.create(
                organization_id=organization_id,
                email=email,
                name=" ".join(name.split()),
                department=home,
                role=role,
                state=Membership.State.INVITED,
                created_at=now,
            )
    except IntegrityError as error:
        # Two admins invited the same address at once.
        raise AlreadyInvited(
            _("%(email)s has an open invitation. You can send it again.") % {"email": email}
        ) from error


def _write_invitation(
    *, membership: Membership, role: str, with_seat: bool, actor: Actor, now: datetime
) -> Invitation:
    if membership.state == Membership.State.DISCOVERED:
        membership.state = Membership.State.INVITED
        membership.save(update_fields=["state"])
    invitation = Invitation.objects.create(
        organization_id=membership.organization_id,
        membership=membership,
        email=membership.email,
        role=role,
        with_seat=with_seat,
        invited_by_id=actor.user_id,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    _send_mail(invitation, inviter=actor.label)
    return invitation


def _send_mail(invitation: Invitation, *, inviter: str) -> None:
    organization = Organization.objects.get(pk=invitation.organization_id)
    with translation.override(organization.language):
        context = {
            "organization": organization,
            "inviter": inviter,
            "invitation": invitation,
            "role_label": invitation.role_label,
            "url": settings.BASE_URL + reverse("join", args=[make_token(invitation)]),
        }
        # A header is one line, whatever the organization is called.
        subject = " ".join(
            (
                _("%(inviter)s invites you to %(organization)s")
                % {"inviter": inviter, "organization": organization.name}
            ).split()
        )
        message = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("mail/accounts/invitation.txt", context),
            to=[invitation.email],
        )
        message.attach_alternative(
            render_to_string("mail/accounts/invitation.html", context), "text/html"
        )
    message.send()


def _record(
    invitation: Invitation,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    changes: dict[str, object] | None = None,
) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=invitation.membership,
        organization_id=invitation.organization_id,
        now=now,
        changes=changes,
    )
