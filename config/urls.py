"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", RedirectView.as_view(pattern_name="start")),  # the first page is by role, not a list of models
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("families.urls")),
]
