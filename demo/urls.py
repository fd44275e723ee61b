"""Addresses below /demo/."""

from django.urls import path

from demo import views

urlpatterns = [
    path("mail/", views.mail_list, name="demo_mail"),
    path("mail/<str:key>/", views.mail, name="demo_mail_message"),
    path("mail/<str:key>/html/", views.mail_html, name="demo_mail_html"),
]
