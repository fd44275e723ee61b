"""Addresses of single sign-on."""

from django.urls import URLPattern, URLResolver, include, path

from sso.views import connections, gate, settings, sign_in

_settings = [
    path("", settings.sso_settings, name="sso_settings"),
    path("domains/", settings.domain_add, name="sso_domain_add"),
    path("domains/<int:domain_id>/check/", settings.domain_check, name="sso_domain_check"),
    path("domains/<int:domain_id>/remove/", settings.domain_remove, name="sso_domain_remove"),
    path("require/", settings.require, name="sso_require"),
    path("stop-requiring/", settings.stop_requiring, name="sso_stop_requiring"),
    path("new/oidc/", connections.connection_new, {"protocol": "oidc"}, name="sso_new_oidc"),
    path("new/saml/", connections.connection_new, {"protocol": "saml"}, name="sso_new_saml"),
    path("<int:connection_id>/", connections.connection_page, name="sso_connection"),
    path("<int:connection_id>/test/", connections.connection_test, name="sso_connection_test"),
    path("<int:connection_id>/on/", settings.connection_on, name="sso_connection_on"),
    path("<int:connection_id>/off/", settings.connection_off, name="sso_connection_off"),
    path("<int:connection_id>/key/", settings.connection_key, name="sso_connection_key"),
    path("<int:connection_id>/remove/", settings.connection_remove, name="sso_connection_remove"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("sso/", sign_in.entrance, name="sso_entrance"),
    path("sso/hint/", sign_in.hint, name="sso_hint"),
    path("sso/required/", gate.required, name="sso_required"),
    path("sso/<slug:connection_key>/start/", sign_in.start, name="sso_start"),
    path("sso/<slug:connection_key>/callback/", sign_in.callback, name="sso_callback"),
    path("sso/<slug:connection_key>/signed-out/", sign_in.signed_out, name="sso_signed_out"),
    path("sso/<slug:connection_key>/acs/", sign_in.acs, name="sso_acs"),
    path("sso/<slug:connection_key>/finish/<str:ticket>/", sign_in.finish, name="sso_finish"),
    path("sso/<slug:connection_key>/metadata/", sign_in.metadata, name="sso_metadata"),
    path("o/<slug:slug>/settings/single-sign-on/", include(_settings)),
    path("", include("sso.api.urls")),
]
