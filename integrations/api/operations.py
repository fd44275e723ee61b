"""What endpoints do over the API, whoever's they are: `endpoints` names the operations.

A key has nothing sent to an address that it may not read itself: it needs the scope of every kind
that an endpoint hears to add or change it, and of a message's kind to read it or send it again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination, listed, ordered_by
from accounts.api.permissions import require_scope
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import as_vendor, caller_of, find_organization, not_found
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from integrations.api.serializers import (
    ChangedEndpointSerializer,
    DeliverySerializer,
    EndpointSerializer,
    LogQuerySerializer,
    NewEndpointSerializer,
    ReplayedMessagesSerializer,
    ShownEndpointSerializer,
    WholeDeliverySerializer,
)
from integrations.event_types import event_type
from integrations.models import Delivery, Endpoint
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
            read = found.get(pk=named, endpoint=self.endpoint(owner))
        _require_readable(self.request, [read.type])
        return read


class EveryEndpoint(_OfPlace):
    """The endpoints."""

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
            "400 `address_unfit`, no known kind of event 400 `no_event_chosen`, a kind that the "
            "key may not read 403 `scope_missing`."
        ),
        request=NewEndpointSerializer,
        responses={201: ShownEndpointSerializer},
    )
    def post(self, request: Request, **_named: Any) -> Response:
        """Add an endpoint."""
        with self.place(request) as owner:
            given = body_of(request, NewEndpointSerializer)
            _require_readable(request, given["event_types"])
            usual = owner.language if owner else settings.LANGUAGE_CODE
            endpoint, secret = add_endpoint(
                name=given["name"],
                url=given["url"],
                format=Endpoint.Format(given["format"]),
                kinds=given["event_types"],
                language=given.get("language", usual),
                has_buttons=given.get("has_buttons", False),
                organization_id=owner.pk if owner else None,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(_shown(endpoint, secret), status=201)


class OneEndpoint(_OfPlace):
    """One of them."""

    @extend_schema(responses={200: EndpointSerializer})
    def get(self, request: Request, **_named: Any) -> Response:
        """Return the endpoint."""
        with self.place(request) as owner:
            return Response(EndpointSerializer(self.endpoint(owner)).data)

    @extend_schema(
        description=(
            "Given whole, but for its format. At another address it has to prove itself anew; "
            "started again it forgets why it stopped. A kind, of before or of now, that the key "
            "may not read is 403 `scope_missing`."
        ),
        request=ChangedEndpointSerializer,
        responses={200: EndpointSerializer},
    )
    def put(self, request: Request, **_named: Any) -> Response:
        """Change the endpoint."""
        with self.place(request) as owner:
            endpoint = self.endpoint(owner)
            given = body_of(request, ChangedEndpointSerializer)
            _require_readable(request, {*endpoint.event_types, *given["event_types"]})
            changed = change_endpoint(
                endpoint_id=endpoint.pk,
                name=given["name"],
                url=given["url"],
                kinds=given["event_types"],
                is_active=given["is_active"],
                language=given.get("language", ""),
                has_buttons=given.get("has_buttons"),
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


class EndpointSecret(_OfPlace):
    """Its secret."""

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


class EndpointTest(_OfPlace):
    """A test."""

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


class EndpointChallenge(_OfPlace):
    """A challenge."""

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


class EndpointReplay(_OfPlace):
    """Messages again."""

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
            chosen = deliveries_of(endpoint, body_of(request, LogQuerySerializer))
            _require_readable(request, chosen.order_by().values_list("type", flat=True).distinct())
            count = replay_many(
                endpoint=endpoint,
                chosen=chosen,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response({"count": count})


class EveryDelivery(_OfPlace):
    """Its log."""

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


class OneDelivery(_OfPlace):
    """One message."""

    @extend_schema(
        description="With what is posted, what was answered, and each try.",
        responses={200: WholeDeliverySerializer},
    )
    def get(self, request: Request, **_named: Any) -> Response:
        """Return the message."""
        with self.place(request) as owner:
            return Response(WholeDeliverySerializer(self.delivery(owner)).data)


class DeliveryReplay(_OfPlace):
    """One message again."""

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


def _require_readable(request: Request, kinds: Iterable[str]) -> None:
    """Raise ScopeMissing for a kind of event that the key may not read."""
    known = (event_type(kind) for kind in kinds)
    for area in sorted({each.area for each in known if each is not None}):
        require_scope(request, area, writes=False)


def _shown(endpoint: Endpoint, secret: str) -> Any:
    return ShownEndpointSerializer(endpoint, context={"secret": secret}).data
