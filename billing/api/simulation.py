"""Simulates a price table for programs: the price designer's arithmetic, without a catalog."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.problems import PROBLEM_TYPE, problem
from accounts.domain.rate_limits import DEAR_COST
from accounts.domain.scopes import Area
from billing.api.tables import (
    LARGEST_QUANTITY,
    MOST_TIERS,
    SimulatedTierSerializer,
    StrictSerializer,
    seats_field,
    table_of,
    table_refused,
)
from billing.domain.money import EXPONENTS
from billing.domain.period import EmptyPeriod, OutsidePeriod, Period, whole_second
from billing.domain.price_design import warnings
from billing.domain.price_table import (
    InvalidTierTable,
    PriceTable,
    QuantityNotAllowed,
)
from billing.domain.pricing import PriceLine, volume_cliffs
from billing.domain.proration import Proration, prorate_change
from billing.domain.simulation import SimulatedTotal, simulate_totals
from billing.models import Price
from billing.selectors.price_words import warning_sentence

MOST_QUANTITIES: Final = 1_000


class Moment(serializers.DateTimeField):
    """A time with its zone, in UTC and cut to the second, as prorations are."""

    default_error_messages: ClassVar = {
        "naive": gettext_lazy("Say which zone the time is in: 2026-04-16T00:00:00Z."),
        "invalid": gettext_lazy("Send a time such as 2026-04-16T00:00:00Z."),
        "overflow": gettext_lazy("This time is outside the calendar."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """Return the time in UTC; one without a zone is refused, never guessed."""
        if value.utcoffset() is None:
            self.fail("naive")
        try:
            return whole_second(value.astimezone(UTC))
        except OverflowError:
            self.fail("overflow")


class ShortList(serializers.ListField):
    """A list whose length is looked at before its members are."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the members."""
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            raise exceptions.ValidationError(
                _("Send at most %(most)s at once.") % {"most": self.max_length}
            )
        return super().to_internal_value(data)


class SimulatedChangeSerializer(StrictSerializer):
    """A change of seats inside a period `[period_start, period_end)`."""

    to = seats_field(min_value=0, help_text="Seats after the change.")
    at = Moment(help_text="When; a time of the period, its end included.")
    period_start = Moment()
    period_end = Moment()

    def get_fields(self) -> dict[str, Any]:
        """Return the fields with `from`, which Python keeps for itself."""
        before = seats_field(min_value=0, help_text="Seats before the change.")
        return {"from": before} | super().get_fields()


class SimulationRequestSerializer(StrictSerializer):
    """A price table and what to ask of it."""

    scheme = serializers.ChoiceField(
        choices=Price.Scheme.choices,
        help_text="flat: one price for every seat. graduated: each seat at the price of its tier. "
        "volume: all seats at the price of the tier reached.",
    )
    currency = serializers.RegexField(
        "^[A-Za-z]{3}$", max_length=3, help_text="ISO 4217, such as EUR."
    )
    tiers: Any = serializers.ListSerializer(child=SimulatedTierSerializer(), max_length=MOST_TIERS)
    quantities = ShortList(
        child=seats_field(min_value=0), max_length=MOST_QUANTITIES, help_text="Seats to price."
    )
    minimum_seats = seats_field(min_value=-LARGEST_QUANTITY, default=1)
    maximum_seats = seats_field(min_value=-LARGEST_QUANTITY, allow_null=True, default=None)
    step = seats_field(min_value=-LARGEST_QUANTITY, default=1)
    change = SimulatedChangeSerializer(required=False, allow_null=True, default=None)

    def validate_currency(self, value: str) -> str:
        """Return the code in capitals, as the catalog writes it."""
        if value.upper() not in EXPONENTS:
            raise exceptions.ValidationError(
                _("This is not a currency that can be charged. Send an ISO 4217 code such as EUR.")
            )
        return value.upper()

    def validate(self, attrs: Any) -> Any:
        """Return the request; it must ask for something."""
        if not attrs["quantities"] and attrs["change"] is None:
            raise exceptions.ValidationError(
                {"quantities": [_("Name at least one quantity, or a change.")]}
            )
        return attrs


class SimulatedLineSerializer(serializers.Serializer[Any]):
    """Seats `first_seat` to `last_seat` at the price of one tier."""

    tier = serializers.IntegerField(help_text="Counted from 1.")
    first_seat = serializers.IntegerField()
    last_seat = serializers.IntegerField()
    quantity = serializers.IntegerField()
    unit_amount_minor = serializers.IntegerField()
    flat_amount_minor = serializers.IntegerField()
    amount_minor = serializers.IntegerField()


class SimulatedTotalSerializer(serializers.Serializer[Any]):
    """What one quantity costs for one billing interval, before tax."""

    quantity = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    average_minor = serializers.IntegerField(help_text="For one seat, rounded half up.")
    is_on_sale = serializers.BooleanField(help_text="Minimum, maximum and step allow it.")
    lines = SimulatedLineSerializer(many=True)


class SimulatedProrationSerializer(serializers.Serializer[Any]):
    """The two lines of the change, each rounded by itself."""

    credit_minor = serializers.IntegerField(help_text="Zero or negative.")
    debit_minor = serializers.IntegerField()
    net_minor = serializers.IntegerField(help_text="Below zero it is owed to the organization.")


