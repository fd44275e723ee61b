"""Requests to addresses that others chose, without becoming their way into our own network.

The host is resolved once, every address it has is checked, and the connection goes to a checked
one: an answer of the name server that changes in between changes nothing. Redirects are not
followed. The whole exchange has a deadline, a request and an answer have a largest size.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from accounts.domain.addresses import UnfitAddress, check_url, is_public

LARGEST_BODY: Final = 64 * 1024
CONNECT_SECONDS: Final = 5.0
DEADLINE_SECONDS: Final = 10.0


class Unreachable(Exception):
    """Nothing was answered: the text says why, for a log or for who entered the address."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the first bytes of the body, and how long it took."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    milliseconds: int


def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the IP addresses of a host. Raises Unreachable when one of them is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The name {host} is not known.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise Unreachable("The address leads into a private network.")
    return addresses


def exchange(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    allow_private: bool,
    largest_answer: int,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Reply:
    """Send one request and return the answer, whatever its status. Raises Unreachable.

    Of the answer's body `largest_answer` bytes are read and no more. The names of the answer's
    headers are in small letters.
    """
    if body is not None and len(body) > LARGEST_BODY:
        raise Unreachable("The message is too large.")
    try:
        check_url(url, allow_private=allow_private)
    except UnfitAddress as error:
        raise Unreachable("The address is not one that messages go to.") from error
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    began = time.monotonic()
    connection = http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    connection.sock = _connect(host, port, is_secure=is_secure, allow_private=allow_private)
    # A server that answers one byte at a time would keep each single read short.
    watch = threading.Timer(deadline_seconds, _break, [connection.sock])
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method, path, body, {"Host": parts.netloc, "Connection": "close", **headers}
        )
        answer = connection.getresponse()
        read = answer.read(largest_answer)
        if time.monotonic() - began >= deadline_seconds:
            # What the watch cut off reads like an answer that ended.
            raise TimeoutError
        return Reply(
            answer.status,
            read,
            {name.lower(): value for name, value in answer.getheaders()},
            round((time.monotonic() - began) * 1000),
        )
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() - began >= deadline_seconds:
            raise Unreachable(f"No answer within {deadline_seconds:g} seconds.") from error
        raise Unreachable(f"The connection broke: {type(error).__name__}.") from error
    finally:
        watch.cancel()
        connection.close()


def _connect(host: str, port: int, *, is_secure: bool, allow_private: bool) -> socket.socket:
    last: OSError | None = None
    for address in resolve(host, port, allow_private=allow_private)[:3]:
        try:
            plain = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
        except OSError as error:
            last = error
            continue
        if not is_secure:
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except OSError as error:
            plain.close()
            raise Unreachable(f"No secure connection: {type(error).__name__}.") from error
    raise Unreachable(f"No connection: {type(last).__name__}.") from last


def _break(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
