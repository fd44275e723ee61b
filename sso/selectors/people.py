"""Whom single sign-on concerns, read inside the organization's tenancy context."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator

from accounts.models import Membership
from sso.domain.domains import domain_of
from sso.models import SsoConnection, SsoIdentity, VerifiedDomain


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who comes in how, once single sign-on is required.

    `through_provider` have an address of a proven domain; `never_yet` of them have never signed in
    through the connection, and stay out unless the provider lets them. `guests` keep their
    password. `emergency` are owners (admins where there is no owner) who can come in without the
    provider.
    """

    through_provider: list[Membership] = field(default_factory=list)
    never_yet: list[Membership] = field(default_factory=list)
    guests: list[Membership] = field(default_factory=list)
    emergency: list[Membership] = field(default_factory=list)


def proven_domains() -> set[str]:
    """Return the names of the organization's proven domains."""
    return set(
        VerifiedDomain.objects.filter(proven_at__isnull=False).values_list("name", flat=True)
    )


def concerned(connection: SsoConnection) -> Concerned:
    """Return whom requiring the connection concerns: everybody who can sign in."""
    domains, found = proven_domains(), Concerned()
    linked = set(
        SsoIdentity.objects.filter(connection=connection).values_list("membership_id", flat=True)
    )
    members = list(
        Membership.objects.filter(
            organization_id=connection.organization_id,
            user__is_active=True,
            state=Membership.State.ACTIVE,
        ).select_related("user")
    )
    leading = leading_role(members)
    with_factor = _with_second_factor(members, leading)
    for member in members:
        if domain_of(_address(member)) not in domains:
            found.guests.append(member)
            continue
        found.through_provider.append(member)
        if member.pk not in linked:
            found.never_yet.append(member)
        if member.role == leading and member.user_id in with_factor:
            found.emergency.append(member)
    return found


def owners_who_could_enter(connection: SsoConnection) -> list[Membership]:
    """Return the owners who have signed in through the connection, or could without it."""
    found = concerned(connection)
    everybody = (*found.through_provider, *found.guests)
    leading = leading_role(everybody)
    could = {m.pk for m in (*found.emergency, *found.guests)}
    could |= {m.pk for m in found.through_provider} - {m.pk for m in found.never_yet}
    return [member for member in everybody if member.role == leading and member.pk in could]


def leading_role(members: Iterable[Membership]) -> str:
    """Return who leads an organization: its owners, or its admins while it has no owner."""
    has_owner = any(member.role == Membership.Role.OWNER for member in members)
    return Membership.Role.OWNER if has_owner else Membership.Role.ADMIN


def leads(membership: Membership) -> bool:
    """Tell whether a membership is one of those that lead its organization."""
    if membership.role != Membership.Role.ADMIN:
        return membership.role == Membership.Role.OWNER
    return not Membership.objects.filter(
        organization_id=membership.organization_id,
        role=Membership.Role.OWNER,
        user__is_active=True,
        state=Membership.State.ACTIVE,
    ).exists()


def _address(member: Membership) -> str:
    """The address that somebody signs in with."""
    return member.user.email if member.user is not None else member.email


def _with_second_factor(members: list[Membership], role: str) -> set[int]:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    ids = [m.user_id for m in members if m.role == role]
    return set(
        Authenticator.objects.filter(user_id__in=ids, type__in=kinds).values_list(
            "user_id", flat=True
        )
    )