class SimulatedCliffSerializer(serializers.Serializer[Any]):
    """Quantities that cost more than the larger `better_quantity` does; volume prices only."""

    first_quantity = serializers.IntegerField()
    last_quantity = serializers.IntegerField()
    better_quantity = serializers.IntegerField()
    better_total_minor = serializers.IntegerField()
    largest_saving_minor = serializers.IntegerField()


class SimulatedWarningSerializer(serializers.Serializer[Any]):
    """Something that can be sold but should be looked at."""

    code = serializers.CharField(help_text="Stable, such as dearer_tier or rising_average.")
    tier = serializers.IntegerField(allow_null=True, help_text="Counted from 1.")
    quantity = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class SimulationSerializer(serializers.Serializer[Any]):
    """What the table charges; `change` is null when none was asked for."""

    currency = serializers.CharField()
    totals = SimulatedTotalSerializer(many=True)
    change = SimulatedProrationSerializer(allow_null=True)
    cliffs = SimulatedCliffSerializer(many=True)
    warnings = SimulatedWarningSerializer(many=True)


class PriceSimulationView(ApiView):
    """What a price table would charge. Nothing is stored."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.CATALOG
    computes: ClassVar = frozenset({"post"})
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="simulate_prices",
        summary="What a price table would charge",
        description=(
            "Prices each of `quantities` for one billing interval and, when asked, the `change` of "
            "seats inside a period: the credit for the old seats and the charge for the new ones, "
            "to the second. Nothing is stored. A table with a gap, an overlap, a bound twice or a "
            "missing end is refused with 422; the problem names `fault`, `tier` (from 1), `bound` "
            f"and `remedy`. At most {MOST_TIERS} tiers and {MOST_QUANTITIES:,} quantities."
        ),
        request=SimulationRequestSerializer,
        responses={
            200: SimulationSerializer,
            422: OpenApiResponse(
                OpenApiTypes.OBJECT,
                description="The table cannot be sold from, or does not reach a quantity.",
            ),
        },
        tags=["billing"],
    )
    def post(self, request: Request) -> Response:
        """Return the totals."""
        asked = SimulationRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        try:
            table = table_of(given)
        except InvalidTierTable as error:
            return table_refused(error)
        try:
            totals = simulate_totals(table, given["quantities"])
        except QuantityNotAllowed as error:
            return _not_priced(error, f"quantities[{given['quantities'].index(error.quantity)}]")
        try:
            change = _change(table, given["change"])
        except QuantityNotAllowed as error:
            field = "from" if given["change"]["from"] == error.quantity else "to"
            return _not_priced(error, f"change.{field}")
        return Response(_body(table, totals, change))


def _body(
    table: PriceTable, totals: tuple[SimulatedTotal, ...], change: Proration | None
) -> dict[str, Any]:
    """What SimulationSerializer describes, by hand: field by field takes seconds for all lines."""
    return {
        "currency": table.currency,
        "totals": [
            {
                "quantity": total.quantity,
                "total_minor": total.total_minor,
                "average_minor": total.average_minor,
                "is_on_sale": total.is_on_sale,
                "lines": [_line(line) for line in total.lines],
            }
            for total in totals
        ],
        "change": change
        and {
            "credit_minor": change.credit_minor,
            "debit_minor": change.debit_minor,
            "net_minor": change.net_minor,
        },
        "cliffs": [asdict(cliff) for cliff in volume_cliffs(table)],
        "warnings": _warnings(table),
    }


def _line(line: PriceLine) -> dict[str, int]:
    return {
        "tier": line.tier + 1,
        "first_seat": line.first_seat,
        "last_seat": line.last_seat,
        "quantity": line.quantity,
        "unit_amount_minor": line.unit_amount_minor,
        "flat_amount_minor": line.flat_amount_minor,
        "amount_minor": line.amount_minor,
    }


def _warnings(table: PriceTable) -> list[dict[str, Any]]:
    return [
        {
            "code": warning.code.value,
            "tier": None if warning.tier is None else warning.tier + 1,
            "quantity": warning.quantity,
            "message": warning_sentence(warning, table.currency),
        }
        for warning in warnings(table)
    ]


def _change(table: PriceTable, given: dict[str, Any] | None) -> Proration | None:
    if given is None:
        return None
    try:
        period = Period(given["period_start"], given["period_end"])
        return prorate_change(table, given["from"], given["to"], given["at"], period)
    except EmptyPeriod as error:
        raise exceptions.ValidationError(
            {"change": {"period_end": [_("The period must end after it starts.")]}}
        ) from error
    except OutsidePeriod as error:
        raise exceptions.ValidationError(
            {"change": {"at": [_("Choose a time from period_start to period_end.")]}}
        ) from error


def _not_priced(error: QuantityNotAllowed, field: str) -> Response:
    sentence = _("No tier reaches %(quantity)s seats.") % {"quantity": error.quantity}
    remedy = _("Ask for fewer seats, or leave the last tier open.")
    body = problem(
        code="quantity_not_priced",
        title=sentence,
        status_code=status.HTTP_422_UNPROCESSABLE_ENTITY,
        errors=[{"field": field, "code": "quantity_not_priced", "message": f"{sentence} {remedy}"}],
        remedy=remedy,
    )
    return Response(body, status=body["status"], content_type=PROBLEM_TYPE)
