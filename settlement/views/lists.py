"""Lists of work: counts by state, narrowed by the address, a page at a time."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.http import HttpResponse

from accounts.pages import StaffRequest, render_page
from settlement.forms.worklists import WorkFilter
from settlement.worklists import Work, count_by_state

ROWS = 50


def work_list(
    request: StaffRequest, template: str, work: Work, *, states: type[TextChoices], reviews: bool, title: str
) -> HttpResponse:
    narrow = WorkFilter(request.GET, work=work, staff=request.user, states=list(states.choices), reviews=reviews)
    rows = narrow.narrowed()
    counts = count_by_state(narrow.narrowed(but="state"))
    context = {
        "filter": narrow,
        "counts": [(state, label, counts.get(state, 0)) for state, label in states.choices],
        "together": sum(counts.values()),
        "chosen": narrow.cleaned_data if narrow.is_valid() else {},
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "own_waiting": work.filter(state="submitted", handled_by=request.user).count() if reviews else 0,
    }
    return render_page(request, template, context, title=title)
