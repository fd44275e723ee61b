"""What programs add to a request for a purchase: words, files, another try; and the rules."""

import base64
import binascii
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.files import FILE_RENDERERS
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, find_organization, of_organization, signed
from accounts.domain.rate_limits import DEAR_COST
from accounts.domain.roles import Permission
from accounts.domain.scopes import Area
from accounts.models import Membership, Organization
from accounts.tenancy import organization_context
from billing.services.quotes import quote_seats
from procurement.api.requests import ApprovalRequestSerializer, body_of_request, member_named
from procurement.domain.files import LONGEST_NAME
from procurement.domain.rules import Rules
from procurement.models import ApprovalPolicy, PurchaseRequest, RequestAttachment, RequestComment
from procurement.selectors.rules import policy_in_force
from procurement.services.buying import carry_out, retry
from procurement.services.contributing import attach, comment
from procurement.services.requests import ask_again

# A body has at most 2.5 MB: larger files are put there on the page.
_LONGEST_FILE = 2_400_000


class RequestCommentSerializer(serializers.ModelSerializer[RequestComment]):
    """A word on a request."""

    author = serializers.CharField(source="author.display_name")

    class Meta:
        model = RequestComment
        fields = ("id", "author", "text", "at")


class NewCommentSerializer(serializers.Serializer[Any]):
    """What is said, and by whom."""

    author = serializers.EmailField(help_text="Somebody of the organization who reads requests.")
    text = serializers.CharField(max_length=2000)


class AttachmentSerializer(serializers.ModelSerializer[RequestAttachment]):
    """A file on a request."""

    added_by = serializers.CharField(source="added_by.display_name")

    class Meta:
        model = RequestAttachment
        fields = ("id", "name", "content_type", "size", "sha256", "added_by", "at")


