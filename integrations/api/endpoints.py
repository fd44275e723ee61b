"""Endpoints over the API: the vendor's own, and below an organization its webhooks.

Both do the same; `Place` says whose they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination, listed, ordered_by
from accounts.api.permissions import ANY_KEY, VENDOR_KEY
from accounts.api.reading import all_of, body_of, query_of
from accounts.api.tenancy import as_vendor, caller_of, find_organization, not_found
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from integrations.api.serializers import (
    ChangedEndpointSerializer,
    DeliverySerializer,
    EndpointSerializer,
    EventTypeSerializer,
    LogQuerySerializer,
    NewEndpointSerializer,
    ReplayedMessagesSerializer,
    ShownEndpointSerializer,
    WholeDeliverySerializer,
)
from integrations.models import Delivery, Endpoint
from integrations.selectors.catalogue import catalogue
from integrations.selectors.endpoints import deliveries_of
from integrations.services.endpoints import (
    add_endpoint,
    challenge_endpoint,
    change_endpoint,
    remove_endpoint,
    renew_secret,
    send_test,
)
from integrations.services.replaying import replay, replay_many


class _OfPlace(ApiView):
    """Operations on the endpoints of the vendor, or of the organization in the address."""

    area: ClassVar = Area.INTEGRATIONS

    @contextmanager
    def place(self, request: Request) -> Iterator[Organization | None]:
        """Enter the context of whose endpoints they are; None is the vendor."""
        if "organization" not in self.kwargs:
            with as_vendor():
                yield None
            return
        found = find_organization(
            api_key=caller_of(request).api_key, external_id=self.kwargs["organization"]
        )
        with organization_context(found.pk):
            yield found

    def endpoint(self, owner: Organization | None) -> Endpoint:
        """Return the endpoint that the address names, or raise Http404."""
        named = self.kwargs.get("webhook_id", self.kwargs.get("endpoint_id"))
        with not_found():
            return Endpoint.objects.get(pk=named, organization=owner)

    def delivery(self, owner: Organization | None) -> Delivery:
        """Return the message that the address names, or raise Http404."""
        named = self.kwargs.get("webhook_delivery_id", self.kwargs.get("delivery_id"))
        found = Delivery.objects.select_related("endpoint").prefetch_related("tries")
        with not_found():
            return found.get(pk=named, endpoint=self.endpoint(owner))


class _All(_OfPlace):
    pagination_class = ordered_by("name", "pk")
    keeps_answers: ClassVar = False

    @extend_schema(
        description="In the order of their names, without their secrets.",
        responses={200: EndpointSerializer(many=True)},
    )
    def get(self, request: Request, **_named: Any) -> Response:
        """Return one page of endpoints."""
        with self.place(request) as owner:
            found = Endpoint.objects.filter(organization=owner)
            return listed(self, request, found, EndpointSerializer)

    @extend_schema(
        description=(
            "Its secret is in this answer and never again. The address is sent a challenge and "
            "hears nothing else before it answered that. An address that no message may go to is "
            "400 `address_unfit`, no known kind of event 400 `no_event_chosen`."
        ),
        request=NewEndpointSerializer,
        responses={201: ShownEndpointSerializer},
    )
    def post(self, request: Request, **_named: Any) -> Response:
        """Add an endpoint."""
        with self.place(request) as owner:
            given = body_of(request, NewEndpointSerializer)
            usual = owner.language if owner else settings.LANGUAGE_CODE
            endpoint, secret = add_endpoint(
                name=given["name"],
                url=given["url"],
                format=Endpoint.Format(given["format"]),
                kinds=given["event_types"],
                language=given.get("language", usual),
                organization_id=owner.pk if owner else None,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(_shown(endpoint, secret), status=201)


class _One(_OfPlace):
    @extend_schema(responses={200: EndpointSerializer})
    def get(self, request: Request, **_named: Any) -> Response:
        """Return the endpoint."""
        with self.place(request) as owner:
            return Response(EndpointSerializer(self.endpoint(owner)).data)

    @extend_schema(
        description=(
            "Given whole, but for its format. At another address it has to prove itself anew; "
            "started again it forgets why it stopped."
        ),
        request=ChangedEndpointSerializer,
        responses={200: EndpointSerializer},
    )
    def put(self, request: Request, **_named: Any) -> Response:
        """Change the endpoint."""
        with self.place(request) as owner:
            endpoint = self.endpoint(owner)
            given = body_of(request, ChangedEndpointSerializer)
            changed = change_endpoint(
                endpoint_id=endpoint.pk,
                name=given["name"],
                url=given["url"],
                kinds=given["event_types"],
                is_active=given["is_active"],
                language=given.get("language", ""),
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
            return Response(EndpointSerializer(changed).data)

    @extend_schema(description="With its log; what waits is not sent.", responses={204: None})
    def delete(self, request: Request, **_named: Any) -> Response:
        """Remove the endpoint."""
        with self.place(request) as owner:
            remove_endpoint(
                endpoint_id=self.endpoint(owner).pk,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)


class _Secret(_OfPlace):
    keeps_answers: ClassVar = False

    @extend_schema(
        description=(
            "The new one is in this answer and never again; for 24 hours messages carry the "
            "signatures of both."
        ),
        request=None,
        responses={200: ShownEndpointSerializer},
    )
    def post(self, request: Request, **_named: Any) -> Response:
        """Renew the secret."""
        with self.place(request) as owner:
            endpoint, secret = renew_secret(
                endpoint_id=self.endpoint(owner).pk,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(_shown(endpoint, secret))


class _Test(_OfPlace):
    @extend_schema(
        description="Of the kind `test.ping`; what was answered stands in its log.",
        request=None,
        responses={202: DeliverySerializer},
    )
    def post(self, request: Request, **_named: Any) -> Response:
        """Queue a test."""
        with self.place(request) as owner:
            sent = send_test(endpoint_id=self.endpoint(owner).pk, now=timezone.now())
            return Response(DeliverySerializer(sent).data, status=202)


class _Verify(_OfPlace):
    @extend_schema(
        description=(
            "It is sent a new challenge, and hears of nothing before it answered that with the "
            "challenge in its body; `verified_at` says when it did."
        ),
        request=None,
        responses={202: DeliverySerializer},
    )
    def post(self, request: Request, **_named: Any) -> Response:
        """Queue a challenge."""
        with self.place(request) as owner:
            sent = challenge_endpoint(endpoint=self.endpoint(owner), now=timezone.now())
            return Response(DeliverySerializer(sent).data, status=202)


class _Replay(_OfPlace):
    @extend_schema(
        description=(
            "Those of the choice that are over: delivered, given up or uncertain, 1,000 at most. "
            "They go under their own ids, which a receiver may know. Nothing of the kind is 409 "
            "`nothing_to_replay`, too much 409 `too_many_to_replay`."
        ),
        request=LogQuerySerializer,
        responses={200: ReplayedMessagesSerializer},
    )
    def post(self, request: Request, **_named: Any) -> Response:
        """Queue the chosen messages again."""
        with self.place(request) as owner:
            endpoint = self.endpoint(owner)
            chosen = body_of(request, LogQuerySerializer)
            count = replay_many(
                endpoint=endpoint,
                chosen=deliveries_of(endpoint, chosen),
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response({"count": count})


class _Deliveries(_OfPlace):
    pagination_class = CreatedCursorPagination

    @extend_schema(
        description="Newest first.",
        parameters=[LogQuerySerializer],
        responses={200: DeliverySerializer(many=True)},
    )
    def get(self, request: Request, **_named: Any) -> Response:
        """Return one page of the log."""
        with self.place(request) as owner:
            chosen = query_of(request, LogQuerySerializer)
            found = deliveries_of(self.endpoint(owner), chosen)
            return listed(self, request, found, DeliverySerializer)


class _Delivery(_OfPlace):
    @extend_schema(
        description="With what is posted, what was answered, and each try.",
        responses={200: WholeDeliverySerializer},
    )
    def get(self, request: Request, **_named: Any) -> Response:
        """Return the message."""
        with self.place(request) as owner:
            return Response(WholeDeliverySerializer(self.delivery(owner)).data)


class _DeliveryReplay(_OfPlace):
    @extend_schema(
        description="Under its id, now. A challenge is 409 `nothing_to_replay`: ask for a new one.",
        request=None,
        responses={202: WholeDeliverySerializer},
    )
    def post(self, request: Request, **_named: Any) -> Response:
        """Queue the message again."""
        with self.place(request) as owner:
            found = self.delivery(owner)
            replay(delivery_id=found.pk, actor=caller_of(request).actor, now=timezone.now())
            return Response(WholeDeliverySerializer(self.delivery(owner)).data, status=202)


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


def _shown(endpoint: Endpoint, secret: str) -> Any:
    return ShownEndpointSerializer(endpoint, context={"secret": secret}).data


def _named(operation: str, summary: str) -> Any:
    return extend_schema(operation_id=operation, summary=summary, tags=["webhooks"])


# The vendor's.


@extend_schema_view(
    get=_named("endpoints_list", "The vendor's endpoints"),
    post=_named("endpoints_create", "Add an endpoint of the vendor"),
)
class EndpointsView(_All):
    """The vendor's endpoints."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(
    get=_named("endpoints_read", "An endpoint of the vendor"),
    put=_named("endpoints_change", "Change an endpoint of the vendor"),
    delete=_named("endpoints_delete", "Remove an endpoint of the vendor"),
)
class EndpointView(_One):
    """One of them."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(
    post=_named("endpoints_renew_secret", "Give an endpoint of the vendor another secret")
)
class EndpointSecretView(_Secret):
    """Its secret."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(post=_named("endpoints_test", "Send an endpoint of the vendor a test"))
