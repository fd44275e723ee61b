"""The history of signals and tasks in words."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords
from accounts.models import HistoryEntry
from accounts.templatetags.headroom import percent

_SIGNALS: Final[dict[str, Promise]] = {
    "utilization": gettext_lazy("seats running out"),
    "unseated": gettext_lazy("people without a seat"),
}
_BANDS: Final[dict[str, Promise]] = {
    "near": gettext_lazy("near the limit"),
    "full": gettext_lazy("full"),
    "over": gettext_lazy("over"),
}


def _signal(entry: HistoryEntry) -> str:
    kind = entry.changes.get("kind", "")
    if kind not in _SIGNALS:
        return entry.object_label
    band = entry.changes.get("band", "")
    if isinstance(band, list):
        band = band[-1]
    if not band:
        return str(_SIGNALS[kind])
    return _("%(signal)s, %(band)s") % {
        "signal": _SIGNALS[kind],
        "band": percent(0.8) if band == "eighty" else _BANDS.get(band, band),
    }


WORDS: Final = HistoryWords(
    sentences={
        "signal_opened": gettext_lazy("A signal opened: %(signal)s"),
        "signal_raised": gettext_lazy("A signal became more urgent: %(signal)s"),
        "signal_resolved": gettext_lazy("A signal ended: %(signal)s"),
        "insight_put_away": gettext_lazy("%(actor)s put a card of the Overview away for 30 days"),
        "insights_shown_again": gettext_lazy("%(actor)s had all cards of the Overview shown again"),
        "rule_muted": gettext_lazy("%(actor)s switched a rule's messages off: %(subject)s"),
        "rule_heard_again": gettext_lazy("%(actor)s switched a rule's messages on: %(subject)s"),
        "message_sent_again": gettext_lazy("%(actor)s had a message sent again: %(subject)s"),
        "message_let_rest": gettext_lazy("%(actor)s let a message rest: %(subject)s"),
        "rule_set": gettext_lazy("%(actor)s set the rule “%(subject)s”"),
        "rule_reset": gettext_lazy("%(actor)s gave up the settings of the rule “%(subject)s”"),
        "vendor_request_made": gettext_lazy("%(actor)s asked the vendor: %(subject)s"),
        "vendor_request_answered": gettext_lazy("The vendor answered: %(subject)s"),
        "crm_mapping_added": gettext_lazy("%(actor)s added the CRM mapping “%(subject)s”"),
        "crm_mapping_changed": gettext_lazy("%(actor)s changed the CRM mapping “%(subject)s”"),
        "crm_exported": gettext_lazy("%(actor)s exported tasks for a CRM: “%(subject)s”"),
        "sharing_case_opened": gettext_lazy("%(subject)s looks like a shared account"),
        "sharing_case_answered": gettext_lazy("%(actor)s answered the case of %(subject)s"),
        "role_account_declared": gettext_lazy("%(actor)s declared %(subject)s a role account"),
        "sharing_people_named": gettext_lazy("%(actor)s named who works with %(subject)s"),
        "sharing_policy_chosen": gettext_lazy("%(actor)s chose what shared accounts are asked"),
        "person_data_exported": gettext_lazy("%(actor)s exported the data of %(subject)s"),
        "person_data_deleted": gettext_lazy("%(actor)s deleted the usage of %(subject)s"),
        "person_deletion_asked": gettext_lazy("%(actor)s asked to be deleted"),
        "person_deletion_planned": gettext_lazy("%(actor)s has %(subject)s deleted on %(day)s"),
        "person_deletion_declined": gettext_lazy(
            "%(actor)s declined the wish of %(subject)s to be deleted"
        ),
        "person_deletion_undone": gettext_lazy("%(actor)s took the deletion of %(subject)s back"),
        "person_deleted": gettext_lazy("%(actor)s deleted %(subject)s"),
        "sharing_case_cleared": gettext_lazy("%(subject)s no longer looks like a shared account"),
        "play_changed": gettext_lazy("A play was changed: %(subject)s"),
        "absence_changed": gettext_lazy("%(subject)s plans to be away"),
        "absence_ended": gettext_lazy("%(subject)s is there again"),
        "manager_changed": gettext_lazy("%(subject)s reports to somebody else"),
        "owner_rule_made": gettext_lazy("A rule for owners of tasks was made"),
        "owner_rule_changed": gettext_lazy("A rule for owners of tasks was changed"),
        "owner_rule_moved": gettext_lazy(
            "The rules for owners of tasks were put into another order"
        ),
        "owner_rule_deleted": gettext_lazy("A rule for owners of tasks was deleted"),
    },
    icons={
        "signal_opened": "signals",
        "signal_raised": "rising",
        "signal_resolved": "check",
        "rule_muted": "bell",
        "rule_heard_again": "bell",
        "message_sent_again": "mail",
        "message_let_rest": "mail",
        "rule_set": "sliders",
        "rule_reset": "sliders",
        "vendor_request_made": "mail",
        "vendor_request_answered": "mail",
        "sharing_case_opened": "people",
        "sharing_case_cleared": "check",
        "sharing_people_named": "people",
        "play_changed": "edit",
        "absence_changed": "clock",
        "absence_ended": "check",
        "manager_changed": "users",
        "owner_rule_made": "add",
        "owner_rule_changed": "edit",
        "owner_rule_moved": "sliders",
        "owner_rule_deleted": "trash",
    },
    choices={
        "resolution": {
            "cleared": gettext_lazy("The reason for it is gone."),
            "seats_bought": gettext_lazy("Seats were bought."),
            "declined": gettext_lazy("The customer declined."),
        },
    },
    vendor_objects=(
        "signal",
        "expansiontask",
        "notification",
        "rulesetting",
        "rulemute",
        "vendorview",
    ),
    placeholders={"signal": _signal},
)
