"""The history of true-ups in words."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords

WORDS: Final = HistoryWords(
    sentences={
        "true_up_terms_approved": gettext_lazy("%(actor)s approved the terms of true-ups"),
        "true_up_scheduled": gettext_lazy("The true-up of %(subject)s was scheduled"),
        "true_up_noticed": gettext_lazy("The true-up of %(subject)s was announced"),
        "true_up_opened": gettext_lazy("The true-up of %(subject)s is ready for review"),
        "true_up_nothing_due": gettext_lazy("Nothing is due for %(subject)s"),
        "true_up_people_keep": gettext_lazy("%(actor)s keeps seats in the true-up of %(subject)s"),
        "true_up_people_remove": gettext_lazy(
            "%(actor)s removes seats in the true-up of %(subject)s"
        ),
        "true_up_people_undecided": gettext_lazy(
            "%(actor)s took a decision back in the true-up of %(subject)s"
        ),
        "true_up_evidence_opened": gettext_lazy(
            "%(actor)s opened the evidence per person of the true-up of %(subject)s"
        ),
        "true_up_disputed": gettext_lazy("%(actor)s disputed a line of the true-up of %(subject)s"),
        "true_up_dispute_withdrawn": gettext_lazy("%(actor)s took back a dispute: %(subject)s"),
        "true_up_commented": gettext_lazy("%(actor)s remarked on the true-up of %(subject)s"),
        "true_up_answered": gettext_lazy("%(actor)s answered a dispute: %(subject)s"),
        "true_up_submitted": gettext_lazy("%(actor)s submitted the true-up of %(subject)s"),
        "true_up_review_ended": gettext_lazy("The review of the true-up of %(subject)s ended"),
        "true_up_reminded": gettext_lazy("A reminder of the true-up of %(subject)s was sent"),
        "true_up_waived": gettext_lazy("%(actor)s waived seats in the true-up of %(subject)s"),
        "true_up_returned": gettext_lazy("%(actor)s returned the true-up of %(subject)s"),
        "true_up_signed": gettext_lazy("%(actor)s signed the true-up of %(subject)s"),
        "true_up_signature_taken_back": gettext_lazy(
            "%(actor)s did not agree to the true-up of %(subject)s"
        ),
        "true_up_second_asked": gettext_lazy(
            "The true-up of %(subject)s waits for a second signature"
        ),
        "true_up_countersigned": gettext_lazy("%(actor)s signed the true-up of %(subject)s too"),
        "true_up_given_back": gettext_lazy("%(actor)s took the true-up of %(subject)s back"),
        "true_up_settling": gettext_lazy("The true-up of %(subject)s is being settled"),
        "true_up_settled": gettext_lazy("The true-up of %(subject)s is settled"),
        "true_up_stopped": gettext_lazy("The settlement of the true-up of %(subject)s stopped"),
        "true_up_void": gettext_lazy("The true-up of %(subject)s was called off"),
        "person_came_back": gettext_lazy("%(actor)s brought %(subject)s back after a true-up"),
        "return_settled": gettext_lazy("The seat of %(subject)s is charged again"),
    },
    fields={
        "policy": gettext_lazy("Whose seats count"),
        "window_days": gettext_lazy("Window of activity in days"),
        "least_active_days": gettext_lazy("Active days needed in it"),
        "lock_out_days": gettext_lazy("Lock-out in days"),
        "review_days": gettext_lazy("Days to review"),
        "review_default": gettext_lazy("At the end of the review"),
        "notice_days": gettext_lazy("Notices, in days before the quarter ends"),
        "share_rule": gettext_lazy("Share that is charged"),
        "quarter_basis": gettext_lazy("Quarters are counted"),
    },
    choices={
        "reason": {
            "true_up": gettext_lazy("The person was removed in a true-up."),
            "no_annual_term": gettext_lazy("There is no yearly subscription any more."),
        },
        "policy": {
            "strict": gettext_lazy("every assigned seat"),
            "flexible": gettext_lazy("seats of active people"),
            "hybrid": gettext_lazy("every seat, inactive people can be removed"),
        },
        "review_default": {
            "keep": gettext_lazy("keep everybody"),
            "remove": gettext_lazy("remove the inactive"),
        },
        "share_rule": {
            "remaining_days": gettext_lazy("remaining days of the term"),
            "remaining_quarters": gettext_lazy("remaining quarters of the term"),
        },
        "quarter_basis": {
            "term": gettext_lazy("from the start of the term"),
            "calendar": gettext_lazy("quarters of the fiscal year"),
        },
    },
)
