"""Addresses of provisioning."""

from django.urls import URLPattern, URLResolver, include, path

from provisioning.views import directory, people_import, scim

_directory = [
    path("", directory.settings_directory, name="settings_directory"),
    path("token/", directory.directory_token, name="directory_token"),
    path(
        "token/<int:token_id>/revoke/",
        directory.directory_token_revoke,
        name="directory_token_revoke",
    ),
    path("groups/<int:group_id>/", directory.directory_group, name="directory_group"),
]

_imports = [
    path("", people_import.people_import_new, name="people_import_new"),
    path("<uuid:import_id>/", people_import.people_import, name="people_import"),
    path("<uuid:import_id>/start/", people_import.people_import_start, name="people_import_start"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>/settings/directory/", include(_directory)),
    path("o/<slug:slug>/people/import/", include(_imports)),
    path("scim/v2", scim.scim, name="scim_base"),
    path("scim/v2/", scim.scim, name="scim_root"),
    path("scim/v2/<path:endpoint>", scim.scim, name="scim"),
    path("", include("provisioning.api.urls")),
]
