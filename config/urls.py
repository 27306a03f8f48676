"""Every address of the product."""

from typing import Any, NoReturn

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.urls import include, path
from django.views.generic import RedirectView

from config.health import healthz, readyz


def closed(request: HttpRequest, **kwargs: Any) -> NoReturn:
    """What the admin's frame brings and this product does not offer."""
    raise Http404


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", RedirectView.as_view(pattern_name="start")),  # the first page is by role, not a list of models
    # Looks any row of any table up, outside every scope: a redirect would tell that it is there.
    path("admin/r/<path:content_type_id>/<path:object_id>/", closed, name="closed-view-on-site"),
    path("admin/search/", closed, name="closed-search"),  # a search by GET: what is typed would stay in logs
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("families.urls")),
    path("", include("settlement.urls")),
    path("", include("reports.urls")),
]
