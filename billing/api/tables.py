"""A price table as the API takes it, and what it answers to one that cannot be sold from."""

from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from accounts.api.problems import PROBLEM_TYPE, problem
from billing.domain.price_table import InvalidTierTable, PriceTable, Scheme, Tier
from billing.selectors.tables import table_refusal

MOST_TIERS: Final = 50
LARGEST_QUANTITY: Final = 1_000_000_000
LARGEST_AMOUNT: Final = 1_000_000_000_000


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know: a misspelled amount must not become a cheaper price."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the fields, or say which one is unknown."""
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                message = _("There is no such field. Known here: %(names)s.")
                known = ", ".join(self.fields)
                raise exceptions.ValidationError(
                    {str(name)[:60]: [message % {"names": known}] for name in unknown[:10]}
                )
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A whole number of JSON: no text, no fraction, no true or false is taken for one."""

    default_error_messages: ClassVar = {
        "invalid": gettext_lazy("Send a whole number, without quotes and decimals."),
    }

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


def seats_field(**kwargs: Any) -> WholeNumber:
    """Return a field for a number of seats."""
    return WholeNumber(max_value=LARGEST_QUANTITY, **kwargs)


class SimulatedTierSerializer(StrictSerializer):
    """One tier, in minor units of the currency; bounds may be wrong, the answer says how."""

    up_to = seats_field(
        min_value=-LARGEST_QUANTITY,
        allow_null=True,
        default=None,
        help_text="The last seat of the tier; null for the open end.",
    )
    unit_amount_minor = WholeNumber(
        min_value=-LARGEST_AMOUNT, max_value=LARGEST_AMOUNT, help_text="For each seat."
    )
    flat_amount_minor = WholeNumber(
        min_value=-LARGEST_AMOUNT,
        max_value=LARGEST_AMOUNT,
        default=0,
        help_text="Once, when the tier is entered.",
    )


def table_of(given: dict[str, Any]) -> PriceTable:
    """Return the table of a checked body; raises InvalidTierTable."""
    return PriceTable(
        scheme=Scheme(given["scheme"]),
        currency=given["currency"],
        tiers=tuple(Tier(**tier) for tier in given["tiers"]),
        minimum_seats=given["minimum_seats"],
        maximum_seats=given["maximum_seats"],
        step=given["step"],
    )


def table_refused(error: InvalidTierTable) -> Response:
    """Return the answer that says what is wrong with a table, and the remedy."""
    refusal = table_refusal(error)
    body = problem(
        code="invalid_tiers",
        title=refusal.sentence,
        status_code=status.HTTP_422_UNPROCESSABLE_ENTITY,
        errors=[
            {
                "field": refusal.field,
                "code": refusal.fault,
                "message": f"{refusal.sentence} {refusal.remedy}".strip(),
            }
        ],
        fault=refusal.fault,
        tier=refusal.tier,
        bound=refusal.bound,
        remedy=refusal.remedy,
    )
    return Response(body, status=body["status"], content_type=PROBLEM_TYPE)
