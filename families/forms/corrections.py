"""The rows of one family of a batch, corrected on the workbench.

A cell is sent only where it was changed: what stays as it was keeps the type that it has in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.forms import AmountField, DayField
from accounts.rules.identity import mask_number, mask_phone
from accounts.selectors import code_labels
from accounts.spreadsheets.cells import row_from_wire, text_of
from families.forms.rows import relation_choices
from families.models import ImportFamily
from families.rules.kinship import WORDS, RelationFault, relation_from_text
from families.services.imports.checking import tables_for
from families.services.imports.columns import COLUMNS, has_lost_digits, heading_of
from families.services.imports.corrections import SAID_ONCE
from families.services.imports.faults import RowFault, faults_of
from families.services.imports.rows import NO, YES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NUMBERS = ("owner_number", "member_number")
LONG_NUMBER = re.compile(r"[0-9]{7,}[0-9Xx]*")
LONGEST = 200
Choices = Sequence[tuple[str, "StrOrPromise"]]


@dataclass
class Cell:
    """One cell on the page. `shown`: masked for readers; `stored`: what another window wrote meanwhile."""

    column: str
    label: str
    shown: str
    field: BoundField | None
    faults: Sequence[RowFault] = ()
    warnings: Sequence[RowFault] = ()
    stored: str = ""
    focus: bool = False

    @property
    def widget(self) -> str:
        """The field, tied to what is wrong with it."""
        if self.field is None:
            return ""
        attrs: dict[str, str | bool] = {"data-focus": True} if self.focus else {}
        if self.faults:
            attrs |= {"aria-invalid": "true", "aria-describedby": f"{self.field.id_for_label}-why"}
        return self.field.as_widget(attrs=attrs)


@dataclass
class RowOfCells:
    """A row of the form, or, with number 0, what all rows of the family say of the owner."""

    number: int
    cells: list[Cell]
    faults: list[RowFault] = field(default_factory=list)


class CorrectionForm(forms.Form):
    """The rows of one family: what the owner is said to be once, then each member.

    `masked`: for whoever may look and not correct. What the file writes and no choice stands for is a choice too.
    """

    version = forms.IntegerField(min_value=1)
    removed = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: Any = None, *, family: ImportFamily, layout: Mapping[str, Any], masked: bool) -> None:
        super().__init__(data, auto_id=f"f{family.pk}-%s")
        self.family, self.masked = family, masked
        self.takes_focus = not masked
        self.columns = [column for column in COLUMNS if column in layout["positions"] and column != "family"]
        self.content = [row_from_wire(number, cells) for number, cells in family.content]
        cells = {
            (row.number, column): row.at(layout["positions"][column])
            for row in self.content
            for column in self.columns
        }
        # Nothing stands in the field of a number that lost digits: it is typed from the paper, whatever it reads.
        self.lost = {place: text_of(cell) for place, cell in cells.items() if has_lost_digits(place[1], cell)}
        self.texts = {place: "" if place in self.lost else text_of(cell).strip() for place, cell in cells.items()}
        numbers = [(str(row.number), str(row.number)) for row in self.content]
        self.fields["removed"].choices = numbers  # type: ignore[attr-defined]
        self.places = self._places()
        for row, column in self.places:
            text = self.texts[row, column]
            field = self.fields[f"{row}-{column}"] = self._words.field_for(column, text)
            field.widget.attrs |= {"placeholder": self.lost[row, column]} if (row, column) in self.lost else {}

    @cached_property
    def _words(self) -> _Words:
        return _Words()

    @cached_property
    def said_once(self) -> dict[str, int]:
        """Columns in which all rows that say something say the same → the first of these rows."""
        once = {}
        for column in SAID_ONCE:
            if column not in self.columns:
                continue
            said = {row.number: self.texts[row.number, column] for row in self.content}
            if len({text for text in said.values() if text}) < 2:
                once[column] = next((row for row, text in said.items() if text), self.content[0].number)
        return once

    def _places(self) -> list[tuple[int, str]]:
        rows = [row.number for row in self.content]
        own = [(row, column) for row in rows for column in self.columns if column not in self.said_once]
        return [*((row, column) for column, row in self.said_once.items()), *own]

    def cells(self) -> dict[tuple[int, str], str]:
        """(row, column) → the text that was typed in place of another. Expects a valid form."""
        typed = {place: self.cleaned_data[f"{place[0]}-{place[1]}"].strip() for place in self.places}
        changed = {
            place: text for place, text in typed.items() if text != self._words.shown(place[1], self.texts[place])
        }
        return {(row, column): self._words.written(column, text) for (row, column), text in changed.items()}

    @property
    def sections(self) -> Iterator[RowOfCells]:
        """The owner's part, then the rows, each cell with what is wrong with it."""
        faults, warnings = faults_of(self.family.errors), faults_of(self.family.warnings)
        once = [self._cell(row, column, faults, warnings) for column, row in self.said_once.items()]
        yield RowOfCells(0, once)
        for row in self.content:
            own = [column for column in self.columns if column not in self.said_once]
            cells = [self._cell(row.number, column, faults, warnings) for column in own]
            beside = {*own, *self.said_once}
            yield RowOfCells(
                row.number, cells, [one for one in faults if one.row == row.number and one.column not in beside]
            )

    def _cell(self, row: int, column: str, faults: Sequence[RowFault], warnings: Sequence[RowFault]) -> Cell:
        """A fault of what is said once stands there whichever row it was found in."""

        def here(found: Sequence[RowFault]) -> list[RowFault]:
            return [one for one in found if one.column == column and (column in self.said_once or one.row == row)]

        text = self.texts[row, column] or self.lost.get((row, column), "")
        bound = None if self.masked else self[f"{row}-{column}"]
        differs = self.is_bound and self._is_typed((row, column))
        return Cell(
            column=column, label=_label(column), shown=_masked(column, text) if self.masked else text, field=bound,
            faults=here(faults), warnings=here(warnings), stored=(text or "—") if differs else "",
            focus=self._first() == (row, column),
        )  # fmt: skip

    @property
    def taken_out(self) -> set[int]:
        """The rows that were ticked, of a form that comes back."""
        return set(self.cleaned_data.get("removed", ())) if self.is_bound else set()

    def _first(self) -> tuple[int, str] | None:
        """Where the focus goes: what another window changed, else what is wrong, else the first field."""
        if not self.takes_focus:
            return None
        faults = {(one.row, one.column) for one in faults_of(self.family.errors)}
        once = {column for _row, column in faults}
        wrong = [
            place for place in self.places if place in faults or (place[1] in self.said_once and place[1] in once)
        ]
        changed = [place for place in self.places if self._is_typed(place)] if self.is_bound else []
        return next(iter([*changed, *wrong, *self.places]), None)

    def _is_typed(self, place: tuple[int, str]) -> bool:
        """Whether another text was typed than is stored."""
        typed = str(self[f"{place[0]}-{place[1]}"].value() or "").strip()
        return typed != self._words.shown(place[1], self.texts[place])


