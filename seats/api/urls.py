"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from seats.api import (
    bulk,
    exports,
    limit_defaults,
    member_roles,
    members,
    outcome_entries,
    requests,
    usage,
)
from seats.api.limits import LimitChangesView, LimitDecisionView, LimitUndoView, LimitView
from seats.api.outcomes import OutcomesView
from seats.api.privacy import PrivacyView
from seats.api.seats import PeopleView, SeatView
from seats.api.views import UtilizationView

_ONE = "api/v1/organizations/<str:organization>"
_MEMBER = f"{_ONE}/members/<str:member>"

_people = [
    path(f"{_ONE}/members", PeopleView.as_view(), name="api_members"),
    path(_MEMBER, members.MemberView.as_view(), name="api_member"),
    path(
        f"{_MEMBER}/deactivate",
        members.MemberDeactivateView.as_view(),
        name="api_member_deactivate",
    ),
    path(
        f"{_MEMBER}/reactivate",
        members.MemberReactivateView.as_view(),
        name="api_member_reactivate",
    ),
    path(f"{_MEMBER}/role", member_roles.MemberRoleView.as_view(), name="api_member_role"),
    path(f"{_MEMBER}/features", members.MemberFeaturesView.as_view(), name="api_member_features"),
    path(f"{_MEMBER}/seat", SeatView.as_view(), name="api_seat"),
    path(f"{_MEMBER}/seat/reassign", bulk.SeatReassignView.as_view(), name="api_seat_reassign"),
    path(f"{_ONE}/seats/assign", bulk.SeatsAssignView.as_view(), name="api_seats_assign"),
    path(f"{_ONE}/seats/release", bulk.SeatsReleaseView.as_view(), name="api_seats_release"),
    path(f"{_ONE}/seats/wait", bulk.SeatsWaitView.as_view(), name="api_seats_wait"),
]

_requests = [
    path(f"{_ONE}/seat-requests", requests.SeatRequestsView.as_view(), name="api_seat_requests"),
    path(f"{_ONE}/seat-requests/seating", requests.SeatingView.as_view(), name="api_seating"),
    path(f"{_MEMBER}/seat-request", requests.SeatRequestView.as_view(), name="api_seat_request"),
    path(
        f"{_MEMBER}/seat-request/decline",
        requests.SeatRequestDeclineView.as_view(),
        name="api_seat_request_decline",
    ),
    path(
        f"{_MEMBER}/seat-request/move",
        requests.SeatRequestMoveView.as_view(),
        name="api_seat_request_move",
    ),
]

_usage = [
    path(f"{_ONE}/utilization", UtilizationView.as_view(), name="api_utilization"),
    path(f"{_ONE}/usage/groups", usage.GroupUsageView.as_view(), name="api_usage_groups"),
    path(f"{_ONE}/usage/features", usage.FeatureUsageView.as_view(), name="api_usage_features"),
    path(
        f"{_ONE}/usage/features/departments",
        usage.FeatureGroupsView.as_view(),
        name="api_usage_features_departments",
    ),
    path(f"{_ONE}/usage/adoption", usage.AdoptionView.as_view(), name="api_usage_adoption"),
    path(f"{_ONE}/usage/cohorts", usage.CohortsView.as_view(), name="api_usage_cohorts"),
    path(f"{_ONE}/usage/history", usage.UsageHistoryView.as_view(), name="api_usage_history"),
    path(f"{_ONE}/usage/weeks", usage.WeeksView.as_view(), name="api_usage_weeks"),
    path(f"{_ONE}/outcomes", OutcomesView.as_view(), name="api_outcomes"),
    path(
        f"{_ONE}/outcomes/entries",
        outcome_entries.OutcomeEntriesView.as_view(),
        name="api_outcome_entries",
    ),
    path(
        f"{_ONE}/outcomes/entries/<int:outcome_id>",
        outcome_entries.OutcomeEntryView.as_view(),
        name="api_outcome_entry",
    ),
    path(
        f"{_ONE}/outcomes/baselines",
        outcome_entries.BaselinesView.as_view(),
        name="api_baselines",
    ),
    path(
        f"{_ONE}/outcomes/baselines/<int:baseline_id>",
        outcome_entries.BaselineView.as_view(),
        name="api_baseline",
    ),
]

_exports = [
    path(f"{_ONE}/exports/people", exports.ExportsView.as_view(), name="api_exports"),
    path(
        f"{_ONE}/exports/people/<uuid:export_id>", exports.ExportView.as_view(), name="api_export"
    ),
    path(
        f"{_ONE}/exports/people/<uuid:export_id>/file",
        exports.ExportFileView.as_view(),
        name="api_export_file",
    ),
]

urlpatterns = [
    *_exports,
    *_people,
    *_requests,
    *_usage,
    path(f"{_ONE}/limit", LimitView.as_view(), name="api_limit"),
    path(f"{_ONE}/limit/decision", LimitDecisionView.as_view(), name="api_limit_decision"),
    path(f"{_ONE}/limit/changes", LimitChangesView.as_view(), name="api_limit_changes"),
    path(
        f"{_ONE}/limit/changes/<int:limit_change_id>/undo",
        LimitUndoView.as_view(),
        name="api_limit_undo",
    ),
    path(f"{_ONE}/privacy", PrivacyView.as_view(), name="api_privacy"),
    path(
        "api/v1/limit-defaults",
        limit_defaults.LimitDefaultsView.as_view(),
        name="api_limit_defaults",
    ),
    path(
        "api/v1/limit-defaults/<int:limit_default_id>",
        limit_defaults.LimitDefaultView.as_view(),
        name="api_limit_default",
    ),
]
