"""Outcomes over the API: read by department against their baseline, and recorded."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import query_of
from accounts.api.tenancy import caller_of, of_organization
from accounts.domain.scopes import Area
from accounts.models import Department, Organization
from seats.domain.outcomes import OutcomeKind
from seats.models import OutcomeEntry
from seats.models.outcome import KindChoice
from seats.selectors.outcomes import OutcomeRow, as_decimal, outcome_table
from seats.services.outcomes import OutcomeFacts, OutcomeNotPossible, record_outcome


class PeriodSerializer(serializers.Serializer[Any]):
    """The days that are asked for, both ends included; a year at most."""

    first_day = serializers.DateField()
    last_day = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins or is longer than a year."""
        days = (attrs["last_day"] - attrs["first_day"]).days
        if not 0 <= days < 366:
            raise serializers.ValidationError(
                {"last_day": _("Give a last day on or after the first, at most a year later.")}
            )
        return attrs


class StandingSerializer(serializers.Serializer[Any]):
    """How a figure stands against its baseline for the same number of days."""

    baseline = serializers.DecimalField(max_digits=24, decimal_places=2)
    difference = serializers.DecimalField(max_digits=24, decimal_places=2)
    change = serializers.FloatField(allow_null=True, help_text="0.25 is a quarter more")


class OutcomeRowSerializer(serializers.Serializer[OutcomeRow]):
    """One kind of outcome: of the whole organization, a department, or everybody else."""

    kind = serializers.CharField()
    unit = serializers.CharField()
    scope = serializers.ChoiceField(choices=["organization", "department", "rest"])
    department = serializers.CharField(allow_null=True)
    amount = serializers.DecimalField(max_digits=24, decimal_places=2)
    against_baseline = StandingSerializer(allow_null=True)


class OutcomesSerializer(serializers.Serializer[Any]):
    """The outcomes of a period."""

    first_day = serializers.DateField()
    last_day = serializers.DateField()
    outcomes = OutcomeRowSerializer(many=True)


@extend_schema_field(
    {"type": "string", "format": "decimal", "pattern": r"^(?:\d{1,12}(?:\.\d{0,4})?|\.\d{1,4})$"}
)
class _AmountField(serializers.DecimalField):
    """An amount, never negative."""


class BaselineFactsSerializer(serializers.Serializer[Any]):
    """An amount of one kind in a period."""

    kind = serializers.ChoiceField(choices=KindChoice.choices)
    department = serializers.CharField(required=False, allow_blank=True, default="")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    amount = _AmountField(max_digits=16, decimal_places=4, min_value=0)
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")


class OutcomeFactsSerializer(BaselineFactsSerializer):
    """What an outcome says."""

    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class NewOutcomeSerializer(OutcomeFactsSerializer):
    """An outcome to record."""

    reference = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        default="",
        help_text="your own name of it; sent again, nothing is recorded twice",
    )


class OutcomeSerializer(serializers.ModelSerializer[OutcomeEntry]):
    """An outcome as it was recorded."""

    department = serializers.CharField(source="department.name", default=None, allow_null=True)
    first_day = serializers.DateField(source="starts_on")
    last_day = serializers.DateField(source="ends_on")

    class Meta:
        model = OutcomeEntry
        fields = (
            *("id", "kind", "department", "first_day", "last_day", "amount", "unit", "note"),
            "reference",
        )


class OutcomesView(ApiView):
    """Outcomes of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="organization_outcomes",
        summary="Outcomes of an organization",
        description=(
            "What came of the work from `first_day` to `last_day`, as the product reported it and "
            "as people recorded it, by department. Amounts are added up, of `quality` the mean "
            "counts. A baseline is scaled to as many days as are asked for."
        ),
        parameters=[PeriodSerializer],
        responses={200: OutcomesSerializer},
        tags=["outcomes"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the outcomes of a period."""
        days = query_of(request, PeriodSerializer)
        table = outcome_table(
            organization_id=organization.pk, starts_on=days["first_day"], ends_on=days["last_day"]
        )
        rows = [_row(row) for row in table.rows]
        return Response(OutcomesSerializer({**days, "outcomes": rows}).data)

    @extend_schema(
        operation_id="organization_outcomes_create",
        summary="Record an outcome",
        description=(
            "`department` is the name of one of the organization's; without it the outcome is the "
            "whole organization's. Answers 422 `outcome_not_possible`, naming the field in "
            "`about`, for what makes no sense, and 200 with the outcome as it stands for a "
            "`reference` that was recorded before."
        ),
        request=NewOutcomeSerializer,
        responses={200: OutcomeSerializer, 201: OutcomeSerializer},
        tags=["outcomes"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Record an outcome, once for each reference."""
        serializer = NewOutcomeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        entry, is_new = record_outcome(
            organization_id=organization.pk,
            facts=facts_of(organization, given),
            reference=given["reference"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(OutcomeSerializer(entry).data, status=201 if is_new else 200)


def facts_of(organization: Organization, given: dict[str, Any]) -> OutcomeFacts:
    """Return what a body says of an outcome or a baseline."""
    return OutcomeFacts(
        kind=OutcomeKind(given["kind"]),
        starts_on=given["first_day"],
        ends_on=given["last_day"],
        amount=given["amount"],
        unit=given["unit"],
        department_id=department_of(organization, given["department"]),
        note=given.get("note", ""),
    )


def department_of(organization: Organization, name: str) -> int | None:
    if not name:
        return None
    found = Department.objects.filter(organization=organization, name__iexact=name).first()
    if found is None:
        sentence = _("There is no such department. Make it first, or leave it out.")
        raise OutcomeNotPossible(sentence, about="department")
    return found.pk


def _row(row: OutcomeRow) -> dict[str, Any]:
    standing = row.standing
    change = standing.change if standing else None
    return {
        "kind": row.kind,
        "unit": row.unit,
        "scope": "organization" if row.is_whole else "department" if row.department else "rest",
        "department": row.department.name if row.department else None,
        "amount": as_decimal(row.value),
        "against_baseline": {
            "baseline": as_decimal(standing.baseline),
            "difference": as_decimal(standing.difference),
            "change": None if change is None else round(float(change), 4),
        }
        if standing
        else None,
    }
