"""The app: its checks, and a sign-in that is reported."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import register
from django.http import HttpRequest


class HeadroomConfig(AppConfig):
    """Headroom for Django."""

    name = "headroom_django"
    verbose_name = "Headroom"

    def ready(self) -> None:
        """Register the checks; hear of sign-ins, where Django's own are used."""
        from headroom_django.checks import check_settings

        register(check_settings)
        if apps.is_installed("django.contrib.auth"):
            from django.contrib.auth.signals import user_logged_in

            user_logged_in.connect(report_sign_in, dispatch_uid="headroom_django.sign_in")


def report_sign_in(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    """Report that somebody signed in."""
    from headroom_django.conf import conf
    from headroom_django.runtime import track

    if request is None:
        return
    request.user = user
    if (subject := conf().find_subject(request)) is not None:
        track(subject, kind="sign_in", user_agent=request.headers.get("User-Agent", "")[:1000])
