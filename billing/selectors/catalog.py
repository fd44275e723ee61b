"""The catalog as the vendor's pages show it: on sale, in the making, and who still pays what."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import HistoryEntry
from billing.domain.period import Interval
from billing.domain.pricing import PriceTable, total_minor
from billing.models import Plan, Price, PriceDraft, Subscription
from billing.selectors.designer import Beside


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan: what is on sale, what is being drafted, and the earlier versions."""

    plan: Plan
    on_sale: tuple[Price, ...]
    drafts: tuple[PriceDraft, ...]
    earlier: tuple[Price, ...]


def priced() -> QuerySet[Price]:
    """Return published prices with their tiers and `subscribers`, how many pay each now."""
    paying = ~Q(subscriptions__status__in=[*_ENDED, Subscription.Status.RESERVED])
    return (
        Price.objects.filter(published_at__isnull=False)
        .select_related("plan")
        .prefetch_related("tiers")
        .annotate(subscribers=Count("subscriptions", filter=paying))
    )


_ENDED = (Subscription.Status.CANCELED, Subscription.Status.INCOMPLETE_EXPIRED)


def catalog() -> list[PlanOffer]:
    """Return every plan; retired ones come last."""
    prices = list(priced().order_by("currency", "interval", "-version"))
    drafts = list(PriceDraft.objects.open().select_related("plan"))
    plans = sorted(Plan.objects.all(), key=lambda plan: (plan.retired_at is not None, plan.name))
    return [
        PlanOffer(
            plan=plan,
            on_sale=tuple(
                p
                for p in prices
                if p.plan_id == plan.pk and p.retired_at is None and plan.retired_at is None
            ),
            drafts=tuple(draft for draft in drafts if draft.plan_id == plan.pk),
            earlier=tuple(
                p
                for p in prices
                if p.plan_id == plan.pk and (p.retired_at or plan.retired_at) is not None
            ),
        )
        for plan in plans
    ]


def find_price(price_id: int) -> Price | None:
    """Return a published price with its subscribers."""
    return priced().filter(pk=price_id).first()


def find_draft(draft_id: int) -> PriceDraft | None:
    """Return a draft, open or not."""
    return PriceDraft.objects.select_related("plan", "published_price").filter(pk=draft_id).first()


def price_on_sale(*, plan: Plan, interval: str, currency: str) -> Price | None:
    """Return the price on sale of that combination, with its subscribers."""
    return (
        priced()
        .filter(plan=plan, interval=interval, currency=currency, retired_at__isnull=True)
        .filter(plan__retired_at__isnull=True)
        .first()
    )


def newer_version(price: Price) -> Price | None:
    """Return the version that is on sale instead of this one."""
    on_sale = price_on_sale(plan=price.plan, interval=price.interval, currency=price.currency)
    return on_sale if on_sale is not None and on_sale.pk != price.pk else None


def price_history(price: Price) -> QuerySet[HistoryEntry]:
    """Return what happened to a price and to the draft it was, the latest first."""
    draft = PriceDraft.objects.filter(published_price=price).first()
    about = Q(object_type="price", object_id=str(price.pk))
    if draft is not None:
        about |= Q(object_type="pricedraft", object_id=str(draft.pk))
    return HistoryEntry.objects.filter(about, organization_id__isnull=True).order_by("-at", "-pk")


def comparable(draft: PriceDraft) -> list[tuple[str, str]]:
    """Return what a draft may stand beside, as (key, label): on sale first, then other drafts."""
    same = {"plan_id": draft.plan_id, "currency": draft.currency}
    prices = Price.objects.on_sale().filter(**same).select_related("plan").order_by("interval")
    others = PriceDraft.objects.open().filter(**same).exclude(pk=draft.pk).select_related("plan")
    return [(f"price-{price.pk}", _label(price)) for price in prices] + [
        (f"draft-{other.pk}", _label(other)) for other in others
    ]


def _label(priced: Price | PriceDraft) -> str:
    name = f"v{priced.version}" if isinstance(priced, Price) else priced.name
    return f"{priced.get_interval_display()}, {name}"


def beside(draft: PriceDraft, key: str) -> Beside | None:
    """Return the table that `key` of `comparable` names; None for another key."""
    kind, _dash, number = key.partition("-")
    if key not in {allowed for allowed, _name in comparable(draft)}:
        return None
    model: type[Price] | type[PriceDraft] = Price if kind == "price" else PriceDraft
    found = model._default_manager.select_related("plan").get(pk=int(number))
    return Beside(_label(found), found.table(), Interval(found.interval))


def counterpart_on_sale(*, plan: Plan, interval: Interval, currency: str) -> Price | None:
    """Return the price of the other interval that is on sale: a month's for a year's."""
    other = Interval.MONTH if interval is Interval.YEAR else Interval.YEAR
    return (
        Price.objects.on_sale()
        .filter(plan=plan, currency=currency, interval=other.value)
        .prefetch_related("tiers")
        .first()
    )


def counterpart_table(priced: Price | PriceDraft) -> PriceTable | None:
    """Return the table on sale for the other interval."""
    found = counterpart_on_sale(
        plan=priced.plan, interval=Interval(priced.interval), currency=priced.currency
    )
    return found.table() if found else None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An organization that pays a price: its seats now and what they cost for an interval."""

    subscription: Subscription
    total_minor: int


def subscribers_of(price: Price) -> list[Subscriber]:
    """Return who pays a price now, by name; within the reader's scope."""
    table = price.table()
    paying = (
        Subscription.objects.current()
        .filter(price=price)
        .exclude(status=Subscription.Status.RESERVED)
        .select_related("organization")
        .order_by("organization__name")
    )
    return [
        Subscriber(subscription, total_minor(table, subscription.purchased_seats))
        for subscription in paying
    ]


def sold_currencies() -> list[str]:
    """Return the currencies of all published prices, by their code."""
    sold = Price.objects.filter(published_at__isnull=False).order_by()
    return sorted(set(sold.values_list("currency", flat=True)))
