"""Writes the views that readers keep of a list: saved, shared, deleted, brought back."""

from datetime import datetime
from typing import ClassVar, Final, cast

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats.models import SavedView

MOST_VIEWS: Final = 50


class ViewNeedsName(DomainError):
    """A view is found by its name."""

    code: ClassVar[str] = "view_needs_name"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "name"


class ViewExists(DomainError):
    """The reader has a view of that name already."""

    code: ClassVar[str] = "view_exists"
    field: ClassVar[str] = "name"


class TooManyViews(DomainError):
    """More views than anybody looks through."""

    code: ClassVar[str] = "too_many_views"


def save_view(
    *,
    organization_id: int,
    name: str,
    query: str,
    is_shared: bool,
    actor: Actor,
    now: datetime,
) -> SavedView:
    """Keep the filters of a list under a name. Raises ViewNeedsName, ViewExists, TooManyViews."""
    name = " ".join(name.split())[:80]
    if not name:
        raise ViewNeedsName(_("Give the view a name."))
    with organization_context(organization_id, user_id=actor.user_id):
        mine = SavedView.objects.filter(
            organization_id=organization_id, owner_id=actor.user_id, deleted_at__isnull=True
        )
        if mine.count() >= MOST_VIEWS:
            raise TooManyViews(_("Delete a view that you no longer need first."))
        try:
            with transaction.atomic():
                view = SavedView.objects.create(
                    organization_id=organization_id,
                    owner_id=cast(int, actor.user_id),
                    name=name,
                    query=query[:1000],
                    is_shared=is_shared,
                    created_at=now,
                )
        except IntegrityError as error:
            raise ViewExists(
                _("You have a view “%(name)s” already. Choose another name.") % {"name": name}
            ) from error
        _record(view, "view_saved", actor, now)
        return view


def share_view(
    *, organization_id: int, view_id: int, is_shared: bool, actor: Actor, now: datetime
) -> SavedView:
    """Let others see a view, or its owner alone. Raises SavedView.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        view = _own(organization_id, view_id, actor).get(deleted_at__isnull=True)
        if view.is_shared != is_shared:
            view.is_shared = is_shared
            view.save(update_fields=["is_shared"])
            _record(view, "view_shared" if is_shared else "view_kept", actor, now)
        return view


def delete_view(*, organization_id: int, view_id: int, actor: Actor, now: datetime) -> SavedView:
    """Delete one's own view or a shared one. Raises SavedView.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        view = _own(organization_id, view_id, actor).get()
        if view.deleted_at is None:
            view.deleted_at = now
            view.save(update_fields=["deleted_at"])
            _record(view, "view_deleted", actor, now)
        return view


def restore_view(*, organization_id: int, view_id: int, actor: Actor, now: datetime) -> SavedView:
    """Take a deletion back. Raises ViewExists where the name was given anew meanwhile."""
    with organization_context(organization_id, user_id=actor.user_id):
        view = _own(organization_id, view_id, actor).get()
        if view.deleted_at is not None:
            view.deleted_at = None
            try:
                with transaction.atomic():
                    view.save(update_fields=["deleted_at"])
            except IntegrityError as error:
                raise ViewExists(
                    _("You have a view “%(name)s” already.") % {"name": view.name}
                ) from error
            _record(view, "view_restored", actor, now)
        return view


def _own(organization_id: int, view_id: int, actor: Actor) -> QuerySet[SavedView]:
    """Return the reader's own view, or one that all share and therefore tidy up."""
    return SavedView.objects.select_for_update(no_key=True).filter(
        Q(owner_id=actor.user_id) | Q(is_shared=True), organization_id=organization_id, pk=view_id
    )


def _record(view: SavedView, verb: str, actor: Actor, now: datetime) -> None:
    record(actor=actor, verb=verb, subject=view, organization_id=view.organization_id, now=now)
