"""Writes the filters of the vendor's lists that readers keep: saved, deleted, brought back."""

from datetime import datetime
from typing import ClassVar, Final, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import staff_context
from signals.models import VendorView

MOST_VIEWS: Final = 50


class VendorViewNeedsName(DomainError):
    """A view is found by its name."""

    code: ClassVar[str] = "view_needs_name"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "name"


class VendorViewExists(DomainError):
    """The reader has a view of that name already."""

    code: ClassVar[str] = "view_exists"
    field: ClassVar[str] = "name"


class TooManyVendorViews(DomainError):
    """More views than anybody looks through."""

    code: ClassVar[str] = "too_many_views"


def save_vendor_view(
    *, name: str, query: str, is_shared: bool, actor: Actor, now: datetime
) -> VendorView:
    """Keep the filters of the task list under a name.

    Raises VendorViewNeedsName, VendorViewExists, TooManyVendorViews.
    """
    name = " ".join(name.replace("\x00", "").split())[:80]
    if not name:
        raise VendorViewNeedsName(_("Give the view a name."))
    # Of the vendor's own: a context of scope `all` writes the history without an organization.
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        mine = VendorView.objects.filter(owner_id=actor.user_id, deleted_at__isnull=True)
        if mine.count() >= MOST_VIEWS:
            raise TooManyVendorViews(_("Delete a view that you no longer need first."))
        try:
            with transaction.atomic():
                view = VendorView.objects.create(
                    owner_id=cast(int, actor.user_id),
                    name=name,
                    query=query.replace("\x00", "")[:1000],
                    is_shared=is_shared,
                    created_at=now,
                )
        except IntegrityError as error:
            raise VendorViewExists(_("You have a view of that name already.")) from error
        _record(view, "view_saved", actor, now)
        return view


def delete_vendor_view(*, view_id: int, actor: Actor, now: datetime) -> VendorView:
    """Delete one's own view; it can be brought back. Raises VendorView.DoesNotExist."""
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        view = VendorView.objects.select_for_update().get(pk=view_id, owner_id=actor.user_id)
        if view.deleted_at is None:
            view.deleted_at = now
            view.save(update_fields=["deleted_at"])
            _record(view, "view_deleted", actor, now)
        return view


def restore_vendor_view(*, view_id: int, actor: Actor, now: datetime) -> VendorView:
    """Take a deletion back.

    Raises VendorViewExists where the name was given anew meanwhile, VendorView.DoesNotExist.
    """
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        view = VendorView.objects.select_for_update().get(pk=view_id, owner_id=actor.user_id)
        if view.deleted_at is not None:
            view.deleted_at = None
            try:
                with transaction.atomic():
                    view.save(update_fields=["deleted_at"])
            except IntegrityError as error:
                raise VendorViewExists(_("You have a view of that name already.")) from error
            _record(view, "view_restored", actor, now)
        return view


def _record(view: VendorView, verb: str, actor: Actor, now: datetime) -> None:
    record(actor=actor, verb=verb, subject=view, organization_id=None, now=now)
