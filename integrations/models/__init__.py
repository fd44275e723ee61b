"""Tables of endpoints, of what they are told, of each telling, and of people in Slack."""

from integrations.models.endpoint import Delivery, DeliveryAttempt, Endpoint, OutgoingEvent
from integrations.models.slack import SlackLink, UsedOnce

__all__ = ["Delivery", "DeliveryAttempt", "Endpoint", "OutgoingEvent", "SlackLink", "UsedOnce"]
