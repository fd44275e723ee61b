"""Addresses of identity."""

from django.urls import URLPattern, URLResolver, path

from identity.views import step_up

urlpatterns: list[URLPattern | URLResolver] = [
    path("confirm/continue/", step_up.step_up_continue, name="step_up_continue"),
    path("confirm/sign-in-again/", step_up.sign_in_again, name="sign_in_again"),
]
