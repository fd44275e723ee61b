"""Order forms and contract amendments for programs, and what procurement asks about the vendor."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import of_organization, signed
from accounts.domain.scopes import Area
from accounts.models import Organization
from billing.api.documents import LANGUAGE, PdfRenderer, language_of, pdf_answer
from billing.api.serializers import PdfAddressField
from procurement.documents.kept import kept_document
from procurement.documents.vendor_pack import vendor_pack_document
from procurement.models import IssuedPaper
from procurement.services.papers import issue_amendment, issue_order_form


class PaperSerializer(serializers.ModelSerializer[IssuedPaper]):
    """A paper as it was issued; it never changes. Amounts are minor units of `currency`."""

    name = serializers.CharField(source="__str__", help_text="Such as OF-7.")
    issued_by = serializers.CharField(source="actor_label")
    pdf_url = PdfAddressField("api_paper_pdf", "paper_id")

    class Meta:
        model = IssuedPaper
        fields = (
            *("id", "name", "kind", "quote", "purchase", "quantity_from", "quantity_to"),
            *("currency", "total_now_minor", "next_invoice_minor", "po_number", "cost_centre"),
            *("issued_by", "issued_at", "fingerprint", "pdf_url"),
        )


class NewPaperSerializer(serializers.Serializer[Any]):
    """Which paper, and the numbers that it goes by."""

    kind = serializers.ChoiceField(choices=IssuedPaper.Kind.choices)
    po_number = serializers.CharField(max_length=30, default="", allow_blank=True)
    cost_centre = serializers.CharField(max_length=60, default="", allow_blank=True)


class PapersView(ApiView):
    """Papers of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    pagination_class = ordered_by("-issued_at", "-pk")

    @extend_schema(
        operation_id="papers_list",
        summary="List the order forms and amendments of an organization",
        description="The latest first.",
        responses={200: PaperSerializer(many=True)},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of papers."""
        found = IssuedPaper.objects.filter(organization=organization)
        context = {"organization": organization}
        return listed(self, request, found, PaperSerializer, context=context)


class PaperNewView(ApiView):
    """Issuing a paper."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="papers_issue",
        summary="Issue an order form or an amendment from a quote",
        description="The latest one of the quote is returned when it says the same. A quote whose "
        "price has run out, or an amendment without more seats, is 409 `paper_not_possible`.",
        request=NewPaperSerializer,
        responses={201: PaperSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, quote_id: UUID) -> Response:
        """Issue the paper."""
        given = body_of(request, NewPaperSerializer)
        is_amendment = given.pop("kind") == IssuedPaper.Kind.AMENDMENT
        issue = issue_amendment if is_amendment else issue_order_form
        paper = issue(
            organization_id=organization.pk, quote_id=quote_id, **given, **signed(request)
        )
        context = {"organization": organization, "request": request}
        return Response(PaperSerializer(paper, context=context).data, status=201)


class PaperPdfView(ApiView):
    """One paper as PDF."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="paper_pdf",
        summary="A paper as PDF, as it was issued",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, paper_id: UUID) -> Any:
        """Return the paper."""
        paper = get_object_or_404(IssuedPaper, pk=paper_id, organization=organization)
        return pdf_answer(kept_document(paper.content, language_of(request, organization)))


class VendorInformationPdfView(ApiView):
    """Who sells, with the answers that procurement asks for."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="vendor_information_pdf",
        summary="The vendor's information for procurement as PDF",
        description="As of today: company, bank, contacts and answers.",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["procurement"],
    )
    def get(self, request: Request) -> Any:
        """Return the document."""
        document = vendor_pack_document(now=timezone.now(), language=language_of(request))
        return pdf_answer(document)
