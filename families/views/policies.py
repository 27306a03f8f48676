"""Policies: what holds where and since when, drafting a version, what it would touch, and publishing it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.list_exports import MOST_ROWS, as_workbook
from accounts.models import Region
from accounts.pages import StaffRequest, render_page
from accounts.services.review import AlreadyDecided, OwnWork
from accounts.spreadsheets.writer import Column
from families.beyond_policy import Rows
from families.forms import DayQuery
from families.models import MutualAidGroup, RegionPolicy
from families.policy_forms import DraftForm, HeadForm
from families.policy_impact import TOUCHED, Change, Comparison, groups_of, impact_of
from families.policy_table import change_lines, sections_of, touched_groups
from families.policy_tree import policy_tree, publishers_of, regions_for
from families.policy_words import name_in_words
from families.rules.policy import Policy
from families.selectors import policy_on
from families.services.policies import (
    DRAFT,
    PUBLISH,
    DayNotAhead,
    DayTaken,
    ImpactChanged,
    PolicyChanged,
    change_draft,
    discard_draft,
    draft_policy,
    publish_policy,
)

VIEW = "families.view_regionpolicy"
EXPORT = "accounts.export_insuredperson"
GROUPS_PER_PAGE = 50


def version_in_scope(request: StaffRequest, pk: int, *, own: bool = False) -> RegionPolicy:
    """`own`: of the staff member's region or below it, where they may work with it."""
    versions = RegionPolicy.objects.for_staff(request.user).select_related(
        "region", "drafted_by", "changed_by", "published_by"
    )
    if own:
        versions = versions.filter(region__path__startswith=request.user.region.path)
    return get_object_or_404(versions, pk=pk)


@require_GET
@permission_required(VIEW, raise_exception=True)
def policies(request: StaffRequest) -> HttpResponse:
    """The region tree with every version."""
    context = {"branches": policy_tree(timezone.localdate(), staff=request.user)}
    return render_page(request, "families/policies.html", context, title=_("Policies"))


@require_GET
@permission_required(VIEW, raise_exception=True)
def region(request: StaffRequest, code: str) -> HttpResponse:
    """The policy that holds in a region on a day, each value with where it comes from."""
    shown = get_object_or_404(regions_for(request.user), pk=code)
    query = DayQuery(request.GET)
    day = (query.cleaned_data["day"] if query.is_valid() else None) or timezone.localdate()
    context = {
        "region": shown,
        "day": day,
        "day_faults": query.errors.get("day"),
        "today": timezone.localdate(),
        "sections": sections_of(policy_on(shown, day)),
        "others": RegionPolicy.objects.for_staff(request.user).filter(region=shown).order_by("-effective_on", "-pk"),
        "may_draft": _may_draft(request, shown),
    }
    return render_page(request, "families/policy.html", context, title=_("Policy of {name}").format(name=shown.name))


def _may_draft(request: StaffRequest, shown: Region) -> bool:
    return request.user.has_perm(DRAFT) and shown.path.startswith(request.user.region.path)


@require_GET
@permission_required(VIEW, raise_exception=True)
def version(request: StaffRequest, pk: int) -> HttpResponse:
    """One version: what it changes, and with it the whole policy on its first day."""
    shown = version_in_scope(request, pk)
    comparison = Comparison(shown)
    context = {
        "region": shown.region,
        "version": shown,
        "day": shown.effective_on,
        "sections": sections_of(comparison.new, before=comparison.old),
        "changes": change_lines(comparison.changes),
        "may_draft": _may_draft(request, shown.region),
    }
    return render_page(request, "families/policy.html", context, title=shown.title)


