"""What identity providers send differently from RFC 7644, made regular before it is read.

Microsoft Entra ID names a manager by its bare id; Okta repeats the id inside a change without a
path. What the SCIM library reads as it comes (capitalized operations, "False" for false, paths
into extensions, members to remove in the value) is not touched here. Pure.
"""

from collections.abc import Mapping
from typing import Any

from provisioning.domain.person import ENTERPRISE

_MANAGER = f"{ENTERPRISE}:manager".lower()
# Given by the service: a client that repeats them changes nothing.
_READ_ONLY = {"id", "meta", "schemas", "groups"}


def regular_resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return a user with its manager as an object."""
    regular = dict(resource)
    for key, value in resource.items():
        if key.lower() == ENTERPRISE.lower() and isinstance(value, Mapping):
            regular[key] = _with_manager(value)
        elif key.lower() in (_MANAGER, f"{_MANAGER}.value"):
            regular[key] = _manager(value) if key.lower() == _MANAGER else value
    return regular


def regular_patch(patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return a PATCH whose operations can be read by the letter of the RFC."""
    regular = dict(patch)
    for key, operations in patch.items():
        if key.lower() == "operations" and isinstance(operations, list):
            regular[key] = [
                _operation(operation) if isinstance(operation, Mapping) else operation
                for operation in operations
            ]
    return regular


def _operation(operation: Mapping[str, Any]) -> dict[str, Any]:
    regular = dict(operation)
    value = operation.get("value")
    path = operation.get("path")
    kind = str(operation.get("op", "")).lower()
    if isinstance(path, str) and path.lower() in (_MANAGER, "manager"):
        regular["path"] = f"{ENTERPRISE}:manager"
        if kind != "remove":
            manager = _manager(value)
            if manager is None:
                return {"op": "remove", "path": regular["path"]}
            regular["value"] = manager
    elif not path and isinstance(value, Mapping):
        regular["value"] = {
            key: each
            for key, each in regular_resource(value).items()
            if key.lower() not in _READ_ONLY
        }
    return regular


def _with_manager(enterprise: Mapping[str, Any]) -> dict[str, Any]:
    regular = dict(enterprise)
    for key, value in enterprise.items():
        if key.lower() == "manager":
            regular[key] = _manager(value)
    return regular


def _manager(value: object) -> object:
    """Return a manager as an object; None for an empty one."""
    if isinstance(value, str):
        return {"value": value} if value.strip() else None
    if isinstance(value, list) and len(value) == 1:
        return _manager(value[0])
    if isinstance(value, Mapping) and value.get("value") == "":
        return None
    return value