@extend_schema_field(
    {
        "type": "string",
        "contentEncoding": "base64",
        "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{4})$",
        "maxLength": _LONGEST_FILE,
        "example": "JVBERi0xLjcK",
    }
)
class _Base64Field(serializers.CharField):
    """A file's bytes."""

    def to_internal_value(self, data: Any) -> bytes:  # type: ignore[override]
        """Return the bytes."""
        try:
            return base64.b64decode(super().to_internal_value(data), validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError(_("This is not Base64.")) from error


class NewAttachmentSerializer(serializers.Serializer[Any]):
    """A file, in Base64, and whose it is."""

    added_by = serializers.EmailField(help_text="Somebody of the organization who reads requests.")
    name = serializers.CharField(max_length=LONGEST_NAME, help_text="With its ending: offer.pdf.")
    content = _Base64Field(
        max_length=_LONGEST_FILE, help_text="Base64: PDF, PNG, JPEG, DOCX, XLSX, CSV or TXT."
    )


class ApprovalStepSerializer(serializers.Serializer[Any]):
    """One approval: any one of these roles or people (ids of members)."""

    roles = serializers.ListField(child=serializers.CharField())
    people = serializers.ListField(child=serializers.IntegerField())


class ApprovalBandSerializer(serializers.Serializer[Any]):
    """Amounts from `from_minor` up to the next band, and their approvals in order."""

    from_minor = serializers.IntegerField()
    steps = ApprovalStepSerializer(many=True)


class ApprovalRulesSerializer(serializers.Serializer[Any]):
    """Who approves what. Amounts are minor units of `currency`."""

    version = serializers.IntegerField(allow_null=True, help_text="null while there are no rules.")
    is_enabled = serializers.BooleanField()
    currency = serializers.CharField()
    bypass_minor = serializers.IntegerField(help_text="Up to this nothing is approved.")
    bands = ApprovalBandSerializer(many=True)
    tolerance_basis_points = serializers.IntegerField()
    window_days = serializers.IntegerField()
    valid_from = serializers.DateTimeField(allow_null=True)


class RequestView(ApiView):
    """An operation on a request for a purchase."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS


class RequestCommentsView(RequestView):
    """Words on a request."""

    pagination_class = ordered_by("at", "pk")

    @extend_schema(
        operation_id="request_comments_list",
        summary="List what was said about a request",
        description="The oldest first.",
        responses={200: RequestCommentSerializer(many=True)},
        tags=["procurement"],
    )
    @of_organization
    def get(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Return one page of comments."""
        found = _request(organization, purchase_request_id).comments.select_related("author")
        return listed(self, request, found, RequestCommentSerializer)

    @extend_schema(
        operation_id="request_comment",
        summary="Say something about a request",
        description="Those who take part have a mail, except the author.",
        request=NewCommentSerializer,
        responses={201: RequestCommentSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Comment."""
        given = body_of(request, NewCommentSerializer)
        author = _reader(organization, given["author"], "author")
        row = comment(
            organization_id=organization.pk,
            request_id=_request(organization, purchase_request_id).pk,
            member_id=author.pk,
            text=given["text"],
            **signed(request),
        )
        return Response(RequestCommentSerializer(row).data, status=201)


class RequestFilesView(RequestView):
    """Files on a request."""

    pagination_class = ordered_by("at", "pk")

    @extend_schema(
        operation_id="request_files_list",
        summary="List the files on a request",
        description="The oldest first.",
        responses={200: AttachmentSerializer(many=True)},
        tags=["procurement"],
    )
    @of_organization
    def get(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Return one page of files."""
        found = _request(organization, purchase_request_id).attachments.select_related("added_by")
        return listed(self, request, found.defer("content"), AttachmentSerializer)

    @extend_schema(
        operation_id="request_attach",
        summary="Put a file to a request",
        description="Up to about 1.8 MB; larger ones on the page. What is not kept is 422 "
        "`file_not_kept`.",
        request=NewAttachmentSerializer,
        responses={201: AttachmentSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Keep the file."""
        given = body_of(request, NewAttachmentSerializer)
        member = _reader(organization, given["added_by"], "added_by")
        row = attach(
            organization_id=organization.pk,
            request_id=_request(organization, purchase_request_id).pk,
            member_id=member.pk,
            name=given["name"],
            content=given["content"],
            **signed(request),
        )
        return Response(AttachmentSerializer(row).data, status=201)


class RequestFileView(RequestView):
    """One file of a request."""

    renderer_classes = FILE_RENDERERS

    @extend_schema(
        operation_id="request_file",
        summary="A file of a request as it was attached",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
        tags=["procurement"],
    )
    @of_organization
    def get(
        self,
        request: Request,
        organization: Organization,
        purchase_request_id: UUID,
        attachment_id: int,
    ) -> Any:
        """Hand the file out."""
        row = get_object_or_404(
            RequestAttachment,
            pk=attachment_id,
            request_id=purchase_request_id,
            organization=organization,
        )
        return HttpResponse(
            bytes(row.content),
            headers={
                "Content-Type": row.content_type,
                "Content-Disposition": content_disposition_header(True, row.name) or "attachment",
                "X-Content-Type-Options": "nosniff",
            },
        )


class RequestAgainView(RequestView):
    """Asking anew."""

    @extend_schema(
        operation_id="request_again",
        summary="Ask for a request that was sent back anew, with the price of today",
        description="From the first approval on. One that was not sent back is 409.",
        request=None,
        responses={200: ApprovalRequestSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Ask again."""
        found = _request(organization, purchase_request_id)
        quote = None
        if found.quote_id is not None:
            quote = quote_seats(
                organization_id=organization.pk,
                quantity=found.quantity_to,
                price=found.price,
                **signed(request),
            )
        ask_again(
            organization_id=organization.pk, request_id=found.pk, quote=quote, **signed(request)
        )
        return Response(body_of_request(organization, found.pk))


class RequestRetryView(RequestView):
    """Buying again."""

    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="request_retry",
        summary="Buy an approved request again, after what stood in the way was put right",
        description="One that is not approved is 409; `problem` says what stands in the way.",
        request=None,
        responses={200: ApprovalRequestSerializer},
        tags=["procurement"],
    )
    def post(self, request: Request, organization: str, purchase_request_id: UUID) -> Response:
        """Try again; the services enter the organization's context around each step."""
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        with organization_context(found.pk):
            _request(found, purchase_request_id)
        asked: dict[str, Any] = {"organization_id": found.pk, "request_id": purchase_request_id}
        retry(**asked, **signed(request))
        carry_out(**asked, now=timezone.now())
        with organization_context(found.pk):
            return Response(body_of_request(found, purchase_request_id))


class ApprovalRulesView(RequestView):
    """Who approves what."""

    @extend_schema(
        operation_id="approval_rules_read",
        summary="Read who approves which purchases",
        description="The rules in force. People change them on the page of the settings.",
        responses={200: ApprovalRulesSerializer},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the rules."""
        return Response(_rules(policy_in_force(organization.pk, timezone.now()), organization))


def _rules(policy: ApprovalPolicy | None, organization: Organization) -> Any:
    rules = policy.content() if policy else Rules(organization.currency, 0, (), is_enabled=False)
    return ApprovalRulesSerializer(
        {
            "version": policy.version if policy else None,
            "valid_from": policy.valid_from if policy else None,
            "is_enabled": rules.is_enabled,
            "currency": rules.currency,
            "bypass_minor": rules.bypass_minor,
            "bands": rules.bands,
            "tolerance_basis_points": rules.tolerance_basis_points,
            "window_days": rules.window_days,
        }
    ).data


def _reader(organization: Organization, email: str, field: str) -> Membership:
    """Return who writes; raises ValidationError, which names `field`."""
    member = member_named(organization, email, Permission.REQUESTS_READ)
    if member is None:
        message = "Nobody of the organization who reads requests has this address."
        raise serializers.ValidationError({field: message})
    return member


def _request(organization: Organization, request_id: UUID) -> PurchaseRequest:
    return get_object_or_404(
        PurchaseRequest.objects.select_related("quote", "price__plan"),
        pk=request_id,
        organization=organization,
    )
