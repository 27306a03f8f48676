"""The one search field: a number from a card reader or typed, a name, or the number of a group or a case.

By POST: a number in an address would stay in logs and histories.
"""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import FindForm
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels, find_persons
from families.selectors import find_by_number


@require_POST
@permission_required("accounts.view_insuredperson", raise_exception=True)
def find(request: StaffRequest, *, at_counter: bool = False) -> HttpResponse:
    """One hit leads to its page (at the counter: to the conversation with that person), several are listed."""
    if at_counter and not request.user.has_perm("families.add_registrationcase"):
        raise PermissionDenied
    form = FindForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    numbered = find_by_number(text, staff=request.user)
    if numbered is not None:
        return redirect(numbered)
    found = list(find_persons(text, staff=request.user))
    if len(found) == 1:
        return redirect("counter-person", pk=found[0].pk) if at_counter else redirect(found[0])
    context = {"found": found, "text": text, "insutypes": code_labels("insutype"), "at_counter": at_counter}
    return render_page(request, "accounts/found.html", context, title=_("Persons found"))
