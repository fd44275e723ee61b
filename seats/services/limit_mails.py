"""What is mailed about an overage that counts down: how many seats, until when, and what then."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain.roles import Permission
from accounts.templatetags.headroom import longdate, number
from seats.models import LimitNotice, SeatPool
from seats.services.mails import Words, readers_who_may, send


def send_overage_notice(*, pool: SeatPool, overage_until: datetime, step: LimitNotice.Step) -> None:
    """Queue the mails of a step to everybody who may buy or assign seats."""
    organization = pool.organization
    send(
        readers_who_may(organization, Permission.SEATS_BUY),
        key=f"overage-{organization.pk}-{int(overage_until.timestamp())}-{step.value}",
        words=lambda: _words(pool, overage_until, step),
    )


def _words(pool: SeatPool, overage_until: datetime, step: LimitNotice.Step) -> Words:
    seats = pool.assigned_seats - pool.purchased_seats
    facts = {
        "n": number(seats),
        "day": longdate(timezone.localtime(overage_until).date()),
        "organization": pool.organization.name,
    }
    slug = pool.organization.slug
    because = _("You get this mail because you look after the seats of %(organization)s.") % facts
    if step == LimitNotice.Step.END:
        return Words(
            subject=_("The time for seats beyond the purchased ones is over"),
            intro=ngettext(
                "%(n)s more seat is assigned than purchased.",
                "%(n)s more seats are assigned than purchased.",
                seats,
            )
            % facts,
            lines=[
                _("From now on the true-up charges them at the end of the quarter.")
                if pool.limit == SeatPool.Limit.TRUE_UP
                else _(
                    "Everybody who has a seat keeps it. Nobody else can be given one until "
                    "seats are bought or released."
                )
            ],
            action=_("Look at the seats"),
            path=reverse("seats", args=[slug]),
            reason=because,
        )
    subject = (
        _("Seats beyond the purchased ones are lent until %(day)s")
        if step == LimitNotice.Step.WEEK
        else _("One day left for seats beyond the purchased ones")
    )
    return Words(
        subject=subject % facts,
        intro=ngettext(
            "%(n)s more seat is assigned than purchased. It is lent until %(day)s.",
            "%(n)s more seats are assigned than purchased. They are lent until %(day)s.",
            seats,
        )
        % facts,
        lines=[end_sentence(pool.at_end), _("Buying or releasing seats ends it at any time.")],
        action=_("Add seats"),
        path=f"{reverse('add_seats', args=[slug])}?seats={seats}",
        reason=because,
    )


def end_sentence(at_end: str) -> str:
    """Return what happens at the end of an overage's time, in words."""
    if at_end == SeatPool.AtEnd.TRUE_UP:
        return _("After that the overage goes on, and the true-up charges it.")
    return _("After that nobody else can be given a seat; who has one keeps it.")
