"""The tables of provisioning."""

from provisioning.models.connection import DirectoryConnection, DirectoryRequest, DirectoryToken
from provisioning.models.people_import import PeopleImport
from provisioning.models.resources import (
    DirectoryGroup,
    DirectoryGroupMember,
    DirectoryUser,
    new_resource_id,
)

__all__ = [
    "DirectoryConnection",
    "DirectoryGroup",
    "DirectoryGroupMember",
    "DirectoryRequest",
    "DirectoryToken",
    "DirectoryUser",
    "PeopleImport",
    "new_resource_id",
]
