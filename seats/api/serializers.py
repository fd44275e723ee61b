"""How figures and people look in the API. Times are RFC 3339 in UTC, ratios decimal numbers."""

from fractions import Fraction

from rest_framework import serializers

from seats.selectors.member_usage import MemberUsage, UsedFeature
from seats.selectors.usage import SeatFigures


class UtilizationSerializer(serializers.Serializer[SeatFigures]):
    """The figures of one organization. Ratios are null while no seat was purchased."""

    purchased_seats = serializers.IntegerField(source="seats.purchased")
    assigned_seats = serializers.IntegerField(source="seats.assigned")
    free_seats = serializers.IntegerField(source="seats.free")
    overage_seats = serializers.IntegerField(source="seats.overage")
    active_people = serializers.IntegerField(source="seats.active")
    active_without_seat = serializers.IntegerField(source="active_unseated")
    idle_seats = serializers.IntegerField(source="idle_seated")
    waiting_people = serializers.IntegerField(source="waiting")
    utilization = serializers.SerializerMethodField(help_text="active people / purchased seats")
    assignment = serializers.SerializerMethodField(help_text="assigned / purchased seats")
    overage_since = serializers.DateTimeField(allow_null=True)

    def get_utilization(self, figures: SeatFigures) -> float | None:
        return _as_number(figures.seats.utilization)

    def get_assignment(self, figures: SeatFigures) -> float | None:
        return _as_number(figures.seats.assignment)


def _as_number(ratio: Fraction | None) -> float | None:
    return None if ratio is None else round(float(ratio), 4)


class MemberSerializer(serializers.Serializer[MemberUsage]):
    """One person: who, whether they have a seat, when they were last active.

    What a person did is null where the organization shows only totals of usage.
    """

    member = serializers.CharField(source="membership.external_id")
    name = serializers.CharField(source="membership.name")
    email = serializers.CharField(source="membership.email")
    state = serializers.CharField(source="membership.state")
    role = serializers.CharField(source="membership.role")
    kind = serializers.CharField(source="membership.kind")
    title = serializers.CharField(source="membership.title")
    department = serializers.CharField(
        source="membership.department.name", default=None, allow_null=True
    )
    region = serializers.CharField(source="membership.region.name", default=None, allow_null=True)
    has_seat = serializers.BooleanField()
    is_idle = serializers.BooleanField(
        allow_null=True,
        help_text="has a seat and is inactive by the contract, without one for 30 days",
    )
    last_active_at = serializers.DateTimeField(allow_null=True)
    active_days_28 = serializers.IntegerField(
        allow_null=True, help_text="days with activity in the last 28"
    )
    features_28 = serializers.IntegerField(
        source="features", allow_null=True, help_text="features used in 28 days"
    )


class NewSeatSerializer(serializers.Serializer[dict[str, bool]]):
    """Whether the charge of a removed person's return is agreed to; the body may be empty."""

    accept_charge = serializers.BooleanField(default=False)


class OutcomeSumSerializer(serializers.Serializer[tuple[str, object]]):
    """What came of it in 28 days: the sum of one kind of outcome."""

    kind = serializers.CharField(source="0")
    value = serializers.DecimalField(source="1", max_digits=24, decimal_places=4)


class UsedFeatureSerializer(serializers.Serializer[UsedFeature]):
    """A feature as one person used it."""

    feature = serializers.CharField(source="name")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    events = serializers.IntegerField()
    events_28 = serializers.IntegerField(source="recent_events", help_text="of the last 28 days")
