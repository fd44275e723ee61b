"""Addresses of Planks."""

from django.urls import path

from headroom_django.views import token
from planks import views

urlpatterns = [
    path("", views.board, name="board"),
    path("move", views.move, name="move"),
    path("export.csv", views.export, name="export"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("refused", views.refused_page, name="refused"),
    path("deliveries", views.deliveries, name="deliveries"),
    path("webhooks/headroom", views.receive, name="receive"),
    path("headroom-token", token, name="token"),
    *(path(name, views.asset, {"name": name}, name=name) for name in views.ASSETS),
]
