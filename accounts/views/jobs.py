"""A staff member's own jobs, each with a live progress bar."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Job
from accounts.pages import StaffRequest, render_page


def own_jobs(request: StaffRequest) -> QuerySet[Job]:
    """Without the files' contents: fifty of them may be 50 MB each, asked for every second."""
    own = Job.objects.for_staff(request.user).filter(owner=request.user)
    files = ("file", "confirms__file")
    return own.select_related(*files).defer(*(f"{file}__content_sealed" for file in files))


@require_GET
@permission_required("accounts.view_job", raise_exception=True)
def jobs(request: StaffRequest) -> HttpResponse:
    return render_page(request, "accounts/jobs.html", {"jobs": own_jobs(request)[:50]}, title=_("My jobs"))


@require_GET
@permission_required("accounts.view_job", raise_exception=True)
def job(request: StaffRequest, pk: int) -> HttpResponse:
    """One job as a fragment: asked for every second while it runs, no more once it is over."""
    return render(request, "accounts/_job.html", {"job": get_object_or_404(own_jobs(request), pk=pk)})
