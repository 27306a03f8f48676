"""The form for a new group as the counter sends it: one owner, up to seven rows, all errors beside their fields."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import AmountField, DayField
from accounts.models import InsuredPerson, Staff
from families.forms.rows import RowForm, check_rows, declared_from, line_of, ready, rows_from, within
from families.models import RegistrationCase
from families.rules.kinship import OWNER
from families.rules.policy import SEATS
from families.services.case_forms import CaseInput, LineInput


class FormHead(forms.Form):
    """What the form says of the family as one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False, initial=0)
    starts_on = DayField(label=_("Effective from"), initial=timezone.localdate)
    owner_limit = AmountField(label=_("Owner's limit per year"), required=False)
    agent_name = forms.CharField(label=_("Agent"), max_length=60, required=False)
    power_of_attorney = forms.CharField(label=_("Power of attorney no."), max_length=60, required=False)


@dataclass
class FamilyForm:
    """The whole form. `rows` are in the order of the page; blank ones are left out of `case_input`."""

    head: FormHead
    rows: list[RowForm]
    owner: InsuredPerson
    declared: frozenset[tuple[int, int]] = frozenset()

    @classmethod
    def from_post(cls, data: QueryDict, *, owner: InsuredPerson, staff: Staff) -> FamilyForm:
        return cls(FormHead(data), rows_from(data, staff), owner, declared_from(data))

    @classmethod
    def blank(cls, *, owner: InsuredPerson, staff: Staff, key: UUID) -> FamilyForm:
        head = FormHead(initial={"key": key, "starts_on": timezone.localdate()})
        return cls(head, [RowForm(prefix="1", staff=staff)], owner)

    @classmethod
    def from_case(cls, case: RegistrationCase, *, staff: Staff) -> FamilyForm:
        lines = list(case.lines.select_related("person__region").order_by("position"))
        rows = [RowForm.of_line(line, str(line.position - 1), staff) for line in lines[1:]]
        head = FormHead(
            initial={
                "key": case.submission_key,
                "version": case.version,
                "starts_on": lines[0].starts_on,
                "owner_limit": lines[0].share_limit,
                "agent_name": case.agent_name,
                "power_of_attorney": case.power_of_attorney,
            }
        )
        if len(rows) < SEATS - 1:
            rows.append(RowForm(prefix=str(len(lines)), staff=staff))
        return cls(head, rows, case.owner, frozenset((payer, taker) for payer, taker in case.declared_pairs))

    nothing_asked = _("Add at least one member.")

    @property
    def filled(self) -> bool:
        """Whether any row holds a person."""
        return any(row.found is not None for row in self.rows)

    def is_valid(self) -> bool:
        return bool(self.head.is_valid() & check_rows(self.rows, taken_ranks={1}))

    def take_version(self, version: int) -> None:
        """Go on from the stored version, for a clerk who was told and saves again."""
        self.head.data = {name: self.head.data[name] for name in self.head.data} | {"version": str(version)}

    def case_input(self) -> CaseInput:
        """The ready rows for the services. Expects a valid head."""
        head = self.head.cleaned_data
        owner = LineInput(
            person_id=self.owner.pk,
            relation=OWNER,
            shares=True,
            rank=1,
            share_limit=head.get("owner_limit"),
            starts_on=head["starts_on"],
        )
        lines = [owner, *(line_of(row, head["starts_on"]) for row in ready(self.rows))]
        return CaseInput(
            key=head["key"],
            owner_id=self.owner.pk,
            lines=lines,
            declared=within(self.declared, {line.person_id for line in lines}),
            agent_name=head.get("agent_name", ""),
            power_of_attorney=head.get("power_of_attorney", ""),
            version=head.get("version") or 0,
        )
