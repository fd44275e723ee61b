"""Endpoints and their deliveries as the pages show them; runs inside the staff context."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organization
from integrations.event_types import TEST, VERIFICATION, event_type
from integrations.models import Delivery, Endpoint

_OWN = {TEST: gettext_lazy("Test"), VERIFICATION: gettext_lazy("Proof of the address")}
_NAMED = 3
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
    hears: str
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


def endpoint_rows(organization: Organization | None) -> list[EndpointRow]:
    """Return the endpoints of an organization, or the vendor's own."""
    found = Endpoint.objects.filter(organization=organization).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state="pending")),
        failed=Count("deliveries", filter=Q(deliveries__state__in=["failed", "uncertain"])),
        newest=Max("deliveries__delivered_at"),
    )
    return [
        EndpointRow(
            endpoint,
            *standing(endpoint),
            _hears(endpoint),
            endpoint.waiting,
            endpoint.failed,
        )
        for endpoint in found
    ]


def _hears(endpoint: Endpoint) -> str:
    named = [type_label(name) for name in endpoint.event_types[:_NAMED]]
    more = len(endpoint.event_types) - len(named)
    said = ", ".join(named)
    if more > 0:
        said += " " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
    return said


def standing(endpoint: Endpoint) -> tuple[str, str]:
    """Return how an endpoint stands, in a word and a kind of badge."""
    if not endpoint.is_active:
        return (_("stopped"), "bad") if endpoint.stopped_because else (_("paused"), "none")
    if endpoint.verified_at is None:
        return _("to be verified"), "warn"
    if endpoint.failing_since is not None:
        return _("not answering"), "warn"
    return _("active"), "good"


def deliveries_of(endpoint: Endpoint, chosen: Mapping[str, Any]) -> QuerySet[Delivery]:
    """Return the log of an endpoint, newest first.

    `chosen` may name state, type, since and until (moments), and q: an id or an organization.
    """
    found = Delivery.objects.filter(endpoint=endpoint)
    if "state" in chosen:
        found = found.filter(state=chosen["state"])
    if "type" in chosen:
        found = found.filter(type=chosen["type"])
    if "since" in chosen:
        found = found.filter(created_at__gte=chosen["since"])
    if "until" in chosen:
        found = found.filter(created_at__lt=chosen["until"])
    if sought := chosen.get("q"):
        found = found.filter(
            Q(message_id=sought)
            | Q(object_key__icontains=sought)
            | Q(payload__organization__name__icontains=sought)
            | Q(payload__organization__external_id=sought)
        )
    return found


def replayable(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return those that are over; what waits goes by itself."""
    return deliveries.filter(state__in=["delivered", "failed", "uncertain"])
