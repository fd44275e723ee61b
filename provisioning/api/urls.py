"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from provisioning.api import directory, people_imports

_ONE = "api/v1/organizations/<str:organization>"
_IMPORT = f"{_ONE}/people-imports/<uuid:import_id>"
_DIRECTORY = f"{_ONE}/directory"

urlpatterns = [
    path(
        f"{_ONE}/people-imports",
        people_imports.PeopleImportsView.as_view(),
        name="api_people_imports",
    ),
    path(_IMPORT, people_imports.PeopleImportView.as_view(), name="api_people_import"),
    path(
        f"{_IMPORT}/check",
        people_imports.PeopleImportCheckView.as_view(),
        name="api_people_import_check",
    ),
    path(
        f"{_IMPORT}/start",
        people_imports.PeopleImportStartView.as_view(),
        name="api_people_import_start",
    ),
    path(_DIRECTORY, directory.DirectoryView.as_view(), name="api_directory"),
    path(
        f"{_DIRECTORY}/tokens",
        directory.DirectoryTokensView.as_view(),
        name="api_directory_tokens",
    ),
    path(
        f"{_DIRECTORY}/tokens/<int:token_id>",
        directory.DirectoryTokenView.as_view(),
        name="api_directory_token",
    ),
    path(
        f"{_DIRECTORY}/groups",
        directory.DirectoryGroupsView.as_view(),
        name="api_directory_groups",
    ),
    path(
        f"{_DIRECTORY}/groups/<int:group_id>",
        directory.DirectoryGroupView.as_view(),
        name="api_directory_group",
    ),
    path(
        f"{_DIRECTORY}/requests",
        directory.DirectoryRequestsView.as_view(),
        name="api_directory_requests",
    ),
]
