"""Connections: set up, tested, turned on, required. Nothing here locks out the last owner.

What a provider publishes is fetched before the transaction: the functions that fetch say so.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.domain.addresses import UnfitAddress, check_url
from accounts.domain.roles import OrganizationRole
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.services.people import require_grantable
from accounts.tenancy import organization_context
from sso.gateways.fetching import ProviderFailed
from sso.gateways.oidc import discover
from sso.gateways.saml import (
    Provider,
    expiry_of,
    fetch_metadata,
    new_key,
    read_certificates,
    read_metadata,
)
from sso.gateways.sealing import seal
from sso.models import SsoConnection, VerifiedDomain
from sso.selectors.people import owners_who_could_enter
from sso.services.sessions import end_sessions_of

WARN_BEFORE: Final = timedelta(days=30)
_ROLES: Final = (
    OrganizationRole.MEMBER,
    OrganizationRole.CHAMPION,
    OrganizationRole.APPROVER,
    OrganizationRole.BILLING,
)


class ProviderUnfit(DomainError):
    """What was entered about the provider does not lead to one; `field` is set by who raises."""

    code: ClassVar[str] = "provider_unfit"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field  # type: ignore[misc]


class NotTested(DomainError):
    """Nobody has signed in through the connection yet."""

    code: ClassVar[str] = "not_tested"


class NoProvenDomain(DomainError):
    """Without a domain nobody could come in."""

    code: ClassVar[str] = "no_proven_domain"


class NotOn(DomainError):
    """What is not on cannot be required."""

    code: ClassVar[str] = "sso_not_on"


class NoOwnerCouldEnter(DomainError):
    """Afterwards no owner could come in."""

    code: ClassVar[str] = "no_owner_could_enter"


@dataclass(frozen=True, slots=True)
class Rules:
    """Who comes in through a connection, and as what."""

    creates_members: bool = True
    assigns_seat: bool = False
    default_role: str = OrganizationRole.MEMBER
    allows_idp_initiated: bool = False
    claim_email: str = ""
    claim_name: str = ""
    claim_department: str = ""
    claim_title: str = ""


def given_oidc(*, issuer: str, client_id: str, client_secret: str = "") -> dict[str, Any]:
    """Return the fields of an OpenID provider, after a look at it (network).

    Without `client_secret` the one that is stored stays. Raises ProviderUnfit.
    """
    issuer = issuer.strip()
    try:
        check_url(issuer, allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE)
        provider = discover(issuer)
    except UnfitAddress as error:
        raise ProviderUnfit(
            _("Write the whole address of the issuer, beginning with https://."), field="issuer"
        ) from error
    except ProviderFailed as error:
        raise ProviderUnfit(
            _("The provider could not be read: %(reason)s") % {"reason": error}, field="issuer"
        ) from error
    sealed = {"client_secret": seal(client_secret)}
    return {
        "issuer": issuer,
        "client_id": client_id.strip(),
        "provider": provider,
        **(sealed if client_secret else {}),
    }


def given_saml(
    *,
    metadata_url: str = "",
    metadata: bytes = b"",
    entity_id: str = "",
    sso_url: str = "",
    certificates: str = "",
) -> dict[str, Any]:
    """Return the fields of a SAML provider: by address (network), by file, or one by one.

    Raises ProviderUnfit.
    """
    field = "metadata_url" if metadata_url else "metadata" if metadata else "certificates"
    try:
        if metadata_url:
            provider = fetch_metadata(metadata_url.strip())
        elif metadata:
            provider = read_metadata(metadata)
        else:
            if not (entity_id.strip() and sso_url.strip() and certificates.strip()):
                raise ProviderUnfit(
                    _("Give the metadata by its address or as a file, or fill in all three."),
                    field="metadata_url",
                )
            provider = Provider(entity_id.strip(), sso_url.strip(), read_certificates(certificates))
        check_url(provider.sso_url, allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE)
    except ProviderFailed as error:
        raise ProviderUnfit(
            _("The provider could not be read: %(reason)s") % {"reason": error}, field=field
        ) from error
    except UnfitAddress as error:
        raise ProviderUnfit(
            _("The sign-in address of the provider has to begin with https://."),
            field="sso_url" if field == "certificates" else field,
        ) from error
    return {
        "metadata_url": metadata_url.strip(),
        "entity_id": provider.entity_id[:500],
        "sso_url": provider.sso_url[:500],
        "certificates": "".join(provider.certificates),
    }


def add_connection(
    *,
    organization_id: int,
    name: str,
    protocol: str,
    given: Mapping[str, Any],
    rules: Rules,
    granter: OrganizationRole,
    actor: Actor,
    now: datetime,
) -> SsoConnection:
    """Write a connection down, to be tested; `given` is of `given_oidc` or `given_saml`.

    Raises RoleNotYoursToGive.
    """
    keys = {}
    if protocol == SsoConnection.Protocol.SAML:
        private, certificate = new_key()
        keys = {"our_key": seal(private), "our_certificate": certificate}
    with organization_context(organization_id, user_id=actor.user_id):
        connection = SsoConnection(
            organization_id=organization_id,
            key=secrets.token_hex(12),
            protocol=protocol,
            created_at=now,
            created_by_id=actor.user_id,
            **keys,
        )
        _fill(connection, name, given, rules, granter, now)
        connection.save()
        _record(connection, "sso_connection_added", actor=actor, now=now)
        return connection


def change_connection(
    *,
    organization_id: int,
    connection_id: int,
    name: str,
    given: Mapping[str, Any],
    rules: Rules,
    granter: OrganizationRole,
    actor: Actor,
    now: datetime,
    kept_session: str = "",
) -> SsoConnection:
    """Change a connection. One whose provider is another has to be tested anew, and is off.

    Then the sessions that it opened end, but `kept_session`: that of whoever changes it.

    Raises RoleNotYoursToGive, SsoConnection.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        organization = _organization(organization_id)
        connection = SsoConnection.objects.select_for_update(of=("self",)).get(pk=connection_id)
        before = _identity_of(connection)
        _fill(connection, name, given, rules, granter, now)
        is_another = _identity_of(connection) != before
        if is_another:
            connection.tested_at, connection.tested_claims, connection.is_on = None, {}, False
            end_sessions_of(connection, kept_key=kept_session, now=now)
            # Who is who there is not who was who elsewhere.
            connection.identities.all().delete()
        connection.save()
        _record(
            connection,
            "sso_connection_changed",
            actor=actor,
            now=now,
            changes={"provider": [before[0], _identity_of(connection)[0]]} if is_another else {},
        )
        if is_another:
            _stop_requiring(organization, actor=actor, now=now)
        return connection


def renew_key(
    *, organization_id: int, connection_id: int, actor: Actor, now: datetime
) -> SsoConnection:
    """Give a SAML connection a new key, which its metadata names; the last one opens too until
    the next renewal. Raises SsoConnection.DoesNotExist.
    """
    private, certificate = new_key()
    with organization_context(organization_id, user_id=actor.user_id):
        connection = SsoConnection.objects.select_for_update(of=("self",)).get(
            pk=connection_id, protocol=SsoConnection.Protocol.SAML
        )
        connection.our_old_key, connection.our_key = connection.our_key, seal(private)
        connection.our_certificate = certificate
        connection.save(update_fields=["our_key", "our_old_key", "our_certificate"])
        _record(connection, "sso_key_renewed", actor=actor, now=now)
        return connection


def note_test(
    *,
    organization_id: int,
    connection_id: int,
    claims: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Keep that an admin signed in through the connection, and what the provider said of them."""
    with organization_context(organization_id, user_id=actor.user_id):
        connection = SsoConnection.objects.select_for_update(of=("self",)).get(pk=connection_id)
        connection.tested_at, connection.tested_claims = now, dict(claims)
        connection.save(update_fields=["tested_at", "tested_claims"])
        _record(connection, "sso_connection_tested", actor=actor, now=now)


def turn_on(
    *, organization_id: int, connection_id: int, actor: Actor, now: datetime, kept_session: str = ""
) -> SsoConnection:
    """Offer the connection at sign-in; another one of the organization goes off as by `turn_off`.

    Raises NotTested, NoProvenDomain, SsoConnection.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        _organization(organization_id)
        connection = SsoConnection.objects.get(pk=connection_id)
        if connection.is_on:
            return connection
        if connection.tested_at is None:
            raise NotTested(_("Test the connection first: sign in through it once."))
        if not VerifiedDomain.objects.filter(proven_at__isnull=False).exists():
            raise NoProvenDomain(
                _("Prove a domain first: people are known by the domain of their address.")
            )
        for other in SsoConnection.objects.filter(is_on=True):
            other.is_on = False
            other.save(update_fields=["is_on"])
            end_sessions_of(other, kept_key=kept_session, now=now)
            _record(other, "sso_connection_turned_off", actor=actor, now=now)
        connection.is_on = True
        connection.save(update_fields=["is_on"])
        _record(connection, "sso_connection_turned_on", actor=actor, now=now)
        return connection


def turn_off(
    *, organization_id: int, connection_id: int, actor: Actor, now: datetime, kept_session: str = ""
) -> SsoConnection:
    """Stop offering the connection; then it is not required either, and its sessions end.

    `kept_session` stays: that of whoever turns it off, who would stand before a closed door.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        organization = _organization(organization_id)
        connection = SsoConnection.objects.get(pk=connection_id)
        if connection.is_on:
            connection.is_on = False
            connection.save(update_fields=["is_on"])
            end_sessions_of(connection, kept_key=kept_session, now=now)
            _record(connection, "sso_connection_turned_off", actor=actor, now=now)
            _stop_requiring(organization, actor=actor, now=now)
        return connection


def remove_connection(
    *, organization_id: int, connection_id: int, actor: Actor, now: datetime, kept_session: str = ""
) -> str:
    """Forget a connection and who is who at its provider; return its name."""
    turn_off(
        organization_id=organization_id,
        connection_id=connection_id,
        actor=actor,
        now=now,
        kept_session=kept_session,
    )
    with organization_context(organization_id, user_id=actor.user_id):
        connection = SsoConnection.objects.get(pk=connection_id)
        _record(connection, "sso_connection_removed", actor=actor, now=now)
        name = connection.name
        connection.delete()
        return name


def require_sso(*, organization_id: int, actor: Actor, now: datetime) -> None:
    """Open the organization's pages to people of its domains through the provider alone.

    Raises NotOn, NoProvenDomain, NoOwnerCouldEnter.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        organization = _organization(organization_id)
        connection = SsoConnection.objects.filter(is_on=True).first()
        if connection is None:
            raise NotOn(_("Turn a connection on first."))
        if not VerifiedDomain.objects.filter(proven_at__isnull=False).exists():
            raise NoProvenDomain(_("Prove a domain first: it says whom the rule is for."))
        if not owners_who_could_enter(connection):
            raise NoOwnerCouldEnter(
                _(
                    "No owner could come in: none has signed in through the provider, and none has "
                    "a second factor for an emergency. Have an owner do one of both first."
                )
            )
        if not organization.sso_enforced:
            organization.sso_enforced = True
            organization.save(update_fields=["sso_enforced"])
            _record(connection, "sso_required", actor=actor, now=now)


def stop_requiring_sso(*, organization_id: int, actor: Actor, now: datetime) -> None:
    """Open the organization's pages to passwords and passkeys again."""
    with organization_context(organization_id, user_id=actor.user_id):
        _stop_requiring(_organization(organization_id), actor=actor, now=now)


def _stop_requiring(organization: Organization, *, actor: Actor, now: datetime) -> None:
    if organization.sso_enforced:
        organization.sso_enforced = False
        organization.save(update_fields=["sso_enforced"])
        record(
            actor=actor,
            verb="sso_not_required",
            subject=organization,
            organization_id=organization.pk,
            now=now,
        )


def _organization(organization_id: int) -> Organization:
    """Return the organization, locked: what is on and what is required change one at a time."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def _identity_of(connection: SsoConnection) -> tuple[str, str]:
    """What makes a provider another one: issuer or entity id, and the client there."""
    if connection.protocol == SsoConnection.Protocol.OIDC:
        return connection.issuer, connection.client_id
    return connection.entity_id, ""


def _fill(
    connection: SsoConnection,
    name: str,
    given: Mapping[str, Any],
    rules: Rules,
    granter: OrganizationRole,
    now: datetime,
) -> None:
    if rules.default_role != connection.default_role:
        require_grantable(granter=granter, role=rules.default_role)
    connection.name = " ".join(name.split())
    for field, value in given.items():
        setattr(connection, field, value)
    for field in Rules.__slots__:
        setattr(connection, field, getattr(rules, field))
    if given:
        connection.fetched_at, connection.warned_of_expiry_at = now, None


def certificate_expiry(connection: SsoConnection) -> datetime | None:
    """Return when the last of a SAML connection's certificates ends, or None without one."""
    if not connection.certificates:
        return None
    return max(map(expiry_of, read_certificates(connection.certificates)))


def _record(
    connection: SsoConnection,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=connection,
        organization_id=connection.organization_id,
        now=now,
        changes=changes,
    )
