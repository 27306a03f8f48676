"""The dashboard: a region's figures of a period, and what each line of them consists of."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.pages import StaffRequest, render_page
from reports.addresses import Asked
from reports.dashboard import Dashboard
from reports.forms import DashboardForm
from reports.models.summary import Period
from reports.rules.periods import ONE_DAY
from reports.selectors.summaries import worked_out
from reports.views.reports import READ


@require_GET
@permission_required(READ, raise_exception=True)
def dashboard(request: StaffRequest) -> HttpResponse:
    """The month up to yesterday of the own region, unless the address says otherwise."""
    own, yesterday = request.user.region, timezone.localdate() - ONE_DAY
    usual = {"of": Period.MONTH.value, "day": yesterday.isoformat(), "region": own.code}
    form = DashboardForm(usual | {name: value for name, value in request.GET.items() if value}, own=own)
    through, at = worked_out()
    context: dict[str, Any] = {"form": form, "through": through, "worked_out_at": at, "periods": Period.choices}
    if form.is_valid() and through is not None:
        asked = Asked(**form.cleaned_data, own=own)
        context |= {
            "asked": asked,
            "board": Dashboard(asked, through=through, staff=request.user),
            "above": [one for one in asked.region.ancestors() if one.path.startswith(own.path)],
            "tabs": [(label, asked.address(of=of), of == asked.of) for of, label in Period.choices],
            "earlier": asked.address(day=asked.beside(later=False).isoformat()),
            "later": asked.address(day=asked.beside(later=True).isoformat()) if asked.day < through else "",
            "every": asked.settlements(),
        }
    return render_page(request, "reports/dashboard.html", context, title=_("Dashboard"))
