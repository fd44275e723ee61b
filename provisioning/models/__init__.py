"""The tables of provisioning."""

from provisioning.models.connection import DirectoryConnection, DirectoryRequest, DirectoryToken
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
    "new_resource_id",
]
