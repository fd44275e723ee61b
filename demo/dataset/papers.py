"""Planning ahead: how an organization buys, what it plans, its papers, and the vendor's answers."""

from datetime import date, datetime, timedelta
from typing import Final

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from billing.models import SavedQuote
from procurement.domain.calendar import BuyingCalendar, start_by
from procurement.domain.planning import PlanState
from procurement.models import (
    IssuedPaper,
    PlannedExpansion,
    ProcurementProfile,
    PurchaseRequest,
    VendorAnswer,
    VendorContact,
)
from procurement.selectors.calendar import today_of
from procurement.selectors.papers import ground_of
from procurement.services.papers import issue_amendment, issue_order_form
from procurement.services.planning import move_plan, plan_expansion
from procurement.services.profile import (
    FreezeDetails,
    ProfileDetails,
    change_profile,
    propose_profile,
)
from procurement.services.vendor_pack import save_answer, save_contact

_LEAD_DAYS: Final = 60
_SOON: Final = 12

# Topic, question and answer in English, German and Indonesian, days since the review.
_ANSWERS: Final = (
    (
        "company",
        ("How many people work for you?", "Wie viele Menschen arbeiten bei Ihnen?",
         "Berapa jumlah karyawan Anda?"),
        ("48, in Berlin and Jakarta.", "48, in Berlin und Jakarta.", "48, di Berlin dan Jakarta."),
        90,
    ),
    (
        "insurance",
        ("Which liability insurance do you have?", "Wie sind Sie gegen Haftung versichert?", ""),
        ("Professional and cyber liability, 5 million EUR for each claim.",
         "Berufs- und Cyberhaftpflicht, 5 Millionen EUR je Schaden.", ""),
        500,
    ),
    (
        "security",
        ("Is data encrypted?", "Sind Daten verschlüsselt?", "Apakah data dienkripsi?"),
        ("At rest with AES-256 and on its way with TLS 1.3.",
         "Gespeichert mit AES-256, unterwegs mit TLS 1.3.",
         "Saat disimpan dengan AES-256 dan saat dikirim dengan TLS 1.3."),
        60,
    ),
    (
        "security",
        ("Are you certified?", "Sind Sie zertifiziert?", ""),
        ("ISO/IEC 27001; the certificate is sent on request.",
         "ISO/IEC 27001; das Zertifikat senden wir auf Wunsch.", ""),
        60,
    ),
    (
        "privacy",
        ("Where is data kept, and who processes it?", "Wo liegen Daten, und wer verarbeitet sie?",
         ""),
        (("In Frankfurt. A contract on processing with the list of processors is part of every "
         "order."),
         ("In Frankfurt. Ein Vertrag zur Auftragsverarbeitung mit der Liste der Verarbeiter gehört "
         "zu jeder Bestellung."), ""),
        30,
    ),
    (
        "continuity",
        ("How available is the service?", "Wie verfügbar ist der Dienst?", ""),
        ("99.9 percent a month, with a credit below that.",
         "99,9 Prozent im Monat, darunter mit Gutschrift.", ""),
        30,
    ),
)  # fmt: skip
_CONTACTS: Final = (
    ("sales", "Mia Brandt", "orders@headroom.example", "+49 30 1234560"),
    ("billing", "Jonas Weber", "billing@headroom.example", "+49 30 1234561"),
    ("security", "Ines Albrecht", "security@headroom.example", ""),
    ("privacy", "Ines Albrecht", "privacy@headroom.example", ""),
)


