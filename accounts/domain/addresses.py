"""Which addresses our requests may go to: nobody reaches into our own network through us."""

from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import Final
from urllib.parse import urlsplit

MOST_CHARACTERS: Final = 500
# Addresses of version 6 that hold one of version 4: translated and tunnelled networks.
_HOLDING_OTHERS: Final = tuple(
    IPv6Network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class UnfitAddress(ValueError):
    """An address that no request goes to; the text is the reason's name."""


def check_url(url: str, *, allow_private: bool) -> None:
    """Check the form of an address of another system. Raises UnfitAddress.

    Only https, but for `allow_private` (tests and the demo); no user, no fragment.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnfitAddress("form") from error
    if len(url) > MOST_CHARACTERS or any(character <= " " for character in url):
        raise UnfitAddress("form")
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise UnfitAddress("https")
    if not parts.hostname or port == 0 or parts.fragment:
        raise UnfitAddress("form")
    if parts.username is not None or parts.password is not None:
        raise UnfitAddress("user")


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.scope_id is not None or any(found in network for network in _HOLDING_OTHERS):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved
