"""What a client has read, so that its changes say which state they were meant for."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from headroom_client._calls import Call, Prepared

KEPT = 1000


class Seen:
    """The ETags of the last addresses that were read or changed. Threads may share it."""

    def __init__(self) -> None:
        self._etags: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def matched(self, call: Call[Any], request: Prepared) -> Prepared:
        """Add If-Match where the operation takes it, the caller named none, and we have read."""
        if "If-Match" in call.headers and "If-Match" not in request.headers:
            with self._lock:
                etag = self._etags.get(call.path)
            if etag:
                request.headers["If-Match"] = etag
        return request

    def note(self, call: Call[Any], status: int, headers: Mapping[str, str]) -> None:
        """Remember the state that an answer showed; forget one that turned out to be past."""
        if call.params or (call.method != "GET" and "If-Match" not in call.headers):
            return
        etag = headers.get("etag")
        with self._lock:
            self._etags.pop(call.path, None)
            if status < 300 and etag:
                self._etags[call.path] = etag
                while len(self._etags) > KEPT:
                    self._etags.popitem(last=False)
