"""The history of an organization in sentences, and who of the vendor looked at it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import HistoryEntry, Membership, StaffAccess, User
from accounts.templatetags.headroom import format_money, number, percent

_SENTENCES: Final[dict[str, Promise]] = {
    "organization_created": gettext_lazy("%(actor)s created the organization"),
    "organization_changed": gettext_lazy("%(actor)s changed the settings of the organization"),
    "usage_totals_only": gettext_lazy("%(actor)s chose to show only totals of usage"),
    "usage_of_people_shown": gettext_lazy("%(actor)s chose to show each person's usage again"),
    "person_added": gettext_lazy("%(actor)s added %(subject)s"),
    "member_discovered": gettext_lazy("%(subject)s was first seen in usage"),
    "person_changed": gettext_lazy("%(actor)s changed the details of %(subject)s"),
    "person_invited": gettext_lazy("%(actor)s invited %(subject)s"),
    "invitation_resent": gettext_lazy("%(actor)s sent %(subject)s the invitation again"),
    "invitation_revoked": gettext_lazy("%(actor)s took back the invitation of %(subject)s"),
    "invitation_accepted": gettext_lazy("%(subject)s accepted the invitation"),
    "person_deactivated": gettext_lazy("%(actor)s deactivated %(subject)s"),
    "person_reactivated": gettext_lazy("%(actor)s reactivated %(subject)s"),
    "role_changed": gettext_lazy("%(actor)s changed the role of %(subject)s"),
    "seat_assigned": gettext_lazy("%(actor)s gave %(subject)s a seat"),
    "seat_released": gettext_lazy("%(actor)s released the seat of %(subject)s"),
    "seats_held": gettext_lazy("No seats are assigned until an overdue payment has come"),
    "seats_released": gettext_lazy("Seats can be assigned again"),
    "dunning_opened": gettext_lazy("The invoice %(subject)s is overdue"),
    "dunning_reminded": gettext_lazy("A reminder of the invoice %(subject)s was sent"),
    "dunning_restricted": gettext_lazy("Buying is on hold until the invoice %(subject)s is paid"),
    "dunning_end_asked": gettext_lazy("The time to pay the invoice %(subject)s is over"),
    "dunning_ended": gettext_lazy("The invoice %(subject)s was not paid in time"),
    "dunning_closed": gettext_lazy("The invoice %(subject)s is settled"),
    "dunning_paused": gettext_lazy("%(actor)s paused the reminders of the invoice %(subject)s"),
    "dunning_resumed": gettext_lazy("%(actor)s resumed the reminders of the invoice %(subject)s"),
    "dunning_policy_changed": gettext_lazy("%(actor)s changed what happens to unpaid invoices"),
    "payment_asked": gettext_lazy("%(actor)s paid the open invoice %(subject)s by card"),
    "payment_taken": gettext_lazy("The invoice %(subject)s was paid by card"),
    "payment_refused": gettext_lazy("The bank refused the payment of the invoice %(subject)s"),
    "payment_to_confirm": gettext_lazy("The bank asks to confirm the payment of %(subject)s"),
    "seat_requested": gettext_lazy("%(actor)s asked for a seat for %(subject)s"),
    "seat_requested_for_oneself": gettext_lazy("%(actor)s asked for a seat"),
    "seat_request_withdrawn": gettext_lazy("%(actor)s took %(subject)s off the waiting list"),
    "seat_request_declined": gettext_lazy("%(actor)s declined a seat for %(subject)s"),
    "waiting_list_moved": gettext_lazy(
        "%(actor)s put %(subject)s at place %(place)s of the waiting list"
    ),
    "seats_next_chosen": gettext_lazy("%(actor)s chose that a released seat goes to who waits"),
    "seats_next_given_up": gettext_lazy("%(actor)s chose that a released seat stays free"),
    "limit_decided": gettext_lazy("%(actor)s decided at the limit: %(decision)s"),
    "limit_changed_by_vendor": gettext_lazy("%(actor)s set the limit of seats: %(limit)s"),
    "limit_changed_by_plan": gettext_lazy("The plan begins with a limit of seats: %(limit)s"),
    "limit_changed_by_time": gettext_lazy(
        "The time for seats beyond the purchased ones is over: %(limit)s"
    ),
    "limit_changed_by_seats": gettext_lazy("The limit followed the number of seats: %(limit)s"),
    "limit_changed_by_undo": gettext_lazy("%(actor)s took the limit back: %(limit)s"),
    "minimum_waived": gettext_lazy("%(actor)s lowered the minimum of a plan: %(subject)s"),
    "minimum_waiver_ended": gettext_lazy("%(actor)s ended a lower minimum: %(subject)s"),
    "minimum_abandoned": gettext_lazy(
        "%(actor)s needs %(seats)s seats, fewer than the minimum of %(to)s"
    ),
    "default_limit_changed": gettext_lazy(
        "%(actor)s changed the limit that plans begin with: %(subject)s"
    ),
    "department_created": gettext_lazy("%(actor)s created the department %(subject)s"),
    "department_renamed": gettext_lazy("%(actor)s renamed the department %(subject)s"),
    "department_deleted": gettext_lazy("%(actor)s removed the department %(subject)s"),
    "api_key_issued": gettext_lazy("%(actor)s made the API key %(subject)s"),
    "api_key_revoked": gettext_lazy("%(actor)s revoked the API key %(subject)s"),
    "purchase_reserved": gettext_lazy("%(actor)s ordered %(subject)s"),
    "purchase_awaiting_payment": gettext_lazy("The order of %(subject)s waits for its payment"),
    "purchase_requires_action": gettext_lazy("The bank asked to confirm the order of %(subject)s"),
    "purchase_on_terms": gettext_lazy("The order of %(subject)s was approved on terms"),
    "purchase_paid": gettext_lazy("The order of %(subject)s was paid"),
    "purchase_failed": gettext_lazy("The order of %(subject)s did not go through"),
    "purchase_expired": gettext_lazy("The order of %(subject)s expired unpaid"),
    "seats_purchased": gettext_lazy(
        "%(actor)s bought seats: %(seats_to)s instead of %(seats_from)s"
    ),
    "subscription_started": gettext_lazy("The subscription started: %(subject)s"),
    "subscription_renewed": gettext_lazy("The subscription was renewed: %(subject)s"),
    "subscription_status_changed": gettext_lazy("The subscription is %(status)s now"),
    "start_chosen": gettext_lazy("%(actor)s chose a plan: %(subject)s"),
    "start_asked": gettext_lazy("The subscription is being started: %(subject)s"),
    "start_requires_action": gettext_lazy("The bank asked to confirm the first payment"),
    "start_failed": gettext_lazy("The subscription did not start: %(subject)s"),
    "start_withdrawn": gettext_lazy("%(actor)s gave up the choice of a plan: %(subject)s"),
    "trial_ended_early": gettext_lazy("%(actor)s ended the trial and started to pay"),
    "trial_end_refused": gettext_lazy("The bank refused the payment that ends the trial"),
    "trial_ends_soon": gettext_lazy("The trial ends soon: %(subject)s"),
    "tax_rule_changed": gettext_lazy("%(actor)s changed the tax rate of %(subject)s"),
    "tax_changed": gettext_lazy("The tax of later invoices changed"),
    "tax_exempted": gettext_lazy("%(actor)s exempted the organization from tax"),
    "tax_exemption_ended": gettext_lazy("%(actor)s ended the exemption from tax"),
    "discount_granted": gettext_lazy("%(actor)s granted a discount of %(subject)s"),
    "discount_started": gettext_lazy("A discount of %(subject)s reduces invoices from now on"),
    "discount_end_asked": gettext_lazy("%(actor)s ended the discount of %(subject)s"),
    "discount_ended": gettext_lazy("The discount of %(subject)s is over"),
    "credit_granted": gettext_lazy("%(actor)s granted a credit: %(subject)s"),
    "credit_proposed": gettext_lazy("%(actor)s asked for a credit: %(subject)s"),
    "credit_approved": gettext_lazy("%(actor)s approved the credit: %(subject)s"),
    "credit_turned_down": gettext_lazy("%(actor)s refused the credit: %(subject)s"),
    "approval_amounts_changed": gettext_lazy(
        "%(actor)s changed the amounts in %(subject)s that need two people"
    ),
    "credit_booked": gettext_lazy("A credit was booked: %(subject)s"),
    "contract_approved": gettext_lazy("%(actor)s approved how you pay: %(subject)s"),
    "settlement_reserved": gettext_lazy("%(actor)s signed the amounts of %(subject)s"),
    "settlement_drafted": gettext_lazy("The invoice of %(subject)s was drawn up and agrees"),
    "settlement_stopped": gettext_lazy("The invoice of %(subject)s differs and was stopped"),
    "settlement_issued": gettext_lazy("The invoice of %(subject)s was issued"),
    "settlement_on_terms": gettext_lazy("The invoice of %(subject)s was sent on terms"),
    "settlement_paid": gettext_lazy("The invoice of %(subject)s was settled"),
    "settlement_applying": gettext_lazy("The seats of %(subject)s are being changed"),
    "settlement_granted": gettext_lazy("The seats of %(subject)s were changed"),
    "settlement_settled": gettext_lazy("%(subject)s is settled"),
    "settlement_failed": gettext_lazy("The invoice of %(subject)s was given up"),
    "settlement_lapsed": gettext_lazy("%(subject)s was paid after its term"),
    "month_collected": gettext_lazy("Small additions were put on one invoice: %(subject)s"),
    "subscription_ended": gettext_lazy("The subscription ended and its seats with it"),
    "price_changed": gettext_lazy("%(actor)s changed plan or interval"),
    "seats_change_planned": gettext_lazy(
        "%(actor)s planned %(to)s seats for the renewal instead of %(from)s"
    ),
    "price_change_planned": gettext_lazy("%(actor)s planned another price for the renewal"),
    "cancellation_change_planned": gettext_lazy(
        "%(actor)s canceled the subscription at the end of its period"
    ),
    "scheduled_change_applied": gettext_lazy("The planned change took effect: %(subject)s"),
    "scheduled_change_undone": gettext_lazy("%(actor)s took the planned change back: %(subject)s"),
    "scheduled_change_superseded": gettext_lazy("The planned change was replaced: %(subject)s"),
    "scheduled_change_postponed": gettext_lazy(
        "The planned change waits for the next renewal: %(subject)s"
    ),
    "card_changed": gettext_lazy("The card was changed"),
    "card_removed": gettext_lazy("The card was removed"),
    "quote_saved": gettext_lazy("%(actor)s kept the quote %(subject)s"),
    "seller_changed": gettext_lazy("%(actor)s changed who sells: %(subject)s"),
    "billing_details_changed": gettext_lazy("%(actor)s changed the billing details"),
    "credit_note_issued": gettext_lazy("The credit note %(subject)s was issued"),
    "credit_note_voided": gettext_lazy("The credit note %(subject)s was taken back"),
    "incident_opened": gettext_lazy("A payment needs a look: %(subject)s"),
    "noted_lines_repaired": gettext_lazy(
        "%(actor)s corrected the noted amounts to the quote: %(subject)s"
    ),
    "event_processed_again": gettext_lazy("%(actor)s had the event %(subject)s processed again"),
    "incident_closed": gettext_lazy("%(actor)s closed the look at a payment: %(subject)s"),
    "plan_created": gettext_lazy("%(actor)s made the plan %(subject)s"),
    "plan_retired": gettext_lazy("%(actor)s took the plan %(subject)s off sale"),
    "difference_found": gettext_lazy("A comparison with Stripe found: %(subject)s"),
    "difference_opened_again": gettext_lazy("It differs from Stripe again: %(subject)s"),
    "difference_gone": gettext_lazy("Both sides agree by themselves: %(subject)s"),
    "repair_proposed": gettext_lazy("%(actor)s proposed a repair: %(subject)s"),
    "difference_repaired": gettext_lazy("%(actor)s repaired: %(subject)s"),
    "difference_accepted": gettext_lazy("%(actor)s accepted as it is: %(subject)s"),
    "stranger_found": gettext_lazy("Stripe has something of nobody we know: %(subject)s"),
    "stranger_gone": gettext_lazy("Stripe does not have it any more: %(subject)s"),
    "stranger_accepted": gettext_lazy("%(actor)s accepted as it is: %(subject)s"),
    "stranger_repaired": gettext_lazy("%(actor)s found whose it is: %(subject)s"),
    "customer_linked": gettext_lazy("%(actor)s linked the customer at Stripe"),
    "approval_rules_changed": gettext_lazy("%(actor)s changed the approval rules"),
    "approval_delegated": gettext_lazy("%(actor)s let somebody stand in: %(subject)s"),
    "approval_delegation_ended": gettext_lazy("%(actor)s ended a stand-in: %(subject)s"),
    "request_made": gettext_lazy("%(actor)s asked for an approval: %(subject)s"),
    "request_asked_again": gettext_lazy("%(actor)s asked again with today's price: %(subject)s"),
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
    "limits_changed": gettext_lazy("%(actor)s changed the safety limits"),
    "review_opened": gettext_lazy("An order of %(subject)s waits for a review"),
    "review_approved": gettext_lazy("%(actor)s approved the order of %(subject)s"),
    "review_refused": gettext_lazy("%(actor)s refused the order of %(subject)s"),
    "renewal_held": gettext_lazy("The invoice of a renewal is held back: %(subject)s"),
    "renewal_seen_too_late": gettext_lazy(
        "The invoice of a renewal is out of pattern: %(subject)s"
    ),
    "renewal_released": gettext_lazy("%(actor)s released the invoice of a renewal: %(subject)s"),
    "renewal_voided": gettext_lazy("%(actor)s voided the invoice of a renewal: %(subject)s"),
    "price_published": gettext_lazy("%(actor)s published the price %(subject)s"),
    "price_retired": gettext_lazy("%(actor)s took the price %(subject)s off sale"),
    "price_migration_started": gettext_lazy("%(actor)s began to move subscribers: %(subject)s"),
    "price_move_planned": gettext_lazy("%(actor)s put the move to another price in line"),
    "price_move_scheduled": gettext_lazy("The renewal will bring another price: %(subject)s"),
    "price_move_moved": gettext_lazy("The move to another price is complete: %(subject)s"),
    "price_move_failed": gettext_lazy("The move to another price was not possible"),
    "price_move_withdrawing": gettext_lazy("%(actor)s takes the move to another price back"),
    "price_move_undone": gettext_lazy("The move to another price was taken back"),
    "price_move_replaced": gettext_lazy("Another plan took the place of the move"),
    "price_draft_created": gettext_lazy("%(actor)s began the draft %(subject)s"),
    "price_draft_changed": gettext_lazy("%(actor)s changed the draft %(subject)s"),
    "price_draft_discarded": gettext_lazy("%(actor)s discarded the draft %(subject)s"),
    "procurement_profile_changed": gettext_lazy("%(actor)s changed how the organization buys"),
    "procurement_profile_proposed": gettext_lazy(
        "%(actor)s proposed a change of how the organization buys"
    ),
    "procurement_proposal_accepted": gettext_lazy("%(actor)s accepted a proposal: %(subject)s"),
    "procurement_proposal_declined": gettext_lazy("%(actor)s declined a proposal: %(subject)s"),
    "procurement_proposal_withdrawn": gettext_lazy("%(actor)s withdrew a proposal: %(subject)s"),
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
    "vendor_answer_changed": gettext_lazy("%(actor)s changed an answer for customers: %(subject)s"),
    "vendor_answer_confirmed": gettext_lazy(
        "%(actor)s confirmed an answer for customers: %(subject)s"
    ),
    "vendor_answer_removed": gettext_lazy(
        "%(actor)s took out an answer for customers: %(subject)s"
    ),
    "vendor_contact_changed": gettext_lazy("%(actor)s changed a contact: %(subject)s"),
    "vendor_contact_removed": gettext_lazy("%(actor)s removed a contact: %(subject)s"),
    "staff_added": gettext_lazy("%(actor)s added %(subject)s to the vendor's people"),
    "staff_changed": gettext_lazy("%(actor)s changed the access of %(subject)s"),
    "true_up_terms_approved": gettext_lazy("%(actor)s approved the terms of true-ups"),
    "true_up_scheduled": gettext_lazy("The true-up of %(subject)s was scheduled"),
    "true_up_noticed": gettext_lazy("The true-up of %(subject)s was announced"),
    "true_up_opened": gettext_lazy("The true-up of %(subject)s is ready for review"),
    "true_up_nothing_due": gettext_lazy("Nothing is due for %(subject)s"),
    "true_up_people_keep": gettext_lazy("%(actor)s keeps seats in the true-up of %(subject)s"),
    "true_up_people_remove": gettext_lazy("%(actor)s removes seats in the true-up of %(subject)s"),
    "true_up_people_undecided": gettext_lazy(
        "%(actor)s took a decision back in the true-up of %(subject)s"
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
    "true_up_second_asked": gettext_lazy("The true-up of %(subject)s waits for a second signature"),
    "true_up_countersigned": gettext_lazy("%(actor)s signed the true-up of %(subject)s too"),
    "true_up_given_back": gettext_lazy("%(actor)s took the true-up of %(subject)s back"),
    "true_up_settling": gettext_lazy("The true-up of %(subject)s is being settled"),
    "true_up_settled": gettext_lazy("The true-up of %(subject)s is settled"),
    "true_up_stopped": gettext_lazy("The settlement of the true-up of %(subject)s stopped"),
    "true_up_void": gettext_lazy("The true-up of %(subject)s was called off"),
    "person_came_back": gettext_lazy("%(actor)s brought %(subject)s back after a true-up"),
    "return_settled": gettext_lazy("The seat of %(subject)s is charged again"),
    "signal_opened": gettext_lazy("A signal opened: %(signal)s"),
    "signal_raised": gettext_lazy("A signal became more urgent: %(signal)s"),
    "signal_resolved": gettext_lazy("A signal ended: %(signal)s"),
}
_UNKNOWN: Final = gettext_lazy("%(actor)s changed %(subject)s")
# What the vendor notes for itself about an organization is not the organization's to read.
_VENDOR_OBJECTS: Final = (
    "pricemove",
    "signal",
    "expansiontask",
    "incident",
    "notification",
    "difference",
    "invoicehold",
    "organizationlimits",
)
# Nor how the vendor came to a decision.
_VENDOR_VERBS: Final = ("credit_proposed", "credit_approved", "credit_turned_down")
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
_ICONS: Final = {
    "seats_purchased": "seats",
    "purchase_failed": "error",
    "settlement_stopped": "error",
    "settlement_failed": "error",
    "settlement_lapsed": "warning",
    "card_changed": "card",
    "seat_assigned": "seats",
    "seat_released": "person-remove",
    "seat_requested": "inbox",
    "person_added": "person-add",
    "person_invited": "mail",
    "invitation_resent": "mail",
    "invitation_accepted": "check",
    "api_key_issued": "lock",
    "api_key_revoked": "lock",
    "organization_changed": "settings",
    "incident_opened": "warning",
    "price_published": "price",
    "signal_opened": "signals",
    "signal_raised": "rising",
    "signal_resolved": "check",
}
_FIELDS: Final[dict[str, Promise]] = {
    "name": gettext_lazy("Name"),
    "title": gettext_lazy("Title"),
    "payer_name": gettext_lazy("Payer"),
    "payer_email": gettext_lazy("E-mail address for invoices"),
    "address_line1": gettext_lazy("Street"),
    "address_line2": gettext_lazy("More address"),
    "postal_code": gettext_lazy("Postal code"),
    "city": gettext_lazy("City"),
    "country": gettext_lazy("Country"),
    "vat_id": gettext_lazy("VAT id"),
    "po_number": gettext_lazy("Purchase order number"),
    "department": gettext_lazy("Department"),
    "role": gettext_lazy("Role"),
    "state": gettext_lazy("State"),
    "time_zone": gettext_lazy("Time zone"),
    "language": gettext_lazy("Language"),
    "card": gettext_lazy("Card"),
    "email": gettext_lazy("Email"),
    "vendor_role": gettext_lazy("Role"),
    "collection": gettext_lazy("Collection"),
    "net_days": gettext_lazy("Days to pay"),
    "credit_limit_minor": gettext_lazy("Credit limit"),
    "needs_po_number": gettext_lazy("Purchase order number needed"),
    "cadence": gettext_lazy("Invoices"),
    "monthly_below_minor": gettext_lazy("Small is below"),
    "note": gettext_lazy("Reason"),
    "rate": gettext_lazy("Rate in %"),
    "file": gettext_lazy("File"),
    "months": gettext_lazy("Months"),
    "policy": gettext_lazy("Whose seats count"),
    "window_days": gettext_lazy("Window of activity in days"),
    "least_active_days": gettext_lazy("Active days needed in it"),
    "lock_out_days": gettext_lazy("Lock-out in days"),
    "review_days": gettext_lazy("Days to review"),
    "review_default": gettext_lazy("At the end of the review"),
    "notice_days": gettext_lazy("Notices, in days before the quarter ends"),
    "share_rule": gettext_lazy("Share that is charged"),
    "quarter_basis": gettext_lazy("Quarters are counted"),
    "first_month": gettext_lazy("First month of the fiscal year"),
    "is_active": gettext_lazy("May sign in"),
    "is_staff": gettext_lazy("May open the administration"),
}
# Values of the terms of true-ups, by field.
_TERMS: Final[dict[str, dict[str, Promise]]] = {
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
}
_REASONS: Final[dict[str, Promise]] = {
    "deactivated": gettext_lazy("The person was deactivated."),
    "reassigned": gettext_lazy("The seat went to somebody else."),
    "undone": gettext_lazy("The assignment was undone."),
    "left": gettext_lazy("The person left."),
    "subscription_ended": gettext_lazy("The subscription ended."),
    "true_up": gettext_lazy("The person was removed in a true-up."),
    "no_annual_term": gettext_lazy("There is no yearly subscription any more."),
}
_RESOLUTIONS: Final[dict[str, Promise]] = {
    "cleared": gettext_lazy("The reason for it is gone."),
    "seats_bought": gettext_lazy("Seats were bought."),
    "declined": gettext_lazy("The customer declined."),
}
_SIGNALS: Final[dict[str, Promise]] = {
    "utilization": gettext_lazy("seats running out"),
    "unseated": gettext_lazy("people without a seat"),
}
_BANDS: Final[dict[str, Promise]] = {
    "near": gettext_lazy("near the limit"),
    "full": gettext_lazy("full"),
    "over": gettext_lazy("over"),
}
_LIMITS: Final[dict[str, Promise]] = {
    "hard": gettext_lazy("hard"),
    "soft": gettext_lazy("soft, seats are lent for some days"),
    "true_up": gettext_lazy("the true-up charges what is beyond the purchased seats"),
    "closed": gettext_lazy("closed, who sits keeps the seat"),
}
_DECISIONS: Final[dict[str, Promise]] = {
    "add": gettext_lazy("add seats"),
    "reassign": gettext_lazy("pass on seats that are not used"),
    "approval": gettext_lazy("ask for approval"),
    "wait": gettext_lazy("wait"),
}
_STATUSES: Final[dict[str, Promise]] = {
    "reserved": gettext_lazy("being set up"),
    "incomplete": gettext_lazy("waiting for its first payment"),
    "incomplete_expired": gettext_lazy("ended without a payment"),
    "trialing": gettext_lazy("in trial"),
    "active": gettext_lazy("active"),
    "past_due": gettext_lazy("behind with a payment"),
    "unpaid": gettext_lazy("unpaid"),
    "canceled": gettext_lazy("canceled"),
    "paused": gettext_lazy("paused"),
}


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
    kind: str = ""
    url: str = ""


def organization_history(
    *, organization_id: int, search: str = "", object_type: str = "", verb: str = ""
) -> QuerySet[HistoryEntry]:
    """Return the organization's history, the latest first; inside its tenancy context."""
    entries = HistoryEntry.objects.filter(organization_id=organization_id).exclude(
        Q(object_type__in=_VENDOR_OBJECTS) | Q(verb__in=_VENDOR_VERBS)
    )
    for word in search.split():
        entries = entries.filter(actor_label__icontains=word) | entries.filter(
            object_label__icontains=word
        )
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
        "actor": entry.actor_label,
        "subject": _subject(entry),
        "signal": _signal(entry),
        "status": str(_STATUSES.get(changes.get("to", ""), "")),
        "limit": str(_LIMITS.get(changes.get("limit", ""), "")),
        "decision": str(_DECISIONS.get(changes.get("decision", ""), "")),
    }
    title = str(_SENTENCES.get(verb, _UNKNOWN)) % values
    said = [_change(name, value) for name, value in changes.items()]
    if {"total_minor", "currency"} <= changes.keys():
        said.append(format_money(changes["total_minor"], changes["currency"]))
    return HistoryLine(
        at=entry.at,
        title=title,
        text=" ".join(part for part in said if part),
        icon=_ICONS.get(entry.verb, "clock"),
        actor=entry.actor_label,
        verb=entry.verb,
        subject=entry.object_label,
    )


def _subject(entry: HistoryEntry) -> str:
    """Return what was changed; a purchase and a subscription are known by their seats."""
    if entry.object_type in ("purchase", "purchasereview"):
        count = entry.object_label.split(" ")[0]
    else:
        count = str(entry.changes.get("seats", "")) if entry.object_type == "subscription" else ""
    if not count.isdecimal():
        return entry.object_label
    return ngettext("%(n)s seat", "%(n)s seats", int(count)) % {"n": number(int(count))}


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


def _change(name: str, value: Any) -> str:
    if name in _SILENT_CHANGES:
        return ""
    if name == "reason":
        return str(_REASONS.get(value, value))
    if name == "resolution":
        return str(_RESOLUTIONS.get(value, value))
    if name == "note":
        return "" if not value else _("Note: “%(note)s”") % {"note": value}
    label = str(_FIELDS.get(name, name.replace("_", " ")))
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
    labels: Mapping[str, Any] = choices.get(name) or _TERMS.get(name, {})
    return str(labels.get(value, value))
