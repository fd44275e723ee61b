"""Loopback TCP ports: which are free, and which one to take."""

import contextlib
import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now. A socket in TIME_WAIT does not hinder it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError):
            return False
    # Somebody who listens on every address does not always hinder a bind to one of them.
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=0.2):
        return False
    return True


def any_free_port() -> int:
    """A free port of the kernel's choice."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def next_free_port(wanted: int, attempts: int = 50) -> int:
    """`wanted`, or the next free port above it, or any."""
    for port in range(wanted, min(wanted + attempts, 65536)):
        if is_free(port):
            return port
    return any_free_port()
