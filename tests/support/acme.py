"""Two organizations with one object of every kind that a route can name, and the vendor."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from accounts.domain.roles import OrganizationRole, Permission, StaffScope, VendorRole
from accounts.models import ApiKey, Department, Membership, Organization, User
from accounts.services.history import Actor
from accounts.services.invitations import invite_person
from accounts.services.roles import create_role
from accounts.services.support import ask_support
from accounts.tenancy import organization_context, staff_context
from billing.domain.period import Interval
from billing.models import (
    CreditGrant,
    CreditNote,
    Difference,
    DunningCase,
    Incident,
    Invoice,
    InvoiceHold,
    PriceMigration,
    PurchaseReview,
    Quote,
    SeatLedgerEntry,
    Stranger,
    SubscriptionStart,
    WebhookEvent,
)
from billing.services.drafts import DraftTerms, make_draft
from billing.services.minimums import waive_minimum
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.scheduling import schedule_seats
from integrations.models import Delivery, Endpoint
from procurement.domain.rules import Rules
from procurement.models import (
    ApprovalDelegation,
    ApprovalPolicy,
    PurchaseRequest,
    RequestAttachment,
)
from seats.domain.limits import LimitMode, LimitPolicy
from seats.models import PeopleExport, QuarantinedEvent, SavedView
from seats.services.limits import set_default_limit, set_limit
from signals.models import CrmMapping, ExpansionTask, OwnerRule, SharingCase, TaskStep
from signals.services.dry_runs import ask_dry_run
from signals.services.notes import write_note
from signals.services.person_deletion import ask_deletion
from signals.services.vendor_requests import ask_vendor
from tests.integration.billing.conftest import make_price, make_world
from tests.support.directories import directory_objects
from tests.support.outcomes import outcome_objects
from tests.support.papers import paper_objects
from tests.support.people import make_api_key, make_membership, make_organization, make_user
from tests.support.routes import Route
from tests.support.sso import sso_objects
from tests.support.stripe import Sandbox
from trueups.domain.terms import Terms, terms_to_json
from trueups.models import LineComment, LockOut, TrueUp, TrueUpLine


@dataclass(frozen=True)
class Acme:
    """Two organizations and the vendor, with one object of every kind that a route can name."""

    organization: Organization
    other: Organization
    customers: dict[OrganizationRole, User]
    cleo: User
    staff: dict[VendorRole, User]
    objects: dict[str, Any]
    own_key: str
    other_key: str
    vendor_key: str

    def address(self, route: Route, organization: Organization | None = None) -> str:
        """Return the route's address for acme's objects."""
        where = organization or self.organization
        named = self.objects | {
            "slug": where.slug,
            "account": where.slug,
            "organization": where.external_id,
        }
        slug = ("slug",) if "<slug:slug>" in route.path else ()
        names = {
            *route.parameters,
            *slug,
            *(("organization",) if "<str:organization>" in route.path else ()),
        }
        return reverse(route.name, kwargs={name: named[name] for name in names})


def make_acme(stripe: Sandbox) -> Acme:
    """Build it through the product's services."""
    now = timezone.now()
    staff = {role: make_user(role.value, vendor_role=role.value) for role in VendorRole}
    world = make_world(stripe, admin="ada")
    organization = world.organization
    other = make_organization("other")
    customers = {OrganizationRole.ADMIN: world.ada}
    for role in OrganizationRole:
        if role not in customers:
            customers[role] = make_user(f"{role.value}-acme")
            make_membership(organization, user=customers[role], role=role.value)
    cleo = make_user("cleo")
    make_membership(other, user=cleo, role="owner")
    ben = make_membership(organization, external_id="ben", name="Ben")
    quote = quote_seats(
        organization_id=organization.pk, quantity=14, actor=Actor.of(world.ada), now=now
    )
    purchase = purchase_seats(
        organization_id=organization.pk,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key="matrix",
        actor=Actor.of(world.ada),
        now=now,
    )
    with organization_context(organization.pk):
        start = SubscriptionStart.objects.create(
            organization=organization,
            price=world.subscription.price,
            seats=3,
            currency="EUR",
            invoice_minor=3000,
            due_minor=3000,
            idempotency_key="matrix",
            state=SubscriptionStart.State.DONE,
        )
    limit_change = set_limit(
        organization_id=organization.pk,
        policy=LimitPolicy(LimitMode.SOFT, 2, 14),
        reason="A pilot",
        actor=Actor.of(staff[VendorRole.FINANCE]),
        now=now,
    )
    assert limit_change is not None
    with staff_context(user_id=staff[VendorRole.VENDOR_ADMIN].pk, scope=StaffScope.ALL):
        limit_default = set_default_limit(
            plan_code="",
            segment="",
            policy=LimitPolicy(LimitMode.HARD),
            actor=Actor.of(staff[VendorRole.VENDOR_ADMIN]),
            now=now,
        )
    aside = QuarantinedEvent.objects.using("pipeline").create(
        organization=organization, event_id="1", at=now, reason="bigint out of range"
    )
    tried = ask_dry_run(
        kind="trial",
        organization_id=None,
        thresholds={},
        is_on=True,
        actor=Actor.of(staff[VendorRole.VENDOR_ADMIN]),
        now=now,
    )
    waiver = waive_minimum(
        organization_id=organization.pk,
        plan=world.subscription.price.plan,
        minimum_seats=1,
        ends_at=now + timedelta(days=30),
        reason="A pilot",
        actor=Actor.of(staff[VendorRole.FINANCE]),
        now=now,
    )
    custom_role = create_role(
        organization_id=organization.pk,
        name="Analyst",
        permissions={Permission.PEOPLE_READ},
        granter=OrganizationRole.OWNER,
        actor=Actor.of(world.ada),
        now=now,
    )
    support = ask_support(
        organization_id=organization.pk,
        staff=staff[VendorRole.VENDOR_ADMIN],
        reason="A pilot",
        minutes=30,
        now=now,
    )
    invitation = invite_person(
        organization_id=organization.pk,
        email="dora@example.com",
        role="member",
        granter=OrganizationRole.OWNER,
        actor=Actor.of(world.ada),
        now=now,
    )
    with staff_context(user_id=0, scope=StaffScope.ALL):
        draft = make_draft(
            plan=world.subscription.price.plan,
            interval=Interval.MONTH,
            terms=DraftTerms(name="Next year", table=world.subscription.price.table()),
            actor=Actor.of(staff[VendorRole.VENDOR_ADMIN]),
            now=now,
        )
    migration = PriceMigration.objects.create(
        from_price=world.subscription.price, to_price=make_price(code="other")
    )
    change = schedule_seats(
        organization_id=organization.pk, seats=10, actor=Actor.of(world.ada), now=now
    )
    own_key = make_api_key(organization)
    event = WebhookEvent.objects.create(
        event_id="evt_matrix", type="invoice.paid", created_at=now, processed_at=now
    )
    stranger = Stranger.objects.create(kind=Stranger.Kind.CUSTOMER, stripe_id="cus_nobody")
    with organization_context(organization.pk):
        department = Department.objects.create(organization=organization, name="Marketing")
        task = ExpansionTask.objects.create(
            organization=organization,
            play="add_seats",
            owner=staff[VendorRole.ACCOUNT_MANAGER],
            created_at=now,
            reminder_at=now,
            due_at=now + timedelta(days=1),
        )
        TaskStep.objects.create(
            organization=organization, task=task, position=1, text={"en": "Call"}, due_at=now
        )
        incident = Incident.objects.create(
            organization=organization, kind=Incident.Kind.PREVIEW_DIFFERS, opened_at=now
        )
        invoice = Invoice.objects.order_by("pk")[0]
        ledger_entry = SeatLedgerEntry.objects.filter(seats_delta__gt=0)[0]
        case = DunningCase.objects.create(
            organization=organization,
            invoice=invoice,
            overdue_since=now,
            opened_at=now,
            reminder_days=[0],
            restrict_after_days=5,
            end_after_days=9,
            end=DunningCase.End.PAST_DUE,
        )
        assert invoice is not None
        difference = Difference.objects.create(
            organization=organization,
            kind=Difference.Kind.INVOICE_STATUS,
            subject=invoice.stripe_invoice_id,
            ours="open",
            theirs="paid",
        )
        hold = InvoiceHold.objects.create(
            organization=organization,
            stripe_invoice_id=invoice.stripe_invoice_id,
            invoice=invoice,
            expected_minor=1,
            most_minor=1,
            total_minor=2,
            currency="EUR",
        )
        review = PurchaseReview.objects.create(
            organization=organization,
            quote=quote,
            quantity_from=quote.quantity_from,
            quantity_to=quote.quantity_to,
            total_minor=quote.total_now_minor,
            currency=quote.currency,
            actor_label="Ada",
        )
        assert invoice is not None
        credit_note = CreditNote.objects.create(
            organization=organization,
            invoice=invoice,
            stripe_credit_note_id="cn_matrix",
            number="CN-1",
            status=CreditNote.Status.ISSUED,
            currency=invoice.currency,
            subtotal_minor=100,
            tax_minor=0,
            total_minor=100,
            to_balance_minor=100,
            issued_at=now,
        )
        grant = CreditGrant.objects.create(
            organization=organization,
            amount_minor=100,
            currency="EUR",
            reason="An outage",
            actor_label="Fin",
            idempotency_key="matrix",
        )
        true_up = TrueUp.objects.create(
            organization=organization,
            subscription=world.subscription,
            reference="2026-Q1",
            quarter=(now - timedelta(days=91), now - timedelta(days=1)),
            time_zone="UTC",
            state=TrueUp.State.IN_REVIEW,
            policy="hybrid",
            terms=terms_to_json(Terms()),
            currency="EUR",
            snapshot_at=now,
            review_until=now + timedelta(days=14),
            share="3/4",
        )
        line = TrueUpLine.objects.create(
            organization=organization,
            true_up=true_up,
            kind=TrueUpLine.Kind.OVERAGE,
            takes_effect=TrueUpLine.Effect.NOW,
            seats_from=14,
            seats_to=14,
            share="3/4",
            amount_minor=0,
            currency="EUR",
            updated_at=now,
        )
        comment = LineComment.objects.create(
            organization=organization,
            line=line,
            kind=LineComment.Kind.DISPUTE,
            state=LineComment.State.OPEN,
            text="Why?",
            author_label="Ada",
        )
        lock_out = LockOut.objects.create(
            organization=organization,
            true_up=true_up,
            membership=ben,
            removed_at=now,
            until=now + timedelta(days=30),
            currency="EUR",
        )
        api_key_id = organization.apikey_set.get().pk
        view = SavedView.objects.create(
            organization=organization, owner=world.ada, name="Leads", is_shared=True
        )
        export = PeopleExport.objects.create(
            organization=organization,
            requested_by=world.ada,
            format="csv",
            language="en",
            time_zone="UTC",
            state=PeopleExport.State.DONE,
        )
        procured = procurement_of(organization, customers, quote)
        webhook = Endpoint.objects.create(
            organization=organization, name="Own", url="https://example.com/", salt="s"
        )
        webhook_delivery = Delivery.objects.create(
            organization=organization,
            endpoint=webhook,
            message_id="m",
            type="test.ping",
            payload={"title": "A test", "at": "2026-11-02T12:00:00Z", "data": {}},
            created_at=now,
            next_attempt_at=now,
        )
    vendor_key = make_api_key()
    with staff_context(user_id=0, scope=StaffScope.ALL):
        vendor_key_id = ApiKey.objects.get(organization=None).pk
        endpoint = Endpoint.objects.create(name="Ops", url="https://example.com/", salt="s")
        delivery = Delivery.objects.create(
            endpoint=endpoint,
            message_id="m",
            type="test.ping",
            payload={"title": "A test", "at": "2026-11-02T12:00:00Z", "data": {}},
            created_at=now,
            next_attempt_at=now,
        )
    return Acme(
        organization=organization,
        other=other,
        customers=customers,
        cleo=cleo,
        staff=staff,
        objects=directory_objects(organization=organization, ada=world.ada)
        | {
            "person_id": ben.pk,
            "role_id": custom_role.pk,
            "access_id": support.pk,
            "answer": "deny",
            "member": "ben",
            "department_id": department.pk,
            "invitation_id": invitation.pk,
            "api_key_id": api_key_id,
            "vendor_key_id": vendor_key_id,
            "purchase_id": purchase.pk,
            "start_id": start.pk,
            "change_id": change.pk,
            "quote_id": quote.pk,
            "invoice_id": invoice.pk,
            "case_id": case.pk,
            "credit_note_id": credit_note.pk,
            "incident_id": incident.pk,
            "difference_id": difference.pk,
            "stranger_id": stranger.pk,
            "review_id": review.pk,
            "hold_id": hold.pk,
            "grant_id": grant.pk,
            "event_id": event.pk,
            "limit_change_id": limit_change.pk,
            "quarantined_id": aside.pk,
            "shared_id": shared_case(organization, ben).pk,
            "asked_id": ask_vendor(
                organization_id=organization.pk,
                category="sso",
                text="We need it",
                actor=Actor.of(world.ada),
                now=now,
            ).pk,
            "deletion_id": ask_deletion(
                organization_id=organization.pk,
                membership_id=ben.pk,
                actor=Actor.of(world.ada),
                now=now,
            ).pk,
            "ledger_entry_id": ledger_entry.pk,
            "rule_kind": "new_hires",
            "owner_rule_id": OwnerRule.objects.create().pk,
            "play": "add_seats",
            "run_id": tried.pk,
            **outcome_objects(organization),
            "limit_default_id": limit_default.pk,
            "waiver_id": waiver.pk,
            "endpoint_id": endpoint.pk,
            "mapping_id": CrmMapping.objects.create(
                name="Deals",
                preset="salesforce",
                columns=[["Headroom_Task__c", "external_id"], ["Name", "name"]],
                stages={},
            ).pk,
            "webhook_id": webhook.pk,
            "webhook_delivery_id": webhook_delivery.pk,
            "kind": "utilization",
            "delivery_id": delivery.pk,
            "task_id": task.pk,
            "position": 1,
            **procured,
            "true_up_id": true_up.pk,
            "line_id": line.pk,
            "comment_id": comment.pk,
            "lock_out_id": lock_out.pk,
            "view_id": view.pk,
            "export_id": export.pk,
            "plan_id": world.subscription.price.plan_id,
            "price_id": world.subscription.price_id,
            "draft_id": draft.pk,
            "migration_id": migration.pk,
            "to": "in_progress",
            "part": "lines",
            "format": "csv",
            "token": "nonsense",
            "session_id": UserSession.objects.create(
                user=cleo, session_key="elsewhere", ip="192.0.2.7", user_agent="Firefox/140"
            ).pk,
            **paper_objects(organization=organization, ada=world.ada, quote=quote, now=now),
            "message_id": "nonsense",
            **sso_objects(organization),
            "email": staff[VendorRole.ACCOUNT_MANAGER].email,
            "note_key": write_note(
                organization_id=organization.pk,
                body="They grow",
                actor=Actor.of(staff[VendorRole.ACCOUNT_MANAGER]),
                now=now,
            ).key,
        },
        own_key=own_key,
        other_key=make_api_key(other),
        vendor_key=vendor_key,
    )


