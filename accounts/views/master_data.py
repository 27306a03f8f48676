"""Master data out of the admin's lists and into them: export, upload, the preview of a file, its confirmation.

One set of pages for every kind (`accounts.resources.RESOURCES`); a check is its owner's alone, 404 to everybody else.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import UploadForm
from accounts.models import Job
from accounts.models.job import CHECK_FILE
from accounts.pages import StaffRequest, render_page
from accounts.resources import RESOURCES, MasterData, TooManyRows
from accounts.services.master_data import NotToConfirm, check_file, confirm_check
from accounts.services.rights import RightMissing
from accounts.services.sources import SOURCES
from accounts.spreadsheets.writer import CONTENT_TYPES, Form
from accounts.views.jobs import own_jobs


def _require_any(request: StaffRequest, rights: Iterable[str]) -> None:
    """Raises: PermissionDenied."""
    if not any(request.user.has_perm(right) for right in rights):
        raise PermissionDenied


@require_POST
def export(request: StaffRequest, data: str, form: Form) -> HttpResponse:
    """The admin's list as a file: with its filters (the query of the address), its scope and its order."""
    resource = RESOURCES[data]
    model = resource._meta.model
    listed = admin.site.get_model_admin(model)
    try:
        rows = listed.get_changelist_instance(request).queryset
        content = resource.write(rows, form=form, by=request.user, request=request)
    except RightMissing as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except (IncorrectLookupParameters, TooManyRows) as refusal:
        messages.error(request, str(refusal) or _("The list cannot be filtered like that."))
        return redirect(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    name = f"{data}-{timezone.localdate().isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers=headers)


@require_http_methods(["GET", "POST"])
def import_(request: StaffRequest, data: str) -> HttpResponse:
    """Take a file and have a worker check it: the web process never parses a file."""
    resource = RESOURCES[data]
    _require_any(request, [resource.source.right])
    if request.method == "GET":
        return _import_page(request, resource, UploadForm())
    form = UploadForm(request.POST, request.FILES, request_bytes=int(request.META.get("CONTENT_LENGTH") or 0))
    if not form.is_valid():
        return _import_page(request, resource, form, status=422)
    upload = form.cleaned_data["file"]
    check = check_file(kind=resource.import_kind, file=(upload.name, upload.read()), by=request.user)
    return redirect("file-check", check.pk)


def _import_page(request: StaffRequest, resource: MasterData, form: UploadForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "resource": resource}
    return render_page(request, "accounts/import.html", context, title=resource.import_title, status=status)


def _own_checks(request: StaffRequest) -> QuerySet[Job]:
    """Raises: PermissionDenied for whoever may import nothing."""
    _require_any(request, [source.right for source in SOURCES.values()])
    return own_jobs(request).filter(kind=CHECK_FILE)


@require_GET
def file_check(request: StaffRequest, pk: int) -> HttpResponse:
    """What a file would do; asked for every second until the check is over."""
    check = get_object_or_404(_own_checks(request).select_related("confirmed_by"), pk=pk)
    resource = next(one for one in RESOURCES.values() if one.import_kind == check.params["kind"])
    context = {"job": check, "resource": resource, "import_url": reverse(f"import-{resource.data}")}
    return render_page(request, "accounts/file_check.html", context, title=resource.import_title)


@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Have the checked file imported, once."""
    check = get_object_or_404(_own_checks(request), pk=pk)
    try:
        confirm_check(check=check, by=request.user)
    except RightMissing as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except NotToConfirm as refusal:
        messages.error(request, str(refusal))
        return redirect("file-check", pk)
    messages.success(request, _("The file is being imported. Its progress is shown here."))
    return redirect("jobs")
