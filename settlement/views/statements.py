"""A person's account statement and record of care: on the screen, and as papers to hand out at the window."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import InsuredPerson, PersonalAccount
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import account_of, code_labels
from accounts.services.audit import record_event
from accounts.views.persons import person_in_scope
from settlement.filters import CareFilter, DoctorQuery, Period
from settlement.listing import state_of
from settlement.papers.statements import MOST_LINES, account_statement_pdf, care_record_pdf
from settlement.statements import (
    care_of,
    claims_not_settled,
    entries_of,
    has_care_elsewhere,
    lines_of,
    sums_of,
    totals_of,
)

ROWS = 50
ENTRIES = "accounts.view_accountentry"
CARE = "settlement.view_settlement"


def _account_in_scope(request: StaffRequest, pk: int) -> tuple[InsuredPerson, PersonalAccount]:
    """Raises: Http404, also for a person without an account."""
    person = person_in_scope(request, pk)
    account = account_of(person, staff=request.user)
    if account is None:
        raise Http404
    return person, account


@require_GET
@permission_required(ENTRIES, raise_exception=True)
def account(request: StaffRequest, pk: int) -> HttpResponse:
    """Every entry of the account with its balance, newest first, and what it was for."""
    person, shown = _account_in_scope(request, pk)
    period = Period(request.GET)
    since, until = _days(period)
    entries = entries_of(shown, since, until) if period.is_valid() else entries_of(shown).none()
    page = Paginator(entries.reverse(), ROWS).get_page(request.GET.get("page"))
    record_event(AuditKind.LOOK, by=request.user, person=person, request=request, path="account")
    context = {
        "person": person,
        "account": shown,
        "period": period,
        "page": page,
        "lines": lines_of(page.object_list, staff=request.user),
        "totals": totals_of(entries, account=shown, since=since),
    }
    title = _("Account statement of {name}").format(name=person.name)
    return render_page(request, "settlement/account.html", context, title=title)


def _days(period: Period) -> tuple[dt.date | None, dt.date | None]:
    if not period.is_valid():
        return None, None
    return period.cleaned_data["since"], period.cleaned_data["until"]


@require_GET
@permission_required(ENTRIES, raise_exception=True)
def account_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The statement of a period on paper, in the order it was entered."""
    person, shown = _account_in_scope(request, pk)
    period = Period(request.GET)
    since, until = _days(period)
    entries = entries_of(shown, since, until)
    count = entries.count() if period.is_valid() else None
    if count is None or count > MOST_LINES:
        return _not_printed(request, "account-statement", pk, count)
    lines, totals = lines_of(entries, staff=request.user), totals_of(entries, account=shown, since=since)
    pdf = account_statement_pdf(shown, lines, totals, (since, until), by=request.user)
    return _paper(request, person, "account_statement", pdf)


@require_GET
@permission_required(CARE, raise_exception=True)
def care(request: StaffRequest, pk: int) -> HttpResponse:
    """Where and when the person was treated, and who paid."""
    return _care_page(request, person_in_scope(request, pk), DoctorQuery())


@require_POST
@permission_required(CARE, raise_exception=True)
def care_of_doctor(request: StaffRequest, pk: int) -> HttpResponse:
    """The same, by doctors whose name begins as typed: by POST, because no name stands in an address."""
    return _care_page(request, person_in_scope(request, pk), DoctorQuery(request.POST))


def _care_page(request: StaffRequest, person: InsuredPerson, query: DoctorQuery) -> HttpResponse:
    narrow = CareFilter(request.GET, care_of(person, staff=request.user), request=request)
    settlements = narrow.narrowed()
    if query.is_valid():
        settlements = settlements.filter(dr_name__startswith=query.cleaned_data["doctor"])
    page = Paginator(settlements, ROWS).get_page(request.GET.get("page"))
    record_event(AuditKind.LOOK, by=request.user, person=person, request=request, path="care")
    context = {
        "person": person,
        "filter": narrow,
        "query": query,
        "page": page,
        "rows": [(row, state_of(row)) for row in page.object_list],
        "sums": sums_of(settlements),
        "claims": claims_not_settled(person, staff=request.user)[:ROWS],
        "elsewhere": has_care_elsewhere(person, staff=request.user),
        "med_types": code_labels("med_type"),
    }
    title = _("Record of care of {name}").format(name=person.name)
    return render_page(request, "settlement/care.html", context, title=title, status=422 if query.errors else 200)


@require_GET
@permission_required(CARE, raise_exception=True)
def care_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The record on paper, narrowed as the address says, the oldest first."""
    person = person_in_scope(request, pk)
    narrow = CareFilter(request.GET, care_of(person, staff=request.user), request=request)
    settlements = narrow.narrowed()
    count = settlements.count() if narrow.form.is_valid() else None
    if count is None or count > MOST_LINES:
        return _not_printed(request, "care-record", pk, count)
    period = (narrow.asked.get("since"), narrow.asked.get("until"))
    pdf = care_record_pdf(person, settlements.reverse(), sums_of(settlements), period, by=request.user)
    return _paper(request, person, "care_record", pdf)


def _not_printed(request: StaffRequest, page: str, pk: int, count: int | None) -> HttpResponse:
    """Back to the page, which says what is wrong with its period. `count`: of lines, where they are too many."""
    if count:
        messages.error(request, _("Choose a shorter period: at most {n} lines are printed.").format(n=MOST_LINES))
    return redirect(f"{reverse(page, args=[pk])}?{request.GET.urlencode()}")


def _paper(request: StaffRequest, person: InsuredPerson, paper: str, pdf: bytes) -> HttpResponse:
    record_event(AuditKind.PRINT, by=request.user, person=person, request=request, paper=paper)
    headers = {"Content-Disposition": f'inline; filename="{paper}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
