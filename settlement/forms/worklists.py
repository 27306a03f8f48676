"""What the lists of claims and of reversals can be narrowed to, as the address says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from families.worklists import Age, of_age
from settlement.worklists import Work


class WorkFilter(forms.Form):
    """Without a choice a reviewer sees what waits for them, and a clerk the own work."""

    state = forms.ChoiceField(label=_("state"), required=False)
    age = forms.ChoiceField(label=_("waits"), required=False, choices=[("", _("any age")), *Age.choices])
    office = forms.ChoiceField(label=_("office"), required=False)
    whose = forms.ChoiceField(
        label=_("whose"),
        required=False,
        choices=[("", _("everybody's")), ("own", _("my own")), ("others", _("not my own"))],
    )

    def __init__(
        self, data: Mapping[str, Any], *, work: Work, staff: Staff, states: list[tuple[str, Any]], reviews: bool
    ) -> None:
        usual = {"state": "submitted", "whose": "others"} if reviews else {"whose": "own"}
        super().__init__(data if any(name in data for name in self.base_fields) else usual)
        self.work, self.staff = work, staff
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        offices = (
            work.order_by().exclude(handled_by__office="").values_list("handled_by__office", flat=True).distinct()
        )
        self._offer("state", [("", _("any state")), *states])
        self._offer("office", [("", _("any office")), *((one, one) for one in sorted(offices))])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def narrowed(self, *, but: str = "") -> Work:
        """What is asked for; nothing where something is asked for that is not offered."""
        if not self.is_valid():
            return self.work.none()
        chosen = {name: value for name, value in self.cleaned_data.items() if value and name != but}
        work = self.work
        if "state" in chosen:
            work = work.filter(state=chosen["state"])
        if "office" in chosen:
            work = work.filter(handled_by__office=chosen["office"])
        if "whose" in chosen:
            own = {"handled_by": self.staff}
            work = work.filter(**own) if chosen["whose"] == "own" else work.exclude(**own)
        return of_age(work, chosen["age"]) if "age" in chosen else work
