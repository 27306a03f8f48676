"""Persons that may be registered twice: the list, the two records side by side, and what two people decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import InsuredPerson, PersonalAccount
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.services.closing import ClosingRefused
from accounts.services.jobs import enqueue
from accounts.services.persons import RecordMerged
from accounts.services.review import AlreadyDecided, OwnWork
from families.forms import ConfirmForm, MergeForm, ReasonForm
from families.match_words import in_words
from families.models import GroupMember, PersonMatch
from families.models.match import MatchState
from families.services.duplicates import comparison_of, mark_different
from families.services.merging import (
    BothBound,
    CaseOpen,
    FamilyChanged,
    NotOfThePair,
    RequestChanged,
    merge_persons,
    request_merge,
    send_back,
)

LISTED = 100
REFUSALS = (
    AlreadyDecided, OwnWork, NotOfThePair, RequestChanged, BothBound, CaseOpen, FamilyChanged, RecordMerged,
    ClosingRefused,
)  # fmt: skip


def match_in_scope(request: StaffRequest, pk: int) -> PersonMatch:
    """Raises: Http404 for a pair that is not there, or one of whose records is not in scope."""
    matches = PersonMatch.objects.for_staff(request.user).select_related(
        "first__region", "first__merged_into", "second__region", "second__merged_into", "survivor",
        "requested_by", "decided_by",
    )  # fmt: skip
    return get_object_or_404(matches, pk=pk)


@require_GET
@permission_required("families.view_personmatch", raise_exception=True)
def duplicates(request: StaffRequest) -> HttpResponse:
    """The pairs of one state, the most certain first, and how many there are of each."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in MatchState.values else MatchState.PROPOSED.value
    matches = PersonMatch.objects.for_staff(request.user).current()
    counted = dict(matches.order_by().values_list("state").annotate(Count("pk")))
    chosen = matches.filter(state=state).select_related("first__region", "second__region", "requested_by")
    context = {
        "matches": chosen.order_by("certainty", "-pk")[:LISTED],
        "state": state,
        "counts": [(value, label, counted.get(value, 0)) for value, label in MatchState.choices],
        "listed": LISTED,
        "cert_types": code_labels("psn_cert_type"),
    }
    return render_page(request, "families/duplicates.html", context, title=_("Possible duplicates"))


@require_POST
@permission_required("families.request_merge", raise_exception=True)
def search(request: StaffRequest) -> HttpResponse:
    """Have a worker look through the region."""
    enqueue(kind="propose_matches", by=request.user)
    messages.success(request, _("The search for duplicates has begun. Its progress is shown here."))
    return redirect("jobs")


