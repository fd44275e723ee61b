"""What operations of the vendor's catalog and finance have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.domain.scopes import Area
from accounts.errors import DomainError
from billing.gateways.stripe.errors import GatewayError


class CatalogView(ApiView):
    """An operation on what is sold, for vendor-wide keys."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.CATALOG


class FinanceView(ApiView):
    """An operation on money and what was agreed about it, for vendor-wide keys."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.BILLING


class StripeIsSilent(DomainError):
    """Stripe did not answer; nothing is lost."""

    code: ClassVar[str] = "stripe_is_silent"
    status: ClassVar[int] = 502


@contextmanager
def stripe_answers() -> Iterator[None]:
    """Answer 502 where Stripe does not answer; the service goes on with it later."""
    try:
        yield
    except GatewayError as error:
        raise StripeIsSilent(
            _("Stripe did not answer. Nothing is lost: try again in a moment.")
        ) from error
