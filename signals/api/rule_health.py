"""How well rules work and whether they tell people, and the mail in doubt: the vendor's API."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination, listed
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import as_vendor, caller_of
from accounts.domain.scopes import Area
from signals.models import DetectorKind, Notification, RuleMute
from signals.selectors.rule_health import (
    Month,
    RuleHealth,
    changes_of_rule,
    months_of_rule,
    rule_health,
)
from signals.services.outbox_repair import IN_DOUBT, settle_notifications
from signals.services.rule_mutes import switch_messages

_MOST_MESSAGES = 200


class WonSerializer(serializers.Serializer[Any]):
    """Annual recurring revenue that was won, in one currency."""

    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()


class HeldBackSerializer(serializers.Serializer[Any]):
    """Why a rule was held back, and on how many evaluations."""

    reason = serializers.CharField()
    count = serializers.IntegerField()


class RuleHealthSerializer(serializers.Serializer[RuleHealth]):
    """One rule over the last 90 days."""

    kind = serializers.CharField()
    is_muted = serializers.BooleanField(help_text="it records, and tells nobody")
    verdict = serializers.CharField(help_text="of its ended tasks: unknown, good, review or mute")
    signals = serializers.IntegerField(source="fired")
    per_organization_and_year = serializers.FloatField(source="per_year")
    tasks = serializers.IntegerField()
    acted_on = serializers.IntegerField()
    ended = serializers.IntegerField()
    false_positives = serializers.IntegerField(source="false_ended")
    hours_to_first_action = serializers.FloatField(source="hours", allow_null=True)
    seats_won = serializers.IntegerField()
    won = serializers.SerializerMethodField()
    held_back = serializers.SerializerMethodField()

    @extend_schema_field(WonSerializer(many=True))
    def get_won(self, rule: RuleHealth) -> list[dict[str, Any]]:
        """Return what was won, by currency."""
        return [{"amount_minor": minor, "currency": currency} for minor, currency in rule.won]

    @extend_schema_field(HeldBackSerializer(many=True))
    def get_held_back(self, rule: RuleHealth) -> list[dict[str, Any]]:
        """Return why it was held back, the most frequent reason first."""
        return [{"reason": reason, "count": count} for reason, count in rule.held_back]


class HealthMonthSerializer(serializers.Serializer[Month]):
    """What ended in one month."""

    month = serializers.DateField(source="on", help_text="its first day")
    ended = serializers.IntegerField()
    false_positives = serializers.IntegerField(source="false_ended")
    won = serializers.IntegerField()
    seats = serializers.IntegerField()


class RuleSwitchSerializer(serializers.ModelSerializer[RuleMute]):
    """When a rule's messages were switched off or on, and why."""

    switched_by = serializers.CharField(source="actor_label")
    is_measured = serializers.SerializerMethodField(help_text="because of its false positives")

    class Meta:
        model = RuleMute
        fields = ("at", "is_muted", "switched_by", "is_measured", "reason", "ended", "false_ended")

    def get_is_measured(self, change: RuleMute) -> bool:
        """Tell whether no person decided it."""
        return change.cause == RuleMute.Cause.MEASURED


class WholeRuleHealthSerializer(RuleHealthSerializer):
    """One rule with its months and its switches."""

    months = HealthMonthSerializer(many=True)
    switches = RuleSwitchSerializer(many=True)


class SwitchSerializer(serializers.Serializer[Any]):
    """Whether a rule tells people."""

    is_muted = serializers.BooleanField()
    reason = serializers.CharField(max_length=300, help_text="others read it later")


class DoubtSerializer(serializers.ModelSerializer[Notification]):
    """A mail that was refused, or may have arrived."""

    organization = serializers.CharField(source="organization.external_id")
    recipient = serializers.EmailField(source="recipient.email")
    kind = serializers.CharField()
    state = serializers.CharField(help_text="`uncertain` or `refused`")

    class Meta:
        model = Notification
        fields = ("id", "organization", "recipient", "kind", "state", "attempts", "created_at")


class SettleSerializer(serializers.Serializer[Any]):
    """Which messages, and what becomes of them."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=_MOST_MESSAGES,
    )
    again = serializers.BooleanField(help_text="true sends them again, false lets them rest")


class SettledSerializer(serializers.Serializer[Any]):
    """How many were still in doubt, and are no more."""

    count = serializers.IntegerField()


class RulesHealthView(ApiView):
    """All rules."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="rules_health",
        summary="How well each rule works",
        description="Over the last 90 days; those that need somebody first.",
        responses={200: RuleHealthSerializer(many=True)},
        tags=["rules"],
    )
    def get(self, request: Request) -> Response:
        """Return every rule."""
        with as_vendor():
            return all_of(RuleHealthSerializer, rule_health(now=timezone.now()))


class RuleHealthView(ApiView):
    """One rule."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="rules_health_read",
        summary="How well a rule works, by month",
        description="With when its messages were switched off and on.",
        responses={200: WholeRuleHealthSerializer},
        tags=["rules"],
    )
    def get(self, request: Request, rule_kind: str) -> Response:
        """Return the rule."""
        return _health(_kind(rule_kind))

    @extend_schema(
        operation_id="rules_switch_messages",
        summary="Have a rule tell nobody, or people again",
        description=(
            "It records signals and tasks either way. Switched on again by somebody, it is judged "
            "by tasks that end from then on."
        ),
        request=SwitchSerializer,
        responses={200: WholeRuleHealthSerializer},
        tags=["rules"],
    )
    def put(self, request: Request, rule_kind: str) -> Response:
        """Switch the messages."""
        kind = _kind(rule_kind)
        given = body_of(request, SwitchSerializer)
        switch_messages(
            kind=kind,
            is_muted=given["is_muted"],
            reason=given["reason"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return _health(kind)


class MessagesInDoubtView(ApiView):
    """Mail in doubt."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    pagination_class = CreatedCursorPagination

    @extend_schema(
        operation_id="messages_in_doubt_list",
        summary="Mail that was refused or may have arrived",
        description="Newest first.",
        responses={200: DoubtSerializer(many=True)},
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        """Return one page of messages."""
        with as_vendor():
            found = Notification.objects.filter(state__in=IN_DOUBT)
            rows = found.select_related("recipient", "organization")
            return listed(self, request, rows, DoubtSerializer)

    @extend_schema(
        operation_id="messages_in_doubt_settle",
        summary="Send mail in doubt again, or let it rest",
        description="Messages that are not in doubt any more are passed over.",
        request=SettleSerializer,
        responses={200: SettledSerializer},
        tags=["operations"],
    )
    def post(self, request: Request) -> Response:
        """Settle the messages."""
        given = body_of(request, SettleSerializer)
        with as_vendor():
            found = Notification.objects.filter(state__in=IN_DOUBT, pk__in=given["ids"])
            pairs = list(found.values_list("organization_id", "pk"))
        count = settle_notifications(
            pairs=pairs,
            again=given["again"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response({"count": count})


def _kind(name: str) -> DetectorKind:
    if name not in DetectorKind.values:
        raise Http404
    return DetectorKind(name)


def _health(kind: DetectorKind) -> Response:
    now = timezone.now()
    with as_vendor():
        found: Any = next(row for row in rule_health(now=now) if row.kind == kind)
        data: Any = RuleHealthSerializer(found).data
        by_month: Any = months_of_rule(kind, now=now)
        months: Any = HealthMonthSerializer(by_month, many=True).data
        switches: Any = RuleSwitchSerializer(changes_of_rule(kind), many=True).data
    return Response({**data, "months": months, "switches": switches})
