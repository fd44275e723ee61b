"""The history of requests, approvals and plans in words."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords

WORDS: Final = HistoryWords(
    sentences={
        "approval_rules_changed": gettext_lazy("%(actor)s changed the approval rules"),
        "approval_delegated": gettext_lazy("%(actor)s let somebody stand in: %(subject)s"),
        "approval_delegation_ended": gettext_lazy("%(actor)s ended a stand-in: %(subject)s"),
        "request_made": gettext_lazy("%(actor)s asked for an approval: %(subject)s"),
        "request_asked_again": gettext_lazy(
            "%(actor)s asked again with today's price: %(subject)s"
        ),
        "request_step_approved": gettext_lazy("%(actor)s approved a step of %(subject)s"),
        "request_approved": gettext_lazy("%(actor)s approved %(subject)s"),
        "request_declined": gettext_lazy("%(actor)s declined %(subject)s"),
        "request_withdrawn": gettext_lazy("%(actor)s withdrew %(subject)s"),
        "request_expired": gettext_lazy("The time of %(subject)s ran out"),
        "request_escalated": gettext_lazy("Others may decide %(subject)s now as well"),
        "request_sent_back": gettext_lazy("%(subject)s was sent back: its price moved"),
        "request_buying": gettext_lazy("What %(subject)s asks for is being bought"),
        "request_not_bought": gettext_lazy("What %(subject)s asks for was not bought yet"),
        "request_bought": gettext_lazy("What %(subject)s asks for was bought"),
        "request_commented": gettext_lazy("%(actor)s wrote about %(subject)s"),
        "request_file_added": gettext_lazy("%(actor)s attached a file to %(subject)s"),
        "procurement_profile_changed": gettext_lazy("%(actor)s changed how the organization buys"),
        "procurement_profile_proposed": gettext_lazy(
            "%(actor)s proposed a change of how the organization buys"
        ),
        "procurement_proposal_accepted": gettext_lazy("%(actor)s accepted a proposal: %(subject)s"),
        "procurement_proposal_declined": gettext_lazy("%(actor)s declined a proposal: %(subject)s"),
        "procurement_proposal_withdrawn": gettext_lazy(
            "%(actor)s withdrew a proposal: %(subject)s"
        ),
        "expansion_planned": gettext_lazy("%(actor)s planned more seats: %(subject)s"),
        "planned_expansion_changed": gettext_lazy("%(actor)s changed the plan: %(subject)s"),
        "planned_expansion_started": gettext_lazy("%(actor)s started the plan: %(subject)s"),
        "planned_expansion_done": gettext_lazy("The plan is done: %(subject)s"),
        "planned_expansion_dropped": gettext_lazy("%(actor)s dropped the plan: %(subject)s"),
        "planned_expansion_taken_up": gettext_lazy("%(actor)s took up the plan: %(subject)s"),
        "planned_expansion_reminded": gettext_lazy(
            "A reminder of the day to start was sent: %(subject)s"
        ),
        "calendar_feed_opened": gettext_lazy("%(actor)s made a calendar address"),
        "calendar_feed_renewed": gettext_lazy("%(actor)s renewed a calendar address"),
        "calendar_feed_revoked": gettext_lazy("%(actor)s revoked a calendar address"),
        "order_form_issued": gettext_lazy("%(actor)s issued the order form %(subject)s"),
        "amendment_issued": gettext_lazy("%(actor)s issued the amendment %(subject)s"),
        "vendor_answer_added": gettext_lazy("%(actor)s wrote an answer for customers: %(subject)s"),
        "vendor_answer_changed": gettext_lazy(
            "%(actor)s changed an answer for customers: %(subject)s"
        ),
        "vendor_answer_confirmed": gettext_lazy(
            "%(actor)s confirmed an answer for customers: %(subject)s"
        ),
        "vendor_answer_removed": gettext_lazy(
            "%(actor)s took out an answer for customers: %(subject)s"
        ),
        "vendor_contact_changed": gettext_lazy("%(actor)s changed a contact: %(subject)s"),
        "vendor_contact_removed": gettext_lazy("%(actor)s removed a contact: %(subject)s"),
    },
    fields={
        "first_month": gettext_lazy("First month of the fiscal year"),
    },
)
