"""Which settings each rule has, by the kind of its signals."""

from __future__ import annotations

from typing import Final

from signals.domain.detectors.growth import (
    ClockSettings,
    CrossDepartmentSettings,
    GeographySettings,
    HierarchySettings,
)
from signals.domain.detectors.leaders import LeaderSettings
from signals.domain.detectors.limits import OverageSettings, RefusalSettings
from signals.domain.detectors.low_use import LowUseSettings
from signals.domain.detectors.milestones import RenewalSettings, TrialSettings
from signals.domain.detectors.new_hires import NewHireSettings
from signals.domain.detectors.power_users import ConcentrationSettings, PowerUserSettings
from signals.domain.detectors.relationship import (
    ChampionSettings,
    ContactSettings,
    IntentSettings,
)
from signals.domain.detectors.run_out import RunOutSettings
from signals.domain.detectors.sharing import SharingSettings
from signals.domain.detectors.utilization import UtilizationSettings
from signals.domain.detectors.value import ValueSettings
from signals.domain.rule_settings import RuleSettings

SETTINGS: Final[dict[str, type[RuleSettings]]] = {
    "utilization": UtilizationSettings,
    "low_use": LowUseSettings,
    "sharing": SharingSettings,
    "power_users": PowerUserSettings,
    "concentration": ConcentrationSettings,
    "new_hires": NewHireSettings,
    "cross_department": CrossDepartmentSettings,
    "department_clock": ClockSettings,
    "leader": LeaderSettings,
    "hierarchy": HierarchySettings,
    "geography": GeographySettings,
    "value": ValueSettings,
    "intent": IntentSettings,
    "champion_left": ChampionSettings,
    "single_threaded": ContactSettings,
    "limit_refused": RefusalSettings,
    "overage": OverageSettings,
    "run_out": RunOutSettings,
    "trial": TrialSettings,
    "renewal": RenewalSettings,
}
