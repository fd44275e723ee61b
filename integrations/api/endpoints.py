"""Endpoints over the API: the vendor's own, and below an organization its webhooks.

Both do the same (`operations`), each under its own names.
"""

from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY, VENDOR_KEY
from accounts.api.reading import all_of
from accounts.api.tenancy import caller_of
from accounts.domain.scopes import Area
from integrations.api import operations
from integrations.api.serializers import EventTypeSerializer
from integrations.selectors.catalogue import catalogue

type Names = tuple[str, str]
"""An operation's id and its summary."""


class EventTypesView(ApiView):
    """What can be heard."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.INTEGRATIONS

    @extend_schema(
        operation_id="event_types_list",
        summary="Kinds of events that endpoints can hear",
        description="An organization's key is told those that organizations can hear.",
        responses={200: EventTypeSerializer(many=True)},
        tags=["webhooks"],
    )
    def get(self, request: Request) -> Response:
        """Return the catalogue."""
        groups = catalogue(of_vendor=caller_of(request).api_key.is_vendor_wide)
        return all_of(EventTypeSerializer, [entry for _group, own in groups for entry in own])


def _named(base: type[ApiView], name: str, access: Access, **methods: Names) -> type[ApiView]:
    """Return the operations of `base`, called as `methods` say, for the keys of `access`."""
    own = {"access": access, "__doc__": base.__doc__, "__module__": __name__}
    schemas = {
        method: extend_schema(operation_id=operation, summary=summary, tags=["webhooks"])
        for method, (operation, summary) in methods.items()
    }
    return extend_schema_view(**schemas)(type(name, (base,), own))


def _both(
    base: type[ApiView], name: str, **methods: tuple[Names, Names]
) -> tuple[type[ApiView], type[ApiView]]:
    """Return the vendor's view and an organization's."""
    vendors = {method: both[0] for method, both in methods.items()}
    organizations = {method: both[1] for method, both in methods.items()}
    return (
        _named(base, f"Endpoint{name}View", VENDOR_KEY, **vendors),
        _named(base, f"Webhook{name}View", ANY_KEY, **organizations),
    )


EndpointsView, WebhooksView = _both(
    operations.EveryEndpoint,
    "s",
    get=(
        ("endpoints_list", "The vendor's endpoints"),
        ("webhooks_list", "An organization's webhooks"),
    ),
    post=(
        ("endpoints_create", "Add an endpoint of the vendor"),
        ("webhooks_create", "Add a webhook"),
    ),
)
EndpointView, WebhookView = _both(
    operations.OneEndpoint,
    "",
    get=(
        ("endpoints_read", "An endpoint of the vendor"),
        ("webhooks_read", "A webhook"),
    ),
    put=(
        ("endpoints_change", "Change an endpoint of the vendor"),
        ("webhooks_change", "Change a webhook"),
    ),
    delete=(
        ("endpoints_delete", "Remove an endpoint of the vendor"),
        ("webhooks_delete", "Remove a webhook"),
    ),
)
EndpointSecretView, WebhookSecretView = _both(
    operations.EndpointSecret,
    "Secret",
    post=(
        ("endpoints_renew_secret", "Give an endpoint of the vendor another secret"),
        ("webhooks_renew_secret", "Give a webhook another secret"),
    ),
)
EndpointTestView, WebhookTestView = _both(
    operations.EndpointTest,
    "Test",
    post=(
        ("endpoints_test", "Send an endpoint of the vendor a test"),
        ("webhooks_test", "Send a webhook a test"),
    ),
)
EndpointVerifyView, WebhookVerifyView = _both(
    operations.EndpointChallenge,
    "Verify",
    post=(
        ("endpoints_verify", "Have an endpoint of the vendor prove its address"),
        ("webhooks_verify", "Have a webhook prove its address"),
    ),
)
EndpointReplayView, WebhookReplayView = _both(
    operations.EndpointReplay,
    "Replay",
    post=(
        ("endpoints_replay", "Send messages again to an endpoint of the vendor"),
        ("webhooks_replay", "Send messages again to a webhook"),
    ),
)
EndpointDeliveriesView, WebhookDeliveriesView = _both(
    operations.EveryDelivery,
    "Deliveries",
    get=(
        ("endpoint_deliveries_list", "What an endpoint of the vendor was sent"),
        ("webhook_deliveries_list", "What a webhook was sent"),
    ),
)
EndpointDeliveryView, WebhookDeliveryView = _both(
    operations.OneDelivery,
    "Delivery",
    get=(
        ("endpoint_deliveries_read", "One message to an endpoint of the vendor"),
        ("webhook_deliveries_read", "One message to a webhook"),
    ),
)
EndpointDeliveryReplayView, WebhookDeliveryReplayView = _both(
    operations.DeliveryReplay,
    "DeliveryReplay",
    post=(
        ("endpoint_deliveries_replay", "Send the vendor's endpoint a message again"),
        ("webhook_deliveries_replay", "Send a webhook a message again"),
    ),
)
