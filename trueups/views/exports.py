"""A true-up as a file: workbook, lines and evidence as CSV, statement as PDF; for both sides."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.roles import Permission
from accounts.exports import Cell, table_response, wanted_format
from billing.documents.rendering import render_pdf
from trueups.documents.statement import statement_document
from trueups.documents.tables import Amount, Entry, workbook_response
from trueups.documents.workbook import (
    evidence_columns,
    evidence_row,
    line_columns,
    line_rows,
    workbook_of,
)
from trueups.models import TrueUp
from trueups.selectors.evidence import shows_evidence
from trueups.selectors.sheet import sheet_of
from trueups.views.document import found_true_up
from trueups.views.parts import text_of
from trueups.views.review import reads_evidence


def _own(request: OrganizationRequest, true_up_id: UUID) -> TrueUp:
    return get_object_or_404(
        TrueUp.objects.select_related("organization").exclude(snapshot_at=None),
        organization=request.organization,
        pk=true_up_id,
    )


@organization_page(Permission.TRUE_UPS_READ)
@require_safe
def true_up_workbook(request: OrganizationRequest, true_up_id: UUID) -> HttpResponse:
    """Return the workbook to the customer."""
    return _workbook(_own(request, true_up_id), is_seen=_is_seen(request, true_up_id))


@organization_page(Permission.TRUE_UPS_READ)
@require_safe
def true_up_pdf(request: OrganizationRequest, true_up_id: UUID) -> HttpResponse:
    """Return the statement to the customer."""
    return _pdf(request, _own(request, true_up_id), is_seen=_is_seen(request, true_up_id))


@organization_page(Permission.TRUE_UPS_READ)
@require_safe
def true_up_table(
    request: OrganizationRequest, true_up_id: UUID, part: str, format: str
) -> HttpResponse:
    """Return the lines or the evidence to the customer."""
    return _table(_own(request, true_up_id), part, format, is_seen=_is_seen(request, true_up_id))


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def vendor_true_up_workbook(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Return the workbook to finance."""
    true_up = found_true_up(request, true_up_id)
    return _workbook(true_up, is_seen=shows_evidence(true_up, is_vendor=True))


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def vendor_true_up_pdf(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Return the statement to finance."""
    true_up = found_true_up(request, true_up_id)
    return _pdf(request, true_up, is_seen=shows_evidence(true_up, is_vendor=True))


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def vendor_true_up_table(
    request: VendorRequest, true_up_id: UUID, part: str, format: str
) -> HttpResponse:
    """Return the lines or the evidence to finance."""
    true_up = found_true_up(request, true_up_id)
    return _table(true_up, part, format, is_seen=shows_evidence(true_up, is_vendor=True))


def _is_seen(request: OrganizationRequest, true_up_id: UUID) -> bool:
    """Whether this reader's file holds evidence per person."""
    return reads_evidence(request, _own(request, true_up_id))


def _name(true_up: TrueUp) -> str:
    return f"true-up-{slugify(true_up.organization.name)}-{true_up.reference}"


def _workbook(true_up: TrueUp, *, is_seen: bool) -> HttpResponse:
    with timezone.override(ZoneInfo(true_up.time_zone)):
        return workbook_response(
            _name(true_up), workbook_of(sheet_of(true_up, with_people=is_seen))
        )


def _pdf(request: HttpRequest, true_up: TrueUp, *, is_seen: bool) -> HttpResponse:
    """The reader's language, or the one that is asked for."""
    wanted = text_of(request, "language", 8)
    known = {code for code, _label in settings.LANGUAGES}
    language = wanted if wanted in known else str(getattr(request, "LANGUAGE_CODE", "en"))
    document = statement_document(sheet_of(true_up, with_people=is_seen), language=language)
    response = HttpResponse(render_pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{_name(true_up)}.pdf"'
    response["Content-Language"] = document.language
    response["Cache-Control"] = "private, no-cache"
    return response


def _table(true_up: TrueUp, part: str, format: str, *, is_seen: bool) -> HttpResponse:
    sheet = sheet_of(true_up, with_people=is_seen)
    rows: list[list[Entry]]
    if part == "evidence":
        columns, rows = evidence_columns(), [evidence_row(person) for person in sheet.people]
    else:
        columns, rows = line_columns(), line_rows(sheet)
    with timezone.override(ZoneInfo(true_up.time_zone)):
        return table_response(
            f"{_name(true_up)}-{part}",
            wanted_format(format),
            columns,
            [plain_cells(row) for row in rows],
        )


def plain_cells(row: Sequence[Entry]) -> list[Cell]:
    """Return a row for a table without formulas: amounts as plain numbers."""
    return [value.money.decimal if isinstance(value, Amount) else value for value in row]