@require_GET
@permission_required("families.view_personmatch", raise_exception=True)
def duplicate(request: StaffRequest, pk: int) -> HttpResponse:
    match = match_in_scope(request, pk)
    for person in (match.first, match.second):
        record_event(AuditKind.LOOK, by=request.user, person=person, request=request, what="duplicate")
    return _match_page(request, match)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of both records; a list of texts where there may be several."""

    label: str
    first: list[str]
    second: list[str]

    @property
    def differs(self) -> bool:
        return self.first != self.second


def _match_page(
    request: StaffRequest,
    match: PersonMatch,
    *,
    merge_form: MergeForm | None = None,
    reason_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    comparison = comparison_of(match)
    context = {
        "match": match,
        "lines": _lines(match),
        "level": comparison.level.value,
        "speaks_for": [in_words(finding) for finding in comparison.speaks_for],
        "speaks_against": [in_words(finding) for finding in comparison.speaks_against],
        "is_own": match.requested_by_id == request.user.pk,
        "is_stale": match.is_undecided and bool(match.first.merged_into_id or match.second.merged_into_id),
        "merge_form": merge_form or MergeForm(match=match, auto_id="merge_%s"),
        "reason_form": reason_form or ReasonForm(auto_id="answer_%s"),
    }
    title = " · ".join(dict.fromkeys([match.first.name, match.second.name]))
    return render_page(request, "families/duplicate.html", context, title=title, status=status)


def _lines(match: PersonMatch) -> list[Line]:
    """Both records, fact by fact. Numbers and phones masked: what differs there is said by the evidence."""
    pair = (match.first, match.second)
    codes = {table: code_labels(table) for table in ("psn_cert_type", "insutype", "psn_type")}
    facts: dict[str, Callable[[InsuredPerson], str]] = {
        _("name"): lambda person: person.name,
        _("certificate"): lambda person: codes["psn_cert_type"].get(person.cert_type, person.cert_type),
        _("ID number"): lambda person: person.masked_number,
        _("person number"): lambda person: person.psn_no,
        _("gender"): lambda person: person.get_gender_display(),
        _("born on"): lambda person: f"{person.born_on:%Y-%m-%d}",
        _("phone"): lambda person: person.masked_mobile,
        _("insured in"): lambda person: person.region.name,
        _("insurance type"): lambda person: codes["insutype"].get(person.insutype, person.insutype),
        _("person type"): lambda person: codes["psn_type"].get(person.psn_type, person.psn_type),
        _("insurance status"): lambda person: person.get_status_display(),
        _("status since"): lambda person: f"{person.status_since:%Y-%m-%d}",
    }
    lines = [
        Line(label, *([text] if (text := fact(person)) else [] for person in pair)) for label, fact in facts.items()
    ]
    return [*lines, _accounts(pair), _memberships(pair)]


def _accounts(pair: tuple[InsuredPerson, InsuredPerson]) -> Line:
    found = {account.person_id: account for account in PersonalAccount.objects.filter(person__in=pair)}
    shown = (
        [f"{_('prior years')} {account.prior_years}", f"{_('current year')} {account.current_year}"]
        if account
        else []
        for account in (found.get(person.pk) for person in pair)
    )
    return Line(_("personal account"), *shown)


def _memberships(pair: tuple[InsuredPerson, InsuredPerson]) -> Line:
    relations = code_labels("relation")
    found: dict[int, list[str]] = {person.pk: [] for person in pair}
    for stay in GroupMember.objects.filter(person__in=pair).select_related("group").order_by("joined_on", "pk"):
        days = (
            f"{stay.joined_on:%Y-%m-%d} – {stay.left_on:%Y-%m-%d}" if stay.left_on else f"{stay.joined_on:%Y-%m-%d} –"
        )
        found[stay.person_id].append(f"{stay.group.number} · {relations.get(stay.relation, stay.relation)} · {days}")
    return Line(_("groups"), *found.values())


@require_POST
@permission_required("families.request_merge", raise_exception=True)
def request_(request: StaffRequest, pk: int) -> HttpResponse:
    match = match_in_scope(request, pk)
    form = MergeForm(request.POST, match=match, auto_id="merge_%s")
    if not form.is_valid():
        return _match_page(request, match, merge_form=form, status=422)
    survivor, reason = form.cleaned_data["survivor"], form.cleaned_data["reason"]
    try:
        request_merge(match_id=pk, survivor_id=survivor, reason=reason, by=request.user)
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return _match_page(request, match_in_scope(request, pk), merge_form=form, status=409)
    messages.success(request, _("The merge was asked for: another person confirms it."))
    return redirect(match)


@require_POST
@permission_required("families.request_merge", raise_exception=True)
def different(request: StaffRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, mark_different, _("Marked as different persons."))


@require_POST
@permission_required("families.decide_merge", raise_exception=True)
def back(request: StaffRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, send_back, _("Sent back with the reason."))


def _answer(request: StaffRequest, pk: int, service: Callable[..., PersonMatch], done: str) -> HttpResponse:
    """A decision that needs nothing but its reason."""
    match = match_in_scope(request, pk)
    form = ReasonForm(request.POST, auto_id="answer_%s")
    if not form.is_valid():
        return _match_page(request, match, reason_form=form, status=422)
    try:
        service(match_id=pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, done)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(match)


@require_POST
@permission_required("families.decide_merge", raise_exception=True)
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    match = match_in_scope(request, pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _match_page(request, match, status=422)
    try:
        done = merge_persons(match_id=pk, survivor_id=form.cleaned_data["survivor"], by=request.user)
        messages.success(request, _("Merged: this person goes on as {psn_no}.").format(psn_no=done.survivor))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(match)
