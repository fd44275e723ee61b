"""Where a change came from: the request that made it, as far as the history keeps it.

The address is shortened to its network (24 bits of IPv4, 48 of IPv6) before it is stored, and of
the browser only its family and system remain.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address, ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.tracing import request_id

type Origin = dict[str, str]

_current: ContextVar[Origin | None] = ContextVar("origin", default=None)
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_PRODUCT: Final = re.compile(r"^[A-Za-z0-9._-]{1,40}")


def current_origin() -> Origin | None:
    """Return where the change of the moment comes from, or None for the product's own work."""
    return _current.get()


@contextmanager
def coming_from(origin: Origin | None) -> Iterator[None]:
    """Inside the block changes come from `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def note_origin(**facts: str) -> None:
    """Add to where the current request comes from, for instance its API key."""
    origin = _current.get()
    if origin is not None:
        origin.update(facts)


def shortened(address: str) -> str:
    """Return the network of an address, or "" for what is none."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def browser_of(user_agent: str) -> str:
    """Return a browser's family and system, or the name that a program gives itself."""
    family = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    if not family:
        product = _PRODUCT.match(user_agent)
        return product.group() if product else ""
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{family}, {system}" if system else family


def _address(request: HttpRequest) -> str:
    """Return whose address a request has, behind as many proxies as are trusted."""
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    said = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(said) >= proxies:
        return said[-proxies]
    address: str = request.META.get("REMOTE_ADDR", "")
    return address


class RequestOrigin:
    """Middleware: says of every change where the request came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the request's network, browser and id while it is answered."""
        known = {
            "network": shortened(_address(request)),
            "browser": browser_of(request.headers.get("User-Agent", "")),
            "request": request_id(),
        }
        with coming_from({name: value for name, value in known.items() if value}):
            return self.get_response(request)
