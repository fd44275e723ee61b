"""The catalog: plans and their prices. It is the vendor's own and the same for every organization.

The terms of a price never change: a trigger refuses it. A new price is a new version, and a
subscription keeps the version it was sold under. `stripe_key` of a row is the idempotency key with
which its twin at Stripe is made.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.domain import period, price_table


class Plan(models.Model):
    """What is sold: seats of one product under one name."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    stripe_product_id = models.CharField(max_length=80, blank=True, editable=False)
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PriceQuerySet(models.QuerySet["Price"]):
    """Prices in the words of the catalog."""

    def on_sale(self) -> "PriceQuerySet":
        """Return the prices that a new subscription may take."""
        return self.filter(
            published_at__isnull=False, retired_at__isnull=True, plan__retired_at__isnull=True
        )


class Price(models.Model):
    """One version of a plan's price in one currency and interval.

    being made (tiers are added) -> published (terms fixed, on sale) -> retired (kept by who has it)

    A new subscription begins with `trial_days` days that are not charged. An entry tier is a first
    tier with an amount once and none for each seat. `publish_reason` says why terms were put on
    sale that the rules advise against, such as an annual price outside its band.
    """

    class Interval(models.TextChoices):
        MONTH = period.Interval.MONTH.value, _("monthly")
        YEAR = period.Interval.YEAR.value, _("annual")

    class Scheme(models.TextChoices):
        FLAT = price_table.Scheme.FLAT.value, _("one price for every seat")
        GRADUATED = price_table.Scheme.GRADUATED.value, _("each seat at the price of its tier")
        VOLUME = price_table.Scheme.VOLUME.value, _("all seats at the price of the tier reached")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="prices")
    version = models.PositiveIntegerField(_("version"), default=1)
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(_("interval"), max_length=5, choices=Interval)
    scheme = models.CharField(_("scheme"), max_length=10, choices=Scheme)
    minimum_seats = models.PositiveIntegerField(_("minimum seats"), default=1)
    maximum_seats = models.PositiveIntegerField(_("maximum seats"), null=True, blank=True)
    step = models.PositiveIntegerField(_("step"), default=1)
    trial_days = models.PositiveSmallIntegerField(_("trial in days"), default=0)
    publish_reason = models.CharField(_("reason"), max_length=300, blank=True)
    stripe_price_id = models.CharField(max_length=80, blank=True, editable=False)
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "currency", "interval", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "currency", "interval", "version"],
                name="one_price_per_plan_currency_interval_and_version",
            ),
            models.UniqueConstraint(
                fields=["plan", "currency", "interval"],
                condition=Q(published_at__isnull=False, retired_at__isnull=True),
                name="one_price_on_sale_per_plan_currency_and_interval",
            ),
            models.CheckConstraint(
                condition=Q(step__gte=1, minimum_seats__gte=1), name="seats_are_sold_in_whole_steps"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.currency} {self.get_interval_display()} v{self.version}"

    @property
    def billing_interval(self) -> period.Interval:
        """The interval as the domain knows it."""
        return period.Interval(self.interval)

    def table(self) -> price_table.PriceTable:
        """Return the price as the domain computes with it."""
        tiers = sorted(self.tiers.all(), key=lambda tier: tier.position)
        return price_table.PriceTable(
            scheme=price_table.Scheme(self.scheme),
            currency=self.currency,
            tiers=tuple(
                price_table.Tier(tier.up_to, tier.unit_amount_minor, tier.flat_amount_minor)
                for tier in tiers
            ),
            minimum_seats=self.minimum_seats,
            maximum_seats=self.maximum_seats,
            step=self.step,
        )


class PriceTier(models.Model):
    """One tier of a price; insert-only, and only while the price is a draft."""

    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="tiers")
    position = models.PositiveSmallIntegerField()
    up_to = models.PositiveIntegerField(_("up to"), null=True, blank=True)
    unit_amount_minor = models.BigIntegerField(_("amount per seat"))
    flat_amount_minor = models.BigIntegerField(_("amount once"), default=0)

    class Meta:
        ordering = ["price", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["price", "position"], name="one_tier_per_price_and_position"
            ),
            models.CheckConstraint(
                condition=Q(unit_amount_minor__gte=0, flat_amount_minor__gte=0),
                name="a_tier_is_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price} #{self.position}"


class TaxRate(models.Model):
    """A rate of exclusive tax under one name, and its twin at Stripe."""

    basis_points = models.PositiveIntegerField(_("basis points"))
    name = models.CharField(_("name"), max_length=40, default="VAT")
    stripe_tax_rate_id = models.CharField(max_length=80, blank=True)
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["basis_points", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["basis_points", "name"], name="one_tax_rate_per_rate_and_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.basis_points / 100:g} %"
