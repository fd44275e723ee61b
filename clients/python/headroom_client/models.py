"""What the API takes and answers, as typed structures.

Written by `python -m scripts.generate_client` from docs/openapi.yaml; not changed by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

AnswerEnum = str
"""One of 'one_person', 'role_account', 'device_is_mine', 'seats_given'."""
ApprovalEnum = str
"""One of 'not_needed', 'waiting', 'approved', 'refused'."""
ApprovalRequestKindEnum = str
"""One of 'purchase', 'renewal', 'start'."""
ApprovalRequestStateEnum = str
"""One of 'waiting', 'approved', 'buying', 'bought', 'sent_back', 'declined', 'withdrawn',
'expired'."""
AtEndEnum = str
"""One of 'hard', 'true_up'."""
BandEnum = str
"""One of 'eighty', 'near', 'full', 'over'."""
BarrierEnum = str
"""One of 'budget', 'competing_tool', 'low_adoption', 'procurement'."""
BlankEnum = str
"""One of an empty text."""
ByEnum = str
"""One of -1, 1."""
CadenceEnum = str
"""One of 'immediate', 'monthly'."""
CategoryEnum = str
"""One of 'sso', 'admin', 'teams', 'feature', 'other'."""
ChangeStateEnum = str
"""One of 'planned', 'applied', 'undone', 'superseded'."""
ContractCollectionEnum = str
"""One of 'card', 'invoice'."""
CreditNoteReasonEnum = str
"""One of 'duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'."""
CreditNoteStatusEnum = str
"""One of 'issued', 'void'."""
CurrencyEnum = str
"""One of 'EUR', 'USD', 'GBP', 'CHF', 'SGD', 'IDR', 'JPY', 'KWD'."""
DealFieldEnum = str
"""One of 'external_id', 'name', 'account', 'account_external_id', 'amount', 'currency', 'stage',
'status', 'probability_percent', 'close_on', 'created_on', 'owner', 'seats', 'play', 'reason',
'link', 'crm_id'."""
DecisionEnum = str
"""One of 'undecided', 'keep', 'remove'."""
DeletionDecisionEnum = str
"""One of 'delete', 'decline'."""
DeletionStateEnum = str
"""One of 'asked', 'waiting', 'erasing', 'done', 'declined', 'undone'."""
DeliveryStateEnum = str
"""One of 'pending', 'claimed', 'delivered', 'failed', 'uncertain'."""
DifferenceKindEnum = str
"""One of 'customer_missing', 'balance', 'payment_method', 'subscription_missing',
'subscription_unknown', 'two_subscriptions', 'items', 'status', 'quantity', 'next_quantity',
'price', 'period', 'collection', 'tax', 'invoice_missing', 'invoice_unknown', 'invoice_status',
'invoice_total', 'invoice_paid', 'invoice_lines', 'payment_unknown', 'payments', 'seat_pool',
'ledger', 'amount'."""
DifferenceStateEnum = str
"""One of 'open', 'accepted', 'repaired', 'gone'."""
DunningCaseOutcomeEnum = str
"""One of 'paid', 'given_up', 'subscription_ended'."""
EndEnum = str
"""One of 'canceled', 'unpaid', 'past_due'."""
EndpointFormatEnum = str
"""One of 'standard', 'slack'."""
ExpansionStateEnum = str
"""One of 'planned', 'started', 'done', 'dropped'."""
FullLimitDecisionEnum = str
"""One of 'add', 'reassign', 'approval', 'wait'."""
HoldStateEnum = str
"""One of 'held', 'too_late', 'released', 'voided'."""
ImportRefusalReasonEnum = str
"""One of 'nobody', 'bad_email', 'too_long', 'twice', 'two_people', 'directory'."""
IncidentKindEnum = str
"""One of 'preview_differs', 'invoice_differs', 'unexpected_payment', 'grant_blocked',
'renewal_held', 'terms_given_up', 'po_number_missing', 'collected_differs',
'settlement_differs', 'settlement_late'."""
IntervalEnum = str
"""One of 'month', 'year'."""
InvoiceStatusEnum = str
"""One of 'draft', 'open', 'paid', 'void', 'uncollectible'."""
LanguageEnum = str
"""One of 'en', 'de', 'id'."""
LedgerEntryCauseEnum = str
"""One of 'purchase', 'scheduled_decrease', 'scheduled_increase', 'renewal', 'renewal_increase',
'switch', 'true_up_overage', 'true_up_removal', 'true_up_reactivation', 'correction', 'end'."""
LimitChangeCauseEnum = str
"""One of 'vendor', 'plan', 'time', 'seats', 'undo'."""
LineCommentKindEnum = str
"""One of 'comment', 'dispute'."""
LineCommentStateEnum = str
"""One of 'open', 'answered', 'withdrawn', 'noted'."""
MappingEnum = str
"""One of 'member_id', 'email', 'name', 'first_name', 'last_name', 'title', 'department', 'region',
'manager', 'kind'."""
MeasureEnum = str
"""One of 'off', 'nudge', 'step_up', 'cap'."""
MemberIdFromEnum = str
"""One of 'user_name', 'external_id', 'email'."""
NewExportFormatEnum = str
"""One of 'csv', 'xlsx'."""
NewMemberKindEnum = str
"""One of 'employee', 'contractor', 'service', 'role', 'kiosk'."""
NewSeatLimitEnum = str
"""One of 'hard', 'soft', 'true_up'."""
NotedRepairRepairEnum = str
"""One of 'add_line', 'replace'."""
OriginEnum = str
"""One of 'asked', 'joined', 'admin'."""
OutcomeKindEnum = str
"""One of 'projects', 'time_saved', 'quality', 'collaboration'."""
OverdueStageEnum = str
"""One of 'past_due', 'restricted', 'ended'."""
PaperKindEnum = str
"""One of 'order_form', 'amendment'."""
PapersEnum = str
"""One of 'quote', 'order_form', 'amendment', 'vendor_pack', 'po_on_invoice'."""
PatternEnum = str
"""One of 'department', 'cross_department', 'hierarchical', 'geographic', 'unknown'."""
PaymentAttemptStateEnum = str
"""One of 'asked', 'paid', 'confirm', 'refused'."""
PeopleImportStateEnum = str
"""One of 'sent', 'checking', 'checked', 'importing', 'done', 'failed'."""
PermissionsEnum = str
"""One of 'overview.read', 'people.read', 'people.manage', 'seats.assign', 'seats.buy',
'usage.read', 'outcomes.manage', 'billing.read', 'requests.read', 'true_ups.read',
'true_ups.review', 'requests.approve', 'settings.read', 'settings.manage', 'sso.manage',
'business_case.read'."""
PlayEnum = str
"""One of 'add_seats', 'new_department', 'enable_champions', 'convert_sharing', 'adoption',
'keep_relationship'."""
PolicyEnum = str
"""One of 'strict', 'flexible', 'hybrid'."""
PresetEnum = str
"""One of 'salesforce', 'hubspot', 'pipedrive'."""
PriceDraftStateEnum = str
"""One of 'open', 'published', 'discarded'."""
PriceMoveStateEnum = str
"""One of 'planned', 'scheduled', 'moved', 'failed', 'withdrawing', 'undone', 'replaced'."""
ProfileProposalStateEnum = str
"""One of 'open', 'accepted', 'declined', 'withdrawn'."""
ProtocolEnum = str
"""One of 'oidc', 'saml'."""
PurchaseCollectionEnum = str
"""One of 'card', 'invoice', 'monthly'."""
PurchaseStateEnum = str
"""One of 'reserved', 'awaiting_payment', 'requires_action', 'on_terms', 'paid', 'provisioned',
'failed', 'expired'."""
QuarterBasisEnum = str
"""One of 'term', 'calendar'."""
QuoteKindEnum = str
"""One of 'increase', 'plan_change', 'switch'."""
QuoteLineKindEnum = str
"""One of 'credit', 'debit', 'term'."""
RegionFromEnum = str
"""One of 'country', 'region', 'division', 'nothing'."""
RepairRepairEnum = str
"""One of 'mirror_again', 'set_quantity', 'correct_ledger', 'set_pool', 'import_invoice',
'link_customer', 'at_stripe', 'accept'."""
ResolutionEnum = str
"""One of 'cleared', 'seats_bought', 'declined'."""
ReviewDefaultEnum = str
"""One of 'keep', 'remove'."""
ReviewStateEnum = str
"""One of 'open', 'approved', 'refused'."""
RoleEnum = str
"""One of 'owner', 'admin', 'billing', 'approver', 'champion', 'member'."""
RunStateEnum = str
"""One of 'waiting', 'running', 'done', 'failed'."""
ScheduledChangeKindEnum = str
"""One of 'seats', 'price', 'cancellation'."""
SchemeEnum = str
"""One of 'flat', 'graduated', 'volume'."""
ScopeEnum = str
"""One of 'organization', 'department', 'rest'."""
ScopesEnum = str
"""One of '*', 'organizations:read', 'organizations:write', 'people:read', 'people:write',
'seats:read', 'seats:write', 'usage:read', 'usage:write', 'entitlements:read',
'entitlements:write', 'catalog:read', 'catalog:write', 'billing:read', 'billing:write',
'requests:read', 'requests:write', 'true_ups:read', 'true_ups:write', 'signals:read',
'signals:write', 'settings:read', 'settings:write', 'history:read', 'history:write',
'integrations:read', 'integrations:write'."""
SeatLimitEnum = str
"""One of 'hard', 'soft', 'true_up', 'closed'."""
SeatsEnum = str
"""One of 'nobody', 'everybody', 'groups'."""
SegmentEnum = str
"""One of 'self_service', 'mid_market', 'enterprise'."""
SettledLineKindEnum = str
"""One of 'overage', 'reactivation', 'removal'."""
ShareRuleEnum = str
"""One of 'remaining_days', 'remaining_quarters'."""
SharingEvidenceKindEnum = str
"""One of 'separate_homes', 'home_days', 'home_switches', 'distant_pairs', 'extra_phones',
'second_alone', 'extra_computers', 'impossible_hops', 'long_hours', 'two_sites_at_once',
'turns', 'returns', 'load', 'two_active'."""
ShowEnum = str
"""One of 'present', 'seated', 'unseated', 'idle', 'waiting', 'discovered', 'invited',
'deactivated'."""
SignalKindEnum = str
"""One of 'utilization', 'unseated', 'low_use', 'power_users', 'concentration', 'new_hires',
'cross_department', 'leader', 'hierarchy', 'geography', 'value', 'intent', 'champion_left',
'limit_refused', 'overage', 'sharing', 'department_clock', 'single_threaded', 'trial',
'renewal', 'run_out'."""
SignalStatusEnum = str
"""One of 'firing', 'acknowledged', 'snoozed', 'resolved'."""
StartStateEnum = str
"""One of 'reserved', 'asked', 'requires_action', 'done', 'failed', 'withdrawn'."""
StepKindEnum = str
"""One of 'reminder', 'restrict', 'end'."""
StrangerKindEnum = str
"""One of 'customer', 'subscription', 'invoice', 'payment'."""
StripeEventStateEnum = str
"""One of 'waiting', 'failing', 'processed', 'ignored', 'unknown_customer'."""
SubjectEnum = str
"""One of 'sales', 'billing', 'security', 'privacy', 'support'."""
SubscriptionStatusEnum = str
"""One of 'reserved', 'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due',
'unpaid', 'canceled', 'paused'."""
TakesEffectEnum = str
"""One of 'now', 'renewal', 'nothing'."""
TaskChangeStateEnum = str
"""One of 'in_progress', 'waiting_for_customer', 'done', 'declined', 'not_now', 'false_positive'."""
TaskEventKindEnum = str
"""One of 'opened', 'merged', 'raised', 'moved', 'snoozed', 'woken', 'parked', 'resumed', 'closed',
'given', 'assigned', 'stood_in', 'returned', 'combined', 'step', 'reminded', 'escalated',
'undone'."""
TaskOutcomeEnum = str
"""One of 'customer_bought', 'use_improved', 'relationship_kept', 'handled', 'no_need',
'no_budget', 'other_tool', 'freed_seats', 'no_answer', 'budget_later', 'decision_pending',
'bad_moment', 'test_data', 'people_left', 'wrong_facts', 'known_already', 'other'."""
TaskStateEnum = str
"""One of 'open', 'in_progress', 'waiting_for_customer', 'done', 'declined', 'not_now',
'false_positive'."""
TopicEnum = str
"""One of 'company', 'insurance', 'security', 'privacy', 'continuity'."""
TrueUpLineKindEnum = str
"""One of 'overage', 'removal'."""
TrueUpStateEnum = str
"""One of 'scheduled', 'noticed', 'in_review', 'with_finance', 'returned', 'signed', 'settling',
'settled', 'stopped', 'void'."""
UsageVisibilityEnum = str
"""One of 'people', 'totals'."""
VendorRoleEnum = str
"""One of 'account_manager', 'finance', 'vendor_admin'."""
VerdictEnum = str
"""One of 'approved', 'declined'."""


class Abandoned(Struct, kw_only=True, frozen=True):
    """Somebody wanted fewer seats than a plan sells, and left."""

    organization: str
    plan: str
    wanted_seats: int
    minimum_seats: int
    at: dt.datetime | None = None


class Absence(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Days away and who stands in; nulls end the absence."""

    absent_from: dt.date | None
    absent_until: dt.date | None
    deputy: str | UnsetType | None = UNSET


class AccountNote(Struct, kw_only=True, frozen=True):
    """A note as it stands; `key` names it over all its versions."""

    key: str | None = None
    version: int | None = None
    body: str | None = None
    author: str
    at: dt.datetime


class Adoption(Struct, kw_only=True, frozen=True):
    """How a feature spread among everybody who was ever active."""

    feature: str
    first_seen_on: dt.date
    points: list[AdoptionPoint]


class AdoptionPoint(Struct, kw_only=True, frozen=True):
    """The end of one week since a feature was first seen."""

    week: int
    starts_on: dt.date
    ends_on: dt.date
    users: int
    people: int
    """had been active at all by then"""


