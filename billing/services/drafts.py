"""Writes drafts of prices: begun, edited, discarded, published."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from billing.domain.money import exponent
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable, Scheme, Tier
from billing.models import Plan, Price, PriceDraft
from billing.models.snapshot import terms_to_json
from billing.selectors.catalog import price_on_sale
from billing.services.catalog import publish_price


class DraftNameTaken(DomainError):
    """Another open draft for the same plan, currency and interval has this name."""

    code: ClassVar[str] = "draft_name_taken"
    field: ClassVar[str] = "name"


class DraftEnded(DomainError):
    """The draft was published or discarded."""

    code: ClassVar[str] = "draft_ended"


class DraftChangedMeanwhile(DomainError):
    """Somebody else saved the draft after it was read."""

    code: ClassVar[str] = "draft_changed_meanwhile"


@dataclass(frozen=True, slots=True)
class DraftTerms:
    """What a draft says. `floor_minor` is the least a seat should bring; None: no warning."""

    name: str
    table: PriceTable
    trial_days: int = 0
    floor_minor: int | None = None


@transaction.atomic
def make_draft(
    *, plan: Plan, interval: Interval, terms: DraftTerms, actor: Actor, now: datetime
) -> PriceDraft:
    """Begin a draft in the currency of its table. Raises DraftNameTaken."""
    draft = PriceDraft(
        plan=plan,
        currency=terms.table.currency,
        interval=interval.value,
        created_at=now,
    )
    _write(draft, terms, actor, now)
    record(actor=actor, verb="price_draft_created", subject=draft, organization_id=None, now=now)
    return draft


def begin_draft(
    *, plan: Plan, interval: Interval, currency: str, name: str, actor: Actor, now: datetime
) -> PriceDraft:
    """Begin a draft from what is on sale, or from one open tier. Raises DraftNameTaken."""
    on_sale = price_on_sale(plan=plan, interval=interval.value, currency=currency)
    table = on_sale.table() if on_sale else _first_table(currency)
    terms = DraftTerms(name, table, on_sale.trial_days if on_sale else 0)
    return make_draft(plan=plan, interval=interval, terms=terms, actor=actor, now=now)


def _first_table(currency: str) -> PriceTable:
    """One open tier at ten of the currency: a place to begin, not a proposal."""
    return PriceTable(Scheme.GRADUATED, currency, (Tier(None, 10 * 10 ** exponent(currency)),))


def draft_after(*, price: Price, actor: Actor, now: datetime) -> PriceDraft:
    """Begin the version after a price; a second time, go on with what was begun."""
    name = _("After version %(n)s") % {"n": price.version}
    same = {"plan": price.plan, "currency": price.currency, "interval": price.interval}
    begun = PriceDraft.objects.open().filter(name=name, **same).first()
    return begun or make_draft(
        plan=price.plan,
        interval=Interval(price.interval),
        terms=DraftTerms(name, price.table(), price.trial_days),
        actor=actor,
        now=now,
    )


@transaction.atomic
def change_draft(
    *, draft_id: int, revision: int, terms: DraftTerms, actor: Actor, now: datetime
) -> PriceDraft:
    """Write what was edited in revision `revision`.

    Raises DraftEnded, DraftChangedMeanwhile, DraftNameTaken; the currency cannot change.
    """
    draft = _lock(draft_id, revision)
    if terms.table.currency != draft.currency:
        raise ValueError("a draft keeps its currency")
    draft.revision += 1
    _write(draft, terms, actor, now)
    record(
        actor=actor,
        verb="price_draft_changed",
        subject=draft,
        organization_id=None,
        now=now,
        changes={"revision": draft.revision},
    )
    return draft


@transaction.atomic
def discard_draft(*, draft_id: int, actor: Actor, now: datetime) -> PriceDraft:
    """Put a draft away for good. Raises DraftEnded."""
    draft = _lock(draft_id)
    draft.discarded_at = now
    draft.save(update_fields=["discarded_at"])
    record(actor=actor, verb="price_draft_discarded", subject=draft, organization_id=None, now=now)
    return draft


@transaction.atomic
def publish_draft(
    *, draft_id: int, revision: int, actor: Actor, now: datetime, reason: str = ""
) -> Price:
    """Put the draft on sale as it was seen in revision `revision`.

    Raises DraftEnded, DraftChangedMeanwhile, AlreadyPublished, OutsideAnnualBand.
    """
    draft = _lock(draft_id, revision)
    price = publish_price(
        plan=draft.plan,
        interval=Interval(draft.interval),
        table=draft.table(),
        actor=actor,
        now=now,
        trial_days=draft.trial_days,
        reason=reason,
    )
    draft.published_price = price
    draft.save(update_fields=["published_price"])
    return price


def _lock(draft_id: int, revision: int | None = None) -> PriceDraft:
    drafts = PriceDraft.objects.select_for_update(of=["self"]).select_related("plan")
    draft = drafts.get(pk=draft_id)
    if not draft.is_open:
        raise DraftEnded(_("This draft was published or discarded and stays as it was."))
    if revision is not None and draft.revision != revision:
        raise DraftChangedMeanwhile(
            _("Somebody changed this draft while you worked on it. Look at it again, then save.")
        )
    return draft


def _write(draft: PriceDraft, terms: DraftTerms, actor: Actor, now: datetime) -> None:
    table = terms.table
    draft.name = terms.name
    draft.scheme = table.scheme.value
    draft.tiers = terms_to_json(table)["tiers"]
    draft.minimum_seats = table.minimum_seats
    draft.maximum_seats = table.maximum_seats
    draft.step = table.step
    draft.trial_days = terms.trial_days
    draft.floor_minor = terms.floor_minor
    draft.author_label = actor.label[:200]
    draft.updated_at = now
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        raise DraftNameTaken(
            _("There is a draft of this name already. Choose another one.")
        ) from error
