"""Keeps connections going: reads metadata again, and warns before the last certificate ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from accounts.services.history import SYSTEM, record
from accounts.tenancy import organization_context
from sso.gateways.fetching import ProviderFailed
from sso.gateways.oidc import discover
from sso.gateways.saml import Provider, fetch_metadata
from sso.models import SsoConnection
from sso.services import mails
from sso.services.connections import WARN_BEFORE, certificate_expiry

WARN_EVERY: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run did."""

    read: int = 0
    renewed: int = 0
    failed: int = 0
    warned: int = 0


def watch_connections(*, now: datetime) -> Watched:
    """Read every provider that is on again, outside of transactions; warn of certificates.

    A provider whose metadata names another entity is not followed: that is a new provider, for an
    admin to connect. One that does not answer keeps what is known of it.
    """
    found = {"read": 0, "renewed": 0, "failed": 0, "warned": 0}
    rows = SsoConnection.objects.using("pipeline").filter(is_on=True).order_by("pk")
    for connection in list(rows):
        try:
            found["renewed"] += _read_again(connection, now)
            found["read"] += 1
        except ProviderFailed as error:
            structlog.get_logger(__name__).warning(
                "provider_not_read", connection=connection.pk, reason=str(error)
            )
            found["failed"] += 1
        found["warned"] += _warn(connection, now)
    return Watched(**found)


def _read_again(connection: SsoConnection, now: datetime) -> bool:
    """Fetch what the provider publishes; return whether its certificates are others now."""
    if connection.protocol == SsoConnection.Protocol.OIDC:
        provider = discover(connection.issuer)
        _store(connection, now, provider=provider)
        return False
    if not connection.metadata_url:
        return False
    said: Provider = fetch_metadata(connection.metadata_url)
    if said.entity_id != connection.entity_id:
        raise ProviderFailed("The metadata describes another provider now.")
    certificates = "".join(said.certificates)
    is_new = certificates != connection.certificates
    _store(connection, now, certificates=certificates, sso_url=said.sso_url[:500])
    if is_new:
        with organization_context(connection.organization_id):
            record(
                actor=SYSTEM,
                verb="sso_certificates_renewed",
                subject=connection,
                organization_id=connection.organization_id,
                now=now,
            )
        connection.certificates = certificates
    return is_new


def _store(connection: SsoConnection, now: datetime, **values: object) -> None:
    """Write it down, unless an admin changed the provider in the meantime."""
    with organization_context(connection.organization_id):
        SsoConnection.objects.filter(
            pk=connection.pk,
            issuer=connection.issuer,
            entity_id=connection.entity_id,
            metadata_url=connection.metadata_url,
        ).update(fetched_at=now, **values)


def _warn(connection: SsoConnection, now: datetime) -> bool:
    ends_at = certificate_expiry(connection)
    told = connection.warned_of_expiry_at
    if ends_at is None or ends_at - now > WARN_BEFORE:
        return False
    if told is not None and now - told < WARN_EVERY:
        return False
    with organization_context(connection.organization_id):
        SsoConnection.objects.filter(pk=connection.pk).update(warned_of_expiry_at=now)
        mails.tell_admins(
            organization_id=connection.organization_id,
            template="certificate",
            context={"connection": connection, "ends_at": ends_at},
        )
    return True
