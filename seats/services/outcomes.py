"""Writes outcomes that people record by hand, and the baselines of outcomes."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Department
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats.domain.outcomes import OutcomeKind, unit_of
from seats.models import OutcomeBaseline, OutcomeEntry

LARGEST_AMOUNT: Final = Decimal(10) ** 12
_LONGEST_DAYS: Final = 366


class OutcomeNotPossible(DomainError):
    """What was said of an outcome makes no sense; `details["about"]` names the field."""

    code: ClassVar[str] = "outcome_not_possible"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class OutcomeFacts:
    """What somebody says of an outcome or a baseline; days are included at both ends."""

    kind: OutcomeKind
    starts_on: date
    ends_on: date
    amount: Decimal
    unit: str = ""
    department_id: int | None = None
    note: str = ""


def record_outcome(
    *, organization_id: int, facts: OutcomeFacts, actor: Actor, now: datetime, reference: str = ""
) -> tuple[OutcomeEntry, bool]:
    """Record an outcome; return it, and whether it is new.

    With a `reference` that was recorded before, that outcome is returned as it stands. Raises
    OutcomeNotPossible.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        fields = _checked(facts, organization_id=organization_id, now=now)
        entry = OutcomeEntry(
            organization_id=organization_id,
            reference=reference,
            recorded_by_id=actor.user_id,
            recorded_by_label=actor.label[:200],
            created_at=now,
            note=" ".join(facts.note.split()),
            **fields,
        )
        try:
            with transaction.atomic():
                entry.save()
        except IntegrityError:
            # The same reference, perhaps written by another worker a moment ago.
            found = OutcomeEntry.objects.filter(
                organization_id=organization_id, reference=reference
            ).first()
            if not reference or found is None:
                raise
            return found, False
        record(
            actor=actor,
            verb="outcome_recorded",
            subject=entry,
            organization_id=organization_id,
            now=now,
            changes=_said(entry),
        )
        return entry, True


def change_outcome(
    *, organization_id: int, entry_id: int, facts: OutcomeFacts, actor: Actor, now: datetime
) -> OutcomeEntry:
    """Change an outcome. Raises OutcomeNotPossible, OutcomeEntry.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        entry = OutcomeEntry.objects.select_for_update().get(
            organization_id=organization_id, pk=entry_id
        )
        before = _said(entry)
        fields = _checked(facts, organization_id=organization_id, now=now)
        for name, value in (fields | {"note": " ".join(facts.note.split())}).items():
            setattr(entry, name, value)
        entry.save()
        after = _said(entry)
        changed = {
            name: [before.get(name, ""), after.get(name, "")]
            for name in before | after
            if before.get(name) != after.get(name)
        }
        if changed:
            record(
                actor=actor,
                verb="outcome_changed",
                subject=entry,
                organization_id=organization_id,
                now=now,
                changes=changed,
            )
        return entry


def delete_outcome(*, organization_id: int, entry_id: int, actor: Actor, now: datetime) -> None:
    """Delete an outcome; what it said stays in the history. Raises OutcomeEntry.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        entry = OutcomeEntry.objects.select_for_update().get(
            organization_id=organization_id, pk=entry_id
        )
        record(
            actor=actor,
            verb="outcome_deleted",
            subject=entry,
            organization_id=organization_id,
            now=now,
            changes=_said(entry),
        )
        entry.delete()


def set_baseline(
    *, organization_id: int, facts: OutcomeFacts, actor: Actor, now: datetime
) -> OutcomeBaseline:
    """Set what outcomes of a kind are held against, in place of an earlier baseline.

    Raises OutcomeNotPossible.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        fields = _checked(facts, organization_id=organization_id, now=now)
        key = {name: fields.pop(name) for name in ("kind", "unit", "department_id")}
        baseline, _is_new = OutcomeBaseline.objects.update_or_create(
            organization_id=organization_id,
            **key,
            defaults=fields,
            create_defaults=fields | {"created_at": now},
        )
        record(
            actor=actor,
            verb="baseline_set",
            subject=baseline,
            organization_id=organization_id,
            now=now,
            changes=_said(baseline),
        )
        return baseline


def remove_baseline(*, organization_id: int, baseline_id: int, actor: Actor, now: datetime) -> None:
    """Hold outcomes against nothing again. Raises OutcomeBaseline.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        baseline = OutcomeBaseline.objects.select_for_update().get(
            organization_id=organization_id, pk=baseline_id
        )
        record(
            actor=actor,
            verb="baseline_removed",
            subject=baseline,
            organization_id=organization_id,
            now=now,
            changes=_said(baseline),
        )
        baseline.delete()


def _checked(facts: OutcomeFacts, *, organization_id: int, now: datetime) -> dict[str, Any]:
    def refuse(about: str, sentence: str) -> OutcomeNotPossible:
        return OutcomeNotPossible(sentence, about=about)

    if facts.ends_on < facts.starts_on:
        raise refuse("ends_on", _("The last day comes before the first. Swap them."))
    if (facts.ends_on - facts.starts_on).days >= _LONGEST_DAYS:
        raise refuse("ends_on", _("A period is a year at most. Record longer ones in parts."))
    if facts.ends_on > now.date():
        raise refuse("ends_on", _("That day has not come yet. Choose today or an earlier day."))
    if not 0 <= facts.amount <= LARGEST_AMOUNT:
        raise refuse("amount", _("Give an amount from zero to a trillion."))
    if facts.department_id is not None and not (
        Department.objects.filter(organization_id=organization_id, pk=facts.department_id).exists()
    ):
        raise refuse("department", _("There is no such department. Choose one of the list."))
    return {
        "kind": facts.kind.value,
        "unit": unit_of(facts.kind.value, facts.unit),
        "department_id": facts.department_id,
        "starts_on": facts.starts_on,
        "ends_on": facts.ends_on,
        "amount": facts.amount,
    }


def _said(row: OutcomeEntry | OutcomeBaseline) -> dict[str, str]:
    department = (
        Department.objects.filter(pk=row.department_id).first() if row.department_id else None
    )
    said = {
        "outcome": row.kind,
        "amount": str(row),
        "department": department.name if department else "",
        "first_day": row.starts_on.isoformat(),
        "last_day": row.ends_on.isoformat(),
        "note": getattr(row, "note", ""),
    }
    return {name: value for name, value in said.items() if value}
