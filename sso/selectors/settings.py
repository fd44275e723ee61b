"""What Settings > Single sign-on shows; read inside the organization's tenancy context."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sso.domain.domains import GRACE, Standing
from sso.gateways.saml import expiry_of, read_certificates
from sso.models import SsoConnection, VerifiedDomain
from sso.selectors.doors import address


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain with its standing in words; `lost_at` while its record is missing."""

    domain: VerifiedDomain
    label: Promise
    kind: str
    is_waiting: bool
    lost_at: datetime | None


_STANDINGS: dict[Standing, tuple[Promise, str]] = {
    Standing.WAITING: (_("waiting for its record"), "none"),
    Standing.PROVEN: (_("proven"), "good"),
    Standing.FAILING: (_("its record is missing"), "warn"),
}


def domain_rows() -> list[DomainRow]:
    """Return the organization's domains."""
    return [
        DomainRow(
            domain=domain,
            label=_STANDINGS[domain.standing][0],
            kind=_STANDINGS[domain.standing][1],
            is_waiting=domain.standing is not Standing.PROVEN,
            lost_at=domain.failing_since + GRACE if domain.failing_since else None,
        )
        for domain in VerifiedDomain.objects.all()
    ]


def state_of(connection: SsoConnection) -> tuple[Promise, str]:
    """Return how a connection stands, as a label and the kind of its badge."""
    if connection.is_on:
        return _("on"), "good"
    if connection.tested_at is not None:
        return _("tested, off"), "none"
    return _("not tested"), "warn"


def our_addresses(connection: SsoConnection) -> list[tuple[Promise, str]]:
    """Return what the provider has to be told, labelled as providers label it."""
    if connection.protocol == SsoConnection.Protocol.OIDC:
        return [
            (_("Redirect address"), address("sso_callback", connection)),
            (_("Back-channel logout address"), address("sso_signed_out", connection)),
        ]
    return [
        (_("Entity id (audience)"), address("sso_metadata", connection)),
        (_("Answer address (ACS)"), address("sso_acs", connection)),
    ]


def key_ends_at(connection: SsoConnection) -> datetime | None:
    """Return when our certificate for encrypted assertions ends; None without one."""
    return expiry_of(connection.our_certificate) if connection.our_certificate else None


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a provider and how its time stands."""

    ends_at: datetime
    is_over: bool
    is_soon: bool


def certificates_of(
    connection: SsoConnection, *, now: datetime, warn_before: timedelta
) -> list[Certificate]:
    """Return the certificates of a SAML connection, the one that ends last first."""
    if not connection.certificates:
        return []
    ends = sorted(map(expiry_of, read_certificates(connection.certificates)), reverse=True)
    return [Certificate(end, is_over=end <= now, is_soon=end - now < warn_before) for end in ends]
