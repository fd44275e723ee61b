"""The vendor's catalog over the API: plans, every version of their prices, and retiring both."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.reading import body_of
from accounts.api.tenancy import of_vendor, signed
from billing.api.serializers import TierSerializer
from billing.api.vendor import CatalogView
from billing.models import Plan, Price
from billing.selectors.catalog import priced
from billing.services.catalog import add_plan, retire_plan, retire_price


class CatalogPlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan; a retired one is not sold any more, and who has it keeps it."""

    class Meta:
        model = Plan
        fields = ("id", "code", "name", "description", "created_at", "retired_at")


class NewPlanSerializer(serializers.Serializer[Any]):
    """What a plan is called; its code is made of the name."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=300, default="", allow_blank=True)


class PriceVersionSerializer(serializers.ModelSerializer[Price]):
    """A version of a price, whose terms never change, and how many subscribers pay it."""

    plan = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    tiers = TierSerializer(many=True, read_only=True)
    subscribers = serializers.IntegerField(read_only=True)

    class Meta:
        model = Price
        fields = (
            *("id", "plan", "version", "currency", "interval", "scheme", "tiers"),
            *("minimum_seats", "maximum_seats", "step", "trial_days", "publish_reason"),
            *("published_at", "retired_at", "subscribers"),
        )


class CatalogPlansView(CatalogView):
    """Every plan."""

    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="catalog_plans_list",
        summary="List all plans, retired ones too",
        description="By name. Takes a vendor-wide key; `plans` shows what is on sale to any key.",
        responses={200: CatalogPlanSerializer(many=True)},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of plans."""
        return listed(self, request, Plan.objects.all(), CatalogPlanSerializer)

    @extend_schema(
        operation_id="catalog_plans_make",
        summary="Make a plan without prices",
        description="A name that another plan has is 422 `plan_name_not_possible`.",
        request=NewPlanSerializer,
        responses={201: CatalogPlanSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request) -> Response:
        """Make the plan."""
        plan = add_plan(**body_of(request, NewPlanSerializer), **signed(request))
        return Response(CatalogPlanSerializer(plan).data, status=201)


class CatalogPlanRetireView(CatalogView):
    """Taking a plan off sale."""

    @extend_schema(
        operation_id="catalog_plans_retire",
        summary="Take a plan off sale with all its prices",
        description="Who has it keeps it. One that is off sale already is 409 "
        "`not_on_sale_any_more`.",
        request=None,
        responses={200: CatalogPlanSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request, plan_id: int) -> Response:
        """Retire the plan."""
        get_object_or_404(Plan, pk=plan_id)
        plan = retire_plan(plan_id=plan_id, **signed(request))
        return Response(CatalogPlanSerializer(plan).data)


class CatalogPricesView(CatalogView):
    """Every version of every price."""

    pagination_class = ordered_by("-published_at", "-pk")

    @extend_schema(
        operation_id="catalog_prices_list",
        summary="List all versions of all prices, with how many pay each",
        description="The latest first; without `retired_at` a version is on sale.",
        responses={200: PriceVersionSerializer(many=True)},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of versions."""
        return listed(self, request, priced(), PriceVersionSerializer)


class CatalogPriceView(CatalogView):
    """One version of a price."""

    @extend_schema(
        operation_id="catalog_prices_read",
        summary="Read a version of a price",
        responses={200: PriceVersionSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request, price_id: int) -> Response:
        """Return the version."""
        return price_answer(price_id)


class CatalogPriceRetireView(CatalogView):
    """Taking a version off sale."""

    @extend_schema(
        operation_id="catalog_prices_retire",
        summary="Take a price off sale without a new version",
        description="Who pays it keeps it. One that is off sale already is 409 "
        "`not_on_sale_any_more`.",
        request=None,
        responses={200: PriceVersionSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request, price_id: int) -> Response:
        """Retire the price."""
        get_object_or_404(priced(), pk=price_id)
        retire_price(price_id=price_id, **signed(request))
        return price_answer(price_id)


def price_answer(price_id: int, *, status: int = 200) -> Response:
    """Return a version as it is now; raises Http404."""
    found = get_object_or_404(priced(), pk=price_id)
    return Response(PriceVersionSerializer(found).data, status=status)
