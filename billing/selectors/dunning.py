"""Open cases: of one organization for its page and banner, of all for finance."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from billing.domain import dunning
from billing.domain.dunning import DEFAULT_POLICY, ImpossiblePolicy, Policy, Step
from billing.models import DunningCase, DunningPolicy


@dataclass(frozen=True, slots=True)
class CaseTimeline:
    """A case with its steps; `taken` holds the names of those that happened."""

    case: DunningCase
    steps: tuple[Step, ...]
    taken: frozenset[str]
    skipped: frozenset[str]


def open_cases(organization_id: int) -> QuerySet[DunningCase]:
    """Return the organization's open cases, the oldest first."""
    return (
        DunningCase.objects.filter(organization_id=organization_id, closed_at__isnull=True)
        .select_related("invoice")
        .prefetch_related("notices")
    )


def case_timeline(case: DunningCase, zone: ZoneInfo) -> CaseTimeline:
    """Return the steps of a case, those taken with the time they happened."""
    notices = list(case.notices.all())
    return CaseTimeline(
        case=case,
        steps=dunning.timeline(
            case.policy(),
            case.overdue_since,
            zone,
            held_days=case.held_days,
            taken={notice.step: notice.at for notice in notices},
        ),
        taken=frozenset(notice.step for notice in notices),
        skipped=frozenset(notice.step for notice in notices if notice.is_skipped),
    )


def vendor_cases(*, stage: str = "", search: str = "") -> QuerySet[DunningCase]:
    """Return the open cases of all organizations, the oldest first."""
    found = DunningCase.objects.filter(closed_at__isnull=True).select_related(
        "organization", "invoice"
    )
    if stage in DunningCase.Stage.values:
        found = found.filter(stage=stage)
    if search:
        found = found.filter(organization__name__icontains=search) | found.filter(
            invoice__number__icontains=search
        )
    return found.order_by("overdue_since")


def stage_counts(*, search: str = "") -> dict[str, int]:
    """Return how many open cases there are of each stage, within a search."""
    rows = vendor_cases(search=search).order_by().values_list("stage").annotate(Count("id"))
    return dict(rows)


def age_in_days(case: DunningCase, now: datetime) -> int:
    """Return for how many whole days a case has been overdue."""
    return max((now - case.overdue_since).days, 0)


def latest_policy() -> DunningPolicy | None:
    """Return the policy as it was last changed; None while nobody changed it."""
    return DunningPolicy.objects.order_by("-pk").first()


def policy_in_force() -> Policy:
    """Return the policy for cases that begin now."""
    latest = latest_policy()
    return latest.policy() if latest else DEFAULT_POLICY


def policy_sentence(impossible: ImpossiblePolicy) -> str:
    """Return why days contradict each other, in the reader's language."""
    match impossible.about:
        case "reminder_days":
            return _("Send 1 to %(most)s reminders on rising days, the last before the end.") % {
                "most": dunning.MOST_REMINDERS
            }
        case "restrict_after_days":
            return _("Nobody is restricted before the first reminder.")
    return _("The end comes after the restriction, within %(most)s days.") % {
        "most": dunning.MOST_DAYS
    }
