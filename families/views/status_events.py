"""What happened to an insured person, told at the window; and a death taken back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import EventForm, TakeBackForm, VersionedForm
from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from accounts.services.persons import ChangedMeanwhile, RecordMerged
from accounts.services.status_events import EventRefused
from accounts.views.persons import card_context, on_top_of, person_in_scope
from families.selectors import membership_on
from families.services.follow_ups import record_status_event, undo_death


@require_http_methods(["GET", "POST"])
@permission_required("accounts.add_suspension", raise_exception=True)
def event(request: StaffRequest, pk: int) -> HttpResponse:
    shown = person_in_scope(request, pk)
    if request.method == "GET":
        record_event(AuditKind.LOOK, by=request.user, person=shown, request=request)
        return _page(request, shown, EventForm(initial={"version": shown.version}))
    form = EventForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    try:
        day = record_status_event(
            person_id=pk, version=form.cleaned_data["version"], event=form.event(), by=request.user
        )
    except (ChangedMeanwhile, EventRefused) as refusal:
        return _refused(request, shown, form, refusal)
    except RecordMerged as merged:
        messages.error(request, str(merged))
        return redirect(shown)
    messages.success(request, _("Recorded: counts from {day}.").format(day=date_format(day, "DATE_FORMAT")))
    gone = not InsuredPerson.objects.for_staff(request.user).filter(pk=pk).exists()
    return redirect("start") if gone else redirect(shown)


@require_http_methods(["GET", "POST"])
@permission_required("accounts.correct_death", raise_exception=True)
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    shown = person_in_scope(request, pk)
    if request.method == "GET":
        return _page(request, shown, TakeBackForm(initial={"version": shown.version}))
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    try:
        undo_death(person_id=pk, by=request.user, **form.cleaned_data)
    except (ChangedMeanwhile, EventRefused) as refusal:
        return _refused(request, shown, form, refusal)
    except RecordMerged as merged:
        messages.error(request, str(merged))
        return redirect(shown)
    messages.success(request, _("The death was taken back."))
    return redirect(shown)


def _refused(
    request: StaffRequest, shown: InsuredPerson, form: VersionedForm, refusal: ChangedMeanwhile | EventRefused
) -> HttpResponse:
    if isinstance(refusal, ChangedMeanwhile):
        return _page(request, shown, on_top_of(form, shown, refusal), status=409)
    form.add_error(refusal.field, str(refusal))
    return _page(request, shown, form, status=422)


def _page(request: StaffRequest, shown: InsuredPerson, form: VersionedForm, *, status: int = 200) -> HttpResponse:
    takes_back = isinstance(form, TakeBackForm)
    context = card_context(request, shown) | {
        "form": form,
        "takes_back": takes_back,
        "membership": membership_on(shown, timezone.localdate()),
    }
    title = _("Take the death back") if takes_back else _("Record a status event")
    return render_page(request, "families/status_event.html", context, title=title, status=status)
