"""Addresses of provisioning."""

from django.urls import URLPattern, URLResolver, include, path

from provisioning.views import directory, scim

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

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>/settings/directory/", include(_directory)),
    path("scim/v2", scim.scim, name="scim_base"),
    path("scim/v2/", scim.scim, name="scim_root"),
    path("scim/v2/<path:endpoint>", scim.scim, name="scim"),
]
