"""Endpoints and their deliveries as the pages show them; runs inside the staff context."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.event_types import TEST, VERIFICATION, event_type
from integrations.models import Delivery, Endpoint

_OWN = {TEST: gettext_lazy("Test"), VERIFICATION: gettext_lazy("Proof of the address")}
_KINDS = {
    Delivery.State.DELIVERED: "good",
    Delivery.State.PENDING: "accent",
    Delivery.State.CLAIMED: "accent",
    Delivery.State.FAILED: "bad",
    Delivery.State.UNCERTAIN: "warn",
}


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint, how it stands (a word and a kind of badge), and what it hears."""

    endpoint: Endpoint
    label: str
    kind: str
    hears: list[str]
    waiting: int
    failed: int


def type_label(name: str) -> str:
    """Return a kind of event in words."""
    if name in _OWN:
        return str(_OWN[name])
    offered = event_type(name)
    return capfirst(str(offered.label)) if offered else name


def badge_of(delivery: Delivery) -> str:
    """Return the kind of badge for a delivery."""
    return _KINDS[Delivery.State(delivery.state)]


def endpoint_rows() -> list[EndpointRow]:
    """Return the vendor's endpoints."""
    found = Endpoint.objects.filter(organization__isnull=True).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state="pending")),
        failed=Count("deliveries", filter=Q(deliveries__state__in=["failed", "uncertain"])),
        newest=Max("deliveries__delivered_at"),
    )
    return [
        EndpointRow(
            endpoint,
            *standing(endpoint),
            [type_label(name) for name in endpoint.event_types],
            endpoint.waiting,
            endpoint.failed,
        )
        for endpoint in found
    ]


def standing(endpoint: Endpoint) -> tuple[str, str]:
    """Return how an endpoint stands, in a word and a kind of badge."""
    if not endpoint.is_active:
        return (_("stopped"), "bad") if endpoint.stopped_because else (_("paused"), "none")
    if endpoint.verified_at is None:
        return _("to be verified"), "warn"
    if endpoint.failing_since is not None:
        return _("not answering"), "warn"
    return _("active"), "good"


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """Return the log of an endpoint, newest first."""
    return Delivery.objects.filter(endpoint=endpoint)
