"""Signals and tasks as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.tenancy import caller_of
from signals.models import ExpansionTask, Signal
from signals.selectors.sentences import for_customers


class EvidenceSerializer(serializers.Serializer[dict[str, Any]]):
    """One fact behind a signal: a stable code and its values."""

    code = serializers.CharField(help_text="stable, for programs: such as `seats_in_use`")
    values = serializers.DictField(help_text="numbers, names and dates that the fact is made of")


class SignalSerializer(serializers.ModelSerializer[Signal]):
    """A signal."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Signal
        fields = (
            "id",
            "organization",
            "kind",
            "band",
            "status",
            "opened_on",
            "created_at",
            "raised_at",
            "evaluated_on",
            "snoozed_until",
            "resolution",
            "resolved_at",
            "evidence",
        )

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_evidence(self, signal: Signal) -> list[dict[str, Any]]:
        """Return the facts as they are stored, for customers without the vendor's estimates."""
        caller = caller_of(self.context["request"])
        if caller.api_key.is_vendor_wide:
            return list(signal.evidence)
        return [dict(each) for each in for_customers(signal.evidence)]


class TaskSerializer(serializers.ModelSerializer[ExpansionTask]):
    """An expansion task."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    owner = serializers.SlugRelatedField[Any](slug_field="email", read_only=True)
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = ExpansionTask
        fields = (
            "id",
            "organization",
            "play",
            "state",
            "owner",
            "created_at",
            "due_at",
            "first_action_at",
            "snoozed_until",
            "seats_suggested",
            "value_minor",
            "currency",
            "probability_basis_points",
            "seats_credited",
            "arr_credited_minor",
            "held_since",
            "outcome",
            "barrier",
            "reason",
            "ended_at",
            "crm_id",
            "crm_stage",
            "evidence",
        )

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_evidence(self, task: ExpansionTask) -> list[dict[str, Any]]:
        """Return the facts as they are stored."""
        return list(task.evidence)
