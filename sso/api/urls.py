"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from sso.api import views

_SSO = "api/v1/organizations/<str:organization>/single-sign-on"
_DOMAIN = f"{_SSO}/domains/<int:domain_id>"

urlpatterns = [
    path(f"{_SSO}/domains", views.SsoDomainsView.as_view(), name="api_sso_domains"),
    path(_DOMAIN, views.SsoDomainView.as_view(), name="api_sso_domain"),
    path(f"{_DOMAIN}/check", views.SsoDomainCheckView.as_view(), name="api_sso_domain_check"),
    path(f"{_SSO}/connections", views.SsoConnectionsView.as_view(), name="api_sso_connections"),
    path(
        f"{_SSO}/connections/<int:connection_id>",
        views.SsoConnectionView.as_view(),
        name="api_sso_connection",
    ),
    path(f"{_SSO}/required", views.SsoRequirementView.as_view(), name="api_sso_requirement"),
]
