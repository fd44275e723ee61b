"""Lets in whom an organization's provider names: links, joins or creates the membership.

What decides is `sso.domain.admission`. An account that is made here has no password. A seat is
given after the membership is committed, in a transaction of its own: without one they come in too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import structlog
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import hooks
from accounts.errors import DomainError
from accounts.models import Invitation, Membership, User
from accounts.services.departments import department_named
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from sso.domain.admission import Account, Admission, Known, Refusal, admit
from sso.domain.claims import Asserted
from sso.models import SsoConnection, SsoIdentity, VerifiedDomain

WORDS: Final[dict[Refusal, Promise]] = {
    Refusal.NO_SUBJECT: _("The identity provider did not say who you are."),
    Refusal.NO_ADDRESS: _(
        "The identity provider sent no e-mail address. An admin can say which claim holds it."
    ),
    Refusal.ADDRESS_DOUBTED: _("The identity provider has not verified your e-mail address."),
    Refusal.DOMAIN_NOT_PROVEN: _(
        "The address %(email)s is of a domain that %(organization)s has not proven to be its own. "
        "Choose another account at the identity provider, or ask an admin."
    ),
    Refusal.ANOTHER_ADDRESS: _(
        "Your account has an address outside of the domains of %(organization)s. Sign in with it."
    ),
    Refusal.DEACTIVATED: _("Your membership of %(organization)s was deactivated. Ask an admin."),
    Refusal.NOT_A_MEMBER: _(
        "You are not a member of %(organization)s. Ask an admin to invite you."
    ),
    Refusal.VENDOR_STAFF: _("People of the vendor do not sign in through a customer's provider."),
    Refusal.ACCOUNT_CLOSED: _("Your account is closed. Write to support."),
}


class NotAdmitted(DomainError):
    """The provider vouched, and the person may not come in; `details["reason"]` says why."""

    code: ClassVar[str] = "not_admitted"
    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who came in, and whether for the first time."""

    user: User
    membership: Membership
    how: Admission


def admit_person(*, connection: SsoConnection, asserted: Asserted, now: datetime) -> Admitted:
    """Return the account and the membership of the person, made if need be. Raises NotAdmitted."""
    try:
        admitted = _admit(connection, asserted, now)
    except IntegrityError:
        # The same person in another window was first: now they are known.
        admitted = _admit(connection, asserted, now)
    if admitted.how is not Admission.ENTER and connection.assigns_seat:
        _seat(admitted, now)
    return admitted


def _admit(connection: SsoConnection, asserted: Asserted, now: datetime) -> Admitted:
    organization_id = connection.organization_id
    with transaction.atomic(), organization_context(organization_id):
        membership = _known(connection, asserted)
        if membership is not None and membership.user is not None:
            user: User | None = membership.user
        else:
            user = User.objects.filter(email__iexact=asserted.email).first()
        if membership is None and user is not None:
            # In the list with another address, or none, and here with the account.
            membership = _locked().filter(user=user).first()
        decision = admit(
            asserted,
            proven_domains=set(
                VerifiedDomain.objects.filter(proven_at__isnull=False).values_list(
                    "name", flat=True
                )
            ),
            known=None
            if membership is None
            else Known(
                is_deactivated=membership.state == Membership.State.DEACTIVATED,
                has_joined=membership.user_id is not None
                and membership.state == Membership.State.ACTIVE,
            ),
            account=None
            if user is None
            else Account(
                email=user.email,
                is_vendor_staff=bool(user.vendor_role or user.is_staff),
                is_active=user.is_active,
            ),
            creates_members=connection.creates_members,
        )
        if isinstance(decision, Refusal):
            raise NotAdmitted(
                WORDS[decision]
                % {"organization": connection.organization.name, "email": asserted.email},
                reason=decision.value,
            )
        if user is None:
            user = User.objects.create_user(asserted.email, None, name=asserted.name)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        actor = Actor.of(user)
        if membership is None:
            membership = _create(connection, asserted, user, actor, now)
        elif decision is Admission.JOIN:
            _join(connection, membership, asserted, user, actor, now)
        _link(connection, membership, asserted, actor, now)
        return Admitted(user=user, membership=membership, how=decision)


