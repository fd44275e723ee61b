"""Loopback TCP ports: which are free, and which one to take."""

import contextlib
import socket
import sys

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


class PortClaims:
    """Ports that this process has claimed, so that demos starting together choose different ones.

    Each claim is an abstract socket's name: the kernel holds it as long as we live, and no file is
    left. Only Linux has these; elsewhere a claim is the mere look whether the port is free.
    """

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}

    def claim(self, wanted: int, attempts: int = 50) -> int:
        """Claims `wanted`, or the next free port above it, or any."""
        for port in range(wanted, min(wanted + attempts, 65536)):
            if self._take(port):
                return port
        port = any_free_port()
        while not self._take(port):
            port = any_free_port()
        return port

    def release(self) -> None:
        """Gives every claim up; the end of the process does the same."""
        while self._held:
            self._held.popitem()[1].close()

    def _take(self, port: int) -> bool:
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if sys.platform == "linux":
                holder.bind(f"\0headroom-demo-port-{port}")
        except OSError:
            holder.close()
            return False
        if not is_free(port):
            holder.close()
            return False
        self._held[port] = holder
        return True
