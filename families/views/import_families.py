"""A family of a batch, opened in its place in the list, corrected there and checked at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import StaffRequest
from accounts.services.review import AlreadyDecided, NotYours
from families import import_desk as desk
from families.forms.corrections import CorrectionForm
from families.models import ImportBatch, ImportFamily
from families.models.batch import FamilyState
from families.services.imports.corrections import FamilyChanged, correct_family
from families.services.imports.error_books import is_large
from families.views.imports import at_the_desk, batch_in_scope, form_for, tell_looked


def _family_in_scope(request: StaffRequest, pk: int) -> tuple[ImportFamily, ImportBatch]:
    """Raises: Http404."""
    families = ImportFamily.objects.for_staff(request.user).select_related("group", "case", "corrected_by")
    family = get_object_or_404(families, pk=pk)
    return family, batch_in_scope(request, family.batch_id)


@require_GET
@permission_required("families.view_importfamily", raise_exception=True)
def family(request: StaffRequest, pk: int) -> HttpResponse:
    """The family in its place, open or closed; without a script the page of the batch, with it open."""
    shown, batch = _family_in_scope(request, pk)
    if "HX-Request" not in request.headers:
        return redirect(_address(batch, shown))
    if "closed" in request.GET:
        return _fragment(request, shown, batch, None)
    tell_looked(request, shown, batch)
    return _fragment(request, shown, batch, form_for(shown, batch, request.user))


@require_POST
@at_the_desk
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Store what was typed, check the family again, and answer with what the check says now."""
    shown, batch = _family_in_scope(request, pk)
    form = form_for(shown, batch, request.user, request.POST)
    if form.masked:
        return _refused(request, shown, batch, str(NotYours(who=str(batch.owner))))
    if not form.is_valid():
        return _again(request, shown, batch, form, status=422)
    try:
        correct_family(
            family_id=pk,
            version=form.cleaned_data["version"],
            cells=form.cells(),
            removed=form.cleaned_data["removed"],
            by=request.user,
        )
    except FamilyChanged as changed:
        return _again(request, changed.family, batch, _as_typed(request, changed.family, batch), status=409)
    except (AlreadyDecided, NotYours) as refusal:
        return _refused(request, shown, batch, str(refusal))
    return _corrected(request, *_family_in_scope(request, pk))


def _as_typed(request: StaffRequest, family: ImportFamily, batch: ImportBatch) -> CorrectionForm:
    """What was typed, over what another window stored."""
    form = form_for(family, batch, request.user, request.POST)
    form.add_error(None, _("Another window stored this family meanwhile: compare, then save again."))
    return form


def _again(
    request: StaffRequest, shown: ImportFamily, batch: ImportBatch, form: CorrectionForm, *, status: int
) -> HttpResponse:
    """What was typed with what is wrong about it; without a script only the latter."""
    if "HX-Request" in request.headers:
        return _fragment(request, shown, batch, form, status=status)
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return redirect(_address(batch, shown))


def _corrected(request: StaffRequest, shown: ImportFamily, batch: ImportBatch) -> HttpResponse:
    if "HX-Request" not in request.headers:
        messages.success(request, _("Saved and checked."))
        return redirect(_address(batch, shown))
    return _fragment(request, shown, batch, form_for(shown, batch, request.user), saved=True)


def _refused(request: StaffRequest, shown: ImportFamily, batch: ImportBatch, why: str) -> HttpResponse:
    if "HX-Request" not in request.headers:
        messages.error(request, why)
        return redirect(_address(batch, shown))
    return _fragment(request, shown, batch, form_for(shown, batch, request.user), refusal=why, status=409)


def _address(batch: ImportBatch, family: ImportFamily) -> str:
    return f"{reverse('import-batch', args=[batch.pk])}?open={family.pk}"


def _fragment(
    request: StaffRequest,
    shown: ImportFamily,
    batch: ImportBatch,
    form: CorrectionForm | None,
    *,
    saved: bool = False,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The family's lines of the table, and the figures beside them where something was stored."""
    passes, following = saved and shown.state != FamilyState.FAULTY, desk.next_faulty(shown, batch)
    if form is not None and passes:
        form.takes_focus = False
    figures, works = desk.figures_of([batch])[batch.pk], desk.works_on(batch, request.user)
    context = {
        "batch": batch,
        "line": desk.line_of(shown, batch.layout),
        "form": form,
        "saved": saved,
        "refusal": refusal,
        "asked": True,
        "passes": passes,
        "figures": figures,
        "works": works,
        "large_book": works and bool(figures.faulty) and is_large(batch),
        "reviews": desk.reviews(batch, request.user),
        "next_faulty": following,
    }
    return render(request, "families/_import_family_opened.html", context, status=status)
