"""Addresses of people and organizations."""

from django.urls import path

from accounts.views import home

urlpatterns = [
    path("", home.home, name="home"),
]
