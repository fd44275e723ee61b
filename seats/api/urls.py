"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from seats.api.limits import LimitChangesView, LimitView
from seats.api.outcomes import OutcomesView
from seats.api.seats import PeopleView, SeatView
from seats.api.views import UtilizationView

urlpatterns = [
    path(
        "api/v1/organizations/<str:organization>/utilization",
        UtilizationView.as_view(),
        name="api_utilization",
    ),
    path(
        "api/v1/organizations/<str:organization>/outcomes",
        OutcomesView.as_view(),
        name="api_outcomes",
    ),
    path("api/v1/organizations/<str:organization>/limit", LimitView.as_view(), name="api_limit"),
    path(
        "api/v1/organizations/<str:organization>/limit/changes",
        LimitChangesView.as_view(),
        name="api_limit_changes",
    ),
    path(
        "api/v1/organizations/<str:organization>/members",
        PeopleView.as_view(),
        name="api_members",
    ),
    path(
        "api/v1/organizations/<str:organization>/members/<str:member>/seat",
        SeatView.as_view(),
        name="api_seat",
    ),
]
