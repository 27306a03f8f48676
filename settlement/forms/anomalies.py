"""What the list of anomalies is narrowed to, and what an auditor says of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS, DayField
from accounts.models import Region, Staff
from settlement.models import Anomaly
from settlement.models.anomaly import AnomalyKind, AnomalyState


class AnomalyQuery(forms.Form):
    kind = forms.ChoiceField(label=_("kind"), required=False, choices=[("", _("any kind")), *AnomalyKind.choices])
    region = forms.ChoiceField(label=_("region"), required=False)
    day = DayField(label=_("day"), required=False)
    state = forms.ChoiceField(required=False, choices=[("", ""), *AnomalyState.choices], widget=forms.HiddenInput)

    def __init__(self, data: Any, *, staff: Staff) -> None:
        super().__init__(data)
        self.regions = {region.code: region for region in Region.objects.under(staff.region)}
        region = self.fields["region"]
        if isinstance(region, forms.ChoiceField):
            region.choices = [("", _("any region")), *((code, one.name) for code, one in self.regions.items())]

    @property
    def state_shown(self) -> str:
        """What nobody has looked into yet, unless another state is asked for."""
        return self.cleaned_data.get("state") or AnomalyState.NEW.value

    def wanted(self) -> dict[str, Any]:
        """Conditions on anomalies, without the state. Expects a valid form."""
        chosen = {name: self.cleaned_data[name] for name in ("kind", "day") if self.cleaned_data[name]}
        region = self.cleaned_data["region"]
        return chosen | ({"region__path__startswith": self.regions[region].path} if region else {})


class JudgeForm(forms.Form):
    """`seen`: the state that was shown, so that nobody judges over a colleague's judgement."""

    seen = forms.ChoiceField(choices=AnomalyState.choices, widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("It is"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What was found out"),
        min_length=2,
        max_length=500,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, anomaly: Anomaly) -> None:
        super().__init__(data, initial={"seen": anomaly.state, "state": self._usual(anomaly)}, auto_id="judge_%s")
        state = self.fields["state"]
        if isinstance(state, forms.ChoiceField):
            state.choices = [choice for choice in AnomalyState.choices if choice[0] != AnomalyState.NEW]

    @staticmethod
    def _usual(anomaly: Anomaly) -> str:
        return AnomalyState.LOOKED_INTO.value if anomaly.state == AnomalyState.NEW else anomaly.state
