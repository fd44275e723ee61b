"""Drafts of prices over the API: begun, written, discarded, put on sale."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.reading import body_of
from accounts.api.tenancy import of_vendor, signed
from billing.api.catalog import PriceVersionSerializer, price_answer
from billing.api.serializers import TierSerializer
from billing.api.tables import (
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    MOST_TIERS,
    SimulatedTierSerializer,
    StrictSerializer,
    WholeNumber,
    seats_field,
    table_of,
    table_refused,
)
from billing.api.vendor import CatalogView
from billing.domain.period import Interval
from billing.domain.price_table import InvalidTierTable
from billing.models import Plan, Price, PriceDraft
from billing.selectors.catalog import priced
from billing.selectors.designer import CURRENCIES
from billing.services.drafts import (
    DraftTerms,
    begin_draft,
    change_draft,
    discard_draft,
    draft_after,
    publish_draft,
)
from billing.tasks import sync_prices

_LONGEST_TRIAL = 365


class PriceDraftSerializer(serializers.ModelSerializer[PriceDraft]):
    """A price in the making; `revision` counts its edits and is sent back with the next one."""

    plan = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    tiers = TierSerializer(many=True, read_only=True)
    author = serializers.CharField(source="author_label", read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = PriceDraft
        fields = (
            *("id", "plan", "name", "currency", "interval", "state", "scheme", "tiers"),
            *("minimum_seats", "maximum_seats", "step", "trial_days", "floor_minor", "revision"),
            *("author", "created_at", "updated_at", "published_price"),
        )

    @extend_schema_field({"type": "string", "enum": ["open", "published", "discarded"]})
    def get_state(self, draft: PriceDraft) -> str:
        """Return how far the draft is."""
        if draft.is_open:
            return "open"
        return "published" if draft.published_price_id else "discarded"


class NewDraftSerializer(serializers.Serializer[Any]):
    """For what a price is drafted; it begins with the terms that are on sale."""

    plan = serializers.SlugRelatedField[Any](slug_field="code", queryset=Plan.objects.all())
    currency = serializers.ChoiceField(choices=CURRENCIES)
    interval = serializers.ChoiceField(choices=Price.Interval.choices)
    name = serializers.CharField(max_length=80)


class DraftTermsSerializer(StrictSerializer):
    """The terms of a draft, whole. Amounts are minor units of its currency, before tax."""

    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The revision that was read."
    )
    name = serializers.CharField(max_length=80)
    scheme = serializers.ChoiceField(choices=Price.Scheme.choices)
    tiers: Any = serializers.ListSerializer(child=SimulatedTierSerializer(), max_length=MOST_TIERS)
    minimum_seats = seats_field(min_value=-LARGEST_QUANTITY, default=1)
    maximum_seats = seats_field(min_value=-LARGEST_QUANTITY, allow_null=True, default=None)
    step = seats_field(min_value=-LARGEST_QUANTITY, default=1)
    trial_days = WholeNumber(min_value=0, max_value=_LONGEST_TRIAL, default=0)
    floor_minor = WholeNumber(
        min_value=0,
        max_value=LARGEST_AMOUNT,
        allow_null=True,
        default=None,
        help_text="The least a seat should bring; below it the designer warns.",
    )


class PublishSerializer(serializers.Serializer[Any]):
    """Which revision goes on sale, and why, where the terms are outside of a rule."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class PriceDraftsView(CatalogView):
    """Drafts of prices."""

    pagination_class = ordered_by("-created_at", "-pk")

    @extend_schema(
        operation_id="price_drafts_list",
        summary="List the prices that are being drafted",
        description="The latest first, without those that were published or discarded.",
        responses={200: PriceDraftSerializer(many=True)},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of drafts."""
        return listed(
            self, request, PriceDraft.objects.open().select_related("plan"), PriceDraftSerializer
        )

    @extend_schema(
        operation_id="price_drafts_begin",
        summary="Begin a draft",
        description="With the terms that are on sale for the same plan, currency and interval, or "
        "with one open tier. A name that is taken is 409 `draft_name_taken`.",
        request=NewDraftSerializer,
        responses={201: PriceDraftSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request) -> Response:
        """Begin the draft."""
        given = body_of(request, NewDraftSerializer)
        begun = begin_draft(**{**given, "interval": Interval(given["interval"])}, **signed(request))
        return Response(PriceDraftSerializer(begun).data, status=201)


class PriceDraftFromView(CatalogView):
    """The version after a price."""

    @extend_schema(
        operation_id="price_drafts_begin_from",
        summary="Begin the version after a price",
        description="A second time, the draft that was begun is returned.",
        request=None,
        responses={201: PriceDraftSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request, price_id: int) -> Response:
        """Begin the draft."""
        begun = draft_after(price=get_object_or_404(priced(), pk=price_id), **signed(request))
        return Response(PriceDraftSerializer(begun).data, status=201)


class PriceDraftView(CatalogView):
    """One draft."""

    @extend_schema(
        operation_id="price_drafts_read",
        summary="Read a draft",
        responses={200: PriceDraftSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request, draft_id: int) -> Response:
        """Return the draft."""
        return _answer(draft_id)

    @extend_schema(
        operation_id="price_drafts_change",
        summary="Write the terms of a draft",
        description="Whole, with the `revision` that was read: if somebody saved it since, the "
        "answer is 409 `draft_changed_meanwhile`. A table that cannot be sold from is 422 "
        "`invalid_tiers` with the `remedy`; `simulate_prices` says what a table would charge.",
        request=DraftTermsSerializer,
        responses={
            200: PriceDraftSerializer,
            422: OpenApiResponse(OpenApiTypes.OBJECT, description="It cannot be sold from."),
        },
        tags=["catalog"],
    )
    @of_vendor
    def put(self, request: Request, draft_id: int) -> Response:
        """Write the terms."""
        given = body_of(request, DraftTermsSerializer)
        draft = _draft(draft_id)
        try:
            table = table_of({**given, "currency": draft.currency})
        except InvalidTierTable as error:
            return table_refused(error)
        change_draft(
            draft_id=draft_id,
            revision=given["revision"],
            terms=DraftTerms(given["name"], table, given["trial_days"], given["floor_minor"]),
            **signed(request),
        )
        return _answer(draft_id)

    @extend_schema(
        operation_id="price_drafts_discard",
        summary="Discard a draft for good",
        description="One that was published or discarded already is 409 `draft_ended`.",
        responses={204: None},
        tags=["catalog"],
    )
    @of_vendor
    def delete(self, request: Request, draft_id: int) -> Response:
        """Discard the draft."""
        _draft(draft_id)
        discard_draft(draft_id=draft_id, **signed(request))
        return Response(status=204)


class PriceDraftPublishView(CatalogView):
    """Putting a draft on sale."""

    @extend_schema(
        operation_id="price_drafts_publish",
        summary="Put a draft on sale",
        description="As it was in `revision`. The version before it is retired, and who pays it "
        "keeps it. A year that saves less than 15 or more than 20 % needs a `reason` (422 "
        "`outside_annual_band`).",
        request=PublishSerializer,
        responses={201: PriceVersionSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request, draft_id: int) -> Response:
        """Publish the draft."""
        given = body_of(request, PublishSerializer)
        _draft(draft_id)
        price = publish_draft(draft_id=draft_id, **given, **signed(request))
        transaction.on_commit(sync_prices.delay)
        return price_answer(price.pk, status=201)


def _draft(draft_id: int) -> PriceDraft:
    return get_object_or_404(PriceDraft.objects.select_related("plan"), pk=draft_id)


def _answer(draft_id: int) -> Response:
    return Response(PriceDraftSerializer(_draft(draft_id)).data)
