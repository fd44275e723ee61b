"""A true-up as a statement on paper: lines, arithmetic in words, the evidence as an annex."""

from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.templatetags.headroom import format_money, longdate, number, shortdate
from billing.documents.invoices import headings, seller_small
from billing.documents.layout import Document, Pair, Row, Section
from billing.documents.words import party_lines, vat_words
from billing.models import BillingAccount
from billing.selectors.sheets import buyer_today, current_seller, seller_party
from trueups.models import PersonEvidence
from trueups.selectors import words
from trueups.selectors.document import quarter_days
from trueups.selectors.sheet import Sheet

_PEOPLE_ON_PAPER = 500


def statement_document(sheet: Sheet, *, language: str) -> Document:
    """Return a true-up as a document, its times in the zone that its quarter was cut in."""
    zone = ZoneInfo(sheet.true_up.time_zone)
    with translation.override(language), timezone.override(zone):
        return _statement(sheet, language)


def _statement(sheet: Sheet, language: str) -> Document:
    true_up = sheet.true_up
    organization = true_up.organization
    account = BillingAccount.objects.filter(organization_id=organization.pk).first()
    seller = current_seller()
    buyer = buyer_today(organization, account)
    first, last = quarter_days(true_up)
    # What was really taken has the tax in it; before a settlement only the net amount is known.
    taken = sheet.settlement.total_minor if sheet.settlement else true_up.total_minor
    at = true_up.settled_at or true_up.signed_at or true_up.snapshot_at or true_up.created_at
    return Document(
        language=language,
        title=_("True-up"),
        number=true_up.reference,
        dated=timezone.localtime(at),
        filename=f"true-up-{true_up.reference}",
        headings=headings(),
        seller=party_lines(seller_party(seller)),
        seller_small=seller_small(seller),
        buyer=tuple(line for line in (*party_lines(buyer), vat_words(buyer.vat_id)) if line),
        facts=tuple(
            Pair(label, value)
            for label, value in (
                (_("Quarter"), f"{longdate(first)} – {longdate(last)}"),
                (_("State"), str(capfirst(true_up.get_state_display()))),
                (_("Seats purchased"), number(true_up.purchased_seats)),
                (_("Most seats at once"), number(true_up.peak_seats)),
                (_("Signed by"), true_up.signed_by_label),
                (_("Invoice"), str(sheet.invoice) if sheet.invoice else ""),
            )
            if value
        ),
        headline=Pair(
            _("Credited") if taken < 0 else _("Charged"),
            format_money(abs(taken), true_up.currency),
        ),
        rows=tuple(
            Row(
                words.line_title(line),
                words.share_words(true_up, line.share_fraction)
                if line.amount_minor
                else words.effect_words(line)
                if line.takes_effect != line.Effect.NOW
                else "",
                number(abs(line.seats_delta)),
                "",
                format_money(line.amount_minor, line.currency),
            )
            for line in sheet.lines
        ),
        totals=_totals(sheet),
        sections=_sections(sheet),
        footer=seller.footer,
    )


def _totals(sheet: Sheet) -> tuple[Pair, ...]:
    true_up, settlement = sheet.true_up, sheet.settlement
    net = Pair(_("Without tax"), format_money(true_up.total_minor, true_up.currency), strong=True)
    if settlement is None:
        return (net,)
    return (
        net,
        Pair(_("Tax"), format_money(settlement.tax_minor, settlement.currency)),
        Pair(_("Total"), format_money(settlement.total_minor, settlement.currency), strong=True),
    )


def _sections(sheet: Sheet) -> tuple[Section, ...]:
    true_up = sheet.true_up
    sections = []
    for line in sheet.lines:
        steps = tuple(
            Pair(step.words, step.value, strong=step.kind == "result")
            for step in words.arithmetic_steps(line)
        )
        sections.append(
            Section(
                words.line_title(line),
                paragraphs=tuple(words.evidence_words(true_up, line)),
                pairs=steps,
            )
        )
    terms = true_up.agreed()
    sections.append(
        Section(_("What was agreed"), paragraphs=tuple(words.terms_words(terms).values()))
    )
    if sheet.people:
        sections.append(_annex(sheet.people))
    return tuple(sections)


def _annex(people: list[PersonEvidence]) -> Section:
    shown = [person for person in people if person.is_inactive or person.is_offered]
    shown += [person for person in people if person not in shown]
    left = len(shown) - _PEOPLE_ON_PAPER
    more = (_("%(n)s more people are in the workbook.") % {"n": number(left)},) if left > 0 else ()
    return Section(
        _("Evidence per person"),
        paragraphs=more,
        pairs=tuple(Pair(person.name, _evidence(person)) for person in shown[:_PEOPLE_ON_PAPER]),
    )


def _evidence(person: PersonEvidence) -> str:
    active = (
        _("last active on %(day)s") % {"day": shortdate(person.last_active_on)}
        if person.last_active_on
        else _("never active")
    )
    told = [
        _("since %(day)s") % {"day": shortdate(person.assigned_since)},
        active,
        _("active days: %(n)s") % {"n": number(person.active_days)},
    ]
    if person.is_offered:
        told.append(str(person.get_decision_display()))
    return ", ".join(told)
