"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from accounts.api.views import OrganizationsView, OrganizationView

urlpatterns = [
    path("api/v1/organizations", OrganizationsView.as_view(), name="api_organizations"),
    path(
        "api/v1/organizations/<str:organization>",
        OrganizationView.as_view(),
        name="api_organization",
    ),
]
