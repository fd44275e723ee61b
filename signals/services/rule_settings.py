"""Sets the vendor's rules: thresholds, on or off, for all organizations or for one.

The settings are the vendor's own, so their history is the vendor's and no customer reads it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import staff_context
from signals.domain.detectors.rules import SETTINGS
from signals.domain.rule_settings import read_settings
from signals.models import RuleSetting
from signals.selectors.rule_settings import InForce, rule_book


class NoSuchRule(DomainError):
    """No rule of that kind can be set."""

    code: ClassVar[str] = "no_such_rule"
    status: ClassVar[int] = 404


def set_rule(
    *,
    kind: str,
    organization_id: int | None,
    thresholds: Mapping[str, object],
    is_on: bool,
    actor: Actor,
    now: datetime,
) -> InForce:
    """Put thresholds into force, for all organizations (None) or for one.

    Raises NoSuchRule, and `SettingsRefused` with a problem for each threshold that is wrong.
    """
    if kind not in SETTINGS:
        raise NoSuchRule(_("There is no such rule."))
    wanted = read_settings(SETTINGS[kind], thresholds)
    before = rule_book(kind).of(organization_id)
    after = InForce(is_on, wanted, is_own=True)
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        with transaction.atomic(using="pipeline"):
            row, _created = RuleSetting.objects.using("pipeline").update_or_create(
                organization_id=organization_id,  # type: ignore[misc]
                kind=kind,
                defaults={
                    "thresholds": wanted.as_json(),
                    "is_on": is_on,
                    "changed_at": now,
                    "changed_by_label": actor.label[:200],
                },
            )
        _record(row, "rule_set", _changes(before, after), actor=actor, now=now)
    return after


def reset_rule(*, kind: str, organization_id: int | None, actor: Actor, now: datetime) -> InForce:
    """Give up own settings: what is inherited holds again. Nothing to give up is no error."""
    before = rule_book(kind).of(organization_id)
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        with transaction.atomic(using="pipeline"):
            row = (
                RuleSetting.objects.using("pipeline")
                .select_for_update()
                .filter(organization=organization_id, kind=kind)
                .first()
            )
            if row is None:
                return before
            row_id = row.pk
            row.delete(using="pipeline")
        row.pk = row_id
        after = rule_book(kind).of(organization_id)
        _record(row, "rule_reset", _changes(before, after), actor=actor, now=now)
    return after


def _changes(before: InForce, after: InForce) -> dict[str, Any]:
    old, new = before.thresholds.as_json(), after.thresholds.as_json()
    changed: dict[str, Any] = {
        name: [old[name], new[name]] for name in new if old[name] != new[name]
    }
    if before.is_on != after.is_on:
        changed["is_on"] = [before.is_on, after.is_on]
    return changed


def _record(
    row: RuleSetting, verb: str, changes: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    if row.organization_id is not None:
        name = (
            Organization.objects.using("pipeline")
            .values_list("name", flat=True)
            .get(pk=row.organization_id)
        )
        changes = changes | {"organization": name}
    record(actor=actor, verb=verb, subject=row, organization_id=None, now=now, changes=changes)
