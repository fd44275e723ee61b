"""What seats asks and tells the apps above: prices, the coming true-up, that a seat was given.

Seats knows no prices and no true-ups. The apps register their answers when they start; without one
the pages offer the purchase without its price, and no contract has true-ups. Whoever listens to
assignments runs in their transaction: what it raises undoes the assignment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from accounts.services.history import Actor


@dataclass(frozen=True, slots=True)
class SeatPrice:
    """What adding seats would be charged now, in minor units."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class TrueUpOutlook:
    """What the coming true-up would take for `seats` of overage; `minor` is None if not known.

    `on` is the last day of its quarter, in the organization's time zone.
    """

    on: date
    minor: int | None = None
    currency: str = ""


class AskTrueUp(Protocol):
    """Runs inside the organization's tenancy context; None where the contract has no true-ups."""

    def __call__(
        self, *, organization_id: int, seats: int, now: datetime
    ) -> TrueUpOutlook | None: ...


class AskPrice(Protocol):
    """Runs inside the organization's tenancy context; None where nothing can be bought."""

    def __call__(self, *, organization_id: int, seats: int, now: datetime) -> SeatPrice | None: ...


_ask: list[AskPrice] = []


def answer_prices(ask: AskPrice) -> Callable[[], None]:
    """Have prices answered by `ask`, the last to register first; return how to take it back."""
    _ask.append(ask)
    return lambda: _ask.remove(ask)


def price_of_seats(*, organization_id: int, seats: int, now: datetime) -> SeatPrice | None:
    """Return what `seats` more seats would be charged now, or None."""
    if not _ask:
        return None
    return _ask[-1](organization_id=organization_id, seats=seats, now=now)


class SaleWay(StrEnum):
    """What one press on an offer does: it buys, asks for an approval, or cannot do either."""

    CARD = "card"
    INVOICE = "invoice"
    MONTHLY = "monthly"
    APPROVAL = "approval"
    NO_CARD = "no_card"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SeatSale:
    """Seats with their exact price today, tax included, that one press buys as quoted.

    The press carries `quote_id` and `minor` to `action`, where nothing is charged if either holds
    no more. `seats` may be more than were asked for, where fewer are not sold. `paid_by` and
    `refusal` are words for people; `refusal` is set when `way` is REFUSED, and the other figures
    are then empty. `minor` is in the smallest unit of `currency`, `amount` the same in words.
    """

    way: SaleWay
    seats: int = 0
    minor: int = 0
    currency: str = ""
    amount: str = ""
    quote_id: UUID | None = None
    expires_at: datetime | None = None
    action: str = ""
    card_action: str = ""
    paid_by: str = ""
    refusal: str = ""
    po_number: str = ""
    needs_po_number: bool = False


class AskSale(Protocol):
    """Runs inside the organization's tenancy context; quotes for `actor`."""

    def __call__(
        self, *, organization_id: int, seats: int, actor: Actor, now: datetime
    ) -> SeatSale: ...


_ask_sale: list[AskSale] = []


def answer_sales(ask: AskSale) -> None:
    """Have offers to buy answered by `ask`; once, however often."""
    if ask not in _ask_sale:
        _ask_sale.append(ask)


def sale_of_seats(
    *, organization_id: int, seats: int, actor: Actor, now: datetime
) -> SeatSale | None:
    """Return what buys `seats` more seats in one press; None where nobody sells."""
    for ask in _ask_sale:
        return ask(organization_id=organization_id, seats=seats, actor=actor, now=now)
    return None


@dataclass(frozen=True, slots=True)
class SeatOrder:
    """What was ordered for somebody who waits: by whom, when, how it stands, and its page.

    `needs_approval`: it is a request, not a purchase. `state` is in words; `is_open` while the
    order may still bring the seat.
    """

    by: str
    at: datetime
    state: str
    path: str
    is_open: bool
    needs_approval: bool = False
    number: str = ""


class AskOrders(Protocol):
    """Runs inside the organization's tenancy context; entries without an order are left out."""

    def __call__(
        self, *, organization_id: int, entry_ids: Sequence[int]
    ) -> dict[int, SeatOrder]: ...


_ask_orders: list[AskOrders] = []


def answer_orders(ask: AskOrders) -> None:
    """Have orders for entries of the waiting list answered by `ask`; once, however often."""
    if ask not in _ask_orders:
        _ask_orders.append(ask)


def orders_for(*, organization_id: int, entry_ids: Sequence[int]) -> dict[int, SeatOrder]:
    """Return the latest order for each entry of the waiting list that has one."""
    latest: dict[int, SeatOrder] = {}
    for ask in _ask_orders:
        for entry_id, order in ask(organization_id=organization_id, entry_ids=entry_ids).items():
            if entry_id not in latest or order.at > latest[entry_id].at:
                latest[entry_id] = order
    return latest


_ask_true_up: list[AskTrueUp] = []


def answer_true_ups(ask: AskTrueUp) -> Callable[[], None]:
    """Have true-ups answered by `ask`, the last to register first; return how to take it back."""
    _ask_true_up.append(ask)
    return lambda: _ask_true_up.remove(ask)


def true_up_outlook(*, organization_id: int, now: datetime, seats: int = 0) -> TrueUpOutlook | None:
    """Return what the coming true-up would take for `seats` of overage; None without true-ups."""
    if not _ask_true_up:
        return None
    return _ask_true_up[-1](organization_id=organization_id, seats=seats, now=now)


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """Who counts as active by the contract: on `least_days` of the last `window_days`."""

    window_days: int
    least_days: int = 1


