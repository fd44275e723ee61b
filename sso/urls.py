"""Addresses of single sign-on."""

from django.urls import URLPattern, URLResolver, path

from sso.views import gate, sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("sso/", sign_in.entrance, name="sso_entrance"),
    path("sso/required/", gate.required, name="sso_required"),
    path("sso/<slug:connection_key>/start/", sign_in.start, name="sso_start"),
    path("sso/<slug:connection_key>/callback/", sign_in.callback, name="sso_callback"),
    path("sso/<slug:connection_key>/acs/", sign_in.acs, name="sso_acs"),
    path("sso/<slug:connection_key>/finish/<str:ticket>/", sign_in.finish, name="sso_finish"),
    path("sso/<slug:connection_key>/metadata/", sign_in.metadata, name="sso_metadata"),
]
