"""May this person come in: asked of the server, remembered for seconds, with a stated answer for
the case that the server does not answer.

A yes is remembered for `yes_for` seconds, a no for `no_for`: who was just given a seat waits for no
longer than that. After `yes_for` a known yes is still given at once for `stale_for` seconds while
it is asked anew in the background, so a request waits for the server only when somebody is new. A
seat that was taken away can therefore work for `yes_for` seconds plus one request. While the server
does not answer, the last answer holds for `stale_for` seconds; for everybody else `fail` decides:
"open" lets in, "closed" does not.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from headroom_client._calls import Call
from headroom_client._retries import NEVER
from headroom_client._transport import AsyncTransport, Transport
from headroom_client.errors import ApiError, HeadroomError, NotAllowed, NotAuthenticated
from headroom_client.models import EntitlementAnswer, EntitlementQuestion

type Source = Literal["server", "memory", "fail_policy"]
type Fail = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The decision about one person.

    `reason` is the server's (`seat`, `no_seat`, ...), or `unreachable` where the fail policy
    decided. `purchase_url` is where an admin adds seats, `request_url` where this person asks for
    one; `action` is what the organization's policy asks of a shared account.
    """

    allowed: bool
    reason: str
    source: Source = "server"
    purchase_url: str | None = None
    request_url: str | None = None
    may_purchase: bool = False
    notice: str | None = None
    action: str = "none"


@dataclass(frozen=True, slots=True)
class Policy:
    """How long answers are remembered, in seconds, and who is let in when there is none."""

    fail: Fail = "open"
    yes_for: float = 30.0
    no_for: float = 2.0
    stale_for: float = 600.0
    pause_after_failure: float = 5.0
    people: int = 50_000


@dataclass(slots=True)
class _Known:
    entitlement: Entitlement
    asked_at: float


type _Key = tuple[str | None, str]


