"""The history of an organization in sentences, and who of the vendor looked at it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.former import in_words
from accounts.history_registry import REGISTRY
from accounts.models import HistoryCheck, HistoryEntry, Membership, Organization, StaffAccess, User
from accounts.templatetags.headroom import format_money

_UNKNOWN: Final = gettext_lazy("%(actor)s changed %(subject)s")
# Told by the sentence, or of no use to a reader.
_SILENT_CHANGES: Final = frozenset(
    {
        "band",
        "code",
        "currency",
        "from",
        "kind",
        "ours",
        "people",
        "revision",
        "repair",
        "seats",
        "seats_from",
        "seats_to",
        "theirs",
        "to",
        "total_minor",
        "until",
    }
)

# Changes whose value is a sentence, so that no name is put before it.
_SENTENCES_BY_THEMSELVES: Final = ("reason", "resolution")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry as a sentence; what the timeline component takes."""

    at: datetime
    title: str
    text: str
    icon: str
    actor: str
    verb: str
    subject: str
    origin: str = ""
    kind: str = ""
    url: str = ""


# When somebody was first seen in usage is usage, and not shown where totals are shown only.
TELLS_OF_USAGE: Final = Q(
    verb="member_discovered",
    organization__usage_visibility=Organization.UsageVisibility.TOTALS,
)


def organization_history(
    *,
    organization_id: int,
    search: str = "",
    object_type: str = "",
    verb: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[HistoryEntry]:
    """Return the organization's history, the latest first; inside its tenancy context.

    Each word of `search` is part of who did it, of what was changed, or of where it came from.
    `since` and `until` are days of the reader, both included.
    """
    entries = HistoryEntry.objects.filter(organization_id=organization_id).exclude(
        Q(object_type__in=REGISTRY.vendor_objects)
        | Q(verb__in=REGISTRY.vendor_verbs)
        | TELLS_OF_USAGE
    )
    for word in search.split():
        entries = entries.filter(
            Q(actor_label__icontains=word)
            | Q(object_label__icontains=word)
            | Q(origin__network=word)
            | Q(origin__browser__icontains=word)
            | Q(origin__request=word)
            | Q(origin__key=word)
        )
    if since:
        entries = entries.filter(at__date__gte=since)
    if until:
        entries = entries.filter(at__date__lte=until)
    if object_type:
        entries = entries.filter(object_type=object_type)
    if verb:
        entries = entries.filter(verb=verb)
    return entries.order_by("-at", "-id")


def staff_accesses(*, organization_id: int) -> QuerySet[StaffAccess]:
    """Return who of the vendor opened which page about the organization, the latest first."""
    return StaffAccess.objects.filter(organization_id=organization_id).order_by("-at", "-id")


def history_line(entry: HistoryEntry) -> HistoryLine:
    """Return an entry in the reader's words; of an unknown verb, that something was changed."""
    verb = entry.verb
    if verb == "seat_requested" and entry.actor_label == entry.object_label:
        verb = "seat_requested_for_oneself"
    changes = entry.changes
    values = defaultdict(str, changes)
    values |= {
        "actor": in_words(entry.actor_label),
        "subject": REGISTRY.subjects.get(entry.object_type, _label)(entry),
    } | {name: in_words(entry) for name, in_words in REGISTRY.placeholders.items()}
    title = str(REGISTRY.sentences.get(verb, _UNKNOWN)) % values
    said = [_change(name, value) for name, value in changes.items()]
    if {"total_minor", "currency"} <= changes.keys():
        said.append(format_money(changes["total_minor"], changes["currency"]))
    return HistoryLine(
        at=entry.at,
        title=title,
        text=" ".join(part for part in said if part),
        icon=REGISTRY.icons.get(entry.verb, "clock"),
        actor=in_words(entry.actor_label),
        verb=entry.verb,
        subject=in_words(entry.object_label),
        origin=origin_words(entry),
    )


def origin_words(entry: HistoryEntry) -> str:
    """Return where an entry came from: who acted for whom, network, browser, key and request."""
    origin = entry.origin or {}
    said = [origin[name] for name in ("network", "browser") if origin.get(name)]
    if origin.get("key"):
        said.append(_("API key hr_%(key)s") % {"key": origin["key"]})
    if origin.get("request"):
        said.append(_("request %(request)s") % {"request": origin["request"][:8]})
    return " · ".join(said)


def recorded_verbs(*, organization_id: int) -> list[tuple[str, str]]:
    """Return the verbs of an organization's history, each as what it says without the names."""
    verbs = organization_history(organization_id=organization_id).order_by("verb")
    blank: defaultdict[str, str] = defaultdict(lambda: "…")
    return sorted(
        (
            (verb, (str(REGISTRY.sentences.get(verb, _UNKNOWN)) % blank).strip(" …"))
            for verb in verbs.values_list("verb", flat=True).distinct()
        ),
        key=lambda pair: pair[1],
    )


def last_check(*, organization_id: int) -> HistoryCheck | None:
    """Return what the last walk along the organization's chain found, if there was one."""
    return HistoryCheck.objects.filter(organization_id=organization_id).first()


def _label(entry: HistoryEntry) -> str:
    return in_words(entry.object_label)


def _change(name: str, value: Any) -> str:
    if name in _SILENT_CHANGES:
        return ""
    if name in _SENTENCES_BY_THEMSELVES:
        return str(REGISTRY.choices.get(name, {}).get(value, value))
    if name == "note":
        return "" if not value else _("Note: “%(note)s”") % {"note": value}
    label = str(REGISTRY.fields.get(name, name.replace("_", " ")))
    if name == "notice_days" and isinstance(value, list):
        value = ", ".join(str(days) for days in value)
    if isinstance(value, list) and len(value) == 2:
        before, after = (_shown(name, part) for part in value)
        if before:
            return _("%(field)s: from %(before)s to %(after)s.") % {
                "field": label,
                "before": before,
                "after": after or "–",
            }
        return _("%(field)s: %(after)s.") % {"field": label, "after": after}
    if isinstance(value, bool):
        return ""
    if not value:
        return ""
    return _("%(field)s: %(after)s.") % {"field": label, "after": _shown(name, value)}


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_shown(name, part) for part in value)
    if isinstance(value, dict):
        return ", ".join(_shown(name, part) for part in value.values())
    choices: dict[str, dict[str, Any]] = {
        "role": dict(Membership.Role.choices),
        "state": dict(Membership.State.choices),
        "vendor_role": dict(User.VendorRole.choices),
    }
    labels: Mapping[str, Any] = choices.get(name) or REGISTRY.choices.get(name, {})
    return str(labels.get(value, value))
