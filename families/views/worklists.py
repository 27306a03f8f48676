"""Work in hand: what stands where for how long, narrowed by the address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import StaffRequest, render_page
from families.filters import InHandFilter, OwnerQuery
from families.models import RegistrationCase
from families.worklists import IN_HAND, Age, Matrix, as_rows, loads

ROWS = 50


@require_GET
@permission_required("families.view_registrationcase", raise_exception=True)
def in_hand(request: StaffRequest) -> HttpResponse:
    """Counts by state and age, and the list of those chosen, the oldest first."""
    return _page(request, OwnerQuery())


@require_POST
@permission_required("families.view_registrationcase", raise_exception=True)
def find_in_hand(request: StaffRequest) -> HttpResponse:
    """The same list, of owners whose name begins as typed: by POST, because no name stands in an address."""
    return _page(request, OwnerQuery(request.POST))


class _Counted(Paginator):
    """Pages of a list whose length the matrix told already."""

    def __init__(self, *args: Any, length: int, **kwargs: Any) -> None:
        self.length = length
        super().__init__(*args, **kwargs)

    @cached_property
    def count(self) -> int:
        return self.length


def _page(request: StaffRequest, query: OwnerQuery) -> HttpResponse:
    owner = query.cleaned_data["owner"] if query.is_valid() else ""
    narrow = InHandFilter(request.GET, request=request, staff=request.user, owner=owner)
    matrix = Matrix(narrow.narrowed(but=("state", "age")))
    context = {
        "filter": narrow,
        "query": query,
        "ages": Age.choices,
        "states": [state.label for state in IN_HAND],
        "matrix": matrix,
        "page": _rows(request, narrow, matrix),
        "loads": loads(narrow.narrowed(but=("office", "who")))
        if request.user.has_perm("accounts.view_staff")
        else None,
    }
    status = 422 if query.errors else 200
    return render_page(request, "families/in_hand.html", context, title=_("Work in hand"), status=status)


def _rows(request: StaffRequest, narrow: InHandFilter, matrix: Matrix) -> Page[RegistrationCase]:
    chosen = narrow.form.cleaned_data if narrow.form.is_valid() else {}
    length = matrix.count(state=chosen.get("state") or "", age=chosen.get("age") or "")
    return _Counted(as_rows(narrow.narrowed()), ROWS, length=length).get_page(request.GET.get("page"))
