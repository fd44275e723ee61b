"""Addresses below /demo/."""

from django.urls import path

from demo import hook, identity_pages, views

urlpatterns = [
    path("hook/", hook.hook, name="demo_hook"),
    path("mail/", views.mail_list, name="demo_mail"),
    path("mail/<str:key>/", views.mail, name="demo_mail_message"),
    path("mail/<str:key>/html/", views.mail_html, name="demo_mail_html"),
    path(
        "identity-provider/.well-known/openid-configuration",
        identity_pages.discovery,
        name="demo_idp_discovery",
    ),
    path("identity-provider/jwks", identity_pages.jwks, name="demo_idp_jwks"),
    path("identity-provider/authorize", identity_pages.authorize, name="demo_idp_authorize"),
    path("identity-provider/token", identity_pages.token, name="demo_idp_token"),
    path("identity-provider/saml/metadata", identity_pages.saml_metadata, name="demo_idp_metadata"),
    path("identity-provider/saml/sign-in", identity_pages.saml_sign_in, name="demo_idp_saml"),
]
