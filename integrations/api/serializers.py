"""What the API takes and gives of endpoints, of what they were sent, and of kinds of events."""

import json
from typing import Any, Final

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.domain.scopes import scope_for
from integrations.models import Delivery, DeliveryAttempt, Endpoint
from integrations.selectors.catalogue import Entry
from integrations.services.messages import body_of

# Kinds of events are at most so many characters long, and an endpoint hears at most so many.
_LONGEST_KIND: Final = 40
_LONGEST_ADDRESS: Final = 500
_MOST_KINDS: Final = 200


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """An address that hears of events; until `verified_at` it hears nothing but challenges."""

    class Meta:
        model = Endpoint
        fields: tuple[str, ...] = (
            *("id", "name", "url", "format", "event_types", "language", "is_active"),
            "has_buttons",
            *("verified_at", "stopped_because", "failing_since", "rests_until"),
            *("old_secret_until", "created_at"),
        )

    old_secret_until = serializers.DateTimeField(
        source="old_salt_until",
        read_only=True,
        allow_null=True,
        help_text="until then the secret before signs too",
    )


class ShownEndpointSerializer(EndpointSerializer):
    """An endpoint with its secret, which is given this once; a Slack message has none."""

    secret = serializers.SerializerMethodField(help_text="`whsec_...`; it cannot be read again")

    class Meta(EndpointSerializer.Meta):
        fields: tuple[str, ...] = (*EndpointSerializer.Meta.fields, "secret")

    def get_secret(self, endpoint: Endpoint) -> str | None:
        """Return the secret with which its messages are signed."""
        shown: str = self.context["secret"]
        return shown if endpoint.format == Endpoint.Format.STANDARD else None


@extend_schema_field(
    {"type": "string", "format": "uri", "pattern": "^https://", "maxLength": _LONGEST_ADDRESS}
)
class _AddressField(serializers.CharField):
    """Where messages go. The service refuses it with its reason: 400 `address_unfit`."""


class _GivenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    url = _AddressField(
        max_length=_LONGEST_ADDRESS, help_text="`https://...`, not of a private network"
    )
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=_LONGEST_KIND),
        max_length=_MOST_KINDS,
        help_text="names from `GET /event-types`; others are passed over",
    )
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, help_text="of its sentences for people"
    )
    has_buttons = serializers.BooleanField(
        required=False,
        help_text="the address belongs to our Slack app: its buttons work. Of the vendor's alone",
    )


class NewEndpointSerializer(_GivenSerializer):
    """What an endpoint is made from."""

    format = serializers.ChoiceField(
        choices=Endpoint.Format.choices, default=Endpoint.Format.STANDARD
    )


class ChangedEndpointSerializer(_GivenSerializer):
    """What an endpoint is, given whole; its format stays as it was made."""

    is_active = serializers.BooleanField(default=True, help_text="false: it is paused")


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One message to one endpoint, as far as it went."""

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            *("id", "message_id", "type", "object_key", "sequence", "state", "attempts"),
            *("created_at", "next_attempt_at", "delivered_at", "status_code", "last_error"),
            "duration_ms",
        )


class AttemptSerializer(serializers.ModelSerializer[DeliveryAttempt]):
    """One try."""

    class Meta:
        model = DeliveryAttempt
        fields = ("at", "status_code", "error", "duration_ms")


class WholeDeliverySerializer(DeliverySerializer):
    """A message with what is sent, what was answered, and each try."""

    body = serializers.SerializerMethodField(help_text="what is posted, in the endpoint's format")
    tries = AttemptSerializer(many=True, read_only=True)

    class Meta(DeliverySerializer.Meta):
        fields: tuple[str, ...] = (*DeliverySerializer.Meta.fields, "answer", "body", "tries")

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_body(self, delivery: Delivery) -> Any:
        """Return the message as it is posted."""
        return json.loads(body_of(delivery))


class LogQuerySerializer(serializers.Serializer[Any]):
    """Which messages: all that are named have to hold."""

    state = serializers.ChoiceField(choices=Delivery.State.choices, required=False)
    type = serializers.CharField(max_length=_LONGEST_KIND, required=False)
    since = serializers.DateTimeField(required=False, help_text="made from that moment on")
    until = serializers.DateTimeField(required=False, help_text="made before that moment")
    q = serializers.CharField(
        max_length=80, required=False, help_text="a message's id, an object or an organization"
    )


class ReplayedMessagesSerializer(serializers.Serializer[Any]):
    """How many messages are on their way again."""

    count = serializers.IntegerField()


class EventFieldSerializer(serializers.Serializer[Any]):
    """One field of an event's data."""

    name = serializers.CharField()
    kind = serializers.CharField(help_text="its JSON type")
    means = serializers.CharField()
    is_optional = serializers.BooleanField()


class EventTypeSerializer(serializers.Serializer[Entry]):
    """One kind of event; the whole schema of its message is in the OpenAPI file's `webhooks`."""

    name = serializers.CharField(source="type.name")
    title = serializers.CharField(source="label")
    group = serializers.CharField(source="type.group")
    ordered_by = serializers.CharField(
        source="type.ordered_by", help_text="messages about the same one come in order"
    )
    is_vendor_only = serializers.BooleanField(source="type.is_vendor_only")
    scope = serializers.SerializerMethodField(help_text="what a key needs to have it sent")
    facts = serializers.SerializerMethodField(help_text="the fields of its `data`")

    def get_scope(self, entry: Entry) -> str:
        """Return the scope that reads it."""
        return scope_for(entry.type.area, writes=False)

    @extend_schema_field(EventFieldSerializer(many=True))
    def get_facts(self, entry: Entry) -> list[dict[str, Any]]:
        """Return the fields of its data."""
        return [
            {
                "name": name,
                "kind": fact.kind,
                "means": fact.means,
                "is_optional": fact.is_optional,
            }
            for name, fact in entry.facts
        ]
