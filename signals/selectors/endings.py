"""The signed links of mails that end a kind of them without signing in."""

from typing import ClassVar, Final

from django.core import signing
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User
from signals.models import Notification

DIGEST: Final = "digest"
_SALT: Final = "notices"


class LinkInvalid(DomainError):
    """A link out of a mail that was changed, or whose person is gone."""

    code: ClassVar[str] = "link_invalid"
    status: ClassVar[int] = 404


def ending_token(user: User, kind: str) -> str:
    """Return what a link must carry to end the mails of a kind, or the digest."""
    return signing.dumps([user.pk, kind], salt=_SALT)


def read_ending_token(token: str) -> tuple[User, str]:
    """Return who the link is of and what it ends. Raises LinkInvalid."""
    try:
        user_id, kind = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise LinkInvalid(_("This link does not work. Take the one of the newest mail.")) from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or kind not in {DIGEST, *Notification.Kind.values}:
        raise LinkInvalid(_("This link does not work. Take the one of the newest mail."))
    return user, kind


def ending_label(kind: str) -> str:
    """Return what a link ends, in words."""
    if kind == DIGEST:
        return _("the mail with all that waits")
    return str(Notification.Kind(kind).label)