def procurement_of(
    organization: Organization, customers: dict[OrganizationRole, User], quote: Quote
) -> dict[str, Any]:
    """Return what routes of procurement name; there are no rules in force."""
    now = timezone.now()
    owner, approver = (
        Membership.objects.get(user=customers[role])
        for role in (OrganizationRole.OWNER, OrganizationRole.APPROVER)
    )
    policy = ApprovalPolicy.objects.create(
        organization=organization,
        version=1,
        rules=Rules(currency="EUR", bypass_minor=0, bands=(), is_enabled=False).to_json(),
        valid_from=now,
    )
    request = PurchaseRequest.objects.create(
        organization=organization,
        number=1,
        requester=approver,
        reason="New people",
        policy=policy,
        chain=[{"roles": ["owner"], "people": []}],
        quote=quote,
        quantity_from=quote.quantity_from,
        quantity_to=quote.quantity_to,
        currency="EUR",
        amount_minor=1,
        now_minor=1,
        recurring_minor=1,
        annual_minor=1,
        expires_at=now + timedelta(days=30),
    )
    attachment = RequestAttachment.objects.create(
        organization=organization,
        request=request,
        name="offer.pdf",
        content_type="application/pdf",
        size=5,
        content=b"%PDF-",
        added_by=approver,
        at=now,
    )
    delegation = ApprovalDelegation.objects.create(
        organization=organization,
        from_member=owner,
        to_member=approver,
        during=DateTimeTZRange(now, now + timedelta(days=5)),
    )
    return {
        "purchase_request_id": request.pk,
        "attachment_id": attachment.pk,
        "delegation_id": delegation.pk,
    }


def shared_case(organization: Organization, membership: Membership) -> SharingCase:
    """An account that looks shared."""
    with organization_context(organization.pk):
        return SharingCase.objects.create(
            organization=organization,
            membership=membership,
            opened_at=timezone.now(),
            first_day=timezone.now().date(),
            last_day=timezone.now().date(),
            probability=0.8,
            at_least=2,
            about=2,
            step=3,
        )
