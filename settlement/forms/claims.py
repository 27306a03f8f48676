"""What the window may send about a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import WITHOUT_NUMBERS, AmountField, DayField
from accounts.models import InsuredPerson
from accounts.rules.money import ZERO
from accounts.selectors import code_labels
from settlement.models import Claim, Institution
from settlement.models.claim import FILED, FILLED_IN, ClaimCause, ClaimPaper
from settlement.models.settlement import LONGEST_ID
from settlement.rules.amounts import AMOUNT_NAMES, Amounts, usage_of
from settlement.services.claims import ClaimInput

PARTS = AMOUNT_NAMES[1:5]
PAYERS = AMOUNT_NAMES[5:]
PLAIN = forms.TextInput(attrs={"autocomplete": "off"})


def _text(label: Any, length: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=length,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off"} | attrs),
    )


def _free(label: Any, length: int) -> forms.CharField:
    field = _text(label, length)
    field.validators.append(WITHOUT_NUMBERS)
    return field


@dataclass(frozen=True, slots=True)
class Sum:
    """One identity of the amounts, as typed so far: what should make the total, and by how much it misses."""

    words: str
    total: Decimal
    of: Decimal

    @property
    def over(self) -> Decimal:
        return max(self.of - self.total, ZERO)

    @property
    def short(self) -> Decimal:
        return max(self.total - self.of, ZERO)

    @property
    def right(self) -> bool:
        return self.of == self.total


class ClaimForm(forms.Form):
    """In the order in which the papers are read: the invoice, the visit, why not online, the amounts, who came."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    invoice_number = _text(gettext_lazy("Invoice number"), 60, required=True, **{"data-focus": ""})
    settled_on = DayField(label=gettext_lazy("Day of the invoice"))
    institution_code = _text(gettext_lazy("Institution code"), 30, spellcheck="false")
    institution_name = _text(gettext_lazy("Institution"), 200)
    mdtrt_id = _text(gettext_lazy("Visit number"), LONGEST_ID)

    med_type = forms.ChoiceField(label=gettext_lazy("Kind of care"))
    starts_on = DayField(label=gettext_lazy("Visit from"))
    ends_on = DayField(label=gettext_lazy("Visit to"), required=False)
    dise_codg = _text(gettext_lazy("Disease code"), 30)
    dise_name = _text(gettext_lazy("Disease"), 200)
    dr_name = _text(gettext_lazy("Doctor"), 60)

    cause = forms.ChoiceField(label=gettext_lazy("Why not online"), choices=[("", "—"), *ClaimCause.choices])
    filing_number = _text(gettext_lazy("Filing number"), 60)
    filed_on = DayField(label=gettext_lazy("Filed on"), required=False)
    cause_note = _free(gettext_lazy("Explanation"), 200)

    medfee_sumamt = AmountField(label=gettext_lazy("Total fee"))
    fulamt_ownpay_amt = AmountField(label=gettext_lazy("Not covered"), required=False)
    overlmt_selfpay = AmountField(label=gettext_lazy("Above the price limit"), required=False)
    preselfpay_amt = AmountField(label=gettext_lazy("Paid before cover"), required=False)
    inscp_scp_amt = AmountField(label=gettext_lazy("Within cover"), required=False)
    fund_pay_sumamt = AmountField(label=gettext_lazy("Pooled fund"), required=False)
    hosp_part_amt = AmountField(label=gettext_lazy("Institution's part"), required=False)
    psn_part_amt = AmountField(label=gettext_lazy("Personal part"), required=False)
    acct_used = forms.BooleanField(
        label=gettext_lazy("Pay the personal part from the accounts"), required=False, initial=True
    )

    agent_name = _text(gettext_lazy("Agent, if somebody else came"), 60)
    agent_relation = _text(gettext_lazy("What the agent is to the patient"), 30)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, person: InsuredPerson, claim: Claim | None = None
    ) -> None:
        super().__init__(data, initial=_filled_in(claim) if claim else {"settled_on": None})
        self.person = person
        self.institution: Institution | None = None
        med_type = self.fields["med_type"]
        if isinstance(med_type, forms.ChoiceField):
            covered = [(code, f"{code} {name}") for code, name in code_labels("med_type").items() if usage_of(code)]
            med_type.choices = [("", "—"), *covered]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in (*PARTS, *PAYERS):
            data[name] = data.get(name) or ZERO
        if "ends_on" in data:
            data["ends_on"] = data["ends_on"] or data.get("settled_on")
        self._find_institution(data)
        self._check_days(data)
        self._check_cause(data)
        if data.get("medfee_sumamt") == ZERO:
            self.add_error("medfee_sumamt", _("The amount cannot be zero."))
        if not all(one.right for one in self.sums):
            self.add_error(None, _("The amounts do not add up: see below by how much."))
        return data

    def _find_institution(self, data: dict[str, Any]) -> None:
        """A loaded one by its code; of any other the name is asked."""
        code = data.get("institution_code", "").upper()
        self.institution = Institution.objects.filter(pk=code).first() if code else None
        if self.institution is not None:
            data["institution_code"] = data["institution_name"] = ""
        elif not data.get("institution_name"):
            words = _("This code is not on the list: type the name.") if code else _("Type the code or the name.")
            self.add_error("institution_name", words)

    def _check_days(self, data: dict[str, Any]) -> None:
        starts_on, ends_on, settled_on = (data.get(name) for name in ("starts_on", "ends_on", "settled_on"))
        if settled_on and settled_on > timezone.localdate():
            self.add_error("settled_on", _("This day lies in the future."))
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The visit ends before it begins."))
        if starts_on and settled_on and settled_on < starts_on:
            self.add_error("settled_on", _("The invoice is older than the visit."))

    def _check_cause(self, data: dict[str, Any]) -> None:
        cause = data.get("cause")
        if cause in FILED:
            for name in ("filing_number", "filed_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Copy it from the filing."))
        if cause == ClaimCause.OTHER and not data.get("cause_note"):
            self.add_error("cause_note", _("Explain why."))

    @property
    def sums(self) -> list[Sum]:
        """The two identities, of whatever can be read already. Expects that the form was validated."""
        amounts = {name: self.cleaned_data.get(name) or ZERO for name in AMOUNT_NAMES}
        total = amounts["medfee_sumamt"]
        return [
            Sum(_("four parts of the fee"), total, sum((amounts[name] for name in PARTS), ZERO)),
            Sum(_("fund, institution and person"), total, sum((amounts[name] for name in PAYERS), ZERO)),
        ]

    def claim_input(self) -> ClaimInput:
        """Expects a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in AMOUNT_NAMES}
        amounts = Amounts(*(self.cleaned_data[name] for name in AMOUNT_NAMES))
        institution_id = self.institution.pk if self.institution else None
        return ClaimInput(person_id=self.person.pk, institution_id=institution_id, amounts=amounts, **data)

    def as_claim(self, stored: Claim | None) -> Claim:
        """The form as a claim that is not stored, to be looked at. Expects a valid form."""
        return Claim(
            pk=stored.pk if stored else None, person=self.person, region_id=self.person.region_id,
            **self.claim_input().content,
        )  # fmt: skip

    @property
    def groups(self) -> Iterator[tuple[str, Sequence[forms.BoundField]]]:
        """As the page shows it."""
        names = list(self.fields)
        at = {name: names.index(name) for name in ("invoice_number", "med_type", "cause", "medfee_sumamt")}
        for title, start, end in (
            (_("The invoice"), at["invoice_number"], at["med_type"]),
            (_("The visit"), at["med_type"], at["cause"]),
            (_("How it came to be paid in cash"), at["cause"], at["medfee_sumamt"]),
        ):
            yield title, [self[name] for name in names[start:end]]

    @property
    def parts(self) -> list[forms.BoundField]:
        return [self[name] for name in ("medfee_sumamt", *PARTS)]

    @property
    def payers(self) -> list[forms.BoundField]:
        return [self[name] for name in PAYERS]


def _filled_in(claim: Claim) -> dict[str, Any]:
    values = model_to_dict(claim, fields=[name for name in FILLED_IN if name != "institution"])
    if claim.institution is not None:
        values |= {"institution_code": claim.institution.pk, "institution_name": claim.institution.name}
    return values | {"key": claim.submission_key, "version": claim.version}


class ClaimPaperForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of paper"), choices=[("", gettext_lazy("choose")), *ClaimPaper.choices]
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, kind: str = "") -> None:
        super().__init__(data, auto_id="document-%s", initial={"kind": kind})


class VersionForm(forms.Form):
    """Which version of the claim the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
