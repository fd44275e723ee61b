"""Rules over the vendor's API: read, tried over the past, put into force as they were tried."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import as_vendor, caller_of, find_organization, not_found
from accounts.domain.scopes import Area
from accounts.models import Organization
from signals.domain.rule_settings import SettingsRefused
from signals.models import RuleDryRun
from signals.selectors.rule_pages import dry_run
from signals.selectors.rule_settings import InForce, rule_books
from signals.selectors.rule_words import problem_text
from signals.services.dry_runs import ask_dry_run, put_into_force
from signals.services.rule_settings import reset_rule
from signals.tasks import try_rules

_ORGANIZATION = OpenApiParameter(
    "organization", str, description="external id; the vendor's own settings without it"
)


class RuleSerializer(serializers.Serializer[Any]):
    """A rule's settings as they are in force."""

    kind = serializers.CharField()
    organization = serializers.CharField(allow_null=True)
    is_on = serializers.BooleanField()
    is_own = serializers.BooleanField(help_text="set, not inherited")
    thresholds = serializers.DictField(child=serializers.IntegerField())


class TrySerializer(serializers.Serializer[Any]):
    """Settings to try; a threshold that is left out keeps the product's default."""

    organization = serializers.CharField(max_length=200, default=None, allow_null=True)
    is_on = serializers.BooleanField(default=True)
    thresholds = serializers.DictField(child=serializers.IntegerField(), default=dict)


class DryRunSerializer(serializers.ModelSerializer[RuleDryRun]):
    """How often a rule would have fired over the days, as it is and as it was tried."""

    organization = serializers.CharField(
        source="organization.external_id", default=None, allow_null=True
    )
    asked_by = serializers.CharField(source="asked_by_label")

    class Meta:
        model = RuleDryRun
        fields = (
            *("id", "kind", "organization", "thresholds", "is_on", "state", "since", "until"),
            *("fired_now", "fired_then", "asked_at", "asked_by", "ended_at", "in_force_at"),
        )


class RulesView(ApiView):
    """All rules."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="rules_list",
        summary="Rules and their settings in force",
        description="Of the vendor, or as they hold for one organization.",
        parameters=[_ORGANIZATION],
        responses={200: RuleSerializer(many=True)},
        tags=["rules"],
    )
    def get(self, request: Request) -> Response:
        """Return every rule."""
        organization = _asked(request, request.query_params.get("organization"))
        found = [
            _row(kind, organization, book.of(organization.pk if organization else None))
            for kind, book in sorted(rule_books().items())
        ]
        return all_of(RuleSerializer, found)


class RuleTryView(ApiView):
    """Trying."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="rules_try",
        summary="Try settings of a rule over the past",
        description="In the background; ask for the run until it is `done`, then put it into "
        "force. A threshold that is wrong is named.",
        request=TrySerializer,
        responses={202: DryRunSerializer},
        tags=["rules"],
    )
    def post(self, request: Request, rule_kind: str) -> Response:
        """Begin a dry run."""
        kind = _kind(rule_kind)
        given = body_of(request, TrySerializer)
        organization = _asked(request, given["organization"])
        try:
            run = ask_dry_run(
                kind=kind,
                organization_id=organization.pk if organization else None,
                thresholds=given["thresholds"],
                is_on=given["is_on"],
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        except SettingsRefused as refused:
            raise serializers.ValidationError(
                {"thresholds": {p.name: [problem_text(p)] for p in refused.problems}}
            ) from refused
        transaction.on_commit(partial(try_rules.delay))
        return Response(_run(run.pk), status=202)


class RuleResetView(ApiView):
    """Giving up own settings."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="rules_reset",
        summary="Give up own settings of a rule",
        description="What is inherited holds again; nothing to give up is no error.",
        parameters=[_ORGANIZATION],
        responses={204: None},
        tags=["rules"],
    )
    def delete(self, request: Request, rule_kind: str) -> Response:
        """Reset the rule."""
        kind = _kind(rule_kind)
        organization = _asked(request, request.query_params.get("organization"))
        reset_rule(
            kind=kind,
            organization_id=organization.pk if organization else None,
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(status=204)


class DryRunView(ApiView):
    """One dry run."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="rule_runs_read",
        summary="How far a dry run is and what it found",
        responses={200: DryRunSerializer},
        tags=["rules"],
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        """Return the run."""
        return Response(_run(run_id))


class DryRunInForceView(ApiView):
    """Putting into force."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="rule_runs_put_into_force",
        summary="Put the settings of a dry run into force",
        description="Once it is done; else 409 `not_tried_yet`.",
        request=None,
        responses={200: DryRunSerializer},
        tags=["rules"],
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        """Set the rule as it was tried."""
        with not_found():
            put_into_force(run_id=run_id, actor=caller_of(request).actor, now=timezone.now())
        return Response(_run(run_id))


def _kind(name: str) -> str:
    if name not in rule_books():
        raise Http404
    return name


def _asked(request: Request, external_id: str | None) -> Organization | None:
    if not external_id:
        return None
    return find_organization(api_key=caller_of(request).api_key, external_id=external_id)


def _row(kind: str, organization: Organization | None, in_force: InForce) -> dict[str, Any]:
    return {
        "kind": kind,
        "organization": organization.external_id if organization else None,
        "is_on": in_force.is_on,
        "is_own": in_force.is_own,
        "thresholds": in_force.thresholds.as_json(),
    }


def _run(run_id: UUID) -> Any:
    with as_vendor():
        found = dry_run(run_id)
        if found is None:
            raise Http404
        return DryRunSerializer(found).data