def _locked() -> QuerySet[Membership]:
    return Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user")


def _known(connection: SsoConnection, asserted: Asserted) -> Membership | None:
    """Return the membership of the subject if it is linked, else that of the address."""
    linked = SsoIdentity.objects.filter(connection=connection, subject=asserted.subject).values(
        "membership_id"
    )
    if asserted.subject and (found := _locked().filter(pk__in=linked).first()):
        return found
    if not asserted.email:
        return None
    return _locked().filter(email__iexact=asserted.email).first()


def _create(
    connection: SsoConnection, asserted: Asserted, user: User, actor: Actor, now: datetime
) -> Membership:
    membership = Membership.objects.create(
        organization_id=connection.organization_id,
        user=user,
        email=asserted.email,
        name=asserted.name or user.name,
        title=asserted.title,
        department=department_named(
            organization_id=connection.organization_id,
            name=asserted.department,
            actor=actor,
            now=now,
        ),
        role=connection.default_role,
        created_at=now,
    )
    record(
        actor=actor,
        verb="person_joined_by_sso",
        subject=membership,
        organization_id=connection.organization_id,
        now=now,
        changes={"role": [None, membership.role], "connection": connection.name},
    )
    return membership


def _join(
    connection: SsoConnection,
    membership: Membership,
    asserted: Asserted,
    user: User,
    actor: Actor,
    now: datetime,
) -> None:
    """Make somebody of the list a member: the role is the invited one, else the one they have."""
    invitation = Invitation.objects.filter(
        membership=membership, accepted_at__isnull=True, revoked_at__isnull=True
    ).first()
    if invitation is not None:
        if invitation.is_open(now):
            membership.role = invitation.role
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
    membership.user, membership.state = user, Membership.State.ACTIVE
    membership.name = membership.name or asserted.name or user.name
    membership.title = membership.title or asserted.title
    if membership.department_id is None:
        membership.department = department_named(
            organization_id=connection.organization_id,
            name=asserted.department,
            actor=actor,
            now=now,
        )
    membership.save(update_fields=["user", "state", "name", "title", "department", "role"])
    record(
        actor=actor,
        verb="person_joined_by_sso",
        subject=membership,
        organization_id=connection.organization_id,
        now=now,
        changes={"role": [None, membership.role], "connection": connection.name},
    )


def _link(
    connection: SsoConnection,
    membership: Membership,
    asserted: Asserted,
    actor: Actor,
    now: datetime,
) -> None:
    """Remember the subject; one that is new for the person replaces theirs, and is recorded."""
    identity, is_new = SsoIdentity.objects.get_or_create(
        organization_id=connection.organization_id,
        connection=connection,
        membership=membership,
        defaults={"subject": asserted.subject, "linked_at": now, "last_seen_at": now},
    )
    replaced = not is_new and identity.subject != asserted.subject
    if replaced:
        identity.subject, identity.linked_at = asserted.subject, now
    identity.last_seen_at = now
    identity.save(update_fields=["subject", "linked_at", "last_seen_at"])
    if is_new or replaced:
        record(
            actor=actor,
            verb="sso_identity_linked",
            subject=membership,
            organization_id=connection.organization_id,
            now=now,
            changes={"connection": connection.name},
        )


def _seat(admitted: Admitted, now: datetime) -> None:
    """Give a seat if one is free; the apps above know of seats, and put others on their list."""
    membership = admitted.membership
    try:
        with organization_context(membership.organization_id, user_id=admitted.user.pk):
            hooks.somebody_joined_for_a_seat(
                membership=membership, actor=Actor.of(admitted.user), now=now
            )
    except DomainError:
        # Coming in does not hang on a seat.
        structlog.get_logger(__name__).warning("no_seat_at_first_sign_in", exc_info=True)
