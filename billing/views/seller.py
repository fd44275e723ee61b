"""The vendor's details as they stand on every document."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.services.history import Actor
from billing.documents.rendering import render_png
from billing.documents.sample import sample_invoice
from billing.forms import SellerForm
from billing.selectors.sheets import current_seller
from billing.services.seller import change_seller
from billing.views.documents import pdf_response, reader_language

_PREVIEW_PPI = 110


def _page(request: VendorRequest, form: SellerForm, status: int = 200) -> HttpResponse:
    return render(
        request,
        "billing/seller.html",
        {
            "tab": "seller",
            "form": form,
            "seller": current_seller(),
            "may_change": may(request.vendor_role, Permission.POLICIES_MANAGE),
        },
        status=status,
    )


@vendor_page(Permission.POLICIES_READ)
@require_safe
def seller(request: VendorRequest) -> HttpResponse:
    """Show the seller's details beside a sample invoice."""
    return _page(request, SellerForm(instance=current_seller()))


@vendor_page(Permission.POLICIES_MANAGE)
@require_POST
def seller_save(request: VendorRequest) -> HttpResponse:
    """Write the details; with `preview` show them on a sample instead."""
    form = SellerForm(request.POST, instance=current_seller())
    if not form.is_valid():
        return _page(request, form, status=422)
    if "preview" in request.POST:
        return pdf_response(sample_invoice(form.instance, language=reader_language()))
    change_seller(details=dict(form.cleaned_data), actor=Actor.of(request.user), now=timezone.now())
    messages.success(request, _("Saved. Documents from now on carry these details."))
    return redirect("seller")


@vendor_page(Permission.POLICIES_READ)
@require_safe
def seller_preview(request: VendorRequest) -> HttpResponse:
    """Return the sample invoice as a picture."""
    document = sample_invoice(current_seller(), language=reader_language())
    response = HttpResponse(render_png(document, ppi=_PREVIEW_PPI), content_type="image/png")
    response["Cache-Control"] = "private, no-cache"
    return response