class EndpointTestView(_Test):
    """A test."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(
    post=_named("endpoints_verify", "Have an endpoint of the vendor prove its address")
)
class EndpointVerifyView(_Verify):
    """A challenge."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(
    post=_named("endpoints_replay", "Send messages again to an endpoint of the vendor")
)
class EndpointReplayView(_Replay):
    """Messages again."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(
    get=_named("endpoint_deliveries_list", "What an endpoint of the vendor was sent")
)
class EndpointDeliveriesView(_Deliveries):
    """Its log."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(
    get=_named("endpoint_deliveries_read", "One message to an endpoint of the vendor")
)
class EndpointDeliveryView(_Delivery):
    """One message."""

    access: ClassVar = VENDOR_KEY


@extend_schema_view(
    post=_named("endpoint_deliveries_replay", "Send the vendor's endpoint a message again")
)
class EndpointDeliveryReplayView(_DeliveryReplay):
    """One message again."""

    access: ClassVar = VENDOR_KEY


# An organization's.


@extend_schema_view(
    get=_named("webhooks_list", "An organization's webhooks"),
    post=_named("webhooks_create", "Add a webhook"),
)
class WebhooksView(_All):
    """An organization's endpoints."""

    access: ClassVar = ANY_KEY


@extend_schema_view(
    get=_named("webhooks_read", "A webhook"),
    put=_named("webhooks_change", "Change a webhook"),
    delete=_named("webhooks_delete", "Remove a webhook"),
)
class WebhookView(_One):
    """One of them."""

    access: ClassVar = ANY_KEY


