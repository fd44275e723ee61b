"""Mails about deletions: to the person what is decided, to owners what somebody wishes."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, PersonDeletion, User
from accounts.templatetags.headroom import longdate

_State = PersonDeletion.State


def tell_owners_of_wish(person: Membership, *, is_own_wish: bool) -> None:
    """Tell every owner that a person asks to be deleted, or that a system asks it for them.

    Runs inside the organization's context.
    """
    for owner in _owners_besides(person):
        with _language_of(owner, person):
            names = _names(person)
            first = (
                _("%(name)s asks that everything about them in %(organization)s is deleted.")
                if is_own_wish
                else _("Another system asks that %(name)s is deleted from %(organization)s.")
            )
            wish = _("%(name)s asks to be deleted from %(organization)s")
            other = _("%(name)s is to be deleted from %(organization)s")
            _send_to_owner(
                owner,
                person,
                subject=(wish if is_own_wish else other) % names,
                lines=[
                    first % names,
                    _("Nothing happens before an owner decides. Please answer within a month."),
                ],
                label=_("Decide"),
            )


def tell_owners_of_plan(person: Membership, *, by: str, due_at: datetime) -> None:
    """Tell every owner that a person will be deleted, and where to undo it."""
    for owner in _owners_besides(person):
        with _language_of(owner, person):
            names = _names(person) | {"key": by, "day": longdate(due_at)}
            _send_to_owner(
                owner,
                person,
                subject=_("%(name)s will be deleted from %(organization)s") % names,
                lines=[
                    _("%(key)s decided to delete %(name)s on %(day)s.") % names,
                    _("Nothing changes before that day, and any owner can undo it."),
                ],
                label=_("Look at it"),
            )


def _owners_besides(person: Membership) -> Iterable[User]:
    return User.objects.filter(
        memberships__organization_id=person.organization_id,
        memberships__role=Membership.Role.OWNER,
        memberships__state=Membership.State.ACTIVE,
        is_active=True,
    ).exclude(memberships=person)


def _names(person: Membership) -> dict[str, str]:
    return {"name": person.display_name, "organization": person.organization.name}


def _send_to_owner(
    owner: User, person: Membership, *, subject: str, lines: list[str], label: str
) -> None:
    slug = person.organization.slug
    page = settings.BASE_URL + reverse("person_deletion", args=[slug, person.pk])
    why = _("You get this mail because you own %(organization)s in Headroom.") % _names(person)
    _send(owner.email, subject=subject, lines=lines, action=(label, page), reason=why)


def tell_person(deletion: PersonDeletion, person: Membership) -> None:
    """Tell a person that they will be deleted, or will not be; nobody without an address."""
    user = None if person.user_id is None else User.objects.get(pk=person.user_id)
    address = user.email if user is not None else person.email
    if not address:
        return
    with _language_of(user, person):
        names = {"organization": person.organization.name, "name": deletion.decided_label}
        if deletion.state == _State.WAITING and deletion.due_at is not None:
            names["day"] = longdate(deletion.due_at)
            subject = _("You will be deleted from %(organization)s") % names
            lines = [
                _("%(name)s decided to delete you from %(organization)s on %(day)s.") % names,
                _(
                    "Your usage, your entry in the list of people and your name in all records go. "
                    "Take your data along before, if you want to keep it."
                ),
                _("If this is a mistake, ask an owner to undo it before that day."),
            ]
        elif deletion.state == _State.UNDONE:
            subject = _("You stay in %(organization)s") % names
            lines = [_("%(name)s took your deletion back. Nothing was deleted.") % names]
        else:
            subject = _("You are not deleted from %(organization)s") % names
            lines = [_("%(name)s declined your wish to be deleted.") % names]
            if deletion.note:
                lines.append(_("The reason: %(reason)s") % {"reason": deletion.note})
        action = (_("Your data"), settings.BASE_URL + reverse("my_data")) if user else None
        why = _("You get this mail because it is about your own data.")
        _send(address, subject=subject, lines=lines, action=action, reason=why)


def _language_of(user: User | None, person: Membership) -> translation.override:
    own = "" if user is None else user.language
    return translation.override(own or person.organization.language)


def _send(
    to: str, *, subject: str, lines: list[str], action: tuple[str, str] | None, reason: str
) -> None:
    # A header is one line, whatever the organization is called.
    subject = " ".join(subject.split())
    label, url = action or ("", "")
    context = {
        "heading": subject,
        "subject": subject,
        "paragraphs": lines,
        "action_label": label,
        "action_url": url,
        "reason": reason,
        "product_name": settings.PRODUCT_NAME,
    }
    message = EmailMultiAlternatives(
        subject=subject, body=render_to_string("mail/signals/deletion.txt", context), to=[to]
    )
    message.attach_alternative(render_to_string("mail/signals/deletion.html", context), "text/html")
    message.send()