class Again(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Events to be worked off again, by our ids."""

    events: list[int]


class Agreement(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How an organization is to pay. Amounts are minor units of its currency."""

    collection: ContractCollectionEnum
    net_days: int
    credit_limit_minor: int
    """The most that may be open before it is paid."""
    needs_po_number: bool
    cadence: CadenceEnum
    monthly_below_minor: int
    """Smaller additions wait for one invoice at the end of the month."""
    reason: str


class AmountLimits(Struct, kw_only=True, frozen=True):
    """The most that passes without a person, in minor units of one currency; null is no limit."""

    currency: str
    purchase_minor: int | None
    day_minor: int | None


class Answer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The answer."""

    answer: str


class ApiKey(Struct, kw_only=True, frozen=True):
    """A key that is not revoked; `previous_secret_until` ends a rotation's overlap."""

    id: int
    name: str
    prefix: str
    scopes: list[str] | None = None
    created_at: dt.datetime
    last_used_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    previous_secret_until: dt.datetime | None = None


class ApprovalAmount(Struct, kw_only=True, frozen=True):
    """The most that one person may decide, in minor units; null is no limit."""

    currency: str
    credit_minor: int | None
    true_up_minor: int | None


class ApprovalBand(Struct, kw_only=True, frozen=True):
    """Amounts from `from_minor` up to the next band, and their approvals in order."""

    from_minor: int
    steps: list[ApprovalStep]


class ApprovalRequest(Struct, kw_only=True, frozen=True):
    """A request with its decisions; amounts are minor units of `currency`."""

    id: str
    number: str
    kind: ApprovalRequestKindEnum
    state: ApprovalRequestStateEnum
    requested_by: str
    reason: str
    cost_centre: str
    po_number: str
    quote: str | None
    quantity_from: int
    quantity_to: int
    currency: str
    now_minor: int
    recurring_minor: int
    annual_minor: int
    step: int
    steps: int
    """Return how many approvals it needs."""
    round: int
    decisions: list[Decision]
    differences: Any
    purchase: str | None
    problem_code: str
    problem: str
    created_at: dt.datetime
    approved_at: dt.datetime | None
    ended_at: dt.datetime | None
    expires_at: dt.datetime
    page: str
    """Return where people decide."""


class ApprovalRules(Struct, kw_only=True, frozen=True):
    """Who approves what. Amounts are minor units of `currency`."""

    version: int | None
    """null while there are no rules."""
    is_enabled: bool
    currency: str
    bypass_minor: int
    """Up to this nothing is approved."""
    bands: list[ApprovalBand]
    tolerance_basis_points: int
    window_days: int
    valid_from: dt.datetime | None


class ApprovalStep(Struct, kw_only=True, frozen=True):
    """One approval: any one of these roles or people (ids of members)."""

    roles: list[str]
    people: list[int]


class ApprovedContract(Struct, kw_only=True, frozen=True):
    """How an organization pays; `applied_at` is empty until Stripe collects the same way."""

    collection: ContractCollectionEnum
    net_days: int
    credit_limit_minor: int
    """The most that may be open before it is paid."""
    needs_po_number: bool
    cadence: CadenceEnum
    monthly_below_minor: int
    """Smaller additions wait for one invoice at the end of the month."""
    reason: str
    currency: str
    approved_by: str
    approved_at: dt.datetime | None
    applied_at: dt.datetime | None = None


class ApprovedTerms(Struct, kw_only=True, frozen=True):
    """The terms, who approved them and when; nobody while they are the usual ones."""

    is_enabled: bool
    policy: PolicyEnum
    window_days: int
    least_active_days: int
    counts_sign_ins: bool
    review_days: int
    review_default: ReviewDefaultEnum
    lock_out_days: int
    notice_days: list[int]
    """Before the quarter ends, the earliest first."""
    share_rule: ShareRuleEnum
    quarter_basis: QuarterBasisEnum
    first_month: int
    approved_by: str
    approved_at: dt.datetime | None


class Ask(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to ask for, and who asks."""

    quote: str
    """A quote of the organization, see `quote_seats`."""
    requested_by: str
    """Somebody of the organization who buys: never an approver of this request."""
    reason: str
    cost_centre: str | UnsetType = UNSET
    po_number: str | UnsetType = UNSET


class AskedRun(Struct, kw_only=True, frozen=True):
    """A comparison that was asked for."""

    id: int
    started_at: dt.datetime


class Attachment(Struct, kw_only=True, frozen=True):
    """A file on a request."""

    id: int
    name: str
    content_type: str
    size: int
    sha256: str
    added_by: str
    at: dt.datetime


class Attempt(Struct, kw_only=True, frozen=True):
    """One try."""

    at: dt.datetime
    status_code: int | None = None
    error: str | None = None
    duration_ms: int | None = None


class Baseline(Struct, kw_only=True, frozen=True):
    """What outcomes of a kind were before."""

    id: int
    kind: str
    unit: str | None = None
    department: str | None = None
    first_day: dt.date
    last_day: dt.date
    amount: str


class BaselineFacts(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An amount of one kind in a period."""

    kind: OutcomeKindEnum
    department: str | UnsetType = UNSET
    first_day: dt.date
    last_day: dt.date
    amount: str
    unit: str | UnsetType = UNSET


class Billing(Struct, kw_only=True, frozen=True):
    """How an organization pays. Amounts are minor units of `currency`, tax included."""

    currency: str
    payer_name: str
    payer_email: str
    card: Card | None
    contract: Contract | None
    open_minor: int
    """Open on invoices, due or not."""
    noted_minor: int
    """Collected for the next monthly invoice."""
    noted_on: dt.date
    """The day of that invoice, or the renewal before it."""
    room_minor: int
    """What may still be bought on terms."""
    overdue: list[Overdue]


class BillingDetails(Struct, kw_only=True, frozen=True):
    """What invoices say about who pays."""

    payer_name: str | None = None
    payer_email: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    vat_id: str | None = None
    po_number: str | None = None


class BulkSeats(Struct, kw_only=True, frozen=True):
    """How it ended; every person is in one of the three lists."""

    done: list[str]
    unchanged: list[str]
    """had a seat, had none, or cannot have one"""
    without_seat: list[str]
    """for whom no seat was left"""
    missing_seats: int
    offer: SeatOffer | None
    """what the missing seats cost now"""


class BuyingFreeze(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A time in which nothing is bought; both days are included."""

    name: str
    first_on: dt.date
    last_on: dt.date
    every_year: bool | UnsetType = UNSET


class BuyingProfile(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How an organization buys; months are 1 to 12, without `budget_months` any month will do."""

    fiscal_start_month: int
    budget_months: list[int]
    lead_days: int
    contact_name: str
    contact_email: str
    contact_phone: str
    cost_centres: list[str]
    papers: list[PapersEnum]
    freezes: list[BuyingFreeze]


class Card(Struct, kw_only=True, frozen=True):
    """The card on file."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int


class CaseAnswer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What somebody knows about the account."""

    answer: AnswerEnum
    devices: list[int] | UnsetType = UNSET
    """numbers of those that are the person's own, for `device_is_mine`"""


class CaseDevice(Struct, kw_only=True, frozen=True):
    """A device of the timeline; an answer names it by its number."""

    number: int
    name: str


class CaseEvidence(Struct, kw_only=True, frozen=True):
    """What was seen, in words; `weight` is what it adds to the log odds."""

    kind: str
    weight: float
    sentence: str


class CatalogPlan(Struct, kw_only=True, frozen=True):
    """A plan; a retired one is not sold any more, and who has it keeps it."""

    id: int
    code: str
    name: str
    description: str | None = None
    created_at: dt.datetime
    retired_at: dt.datetime | None = None


class Change(Struct, kw_only=True, frozen=True):
    """One change that waits, waited or was taken back."""

    id: str
    kind: ScheduledChangeKindEnum
    state: ChangeStateEnum | None = None
    quantity_from: int
    quantity_to: int | None = None
    price_to: int | None = None
    plan: str
    interval: str
    effective_at: dt.datetime
    reason: str | None = None
    created_at: dt.datetime
    created_label: str
    ended_at: dt.datetime | None = None


class ChangeRequest(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to plan for the renewal."""

    price: int | UnsetType = UNSET
    """The id of a price on sale."""
    plan: str | UnsetType = UNSET
    """The code of a plan; without it, today's."""
    interval: IntervalEnum | UnsetType = UNSET
    """month or year; without it, today's. * `month` - monthly * `year` - annual"""
    kind: ScheduledChangeKindEnum
    quantity: int | UnsetType = UNSET
    """Seats in all from the renewal on; needed for seats, possible for price."""
    reason: str | UnsetType = UNSET


class ChangedDunningPolicy(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The policy for cases from now on, and why."""

    reminder_days: list[int]
    """In rising order, such as 0, 3, 7."""
    restrict_after_days: int
    end_after_days: int
    end: EndEnum
    reason: str | UnsetType = UNSET


class ChangedEndpoint(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What an endpoint is, given whole; its format stays as it was made."""

    name: str
    url: str
    """`https://...`, not of a private network"""
    event_types: list[str]
    """names from `GET /event-types`; others are passed over"""
    language: LanguageEnum | UnsetType = UNSET
    """of its sentences for people * `en` - English * `de` - German * `id` - Indonesian"""
    has_buttons: bool | UnsetType = UNSET
    """the address belongs to our Slack app: its buttons work. Of the vendor's alone"""
    is_active: bool | UnsetType = UNSET
    """false: it is paused"""


class ChangedPlay(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The next version of a play."""

    steps: list[PlayStep]
    mails: dict[str, PlayMail]
    """by language; it may name `{account}`, `{contact}`, `{sender}`, `{purchased}`, `{assigned}`,
    `{active}`, `{free}`, `{waiting}`, `{seats}`, `{value}`, `{department}`"""
    version_before: int
    """the `version` that was read"""


class Changes(Struct, kw_only=True, frozen=True):
    """The coming renewal: what is committed, what was added to it, what is planned."""

    renews_at: dt.datetime
    purchased_seats: int
    next_term_seats: int
    committed_baseline_seats: int
    co_terming_seats: int
    planned: list[PlannedChange]


class ChosenPattern(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How it grew."""

    pattern: PatternEnum


class ChosenPrivacy(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A choice; showing people again needs a reason, which everybody can read."""

    usage_visibility: UsageVisibilityEnum
    reason: str | UnsetType = UNSET


class Close(Struct, kw_only=True, frozen=True):
    """A quarter over all organizations."""

    quarter: str
    is_closed: bool
    rows: list[CloseRow]
    totals: list[CloseTotal]


class CloseRow(Struct, kw_only=True, frozen=True):
    """One organization of a close."""

    id: str
    organization: str
    first_day: dt.date
    last_day: dt.date
    state: str
    currency: str
    overage_minor: int
    removal_minor: int
    total_minor: int
    tax_minor: int
    invoiced_minor: int
    """with tax; 0 before it is signed"""
    invoice: str
    is_equal: bool | None
    """whether Stripe's invoice has our total; null without one"""


class CloseTotal(Struct, kw_only=True, frozen=True):
    """The sums of a currency over quarters of the same days; settled and open make up the total."""

    first_day: dt.date
    last_day: dt.date
    currency: str
    number: int
    overage_minor: int
    removal_minor: int
    total_minor: int
    settled_minor: int
    open_minor: int
    tax_minor: int
    invoiced_minor: int


class Cohort(Struct, kw_only=True, frozen=True):
    """The newcomers of one month. Days to first value are null while too few have got there."""

    month: dt.date
    """its first day"""
    people: int
    reached: int
    """had their first value"""
    first_quartile_days: int | None
    median_days: int | None
    third_quartile_days: int | None
    day_7: Retention
    day_28: Retention


class Contract(Struct, kw_only=True, frozen=True):
    """What was agreed about paying; `applied_at` is null until Stripe collects that way."""

    collection: ContractCollectionEnum | None = None
    net_days: int | None = None
    credit_limit_minor: int | None = None
    needs_po_number: bool | None = None
    cadence: CadenceEnum | None = None
    monthly_below_minor: int | None = None
    approved_at: dt.datetime
    applied_at: dt.datetime | None = None


class ContractRow(Struct, kw_only=True, frozen=True):
    """What an organization has and how it pays. Amounts are minor units of `currency`."""

    organization: str
    plan: str
    interval: str
    purchased_seats: int | None = None
    collection: str | None = None
    net_days: int | None = None
    credit_limit_minor: int | None = None
    discount_basis_points: int | None
    open_minor: int | None
    """Of issued invoices."""
    currency: str


class Count(Struct, kw_only=True, frozen=True):
    """How many there were."""

    count: int


class Credit(Struct, kw_only=True, frozen=True):
    """Money on the credit balance; without `done_at` it is not booked yet."""

    id: int
    amount_minor: int
    currency: str
    reason: str
    approval: ApprovalEnum | None = None
    granted_by: str
    created_at: dt.datetime
    decided_at: dt.datetime | None = None
    decision_note: str | None = None
    done_at: dt.datetime | None = None


class CreditNote(Struct, kw_only=True, frozen=True):
    """What was taken back of an invoice. Amounts are minor units and positive."""

    id: int
    number: str
    invoice_number: str
    status: CreditNoteStatusEnum
    reason: CreditNoteReasonEnum | BlankEnum | None = None
    memo: str | None = None
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    refunded_minor: int | None = None
    to_balance_minor: int | None = None
    issued_at: dt.datetime
    voided_at: dt.datetime | None = None
    pdf_url: str


class CrmColumn(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which field of a deal stands under which heading."""

    heading: str
    deal_field: DealFieldEnum


class CrmDeal(Struct, kw_only=True, frozen=True):
    """A task as the CRM's deal; `values` stand under the mapping's headings."""

    task: int
    values: dict[str, Any]
    """Return the row by heading."""


class CrmMapping(Struct, kw_only=True, frozen=True):
    """Which field of a task stands under which heading, and our states as stages."""

    id: int
    name: str
    preset: PresetEnum
    columns: list[CrmColumn]
    stages: dict[str, str]
    created_at: dt.datetime


class CrmMappingBody(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Headings and stages, given whole; a field without a heading is left out."""

    columns: list[CrmColumn]
    stages: dict[str, Any] | UnsetType = UNSET
    """the CRM's name for each of `in_progress`, `open`, `waiting_for_customer`, `won`, `lost`"""


class Decision(Struct, kw_only=True, frozen=True):
    """One decision; `step` counts from 1, `instead_of` is who delegated."""

    round: int
    step: int
    """Return the step as people count."""
    verdict: VerdictEnum
    approver: str
    instead_of: str | None = None
    note: str | None = None
    at: dt.datetime


class Deletion(Struct, kw_only=True, frozen=True):
    """A deletion of a person; nothing is changed before `due_at`."""

    id: int
    member: str
    """`former-<number>` once they are deleted"""
    state: DeletionStateEnum
    is_own_wish: bool | None = None
    asked_at: dt.datetime
    decided_at: dt.datetime | None = None
    decided_by: str
    note: str | None = None
    due_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    problem: str | None = None


class DeletionDecision(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What is decided about a deletion that was asked for."""

    decision: DeletionDecisionEnum
    note: str | UnsetType = UNSET
    """why not; the person reads it. Needed to decline"""


class Delivery(Struct, kw_only=True, frozen=True):
    """One message to one endpoint, as far as it went."""

    id: int
    message_id: str
    type: str
    object_key: str | None = None
    sequence: int | None = None
    state: DeliveryStateEnum | None = None
    attempts: int | None = None
    created_at: dt.datetime
    next_attempt_at: dt.datetime
    delivered_at: dt.datetime | None = None
    status_code: int | None = None
    last_error: str | None = None
    duration_ms: int | None = None


class Department(Struct, kw_only=True, frozen=True):
    """A department; `people` are those who are not deactivated."""

    id: int
    name: str
    people: int
    created_at: dt.datetime


class DepartmentName(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A department's name."""

    name: str


class Difference(Struct, kw_only=True, frozen=True):
    """Where our figures and Stripe's are not the same."""

    id: int
    organization: str
    kind: DifferenceKindEnum
    subject: str | None = None
    ours: str | None = None
    theirs: str | None = None
    state: DifferenceStateEnum | None = None
    first_seen_at: dt.datetime | None = None
    last_seen_at: dt.datetime | None = None
    times_seen: int | None = None
    repair: str | None = None
    note: str | None = None
    ended_at: dt.datetime | None = None


class Directory(Struct, kw_only=True, frozen=True):
    """How the connection stands; requests are those of the last seven days."""

    seats: SeatsEnum
    member_id_from: MemberIdFromEnum
    region_from: RegionFromEnum
    scim_address: str
    """where the directory sends people"""
    last_request_at: dt.datetime | None = None
    people: int
    inactive: int
    groups: int
    requests: int
    refused: int


class DirectoryChoices(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What the directory decides."""

    seats: SeatsEnum
    member_id_from: MemberIdFromEnum
    region_from: RegionFromEnum


class DirectoryGroup(Struct, kw_only=True, frozen=True):
    """A group of the directory, and what being in it means here."""

    id: int
    scim_id: str | None = None
    name: str
    gives_seat: bool | None = None
    department: str | None = None
    role: str
    """empty: none"""
    people: int


class DirectoryRequest(Struct, kw_only=True, frozen=True):
    """What the directory asked, and how it was answered."""

    id: int
    at: dt.datetime
    method: str
    path: str
    about: str | None = None
    status: int
    code: str | None = None
    detail: str | None = None
    milliseconds: int | None = None


class DirectoryToken(Struct, kw_only=True, frozen=True):
    """A token that opens the door."""

    id: int
    name: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None


class Discount(Struct, kw_only=True, frozen=True):
    """A percentage off a subscription; without `starts_at` Stripe does not know it yet."""

    id: int
    basis_points: int
    months: int | None = None
    reason: str
    granted_by: str
    created_at: dt.datetime
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    end_asked_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None


class DisputeAnswer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The answer to a dispute."""

    answer: str


class Doubt(Struct, kw_only=True, frozen=True):
    """A mail that was refused, or may have arrived."""

    id: int
    organization: str
    recipient: str
    kind: str
    state: str
    """`uncertain` or `refused`"""
    attempts: int | None = None
    created_at: dt.datetime


class DraftTerms(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The terms of a draft, whole. Amounts are minor units of its currency, before tax."""

    revision: int
    """The revision that was read."""
    name: str
    scheme: SchemeEnum
    tiers: list[SimulatedTier]
    minimum_seats: int | UnsetType = UNSET
    maximum_seats: int | UnsetType | None = UNSET
    step: int | UnsetType = UNSET
    trial_days: int | UnsetType = UNSET
    floor_minor: int | UnsetType | None = UNSET
    """The least a seat should bring; below it the designer warns."""


class DryRun(Struct, kw_only=True, frozen=True):
    """How often a rule would have fired over the days, as it is and as it was tried."""

    id: str
    kind: str
    organization: str | None = None
    thresholds: Any
    is_on: bool | None = None
    state: RunStateEnum | None = None
    since: dt.date
    until: dt.date
    fired_now: int | None = None
    fired_then: int | None = None
    asked_at: dt.datetime | None = None
    asked_by: str
    ended_at: dt.datetime | None = None
    in_force_at: dt.datetime | None = None


class DunningCase(Struct, kw_only=True, frozen=True):
    """An overdue invoice and what comes next."""

    id: int
    organization: str
    invoice_number: str
    open_minor: int
    currency: str
    stage: str
    """past_due, restricted or ended"""
    overdue_since: dt.datetime
    restricted_at: dt.datetime | None = None
    next_step_at: dt.datetime | None = None
    paused_until: dt.datetime | None = None
    pause_reason: str | None = None
    outcome: DunningCaseOutcomeEnum | BlankEnum | None = None
    closed_at: dt.datetime | None = None


class DunningPolicy(Struct, kw_only=True, frozen=True):
    """Days after an invoice became overdue."""

    reminder_days: list[int]
    """In rising order, such as 0, 3, 7."""
    restrict_after_days: int
    end_after_days: int
    end: EndEnum


class Endpoint(Struct, kw_only=True, frozen=True):
    """An address that hears of events; until `verified_at` it hears nothing but challenges."""

    id: int
    name: str
    url: str
    format: EndpointFormatEnum | None = None
    event_types: list[str] | None = None
    language: LanguageEnum | None = None
    is_active: bool | None = None
    has_buttons: bool | None = None
    verified_at: dt.datetime | None = None
    stopped_because: str | None = None
    failing_since: dt.datetime | None = None
    rests_until: dt.datetime | None = None
    old_secret_until: dt.datetime | None
    """until then the secret before signs too"""
    created_at: dt.datetime


class EventField(Struct, kw_only=True, frozen=True):
    """One field of an event's data."""

    name: str
    kind: str
    """its JSON type"""
    means: str
    is_optional: bool


class EventType(Struct, kw_only=True, frozen=True):
    """One kind of event; the whole schema of its message is in the OpenAPI file's `webhooks`."""

    name: str
    title: str
    group: str
    ordered_by: str
    """messages about the same one come in order"""
    is_vendor_only: bool
    scope: str
    """what a key needs to have it sent"""
    facts: list[EventField]
    """the fields of its `data`"""


class Evidence(Struct, kw_only=True, frozen=True):
    """One fact behind a signal: a stable code and its values."""

    code: str
    """stable, for programs: such as `seats_in_use`"""
    values: dict[str, Any]
    """numbers, names and dates that the fact is made of"""


class EvidenceCounts(Struct, kw_only=True, frozen=True):
    """How many people the evidence holds, and what was decided about them."""

    people: int
    inactive: int
    kept: int
    removed: int
    undecided: int


class Exempt(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether an organization is to pay no tax."""

    is_tax_exempt: bool


class Exemption(Struct, kw_only=True, frozen=True):
    """Whether an organization pays no tax, and the rate of its later invoices."""

    is_tax_exempt: bool
    tax_rate_basis_points: int
    tax_pending_since: dt.datetime | None


class Expansion(Struct, kw_only=True, frozen=True):
    """Seats that are wanted by a day; `start_by_on` follows from how the organization buys."""

    id: str
    seats: int
    wanted_on: dt.date
    reason: str
    state: ExpansionStateEnum | None = None
    start_by_on: dt.date
    close_by_on: dt.date
    started_on: dt.date | None = None
    planned_by: str
    created_at: dt.datetime
    changed_at: dt.datetime | None = None
    purchase: str | None = None


class ExpansionMove(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The state that a plan is to have."""

    to: ExpansionStateEnum


class ExpansionOutlook(Struct, kw_only=True, frozen=True):
    """What a wanted day means: when to start, and when it closes if it is begun now."""

    wanted_on: dt.date
    start_by_on: dt.date
    realistic_start_on: dt.date
    realistic_close_on: dt.date
    days_left: int
    """Below zero when the day has passed."""
    is_late: bool


class Export(Struct, kw_only=True, frozen=True):
    """How far a file is."""

    id: str
    format: str
    state: RunStateEnum | None = None
    people: int | None = None
    done: int | None = None
    created_at: dt.datetime
    expires_at: str
    """Return until when the file is kept."""


class FeatureDepartment(Struct, kw_only=True, frozen=True):
    """One department's people."""

    department: str | None
    """null for everybody else"""
    people: int
    """used the feature"""
    active: int
    """were active at all"""


class FeatureGroups(Struct, kw_only=True, frozen=True):
    """One feature by departments, of the last 28 days."""

    feature: str
    people: int
    events: int
    departments: list[FeatureDepartment]


class FeatureUsage(Struct, kw_only=True, frozen=True):
    """How a feature was used in a window of days."""

    feature: str
    people: int
    share: float
    """of all active people"""
    events: int
    quantity: int
    last_day: dt.date


class FewerSeats(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How many seats are needed of a plan that is sold from more seats on."""

    plan: str
    interval: IntervalEnum
    seats: int


class Finding(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What was found, for whoever looks at it later."""

    note: str


class GivenRole(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The role to hold: a built-in one, or the id of one of the organization's own."""

    role: RoleEnum | UnsetType = UNSET
    """`owner` needs a vendor-wide key. * `owner` - owner * `admin` - admin * `billing` - billing *
    `approver` - approver * `champion` - champion * `member` - member"""
    role_id: int | UnsetType = UNSET
    departments: list[int] | UnsetType = UNSET
    """ids; without one the role reaches everybody"""


class GroupMeaning(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What being in a group means, given whole."""

    gives_seat: bool | UnsetType = UNSET
    department: str | UnsetType | None = UNSET
    """the name of one; for members whom the directory gives none of their own"""
    role: RoleEnum | BlankEnum | UnsetType = UNSET
    """empty: none; `owner` is never given by groups * `owner` - owner * `admin` - admin *
    `billing` - billing * `approver` - approver * `champion` - champion * `member` - member"""


class GroupUsage(Struct, kw_only=True, frozen=True):
    """The people and seats of one group in the last 28 days."""

    id: int | None
    name: str
    """empty for people without one"""
    people: int
    seated: int
    active: int
    active_without_seat: int
    idle_seats: int
    waiting: int
    is_folded: bool
    """several groups too small to be shown by themselves"""


class HealthMonth(Struct, kw_only=True, frozen=True):
    """What ended in one month."""

    month: dt.date
    """its first day"""
    ended: int
    false_positives: int
    won: int
    seats: int


class HeldBack(Struct, kw_only=True, frozen=True):
    """Why a rule was held back, and on how many evaluations."""

    reason: str
    count: int


class HeldRole(Struct, kw_only=True, frozen=True):
    """What somebody may do here, and for whom."""

    role: RoleEnum
    role_id: int | None
    """a role of the organization's own, which counts instead of `role`"""
    departments: list[int] | None
    """ids of those that the role reaches; null: everybody"""


class HistoryEntry(Struct, kw_only=True, frozen=True):
    """One change: who, what, when. Entries are never changed."""

    id: int
    at: dt.datetime
    actor: str
    verb: str
    object_type: str
    object_id: str
    object_label: str | None = None
    changes: Any = None
    sentence: str
    """the same for people"""


class HistoryPoint(Struct, kw_only=True, frozen=True):
    """One day."""

    day: dt.date
    purchased: int
    assigned: int
    active_1: int
    """active on the day"""
    active_7: int
    active_28: int
    waiting: int
    people: int
    utilization: float | None
    """null while no seat was purchased"""


class Hold(Struct, kw_only=True, frozen=True):
    """A renewal that was kept from being charged; `most_minor` would have passed."""

    id: int
    organization: str
    stripe_invoice_id: str
    state: HoldStateEnum | None = None
    expected_minor: int
    most_minor: int
    total_minor: int
    currency: str
    held_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    note: str | None = None


class ImportChange(Struct, kw_only=True, frozen=True):
    """Somebody who would be changed."""

    line: int
    about: str
    fields_changed: list[str]


class ImportExample(Struct, kw_only=True, frozen=True):
    """Somebody who would be new."""

    line: int
    about: str


class ImportFindings(Struct, kw_only=True, frozen=True):
    """What a file would do, or did; of people five examples, of refused lines 200."""

    new: int
    changed: int
    unchanged: int
    refused: int
    is_anew: bool | None = None
    """the list changed since the check; nobody was imported"""
    examples: list[ImportExample]
    changes: list[ImportChange]
    refusals: list[ImportRefusal]


class ImportRefusal(Struct, kw_only=True, frozen=True):
    """A line that is not taken."""

    line: int
    about: str
    reason: ImportRefusalReasonEnum


class Incident(Struct, kw_only=True, frozen=True):
    """Our figure and Stripe's were not the same; `subject` is the object's id at Stripe."""

    id: int
    organization: str
    kind: IncidentKindEnum
    purchase: str | None = None
    subject: str | None = None
    ours: Any = None
    theirs: Any = None
    opened_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    note: str | None = None


class Increase(Struct, kw_only=True, frozen=True):
    """An increase of seats; `id` is that of its entry in the ledger."""

    id: int
    sequence: int
    """as in the seat ledger"""
    effective_at: dt.datetime
    seats_delta: int
    pattern: PatternEnum
    chosen_by: str
    """who said so; empty where a rule read it"""


class Invitation(Struct, kw_only=True, frozen=True):
    """An invitation that nobody has answered. Its link is in the mail alone."""

    id: int
    email: str
    role: RoleEnum
    with_seat: bool | None = None
    created_at: dt.datetime
    expires_at: dt.datetime
    is_expired: bool
    """Tell whether the link no longer works."""


class Invoice(Struct, kw_only=True, frozen=True):
    """One invoice as Stripe issued it."""

    id: int
    number: str | None = None
    status: InvoiceStatusEnum
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    amount_due_minor: int
    amount_paid_minor: int
    amount_remaining_minor: int
    issued_at: dt.datetime
    due_at: dt.datetime | None = None
    paid_at: dt.datetime | None = None
    hosted_invoice_url: str | None = None
    pdf_url: str


class InvoicedLine(Struct, kw_only=True, frozen=True):
    """One line of Stripe's invoice."""

    stripe_line_id: str
    description: str | None = None
    amount_minor: int
    tax_minor: int | None = None


class Job(Struct, kw_only=True, frozen=True):
    """A scheduled job with its last run."""

    job: str
    name: str
    schedule: str
    state: str
    """good, warn or bad"""
    sentence: str
    last_started_at: dt.datetime | None = None
    seconds: float | None
    """how long the last run took"""
    next_run_at: dt.datetime | None


class Keeping(Struct, kw_only=True, frozen=True):
    """What is kept for how long, and what the last run let go."""

    name: str
    what: str
    kept_for: str
    """in words"""
    kept_for_seconds: int
    """0: until it ends"""
    state: str
    """good, warn, bad, or none before a run"""
    sentence: str
    problem: str | None = None
    last_run_at: dt.datetime | None = None
    next_run_at: dt.datetime | None
    rows: int | None = None
    """of the last run"""
    rows_ever: int | None = None


class LedgerEntry(Struct, kw_only=True, frozen=True):
    """One entry of the seat ledger."""

    sequence: int
    cause: LedgerEntryCauseEnum
    seats_delta: int
    seats_after: int
    next_term_seats_after: int
    amount_minor: int | None = None
    currency: str
    effective_at: dt.datetime
    recorded_at: dt.datetime
    actor_label: str
    purchase: str | None = None
    invoice_number: str


class Limit(Struct, kw_only=True, frozen=True):
    """How the limit of an organization stands."""

    limit: SeatLimitEnum
    """closed: a hard limit under which more sit than seats were purchased * `hard` - hard limit *
    `soft` - soft limit * `true_up` - overage charged by the true-up * `closed` - closed limit"""
    allowance_seats: int
    allowance_days: int
    at_end: AtEndEnum
    purchased_seats: int
    assigned_seats: int
    overage_since: dt.datetime | None
    overage_until: dt.datetime | None
    """when the present overage ends under a soft limit"""
    offer: dict[str, Any] | None
    """what buying the overage, or one more seat at a full limit, costs; else null"""


class LimitChange(Struct, kw_only=True, frozen=True):
    """One change of a limit, with what held before."""

    id: int
    at: dt.datetime | None = None
    cause: LimitChangeCauseEnum
    before: Any
    after: Any
    reason: str | None = None
    changed_by: str
    undone_at: dt.datetime | None = None


class LimitDecision(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What was decided at a full limit."""

    decision: FullLimitDecisionEnum


class LimitDefault(Struct, kw_only=True, frozen=True):
    """What organizations begin with; empty is every plan, every segment."""

    id: int
    plan: str
    segment: SegmentEnum | BlankEnum | None = None
    limit: str
    allowance_seats: int | None = None
    allowance_days: int | None = None
    at_end: AtEndEnum | None = None


class Limits(Struct, kw_only=True, frozen=True):
    """Limits of one organization, in minor units of its currency; null is no limit."""

    seats: int | None
    factor_percent: int | None
    purchase_minor: int | None
    day_minor: int | None
    renewal_percent: int | None


class LineComment(Struct, kw_only=True, frozen=True):
    """A remark on a line, or a dispute of it with its answer."""

    id: int
    line: int
    kind: LineCommentKindEnum
    state: LineCommentStateEnum
    text: str
    is_by_vendor: bool | None = None
    author: str
    created_at: dt.datetime | None = None
    answer: str | None = None
    answered_by: str
    closed_at: dt.datetime | None = None


class LineText(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What is said of a line."""

    text: str
    kind: LineCommentKindEnum | UnsetType = UNSET
    """a dispute keeps the true-up from being signed until it is answered * `comment` - comment *
    `dispute` - dispute"""


class Link(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whose customer it is."""

    note: str
    organization: str


class LockOut(Struct, kw_only=True, frozen=True):
    """Somebody who was removed; coming back before `until` charges `charge_minor`, tax included."""

    id: int
    member: str
    true_up: str
    removed_at: dt.datetime
    until: dt.datetime
    seats: int | None = None
    charge_minor: int
    """Return what a return charges."""
    currency: str
    reactivated_at: dt.datetime | None = None


class LogQuery(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which messages: all that are named have to hold."""

    state: DeliveryStateEnum | UnsetType = UNSET
    type: str | UnsetType = UNSET
    since: dt.datetime | UnsetType = UNSET
    """made from that moment on"""
    until: dt.datetime | UnsetType = UNSET
    """made before that moment"""
    q: str | UnsetType = UNSET
    """a message's id, an object or an organization"""


class Manager(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """To whom somebody reports; null for nobody."""

    manager: str | None


class Mapping(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What each column means, in their order."""

    mapping: list[MappingEnum | BlankEnum] | UnsetType = UNSET
    """empty leaves a column out; without a mapping the file's own holds"""


class Member(Struct, kw_only=True, frozen=True):
    """One person: who, whether they have a seat, when they were last active. What a person did is
    null where the organization shows only totals of usage."""

    member: str
    name: str
    email: str
    state: str
    role: str
    kind: str
    title: str
    department: str | None = None
    region: str | None = None
    has_seat: bool
    is_idle: bool | None
    """has a seat and is inactive by the contract, without one for 30 days"""
    last_active_at: dt.datetime | None
    active_days_28: int | None
    """days with activity in the last 28"""
    features_28: int | None
    """features used in 28 days"""


class Merge(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Into which task of the same organization."""

    into: int


class Migration(Struct, kw_only=True, frozen=True):
    """A migration from one version to another, and how far each organization is."""

    id: int
    from_price: int
    to_price: int
    notice: str | None = None
    started_at: dt.datetime
    started_by: str
    moves: list[PriceMove]


class MinimumWaiver(Struct, kw_only=True, frozen=True):
    """A smaller minimum of a plan for one organization."""

    id: int
    organization: str
    plan: str
    minimum_seats: int
    reason: str
    granted_by: str
    granted_at: dt.datetime | None = None
    ends_at: dt.datetime
    ended_at: dt.datetime | None = None


class Move(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Earlier (-1) or later (1)."""

    by: ByEnum


class MoveChoice(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which moves; without any, all that can still be taken back."""

    moves: list[int] | UnsetType = UNSET


class MoveLine(Struct, kw_only=True, frozen=True):
    """Who would move: an interval before and after, at the seats of the renewal."""

    organization: str
    seats: int
    before_minor: int
    after_minor: int
    currency: str
    renews_at: dt.datetime | None
    refusal: str
    """Why it cannot be moved; empty where it can."""


class MovePreview(Struct, kw_only=True, frozen=True):
    """Everybody who pays a version, and the sums of those who can move."""

    to_price: int
    """The version on sale."""
    before_minor: int
    after_minor: int
    lines: list[MoveLine]


class NewAnswer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A question and its answer, in English and in other languages where there is one."""

    topic: TopicEnum
    position: int | UnsetType = UNSET
    question: str
    answer: str
    question_de: str | UnsetType = UNSET
    answer_de: str | UnsetType = UNSET
    question_id: str | UnsetType = UNSET
    answer_id: str | UnsetType = UNSET
    review_by: dt.date


class NewApiKey(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a key is made from."""

    name: str
    scopes: list[ScopesEnum]
    expires_in_days: int | UnsetType = UNSET
    """without it the key has no end"""


class NewAttachment(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A file, in Base64, and whose it is."""

    added_by: str
    """Somebody of the organization who reads requests."""
    name: str
    """With its ending: offer.pdf."""
    content: str
    """Base64: PDF, PNG, JPEG, DOCX, XLSX, CSV or TXT."""


class NewComment(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What is said, and by whom."""

    author: str
    """Somebody of the organization who reads requests."""
    text: str


class NewCredit(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An amount in minor units of the organization's currency, and why."""

    amount_minor: int
    reason: str
    """The customer reads it in the history of the credit balance."""


class NewCrmMapping(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A mapping begins with the names of a CRM."""

    name: str
    preset: PresetEnum


class NewDeletion(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whom to delete."""

    member: str
    """member id or e-mail address"""
    is_own_wish: bool | UnsetType = UNSET
    """whether the person asked for it themselves"""


class NewDiscount(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A percentage off, for how long, and why."""

    basis_points: int
    """Hundredths of a percent: 1250 is 12.5 %."""
    months: int | UnsetType | None = UNSET
    """For how long; null until it is ended."""
    reason: str


class NewDraft(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """For what a price is drafted; it begins with the terms that are on sale."""

    plan: str
    currency: CurrencyEnum
    interval: IntervalEnum
    name: str


class NewEndpoint(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What an endpoint is made from."""

    name: str
    url: str
    """`https://...`, not of a private network"""
    event_types: list[str]
    """names from `GET /event-types`; others are passed over"""
    language: LanguageEnum | UnsetType = UNSET
    """of its sentences for people * `en` - English * `de` - German * `id` - Indonesian"""
    has_buttons: bool | UnsetType = UNSET
    """the address belongs to our Slack app: its buttons work. Of the vendor's alone"""
    format: EndpointFormatEnum | UnsetType = UNSET


class NewExpansion(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What is planned."""

    seats: int
    """More than now."""
    wanted_on: dt.date
    reason: str


class NewExport(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which people, in which format; without a filter everybody who is not deactivated."""

    show: ShowEnum | UnsetType = UNSET
    q: str | UnsetType = UNSET
    """words in name, address, member id, title, department"""
    department: str | UnsetType = UNSET
    """a name; `none` for people without one"""
    region: str | UnsetType = UNSET
    """a name; `none` for people without one"""
    title: str | UnsetType = UNSET
    """a job title, as it is written"""
    inactive_days: int | UnsetType = UNSET
    """not active for so many days, at most a year"""
    power: bool | UnsetType = UNSET
    """power users alone"""
    format: NewExportFormatEnum | UnsetType = UNSET


class NewInvitation(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whom to invite as what."""

    email: str
    role: RoleEnum | UnsetType = UNSET
    """`owner` needs a vendor-wide key. * `owner` - owner * `admin` - admin * `billing` - billing *
    `approver` - approver * `champion` - champion * `member` - member"""
    with_seat: bool | UnsetType = UNSET
    """a seat, or a place on the waiting list when none is left"""
    name: str | UnsetType = UNSET
    department: str | UnsetType = UNSET
    """A name; a new one is made."""


class NewLimitDefault(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """For whom a limit is the beginning."""

    limit: NewSeatLimitEnum
    allowance_seats: int | UnsetType = UNSET
    allowance_days: int | UnsetType = UNSET
    at_end: AtEndEnum | UnsetType = UNSET
    plan: str | UnsetType = UNSET
    """a plan's code; empty for every plan"""
    segment: SegmentEnum | BlankEnum | UnsetType = UNSET
    """empty for every segment * `self_service` - self-service * `mid_market` - mid-market *
    `enterprise` - enterprise"""


class NewMember(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a person is made from; the vendor's product names them by `member`."""

    member: str
    """The member id that usage events name."""
    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    department: str | UnsetType = UNSET
    """A name; a new one is made."""
    region: str | UnsetType = UNSET
    """A name; a new one is made."""
    role: RoleEnum | UnsetType = UNSET
    """`owner` needs a vendor-wide key. * `owner` - owner * `admin` - admin * `billing` - billing *
    `approver` - approver * `champion` - champion * `member` - member"""
    kind: NewMemberKindEnum | UnsetType = UNSET


class NewMigration(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who is moved, by their names outside, and what they are told."""

    organizations: list[str]
    notice: str | UnsetType = UNSET


class NewMinimumWaiver(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """From how many seats on a plan is sold to the organization, and until which day."""

    plan: str
    minimum_seats: int
    ends_on: dt.date
    """The last day on which it holds, in the organization's time zone."""
    reason: str


class NewOrganization(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What an organization is made from; `currency` stays as it is from then on."""

    external_id: str | UnsetType = UNSET
    """Your own key of the customer, which events name; made from the name otherwise."""
    name: str
    slug: str | UnsetType = UNSET
    """The address; made from the name otherwise."""
    currency: str | UnsetType = UNSET
    """ISO 4217, such as EUR."""
    time_zone: str | UnsetType = UNSET
    """An IANA name, such as Europe/Berlin."""
    country: str | UnsetType = UNSET
    segment: SegmentEnum | UnsetType = UNSET
    industry: str | UnsetType = UNSET
    language: LanguageEnum | UnsetType = UNSET
    account_manager: str | UnsetType | None = UNSET
    """The email of a person of the vendor."""


class NewOutcome(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An outcome to record."""

    kind: OutcomeKindEnum
    department: str | UnsetType = UNSET
    first_day: dt.date
    last_day: dt.date
    amount: str
    unit: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    reference: str | UnsetType = UNSET
    """your own name of it; sent again, nothing is recorded twice"""


class NewPaper(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which paper, and the numbers that it goes by."""

    kind: PaperKindEnum
    po_number: str | UnsetType = UNSET
    cost_centre: str | UnsetType = UNSET


class NewPlan(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a plan is called; its code is made of the name."""

    name: str
    description: str | UnsetType = UNSET


class NewProposal(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A whole profile, and why the account manager proposes it."""

    fiscal_start_month: int
    budget_months: list[int]
    lead_days: int
    contact_name: str
    contact_email: str
    contact_phone: str
    cost_centres: list[str]
    papers: list[PapersEnum]
    freezes: list[BuyingFreeze]
    note: str


class NewRebuild(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which days, both included, and whose."""

    since: dt.date
    until: dt.date
    organization: str | UnsetType | None = UNSET
    """external id; null: of all"""


class NewRole(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a role is called and includes."""

    name: str
    permissions: list[PermissionsEnum]


class NewSeat(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether the charge of a removed person's return is agreed to; the body may be empty."""

    accept_charge: bool | UnsetType = UNSET


class NewSsoDomain(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A domain to prove."""

    name: str


class NewTaxRule(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What is charged to buyers of one country from now on."""

    country: str
    """Such as DE."""
    basis_points: int
    """Hundredths of a percent: 1900 is 19 %."""
    name: str
    """On invoices, such as VAT."""


class NewTerms(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The terms from the next quarter on, and why."""

    is_enabled: bool
    policy: PolicyEnum
    window_days: int
    least_active_days: int
    counts_sign_ins: bool
    review_days: int
    review_default: ReviewDefaultEnum
    lock_out_days: int
    notice_days: list[int]
    """Before the quarter ends, the earliest first."""
    share_rule: ShareRuleEnum
    quarter_basis: QuarterBasisEnum
    first_month: int
    reason: str


class NewVendorRequest(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What is asked for."""

    category: CategoryEnum
    text: str


class Note(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What the person says to it; the body may be empty."""

    note: str | UnsetType = UNSET


class NoteBody(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a note says."""

    body: str


class Noted(Struct, kw_only=True, frozen=True):
    """Whether the vendor is told: not where the plan is sold for so few seats anyway."""

    is_noted: bool


class NotedLimitDecision(Struct, kw_only=True, frozen=True):
    """The decision, and where it is carried out."""

    decision: FullLimitDecisionEnum
    page: str


class NotedRepair(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How the lines of a monthly addition become what was quoted."""

    note: str
    repair: NotedRepairRepairEnum


class Opening(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Why single people's usage is read; everybody can read the reason."""

    reason: str


class Organization(Struct, kw_only=True, frozen=True):
    """An organization as the API gives it."""

    external_id: str
    name: str
    slug: str
    segment: SegmentEnum
    industry: str
    country: str
    currency: str
    time_zone: str
    language: LanguageEnum
    account_manager: str | None
    usage_visibility: UsageVisibilityEnum
    created_at: dt.datetime


class OrganizationLimits(Struct, kw_only=True, frozen=True):
    """What differs for an organization, and what holds for it."""

    currency: str
    own: Limits
    """null is the vendor's own limit."""
    in_force: Limits


class Outcome(Struct, kw_only=True, frozen=True):
    """An outcome as it was recorded."""

    id: int
    kind: str
    department: str | None = None
    first_day: dt.date
    last_day: dt.date
    amount: str
    unit: str | None = None
    note: str | None = None
    reference: str | None = None


class OutcomeFacts(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What an outcome says."""

    kind: OutcomeKindEnum
    department: str | UnsetType = UNSET
    first_day: dt.date
    last_day: dt.date
    amount: str
    unit: str | UnsetType = UNSET
    note: str | UnsetType = UNSET


class OutcomeRow(Struct, kw_only=True, frozen=True):
    """One kind of outcome: of the whole organization, a department, or everybody else."""

    kind: str
    unit: str
    scope: ScopeEnum
    department: str | None
    amount: str
    against_baseline: Standing | None


class Outcomes(Struct, kw_only=True, frozen=True):
    """The outcomes of a period."""

    first_day: dt.date
    last_day: dt.date
    outcomes: list[OutcomeRow]


class Overdue(Struct, kw_only=True, frozen=True):
    """An overdue invoice with what happens when."""

    invoice_number: str
    amount_remaining_minor: int
    overdue_since: dt.datetime
    overdue_stage: OverdueStageEnum
    paused_until: dt.datetime | None
    steps: list[Step]


class OwnReview(Struct, kw_only=True, frozen=True):
    """An order that waits for the vendor, or was decided; `note` says why it was refused."""

    id: int
    state: ReviewStateEnum | None = None
    quote: str | None = None
    quantity_from: int
    quantity_to: int
    total_minor: int
    currency: str
    breaches: Any = None
    asked_by: str
    opened_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    note: str | None = None
    approved_until: dt.datetime | None = None


class OwnerRule(Struct, kw_only=True, frozen=True):
    """Which account managers own the tasks of which accounts; the first that fits holds."""

    id: int
    position: int | None = None
    segment: SegmentEnum | BlankEnum | None = None
    countries: list[str]
    """Return the codes of countries."""
    seats_from: int | None = None
    seats_to: int | None = None
    arr_from: int | None = None
    arr_to: int | None = None
    managers: list[str]


class OwnerRuleBody(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A rule as it should be; what is left out fits every account."""

    segment: SegmentEnum | BlankEnum | UnsetType = UNSET
    countries: list[str] | UnsetType = UNSET
    seats_from: int | UnsetType | None = UNSET
    seats_to: int | UnsetType | None = UNSET
    arr_from: int | UnsetType | None = UNSET
    """whole dollars"""
    arr_to: int | UnsetType | None = UNSET
    """whole dollars"""
    managers: list[str]
    """e-mail addresses"""


class PaginatedAbandonedList(Struct, kw_only=True, frozen=True):
    """PaginatedAbandonedList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Abandoned]


class PaginatedApiKeyList(Struct, kw_only=True, frozen=True):
    """PaginatedApiKeyList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[ApiKey]


class PaginatedApprovalRequestList(Struct, kw_only=True, frozen=True):
    """PaginatedApprovalRequestList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[ApprovalRequest]


class PaginatedAttachmentList(Struct, kw_only=True, frozen=True):
    """PaginatedAttachmentList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Attachment]


class PaginatedBaselineList(Struct, kw_only=True, frozen=True):
    """PaginatedBaselineList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Baseline]


class PaginatedCatalogPlanList(Struct, kw_only=True, frozen=True):
    """PaginatedCatalogPlanList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[CatalogPlan]


class PaginatedContractRowList(Struct, kw_only=True, frozen=True):
    """PaginatedContractRowList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[ContractRow]


class PaginatedCreditList(Struct, kw_only=True, frozen=True):
    """PaginatedCreditList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Credit]


class PaginatedCreditNoteList(Struct, kw_only=True, frozen=True):
    """PaginatedCreditNoteList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[CreditNote]


class PaginatedCrmDealList(Struct, kw_only=True, frozen=True):
    """PaginatedCrmDealList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[CrmDeal]


class PaginatedCrmMappingList(Struct, kw_only=True, frozen=True):
    """PaginatedCrmMappingList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[CrmMapping]


class PaginatedDeletionList(Struct, kw_only=True, frozen=True):
    """PaginatedDeletionList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Deletion]


class PaginatedDeliveryList(Struct, kw_only=True, frozen=True):
    """PaginatedDeliveryList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Delivery]


class PaginatedDepartmentList(Struct, kw_only=True, frozen=True):
    """PaginatedDepartmentList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Department]


class PaginatedDifferenceList(Struct, kw_only=True, frozen=True):
    """PaginatedDifferenceList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Difference]


class PaginatedDirectoryGroupList(Struct, kw_only=True, frozen=True):
    """PaginatedDirectoryGroupList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[DirectoryGroup]


class PaginatedDirectoryRequestList(Struct, kw_only=True, frozen=True):
    """PaginatedDirectoryRequestList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[DirectoryRequest]


class PaginatedDiscountList(Struct, kw_only=True, frozen=True):
    """PaginatedDiscountList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Discount]


class PaginatedDoubtList(Struct, kw_only=True, frozen=True):
    """PaginatedDoubtList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Doubt]


class PaginatedDunningCaseList(Struct, kw_only=True, frozen=True):
    """PaginatedDunningCaseList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[DunningCase]


class PaginatedEndpointList(Struct, kw_only=True, frozen=True):
    """PaginatedEndpointList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Endpoint]


class PaginatedExpansionList(Struct, kw_only=True, frozen=True):
    """PaginatedExpansionList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Expansion]


class PaginatedHistoryEntryList(Struct, kw_only=True, frozen=True):
    """PaginatedHistoryEntryList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[HistoryEntry]


class PaginatedHoldList(Struct, kw_only=True, frozen=True):
    """PaginatedHoldList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Hold]


class PaginatedIncidentList(Struct, kw_only=True, frozen=True):
    """PaginatedIncidentList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Incident]


class PaginatedInvitationList(Struct, kw_only=True, frozen=True):
    """PaginatedInvitationList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Invitation]


class PaginatedInvoiceList(Struct, kw_only=True, frozen=True):
    """PaginatedInvoiceList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Invoice]


class PaginatedLedgerEntryList(Struct, kw_only=True, frozen=True):
    """PaginatedLedgerEntryList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[LedgerEntry]


class PaginatedLimitChangeList(Struct, kw_only=True, frozen=True):
    """PaginatedLimitChangeList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[LimitChange]


class PaginatedLockOutList(Struct, kw_only=True, frozen=True):
    """PaginatedLockOutList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[LockOut]


class PaginatedMemberList(Struct, kw_only=True, frozen=True):
    """PaginatedMemberList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Member]


class PaginatedMigrationList(Struct, kw_only=True, frozen=True):
    """PaginatedMigrationList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Migration]


class PaginatedMinimumWaiverList(Struct, kw_only=True, frozen=True):
    """PaginatedMinimumWaiverList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[MinimumWaiver]


class PaginatedOrganizationList(Struct, kw_only=True, frozen=True):
    """PaginatedOrganizationList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Organization]


class PaginatedOutcomeList(Struct, kw_only=True, frozen=True):
    """PaginatedOutcomeList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Outcome]


class PaginatedOwnReviewList(Struct, kw_only=True, frozen=True):
    """PaginatedOwnReviewList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[OwnReview]


class PaginatedPaperList(Struct, kw_only=True, frozen=True):
    """PaginatedPaperList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Paper]


class PaginatedPeopleImportList(Struct, kw_only=True, frozen=True):
    """PaginatedPeopleImportList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[PeopleImport]


class PaginatedPersonEvidenceList(Struct, kw_only=True, frozen=True):
    """PaginatedPersonEvidenceList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[PersonEvidence]


class PaginatedPriceDraftList(Struct, kw_only=True, frozen=True):
    """PaginatedPriceDraftList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[PriceDraft]


class PaginatedPriceVersionList(Struct, kw_only=True, frozen=True):
    """PaginatedPriceVersionList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[PriceVersion]


class PaginatedProfileProposalList(Struct, kw_only=True, frozen=True):
    """PaginatedProfileProposalList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[ProfileProposal]


class PaginatedPurchaseList(Struct, kw_only=True, frozen=True):
    """PaginatedPurchaseList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Purchase]


class PaginatedRegionList(Struct, kw_only=True, frozen=True):
    """PaginatedRegionList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Region]


class PaginatedRequestCommentList(Struct, kw_only=True, frozen=True):
    """PaginatedRequestCommentList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[RequestComment]


class PaginatedReviewList(Struct, kw_only=True, frozen=True):
    """PaginatedReviewList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Review]


class PaginatedRoleList(Struct, kw_only=True, frozen=True):
    """PaginatedRoleList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Role]


class PaginatedSavedQuoteList(Struct, kw_only=True, frozen=True):
    """PaginatedSavedQuoteList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[SavedQuote]


class PaginatedSeatRequestList(Struct, kw_only=True, frozen=True):
    """PaginatedSeatRequestList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[SeatRequest]


class PaginatedSharingCaseList(Struct, kw_only=True, frozen=True):
    """PaginatedSharingCaseList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[SharingCase]


class PaginatedSignalList(Struct, kw_only=True, frozen=True):
    """PaginatedSignalList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Signal]


class PaginatedSsoConnectionList(Struct, kw_only=True, frozen=True):
    """PaginatedSsoConnectionList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[SsoConnection]


class PaginatedSsoDomainList(Struct, kw_only=True, frozen=True):
    """PaginatedSsoDomainList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[SsoDomain]


class PaginatedStaffAccessList(Struct, kw_only=True, frozen=True):
    """PaginatedStaffAccessList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[StaffAccess]


class PaginatedStrangerList(Struct, kw_only=True, frozen=True):
    """PaginatedStrangerList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Stranger]


class PaginatedStripeEventList(Struct, kw_only=True, frozen=True):
    """PaginatedStripeEventList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[StripeEvent]


class PaginatedTaskList(Struct, kw_only=True, frozen=True):
    """PaginatedTaskList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[Task]


class PaginatedTaxRuleList(Struct, kw_only=True, frozen=True):
    """PaginatedTaxRuleList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[TaxRule]


class PaginatedTrueUpList(Struct, kw_only=True, frozen=True):
    """PaginatedTrueUpList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[TrueUp]


class PaginatedVendorAnswerList(Struct, kw_only=True, frozen=True):
    """PaginatedVendorAnswerList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[VendorAnswer]


class PaginatedVendorEntryList(Struct, kw_only=True, frozen=True):
    """PaginatedVendorEntryList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[VendorEntry]


class PaginatedVendorRequestList(Struct, kw_only=True, frozen=True):
    """PaginatedVendorRequestList, as the API describes it."""

    next: str | None
    previous: str | None
    results: list[VendorRequest]


class Paper(Struct, kw_only=True, frozen=True):
    """A paper as it was issued; it never changes. Amounts are minor units of `currency`."""

    id: str
    name: str
    """Such as OF-7."""
    kind: PaperKindEnum
    quote: str
    purchase: str | None = None
    quantity_from: int
    quantity_to: int
    currency: str
    total_now_minor: int
    next_invoice_minor: int
    po_number: str | None = None
    cost_centre: str | None = None
    issued_by: str
    issued_at: dt.datetime | None = None
    fingerprint: str
    pdf_url: str


class PatchedBillingDetails(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What invoices say about who pays."""

    payer_name: str | UnsetType = UNSET
    payer_email: str | UnsetType = UNSET
    address_line1: str | UnsetType = UNSET
    address_line2: str | UnsetType = UNSET
    postal_code: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    vat_id: str | UnsetType = UNSET
    po_number: str | UnsetType = UNSET


class PatchedChangedMember(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to change of a person; what is left out stays as it is."""

    name: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    department: str | UnsetType = UNSET
    """A name; a new one is made."""
    region: str | UnsetType = UNSET
    """A name; a new one is made."""
    role: RoleEnum | UnsetType = UNSET
    """`owner` needs a vendor-wide key. * `owner` - owner * `admin` - admin * `billing` - billing *
    `approver` - approver * `champion` - champion * `member` - member"""


class PatchedChangedOrganization(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What an organization may change of itself; what is left out stays as it is."""

    name: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    """An IANA name, such as Europe/Berlin."""
    language: LanguageEnum | UnsetType = UNSET


class PatchedDepartmentName(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A department's name."""

    name: str | UnsetType = UNSET


class PatchedSeller(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who sells, as it stands on every document."""

    name: str | UnsetType = UNSET
    address_line1: str | UnsetType = UNSET
    address_line2: str | UnsetType = UNSET
    postal_code: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    vat_id: str | UnsetType = UNSET
    registration: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    website: str | UnsetType = UNSET
    bank_name: str | UnsetType = UNSET
    iban: str | UnsetType = UNSET
    bic: str | UnsetType = UNSET
    footer: str | UnsetType = UNSET


class PatchedTaskChange(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What may be changed: one of state, owner, snoozed_until; or what a CRM says of the deal."""

    state: TaskChangeStateEnum | UnsetType = UNSET
    outcome: str | UnsetType = UNSET
    """compulsory with a state that closes the task"""
    barrier: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    not_before: dt.date | UnsetType = UNSET
    """with `not_now`: ask again on"""
    owner: str | UnsetType | None = UNSET
    """e-mail address; null for the queue"""
    snoozed_until: dt.date | UnsetType = UNSET
    crm_id: str | UnsetType = UNSET
    """the deal's id in the CRM"""
    crm_stage: str | UnsetType = UNSET
    """the deal's stage in the CRM"""


class Pause(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Until which day nothing happens, in the organization's time zone, and why."""

    until: dt.date
    reason: str


class Payer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who pays."""

    name: str
    email: str
    line1: str | UnsetType = UNSET
    line2: str | UnsetType = UNSET
    postal_code: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    country: str
    """ISO 3166, two letters."""


class PaymentAttempt(Struct, kw_only=True, frozen=True):
    """How far a payment is; with `confirm` the payer answers the bank at `hosted_invoice_url`."""

    id: str
    invoice_number: str
    state: PaymentAttemptStateEnum | None = None
    failure_code: str | None = None
    hosted_invoice_url: str
    created_at: dt.datetime
    finished_at: dt.datetime | None = None


class PeopleImport(Struct, kw_only=True, frozen=True):
    """A file of people and how far it is."""

    id: str
    filename: str
    state: PeopleImportStateEnum | None = None
    headings: list[str]
    mapping: list[str]
    """what each column means, as far as its heading tells; empty: left out"""
    lines: int | None = None
    findings: ImportFindings | None
    """null before the check"""
    progress: int | None
    """of 100, while a worker is at it"""
    created_at: dt.datetime
    touched_at: dt.datetime | None = None


class PeopleOfAccount(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who works with the account, in the order in which seats are given."""

    people: list[PersonOfAccount]


class PersonEvidence(Struct, kw_only=True, frozen=True):
    """One person with a seat at the end of the quarter, and what was decided."""

    member: str
    name: str
    department: str | None = None
    assigned_since: dt.datetime
    last_active_on: dt.date | None = None
    active_days: int | None = None
    features: Any = None
    is_inactive: bool | None = None
    is_offered: bool | None = None
    decision: DecisionEnum | None = None
    reason: str | None = None
    decided_by: str
    decided_at: dt.datetime | None = None


class PersonOfAccount(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Somebody who works with the account; added to the list of people if not in it."""

    email: str
    name: str | UnsetType = UNSET


class Place(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Where somebody stands from now on, counted from 1, and why."""

    reason: str
    place: int


class Placed(Struct, kw_only=True, frozen=True):
    """Where somebody stands now."""

    place: int


class Plan(Struct, kw_only=True, frozen=True):
    """A plan with the prices that are on sale."""

    code: str
    name: str
    description: str | None = None
    prices: list[Price]


class PlannedChange(Struct, kw_only=True, frozen=True):
    """A planned change with its effect on the next invoice, tax included."""

    change: Change
    effective_at: dt.datetime
    seats_from: int
    seats_to: int
    """What renews with everything that is planned."""
    next_invoice_minor: int
    next_invoice_without_minor: int
    currency: str


class Play(Struct, kw_only=True, frozen=True):
    """A play; version 0 is what the product comes with."""

    play: str
    label: str
    steps: int
    """how many"""
    live_tasks: int
    version: int | None = None


class PlayMail(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The mail that a task is opened with, plain text."""

    subject: str
    body: str


class PlayStep(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One step; its text by language, English at least."""

    text: dict[str, str]
    days: int
    """business days after which it is due"""


class PlayVersion(Struct, kw_only=True, frozen=True):
    """A version that was saved."""

    version: int
    at: dt.datetime
    saved_by: str
    steps: list[PlayStep]
    mails: dict[str, PlayMail]


class PortfolioPlan(Struct, kw_only=True, frozen=True):
    """What a customer plans, and when it closes."""

    organization: str
    plan: Expansion
    closes_on: dt.date
    quarter: str
    is_late: bool


class Price(Struct, kw_only=True, frozen=True):
    """One price that is on sale."""

    id: int
    version: int | None = None
    currency: str
    interval: IntervalEnum
    scheme: SchemeEnum
    minimum_seats: int | None = None
    maximum_seats: int | None = None
    step: int | None = None
    tiers: list[Tier]


class PriceDraft(Struct, kw_only=True, frozen=True):
    """A price in the making; `revision` counts its edits and is sent back with the next one."""

    id: int
    plan: str
    name: str
    currency: str
    interval: IntervalEnum
    state: PriceDraftStateEnum
    scheme: SchemeEnum
    tiers: list[Tier]
    minimum_seats: int | None = None
    maximum_seats: int | None = None
    step: int | None = None
    trial_days: int | None = None
    floor_minor: int | None = None
    revision: int
    author: str
    created_at: dt.datetime
    updated_at: dt.datetime
    published_price: int | None


class PriceMove(Struct, kw_only=True, frozen=True):
    """One organization of a migration; `problem` says why it was not possible."""

    id: int
    organization: str
    state: PriceMoveStateEnum | None = None
    seats: int
    before_minor: int
    after_minor: int
    problem: str | None = None
    effective_at: dt.datetime | None = None
    told_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None


class PriceNow(Struct, kw_only=True, frozen=True):
    """An amount that would be charged now, tax included."""

    minor: int
    """in the currency's smallest unit"""
    currency: str


class PriceVersion(Struct, kw_only=True, frozen=True):
    """A version of a price, whose terms never change, and how many subscribers pay it."""

    id: int
    plan: str
    version: int | None = None
    currency: str
    interval: IntervalEnum
    scheme: SchemeEnum
    tiers: list[Tier]
    minimum_seats: int | None = None
    maximum_seats: int | None = None
    step: int | None = None
    trial_days: int | None = None
    publish_reason: str | None = None
    published_at: dt.datetime | None = None
    retired_at: dt.datetime | None = None
    subscribers: int


class Privacy(Struct, kw_only=True, frozen=True):
    """Each person's usage, or totals only."""

    usage_visibility: UsageVisibilityEnum


class ProfileProposal(Struct, kw_only=True, frozen=True):
    """What the account manager proposes; `proposed` is a whole profile."""

    id: int
    state: ProfileProposalStateEnum | None = None
    proposed: BuyingProfile
    note: str
    proposed_by: str
    proposed_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None


class ProposalAnswer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether the proposal is taken over."""

    accept: bool


class Publish(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which revision goes on sale, and why, where the terms are outside of a rule."""

    revision: int
    reason: str | UnsetType = UNSET


class Purchase(Struct, kw_only=True, frozen=True):
    """A purchase as far as it got. Seats are there when its state is `provisioned`."""

    id: str
    quote: str
    state: PurchaseStateEnum | None = None
    quantity_from: int
    quantity_to: int
    currency: str
    total_minor: int
    collection: PurchaseCollectionEnum | None = None
    po_number: str | None = None
    invoice_number: str
    hosted_invoice_url: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    seated_members: list[int]
    created_at: dt.datetime
    paid_at: dt.datetime | None = None
    provisioned_at: dt.datetime | None = None


class PurchaseRequest(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to buy, and the total that was shown."""

    quote: str
    total_minor: int
    po_number: str | UnsetType = UNSET
    """Purchase order number that the invoice is to name."""


class Quarantined(Struct, kw_only=True, frozen=True):
    """An event that could not be counted."""

    id: int
    organization: str
    """its name"""
    event_id: str
    at: dt.datetime
    reason: str


class Quote(Struct, kw_only=True, frozen=True):
    """A quote: every figure of a change at one second. `price` is the one after the change."""

    id: str
    number: int
    kind: QuoteKindEnum | None = None
    price: int | None = None
    quantity_from: int
    quantity_to: int
    currency: str
    total_now_minor: int
    tax_now_minor: int
    next_invoice_minor: int
    next_invoice_at: dt.datetime
    annual_delta_minor: int
    collection: str | None = None
    net_days: int | None = None
    invoice_on: dt.date | None = None
    due_on: dt.date | None = None
    prorated_at: dt.datetime
    lines: list[QuoteLine]
    created_at: dt.datetime
    expires_at: dt.datetime
    pdf_url: str


class QuoteLine(Struct, kw_only=True, frozen=True):
    """One line: the price of the whole period times `fraction` of it; a term is a whole one."""

    kind: QuoteLineKindEnum
    quantity: int
    full_minor: int
    fraction: str
    """Share of the period, such as 3/7."""
    amount_minor: int
    """Before the discount and tax."""
    discount_minor: int | None = None
    """Taken off a debit; a credit is of what was paid already."""
    tax_minor: int


class QuoteRequest(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to quote: the seats in all, not those to add, and another price if it shall change."""

    price: int | UnsetType = UNSET
    """The id of a price on sale."""
    plan: str | UnsetType = UNSET
    """The code of a plan; without it, today's."""
    interval: IntervalEnum | UnsetType = UNSET
    """month or year; without it, today's. * `month` - monthly * `year` - annual"""
    quantity: int
    """Seats in all after the purchase."""


class Reason(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Why, in a sentence; the person reads it."""

    reason: str


class Reassign(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who gets the seat, and whether the charge of a return is agreed to."""

    accept_charge: bool | UnsetType = UNSET
    to: str
    """a member id or an e-mail address"""


class Rebuild(Struct, kw_only=True, frozen=True):
    """An order to count days anew; `changed` rows came out differently."""

    id: int
    organization: str | None = None
    since: dt.date
    until: dt.date
    next_day: dt.date
    state: str
    """`waiting`, `done` or `failed`"""
    changed: int | None = None
    reason: str | None = None
    asked_at: dt.datetime | None = None
    asked_by: str
    ended_at: dt.datetime | None = None


class Region(Struct, kw_only=True, frozen=True):
    """A region."""

    id: int
    name: str


class Remark(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What the vendor says of a line."""

    text: str


class Repair(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to do about it; both sides are sent as they were read, which confirms them."""

    repair: RepairRepairEnum
    note: str
    ours: str
    theirs: str


class Replayed(Struct, kw_only=True, frozen=True):
    """Whether the event is counted now."""

    is_counted: bool


class ReplayedMessages(Struct, kw_only=True, frozen=True):
    """How many messages are on their way again."""

    count: int


class RequestComment(Struct, kw_only=True, frozen=True):
    """A word on a request."""

    id: int
    author: str
    text: str
    at: dt.datetime


class Retention(Struct, kw_only=True, frozen=True):
    """Who stayed, of those whose seven days are over."""

    people: int
    kept: int


class Return(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Why it goes back to the customer, and for how many days."""

    reason: str
    days: int


class Review(Struct, kw_only=True, frozen=True):
    """An order above a safety limit that a person looks at."""

    id: int
    organization: str
    state: ReviewStateEnum | None = None
    quantity_from: int
    quantity_to: int
    total_minor: int
    currency: str
    breaches: Any = None
    asked_by: str
    opened_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    note: str | None = None


class ReviewDecision(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What is decided about whom; keeping and removing need a reason."""

    members: list[str]
    decision: DecisionEnum
    reason: str | UnsetType = UNSET


class Role(Struct, kw_only=True, frozen=True):
    """A role of the organization's own; `people` hold it."""

    id: int
    name: str
    permissions: list[str]
    people: int
    created_at: dt.datetime


class Rotation(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How long the secret before goes on working."""

    overlap_hours: int | UnsetType = UNSET


class Rule(Struct, kw_only=True, frozen=True):
    """A rule's settings as they are in force."""

    kind: str
    organization: str | None
    is_on: bool
    is_own: bool
    """set, not inherited"""
    thresholds: dict[str, int]


class RuleHealth(Struct, kw_only=True, frozen=True):
    """One rule over the last 90 days."""

    kind: str
    is_muted: bool
    """it records, and tells nobody"""
    verdict: str
    """of its ended tasks: unknown, good, review or mute"""
    signals: int
    per_organization_and_year: float
    tasks: int
    acted_on: int
    ended: int
    false_positives: int
    hours_to_first_action: float | None
    seats_won: int
    won: list[Won]
    held_back: list[HeldBack]


class RuleSwitch(Struct, kw_only=True, frozen=True):
    """When a rule's messages were switched off or on, and why."""

    at: dt.datetime
    is_muted: bool
    switched_by: str
    is_measured: bool
    """because of its false positives"""
    reason: str | None = None
    ended: int | None = None
    false_ended: int | None = None


class Run(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to compare; everything without an organization."""

    organization: str | UnsetType | None = UNSET


class SavedQuote(Struct, kw_only=True, frozen=True):
    """A quote on the organization's list."""

    quote: Quote
    state: str
    """open, expired, bought or replaced"""
    saved_by: str
    saved_at: dt.datetime


class SeatOffer(Struct, kw_only=True, frozen=True):
    """What would help: the missing seats, their price, where an admin buys and a member asks."""

    missing_seats: int
    price_now: PriceNow | None
    """null where nothing can be bought"""
    purchase_url: str
    request_url: str


class SeatRequest(Struct, kw_only=True, frozen=True):
    """A request for a seat; who waits is seated in the order of `place`, then of asking."""

    id: int
    member: str
    email: str
    state: str
    """Return open, seated, declined or withdrawn."""
    origin: OriginEnum | None = None
    note: str | None = None
    place: int | None
    """null while the order is simply that of asking, and once answered"""
    requested_at: dt.datetime | None = None
    seated_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    declined_at: dt.datetime | None = None
    decline_reason: str | None = None
    answered_by: str


class Seating(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether a released seat goes to the first who waits."""

    seats_next: bool


class Seller(Struct, kw_only=True, frozen=True):
    """Who sells, as it stands on every document."""

    name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    vat_id: str | None = None
    registration: str | None = None
    email: str | None = None
    website: str | None = None
    bank_name: str | None = None
    iban: str | None = None
    bic: str | None = None
    footer: str | None = None


class SentFile(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A file of people as text."""

    filename: str | UnsetType = UNSET
    content: str
    """CSV with commas, semicolons or tabs; the first line names the columns"""


class SetLimit(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A limit to be set, and why."""

    limit: NewSeatLimitEnum
    allowance_seats: int | UnsetType = UNSET
    allowance_days: int | UnsetType = UNSET
    at_end: AtEndEnum | UnsetType = UNSET
    reason: str


class Settle(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which messages, and what becomes of them."""

    ids: list[int]
    again: bool
    """true sends them again, false lets them rest"""


class Settled(Struct, kw_only=True, frozen=True):
    """How many were still in doubt, and are no more."""

    count: int


class SettledLine(Struct, kw_only=True, frozen=True):
    """One line as it was signed."""

    kind: SettledLineKindEnum
    seats: int
    amount_minor: int
    tax_minor: int | None = None
    description: str


class Several(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whom it is about, each once."""

    members: list[str]
    """member ids or e-mail addresses, in the order in which seats are given"""


class SeveralSeats(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who gets a seat, and whether the charge of a return is agreed to."""

    members: list[str]
    """member ids or e-mail addresses, in the order in which seats are given"""
    accept_charge: bool | UnsetType = UNSET


class SharedAccounts(Struct, kw_only=True, frozen=True):
    """SharedAccounts, as the API describes it."""

    next: str | None
    previous: str | None
    organizations: list[SharingOrganization]
    results: list[SharedMember]


class SharedMember(Struct, kw_only=True, frozen=True):
    """One member's score."""

    organization: str
    """external id"""
    member: str
    """as events name the member"""
    probability: float
    """that more than one person uses the account"""
    people: SharingPeople
    sentence: str
    """how many people it looks like, in words"""
    evidence: list[SharingEvidence]
    """the heaviest first"""
    step: str
    """none, watched, counted, named or measured; empty with a past `as_of`"""
    case: str
    """open, answered, cleared or empty"""
    answer: str
    """what the organization answered, or empty"""
    scored_on: dt.date
    """the last day that is in the score (UTC)"""


class SharingCase(Struct, kw_only=True, frozen=True):
    """An account that looks shared. No place, no address and no device is named."""

    id: int
    member: str
    state: str
    """`open`, `answered` or `cleared`"""
    probability: float
    at_least: int
    about: int
    sentence: str
    """how many people it looks like"""
    opened_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    answer: str
    """empty without one"""
    closed_at: dt.datetime | None = None
    quiet_until: dt.date | None = None


class SharingEvidence(Struct, kw_only=True, frozen=True):
    """One kind of evidence. No place, no address and no device is named."""

    kind: SharingEvidenceKindEnum
    amount: float
    """how much was observed, in the kind's own unit"""
    weight: float
    """what it adds to the log odds; 0 weighs nothing"""
    sentence: str
    """the same for people"""


class SharingOrganization(Struct, kw_only=True, frozen=True):
    """What the members of an organization add up to."""

    organization: str
    """external id"""
    scored_on: dt.date | None
    members: int
    """members with a score"""
    expected_unpaid_people: float
    """sum of probability x people without a seat of their own"""
    alert: bool
    """from 1.0 expected people"""
    is_current: bool
    """false while usage has come in that no run has seen; look again in a minute"""


class SharingPeople(Struct, kw_only=True, frozen=True):
    """How many people use an account."""

    at_least: int
    """people whom the evidence separates"""
    about: int
    """counts devices that are in use at once, too"""


class SharingPolicy(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What accounts of the likeliest cases are asked at sign-in; nobody is ever blocked."""

    measure: MeasureEnum
    sessions: int | UnsetType = UNSET
    """open ones at most, for `cap`"""


class ShownApiKey(Struct, kw_only=True, frozen=True):
    """A key with its secret, which is given this once."""

    id: int
    name: str
    prefix: str
    scopes: list[str] | None = None
    created_at: dt.datetime
    last_used_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    previous_secret_until: dt.datetime | None = None
    key: str
    """the whole key; it cannot be read again"""


class ShownDirectoryToken(Struct, kw_only=True, frozen=True):
    """A token with its secret, which is given this once."""

    id: int
    name: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    token: str
    """the whole token; it cannot be read again"""


class ShownEndpoint(Struct, kw_only=True, frozen=True):
    """An endpoint with its secret, which is given this once; a Slack message has none."""

    id: int
    name: str
    url: str
    format: EndpointFormatEnum | None = None
    event_types: list[str] | None = None
    language: LanguageEnum | None = None
    is_active: bool | None = None
    has_buttons: bool | None = None
    verified_at: dt.datetime | None = None
    stopped_because: str | None = None
    failing_since: dt.datetime | None = None
    rests_until: dt.datetime | None = None
    old_secret_until: dt.datetime | None
    """until then the secret before signs too"""
    created_at: dt.datetime
    secret: str | None
    """`whsec_...`; it cannot be read again"""


class Signal(Struct, kw_only=True, frozen=True):
    """A signal."""

    id: int
    organization: str
    kind: SignalKindEnum
    band: BandEnum | BlankEnum | None = None
    status: SignalStatusEnum | None = None
    opened_on: dt.date
    created_at: dt.datetime
    raised_at: dt.datetime
    evaluated_on: dt.date
    snoozed_until: dt.date | None = None
    resolution: ResolutionEnum | BlankEnum | None = None
    resolved_at: dt.datetime | None = None
    evidence: list[Evidence]


class SimulatedChange(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A change of seats inside a period `[period_start, period_end)`."""

    from_: int = field(name="from")
    """Seats before the change."""
    to: int
    """Seats after the change."""
    at: dt.datetime
    """When; a time of the period, its end included."""
    period_start: dt.datetime
    period_end: dt.datetime


class SimulatedCliff(Struct, kw_only=True, frozen=True):
    """Quantities that cost more than the larger `better_quantity` does; volume prices only."""

    first_quantity: int
    last_quantity: int
    better_quantity: int
    better_total_minor: int
    largest_saving_minor: int


class SimulatedLine(Struct, kw_only=True, frozen=True):
    """Seats `first_seat` to `last_seat` at the price of one tier."""

    tier: int
    """Counted from 1."""
    first_seat: int
    last_seat: int
    quantity: int
    unit_amount_minor: int
    flat_amount_minor: int
    amount_minor: int


class SimulatedPolicy(Struct, kw_only=True, frozen=True):
    """A policy: what it brings if everybody stays, and if every inactive person is removed."""

    policy: str
    is_agreed: bool
    peak_seats: int
    overage_seats: int
    inactive: int
    keeping_minor: int
    removing_minor: int


class SimulatedProration(Struct, kw_only=True, frozen=True):
    """The two lines of the change, each rounded by itself."""

    credit_minor: int
    """Zero or negative."""
    debit_minor: int
    net_minor: int
    """Below zero it is owed to the organization."""


class SimulatedTier(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One tier, in minor units of the currency; bounds may be wrong, the answer says how."""

    up_to: int | UnsetType | None = UNSET
    """The last seat of the tier; null for the open end."""
    unit_amount_minor: int
    """For each seat."""
    flat_amount_minor: int | UnsetType = UNSET
    """Once, when the tier is entered."""


class SimulatedTotal(Struct, kw_only=True, frozen=True):
    """What one quantity costs for one billing interval, before tax."""

    quantity: int
    total_minor: int
    average_minor: int
    """For one seat, rounded half up."""
    is_on_sale: bool
    """Minimum, maximum and step allow it."""
    lines: list[SimulatedLine]


class SimulatedWarning(Struct, kw_only=True, frozen=True):
    """Something that can be sold but should be looked at."""

    code: str
    """Stable, such as dearer_tier or rising_average."""
    tier: int | None
    """Counted from 1."""
    quantity: int | None
    message: str


class Simulation(Struct, kw_only=True, frozen=True):
    """What the table charges; `change` is null when none was asked for."""

    currency: str
    totals: list[SimulatedTotal]
    change: SimulatedProration | None
    cliffs: list[SimulatedCliff]
    warnings: list[SimulatedWarning]


class SimulationRequest(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A price table and what to ask of it."""

    scheme: SchemeEnum
    """flat: one price for every seat. graduated: each seat at the price of its tier. volume: all
    seats at the price of the tier reached. * `flat` - one price for every seat * `graduated` -
    each seat at the price of its tier * `volume` - all seats at the price of the tier reached"""
    currency: str
    """ISO 4217, such as EUR."""
    tiers: list[SimulatedTier]
    quantities: list[int]
    """Seats to price."""
    minimum_seats: int | UnsetType = UNSET
    maximum_seats: int | UnsetType | None = UNSET
    step: int | UnsetType = UNSET
    change: SimulatedChange | UnsetType | None = UNSET


class SsoConnection(Struct, kw_only=True, frozen=True):
    """A connection to an identity provider, without its secret."""

    id: int
    name: str
    protocol: ProtocolEnum
    issuer: str | None = None
    entity_id: str | None = None
    is_on: bool | None = None
    tested_at: dt.datetime | None = None
    creates_members: bool | None = None
    assigns_seat: bool | None = None
    default_role: str
    created_at: dt.datetime


class SsoDomain(Struct, kw_only=True, frozen=True):
    """A domain; it is the organization's own from `proven_at` on."""

    id: int
    name: str
    record: str
    """what its TXT record has to say"""
    proven_at: dt.datetime | None = None
    checked_at: dt.datetime | None = None
    failing_since: dt.datetime | None = None
    created_at: dt.datetime


class SsoRequirement(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether people of the proven domains come in through the provider alone."""

    is_required: bool


class Staff(Struct, kw_only=True, frozen=True):
    """Somebody who may own tasks, with their absence."""

    email: str
    name: str | None = None
    vendor_role: VendorRoleEnum | BlankEnum | None = None
    manager: str | None
    """Return to whom they report."""
    absent_from: str | None
    """Return the first day away."""
    absent_until: str | None
    """Return the last day away."""
    deputy: str | None
    """Return who stands in."""


class StaffAccess(Struct, kw_only=True, frozen=True):
    """Somebody of the vendor opened a page about the organization."""

    id: int
    at: dt.datetime
    actor: str
    page: str


class Standing(Struct, kw_only=True, frozen=True):
    """How a figure stands against its baseline for the same number of days."""

    baseline: str
    difference: str
    change: float | None
    """0.25 is a quarter more"""


class Start(Struct, kw_only=True, frozen=True):
    """The beginning of a subscription. Seats are there when its state is `done`."""

    id: str
    state: StartStateEnum
    plan: str
    interval: IntervalEnum
    seats: int
    trial_days: int
    currency: str
    invoice_minor: int
    due_minor: int
    hosted_invoice_url: str
    failure_code: str
    failure_message: str
    created_at: dt.datetime


class StartRequest(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What to begin, and the amount that was shown."""

    plan: str
    interval: IntervalEnum
    seats: int
    due_minor: int
    """Charged now, tax included; 0 in a trial and on terms."""
    payer: Payer
    vat_id: str | UnsetType = UNSET


class Statement(Struct, kw_only=True, frozen=True):
    """The ledger between two days; the balances at its ends follow from its rows."""

    first_day: dt.date | None
    last_day: dt.date | None
    currency: str
    opening_seats: int
    opening_minor: int
    rows: list[StatementRow]
    closing_seats: int
    closing_minor: int


class StatementRow(Struct, kw_only=True, frozen=True):
    """One entry of the ledger, or a credit note, with the balances after it."""

    at: dt.datetime
    cause: str | None = None
    note: str | None = None
    by: str
    seats_delta: int
    seats_after: int
    amount_minor: int
    money_after_minor: int
    """invoiced less credited, tax included"""


class Step(Struct, kw_only=True, frozen=True):
    """One step of a case."""

    kind: StepKindEnum
    at: dt.datetime
    is_taken: bool


class Stranger(Struct, kw_only=True, frozen=True):
    """An object at Stripe that belongs to no organization of ours."""

    id: int
    kind: StrangerKindEnum
    stripe_id: str
    customer_id: str | None = None
    label: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    state: DifferenceStateEnum | None = None
    first_seen_at: dt.datetime | None = None
    last_seen_at: dt.datetime | None = None
    repair: str | None = None
    note: str | None = None
    ended_at: dt.datetime | None = None


class StripeEvent(Struct, kw_only=True, frozen=True):
    """What Stripe told us: ids and times, never what it said."""

    id: int
    event_id: str
    type: str
    object_id: str | None = None
    customer_id: str | None = None
    state: StripeEventStateEnum
    created_at: dt.datetime
    received_at: dt.datetime | None = None
    processed_at: dt.datetime | None = None
    attempts: int | None = None
    next_attempt_at: dt.datetime | None = None
    last_error: str | None = None


class Submit(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The total that was read, in minor units."""

    total_minor: int


class Subscription(Struct, kw_only=True, frozen=True):
    """What an organization has."""

    plan: str
    interval: IntervalEnum
    currency: str
    status: SubscriptionStatusEnum
    purchased_seats: int
    next_term_seats: int
    started_at: dt.datetime | None
    past_due_since: dt.datetime | None


class SubscriptionAnswer(Struct, kw_only=True, frozen=True):
    """The subscription, and the latest beginning; either may be null."""

    subscription: Subscription | None
    start: Start | None


class Switch(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether a rule tells people."""

    is_muted: bool
    reason: str
    """others read it later"""


class Switched(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether people sign in through it."""

    is_on: bool


class Task(Struct, kw_only=True, frozen=True):
    """An expansion task."""

    id: int
    organization: str
    play: PlayEnum
    state: TaskStateEnum | None = None
    owner: str
    created_at: dt.datetime
    due_at: dt.datetime
    first_action_at: dt.datetime | None = None
    snoozed_until: dt.date | None = None
    seats_suggested: int | None = None
    value_minor: int | None = None
    currency: str
    probability_basis_points: int | None = None
    seats_credited: int | None = None
    arr_credited_minor: int | None = None
    held_since: dt.datetime | None = None
    outcome: TaskOutcomeEnum | BlankEnum | None = None
    barrier: BarrierEnum | BlankEnum | None = None
    reason: str | None = None
    ended_at: dt.datetime | None = None
    crm_id: str | None = None
    crm_stage: str | None = None
    evidence: list[Evidence]


class TaskEvent(Struct, kw_only=True, frozen=True):
    """One thing that happened to a task."""

    id: int
    at: dt.datetime
    kind: TaskEventKindEnum
    actor: str
    state_from: TaskStateEnum | BlankEnum | None = None
    state_to: TaskStateEnum | BlankEnum | None = None
    note: str | None = None


class TaskStep(Struct, kw_only=True, frozen=True):
    """A step of a task; `text` by language."""

    position: int
    text: Any
    due_at: dt.datetime
    done_at: dt.datetime | None = None
    done_by_label: str | None = None


class TaxRule(Struct, kw_only=True, frozen=True):
    """What is charged to buyers of one country."""

    country: str
    basis_points: int
    name: str
    changed_at: dt.datetime


class Tick(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whether a step is done."""

    is_done: bool


class Tier(Struct, kw_only=True, frozen=True):
    """One tier; `up_to` is null for the open end."""

    up_to: int | None = None
    unit_amount_minor: int
    flat_amount_minor: int | None = None


class TrueUp(Struct, kw_only=True, frozen=True):
    """A true-up of one organization and quarter."""

    id: str
    organization: str
    quarter: str
    """such as `2026-Q3`"""
    starts_at: dt.datetime
    ends_at: dt.datetime
    """not included"""
    state: TrueUpStateEnum | None = None
    policy: str
    currency: str | None = None
    purchased_seats: int | None = None
    peak_seats: int | None = None
    overage_seats: int | None = None
    overage_minor: int | None = None
    removal_minor: int | None = None
    total_minor: int | None = None
    """net of tax, discount taken off; a credit is negative"""
    review_until: dt.datetime | None = None
    submitted_at: dt.datetime | None = None
    signed_at: dt.datetime | None = None
    second_signed_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None
    stopped_at: dt.datetime | None = None
    stop_reason: str | None = None


class TrueUpDetail(Struct, kw_only=True, frozen=True):
    """A true-up with its lines, its evidence in numbers, and both sides of its settlement."""

    id: str
    organization: str
    quarter: str
    """such as `2026-Q3`"""
    starts_at: dt.datetime
    ends_at: dt.datetime
    """not included"""
    state: TrueUpStateEnum | None = None
    policy: str
    currency: str | None = None
    purchased_seats: int | None = None
    peak_seats: int | None = None
    overage_seats: int | None = None
    overage_minor: int | None = None
    removal_minor: int | None = None
    total_minor: int | None = None
    """net of tax, discount taken off; a credit is negative"""
    review_until: dt.datetime | None = None
    submitted_at: dt.datetime | None = None
    signed_at: dt.datetime | None = None
    second_signed_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None
    stopped_at: dt.datetime | None = None
    stop_reason: str | None = None
    lines: list[TrueUpLine]
    evidence: EvidenceCounts
    settlement: TrueUpSettlement | None
    invoice: TrueUpInvoice | None
    agrees: bool
    """Tell whether what was signed, Stripe's invoice and the ledger are equal to the cent."""


class TrueUpInvoice(Struct, kw_only=True, frozen=True):
    """Stripe's invoice."""

    stripe_invoice_id: str
    number: str
    status: str
    tax_minor: int
    total_minor: int
    lines: list[InvoicedLine]


class TrueUpLine(Struct, kw_only=True, frozen=True):
    """One line with its arithmetic, tier by tier."""

    id: int
    kind: TrueUpLineKindEnum
    takes_effect: TakesEffectEnum
    seats_from: int
    seats_to: int
    share: str
    amount_minor: int
    currency: str
    arithmetic: Any = None


class TrueUpSettlement(Struct, kw_only=True, frozen=True):
    """What was signed, and how far it got."""

    reference: str
    state: str
    tax_minor: int
    total_minor: int
    """with tax"""
    lines: list[SettledLine]


class TrueUpSimulation(Struct, kw_only=True, frozen=True):
    """The running quarter as if it ended now. Amounts are minor units, before tax."""

    reference: str
    quarter_start: dt.datetime
    quarter_end: dt.datetime
    share: str
    """Of the term that is left, such as 3/4."""
    purchased: int
    assigned: int
    currency: str
    policies: list[SimulatedPolicy]


class Try(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Settings to try; a threshold that is left out keeps the product's default."""

    organization: str | UnsetType | None = UNSET
    is_on: bool | UnsetType = UNSET
    thresholds: dict[str, int] | UnsetType = UNSET


class UsageDrift(Struct, kw_only=True, frozen=True):
    """A day whose counts do not agree with its events."""

    organization: str
    """its name"""
    day: dt.date
    rows: int
    example: str
    found_at: dt.datetime


class UsageHealth(Struct, kw_only=True, frozen=True):
    """How far counting and scanning are behind, and what went wrong."""

    waits_seconds: float
    """the age of the first uncounted event"""
    counted_at: dt.datetime | None
    scanned_at: dt.datetime | None
    events_of_last_day: int
    quarantined: int
    """events that wait for a decision"""
    kept_since: dt.date
    """the first day of which raw events are kept"""
    checked_at: dt.datetime | None
    """for drift"""
    rates: list[UsageRate]
    rejects: list[UsageRejects]
    """of seven days"""
    drift: list[UsageDrift]


class UsageRate(Struct, kw_only=True, frozen=True):
    """How many events an organization sent."""

    organization: str
    """its name"""
    last_hour: int
    last_day: int


class UsageRejects(Struct, kw_only=True, frozen=True):
    """What was refused, and how often."""

    organization: str
    """its name; empty: of none that is known"""
    code: str
    field: str
    events: int


class UsedFeature(Struct, kw_only=True, frozen=True):
    """A feature as one person used it."""

    feature: str
    first_day: dt.date
    last_day: dt.date
    events: int
    events_28: int
    """of the last 28 days"""


class Utilization(Struct, kw_only=True, frozen=True):
    """The figures of one organization. Ratios are null while no seat was purchased."""

    purchased_seats: int
    assigned_seats: int
    free_seats: int
    overage_seats: int
    active_people: int
    active_without_seat: int
    idle_seats: int
    waiting_people: int
    utilization: float | None
    """active people / purchased seats"""
    assignment: float | None
    """assigned / purchased seats"""
    overage_since: dt.datetime | None


class VendorAnswer(Struct, kw_only=True, frozen=True):
    """An answer as customers read it; after `review_by` it counts as stale."""

    id: int
    topic: TopicEnum
    position: int | None = None
    question: str
    answer: str
    question_de: str | None = None
    answer_de: str | None = None
    question_id: str | None = None
    answer_id: str | None = None
    review_by: dt.date
    reviewed_on: dt.date
    changed_at: dt.datetime | None = None


class VendorContact(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Whom to ask about something; without name and e-mail there is nobody."""

    subject: SubjectEnum
    name: str
    email: str
    phone: str | UnsetType = UNSET


class VendorEntry(Struct, kw_only=True, frozen=True):
    """One change, and in which organization; null for what is the vendor's own."""

    id: int
    at: dt.datetime
    actor: str
    verb: str
    object_type: str
    object_id: str
    object_label: str | None = None
    changes: Any = None
    sentence: str
    """the same for people"""
    organization: str | None = None


class VendorLimits(Struct, kw_only=True, frozen=True):
    """Above what an order or a renewal waits for a person; null is no limit."""

    seats: int | None
    """Added in one purchase."""
    factor_percent: int | None
    """Seats after a purchase, in percent of those before."""
    renewal_percent: int | None
    """A renewal above the expected, in percent."""
    repairs_need_two: bool
    amounts: list[AmountLimits]


class VendorRequest(Struct, kw_only=True, frozen=True):
    """What a customer asked the vendor for, and the answer."""

    id: int
    organization: str
    category: CategoryEnum
    text: str
    asked_by: str
    asked_at: dt.datetime | None = None
    answer: str | None = None
    answered_by: str
    answered_at: dt.datetime | None = None


class Void(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Why nothing is charged."""

    reason: str


class Waiting(Struct, kw_only=True, frozen=True):
    """Who waits now."""

    waiting: int
    """how many of the people wait now"""


class Waiver(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """How many seats are not charged, and why; 0 takes a waiver back."""

    reason: str
    seats: int


class Week(Struct, kw_only=True, frozen=True):
    """One week of the last twelve."""

    first_day: dt.date
    active_people: int
    actions: int


class WholeCase(Struct, kw_only=True, frozen=True):
    """A case with its evidence, and the devices that an answer may name."""

    id: int
    member: str
    state: str
    """`open`, `answered` or `cleared`"""
    probability: float
    at_least: int
    about: int
    sentence: str
    """how many people it looks like"""
    opened_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    answer: str
    """empty without one"""
    closed_at: dt.datetime | None = None
    quiet_until: dt.date | None = None
    missing_seats: int
    """more would give each person one"""
    evidence: list[CaseEvidence]
    devices: list[CaseDevice]


class WholeDelivery(Struct, kw_only=True, frozen=True):
    """A message with what is sent, what was answered, and each try."""

    id: int
    message_id: str
    type: str
    object_key: str | None = None
    sequence: int | None = None
    state: DeliveryStateEnum | None = None
    attempts: int | None = None
    created_at: dt.datetime
    next_attempt_at: dt.datetime
    delivered_at: dt.datetime | None = None
    status_code: int | None = None
    last_error: str | None = None
    duration_ms: int | None = None
    answer: str | None = None
    body: dict[str, Any]
    """what is posted, in the endpoint's format"""
    tries: list[Attempt]


class WholePlay(Struct, kw_only=True, frozen=True):
    """A play as it is in force for tasks that open from now on."""

    steps: list[PlayStep]
    mails: dict[str, PlayMail]
    """by language; it may name `{account}`, `{contact}`, `{sender}`, `{purchased}`, `{assigned}`,
    `{active}`, `{free}`, `{waiting}`, `{seats}`, `{value}`, `{department}`"""
    play: str
    version: int


class WholeRuleHealth(Struct, kw_only=True, frozen=True):
    """One rule with its months and its switches."""

    kind: str
    is_muted: bool
    """it records, and tells nobody"""
    verdict: str
    """of its ended tasks: unknown, good, review or mute"""
    signals: int
    per_organization_and_year: float
    tasks: int
    acted_on: int
    ended: int
    false_positives: int
    hours_to_first_action: float | None
    seats_won: int
    won: list[Won]
    held_back: list[HeldBack]
    months: list[HealthMonth]
    switches: list[RuleSwitch]


class Won(Struct, kw_only=True, frozen=True):
    """Annual recurring revenue that was won, in one currency."""

    amount_minor: int
    currency: str


class Event(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A usage event as callers send it. `id` and `at` together make a repeated delivery one."""

    id: str
    member: str
    at: dt.datetime
    kind: str
    organization: str | UnsetType | None = UNSET
    feature: str | UnsetType | None = UNSET
    quantity: int | UnsetType = UNSET
    outcome: EventOutcome | UnsetType | None = UNSET
    session_id: str | UnsetType | None = UNSET
    device_id: str | UnsetType | None = UNSET
    ip: str | UnsetType | None = UNSET
    user_agent: str | UnsetType | None = UNSET
    geo: Geo | UnsetType | None = UNSET


class Geo(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Where the request came from, as the vendor's edge knows it."""

    country: str | UnsetType | None = UNSET
    city: str | UnsetType | None = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    asn: int | UnsetType | None = UNSET
    network: str | UnsetType | None = UNSET


class EventsAccepted(Struct, kw_only=True, frozen=True):
    """What became of a batch: all of it that was taken is committed."""

    accepted: int
    duplicates: int
    rejected: list[Rejection]


class Rejection(Struct, kw_only=True, frozen=True):
    """One refused event: its place in the batch, the field at fault, a code and a sentence."""

    index: int
    field: str
    code: str
    reason: str


class EntitlementQuestion(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who wants to come in. The session counts where they are limited."""

    member: str
    organization: str | UnsetType | None = UNSET
    session_id: str | UnsetType | None = UNSET
    device_id: str | UnsetType | None = UNSET


class EntitlementAnswer(Struct, kw_only=True, frozen=True):
    """`reason` is `seat`, `overage`, `overage_in_true_up` or `seat_kept` for a yes, else why not.
    `purchase_url` is where an admin can buy seats, if seats would help; `may_purchase` says
    whether this person is such an admin. `request_url` is where this person asks their admins
    for a seat, once they are signed in. `notice` is `payment_overdue` while a payment of the
    organization is so long overdue that no more seats are assigned; it never changes `allowed`.
    `access` is what the organization's own policy asks of an account that several people seem
    to use; it never changes `allowed` either."""

    allowed: bool
    reason: str
    overage_until: str | None = None
    purchase_url: str | None = None
    request_url: str | None = None
    may_purchase: bool | None = None
    notice: str | None = None
    access: AccessAnswer | None = None


class AccessAnswer(Struct, kw_only=True, frozen=True):
    """What the product may ask somebody who is let in; never a refusal. `action` is `none`,
    `nudge` (say that accounts are for one person), `step_up` (ask for a second proof) or
    `end_oldest_session` (more than `max_sessions` are open; end the oldest). `open_sessions`
    counts those that checks named in the last 30 minutes, where they are limited."""

    action: str | None = None
    max_sessions: int | None = None
    open_sessions: int | None = None


class TokenQuestion(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """For whom a page wants to report, and for how many seconds."""

    member: str
    organization: str | UnsetType | None = UNSET
    expires_in: int | UnsetType = UNSET


class TokenAnswer(Struct, kw_only=True, frozen=True):
    """The token, and when it ends."""

    token: str
    expires_at: dt.datetime


class BrowserEvent(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A use of a feature as a page reports it. `id` and `at` make a repeated delivery one."""

    id: str
    at: dt.datetime
    feature: str
    quantity: int | UnsetType = UNSET
    session_id: str | UnsetType | None = UNSET
    device_id: str | UnsetType | None = UNSET


class EventOutcome(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What came of it, in the vendor's own unit: `minutes_saved`, 12.5."""

    kind: str
    value: float


class EventBatch(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """EventBatch, as the API describes it."""

    events: list[Event]


class BrowserBatch(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """BrowserBatch, as the API describes it."""

    token: str
    events: list[BrowserEvent]
