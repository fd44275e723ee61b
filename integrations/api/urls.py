"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from integrations.api import endpoints

_ENDPOINTS = "api/v1/endpoints"
_ENDPOINT = f"{_ENDPOINTS}/<int:endpoint_id>"
_DELIVERY = f"{_ENDPOINT}/deliveries/<int:delivery_id>"
_WEBHOOKS = "api/v1/organizations/<str:organization>/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/<int:webhook_id>"
_WEBHOOK_DELIVERY = f"{_WEBHOOK}/deliveries/<int:webhook_delivery_id>"

urlpatterns = [
    path("api/v1/event-types", endpoints.EventTypesView.as_view(), name="api_event_types"),
    path(_ENDPOINTS, endpoints.EndpointsView.as_view(), name="api_endpoints"),
    path(_ENDPOINT, endpoints.EndpointView.as_view(), name="api_endpoint"),
    path(f"{_ENDPOINT}/secret", endpoints.EndpointSecretView.as_view(), name="api_endpoint_secret"),
    path(f"{_ENDPOINT}/test", endpoints.EndpointTestView.as_view(), name="api_endpoint_test"),
    path(f"{_ENDPOINT}/verify", endpoints.EndpointVerifyView.as_view(), name="api_endpoint_verify"),
    path(f"{_ENDPOINT}/replay", endpoints.EndpointReplayView.as_view(), name="api_endpoint_replay"),
    path(
        f"{_ENDPOINT}/deliveries",
        endpoints.EndpointDeliveriesView.as_view(),
        name="api_endpoint_deliveries",
    ),
    path(_DELIVERY, endpoints.EndpointDeliveryView.as_view(), name="api_endpoint_delivery"),
    path(
        f"{_DELIVERY}/replay",
        endpoints.EndpointDeliveryReplayView.as_view(),
        name="api_endpoint_delivery_replay",
    ),
    path(_WEBHOOKS, endpoints.WebhooksView.as_view(), name="api_webhooks"),
    path(_WEBHOOK, endpoints.WebhookView.as_view(), name="api_webhook"),
    path(f"{_WEBHOOK}/secret", endpoints.WebhookSecretView.as_view(), name="api_webhook_secret"),
    path(f"{_WEBHOOK}/test", endpoints.WebhookTestView.as_view(), name="api_webhook_test"),
    path(f"{_WEBHOOK}/verify", endpoints.WebhookVerifyView.as_view(), name="api_webhook_verify"),
    path(f"{_WEBHOOK}/replay", endpoints.WebhookReplayView.as_view(), name="api_webhook_replay"),
    path(
        f"{_WEBHOOK}/deliveries",
        endpoints.WebhookDeliveriesView.as_view(),
        name="api_webhook_deliveries",
    ),
    path(_WEBHOOK_DELIVERY, endpoints.WebhookDeliveryView.as_view(), name="api_webhook_delivery"),
    path(
        f"{_WEBHOOK_DELIVERY}/replay",
        endpoints.WebhookDeliveryReplayView.as_view(),
        name="api_webhook_delivery_replay",
    ),
]