class EntitlementMemory:
    """What is remembered, and for how long; asks nobody. Threads may share it."""

    def __init__(self, policy: Policy, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.policy = policy
        self._clock = clock
        self._known: OrderedDict[_Key, _Known] = OrderedDict()
        self._lock = threading.Lock()
        self._resting_until = 0.0

    def find(self, key: _Key) -> tuple[Entitlement | None, bool]:
        """Return what may be answered now, or None, and whether it has to be asked anew."""
        with self._lock:
            known = self._known.get(key)
        if known is None:
            return None, True
        age = self._clock() - known.asked_at
        remembered = replace(known.entitlement, source="memory")
        if age < (self.policy.yes_for if remembered.allowed else self.policy.no_for):
            return remembered, False
        if remembered.allowed and age < self.policy.yes_for + self.policy.stale_for:
            return remembered, True
        return None, True

    @property
    def is_resting(self) -> bool:
        """Whether the server failed a moment ago and is left alone."""
        return self._clock() < self._resting_until

    def note(self, key: _Key, answer: EntitlementAnswer) -> Entitlement:
        """Remember an answer and return it."""
        entitlement = Entitlement(
            allowed=answer.allowed,
            reason=answer.reason,
            purchase_url=answer.purchase_url,
            request_url=answer.request_url,
            may_purchase=bool(answer.may_purchase),
            notice=answer.notice,
            action=answer.access.action or "none" if answer.access else "none",
        )
        with self._lock:
            self._resting_until = 0.0
            self._known[key] = _Known(entitlement, self._clock())
            self._known.move_to_end(key)
            while len(self._known) > self.policy.people:
                self._known.popitem(last=False)
        return entitlement

    def rest(self) -> None:
        """Leave the server alone for a moment: it failed."""
        with self._lock:
            self._resting_until = self._clock() + self.policy.pause_after_failure

    def forget(self, key: _Key) -> None:
        """Forget one person: the next question goes to the server."""
        with self._lock:
            self._known.pop(key, None)

    def without_answer(self, key: _Key) -> Entitlement:
        """Return the last answer, if it is no older than `stale_for`, else what `fail` says."""
        with self._lock:
            known = self._known.get(key)
        if known is not None and self._clock() - known.asked_at < self.policy.stale_for:
            return replace(known.entitlement, source="memory")
        return Entitlement(self.policy.fail == "open", "unreachable", "fail_policy")


def _call(key: _Key, session_id: str | None) -> Call[EntitlementAnswer]:
    organization, member = key
    question: dict[str, str] = {"member": member}
    if organization is not None:
        question["organization"] = organization
    if session_id:
        question["session_id"] = session_id
    body = EntitlementQuestion(**question)
    return Call("POST", "/api/v1/entitlements/check", EntitlementAnswer, body=body, is_safe=True)


def _is_ours(error: HeadroomError) -> bool:
    """Tell whether the question itself is wrong: a program's mistake that must be seen."""
    return (
        isinstance(error, ApiError)
        and error.status < 500
        and error.status not in {408, 429}
        and not isinstance(error, NotAuthenticated | NotAllowed)
    )


class Entitlements:
    """Asks over a `Client`. Make the client with a short timeout: a request may wait for it."""

    def __init__(self, client: Transport, policy: Policy | None = None) -> None:
        self.memory = EntitlementMemory(policy or Policy())
        self._client = client
        self._pool: ThreadPoolExecutor | None = None
        self._pid = 0
        self._asking: set[_Key] = set()

    def peek(self, member: str, organization: str | None = None) -> Entitlement | None:
        """Return what is known without asking, or None; never waits."""
        key = (organization, member)
        found, must_ask = self.memory.find(key)
        if found is not None and must_ask:
            self._ask_in_background(key)
        if found is None and self.memory.is_resting:
            return self.memory.without_answer(key)
        return found

    def check(
        self, member: str, organization: str | None = None, *, session_id: str | None = None
    ) -> Entitlement:
        """Return whether somebody may come in. Raises ApiError only for a wrong question."""
        found = self.peek(member, organization)
        return found if found is not None else self.ask(member, organization, session_id=session_id)

    def ask(
        self, member: str, organization: str | None = None, *, session_id: str | None = None
    ) -> Entitlement:
        """Ask the server, whatever is remembered; for a sign-in, say, with its session."""
        key = (organization, member)
        try:
            answer = self._client.call(_call(key, session_id), retries=NEVER)
        except HeadroomError as error:
            if _is_ours(error):
                raise
            self.memory.rest()
            return self.memory.without_answer(key)
        return self.memory.note(key, answer)

    def forget(self, member: str, organization: str | None = None) -> None:
        """Forget one person, after a webhook said that something changed, say."""
        self.memory.forget((organization, member))

    def close(self) -> None:
        """End the threads that ask in the background."""
        if self._pool is not None and self._pid == os.getpid():
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask_in_background(self, key: _Key) -> None:
        if self.memory.is_resting or (key in self._asking and self._pid == os.getpid()):
            return
        if self._pool is None or self._pid != os.getpid():
            # Threads do not come along into a forked process.
            self._pool = ThreadPoolExecutor(2, thread_name_prefix="headroom-entitlements")
            self._pid = os.getpid()
            self._asking = set()
        self._asking.add(key)
        self._pool.submit(self._ask_quietly, key)

    def _ask_quietly(self, key: _Key) -> None:
        try:
            self.ask(key[1], key[0])
        except ApiError:
            # The question became wrong, as when an organization was renamed: the next one asks.
            self.memory.forget(key)
        finally:
            self._asking.discard(key)


class AsyncEntitlements:
    """Asks over an `AsyncClient`. What is remembered is answered without leaving the loop."""

    def __init__(self, client: AsyncTransport, policy: Policy | None = None) -> None:
        self.memory = EntitlementMemory(policy or Policy())
        self._client = client

    async def check(
        self, member: str, organization: str | None = None, *, session_id: str | None = None
    ) -> Entitlement:
        """Return whether somebody may come in. Raises ApiError only for a wrong question."""
        key = (organization, member)
        found, must_ask = self.memory.find(key)
        if found is not None and (not must_ask or self.memory.is_resting):
            return found
        if self.memory.is_resting:
            return self.memory.without_answer(key)
        try:
            answer = await self._client.call(_call(key, session_id), retries=NEVER)
        except HeadroomError as error:
            if _is_ours(error):
                raise
            self.memory.rest()
            return self.memory.without_answer(key)
        return self.memory.note(key, answer)

    def forget(self, member: str, organization: str | None = None) -> None:
        """Forget one person, after a webhook said that something changed, say."""
        self.memory.forget((organization, member))
