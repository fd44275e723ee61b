"""Who owns what over the vendor's API: owner rules, absences, and to whom somebody reports."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import as_vendor, caller_of, not_found
from accounts.domain.roles import VendorRole
from accounts.domain.scopes import Area
from accounts.models import Organization, User
from signals.models import OwnerRule, StaffProfile
from signals.services.staff import (
    delete_owner_rule,
    move_owner_rule,
    save_owner_rule,
    set_absence,
    set_manager,
)
from signals.services.task_work import may_own_tasks

_LARGEST = 2**31 - 1


class OwnerRuleSerializer(serializers.ModelSerializer[OwnerRule]):
    """Which account managers own the tasks of which accounts; the first that fits holds."""

    managers = serializers.SlugRelatedField[Any](slug_field="email", many=True, read_only=True)
    countries = serializers.SerializerMethodField()

    def get_countries(self, rule: OwnerRule) -> list[str]:
        """Return the codes of countries."""
        return rule.countries.replace(",", " ").split()

    class Meta:
        model = OwnerRule
        fields = (
            *("id", "position", "segment", "countries", "seats_from", "seats_to"),
            *("arr_from", "arr_to", "managers"),
        )


class OwnerRuleBodySerializer(serializers.Serializer[Any]):
    """A rule as it should be; what is left out fits every account."""

    segment = serializers.ChoiceField(
        choices=Organization.Segment.choices, default="", allow_blank=True
    )
    countries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}\Z"), max_length=50, default=list
    )
    seats_from = serializers.IntegerField(
        min_value=0, max_value=_LARGEST, default=None, allow_null=True
    )
    seats_to = serializers.IntegerField(
        min_value=0, max_value=_LARGEST, default=None, allow_null=True
    )
    arr_from = serializers.IntegerField(
        min_value=0, max_value=2**53, default=None, allow_null=True, help_text="whole dollars"
    )
    arr_to = serializers.IntegerField(
        min_value=0, max_value=2**53, default=None, allow_null=True, help_text="whole dollars"
    )
    managers = serializers.ListField(
        child=serializers.EmailField(), min_length=1, max_length=100, help_text="e-mail addresses"
    )

    def validate_managers(self, emails: list[str]) -> list[User]:
        """Return the account managers behind the addresses."""
        owners = may_own_tasks().filter(vendor_role=VendorRole.ACCOUNT_MANAGER.value)
        people = {user.email.lower(): user for user in owners}
        unknown = [email for email in emails if email.lower() not in people]
        if unknown:
            raise serializers.ValidationError(
                _("%(email)s is no account manager.") % {"email": unknown[0]}
            )
        return [people[email.lower()] for email in emails]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Bounds are in order."""
        for first, last in (("seats_from", "seats_to"), ("arr_from", "arr_to")):
            least, most = attrs[first], attrs[last]
            if least is not None and most is not None and least > most:
                raise serializers.ValidationError({last: [_("Must not be below the lower bound.")]})
        attrs["countries"] = ", ".join(dict.fromkeys(attrs["countries"]))
        return attrs


class MoveSerializer(serializers.Serializer[Any]):
    """Earlier (-1) or later (1)."""

    by = serializers.ChoiceField(choices=[-1, 1])


class StaffSerializer(serializers.ModelSerializer[User]):
    """Somebody who may own tasks, with their absence."""

    manager = serializers.SerializerMethodField()
    absent_from = serializers.SerializerMethodField()
    absent_until = serializers.SerializerMethodField()
    deputy = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            *("email", "name", "vendor_role", "manager"),
            *("absent_from", "absent_until", "deputy"),
        )

    def _profile(self, user: User) -> StaffProfile:
        found: StaffProfile | None = self.context["profiles"].get(user.pk)
        return found or StaffProfile(user=user)

    def get_manager(self, user: User) -> str | None:
        """Return to whom they report."""
        manager = self._profile(user).manager
        return manager.email if manager else None

    def get_absent_from(self, user: User) -> str | None:
        """Return the first day away."""
        day = self._profile(user).absent_from
        return day.isoformat() if day else None

    def get_absent_until(self, user: User) -> str | None:
        """Return the last day away."""
        day = self._profile(user).absent_until
        return day.isoformat() if day else None

    def get_deputy(self, user: User) -> str | None:
        """Return who stands in."""
        deputy = self._profile(user).deputy
        return deputy.email if deputy else None


class AbsenceSerializer(serializers.Serializer[Any]):
    """Days away and who stands in; nulls end the absence."""

    absent_from = serializers.DateField(allow_null=True)
    absent_until = serializers.DateField(allow_null=True)
    deputy = serializers.EmailField(allow_null=True, default=None)


class ManagerSerializer(serializers.Serializer[Any]):
    """To whom somebody reports; null for nobody."""

    manager = serializers.EmailField(allow_null=True)


