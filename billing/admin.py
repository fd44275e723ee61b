"""The catalog in Django's admin: plans may be renamed and retired, terms of prices only read."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from billing.models import Plan, Price, PriceTier

# Django's admin classes take their model in brackets for type checkers only.
if TYPE_CHECKING:
    TierTable = admin.TabularInline[PriceTier, Price]
    ForPrices = admin.ModelAdmin[Price]
    ForPlans = admin.ModelAdmin[Plan]
else:
    TierTable, ForPrices, ForPlans = admin.TabularInline, admin.ModelAdmin, admin.ModelAdmin


class TierInline(TierTable):
    """The tiers of a price, read only."""

    model = PriceTier
    extra = 0
    can_delete = False
    fields = ["position", "up_to", "unit_amount_minor", "flat_amount_minor"]
    readonly_fields = ["position", "up_to", "unit_amount_minor", "flat_amount_minor"]

    def has_add_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """Tiers belong to a version, which never changes."""
        return False


@admin.register(Price)
class PriceAdmin(ForPrices):
    """Prices: everything is read only; a new price is published as a new version."""

    list_display = ["plan", "currency", "interval", "version", "scheme", "published_at"]
    list_filter = ["plan", "currency", "interval"]
    inlines = [TierInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Prices are made by `publish_price`, which checks their tiers."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """Terms never change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """Prices are retired, not deleted."""
        return False


@admin.register(Plan)
class PlanAdmin(ForPlans):
    """Plans."""

    list_display = ["name", "code", "created_at", "retired_at"]
    readonly_fields = ["stripe_product_id", "created_at"]
    prepopulated_fields = {"code": ["name"]}

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        """Plans are retired, not deleted."""
        return False
