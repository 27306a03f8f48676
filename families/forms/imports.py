"""What the workbench of registration forms takes: a file, and what its headings mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import UploadForm
from families.services.imports.columns import COLUMNS, EXTRA, heading_of


class LoadForm(UploadForm):
    """A workbook or CSV file of registration forms, and who sent it where the file does not say so."""

    sender = forms.CharField(
        label=gettext_lazy("Sender"),
        required=False,
        max_length=120,
        validators=[RegexValidator(r"[0-9]{11}", gettext_lazy("No number of a person here."), inverse_match=True)],
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "senders"}),
        help_text=gettext_lazy("who filled the form in; empty when the file says it"),
    )


class CorrectedForm(UploadForm):
    """The workbook of errors as it comes back. Its field leaves the focus to the families below it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="corrected-%s", **kwargs)
        self.fields["file"].widget.attrs.pop("data-focus", None)


class HeadingsForm(forms.Form):
    """What each heading means. `headings`: as the file writes them; one that is known is chosen already."""

    sender = forms.CharField(
        label=gettext_lazy("Sender"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "senders"}),
        help_text=gettext_lazy("what you say here is remembered for this sender"),
    )

    def __init__(self, *args: Any, sender: str, headings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sender"].initial = sender
        self.headings = list(dict.fromkeys(heading for heading in headings if heading and heading not in EXTRA))
        meanings = [("", _("not read")), *((column, heading_of(column)) for column in COLUMNS)]
        known = {name: column for column, names in COLUMNS.items() for name in names}
        for number, heading in enumerate(self.headings):
            meaning = known.get("".join(heading.split()), "")
            self.fields[f"heading-{number}"] = forms.ChoiceField(
                label=heading, choices=meanings, required=False, initial=meaning
            )

    def focus(self) -> None:
        """Go to the first column whose meaning is not known."""
        unknown = (one.field for one in self.selects.values() if not one.field.initial)
        if (first := next(unknown, None)) is not None:
            first.widget.attrs["data-focus"] = True

    @property
    def selects(self) -> dict[str, BoundField]:
        """By heading."""
        return {heading: self[f"heading-{number}"] for number, heading in enumerate(self.headings)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [column for column in self.columns.values() if column]
        twice = sorted({heading_of(column) for column in chosen if chosen.count(column) > 1})
        if twice:
            raise forms.ValidationError(_("Two columns mean the same: {names}.").format(names="、".join(twice)))
        if not chosen:
            raise forms.ValidationError(_("Say of at least one column what it means."))
        return data

    @property
    def columns(self) -> dict[str, str]:
        """Heading → column, of those that mean one."""
        meant = {heading: self.cleaned_data.get(f"heading-{n}") or "" for n, heading in enumerate(self.headings)}
        return {heading: column for heading, column in meant.items() if column}
