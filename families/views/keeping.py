"""What the pages of the counter do alike: look a row's person up, store the form, say why not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.pages import StaffRequest
from families.forms import FamilyForm, GroupForm, RowForm
from families.models import RegistrationCase
from families.rules.policy import SEATS
from families.services.drafts import DraftChanged, OpenElsewhere, OwnerNotFirst, save_case
from families.services.groups import GroupDissolved, NotEligible


def looked_up(request: StaffRequest, rows: list[RowForm], *, look_up_url: str) -> HttpResponse:
    """One row's person looked up: the row anew, and a blank one after it when it was the last."""
    wanted = next((row for row in rows if row.row == request.POST.get("look-up")), None)
    if wanted is None:
        return HttpResponse(status=422)
    followed = wanted.found is not None and wanted is rows[-1] and len(rows) < SEATS - 1
    context = {
        "row": wanted,
        "next_row": RowForm(prefix=str(int(wanted.row) + 1), staff=request.user) if followed else None,
        "look_up_url": look_up_url,
        "asked": True,
    }
    response = render(request, "families/_row_looked_up.html", context)
    response["HX-Trigger-After-Settle"] = "family-changed"
    return response


def keep(request: StaffRequest, form: FamilyForm | GroupForm) -> RegistrationCase | None:
    """Store the form, or say why not and store nothing."""
    valid = form.is_valid()
    if valid and not form.filled:
        messages.error(request, form.nothing_asked)
    if not valid or not form.filled:
        return None
    try:
        return save_case(form=form.case_input(), by=request.user)
    except NotEligible:
        messages.error(request, _("Not saved: the check below fails."))
    except DraftChanged as changed:
        form.take_version(changed.case.version)
        messages.error(request, str(changed))
    except (OpenElsewhere, OwnerNotFirst, GroupDissolved) as refusal:
        messages.error(request, str(refusal))
    return None


def stored(request: StaffRequest, form: FamilyForm | GroupForm) -> RegistrationCase | None:
    """The draft that this form was saved as before, if it was."""
    key = form.head.cleaned_data.get("key")
    own = RegistrationCase.objects.for_staff(request.user).filter(handled_by=request.user)
    return own.filter(submission_key=key).first() if key else None
