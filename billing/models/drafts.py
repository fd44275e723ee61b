"""Drafts of prices: what vendor operations tries out before anybody can buy it.

A draft is a document of its own, edited as often as one likes; publishing it makes a new `Price`
whose terms never change. `revision` counts the edits, so that two people who edit the same draft
notice each other.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.domain import price_table
from billing.models.catalog import Plan, Price


class PriceDraftQuerySet(models.QuerySet["PriceDraft"]):
    """Drafts in the words of the catalog."""

    def open(self) -> "PriceDraftQuerySet":
        """Return those that are neither published nor discarded."""
        return self.filter(published_price__isnull=True, discarded_at__isnull=True)


class PriceDraft(models.Model):
    """A price in the making for one plan, currency and interval: open -> published | discarded.

    `tiers` is a list of {up_to, unit_amount_minor, flat_amount_minor} and always a table that can
    be sold from; `floor_minor` is the least a seat should bring, for warnings only.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="drafts")
    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(_("interval"), max_length=5, choices=Price.Interval)
    scheme = models.CharField(_("scheme"), max_length=10, choices=Price.Scheme)
    tiers = models.JSONField()
    minimum_seats = models.PositiveIntegerField(_("minimum seats"), default=1)
    maximum_seats = models.PositiveIntegerField(_("maximum seats"), null=True, blank=True)
    step = models.PositiveIntegerField(_("step"), default=1)
    trial_days = models.PositiveSmallIntegerField(_("trial in days"), default=0)
    floor_minor = models.PositiveBigIntegerField(_("floor per seat"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    author_label = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    discarded_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_price = models.OneToOneField(
        Price,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="published_draft",
    )

    objects = PriceDraftQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "currency", "interval", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "currency", "interval", "name"],
                condition=Q(published_price__isnull=True, discarded_at__isnull=True),
                name="one_open_draft_per_plan_currency_interval_and_name",
            ),
            models.CheckConstraint(
                condition=Q(published_price__isnull=True) | Q(discarded_at__isnull=True),
                name="a_published_draft_is_not_discarded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.currency} {self.get_interval_display()}: {self.name}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited, published or discarded."""
        return self.published_price_id is None and self.discarded_at is None

    def table(self) -> price_table.PriceTable:
        """Return the draft as the domain computes with it."""
        return price_table.PriceTable(
            scheme=price_table.Scheme(self.scheme),
            currency=self.currency,
            tiers=tuple(price_table.Tier(**tier) for tier in self.tiers),
            minimum_seats=self.minimum_seats,
            maximum_seats=self.maximum_seats,
            step=self.step,
        )
