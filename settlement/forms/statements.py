"""What the pages of statements and totals of institutions take."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import DayField, UploadForm
from accounts.models import Staff
from accounts.selectors import code_labels
from settlement.models import Statement, StatementTotal
from settlement.services.results import Scheme
from settlement.services.total_rows import COLUMNS, NewTotal, TotalFaulty, TotalReader

MOST_FILES = 100


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each as `FileField` takes one."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files or [None]]


class StatementsForm(UploadForm):
    """3202 files, as many as fit into one request."""

    file = FilesField(
        label=_("Files"),
        widget=FilesInput(attrs={"accept": ".zip", "data-focus": ""}),
    )

    def clean_file(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["file"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most {n} files at once.").format(n=MOST_FILES))
        if sum(file.size or 0 for file in files) > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(self._too_large())
        return files


class _InstitutionAndDay(forms.Form):
    day = DayField(label=_("business date"), required=False)
    institution = forms.CharField(
        label=_("institution"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("institution: code or name")}),
    )
    counts = forms.ChoiceField(
        label=pgettext_lazy("of a file", "state"),
        required=False,
        choices=[("", _("counting")), ("replaced", _("replaced")), ("all", _("all"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label

    @property
    def asked(self) -> Q:
        """Of institution and state; nothing matches what is not offered."""
        if not self.is_valid():
            return Q(pk__in=[])
        data = self.cleaned_data
        text = data["institution"].strip()
        asked = Q(institution__name__contains=text) | Q(institution=text.upper()) if text else Q()
        return asked if data["counts"] == "all" else asked & Q(counts=data["counts"] == "")


class StatementFilter(_InstitutionAndDay):
    def narrowed(self, statements: QuerySet[Statement]) -> QuerySet[Statement]:
        day = self.asked_day
        return statements.filter(self.asked, **({"business_date": day} if day else {}))

    @property
    def asked_day(self) -> Any:
        return self.cleaned_data.get("day") if self.is_valid() else None


class TotalFilter(StatementFilter):
    def narrowed(self, totals: QuerySet[StatementTotal]) -> QuerySet[StatementTotal]:  # type: ignore[override]
        day = self.asked_day
        return totals.filter(self.asked, **({"starts_on__lte": day, "ends_on__gt": day} if day else {}))


class SchemeForm(forms.Form):
    scheme = forms.TypedChoiceField(
        choices=Scheme.choices, coerce=Scheme, empty_value=Scheme.NATIONAL, required=False
    )


class TotalsFileForm(UploadForm):
    """A table of totals, below the form of one."""

    file = forms.FileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}))


class TotalForm(forms.Form):
    """One total, under the national names; read by the same function as a row of a file."""

    fixmedins_code = forms.CharField(label=_("institution code"), max_length=30)
    stmt_begndate = forms.CharField(label=pgettext_lazy("of a period", "first day"), max_length=11)
    stmt_enddate = forms.CharField(
        label=pgettext_lazy("of a period", "last day"),
        max_length=11,
        required=False,
        help_text=_("empty: the first day alone"),
    )
    insutype = forms.ChoiceField(label=_("insurance type"))
    clr_type = forms.ChoiceField(label=_("clearing type"))
    medfee_sumamt = forms.CharField(label=_("total fee"), max_length=20)
    fund_pay_sumamt = forms.CharField(label=_("pooled fund"), max_length=20)
    acct_pay = forms.CharField(label=_("personal account"), max_length=20)
    fixmedins_setl_cnt = forms.CharField(
        label=_("number of settlements"), max_length=10, help_text=_("a reversal takes one away")
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._staff = staff
        for name in ("insutype", "clr_type"):
            self._offer(name, [(code, f"{code} {label}") for code, label in sorted(code_labels(name).items())])
        for name in COLUMNS[:3]:
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["fixmedins_code"].widget.attrs["data-focus"] = True
        for name in COLUMNS[5:]:
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "gj-amount"}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["stmt_enddate"] = data.get("stmt_enddate") or data.get("stmt_begndate", "")
        data["fixmedins_code"] = data.get("fixmedins_code", "").upper()
        if not self.errors:
            self._read(data)
        return data

    def _read(self, data: dict[str, Any]) -> None:
        try:
            data["total"] = TotalReader(self._staff).read({column: data[column] for column in COLUMNS})
        except TotalFaulty as faulty:
            for fault in faulty.faults:
                self.add_error(fault.column, fault.message)

    @property
    def total(self) -> NewTotal:
        """Expects a valid form."""
        total: NewTotal = self.cleaned_data["total"]
        return total
