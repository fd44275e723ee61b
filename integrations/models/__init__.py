"""Tables of endpoints, of what they are told, and of each telling."""

from integrations.models.endpoint import Delivery, Endpoint, OutgoingEvent

__all__ = ["Delivery", "Endpoint", "OutgoingEvent"]
