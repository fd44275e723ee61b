"""Lets invited people in through the link of their invitation.

The link names the organization, so that its tenancy context can be entered before anybody is
signed in. It works once, until it expires, and for the invited address alone. Whoever opens it has
read the mail, so the address counts as verified.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import hooks
from accounts.errors import DomainError
from accounts.models import Invitation, Membership, User
from accounts.services.history import Actor, record
from accounts.services.invitations import LINK_SALT, AlreadyMember
from accounts.tenancy import organization_context


class InvitationInvalid(DomainError):
    """The link is not one of ours, is used, taken back or too old; `details["reason"]` says which.

    Reasons: unknown, used, revoked, expired.
    """

    code: ClassVar[str] = "invitation_invalid"


class InvitationForSomebodyElse(DomainError):
    """The signed-in account has another e-mail address than the invitation."""

    code: ClassVar[str] = "invitation_for_somebody_else"
    status: ClassVar[int] = 403


class AccountExists(DomainError):
    """The address has an account: its owner signs in instead of setting a password."""

    code: ClassVar[str] = "account_exists"


@dataclass(frozen=True, slots=True)
class InvitationLink:
    """What the signed link names."""

    organization_id: int
    invitation_id: int


def read_token(token: str) -> InvitationLink:
    """Return what a token names. Raises InvitationInvalid for a forged or mangled one."""
    try:
        organization_id, invitation_id = signing.loads(token, salt=LINK_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvitationInvalid(
            _("This link is not complete. Open it from the mail again."), reason="unknown"
        ) from error
    return InvitationLink(organization_id=organization_id, invitation_id=invitation_id)


def open_invitation(*, link: InvitationLink, now: datetime) -> Invitation:
    """Return the invitation behind a link that still works, else raise InvitationInvalid."""
    with organization_context(link.organization_id):
        invitation = (
            Invitation.objects.select_related("organization", "membership", "invited_by")
            .filter(pk=link.invitation_id)
            .first()
        )
    return _usable(invitation, now)


def accept_invitation(*, link: InvitationLink, user: User, now: datetime) -> Membership:
    """Let a signed-in user into the organization in the invited role.

    Raises InvitationInvalid, InvitationForSomebodyElse, AlreadyMember.
    """
    with organization_context(link.organization_id, user_id=user.pk):
        invitation = _usable(
            Invitation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("membership")
            .filter(pk=link.invitation_id)
            .first(),
            now,
        )
        if user.email.lower() != invitation.email.lower():
            raise InvitationForSomebodyElse(
                _("This invitation is for another e-mail address than yours.")
            )
        membership = invitation.membership
        others = Membership.objects.filter(organization_id=link.organization_id, user=user)
        if others.exclude(pk=membership.pk).exists():
            raise AlreadyMember(_("You are in this organization already."))
        membership.user = user
        membership.role = invitation.role
        membership.state = Membership.State.ACTIVE
        membership.deactivated_at = None
        membership.name = membership.name or user.name
        membership.save(update_fields=["user", "role", "state", "deactivated_at", "name"])
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
        actor = Actor.of(user)
        record(
            actor=actor,
            verb="invitation_accepted",
            subject=membership,
            organization_id=link.organization_id,
            now=now,
            changes={"role": [None, invitation.role]},
        )
        if invitation.with_seat:
            hooks.somebody_joined_for_a_seat(membership=membership, actor=actor, now=now)
        return membership


def accept_as_new_user(
    *, link: InvitationLink, name: str, password: str, now: datetime, language: str = ""
) -> tuple[User, Membership]:
    """Make an account for the invited address and let it in.

    The caller has checked the password. Raises InvitationInvalid, AccountExists.
    """
    invitation = open_invitation(link=link, now=now)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                invitation.email, password, name=" ".join(name.split()), language=language
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            return user, accept_invitation(link=link, user=user, now=now)
    except IntegrityError as error:
        raise AccountExists(_("There is an account for this address. Sign in to join.")) from error


def has_account(*, email: str) -> bool:
    """Tell whether an address has an account; asked only behind a valid link to that address."""
    return User.objects.filter(email__iexact=email).exists()


def _usable(invitation: Invitation | None, now: datetime) -> Invitation:
    if invitation is None:
        raise InvitationInvalid(_("This invitation does not exist any more."), reason="unknown")
    if invitation.accepted_at is not None:
        raise InvitationInvalid(
            _("This invitation was accepted already. Sign in to go on."), reason="used"
        )
    if invitation.revoked_at is not None:
        raise InvitationInvalid(
            _("This link was taken back or replaced by a newer one. Look for a later mail."),
            reason="revoked",
        )
    if now >= invitation.expires_at:
        raise InvitationInvalid(
            _("This link has expired. Ask the person who invited you for a new one."),
            reason="expired",
        )
    return invitation