def answer_procurement(*, actor: Actor, now: datetime) -> None:
    """Write the vendor's answers, one of them stale, and whom to ask."""
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        if VendorAnswer.objects.exists() or VendorContact.objects.exists():
            return
        for position, (topic, questions, answers, days) in enumerate(_ANSWERS):
            at = now - timedelta(days=days)
            save_answer(
                answer_id=None,
                details={
                    "topic": topic,
                    "position": position,
                    "question": questions[0],
                    "answer": answers[0],
                    "question_de": questions[1],
                    "answer_de": answers[1],
                    "question_id": questions[2],
                    "answer_id": answers[2],
                    "review_by": at.date() + timedelta(days=365),
                },
                today=at.date(),
                actor=actor,
                now=at,
            )
        for role, name, email, phone in _CONTACTS:
            save_contact(role=role, name=name, email=email, phone=phone, actor=actor, now=now)


def plan_ahead(organization: Organization, *, admin: Actor, manager: Actor, now: datetime) -> None:
    """Write how an organization buys and what it plans; the first purchase starts in 12 days."""
    with organization_context(organization.pk):
        if PlannedExpansion.objects.exists():
            return
    today = today_of(organization, now)
    year_end = FreezeDetails(
        "Closing of the year", date(today.year, 12, 20), date(today.year + 1, 1, 6)
    )
    details = ProfileDetails(
        fiscal_start_month=4,
        lead_days=_LEAD_DAYS,
        contact_name="Nora Lindner",
        contact_email="procurement@cirrus.example",
        cost_centres=("4711 Marketing", "4712 Logistics"),
        papers=("order_form", "amendment", "vendor_pack"),
        freezes=(year_end,),
    )
    change_profile(
        organization_id=organization.pk, details=details, actor=admin, now=now, today=today
    )
    begun = today - timedelta(days=20)
    for seats, wanted_on, reason in (
        (4, begun + timedelta(days=_LEAD_DAYS + 10), "Season in the warehouse"),
        (10, _wanted_on(today, details.calendar()), "New team in Lyon"),
        (15, today + timedelta(days=230), "Second shift"),
    ):
        plan = plan_expansion(
            organization_id=organization.pk,
            seats=seats,
            wanted_on=wanted_on,
            reason=reason,
            actor=admin,
            now=now,
            today=today,
        )
        if reason.startswith("Season"):
            move_plan(
                organization_id=organization.pk,
                plan_id=plan.pk,
                to=PlanState.STARTED,
                actor=admin,
                now=now - timedelta(days=20),
                today=begun,
            )
    propose_profile(
        organization_id=organization.pk,
        details=ProfileDetails.of_json(details.as_json() | {"lead_days": 75}),
        note="Your last two orders took 72 and 77 days",
        actor=manager,
        now=now,
        today=today,
    )


def _wanted_on(today: date, calendar: BuyingCalendar) -> date:
    """Return a day whose purchase starts in 12 days, or about then where a freeze is near."""
    first = today + timedelta(days=_SOON + _LEAD_DAYS)
    days = (first + timedelta(days=more) for more in range(40))
    start = today + timedelta(days=_SOON)
    return next((day for day in days if start_by(day, calendar).start_by == start), first)


def issue_papers(organization: Organization, *, admin: Actor, now: datetime) -> None:
    """Issue order form and amendment of the quote that is kept, and of a request that waits."""
    with organization_context(organization.pk):
        if IssuedPaper.objects.exists():
            return
        waiting = (
            PurchaseRequest.objects.filter(state=PurchaseRequest.State.WAITING, quote__isnull=False)
            .select_related("quote")
            .first()
        )
        saved = SavedQuote.objects.select_related("quote").order_by("-saved_at").first()
        quotes = {each.quote for each in (saved, waiting) if each and each.quote}
        profile = ProcurementProfile.objects.filter(organization=organization).first()
        grounds = {quote.pk: ground_of(quote, now) for quote in quotes}
    own = profile.cost_centres[0] if profile and profile.cost_centres else ""
    for quote_id, ground in grounds.items():
        if not ground.is_possible:
            continue
        for issue in (issue_order_form, issue_amendment):
            issue(
                organization_id=organization.pk,
                quote_id=quote_id,
                cost_centre=ground.cost_centre or own,
                actor=admin,
                now=now,
            )
