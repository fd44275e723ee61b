"""Which rules hold for whom."""

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject, NullIf

from accounts.domain.roles import OrganizationRole
from accounts.models import Membership, User
from accounts.tenancy import user_context
from identity.domain.rules import Demands, SignInRules, rules_from, strictest
from identity.models import IdentityRules

_FIELDS = (
    "second_factor",
    "idle_hours",
    "session_days",
    "password_length",
    "buying_minutes",
    "changing_minutes",
    "exporting_minutes",
)


def _with_rules(of: Q) -> QuerySet[Membership, Any]:
    return (
        Membership.objects.filter(
            of, state=Membership.State.ACTIVE, organization__identity_rules__isnull=False
        )
        .order_by()
        .values_list(
            JSONObject(
                role="role", **{name: f"organization__identity_rules__{name}" for name in _FIELDS}
            )
        )
    )


def rules_of_memberships() -> ArraySubquery:
    """Return the expression that reads the rules of all organizations of a membership's user."""
    return ArraySubquery(_with_rules(Q(user=OuterRef("user"))))


def demands_from(rows: Iterable[dict[str, Any]]) -> Demands:
    """Return what is asked of somebody with these roles under these rules."""
    return strictest((rules_from(row), OrganizationRole(row["role"])) for row in rows)


def demands_on(user: User) -> Demands:
    """Return what is asked of a person, whatever organizations they belong to."""
    with user_context(user.pk):
        return demands_from(row for (row,) in _with_rules(Q(user=user)))


def rules_of_organization() -> SignInRules:
    """Return the rules of the organization whose context this is; outside of one the defaults."""
    entered = Func(
        Value("app.organization_id"),
        Value(True),
        function="current_setting",
        output_field=TextField(),
    )
    current = Cast(NullIf(entered, Value("")), BigIntegerField())
    found = IdentityRules.objects.filter(organization_id=current).first()
    return SignInRules() if found is None else found.as_rules()


def has_second_factor(user: User) -> bool:
    """Tell whether a person has an authenticator app or a passkey."""
    factors = Authenticator.objects.filter(user=user)
    return bool(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def people_without_second_factor() -> QuerySet[Membership]:
    """Return who can sign in to the organization of this context without a second factor."""
    with_one = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return (
        Membership.objects.filter(state=Membership.State.ACTIVE, user__isnull=False)
        .exclude(user__in=with_one.values("user"))
        .order_by("name", "id")
    )
