"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from accounts.api.api_keys import ApiKeyRotationView, ApiKeysView, ApiKeyView
from accounts.api.departments import DepartmentsView, DepartmentView, RegionsView
from accounts.api.history import HistoryView, StaffAccessView
from accounts.api.invitations import InvitationResendView, InvitationsView, InvitationView
from accounts.api.roles import RolesView, RoleView
from accounts.api.views import OrganizationsView, OrganizationView

_ONE = "api/v1/organizations/<str:organization>"

urlpatterns = [
    path("api/v1/organizations", OrganizationsView.as_view(), name="api_organizations"),
    path(_ONE, OrganizationView.as_view(), name="api_organization"),
    path(f"{_ONE}/departments", DepartmentsView.as_view(), name="api_departments"),
    path(
        f"{_ONE}/departments/<int:department_id>", DepartmentView.as_view(), name="api_department"
    ),
    path(f"{_ONE}/regions", RegionsView.as_view(), name="api_regions"),
    path(f"{_ONE}/invitations", InvitationsView.as_view(), name="api_invitations"),
    path(
        f"{_ONE}/invitations/<int:invitation_id>", InvitationView.as_view(), name="api_invitation"
    ),
    path(
        f"{_ONE}/invitations/<int:invitation_id>/resend",
        InvitationResendView.as_view(),
        name="api_invitation_resend",
    ),
    path(f"{_ONE}/api-keys", ApiKeysView.as_view(), name="api_keys"),
    path(f"{_ONE}/api-keys/<int:api_key_id>", ApiKeyView.as_view(), name="api_key"),
    path(
        f"{_ONE}/api-keys/<int:api_key_id>/rotate",
        ApiKeyRotationView.as_view(),
        name="api_key_rotation",
    ),
    path(f"{_ONE}/roles", RolesView.as_view(), name="api_roles"),
    path(f"{_ONE}/roles/<int:role_id>", RoleView.as_view(), name="api_role"),
    path(f"{_ONE}/history", HistoryView.as_view(), name="api_history"),
    path(f"{_ONE}/vendor-access", StaffAccessView.as_view(), name="api_vendor_access"),
]
