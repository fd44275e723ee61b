"""Addresses of provisioning."""

from django.urls import URLPattern, URLResolver, path

from provisioning.views import scim

urlpatterns: list[URLPattern | URLResolver] = [
    path("scim/v2", scim.scim, name="scim_base"),
    path("scim/v2/", scim.scim, name="scim_root"),
    path("scim/v2/<path:endpoint>", scim.scim, name="scim"),
]
