"""Comments and files on a request."""

import hashlib
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from procurement.domain.files import (
    LARGEST_BYTES,
    MOST_FILES,
    FileRefused,
    NothingInIt,
    TooLarge,
    check_file,
    clean_name,
)
from procurement.models import RequestAttachment, RequestComment
from procurement.services.mails import tell_of_comment
from procurement.services.request_errors import RequestNotOpen
from procurement.services.requests import lock_request


class CommentMissing(DomainError):
    """There is nothing to say."""

    code: ClassVar[str] = "comment_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "text"


class FileNotKept(DomainError):
    """The file is not kept; the sentence says which would be."""

    code: ClassVar[str] = "file_not_kept"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "file"


def comment(
    *,
    organization_id: int,
    request_id: UUID,
    member_id: int,
    text: str,
    actor: Actor,
    now: datetime,
) -> RequestComment:
    """Say something about a request and tell who takes part; raises RequestNotFound.

    Told are whoever asked and whoever was asked to decide, except who writes.
    """
    if not text.strip():
        raise CommentMissing(_("Write something first."))
    with organization_context(organization_id, user_id=actor.user_id):
        request = lock_request(organization_id, request_id)
        row = RequestComment.objects.create(
            organization_id=organization_id,
            request=request,
            author_id=member_id,
            text=text.strip()[:2000],
            at=now,
        )
        record(
            actor=actor,
            verb="request_commented",
            subject=request,
            organization_id=organization_id,
            now=now,
        )
        ids = {request.requester_id, *request.notices.values_list("member_id", flat=True)}
        readers = Membership.objects.filter(
            organization_id=organization_id,
            pk__in=ids - {member_id},
            state=Membership.State.ACTIVE,
        ).select_related("user")
        tell_of_comment(row, readers)
        return row


def attach(
    *,
    organization_id: int,
    request_id: UUID,
    member_id: int,
    name: str,
    content: bytes,
    actor: Actor,
    now: datetime,
) -> RequestAttachment:
    """Keep a file with a request; raises RequestNotFound, RequestNotOpen, FileNotKept."""
    kept_name = clean_name(name)
    try:
        content_type = check_file(kept_name, content)
    except FileRefused as refusal:
        raise FileNotKept(_file_sentence(refusal)) from refusal
    with organization_context(organization_id, user_id=actor.user_id):
        request = lock_request(organization_id, request_id)
        if request.is_ended:
            raise RequestNotOpen(_("The request is closed."))
        if request.attachments.count() >= MOST_FILES:
            raise FileNotKept(_("A request holds %(most)s files at most.") % {"most": MOST_FILES})
        row = RequestAttachment.objects.create(
            organization_id=organization_id,
            request=request,
            name=kept_name,
            content_type=content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            added_by_id=member_id,
            at=now,
        )
        record(
            actor=actor,
            verb="request_file_added",
            subject=request,
            organization_id=organization_id,
            now=now,
            changes={"file": kept_name},
        )
        return row


def _file_sentence(refusal: FileRefused) -> str:
    match refusal:
        case TooLarge():
            return _("A file may have %(most)s MB at most.") % {"most": LARGEST_BYTES // 1024**2}
        case NothingInIt():
            return _("The file is empty.")
    return _("Files of these kinds are kept: PDF, PNG, JPEG, DOCX, XLSX, CSV and TXT.")
