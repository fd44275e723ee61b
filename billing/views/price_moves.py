"""Moving subscribers to another version: who, what they pay then, how far it is, taking it back."""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from billing.models import PriceMigration, PriceMove
from billing.selectors.catalog import find_price, newer_version
from billing.selectors.price_moves import find_migration, migration_progress, move_preview
from billing.services.price_moves import retry_moves, start_migration, withdraw_moves
from billing.tasks import work_price_moves

_LONGEST_NOTICE: Final = 500
_LONGEST_ID: Final = 18


def _ids(texts: list[str]) -> set[int]:
    return {int(t) for t in texts if t.isascii() and t.isdigit() and len(t) <= _LONGEST_ID}


@vendor_page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "POST"])
def price_move(request: VendorRequest, price_id: int) -> HttpResponse:
    """Show who would move and what it means, then begin with those who are chosen."""
    found = find_price(price_id)
    if found is None:
        raise Http404("No such price")
    to_price = newer_version(found)
    if to_price is None:
        messages.info(request, _("No other version of this price is on sale."))
        return redirect("price", price_id)
    preview = move_preview(found, to_price)
    notice = request.POST.get("notice", "").replace("\x00", "").strip()[:_LONGEST_NOTICE]
    chosen = _ids(request.POST.getlist("organization"))
    context: dict[str, Any] = {
        "price": found,
        "to_price": to_price,
        "preview": preview,
        "notice": notice,
        "chosen": chosen
        if request.method == "POST"
        else {line.subscription.organization_id for line in preview.movable},
    }
    if request.method != "POST":
        return render(request, "billing/price_move.html", context)
    try:
        migration = start_migration(
            from_price=found,
            to_price=to_price,
            organization_ids=chosen,
            actor=Actor.of(request.user),
            now=timezone.now(),
            notice=notice,
        )
    except DomainError as error:
        return render(
            request, "billing/price_move.html", context | {"error": error}, status=error.status
        )
    transaction.on_commit(work_price_moves.delay)
    return redirect("price_migration", migration.pk)


def _migration(migration_id: int) -> PriceMigration:
    found = find_migration(migration_id)
    if found is None:
        raise Http404("No such migration")
    return found


@vendor_page(Permission.CATALOG_READ)
@require_safe
def price_migration(request: VendorRequest, migration_id: int) -> HttpResponse:
    """Show how far a migration is, for each organization."""
    migration = _migration(migration_id)
    return render(
        request,
        "billing/price_migration.html",
        {
            "migration": migration,
            "progress": migration_progress(migration),
            "may_undo": (
                PriceMove.State.PLANNED,
                PriceMove.State.SCHEDULED,
                PriceMove.State.FAILED,
            ),
        },
    )


@vendor_page(Permission.CATALOG_MANAGE)
@require_POST
def migration_retry(request: VendorRequest, migration_id: int) -> HttpResponse:
    """Try the moves again that were not possible."""
    progress = migration_progress(_migration(migration_id))
    count = retry_moves(moves=progress.moves, actor=Actor.of(request.user), now=timezone.now())
    transaction.on_commit(work_price_moves.delay)
    messages.success(
        request,
        ngettext("%(n)s move is tried again.", "%(n)s moves are tried again.", count)
        % {"n": count},
    )
    return redirect("price_migration", migration_id)


@vendor_page(Permission.CATALOG_MANAGE)
@require_POST
def migration_undo(request: VendorRequest, migration_id: int) -> HttpResponse:
    """Take one move back, or all that have not happened yet."""
    progress = migration_progress(_migration(migration_id))
    wanted = _ids(request.POST.getlist("move"))
    moves = [move for move in progress.moves if not wanted or move.pk in wanted]
    count = withdraw_moves(moves=moves, actor=Actor.of(request.user), now=timezone.now())
    transaction.on_commit(work_price_moves.delay)
    messages.success(
        request,
        ngettext("%(n)s move is being taken back.", "%(n)s moves are being taken back.", count)
        % {"n": count},
    )
    return redirect("price_migration", migration_id)
