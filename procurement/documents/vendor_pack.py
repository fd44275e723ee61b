"""The vendor information pack as a document to forward."""

from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.templatetags.headroom import longdate
from billing.documents.invoices import seller_small
from billing.documents.layout import Document, Headings, Pair, Section
from billing.documents.words import party_lines
from billing.selectors.sheets import seller_party
from procurement.selectors.vendor_pack import VendorPack, vendor_pack


def vendor_pack_document(*, now: datetime, language: str) -> Document:
    """Return the pack as it stands on the day of `now`, in the active zone."""
    with translation.override(language):
        today = timezone.localtime(now)
        return _document(vendor_pack(language, today.date()), today, language)


def company_pairs(pack: VendorPack) -> list[tuple[str, str]]:
    """Return what procurement enters first: name, address, numbers of the company."""
    seller = pack.seller
    pairs = [
        (_("Company"), seller.name),
        (_("Address"), ", ".join(party_lines(seller_party(seller))[1:])),
        (_("VAT id"), seller.vat_id),
        (_("Registration"), seller.registration),
        (_("E-mail"), seller.email),
        (_("Website"), seller.website),
    ]
    return [pair for pair in pairs if pair[1]]


def bank_pairs(pack: VendorPack) -> list[tuple[str, str]]:
    """Return where to transfer money to."""
    seller = pack.seller
    if not seller.iban:
        return []
    pairs = [
        (_("Account holder"), seller.name),
        (_("Bank"), seller.bank_name),
        ("IBAN", seller.iban),
        ("BIC", seller.bic),
    ]
    return [pair for pair in pairs if pair[1]]


def _document(pack: VendorPack, today: datetime, language: str) -> Document:
    sections = [Section(_("Company"), (), _pairs(company_pairs(pack)))]
    if bank := bank_pairs(pack):
        sections.append(Section(_("Bank details"), (), _pairs(bank)))
    if pack.contacts:
        sections.append(
            Section(
                _("Contacts"),
                (),
                tuple(
                    Pair(
                        contact.get_role_display(),
                        ", ".join(
                            part for part in (contact.name, contact.email, contact.phone) if part
                        ),
                    )
                    for contact in pack.contacts
                ),
            )
        )
    for topic in pack.topics:
        for index, said in enumerate(topic.answers):
            heading = f"{topic.label}: {said.question}" if index == 0 else said.question
            reviewed = _("Reviewed on %(day)s.") % {"day": longdate(said.answer.reviewed_on)}
            sections.append(Section(heading, (*said.words.splitlines(), reviewed)))
    return Document(
        language=language,
        title=_("Vendor information"),
        number=longdate(today.date()),
        dated=today,
        filename=f"vendor-information-{today:%Y-%m-%d}",
        headings=Headings(
            buyer=pgettext("vendor", "About"),
            what="",
            quantity="",
            unit="",
            amount="",
            page=_("Page {n} of {of}"),
        ),
        seller=party_lines(seller_party(pack.seller)),
        seller_small=seller_small(pack.seller),
        buyer=(pack.seller.name,),
        facts=(Pair(_("As of"), longdate(today.date())),),
        headline=Pair(
            _("Answers for procurement, security and privacy"),
            str(sum(len(topic.answers) for topic in pack.topics)),
        ),
        rows=(),
        totals=(),
        sections=tuple(sections),
        footer=pack.seller.footer,
        is_compact=True,
    )


def _pairs(pairs: list[tuple[str, str]]) -> tuple[Pair, ...]:
    return tuple(Pair(label, value) for label, value in pairs)
