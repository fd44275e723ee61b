"""Who a provider says somebody is: the names of claims, and one person read out of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST_CHARACTERS: Final = 150

# What providers call it, the first that is there counts. OIDC has claims, SAML attributes.
EMAIL: Final = (
    "email",
    "mail",
    "emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
NAME: Final = (
    "name",
    "displayName",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
)
GIVEN: Final = (
    "given_name",
    "firstName",
    "givenName",
    "urn:oid:2.5.4.42",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
)
FAMILY: Final = (
    "family_name",
    "lastName",
    "sn",
    "urn:oid:2.5.4.4",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
)
DEPARTMENT: Final = (
    "department",
    "urn:oid:2.16.840.1.113730.3.1.2",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/department",
)
TITLE: Final = ("title", "jobTitle", "urn:oid:2.5.4.12")


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims an organization's provider uses; "" means the usual ones."""

    email: str = ""
    name: str = ""
    department: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Asserted:
    """A person as the provider names them, before anybody believes it.

    `subject` is the provider's own key of the person and never changes hands.
    `address_is_doubted` is true when the provider says that it did not verify the address.
    """

    subject: str
    email: str
    name: str = ""
    department: str = ""
    title: str = ""
    address_is_doubted: bool = False
    claims: Mapping[str, str] = field(default_factory=dict)


def read_claims(subject: str, claims: Mapping[str, Any], names: ClaimNames) -> Asserted:
    """Return the person that claims (or attributes) describe."""
    email = _first(claims, (names.email,) if names.email else EMAIL)
    name = _first(claims, (names.name,) if names.name else NAME)
    if not name:
        name = f"{_first(claims, GIVEN)} {_first(claims, FAMILY)}".strip()
    return Asserted(
        subject=subject,
        email=email.strip().lower(),
        name=_tidy(name),
        department=_tidy(_first(claims, (names.department,) if names.department else DEPARTMENT)),
        title=_tidy(_first(claims, (names.title,) if names.title else TITLE)),
        address_is_doubted=claims.get("email_verified") in (False, "false", "False", 0, "0"),
        claims=shown_claims(claims),
    )


# What says how somebody signed in and not who they are; left out of what an admin is shown.
_TECHNICAL: Final = frozenset(
    ("iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "azp", "jti", "sid", "acr")
)


def shown_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """Return the claims as texts to show, short and few."""
    shown = {}
    for key, value in list(claims.items())[:40]:
        if key not in _TECHNICAL:
            text = (
                ", ".join(map(str, value))
                if isinstance(value, Sequence | set) and not (isinstance(value, str))
                else str(value)
            )
            shown[str(key)[:120]] = text[:200]
    return shown


def _first(claims: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = claims.get(name)
        if isinstance(value, list | tuple):
            value = value[0] if value else None
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _tidy(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:MOST_CHARACTERS]
