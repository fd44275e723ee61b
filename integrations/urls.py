"""Addresses of integrations."""

from django.urls import path

from integrations.views import endpoints

urlpatterns = [
    path("vendor/integrations/", endpoints.endpoints, name="endpoints"),
    path("vendor/integrations/new/", endpoints.endpoint_new, name="endpoint_new"),
    path("vendor/integrations/<int:endpoint_id>/", endpoints.endpoint, name="endpoint"),
    path(
        "vendor/integrations/<int:endpoint_id>/secret/",
        endpoints.endpoint_secret,
        name="endpoint_secret",
    ),
    path(
        "vendor/integrations/<int:endpoint_id>/test/", endpoints.endpoint_test, name="endpoint_test"
    ),
    path(
        "vendor/integrations/<int:endpoint_id>/remove/",
        endpoints.endpoint_remove,
        name="endpoint_remove",
    ),
    path("vendor/integrations/deliveries/<int:delivery_id>/", endpoints.delivery, name="delivery"),
]
