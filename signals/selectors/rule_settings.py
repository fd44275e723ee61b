"""The settings of the rules that are in force, for all organizations and for single ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F

from signals.domain.detectors.rules import SETTINGS
from signals.domain.rule_settings import RuleSettings, SettingsRefused, read_settings
from signals.models import RuleSetting
from signals.selectors.sights import Thresholds


@dataclass(frozen=True, slots=True)
class InForce:
    """One rule's settings: whether it speaks, by which thresholds, and whose those are.

    `is_own` says that somebody set them, for the scope that was asked for.
    """

    is_on: bool
    thresholds: RuleSettings
    is_own: bool = False

    @property
    def spoken(self) -> RuleSettings | None:
        """The thresholds, or None where the rule is switched off."""
        return self.thresholds if self.is_on else None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The settings of one rule: the vendor's, and those of organizations that differ."""

    usual: InForce
    by_organization: Mapping[int, InForce]

    @property
    def thresholds(self) -> Thresholds[RuleSettings]:
        """What the rule goes by, for every organization."""
        own = {key: each.spoken for key, each in self.by_organization.items()}
        return Thresholds(self.usual.spoken, own)

    def of(self, organization_id: int | None) -> InForce:
        """Return what is in force for an organization; for None the vendor's."""
        if organization_id is None:
            return self.usual
        return self.by_organization.get(
            organization_id, InForce(self.usual.is_on, self.usual.thresholds)
        )


def rule_books() -> dict[str, RuleBook]:
    """Return the settings of every rule, read with one query."""
    rows = RuleSetting.objects.using("pipeline").order_by(
        "kind", F("organization_id").asc(nulls_first=True)
    )
    stored: dict[str, list[RuleSetting]] = {}
    for row in rows:
        stored.setdefault(row.kind, []).append(row)
    return {kind: _book(kind, stored.get(kind, [])) for kind in SETTINGS}


def rule_book(kind: str) -> RuleBook:
    """Return the settings of one rule. Raises KeyError when it has none."""
    return rule_books()[kind]


def in_force[S: RuleSettings](
    kind: str, settings: type[S], organization_id: int | None = None
) -> S:
    """Return the thresholds of a rule, whether it is on or off, for an organization or for all."""
    found = rule_book(kind).of(organization_id).thresholds
    if not isinstance(found, settings):
        raise TypeError(f"{kind} has no {settings.__name__}.")
    return found


def _book(kind: str, rows: list[RuleSetting]) -> RuleBook:
    usual = InForce(is_on=True, thresholds=SETTINGS[kind]())
    by_organization: dict[int, InForce] = {}
    for row in rows:
        # The vendor's own comes first, so organizations inherit from it.
        set_ = InForce(
            is_on=usual.is_on if row.is_on is None else row.is_on,
            thresholds=_stored(kind, row, usual.thresholds),
            is_own=True,
        )
        if row.organization_id is None:
            usual = set_
        else:
            by_organization[row.organization_id] = set_
    return RuleBook(usual, by_organization)


def _stored(kind: str, row: RuleSetting, inherited: RuleSettings) -> RuleSettings:
    if row.thresholds is None:
        return inherited
    try:
        return read_settings(SETTINGS[kind], row.thresholds)
    except SettingsRefused as refused:
        # A threshold that a newer version knows no more, or bounds closer, takes its default.
        wrong = {each.name for each in refused.problems}
        kept = {name: value for name, value in row.thresholds.items() if name not in wrong}
        return read_settings(SETTINGS[kind], kept)