class AskActivity(Protocol):
    """Runs inside the organization's tenancy context; None where no contract says it."""

    def __call__(self, *, organization_id: int, now: datetime) -> ActivityRule | None: ...


_ask_activity: list[AskActivity] = []


def answer_activity(ask: AskActivity) -> None:
    """Have the contract's rule of activity answered by `ask`; once, however often."""
    if ask not in _ask_activity:
        _ask_activity.append(ask)


def activity_rule(*, organization_id: int, now: datetime) -> ActivityRule | None:
    """Return the rule of activity that holds in the running quarter, or None."""
    for ask in _ask_activity:
        found = ask(organization_id=organization_id, now=now)
        if found is not None:
            return found
    return None


class AskPurchased(Protocol):
    """Runs as the pipeline, for many organizations at once; None where nothing is known."""

    def __call__(self, moments: Sequence[tuple[int, datetime]]) -> Sequence[int | None]: ...


_ask_purchased: list[AskPurchased] = []


def answer_purchased(ask: AskPurchased) -> None:
    """Have it answered by `ask` how many seats were purchased in the past; once, however often."""
    if ask not in _ask_purchased:
        _ask_purchased.append(ask)


def purchased_before(moments: Sequence[tuple[int, datetime]]) -> Sequence[int | None]:
    """Return the purchased seats of (organization id, moment) pairs, in their order.

    As they stood just before the moment; None where nothing is known of an organization.
    """
    for ask in _ask_purchased:
        return ask(moments)
    return [None] * len(moments)


class AskApproval(Protocol):
    """Runs inside the organization's tenancy context."""

    def __call__(self, *, organization_id: int, now: datetime) -> bool: ...


_ask_approval: list[AskApproval] = []


def answer_approval(ask: AskApproval) -> None:
    """Have it answered by `ask` whether purchases may need an approval; once, however often."""
    if ask not in _ask_approval:
        _ask_approval.append(ask)


def may_need_approval(*, organization_id: int, now: datetime) -> bool:
    """Tell whether an organization lets purchases be approved."""
    return any(ask(organization_id=organization_id, now=now) for ask in _ask_approval)


@dataclass(frozen=True, slots=True)
class SeatAssigned:
    """Somebody was given a seat at `at`."""

    organization_id: int
    membership_id: int
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnCharge:
    """What is charged when this person gets a seat again before `until`, in minor units.

    `path` is the page that gives the seat for that charge, also where none is free.
    """

    membership_id: int
    minor: int
    currency: str
    until: datetime
    path: str = ""


class AskReturn(Protocol):
    """Runs inside the organization's tenancy context; None where nothing comes back."""

    def __call__(
        self, *, organization_id: int, membership_id: int, now: datetime
    ) -> ReturnCharge | None: ...


_listeners: list[Callable[[SeatAssigned], None]] = []
_returns: list[AskReturn] = []


def on_seat_assigned(listener: Callable[[SeatAssigned], None]) -> None:
    """Have `listener` called inside the transaction of every assignment; once, however often."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_seat_assigned(assigned: SeatAssigned) -> None:
    """Tell everybody who listens; under the lock of the seat pool."""
    for listener in _listeners:
        listener(assigned)


def answer_returns(ask: AskReturn) -> None:
    """Have charges of a return answered by `ask`; once, however often."""
    if ask not in _returns:
        _returns.append(ask)


def charge_of_return(
    *, organization_id: int, membership_id: int, now: datetime
) -> ReturnCharge | None:
    """Return what assigning a seat to this person brings back, to be shown before it is done."""
    for ask in _returns:
        found = ask(organization_id=organization_id, membership_id=membership_id, now=now)
        if found is not None:
            return found
    return None


class UsageImported(Protocol):
    """Called after a file of usage was imported and counted; returns a sentence, or nothing."""

    def __call__(self, *, now: datetime) -> str: ...


_after_import: list[UsageImported] = []


def after_import(callback: UsageImported) -> None:
    """Have `callback` called after every import; once, however often it is registered."""
    if callback not in _after_import:
        _after_import.append(callback)


def tell_usage_imported(*, now: datetime) -> list[str]:
    """Tell everybody that history came in; return what they say about it."""
    return [said for callback in _after_import if (said := callback(now=now))]


class PeopleHidden(Protocol):
    """Called in the transaction in which an organization chose to show totals only."""

    def __call__(self, *, organization_id: int) -> None: ...


_when_hidden: list[PeopleHidden] = []


def when_people_are_hidden(callback: PeopleHidden) -> None:
    """Have `callback` called then; once, however often it is registered."""
    if callback not in _when_hidden:
        _when_hidden.append(callback)


def tell_people_hidden(*, organization_id: int) -> None:
    """Tell everybody who keeps something about single people. What they raise undoes the switch."""
    for callback in _when_hidden:
        callback(organization_id=organization_id)


@dataclass(frozen=True, slots=True)
class SeatMoved:
    """A seat that was taken at `ended_at`, or given if that is None; who did it, in words."""

    organization_id: int
    seat_id: int
    ended_at: datetime | None
    actor_label: str


_tellers: list[Callable[[SeatMoved], object]] = []


def when_seat_moved(teller: Callable[[SeatMoved], object]) -> None:
    """Have `teller` called after the commit, for the person to be told; once, however often."""
    if teller not in _tellers:
        _tellers.append(teller)


def tell_seat_moved(moved: SeatMoved) -> None:
    """Tell whoever tells the person."""
    for teller in _tellers:
        teller(moved)
