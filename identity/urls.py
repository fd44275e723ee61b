"""Addresses of identity."""

from django.urls import URLPattern, URLResolver, path

from identity.views import rules, security, step_up

urlpatterns: list[URLPattern | URLResolver] = [
    path(".well-known/change-password", security.change_password, name="change_password"),
    path("preferences/security/", security.security, name="security"),
    path(
        "preferences/security/second-factor/",
        security.second_factor_needed,
        name="second_factor_needed",
    ),
    path(
        "preferences/security/second-factor/done/",
        security.second_factor_done,
        name="second_factor_done",
    ),
    path(
        "preferences/security/sessions/<int:session_id>/end/",
        security.session_end,
        name="session_end",
    ),
    path(
        "preferences/security/sessions/end-others/",
        security.other_sessions_end,
        name="other_sessions_end",
    ),
    path("confirm/continue/", step_up.step_up_continue, name="step_up_continue"),
    path("confirm/sign-in-again/", step_up.sign_in_again, name="sign_in_again"),
    path("o/<slug:slug>/settings/sign-in/", rules.settings_sign_in, name="settings_sign_in"),
]
