"""What the apps above do when seats were bought or a settlement moved, and what they ask before.

Billing knows nothing of tasks, signals, true-ups and approvals; it says what happened inside the
transaction in which it did, and whoever registered here does the rest. Paid seats are never held
back by that: a callback that fails is undone by itself and logged. Before billing reserves an
order, it asks whether the customer's own rules let it pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import structlog
from django.db import transaction

from accounts.services.history import Actor

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SeatsPurchased:
    """Seats that were paid for and granted. Amounts are minor units of `currency`."""

    organization_id: int
    purchase_id: UUID
    ledger_entry_id: int
    seats_added: int
    seats_after: int
    amount_minor: int
    annual_delta_minor: int
    currency: str
    seated_membership_ids: tuple[int, ...]
    actor: Actor
    at: datetime


class SeatsPurchasedCallback(Protocol):
    """Called inside the organization's tenancy context, in the granting transaction."""

    def __call__(self, purchased: SeatsPurchased, /) -> None: ...


class SeatsPurchasedHook:
    """A list of callbacks; registering one twice counts once."""

    def __init__(self) -> None:
        self._callbacks: list[SeatsPurchasedCallback] = []

    def register(self, callback: SeatsPurchasedCallback) -> None:
        """Have `callback` called from now on."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)

    def unregister(self, callback: SeatsPurchasedCallback) -> None:
        """Stop calling `callback`."""
        self._callbacks.remove(callback)

    def __call__(self, purchased: SeatsPurchased) -> None:
        """Call everybody who registered, each in a savepoint of its own."""
        for callback in self._callbacks:
            try:
                with transaction.atomic():
                    callback(purchased)
            except Exception:
                log.exception(
                    "seats_purchased_callback_failed", purchase=str(purchased.purchase_id)
                )


on_seats_purchased = SeatsPurchasedHook()


@dataclass(frozen=True, slots=True)
class SettlementMoved:
    """A settlement came into another state; `state` is a value of `domain.settlement.State`."""

    organization_id: int
    settlement_id: UUID
    reference: str
    state: str
    actor: Actor
    at: datetime


class SettlementMovedCallback(Protocol):
    """Called inside the organization's tenancy context, in the transaction of the move."""

    def __call__(self, moved: SettlementMoved, /) -> None: ...


class SeatsSettlingHook:
    """Callbacks that run before a settlement changes seats, in the transaction that does.

    One that fails stops the settlement: nothing is granted or taken, and it is tried again. Here a
    removed person gives the seat back before fewer are purchased.
    """

    def __init__(self) -> None:
        self._callbacks: list[SettlementMovedCallback] = []

    def register(self, callback: SettlementMovedCallback) -> None:
        """Have `callback` called from now on."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)

    def unregister(self, callback: SettlementMovedCallback) -> None:
        """Stop calling `callback`."""
        self._callbacks.remove(callback)

    def __call__(self, moved: SettlementMoved) -> None:
        """Call everybody who registered."""
        for callback in self._callbacks:
            callback(moved)


class SettlementMovedHook:
    """A list of callbacks; registering one twice counts once."""

    def __init__(self) -> None:
        self._callbacks: list[SettlementMovedCallback] = []

    def register(self, callback: SettlementMovedCallback) -> None:
        """Have `callback` called from now on."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)

    def unregister(self, callback: SettlementMovedCallback) -> None:
        """Stop calling `callback`."""
        self._callbacks.remove(callback)

    def __call__(self, moved: SettlementMoved) -> None:
        """Call everybody who registered, each in a savepoint of its own."""
        for callback in self._callbacks:
            try:
                with transaction.atomic():
                    callback(moved)
            except Exception:
                log.exception("settlement_callback_failed", settlement=str(moved.settlement_id))


before_settled_seats = SeatsSettlingHook()
on_settlement_moved = SettlementMovedHook()


class OrderKind(StrEnum):
    """Which way of spending is asked about."""

    PURCHASE = "purchase"  # a quote is bought: more seats, another plan, another interval
    RENEWAL = "renewal"  # a plan for the renewal that costs more
    START = "start"  # a subscription begins


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody is about to spend, in minor units of `currency`, before tax.

    `annual_minor` is what it adds to a year at list prices, below zero when it saves;
    `now_minor` is what is charged or invoiced at once, or, for a year that begins with a renewal,
    by it.
    """

    organization_id: int
    kind: OrderKind
    quantity_from: int
    quantity_to: int
    currency: str
    annual_minor: int
    now_minor: int
    at: datetime
    quote_id: UUID | None = None
    price_id: int | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """The customer's own approval that an order lacks, in words, and where it is asked for."""

    sentence: str
    ask_url: str


class ConsentCallback(Protocol):
    """Called inside the organization's tenancy context, before anything is reserved."""

    def __call__(self, order: Order, /) -> Consent | None: ...


class ConsentHook:
    """Asks whether the customer's own rules let an order pass.

    Billing knows nothing of those rules. Unlike other hooks this one fails closed: an error in a
    callback refuses the order.
    """

    def __init__(self) -> None:
        self._callbacks: list[ConsentCallback] = []

    def register(self, callback: ConsentCallback) -> None:
        """Have `callback` asked from now on."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)

    def __call__(self, order: Order) -> Consent | None:
        """Return what an order lacks, or None where it may pass."""
        for callback in self._callbacks:
            lacking = callback(order)
            if lacking is not None:
                return lacking
        return None


consent_for = ConsentHook()


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A request for an approval that was made, in words, and its page."""

    sentence: str
    url: str


class ConsentRequestCallback(Protocol):
    """Asks for the approval of a quote; the people wait for its seats."""

    def __call__(
        self,
        *,
        organization_id: int,
        quote_id: UUID,
        membership_ids: Sequence[int],
        po_number: str,
        actor: Actor,
        now: datetime,
    ) -> ConsentAsked: ...


class ConsentRequestHook:
    """Has the approval that an order lacks asked for, by whoever keeps the customer's rules."""

    def __init__(self) -> None:
        self._callbacks: list[ConsentRequestCallback] = []

    def register(self, callback: ConsentRequestCallback) -> None:
        """Have `callback` ask from now on."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)

    def __call__(
        self,
        *,
        organization_id: int,
        quote_id: UUID,
        membership_ids: Sequence[int],
        po_number: str,
        actor: Actor,
        now: datetime,
    ) -> ConsentAsked | None:
        """Ask, and return what was asked; None where nobody keeps rules."""
        for callback in self._callbacks:
            return callback(
                organization_id=organization_id,
                quote_id=quote_id,
                membership_ids=membership_ids,
                po_number=po_number,
                actor=actor,
                now=now,
            )
        return None


request_consent = ConsentRequestHook()
