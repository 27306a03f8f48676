"""The registration form as the counter sends it: one owner, up to seven member rows, all errors beside their fields.

A row names its person either by a number just typed, or by a token that an earlier look-up returned: the page never
gets a number back, and a token is good for one staff member alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS, AmountField, DayField
from accounts.models import InsuredPerson, Staff
from accounts.rules.identity import normalise_number
from accounts.selectors import code_labels
from families.models import RegistrationCase
from families.models.follow_up import FollowUpKind, FollowUpState
from families.rules.kinship import OWNER, RELATIONS
from families.rules.policy import SEATS
from families.services.cases import CaseInput, LineInput
from families.services.lookup import LookupFault, find_member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TOKEN_SALT = "families.counter.member"  # noqa: S105 - names what is signed
TOKEN_SECONDS = 10 * 3600
# Row 0 is the owner's, who has no row to send; isdigit() would let "²" pass, which int() refuses.
ROW = re.compile(r"[1-9][0-9]{0,2}")


def token_for(person_id: int, staff: Staff) -> str:
    """Good for this staff member in the region of now: who moves to another has to look the family up again."""
    return signing.dumps({"person": person_id, "staff": staff.pk, "region": staff.region_id}, salt=TOKEN_SALT)


def person_of(token: str, staff: Staff) -> InsuredPerson | None:
    """The person that a look-up of this staff member found today; None for anybody else's token."""
    try:
        found = signing.loads(token, salt=TOKEN_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    if (found["staff"], found.get("region")) != (staff.pk, staff.region_id):
        return None
    return InsuredPerson.objects.select_related("region").filter(pk=found["person"]).first()


def relation_choices() -> list[tuple[str, StrOrPromise]]:
    labels = code_labels("relation")
    # The code first, so that a clerk may choose by typing it.
    named = [(code, f"{code} {labels.get(code, '')}") for code in RELATIONS if code != OWNER]
    return [("", _("choose")), *named]


class FormHead(forms.Form):
    """What the form says of the family as one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False, initial=0)
    starts_on = DayField(label=_("Effective from"), initial=timezone.localdate)
    owner_limit = AmountField(label=_("Owner's limit per year"), required=False)
    agent_name = forms.CharField(label=_("Agent"), max_length=60, required=False)
    power_of_attorney = forms.CharField(label=_("Power of attorney no."), max_length=60, required=False)


class RowForm(forms.Form):
    """One member. `person` is the token of the look-up; `number` and `name` are what was typed."""

    person = forms.CharField(required=False, widget=forms.HiddenInput)
    number = forms.CharField(label=_("ID number"), max_length=40, required=False)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    relation = forms.ChoiceField(label=_("Relation to the owner"), required=False)
    shares = forms.BooleanField(label=_("Shares"), required=False)
    rank = forms.IntegerField(label=_("Order"), min_value=2, max_value=SEATS, required=False)
    share_limit = AmountField(label=_("Limit per year"), required=False)
    last_on = DayField(label=_("Last day"), required=False)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff
        self.found: InsuredPerson | None = None
        self.ask_name = False
        relation = self.fields["relation"]
        if isinstance(relation, forms.ChoiceField):
            relation.choices = relation_choices()

    @property
    def row(self) -> str:
        return str(self.prefix)

    def look_up(self) -> InsuredPerson | None:
        """Find the person of this row; what cannot be found is said beside the number or the name."""
        self.full_clean()
        token, number = self.cleaned_data.get("person"), self.cleaned_data.get("number", "")
        if token:
            self.found = person_of(token, self.staff)
        if self.found is None and normalise_number(number):
            try:
                self.found = find_member(number=number, name=self.cleaned_data.get("name", ""), by=self.staff)
            except LookupFault as fault:
                self.ask_name = fault.ask_name
                self.add_error(fault.field, fault.message)
        return self.found

    @property
    def token(self) -> str:
        return token_for(self.found.pk, self.staff) if self.found else ""

    @property
    def is_in_scope(self) -> bool:
        return self.found is not None and self.found.region.path.startswith(self.staff.region.path)


@dataclass
class FamilyForm:
    """The whole form. `rows` are in the order of the page; blank ones are left out of `case_input`."""

    head: FormHead
    rows: list[RowForm]
    owner: InsuredPerson
    declared_rows: set[tuple[str, str]]

    @classmethod
    def from_post(cls, data: QueryDict, *, owner: InsuredPerson, staff: Staff) -> FamilyForm:
        rows = [
            RowForm(data, prefix=row, staff=staff) for row in dict.fromkeys(data.getlist("row")) if ROW.fullmatch(row)
        ][:20]
        for row in rows:
            row.look_up()
        declared = {(pair.split("-")[0], pair.split("-")[-1]) for pair in data.getlist("declared")}
        return cls(FormHead(data), rows, owner, declared)

    @classmethod
    def blank(cls, *, owner: InsuredPerson, staff: Staff, key: UUID) -> FamilyForm:
        head = FormHead(initial={"key": key, "starts_on": timezone.localdate()})
        return cls(head, [RowForm(prefix="1", staff=staff)], owner, set())

    @classmethod
    def from_case(cls, case: RegistrationCase, *, staff: Staff) -> FamilyForm:
        lines = list(case.lines.select_related("person__region").order_by("position"))
        rows = []
        for line in lines[1:]:
            row = RowForm(
                prefix=str(line.position - 1),
                staff=staff,
                initial={
                    "relation": line.relation,
                    "shares": line.shares,
                    "rank": line.rank,
                    "share_limit": line.share_limit,
                    "last_on": line.last_on,
                },
            )
            row.found = line.person
            rows.append(row)
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
        declared = {(str(payer - 1), str(beneficiary - 1)) for payer, beneficiary in case.declared_pairs}
        return cls(head, rows, case.owner, declared)

    @property
    def filled(self) -> list[RowForm]:
        """The rows that hold a person."""
        return [row for row in self.rows if row.found is not None]

    @property
    def ready(self) -> list[RowForm]:
        """The rows that the pre-flight check can take: person and relation. A valid form has no other filled ones."""
        return [row for row in self.filled if not row.is_bound or row.cleaned_data.get("relation")]

    def is_valid(self) -> bool:
        """Whether every row that was begun can be taken as it is; the rules are asked by the pre-flight check."""
        valid = self.head.is_valid()
        for row in self.rows:
            if row.found is not None:
                valid &= self._check_row(row)
            elif not row.errors and row.has_changed() and row.cleaned_data.get("number"):
                valid = False
            else:
                valid &= not row.errors
        return valid

    def _check_row(self, row: RowForm) -> bool:
        data = row.cleaned_data
        if not data.get("relation") and "relation" not in row.errors:
            row.add_error("relation", _("Choose the relation to the owner."))
        if data.get("shares") and not data.get("rank") and "rank" not in row.errors:
            row.add_error("rank", _("Say at which place this account pays."))
        if data.get("shares") and data.get("rank") in self._ranks_of_others(row):
            row.add_error("rank", _("Another member has this place."))
        return not row.errors

    def _ranks_of_others(self, row: RowForm) -> set[int]:
        """What was typed, not what passed: of two alike, both rows are told."""
        others = (other for other in self.filled if other is not row and other.cleaned_data.get("shares"))
        typed = (str(other["rank"].value() or "") for other in others)
        return {int(rank) for rank in typed if rank.isascii() and rank.isdigit()}

    def take_version(self, version: int) -> None:
        """Go on from the stored version, for a clerk who was told and saves again."""
        self.head.data = {name: self.head.data[name] for name in self.head.data} | {"version": str(version)}

    def positions(self) -> dict[str, int]:
        """Row → position on the form; "0" is the owner."""
        return {"0": 1} | {row.row: position for position, row in enumerate(self.ready, start=2)}

    def case_input(self) -> CaseInput:
        """The ready rows for the services. Expects a valid head."""
        head = self.head.cleaned_data
        positions = self.positions()
        owner = LineInput(
            person_id=self.owner.pk,
            relation=OWNER,
            shares=True,
            rank=1,
            share_limit=head.get("owner_limit"),
            starts_on=head["starts_on"],
        )
        return CaseInput(
            key=head["key"],
            owner_id=self.owner.pk,
            lines=[owner, *(_line(row, head["starts_on"]) for row in self.ready)],
            declared=frozenset(
                (positions[payer], positions[beneficiary])
                for payer, beneficiary in self.declared_rows
                if payer in positions and beneficiary in positions
            ),
            agent_name=head.get("agent_name", ""),
            power_of_attorney=head.get("power_of_attorney", ""),
            version=head.get("version") or 0,
        )


def _line(row: RowForm, starts_on: Any) -> LineInput:
    data = row.cleaned_data
    shares = bool(data.get("shares"))
    return LineInput(
        person_id=row.found.pk if row.found else 0,
        relation=data["relation"],
        shares=shares,
        rank=(data.get("rank") or SEATS) if shares else None,
        share_limit=data.get("share_limit") if shares else None,
        starts_on=starts_on,
        last_on=data.get("last_on"),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        min_length=2,
        max_length=300,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FollowUpFilter(forms.Form):
    """What the worklist shows; what an address says wrongly is left out."""

    kind = forms.ChoiceField(
        label=_("What to settle"), choices=[("", _("all")), *FollowUpKind.choices], required=False
    )
    state = forms.ChoiceField(label=_("State"), choices=FollowUpState.choices, required=False)
    page = forms.IntegerField(min_value=1, required=False)

    def wanted(self) -> dict[str, str]:
        data = self.cleaned_data if self.is_valid() else {}
        kind = {"kind": data["kind"]} if data.get("kind") else {}
        return {"state": data.get("state") or FollowUpState.OPEN.value, **kind}

    def page_number(self) -> int:
        return self.cleaned_data.get("page") or 1


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("What was done"),
        max_length=300,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-focus": ""}),
    )
    again_on = DayField(label=_("Look again on"), required=False, help_text=_("empty: no day"))


class DayQuery(forms.Form):
    """The "as of" day in an address."""

    day = DayField(required=False)
