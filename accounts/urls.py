"""Addresses of people and organizations."""

from django.urls import include, path

from accounts.views import (
    api_keys,
    history,
    home,
    invitations,
    preferences,
    roles,
    search,
    settings,
    support,
)

_settings = [
    path("", settings.settings, name="settings"),
    path("roles/", roles.settings_roles, name="settings_roles"),
    path("roles/new/", roles.role_new, name="role_new"),
    path("roles/<int:role_id>/", roles.role_change, name="role_change"),
    path("roles/<int:role_id>/delete/", roles.role_delete, name="role_delete"),
    path("roles/people/<int:person_id>/", roles.role_give, name="role_give"),
    path("departments/", settings.settings_departments, name="settings_departments"),
    path("departments/<int:department_id>/", settings.department_rename, name="department_rename"),
    path(
        "departments/<int:department_id>/delete/",
        settings.department_delete,
        name="department_delete",
    ),
    path("invitations/", invitations.settings_invitations, name="settings_invitations"),
    path("invitations/new/", invitations.invitation_new, name="invitation_new"),
    path(
        "invitations/<int:invitation_id>/resend/",
        invitations.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "invitations/<int:invitation_id>/revoke/",
        invitations.invitation_revoke,
        name="invitation_revoke",
    ),
    path("api-keys/", api_keys.settings_api_keys, name="settings_api_keys"),
    path("api-keys/<int:api_key_id>/rotate/", api_keys.api_key_rotate, name="api_key_rotate"),
    path("api-keys/<int:api_key_id>/revoke/", api_keys.api_key_revoke, name="api_key_revoke"),
    path(
        "vendor-access/<int:access_id>/<str:answer>/",
        support.support_answer,
        name="support_answer",
    ),
    path("history/", history.settings_history, name="settings_history"),
    path("history.<str:format>", history.settings_history_export, name="settings_history_export"),
    path("vendor-access/", history.settings_vendor_access, name="settings_vendor_access"),
    path(
        "vendor-access.<str:format>",
        history.settings_vendor_access_export,
        name="settings_vendor_access_export",
    ),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("join/<str:token>/", invitations.join, name="join"),
    path("vendor/integrations/keys/", api_keys.vendor_keys, name="vendor_keys"),
    path(
        "vendor/integrations/keys/<int:vendor_key_id>/rotate/",
        api_keys.vendor_key_rotate,
        name="vendor_key_rotate",
    ),
    path(
        "vendor/integrations/keys/<int:vendor_key_id>/revoke/",
        api_keys.vendor_key_revoke,
        name="vendor_key_revoke",
    ),
    path("vendor/accounts/<slug:account>/support/", support.support_ask, name="support_ask"),
    path(
        "vendor/accounts/<slug:account>/support/<int:access_id>/leave/",
        support.support_leave,
        name="support_leave",
    ),
    path("o/<slug:slug>/search/", search.search, name="search"),
    path("o/<slug:slug>/settings/", include(_settings)),
    path("", include("accounts.api.urls")),
]
