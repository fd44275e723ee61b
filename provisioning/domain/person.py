"""What a person of the directory is here: the mapping of SCIM attributes to a membership.

Pure: a document is the JSON form of a SCIM user (RFC 7643), with camel case names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# Words in `userType` for people who are no employees, in the languages of the product.
_CONTRACTORS = (
    "contractor",
    "contingent",
    "external",
    "extern",
    "freelance",
    "temp",
    "vendor",
    "consultant",
    "guest",
    "kontrak",
)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What a membership takes over; empty where the directory says nothing.

    `member_id` is what the vendor's product calls the person, `manager_key` how the directory names
    the manager: an id, an external id, a user name or an employee number.
    """

    name: str = ""
    email: str = ""
    title: str = ""
    department: str = ""
    region: str = ""
    is_contractor: bool = False
    member_id: str = ""
    manager_key: str = ""


def facts_of(
    document: Mapping[str, Any], *, member_id_from: str = "user_name", region_from: str = "country"
) -> PersonFacts:
    """Return what the document says of a person, cut to what a membership holds.

    `member_id_from` is `user_name`, `external_id` or `email`; `region_from` is `country`, `region`,
    `division` or `nothing`.
    """
    enterprise = _mapping(document.get(ENTERPRISE))
    email = _email(document)
    user_name = _text(document.get("userName"))
    ids = {
        "user_name": user_name,
        "external_id": _text(document.get("externalId")) or user_name,
        "email": email or user_name,
    }
    address = _chosen(document.get("addresses"), kind="work")
    regions = {
        "country": _text(address.get("country")),
        "region": _text(address.get("region")),
        "division": _text(enterprise.get("division")),
    }
    return PersonFacts(
        name=_name(document)[:150],
        email=email,
        title=_text(document.get("title"))[:150],
        department=_text(enterprise.get("department"))[:120],
        region=regions.get(region_from, "")[:120],
        is_contractor=is_contractor(_text(document.get("userType"))),
        member_id=ids[member_id_from][:200],
        manager_key=_text(_mapping(enterprise.get("manager")).get("value"))[:300],
    )


def is_contractor(user_type: str) -> bool:
    """Tell whether a `userType` names somebody who is no employee."""
    return any(word in user_type.lower() for word in _CONTRACTORS)


def _name(document: Mapping[str, Any]) -> str:
    name = _mapping(document.get("name"))
    parts = f"{_text(name.get('givenName'))} {_text(name.get('familyName'))}".strip()
    return _text(document.get("displayName")) or _text(name.get("formatted")) or parts


def _email(document: Mapping[str, Any]) -> str:
    candidates = [
        _text(_chosen(document.get("emails"), kind="work").get("value")),
        _text(document.get("userName")),
    ]
    for candidate in candidates:
        if len(candidate) <= 254 and _ADDRESS.fullmatch(candidate):
            return candidate.lower()
    return ""


def _chosen(values: object, *, kind: str) -> Mapping[str, Any]:
    """Return the primary entry of a list, else the one of the kind, else the first."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        return {}
    entries = [entry for entry in values if isinstance(entry, Mapping)]
    primary = [entry for entry in entries if entry.get("primary") is True]
    of_kind = [entry for entry in entries if entry.get("type") == kind]
    return next(iter([*primary, *of_kind, *entries]), {})


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
