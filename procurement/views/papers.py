"""Order forms and contract amendments: issued from a quote, kept, read as PDF."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record_staff_access
from accounts.views.answers import done
from billing.models import BillingAccount, Quote
from billing.views.documents import pdf_response, reader_language
from billing.views.lists import PER_PAGE
from procurement.documents.kept import kept_document
from procurement.models import IssuedPaper
from procurement.planning_forms import PaperForm
from procurement.selectors.calendar import profile_of
from procurement.selectors.papers import ground_of
from procurement.services.papers import issue_amendment, issue_order_form


def _wanted_language(request: OrganizationRequest | VendorRequest) -> str:
    return request.GET.get("language") or reader_language()


@organization_page(Permission.BILLING_READ)
@require_safe
def papers(request: OrganizationRequest) -> HttpResponse:
    """List the order forms and amendments that were issued."""
    found = IssuedPaper.objects.filter(organization_id=request.organization.pk).select_related(
        "quote"
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "procurement/papers.html", {"tab": "papers", "page_obj": page})


@organization_page(Permission.BILLING_READ)
@require_safe
def paper_pdf(request: OrganizationRequest, paper_id: UUID) -> HttpResponse:
    """Return a paper as it was issued, in the reader's language or the one asked for."""
    paper = get_object_or_404(IssuedPaper, pk=paper_id, organization_id=request.organization.pk)
    return pdf_response(kept_document(paper.content, _wanted_language(request)))


@vendor_page(Permission.CONTRACTS_READ)
@require_safe
def vendor_papers(request: VendorRequest, account: str) -> HttpResponse:
    """List the papers of one organization, for the vendor's finance."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    found = IssuedPaper.objects.filter(organization_id=organization.pk).select_related("quote")
    return render(
        request,
        "procurement/vendor_papers.html",
        {
            "account_organization": organization,
            "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        },
    )


@vendor_page(Permission.CONTRACTS_READ)
@require_safe
def vendor_paper_pdf(request: VendorRequest, paper_id: UUID) -> HttpResponse:
    """Return a paper of any organization."""
    paper = get_object_or_404(IssuedPaper, pk=paper_id)
    record_staff_access(user=request.user, page=request.path, organization_id=paper.organization_id)
    return pdf_response(kept_document(paper.content, _wanted_language(request)))


@organization_page(Permission.SEATS_BUY)
@require_http_methods(["GET", "HEAD", "POST"])
def paper_new(request: OrganizationRequest, quote_id: UUID) -> HttpResponse:
    """Issue an order form, or an amendment with `?kind=amendment`, from a quote."""
    organization_id = request.organization.pk
    quote = get_object_or_404(
        Quote.objects.select_related("subscription__price__plan"),
        pk=quote_id,
        organization_id=organization_id,
    )
    kind = request.GET.get("kind", IssuedPaper.Kind.ORDER_FORM.value)
    if kind not in IssuedPaper.Kind.values:
        raise Http404("No such kind of paper")
    ground = ground_of(quote, timezone.now())
    account = BillingAccount.objects.filter(organization_id=organization_id).first()
    form = PaperForm(
        request.POST or None,
        initial={
            "po_number": ground.po_number or (account.po_number[:30] if account else ""),
            "cost_centre": ground.cost_centre,
        },
    )
    if request.method == "POST" and form.is_valid():
        issue = issue_amendment if kind == IssuedPaper.Kind.AMENDMENT else issue_order_form
        try:
            paper = issue(
                organization_id=organization_id,
                quote_id=quote_id,
                actor=Actor.of(request.user),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return done(
                request,
                _("%(number)s is issued. It stays as it is.") % {"number": paper},
                reverse("papers", args=[request.organization.slug]),
            )
    return render(
        request,
        "procurement/paper_new.html",
        {
            "form": form,
            "kind": kind,
            "quote": quote,
            "is_possible": ground.is_possible,
            "cost_centres": profile_of(organization_id).cost_centres,
            "issued": IssuedPaper.objects.filter(
                organization_id=organization_id, quote=quote, kind=kind
            ).order_by("-number"),
        },
        status=422 if form.errors else 200,
    )
