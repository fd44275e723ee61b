"""Classes of networks, and which of them say where a person sits.

The class of a network comes from data about autonomous systems that the caller hands in; this
module owns what the classes mean. It knows no addresses beyond cutting them to their prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, ip_address


class NetworkClass(StrEnum):
    """What a network is used for. A value that nobody knows is `UNKNOWN`."""

    RESIDENTIAL = "residential"
    BUSINESS = "business"
    MOBILE = "mobile"
    HOSTING = "hosting"
    SATELLITE = "satellite"
    UNKNOWN = "unknown"

    @property
    def is_fixed(self) -> bool:
        """Whether such a network has a place: a carrier, a data center and a satellite have none.

        An unknown network has one too, until its devices teleport.
        """
        return self not in _WITHOUT_PLACE


_WITHOUT_PLACE = frozenset({NetworkClass.MOBILE, NetworkClass.HOSTING, NetworkClass.SATELLITE})

_WORDS = {
    "residential": NetworkClass.RESIDENTIAL,
    "isp": NetworkClass.RESIDENTIAL,
    "business": NetworkClass.BUSINESS,
    "office": NetworkClass.BUSINESS,
    "corporate": NetworkClass.BUSINESS,
    "education": NetworkClass.BUSINESS,
    "government": NetworkClass.BUSINESS,
    "mobile": NetworkClass.MOBILE,
    "cellular": NetworkClass.MOBILE,
    "hosting": NetworkClass.HOSTING,
    "cdn": NetworkClass.HOSTING,
    "vpn": NetworkClass.HOSTING,
    "satellite": NetworkClass.SATELLITE,
}


def network_class(word: str | None) -> NetworkClass:
    """The class that a word of an address database means; `UNKNOWN` for any other word."""
    return _WORDS.get((word or "").strip().lower(), NetworkClass.UNKNOWN)


def network_classes(table: Mapping[int, str]) -> dict[int, NetworkClass]:
    """The class of each autonomous system, from the words of an address database."""
    return {number: network_class(word) for number, word in table.items()}


def place_prefix(address: str) -> str:
    """The prefix that stands for a place: /24 of an IPv4 address, /64 of an IPv6 address.

    It goes into a keyed hash and is never stored. What is no address by the book is cut at the same
    place by its text, since some sources shorten or obscure the host's part.
    """
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return _textual_prefix(address.strip())
    four = parsed if isinstance(parsed, IPv4Address) else parsed.ipv4_mapped
    if four is not None:
        return f"{IPv4Address(int(four) & ~0xFF)}/24"
    groups = parsed.exploded.split(":")[:4]
    return ":".join(group.lstrip("0") or "0" for group in groups) + "/64"


def _textual_prefix(address: str) -> str:
    if ":" in address:
        groups = address.lower().split("::")[0].split(":")[:4]
        return ":".join(group.lstrip("0") or "0" for group in groups) + "/64"
    if "." in address:
        return ".".join(address.split(".")[:3]) + ".0/24"
    return address
