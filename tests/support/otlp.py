"""A receiver of traces: OTLP over HTTP on this machine, decoded."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Encoded

from demo.ports import LOOPBACK


@dataclass(frozen=True)
class Received:
    """One span as it arrived. Ids are hexadecimal; `links` are ids of traces."""

    service: str
    trace: str
    id: str
    parent: str
    name: str
    attributes: dict[str, str]
    links: tuple[str, ...]


@dataclass
class Receiver:
    """What arrived so far, as bytes and as spans."""

    endpoint: str
    bodies: list[bytes] = field(default_factory=list)

    @property
    def spans(self) -> list[Received]:
        """Every span, in the order of arrival."""
        return [span for body in list(self.bodies) for span in _spans(body)]

    def trace(self, trace: str) -> list[Received]:
        """Return the spans of one trace."""
        return [span for span in self.spans if span.trace == trace]


def _spans(body: bytes) -> Iterator[Received]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        about = {each.key: each.value.string_value for each in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield _received(about["service.name"], span)


def _received(service: str, span: Encoded) -> Received:
    return Received(
        service=service,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        attributes={
            each.key: each.value.string_value or str(each.value.int_value)
            for each in span.attributes
        },
        links=tuple(link.trace_id.hex() for link in span.links),
    )


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            found.bodies.append(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        found = Receiver(f"http://{LOOPBACK}:{server.server_port}")
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
