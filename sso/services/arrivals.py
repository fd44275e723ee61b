"""Keeps good SAML assertions until their browser asks, and takes each once."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.tenancy import organization_context
from sso.domain.claims import Asserted
from sso.gateways.saml import Statement
from sso.models import SamlArrival, SsoConnection

WAITS_FOR: Final = timedelta(minutes=2)


class AssertionReplayed(DomainError):
    """The assertion was taken before."""

    code: ClassVar[str] = "assertion_replayed"
    status: ClassVar[int] = 403


class ArrivalGone(DomainError):
    """There is nothing behind the ticket: unknown, taken, or too old."""

    code: ClassVar[str] = "arrival_gone"
    status: ClassVar[int] = 403


def keep_arrival(
    *, connection: SsoConnection, statement: Statement, asserted: Asserted, now: datetime
) -> str:
    """Store what an assertion says; return the ticket for it. Raises AssertionReplayed."""
    ticket = secrets.token_urlsafe(32)
    with organization_context(connection.organization_id):
        try:
            with transaction.atomic():
                SamlArrival.objects.create(
                    organization_id=connection.organization_id,
                    connection=connection,
                    assertion_id=statement.assertion_id,
                    in_response_to=statement.in_response_to,
                    ticket_hash=_hashed(ticket),
                    said=_said(asserted),
                    arrived_at=now,
                    expires_at=max(statement.expires_at, now + WAITS_FOR),
                )
        except IntegrityError as error:
            raise AssertionReplayed(
                _("This answer of your identity provider was used before. Sign in again.")
            ) from error
    return ticket


def take_arrival(*, connection: SsoConnection, ticket: str, now: datetime) -> tuple[str, Asserted]:
    """Return the id of the request that was answered ("" for none) and who arrived; once.

    Raises ArrivalGone.
    """
    with organization_context(connection.organization_id):
        arrival = (
            SamlArrival.objects.select_for_update()
            .filter(
                connection=connection,
                ticket_hash=_hashed(ticket),
                taken_at__isnull=True,
                arrived_at__gt=now - WAITS_FOR,
            )
            .first()
        )
        if arrival is None:
            raise ArrivalGone(_("This sign-in took too long, or was finished already. Try again."))
        said, arrival.said, arrival.taken_at = arrival.said, {}, now
        arrival.save(update_fields=["said", "taken_at"])
        return arrival.in_response_to, Asserted(**said)


def forget_arrivals(*, now: datetime) -> int:
    """Delete assertions that could not be replayed any more; return how many."""
    over = SamlArrival.objects.using("pipeline").filter(expires_at__lt=now)
    return over._raw_delete("pipeline")


def _hashed(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def _said(asserted: Asserted) -> dict[str, Any]:
    return {
        "subject": asserted.subject,
        "email": asserted.email,
        "name": asserted.name,
        "department": asserted.department,
        "title": asserted.title,
        "address_is_doubted": asserted.address_is_doubted,
        "claims": dict(asserted.claims),
    }
