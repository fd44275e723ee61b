"""Changes of a few members of a group, read out of a PATCH so that the others need not be.

Directories send them one by one, whatever the size of the group. What is not plainly that goes the
library's way: it reads the whole group, changes it in memory and has the difference stored.
"""

import re
from collections.abc import Sequence
from typing import Any, Final, cast

from pydantic import ValidationError
from scim2_models import PatchOp, PatchOperation, Resource, ResourceType
from scim2_models.resources.group import GroupMember
from scim2_server.conditions import Conditions
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from provisioning.protocol.provider import POLICY
from provisioning.protocol.storage import DirectoryStorage
from provisioning.services.groups import Member

_ONE: Final = re.compile(r'members\[value eq "([^"\\]+)"\]', re.IGNORECASE)


class DirectoryHandler(ScimHandler):
    """The library's handler, which leaves the other members of a large group alone."""

    storage: DirectoryStorage

    def __init__(self, service: ScimService, storage: DirectoryStorage) -> None:
        super().__init__(service, storage)
        self._is_answered_in_full = False

    def patch(self, request: ScimRequest) -> ScimResponse:
        """Modify a resource; whoever names attributes is answered with them, else with 204."""
        self._is_answered_in_full = any(
            name.lower() in ("attributes", "excludedattributes") for name in request.query
        )
        return super().patch(request)

    def patch_resource(
        self,
        resource_type: ResourceType,
        resource_id: str,
        patch_op: "PatchOp[Any]",
        conditions: Conditions,
    ) -> Resource[Any]:
        """Apply a validated PATCH; one of members alone without the group's other ones."""
        is_group = resource_type.name == "Group" and not self._is_answered_in_full
        wanted = changed_members(patch_op.operations or []) if is_group else None
        if wanted is None:
            return super().patch_resource(resource_type, resource_id, patch_op, conditions)
        return self.storage.change_members(
            resource_id,
            wanted,
            check=lambda group: self.service.check_preconditions(group, "PATCH", conditions),
        )


def changed_members(operations: "Sequence[PatchOperation[Any]]") -> dict[str, Member | None] | None:
    """Return who joins (a Member) and who leaves (None) by value, the last word counting.

    None if the operations change anything else, or cannot be read by the letter.
    """
    wanted: dict[str, Member | None] = {}
    for operation in operations:
        path = str(operation.path or "")
        one = _ONE.fullmatch(path)
        if operation.op == PatchOperation.Op.remove and one and operation.value is None:
            wanted[one[1]] = None
            continue
        entries = operation.value if isinstance(operation.value, list) else [operation.value]
        if path.lower() != "members" or not all(_names_one(entry) for entry in entries):
            return None
        for entry in cast("list[dict[str, Any]]", entries):
            if operation.op == PatchOperation.Op.add:
                member = _member(entry)
                if member is None:
                    return None
                # Who was there before this PATCH stays as they are: storage tells.
                wanted[member.value] = wanted.get(member.value) or member
            elif operation.op == PatchOperation.Op.remove and entry.keys() == {"value"}:
                wanted[entry["value"]] = None
            else:
                return None
    return wanted


def _names_one(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("value"), str) and bool(entry["value"])


def _member(entry: dict[str, Any]) -> Member | None:
    """Return a member as the library would keep it; None for what it would refuse."""
    try:
        with POLICY:
            sent = GroupMember.model_validate(entry)
    except ValidationError:
        return None
    return Member(value=cast(str, sent.value), document=sent.model_dump())
