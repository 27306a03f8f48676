"""A row of the form: one person, found by a number just typed or by the token of an earlier look-up.

The page never gets a number back, and a token is good for one staff member alone.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.forms import AmountField, DayField
from accounts.models import InsuredPerson, Staff
from accounts.rules.identity import normalise_number
from accounts.selectors import code_labels
from families.models import CaseLine
from families.rules.kinship import OWNER, RELATIONS
from families.rules.policy import SEATS
from families.services.case_forms import LineInput
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

    @classmethod
    def of_line(cls, line: CaseLine, prefix: str, staff: Staff) -> RowForm:
        terms = ("relation", "shares", "rank", "share_limit", "last_on")
        row = cls(prefix=prefix, staff=staff, initial={name: getattr(line, name) for name in terms})
        row.found = line.person
        return row

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


def rows_from(data: QueryDict, staff: Staff) -> list[RowForm]:
    """The rows of a page, each with its person looked up."""
    names = [row for row in dict.fromkeys(data.getlist("row")) if ROW.fullmatch(row)]
    rows = [RowForm(data, prefix=row, staff=staff) for row in names][:20]
    for row in rows:
        row.look_up()
    return rows


def check_rows(rows: list[RowForm], *, taken_ranks: set[int]) -> bool:
    """Whether every row that was begun can be taken as it is; the rules are asked by the pre-flight check."""
    valid = True
    for row in rows:
        if row.found is not None:
            valid &= _check_row(row, rows, taken_ranks)
        elif not row.errors and row.has_changed() and row.cleaned_data.get("number"):
            valid = False
        else:
            valid &= not row.errors
    return valid


def _check_row(row: RowForm, rows: list[RowForm], taken: set[int]) -> bool:
    data = row.cleaned_data
    if not data.get("relation") and "relation" not in row.errors:
        row.add_error("relation", _("Choose the relation to the owner."))
    if data.get("shares") and not data.get("rank") and "rank" not in row.errors:
        row.add_error("rank", _("Say at which place this account pays."))
    if data.get("shares") and data.get("rank") in taken | _ranks_of_others(row, rows):
        row.add_error("rank", _("Another member has this place."))
    return not row.errors


def _ranks_of_others(row: RowForm, rows: list[RowForm]) -> set[int]:
    """What was typed, not what passed: of two alike, both rows are told."""
    others = (other for other in rows if other.found and other is not row and other.cleaned_data.get("shares"))
    typed = (str(other["rank"].value() or "") for other in others)
    return {int(rank) for rank in typed if rank.isascii() and rank.isdigit()}


def ready(rows: list[RowForm]) -> list[RowForm]:
    """The rows that the pre-flight check can take: person and relation. A valid form has no other filled ones."""
    filled = [row for row in rows if row.found is not None]
    return [row for row in filled if not row.is_bound or row.cleaned_data.get("relation")]


def line_of(row: RowForm, starts_on: dt.date) -> LineInput:
    """A ready row as a line of the case: somebody joins."""
    data = row.cleaned_data if row.is_bound else row.initial
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


PAIR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


def declared_from(data: QueryDict) -> frozenset[tuple[int, int]]:
    """Pairs of persons, payer and beneficiary, that the family declares."""
    matches = (PAIR.fullmatch(text) for text in data.getlist("declared"))
    return frozenset((int(match[1]), int(match[2])) for match in matches if match)


def within(pairs: frozenset[tuple[int, int]], persons: set[int]) -> frozenset[tuple[int, int]]:
    """The pairs of whom both are on the form."""
    return frozenset(pair for pair in pairs if persons.issuperset(pair))
