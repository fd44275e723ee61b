"""Writes drafts of prices: begun, edited, discarded, published."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable
from billing.models import Plan, Price, PriceDraft
from billing.models.snapshot import terms_to_json
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
