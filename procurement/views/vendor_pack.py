"""The vendor information pack: read by customers, maintained by vendor operations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.roles import Permission, may
from accounts.services.history import Actor
from accounts.views.answers import act, done
from billing.views.documents import pdf_response, reader_language
from procurement.documents.vendor_pack import bank_pairs, company_pairs, vendor_pack_document
from procurement.models import VendorAnswer, VendorContact
from procurement.planning_forms import AnswerForm, ContactsForm
from procurement.selectors.vendor_pack import vendor_pack as pack_of
from procurement.services.vendor_pack import (
    confirm_answer,
    remove_answer,
    save_answer,
    save_contact,
)


def _language(request: HttpRequest) -> str:
    return request.GET.get("language") or reader_language()


@organization_page(Permission.OVERVIEW_READ)
@require_safe
def vendor_information(request: OrganizationRequest) -> HttpResponse:
    """Show who sells, with the answers that procurement asks for."""
    pack = pack_of(reader_language(), timezone.localdate())
    return render(
        request,
        "procurement/vendor_information.html",
        {
            "tab": "papers",
            "pack": pack,
            "company": company_pairs(pack),
            "bank": bank_pairs(pack),
            "may_read_billing": request.may(Permission.BILLING_READ),
        },
    )


@organization_page(Permission.OVERVIEW_READ)
@require_safe
def vendor_information_pdf(request: OrganizationRequest) -> HttpResponse:
    """Return the pack as a document of today."""
    return pdf_response(vendor_pack_document(now=timezone.now(), language=_language(request)))


@vendor_page(Permission.POLICIES_READ)
@require_safe
def vendor_pack(request: VendorRequest) -> HttpResponse:
    """List the answers, stale ones first said, with the contacts."""
    today = timezone.localdate()
    return render(
        request,
        "procurement/vendor_pack.html",
        {
            "tab": "vendor_pack",
            "pack": pack_of("en", today),
            "today": today,
            "contacts": ContactsForm(contacts=list(VendorContact.objects.all())),
            "may_change": may(request.vendor_role, Permission.POLICIES_MANAGE),
        },
    )


@vendor_page(Permission.POLICIES_READ)
@require_safe
def vendor_pack_pdf(request: VendorRequest) -> HttpResponse:
    """Return the pack as customers get it."""
    return pdf_response(vendor_pack_document(now=timezone.now(), language=_language(request)))


@vendor_page(Permission.POLICIES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def vendor_answer(request: VendorRequest, answer_id: int = 0) -> HttpResponse:
    """Write a new answer, or another version of one."""
    today = timezone.localdate()
    answer = get_object_or_404(VendorAnswer, pk=answer_id) if answer_id else None
    form = AnswerForm(request.POST or None, instance=answer, today=today)
    if request.method == "POST" and form.is_valid():
        save_answer(
            answer_id=answer_id or None,
            details=dict(form.cleaned_data),
            today=today,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return done(
            request, _("Saved. Customers read this answer from now on."), reverse("vendor_pack")
        )
    return render(
        request,
        "procurement/vendor_answer.html",
        {"tab": "vendor_pack", "form": form, "answer": answer},
        status=422 if form.errors else 200,
    )


@vendor_page(Permission.POLICIES_MANAGE)
@require_POST
def vendor_answer_act(request: VendorRequest, answer_id: int) -> HttpResponse:
    """Confirm that an answer is still right, or take it out."""
    get_object_or_404(VendorAnswer, pk=answer_id)
    actor, now = Actor.of(request.user), timezone.now()

    def do() -> str:
        if request.POST.get("do") == "remove":
            remove_answer(answer_id=answer_id, actor=actor, now=now)
            return _("The answer is taken out. The history keeps its words.")
        confirm_answer(answer_id=answer_id, today=timezone.localdate(), actor=actor, now=now)
        return _("Confirmed. It is due again in a year.")

    return act(request, do, reverse("vendor_pack"))


@vendor_page(Permission.POLICIES_MANAGE)
@require_POST
def vendor_contacts(request: VendorRequest) -> HttpResponse:
    """Write whom to ask about what."""
    today = timezone.localdate()
    form = ContactsForm(request.POST, contacts=list(VendorContact.objects.all()))
    if not form.is_valid():
        context = {
            "tab": "vendor_pack",
            "pack": pack_of("en", today),
            "today": today,
            "contacts": form,
            "may_change": True,
        }
        return render(request, "procurement/vendor_pack.html", context, status=422)
    for role in VendorContact.Role.values:
        save_contact(
            role=role,
            name=form.cleaned_data[f"{role}_name"],
            email=form.cleaned_data[f"{role}_email"],
            phone=form.cleaned_data[f"{role}_phone"],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    return done(request, _("The contacts are saved."), reverse("vendor_pack"))
