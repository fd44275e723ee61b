"""Addresses of integrations."""

from django.urls import include, path

from integrations.views import actions, endpoints, webhooks

_vendor = [
    path("", endpoints.endpoints, name="endpoints"),
    path("new/", endpoints.endpoint_new, name="endpoint_new"),
    path("events/", endpoints.event_catalogue, name="event_catalogue"),
    path("<int:endpoint_id>/", endpoints.endpoint, name="endpoint"),
    path("<int:endpoint_id>/secret/", endpoints.endpoint_secret, name="endpoint_secret"),
    path("<int:endpoint_id>/test/", endpoints.endpoint_test, name="endpoint_test"),
    path("<int:endpoint_id>/verify/", endpoints.endpoint_verify, name="endpoint_verify"),
    path("<int:endpoint_id>/replay/", endpoints.endpoint_replay, name="endpoint_replay"),
    path("<int:endpoint_id>/remove/", endpoints.endpoint_remove, name="endpoint_remove"),
    path("deliveries/<int:delivery_id>/", endpoints.delivery, name="delivery"),
]
_organization = [
    path("", webhooks.webhooks, name="webhooks"),
    path("new/", webhooks.webhook_new, name="webhook_new"),
    path("events/", webhooks.webhook_events, name="webhook_events"),
    path("<int:webhook_id>/", webhooks.webhook, name="webhook"),
    path("<int:webhook_id>/secret/", webhooks.webhook_secret, name="webhook_secret"),
    path("<int:webhook_id>/test/", webhooks.webhook_test, name="webhook_test"),
    path("<int:webhook_id>/verify/", webhooks.webhook_verify, name="webhook_verify"),
    path("<int:webhook_id>/replay/", webhooks.webhook_replay, name="webhook_replay"),
    path("<int:webhook_id>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path(
        "deliveries/<int:webhook_delivery_id>/", webhooks.webhook_delivery, name="webhook_delivery"
    ),
]
urlpatterns = [
    path("integrations/act/<str:token>/", actions.message_action, name="message_action"),
    path("integrations/slack/actions", actions.slack_actions, name="slack_actions"),
    path("vendor/integrations/slack/<str:token>/", actions.slack_link, name="slack_link"),
    path("vendor/integrations/", include(_vendor)),
    path("o/<slug:slug>/settings/webhooks/", include(_organization)),
    path("", include("integrations.api.urls")),
]
