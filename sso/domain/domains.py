"""Domains that an organization proves to be its own, and when a proof is lost."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

RECORD_PREFIX: Final = "headroom-verification="
# A record that is gone may be a slip of whoever changed the zone: this long nothing is lost.
GRACE: Final = timedelta(days=7)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")

# Everybody may have an address there: nobody proves it for an organization.
PUBLIC_MAIL: Final = frozenset(
    {
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hey.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.de",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "pm.me",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rocketmail.com",
        "t-online.de",
        "tutanota.com",
        "web.de",
        "yahoo.co.id",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yandex.com",
        "yandex.ru",
        "zoho.com",
        "163.com",
        "126.com",
    }
)


class UnfitDomain(ValueError):
    """A name that cannot be proven; the text is the reason's name: form, public."""


def normalized_domain(text: str) -> str:
    """Return a domain's name in ASCII and small letters; an address gives what is after the @.

    Raises UnfitDomain for what is no domain, and for one that belongs to everybody.
    """
    name = text.strip().lower().rpartition("@")[2].rstrip(".")
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnfitDomain("form") from error
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UnfitDomain("form")
    if labels[-1].isdigit():
        raise UnfitDomain("form")  # an IP address
    if name in PUBLIC_MAIL:
        raise UnfitDomain("public")
    return name


def domain_of(email: str) -> str:
    """Return the domain of an address in ASCII, or "" when it has none that could be proven."""
    local, at, name = email.strip().rpartition("@")
    if not at or not local or "@" in local:
        return ""
    try:
        return normalized_domain(name)
    except UnfitDomain:
        return ""


def record_value(token: str) -> str:
    """Return what the TXT record of the domain has to say."""
    return RECORD_PREFIX + token


def is_proven_by(records: list[str], token: str) -> bool:
    """Tell whether one of a domain's TXT records is the one with `token`."""
    return any(record.strip() == record_value(token) for record in records)


class Standing(StrEnum):
    """How a domain stands."""

    WAITING = "waiting"
    PROVEN = "proven"
    FAILING = "failing"


def standing(*, proven_at: datetime | None, failing_since: datetime | None) -> Standing:
    """Return how a domain stands: proven, proven with a record that is missing, or not proven."""
    if proven_at is None:
        return Standing.WAITING
    return Standing.PROVEN if failing_since is None else Standing.FAILING


def is_lost(*, failing_since: datetime | None, now: datetime) -> bool:
    """Tell whether a record has been missing for so long that the proof is lost."""
    return failing_since is not None and now - failing_since >= GRACE