@require_http_methods(["GET", "POST"])
@permission_required(DRAFT, raise_exception=True)
def begin(request: StaffRequest, code: str) -> HttpResponse:
    """Begin a version of a region's policy: its title and first day; the values come next."""
    shown = get_object_or_404(Region.objects.under(request.user.region), pk=code)
    form = HeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = draft_policy(region=shown, by=request.user, **form.cleaned_data)
        except (DayNotAhead, DayTaken) as refusal:
            form.add_error("effective_on", str(refusal))
        else:
            return redirect("edit-policy", pk=draft.pk)
    title = _("New version for {name}").format(name=shown.name)
    context = {"region": shown, "form": form}
    return render_page(
        request, "families/policy_begin.html", context, title=title, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@permission_required(DRAFT, raise_exception=True)
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Every parameter of a draft: inherited, or a value of its own with its citation."""
    draft = version_in_scope(request, pk, own=True)
    if not draft.is_draft:
        messages.error(request, str(AlreadyDecided(who="", state=draft.get_state_display())))
        return redirect(draft)
    form = DraftForm(draft, inherited=_inherited(draft), data=request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, draft, form):
        messages.success(request, _("Saved. Look at what it touches, then have another person publish it."))
        return redirect(draft)
    context = {"version": draft, "region": draft.region, "form": form}
    return render_page(
        request, "families/policy_edit.html", context, title=draft.title, status=422 if request.POST else 200
    )


def _inherited(draft: RegionPolicy) -> Policy:
    """What would hold if the draft set nothing: the policy of the region above, or the product's defaults."""
    above = draft.region.parent
    return policy_on(above, draft.effective_on) if above else Policy()


def _saved(request: StaffRequest, draft: RegionPolicy, form: DraftForm) -> bool:
    """Whether it was; what was refused stands beside its field, and everything typed stays."""
    try:
        change_draft(
            policy_id=draft.pk,
            settings=form.setting_inputs(),
            by=request.user,
            **form.head.cleaned_data,
        )
    except (DayNotAhead, DayTaken) as refusal:
        form.head.add_error("effective_on", str(refusal))
    except (PolicyChanged, AlreadyDecided) as refusal:
        form.take_version(draft.version)
        messages.error(request, str(refusal))
    else:
        return True
    return False


@require_GET
@permission_required(VIEW, raise_exception=True)
def impact(request: StaffRequest, pk: int) -> HttpResponse:
    """What a version touches, counted as of now; below it, for who may, the way to publish it."""
    return _impact_page(request, version_in_scope(request, pk))


def _impact_page(request: StaffRequest, shown: RegionPolicy, *, status: int = 200) -> HttpResponse:
    counted = impact_of(Comparison(shown), staff=request.user)
    own_work = request.user.pk in (shown.drafted_by_id, shown.changed_by_id)
    within = shown.region.path.startswith(request.user.region.path)
    context = {
        "version": shown,
        "region": shown.region,
        "bound": change_lines(counted.bound),
        "later": change_lines(counted.later),
        "digest": counted.digest,
        "may_publish": shown.is_draft and within and request.user.has_perm(PUBLISH) and not own_work,
        "own_work": own_work,
        "publishers": publishers_of(shown) if shown.is_draft else [],
    }
    title = _("What it touches: {title}").format(title=shown.title)
    return render_page(request, "families/policy_impact.html", context, title=title, status=status)


@require_GET
@permission_required([VIEW, "families.view_mutualaidgroup"], raise_exception=True)
def touched(request: StaffRequest, pk: int) -> HttpResponse:
    """The groups that one changed parameter of a version touches."""
    shown = version_in_scope(request, pk)
    change, rows, groups = _touched_by(request, shown)
    parameter = change.parameter
    page = Paginator(groups, GROUPS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "version": shown,
        "region": shown.region,
        "change": change_lines([change])[0],
        "page": page,
        "groups": touched_groups(parameter, list(page.object_list), rows),
    }
    return render_page(request, "families/policy_touched.html", context, title=name_in_words(parameter))


def _touched_by(request: StaffRequest, version: RegionPolicy) -> tuple[Change, list[Rows], QuerySet[MutualAidGroup]]:
    """The change of the parameter that the address names. Raises: Http404."""
    comparison = Comparison(version)
    parameter = request.GET.get("parameter", "")
    change = next((one for one in comparison.changes if one.parameter == parameter), None)
    if change is None or parameter not in TOUCHED:
        raise Http404
    rows = comparison.rows(change, request.user)
    return change, rows, groups_of(rows).select_related("region").order_by("pk")


@require_POST
@permission_required([VIEW, "families.view_mutualaidgroup", EXPORT], raise_exception=True)
def export_touched(request: StaffRequest, pk: int) -> HttpResponse:
    """The same groups as a workbook."""
    change, rows, groups = _touched_by(request, version_in_scope(request, pk))
    listed = list(groups[: MOST_ROWS + 1])
    if len(listed) > MOST_ROWS:
        messages.error(request, _("More than {n} lines: narrow the list.").format(n=MOST_ROWS))
        return redirect(f"{reverse('policy-touched', args=[pk])}?parameter={change.parameter}")
    columns = [
        Column(_("group number")), Column(_("owner"), width=12), Column(_("region"), width=12),
        Column(_("What is touched"), width=80),
    ]  # fmt: skip
    told = touched_groups(change.parameter, listed, rows)
    lines = ([one.group.number, one.owner, one.group.region.name, "；".join(one.what)] for one in told)
    return as_workbook(request, what="policy_impact", columns=columns, rows=lines)


@require_POST
@permission_required(PUBLISH, raise_exception=True)
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    draft = version_in_scope(request, pk, own=True)
    try:
        done = publish_policy(policy_id=draft.pk, shown=request.POST.get("shown", ""), by=request.user)
    except ImpactChanged as refusal:
        messages.error(request, str(refusal))
        return _impact_page(request, draft, status=409)
    except (OwnWork, AlreadyDecided, DayNotAhead, DayTaken) as refusal:
        messages.error(request, str(refusal))
        return redirect(draft)
    messages.success(request, _("Published. Nothing bound is cut off; what it touches is listed for follow-up."))
    return redirect(done)


@require_POST
@permission_required(DRAFT, raise_exception=True)
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    draft = version_in_scope(request, pk, own=True)
    try:
        discard_draft(policy_id=draft.pk, by=request.user)
        messages.success(request, _("Discarded: the draft is kept and changes nothing."))
    except AlreadyDecided as refusal:
        messages.error(request, str(refusal))
    return redirect(draft)