class _Words:
    """What cells are shown as and written back as; looks each table up once."""

    @cached_property
    def cert_types(self) -> Mapping[str, str]:
        return tables_for(today=timezone.localdate()).cert_types

    @cached_property
    def cert_type_choices(self) -> Choices:
        return [("", _("resident ID card")), *code_labels("psn_cert_type").items()]

    @cached_property
    def relations(self) -> Choices:
        return relation_choices()

    def shown(self, column: str, text: str) -> str:
        """The value of the field: a code where the text stands for one, else the text."""
        if column == "relation":
            return _relation(text)
        if column == "shares":
            return _yes_no(text)
        if column.endswith("cert_type"):
            return self.cert_types.get("".join(text.split()).zfill(2 if text else 0), text)
        return text

    def written(self, column: str, value: str) -> str:
        """The inverse: as a person would write it into the file."""
        if column == "relation":
            return next((word for word, code in WORDS.items() if code == value), value)
        return value

    def field_for(self, column: str, text: str) -> forms.Field:
        """The widget of the counter, around a text: what it has to be is what the check says."""
        shown = self.shown(column, text)
        return forms.CharField(
            label=_label(column),
            required=False,
            max_length=LONGEST,
            initial=shown,
            widget=self._widget(column, shown),
        )

    def _widget(self, column: str, shown: str) -> forms.Widget:
        if column == "relation":
            return forms.Select(choices=_with_own(self.relations, shown))
        if column == "shares":
            return forms.Select(choices=_with_own([("是", _("yes")), ("否", _("no"))], shown))
        if column.endswith("cert_type"):
            return forms.Select(choices=_with_own(self.cert_type_choices, shown))
        if column == "share_limit":
            return AmountField().widget
        if column in ("starts_on", "last_on"):
            return forms.TextInput(attrs=DayField().widget.attrs | {"maxlength": 20})
        attrs = {"autocomplete": "off", "spellcheck": "false"}
        return forms.TextInput(attrs=attrs | ({"inputmode": "numeric"} if column == "rank" else {}))


def _relation(text: str) -> str:
    try:
        return relation_from_text(text)
    except RelationFault:
        return text


def _yes_no(text: str) -> str:
    if text.upper() in YES:
        return "是"
    return "否" if text.upper() in NO else text


def _with_own(choices: Choices, shown: str) -> Choices:
    """What the file says and nobody knows stands first."""
    if shown in (value for value, _label in choices):
        return choices
    return [(shown, _("“{text}” (in the file)").format(text=shown)), *choices]


def _label(column: str) -> str:
    """The columns go by their headings, in the sender's language."""
    return heading_of(column)


def _masked(column: str, text: str) -> str:
    if column in NUMBERS:
        return mask_number(text)
    if column == "owner_mobile":
        return mask_phone(text)
    return LONG_NUMBER.sub(lambda found: mask_number(found[0]), text)
