"""What a page may send about the papers of a case and about who acts for the family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.person import RESIDENT_ID
from accounts.rules.identity import IdentityFault, check_certificate
from accounts.selectors import code_labels
from families.messages import message_for
from families.models import CaseAgent, CaseLine
from families.models.document import DocumentKind


class UploadDocumentsForm(forms.Form):
    """Papers of one kind and one person; `person` is empty for the whole family and for the agent."""

    kind = forms.ChoiceField(label=_("Kind of paper"), choices=[("", _("choose")), *DocumentKind.choices])
    person = forms.TypedChoiceField(label=_("Whose"), required=False, coerce=int, empty_value=None)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        lines: Sequence[CaseLine],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id="document-%s", initial=initial)
        person = self.fields["person"]
        if isinstance(person, forms.ChoiceField):
            persons = [(line.person_id, f"{line.position} {line.person.name}") for line in lines]
            person.choices = [("", _("the family, or its agent")), *persons]


class AgentForm(forms.Form):
    """An empty number or phone keeps the stored one: no page gets it back to fill it in."""

    cert_type = forms.ChoiceField(label=_("Certificate"), initial=RESIDENT_ID)
    certno = forms.CharField(
        label=_("ID number"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    mobile = forms.CharField(
        label=_("Phone"),
        required=False,
        validators=[RegexValidator(r"^[0-9+][0-9 -]{5,19}$", _("A phone has 6 to 20 digits."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, agent: CaseAgent | None) -> None:
        initial = {"cert_type": agent.cert_type} if agent else {}
        super().__init__(data, auto_id="agent-%s", initial=initial)
        self.agent = agent
        cert_type = self.fields["cert_type"]
        if isinstance(cert_type, forms.ChoiceField):
            cert_type.choices = [(code, f"{code} {label}") for code, label in code_labels("psn_cert_type").items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, kind = data.get("certno", ""), data.get("cert_type", RESIDENT_ID)
        same = self.agent is not None and self.agent.cert_type == kind
        if number or not same:
            try:
                data["certno"] = check_certificate(kind, number, today=timezone.localdate())
            except IdentityFault as fault:
                self.add_error("certno", message_for(fault.code))
        return data
