"""A staff member's own jobs, each with a live progress bar; and the upload that starts an import of persons."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import UploadForm
from accounts.models import Job
from accounts.pages import StaffRequest, render_page
from accounts.services.jobs import enqueue


def _own_jobs(request: StaffRequest) -> QuerySet[Job]:
    """Without the files' contents: fifty of them may be 50 MB each, asked for every second."""
    own = Job.objects.for_staff(request.user).filter(owner=request.user)
    return own.select_related("file").defer("file__content_sealed")


@require_GET
@permission_required("accounts.view_job", raise_exception=True)
def jobs(request: StaffRequest) -> HttpResponse:
    return render_page(request, "accounts/jobs.html", {"jobs": _own_jobs(request)[:50]}, title=_("My jobs"))


@require_GET
@permission_required("accounts.view_job", raise_exception=True)
def job(request: StaffRequest, pk: int) -> HttpResponse:
    """One job as a fragment: asked for every second while it runs, no more once it is over."""
    return render(request, "accounts/_job.html", {"job": get_object_or_404(_own_jobs(request), pk=pk)})


@require_http_methods(["GET", "POST"])
@permission_required("accounts.import_insuredperson", raise_exception=True)
def import_persons(request: StaffRequest) -> HttpResponse:
    """Take a file and hand it to a worker: the web process never parses a file."""
    if request.method == "GET":
        return _import_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES, request_bytes=int(request.META.get("CONTENT_LENGTH") or 0))
    if form.is_valid():
        upload = form.cleaned_data["file"]
        enqueue(kind="import_persons", by=request.user, file=(upload.name, upload.read()))
        messages.success(request, _("The file was taken over. Its progress is shown here."))
        return redirect("jobs")
    return _import_page(request, form, status=422)


def _import_page(request: StaffRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    return render_page(
        request, "accounts/import_persons.html", {"form": form}, title=_("Import persons"), status=status
    )
