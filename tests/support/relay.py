"""A pooler of transactions for machines without PgBouncer: what it does, and nothing kind.

Every transaction goes to another connection of the server than the one before, whoever asks, and no
state of a session is reset. Clients are let in without a question, so it is for tests alone.
"""

import queue
import select
import socket
import struct
import threading
from contextlib import suppress
from typing import Any

import psycopg

from demo.ports import LOOPBACK

_SSL, _GSS = 80877103, 80877104


class Relay:
    """Listens on `port`; `logins` maps the names of users to the addresses they stand for."""

    def __init__(self, logins: dict[str, str], *, connections: int = 3) -> None:
        self._idle: dict[str, queue.Queue[psycopg.Connection]] = {}
        for user, url in logins.items():
            self._idle[user] = queue.Queue()
            for _ in range(connections):
                self._idle[user].put(psycopg.connect(url, autocommit=True))
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Take no more clients and close the connections that are idle."""
        self._listener.close()
        for idle in self._idle.values():
            with suppress(queue.Empty):
                while True:
                    idle.get_nowait().close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError, EOFError), client:
            self._pass_on(client, self._idle[_greet(client)])

    def _pass_on(self, client: socket.socket, idle: "queue.Queue[psycopg.Connection]") -> None:
        server: psycopg.Connection | None = None
        asked, answered = bytearray(), bytearray()
        open_questions = 0
        try:
            while True:
                waiting: list[Any] = [client] if server is None else [client, server.fileno()]
                readable = select.select(waiting, [], [])[0]
                if client in readable:
                    data = client.recv(65536)
                    if not data or (server is None and data[:1] == b"X"):
                        return
                    server = server or idle.get()
                    asked += data
                    open_questions += sum(kind in b"QS" for kind, _ in _messages(asked))
                    with socket.socket(fileno=_twin(server)) as wire:
                        wire.sendall(data)
                if server is not None and server.fileno() in readable:
                    with socket.socket(fileno=_twin(server)) as wire:
                        data = wire.recv(65536)
                    client.sendall(data)
                    answered += data
                    for kind, body in _messages(answered):
                        open_questions -= kind == b"Z"
                        if server and (kind, body, open_questions) == (b"Z", b"I", 0):
                            idle.put(server)
                            server = None
        finally:
            if server is not None:
                # It was left in the middle of a transaction.
                url, password = server.info.dsn, server.info.password
                server.close()
                idle.put(psycopg.connect(url, password=password, autocommit=True))


def _twin(server: psycopg.Connection) -> int:
    return socket.dup(server.fileno())


def _messages(buffer: bytearray) -> list[tuple[bytes, bytes]]:
    """Take the whole messages from the front of `buffer`: (kind, body)."""
    found = []
    while len(buffer) >= 5:
        length = 1 + struct.unpack_from("!I", buffer, 1)[0]
        if len(buffer) < length:
            break
        found.append((bytes(buffer[:1]), bytes(buffer[5:length])))
        del buffer[:length]
    return found


def _greet(client: socket.socket) -> str:
    while True:
        length, version = struct.unpack("!II", _exactly(client, 8))
        body = _exactly(client, length - 8)
        if version not in (_SSL, _GSS):
            break
        client.sendall(b"N")
    words = body.decode().split("\0")
    parameters = {
        "server_version": "18.0",
        "server_encoding": "UTF8",
        "client_encoding": "UTF8",
        "DateStyle": "ISO, MDY",
        "TimeZone": "UTC",
        "integer_datetimes": "on",
        "standard_conforming_strings": "on",
    }
    answer = _message(b"R", struct.pack("!I", 0))
    for name, value in parameters.items():
        answer += _message(b"S", f"{name}\0{value}\0".encode())
    client.sendall(answer + _message(b"K", bytes(8)) + _message(b"Z", b"I"))
    return words[words.index("user") + 1]


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", 4 + len(body)) + body


def _exactly(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = client.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data
