"""The way of a case through the bureau: opened, submitted, given to another desk, decided; each with who and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Staff
from families.models import RegistrationCase
from families.models.case import CaseState

REACHED = {
    CaseState.DRAFT: gettext_lazy("opened"),
    CaseState.SUBMITTED: gettext_lazy("submitted for review"),
    CaseState.EFFECTIVE: gettext_lazy("put in force"),
    CaseState.REJECTED: gettext_lazy("sent back"),
    CaseState.WITHDRAWN: gettext_lazy("withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Step:
    at: dt.datetime
    who: str
    what: str


def steps_of(case: RegistrationCase) -> list[Step]:
    """Every step of a case, the first one first, from its history; what changed in a draft is left out."""
    model = apps.get_model("families", "RegistrationCaseEvent")
    events = list(model.objects.filter(pgh_obj_id=case.pk).select_related("handled_by").order_by("pgh_id"))
    actors = {(event.pgh_context or {}).get("staff") for event in events}
    names = {staff.pk: str(staff) for staff in Staff.objects.filter(pk__in=actors - {None})}
    return [
        Step(event.pgh_created_at, names.get((event.pgh_context or {}).get("staff"), ""), what)
        for before, event in zip([None, *events], events, strict=False)
        for what in _told(before, event)
    ]


def _told(before: Any, event: Any) -> Iterator[str]:
    if before is not None and before.handled_by_id != event.handled_by_id:
        yield _("given to {who}").format(who=event.handled_by)
    if before is None or before.state != event.state:
        yield str(REACHED[event.state])
