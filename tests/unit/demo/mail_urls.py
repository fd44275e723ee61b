"""The product's addresses with the demo's, which the settings for tests leave out."""

from django.urls import include, path

from config.urls import urlpatterns as product

urlpatterns = [*product, path("demo/", include("demo.urls"))]
