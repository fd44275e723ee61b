"""Background work of signals; the names are in the beat schedule."""

from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from signals.services.dealing import deal_tasks
from signals.services.delivery import deliver_notifications as deliver
from signals.services.digests import send_digests as send_due_digests
from signals.services.dry_runs import work_dry_runs
from signals.services.findings import scan_findings
from signals.services.person_deletion import delete_due_people
from signals.services.reminding import remind
from signals.services.rule_mutes import mute_false_rules
from signals.services.scan import scan_changes
from signals.services.sharing_fill import fill_sharing, forget_days, forget_hidden
from signals.services.sharing_scoring import forget_evidence, score_due

# Of each half minute, for live usage between the nightly runs.
SHARING_SECONDS = 10.0


@shared_task
def scan_organizations() -> dict[str, int]:
    """Evaluate the organizations that changed, once a day all; running it again changes nothing."""
    counts = scan_changes(now=timezone.now()).counts()
    if counts["opened"] or counts["raised"] or counts["resolved"]:
        deliver_notifications.delay()
    return counts


@shared_task(name="signals.tasks.scan_findings")
def look_for_findings() -> dict[str, int]:
    """Look for findings where a day has turned or something came; nothing due, nothing done."""
    counts = scan_findings(now=timezone.now()).counts()
    if counts["opened"]:
        deliver_notifications.delay()
    return counts


@shared_task
def remind_of_tasks() -> dict[str, int]:
    """Remind owners, tell managers what is overdue, list what waits for room."""
    now = timezone.now()
    deal_tasks(now=now)
    return asdict(remind(now=now))


@shared_task
def try_rules() -> int:
    """Work the dry runs of rules that wait."""
    return work_dry_runs(now=timezone.now())


@shared_task
def deliver_notifications() -> dict[str, int]:
    """Send the messages that are due."""
    return asdict(deliver(now=timezone.now()))


@shared_task
def send_digests() -> dict[str, int]:
    """Send each person whose hour it is one mail with all that waits."""
    return asdict(send_due_digests(now=timezone.now()))


@shared_task
def judge_rules() -> list[str]:
    """Switch off the messages of rules most of whose tasks were false; return which."""
    return mute_false_rules(now=timezone.now())


@shared_task
def delete_people() -> int:
    """Delete the people whose day has come; return how many."""
    return delete_due_people(now=timezone.now())


@shared_task
def work_sharing() -> dict[str, int]:
    """Take new usage in for the detector of shared accounts and score what settled."""
    filled = fill_sharing(now=timezone.now())
    forget_hidden()
    scored = score_due(now=timezone.now(), seconds=SHARING_SECONDS)
    return {"rows": filled.rows, "organizations": scored.organizations, "left": scored.left}


@shared_task
def score_sharing() -> dict[str, int]:
    """Score every organization in which something changed since its last run."""
    now = timezone.now()
    forget_days(now=now)
    forget_evidence(now=now)
    scored = score_due(now=now, whatever=True)
    return {"organizations": scored.organizations, "failed": scored.failed}