class OwnerRulesView(ApiView):
    """All owner rules."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="owner_rules_list",
        summary="Who owns the tasks of which accounts",
        description="In the order in which they are asked.",
        responses={200: OwnerRuleSerializer(many=True)},
        tags=["rules"],
    )
    def get(self, request: Request) -> Response:
        """Return the rules."""
        with as_vendor():
            found = OwnerRule.objects.prefetch_related("managers").order_by("position", "pk")
            return all_of(OwnerRuleSerializer, found)

    @extend_schema(
        operation_id="owner_rules_make",
        summary="Add an owner rule",
        description="It is asked last.",
        request=OwnerRuleBodySerializer,
        responses={201: OwnerRuleSerializer},
        tags=["rules"],
    )
    def post(self, request: Request) -> Response:
        """Add a rule."""
        return _save(request, OwnerRule(), 201)


class OwnerRuleView(ApiView):
    """One owner rule."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="owner_rules_change",
        summary="Replace an owner rule",
        request=OwnerRuleBodySerializer,
        responses={200: OwnerRuleSerializer},
        tags=["rules"],
    )
    def put(self, request: Request, owner_rule_id: int) -> Response:
        """Replace the rule."""
        with as_vendor(), not_found():
            rule = OwnerRule.objects.get(pk=owner_rule_id)
        return _save(request, rule, 200)

    @extend_schema(
        operation_id="owner_rules_delete",
        summary="Remove an owner rule",
        description="Tasks that it gave stay where they are.",
        responses={204: None},
        tags=["rules"],
    )
    def delete(self, request: Request, owner_rule_id: int) -> Response:
        """Remove the rule."""
        with as_vendor(), not_found():
            delete_owner_rule(
                rule_id=owner_rule_id, actor=caller_of(request).actor, now=timezone.now()
            )
        return Response(status=204)


class OwnerRuleMoveView(ApiView):
    """The order of owner rules."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="owner_rules_move",
        summary="Let an owner rule be asked earlier or later",
        request=MoveSerializer,
        responses={200: OwnerRuleSerializer},
        tags=["rules"],
    )
    def post(self, request: Request, owner_rule_id: int) -> Response:
        """Move the rule by one place."""
        given = body_of(request, MoveSerializer)
        with as_vendor(), not_found():
            moved = move_owner_rule(
                rule_id=owner_rule_id, actor=caller_of(request).actor, now=timezone.now(), **given
            )
            return Response(OwnerRuleSerializer(moved).data)


class StaffView(ApiView):
    """Who may own tasks."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="staff_list",
        summary="People of the vendor who may own tasks",
        responses={200: StaffSerializer(many=True)},
        tags=["rules"],
    )
    def get(self, request: Request) -> Response:
        """Return everybody with their absence."""
        with as_vendor():
            people = list(may_own_tasks().order_by("email"))
            return Response(StaffSerializer(people, many=True, context=_profiles()).data)


class AbsenceView(ApiView):
    """When somebody is away."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="staff_absence_set",
        summary="Say when somebody is away and who stands in",
        description="Answers 422 `absence_is_wrong` or `deputy_missing`, naming the field.",
        request=AbsenceSerializer,
        responses={200: StaffSerializer},
        tags=["rules"],
    )
    def put(self, request: Request, email: str) -> Response:
        """Write the absence."""
        given = body_of(request, AbsenceSerializer)
        with as_vendor():
            user = _named(email)
            deputy = may_own_tasks().filter(email__iexact=given.pop("deputy") or "-").first()
            set_absence(
                user=user,
                deputy=deputy,
                actor=caller_of(request).actor,
                now=timezone.now(),
                **given,
            )
            return Response(StaffSerializer(user, context=_profiles()).data)


class ManagerView(ApiView):
    """To whom somebody reports."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="staff_manager_set",
        summary="Say to whom somebody reports",
        description="Their overdue tasks are told to them. Answers 422 `manager_is_wrong`.",
        request=ManagerSerializer,
        responses={200: StaffSerializer},
        tags=["rules"],
    )
    def put(self, request: Request, email: str) -> Response:
        """Write the manager."""
        wanted = body_of(request, ManagerSerializer)["manager"]
        with as_vendor():
            user = _named(email)
            manager = None
            if wanted is not None:
                manager = User.objects.filter(email__iexact=wanted).first()
                if manager is None:
                    raise serializers.ValidationError({"manager": [_("Nobody has this address.")]})
            set_manager(
                user=user, manager=manager, actor=caller_of(request).actor, now=timezone.now()
            )
            return Response(StaffSerializer(user, context=_profiles()).data)


def _named(email: str) -> User:
    with not_found():
        found: User = may_own_tasks().get(email__iexact=email.replace("\x00", ""))
        return found


def _profiles() -> dict[str, Any]:
    rows = StaffProfile.objects.select_related("manager", "deputy")
    return {"profiles": {row.user_id: row for row in rows}}


def _save(request: Request, rule: OwnerRule, status: int) -> Response:
    with as_vendor():
        given = body_of(request, OwnerRuleBodySerializer)
        managers = given.pop("managers")
        for name, value in given.items():
            setattr(rule, name, value)
        saved = save_owner_rule(
            rule=rule, managers=managers, actor=caller_of(request).actor, now=timezone.now()
        )
        return Response(OwnerRuleSerializer(saved).data, status=status)
