"""Pages of the demo itself: the mails it has sent. They exist only where DEMO_DIR is set."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

from accounts.access import public
from demo.mailbox import Mail, sent_mails

SHOWN = 200


def _mails() -> list[Mail]:
    if settings.DEMO_DIR is None:
        raise Http404
    return sent_mails(settings.DEMO_DIR / "mail")


def _mail(key: str) -> Mail:
    for mail in _mails():
        if mail.key == key:
            return mail
    raise Http404


def mail_list(request: HttpRequest) -> HttpResponse:
    """The newest mails; `?to=` narrows them to one recipient."""
    wanted = request.GET.get("to", "").strip().casefold()
    mails = [mail for mail in _mails() if wanted in mail.recipients.casefold()]
    context = {"mails": mails[:SHOWN], "total": len(mails), "to": wanted}
    return render(request, "demo/mail_list.html", context)


def mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail as plain text."""
    return render(request, "demo/mail.html", {"mail": _mail(key)})


@csp_override(
    {
        "default-src": [CSP.NONE],
        "style-src": [CSP.UNSAFE_INLINE],
        "img-src": [CSP.SELF, "data:"],
        "frame-ancestors": [CSP.NONE],
    }
)
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """One mail as a mail program shows it: its styles stand inline, and nothing runs."""
    html = _mail(key).html
    if not html:
        raise Http404
    return HttpResponse(html)


public(mail_list)
public(mail)
public(mail_html)
