"""What is mailed about a request, in the reader's language and time zone.

A mail joins the queue when the transaction of what it tells commits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization
from accounts.templatetags.headroom import longdate
from billing.selectors.failures import cause_of_failure
from procurement.domain.approving import Decider
from procurement.domain.reminding import Notice
from procurement.models import ApprovalLink, PurchaseRequest, RequestComment
from procurement.selectors.words import amount_words, difference_sentences, what_is_asked

LINK_SALT = "procurement.approval-link"
_State = PurchaseRequest.State


@dataclass(frozen=True, slots=True)
class Words:
    """A mail in words."""

    subject: str
    intro: str
    action: str
    url: str
    lines: list[str] = field(default_factory=list)


def link_token(link: ApprovalLink) -> str:
    """Return what the address of a link carries."""
    return signing.TimestampSigner(salt=LINK_SALT).sign(link.pk.hex)


def mail_approver(
    request: PurchaseRequest,
    member: Membership,
    decider: Decider,
    kind: Notice,
    link: ApprovalLink,
    *,
    now: datetime,
) -> None:
    """Tell somebody that a request waits for them."""

    def words() -> Words:
        facts = {
            "name": request.requester.display_name,
            "what": what_is_asked(request),
            "number": str(request),
        }
        subject = _("%(name)s asks you to approve %(what)s") % facts
        if kind is Notice.REMINDED:
            subject = _("Reminder: %(name)s waits for your approval of %(what)s") % facts
        if kind is Notice.ESCALATED:
            subject = _("Nobody has decided yet: %(name)s asks for %(what)s") % facts
        lines = [*amount_words(request), _("Reason: %s") % request.reason]
        if decider.instead_of is not None:
            instead = Membership.objects.get(pk=decider.instead_of)
            lines.append(_("You decide for %s, who is away.") % instead.display_name)
        lines.append(
            _("The link holds until %s and asks you to confirm before anything is decided.")
            % longdate(timezone.localtime(link.expires_at).date())
        )
        address = reverse("request_link", args=[request.organization.slug, link_token(link)])
        return Words(
            subject,
            _("Request %(number)s waits for you.") % facts,
            _("Look at it and decide"),
            address,
            lines,
        )

    _send(request.organization, member, words, f"request-{request.pk}-{link.pk}")


def tell_requester(request: PurchaseRequest, *, now: datetime) -> None:
    """Tell whoever asked what became of it."""

    def words() -> Words:
        facts = {"what": what_is_asked(request), "number": str(request)}
        address = reverse("purchase_request", args=[request.organization.slug, request.pk])
        see = _("See the request")
        match request.state:
            case _State.DECLINED:
                decision = request.decisions.order_by("-at").first()
                note = decision.note if decision else ""
                return Words(
                    _("Not approved: %(what)s") % facts,
                    _("Request %(number)s was declined.") % facts,
                    see,
                    address,
                    [_("Reason: %s") % note] if note else [],
                )
            case _State.SENT_BACK:
                return Words(
                    _("Changed since the approval: %(what)s") % facts,
                    _(
                        "Request %(number)s was approved, but today it would not be the same "
                        "purchase. Nothing was bought or charged."
                    )
                    % facts,
                    _("Look and ask again"),
                    address,
                    difference_sentences(request),
                )
            case _State.BOUGHT:
                return Words(
                    _("Approved and bought: %(what)s") % facts,
                    _("Request %(number)s is complete.") % facts,
                    see,
                    address,
                )
            case _State.EXPIRED:
                return Words(
                    _("Run out: %(what)s") % facts,
                    _("Request %(number)s was not completed in time. Nothing was bought.") % facts,
                    see,
                    address,
                )
            case _State.APPROVED if request.problem_code:
                return Words(
                    _("Approved, but not bought yet: %(what)s") % facts,
                    problem_sentence(request),
                    _("See what helps"),
                    address,
                )
        return Words(
            _("Approved: %(what)s") % facts,
            _("Request %(number)s is approved. Start the subscription to complete it.") % facts,
            see,
            address,
        )

    key = f"request-{request.pk}-{request.state}-{request.round}-{request.attempts}"
    _send(request.organization, request.requester, words, key)


def problem_sentence(request: PurchaseRequest) -> str:
    """Return why an approved request is not bought yet."""
    if request.purchase is not None and request.problem_code == request.purchase.failure_code:
        return cause_of_failure(request.problem_code)
    return request.problem


def tell_of_comment(comment: RequestComment, readers: Iterable[Membership]) -> None:
    """Tell those who take part of a comment."""
    request = comment.request

    def words() -> Words:
        facts = {"name": comment.author.display_name, "number": str(request)}
        return Words(
            _("%(name)s wrote about %(number)s") % facts,
            f"“{comment.text}”",
            _("Answer"),
            reverse("purchase_request", args=[request.organization.slug, request.pk]),
        )

    for member in readers:
        _send(request.organization, member, words, f"comment-{comment.pk}-{member.pk}")


def _send(
    organization: Organization, member: Membership, words: Callable[[], Words], key: str
) -> None:
    user = member.user
    if user is None or not user.is_active:
        return
    zone = ZoneInfo(user.time_zone or organization.time_zone)
    with (
        translation.override(user.language or organization.language),
        timezone.override(zone),
    ):
        said = words()
        context = {
            "subject": said.subject,
            "heading": said.subject,
            "preheader": said.intro,
            "greeting": _("Hello %(name)s,") % {"name": user.get_short_name()},
            "intro": said.intro,
            "lines": said.lines,
            "action_label": said.action,
            "action_url": settings.BASE_URL + said.url,
            "reason": _("You get this mail because you buy or approve for %(organization)s.")
            % {"organization": organization.name},
        }
        message = EmailMultiAlternatives(
            subject=said.subject,
            body=render_to_string("mail/procurement/message.txt", context),
            to=[user.email],
            headers={
                "Message-ID": f"<{key}@headroom.invalid>",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(
            render_to_string("mail/procurement/message.html", context), "text/html"
        )
    message.send()
