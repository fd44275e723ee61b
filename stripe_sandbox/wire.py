"""One API request: key, version, idempotency, parameters, transaction, answer."""

import base64
import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from stripe_sandbox import errors, registry, resources
from stripe_sandbox.chaos import Chaos
from stripe_sandbox.clock import keep_up, run_due
from stripe_sandbox.context import Context
from stripe_sandbox.errors import ApiError
from stripe_sandbox.forms import decode_pairs
from stripe_sandbox.present import Shown, expand, present
from stripe_sandbox.sdk import API_VERSION
from stripe_sandbox.store import Doc, Store, new_id
from stripe_sandbox.validation import RequestViolation, UnknownEndpoint, validate_request

log = logging.getLogger("stripe_sandbox")

REQUESTS_KEPT = 5000
IDEMPOTENCY_SECONDS = 30 * 86400
CLOCKS_LAG_SECONDS = 10.0


@dataclass
class Answer:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Incoming:
    method: str
    path: str
    headers: Mapping[str, str]
    query: str
    body: str

    @property
    def params(self) -> dict[str, Any]:
        encoded = self.body if self.method == "POST" else self.query
        return decode_pairs(parse_qsl(encoded, keep_blank_values=True))


class Api:
    """The API over one store. Requests run one at a time; `changed` is called after each."""

    def __init__(self, store: Store, base_url: str) -> None:
        resources.load()
        self.store = store
        self.base_url = base_url
        self.chaos = Chaos()
        self.lock = threading.RLock()
        self.changed: Callable[[], None] = lambda: None
        self.clocks_run = False
        self._clocks_kept_up = 0.0
        self._in_progress: set[str] = set()
        self._progress_lock = threading.Lock()

    # -- entry --------------------------------------------------------------------------------

    def handle(self, incoming: Incoming) -> Answer:
        request_id = new_id("req_", 14)
        subject = f"{incoming.method} {incoming.path}"
        failing = self.chaos.take("fail_answer", subject)
        if failing and not failing.after_change:
            answer = self._failure(failing.status)
        else:
            answer = self._answered(incoming, request_id)
            if failing:
                answer = self._failure(failing.status)
        answer.cut = self.chaos.take("cut_connection", subject) is not None
        answer.headers.setdefault("Request-Id", request_id)
        answer.headers["Stripe-Version"] = API_VERSION
        self._log(incoming, answer)
        self.changed()
        return answer

    def _failure(self, status: int) -> Answer:
        if status == 429:
            error = ApiError(429, "Too many requests, please slow down.", code="rate_limit")
        else:
            error = ApiError(status, "An unknown error occurred.", type="api_error")
        return _answer(error.status, error.body())

    def _answered(self, incoming: Incoming, request_id: str) -> Answer:
        try:
            _check_key(incoming.headers)
            _check_version(incoming.headers)
            key = incoming.headers.get("idempotency-key")
            if key and incoming.method == "POST":
                return self._idempotent(incoming, request_id, key)
            return self._execute(incoming, request_id, None)
        except ApiError as error:
            return _answer(error.status, error.body())
        except Exception:
            log.exception("%s %s failed", incoming.method, incoming.path)
            return self._failure(500)

    # -- idempotency --------------------------------------------------------------------------

    def _idempotent(self, incoming: Incoming, request_id: str, key: str) -> Answer:
        if len(key) > 255:
            raise errors.invalid("Idempotency keys can be at most 255 characters long.")
        with self._progress_lock:
            if key in self._in_progress:
                raise ApiError(
                    409,
                    "There is currently another in-progress request using this Idempotent Key "
                    "(that probably means you submitted twice, and the other request is still "
                    f"going through): {key}. Please try again later.",
                    type="idempotency_error",
                    code="idempotency_key_in_use",
                )
            self._in_progress.add(key)
        try:
            return self._replayed(incoming, key) or self._execute(incoming, request_id, key)
        finally:
            with self._progress_lock:
                self._in_progress.discard(key)

    def _replayed(self, incoming: Incoming, key: str) -> Answer | None:
        with self.lock:
            row = self.store.db.execute(
                "select request, status, body, request_id from idempotency "
                "where key = ? and created > ?",
                (key, int(time.time()) - IDEMPOTENCY_SECONDS),
            ).fetchone()
        if row is None:
            return None
        request, status, body, first = row
        if request != _fingerprint(incoming):
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request.",
                type="idempotency_error",
            )
        return Answer(
            status,
            body,
            {"Idempotent-Replayed": "true", "Original-Request": first, "Idempotency-Key": key},
        )

    # -- execution ----------------------------------------------------------------------------

    def _execute(self, incoming: Incoming, request_id: str, key: str | None) -> Answer:
        if slow := self.chaos.take("slow_answer", f"{incoming.method} {incoming.path}"):
            time.sleep(slow.seconds)
        route, named, params = self._read(incoming)
        cx = Context(self.store, self.base_url, request_id, key)
        with self.lock:
            kept: ApiError | None = None
            try:
                with self.store.transaction():
                    try:
                        answer = _answer(
                            200, self._shown(cx, route.handler(cx, params, **named), params)
                        )
                    except ApiError as error:
                        if not error.keeps_changes:
                            raise
                        kept = error
                        answer = _answer(error.status, error.body())
                    self._remember(incoming, key, request_id, answer)
            except ApiError as error:
                answer = _answer(error.status, error.body())
                if error.status != 501:
                    with self.store.transaction():
                        self._remember(incoming, key, request_id, answer)
            if kept is None and key:
                answer.headers["Idempotency-Key"] = key
            answer.headers["Original-Request"] = request_id
            return answer

    def _read(self, incoming: Incoming) -> tuple[registry.Route, dict[str, str], dict[str, Any]]:
        given = incoming.params
        if incoming.method == "DELETE" and incoming.body:
            given |= decode_pairs(parse_qsl(incoming.body, keep_blank_values=True))
        try:
            params = validate_request(incoming.method, incoming.path, given)
        except UnknownEndpoint as unknown:
            raise ApiError(404, f"{unknown.message} Please see https://docs.stripe.com.") from None
        except RequestViolation as violation:
            raise errors.invalid(violation.message, violation.param, violation.code) from None
        found = registry.find(incoming.method, incoming.path)
        if found is None:
            raise errors.unsupported(f"{incoming.method} {incoming.path}")
        route, named = found
        registry.refuse_unsupported(route, params)
        return route, named, params

    def _shown(self, cx: Context, doc: Doc, params: dict[str, Any]) -> Doc:
        is_finished = isinstance(doc, Shown) or doc.get("object") == "list"
        finished = doc if is_finished else present(self.store, doc)
        return expand(self.store, finished, params.get("expand") or [])

    def _remember(
        self, incoming: Incoming, key: str | None, request_id: str, answer: Answer
    ) -> None:
        if key:
            self.store.db.execute(
                "insert or ignore into idempotency values (?, ?, ?, ?, ?, ?)",
                (
                    key,
                    _fingerprint(incoming),
                    answer.status,
                    answer.body,
                    request_id,
                    int(time.time()),
                ),
            )

    # -- besides requests ---------------------------------------------------------------------

    def work(self, task: Callable[[Context], Any]) -> Any:
        """Do something outside an API request, in one transaction: a hosted page, the clock."""
        with self.lock:
            try:
                with self.store.transaction():
                    cx = Context(self.store, self.base_url)
                    kept: ApiError | None = None
                    try:
                        result = task(cx)
                    except ApiError as error:
                        if not error.keeps_changes:
                            raise
                        kept = error
                if kept:
                    raise kept
            finally:
                self.changed()
        return result

    def tick(self) -> None:
        """Do what fell due on the wall clock; what fails is reported and tried again later."""
        try:
            while self.work(run_due):
                pass
            if self.clocks_run and time.monotonic() - self._clocks_kept_up > CLOCKS_LAG_SECONDS:
                self.work(keep_up)
                self._clocks_kept_up = time.monotonic()
        except Exception:
            log.exception("Something that fell due could not be done")

    def _log(self, incoming: Incoming, answer: Answer) -> None:
        error = json.loads(answer.body).get("error") if answer.status >= 400 else None
        with self.lock:
            self.store.db.execute(
                "insert or replace into requests values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    answer.headers["Request-Id"],
                    time.time(),
                    incoming.method,
                    incoming.path,
                    answer.status,
                    incoming.headers.get("idempotency-key"),
                    int("Idempotent-Replayed" in answer.headers),
                    json.dumps(incoming.params),
                    json.dumps(error) if error else None,
                ),
            )
            self.store.db.execute(
                "delete from requests where rowid <= (select max(rowid) from requests) - ?",
                (REQUESTS_KEPT,),
            )


def _answer(status: int, body: Doc) -> Answer:
    return Answer(status, json.dumps(body))


def _fingerprint(incoming: Incoming) -> str:
    canonical = json.dumps([incoming.method, incoming.path, incoming.params], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _check_key(headers: Mapping[str, str]) -> None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    key = credentials.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except ValueError:
            key = ""
    if not key:
        raise ApiError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    if "_live_" in key:
        raise ApiError(
            401,
            "This is the sandbox, and it refuses live keys. Use any key that begins with sk_test_.",
            code="sandbox_refuses_live_keys",
        )
    if not key.startswith(("sk_test_", "rk_test_")) or len(key) <= len("sk_test_"):
        shown = key[:8] + "*" * max(0, len(key) - 8)
        raise ApiError(401, f"Invalid API Key provided: {shown}")


def _check_version(headers: Mapping[str, str]) -> None:
    version = headers.get("stripe-version")
    if version and version != API_VERSION:
        raise errors.invalid(
            f"Invalid Stripe API version: {version}. The sandbox speaks {API_VERSION} only."
        )
