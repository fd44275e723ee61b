"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from seats.api.views import MembersView, UtilizationView

urlpatterns = [
    path(
        "api/v1/organizations/<str:organization>/utilization",
        UtilizationView.as_view(),
        name="api_utilization",
    ),
    path(
        "api/v1/organizations/<str:organization>/members",
        MembersView.as_view(),
        name="api_members",
    ),
]
