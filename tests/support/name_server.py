"""A name server on this machine, over UDP: it answers TXT questions from a dictionary."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """What it answers; a domain that is not there does not exist, None is a failing server."""

    address: str = ""
    records: dict[str, list[str] | None] = field(default_factory=dict)

    def answer(self, asked: bytes) -> bytes:
        """Return the answer to one question."""
        question = dns.message.from_wire(asked)
        answer = dns.message.make_response(question)
        name = question.question[0].name
        domain = name.to_text().rstrip(".")
        if domain not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer.to_wire()
        texts = self.records[domain]
        if texts is None:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif texts:
            # A long text is cut into pieces of 255 characters; the reader joins them.
            quoted = ['"' + '" "'.join([text[:20], text[20:]]) + '"' for text in texts]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
        return answer.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    """Listen on a free port while the block runs."""
    server = NameServer()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server.address = f"127.0.0.1:{listening.getsockname()[1]}"
        stopping = threading.Event()

        def serve() -> None:
            while True:
                asked, sender = listening.recvfrom(4096)
                if stopping.is_set():
                    return
                listening.sendto(server.answer(asked), sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            stopping.set()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking:
                waking.sendto(b"", listening.getsockname())
            thread.join()