@extend_schema_view(post=_named("webhooks_renew_secret", "Give a webhook another secret"))
class WebhookSecretView(_Secret):
    """Its secret."""

    access: ClassVar = ANY_KEY


@extend_schema_view(post=_named("webhooks_test", "Send a webhook a test"))
class WebhookTestView(_Test):
    """A test."""

    access: ClassVar = ANY_KEY


@extend_schema_view(post=_named("webhooks_verify", "Have a webhook prove its address"))
class WebhookVerifyView(_Verify):
    """A challenge."""

    access: ClassVar = ANY_KEY


@extend_schema_view(post=_named("webhooks_replay", "Send messages again to a webhook"))
class WebhookReplayView(_Replay):
    """Messages again."""

    access: ClassVar = ANY_KEY


@extend_schema_view(get=_named("webhook_deliveries_list", "What a webhook was sent"))
class WebhookDeliveriesView(_Deliveries):
    """Its log."""

    access: ClassVar = ANY_KEY


@extend_schema_view(get=_named("webhook_deliveries_read", "One message to a webhook"))
class WebhookDeliveryView(_Delivery):
    """One message."""

    access: ClassVar = ANY_KEY


@extend_schema_view(post=_named("webhook_deliveries_replay", "Send a webhook a message again"))
class WebhookDeliveryReplayView(_DeliveryReplay):
    """One message again."""

    access: ClassVar = ANY_KEY
