"""Master data as tables: the columns of each under their national names, how they are cleaned, who may take them.

Invariants: the columns of a Resource are those that its service reads, in that order, so that what was exported can
be corrected and loaded; its cleaning, comparing and writing are that service's (`accounts.services.master_data`);
numbers of persons leave masked. django-import-export's own ways to read and write are closed (docs/adr/0017).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from accounts.models import Code, InsuredPerson, Region, Staff
from accounts.services import person_rows, reference
from accounts.services.exports import export_table
from accounts.services.rights import require_right
from accounts.services.sources import SOURCES, Source
from accounts.spreadsheets.writer import MOST_ROWS, Column, Form, Kind, Value


class TooManyRows(Exception):
    """The list is longer than a file of this form may be; the message is for a person."""


class StockWayClosed(Exception):
    """django-import-export would write row by row, and formulas with it."""


class Typed(Widget):
    """A value that keeps its type for the file."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class MasterData(ModelResource):
    """One kind of master data. `data`: its name in addresses; `import_kind`: of the job that imports it."""

    data: str
    import_kind: str
    export_rights: tuple[str, ...]
    import_title: Any

    @property
    def source(self) -> Source:
        """How a file of these columns is cleaned and written, and who may bring one."""
        return SOURCES[self.import_kind]

    def rows_of(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """With what the columns need."""
        return queryset

    def columns(self) -> list[Column]:
        kinds = [(field.column_name, getattr(field.widget, "kind", Kind.TEXT)) for field in self.get_export_fields()]
        return [Column(heading, kind) for heading, kind in kinds]

    def write(self, queryset: QuerySet[Any], *, form: Form, by: Staff, request: HttpRequest | None = None) -> bytes:
        """A file of these rows, audited. `queryset`: in the scope of `by`. Raises: RightMissing, TooManyRows."""
        for right in self.export_rights:
            require_right(by, right)
        if queryset.count() > MOST_ROWS[form]:
            raise TooManyRows(
                _("The list has more than {n} rows: narrow it by its filters, or export it as CSV.").format(
                    n=MOST_ROWS[form]
                )
            )
        rows = self._values(self.rows_of(queryset))
        return export_table(what=self.data, columns=self.columns(), rows=rows, form=form, by=by, request=request)

    def _values(self, queryset: QuerySet[Any]) -> Iterator[list[Value]]:
        fields = self.get_export_fields()
        for row in self.iter_queryset(queryset):
            yield [field.export(row) for field in fields]

    def _closed(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise StockWayClosed

    import_data = export = _closed


class PersonResource(MasterData):
    data = "persons"
    import_kind = "import_persons"
    export_rights = ("accounts.export_insuredperson", "accounts.view_personalaccount")
    import_title = gettext_lazy("Import persons")

    psn_name = Field("name")
    psn_cert_type = Field("cert_type")
    certno = Field("masked_number")
    gend = Field("gender")
    brdy = Field("born_on", widget=Typed(Kind.DAY))
    mobile = Field("masked_mobile")
    insu_admdvs = Field("region_id")
    psn_insu_stas = Field("status")
    prior_years_balance = Field("account__prior_years", widget=Typed(Kind.AMOUNT))
    current_year_balance = Field("account__current_year", widget=Typed(Kind.AMOUNT))

    class Meta:
        model = InsuredPerson
        fields = export_order = person_rows.COLUMNS
        chunk_size = 2_000

    def rows_of(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("account")


class RegionResource(MasterData):
    data = "regions"
    import_kind = "import_regions"
    export_rights = ("accounts.view_region",)
    import_title = gettext_lazy("Import regions")

    admdvs = Field("code")
    parent = Field("parent_id")

    class Meta:
        model = Region
        fields = export_order = reference.REGION_COLUMNS
        chunk_size = 2_000


class CodeResource(MasterData):
    data = "codes"
    import_kind = "import_codes"
    export_rights = ("accounts.view_code",)
    import_title = gettext_lazy("Import code tables")

    region = Field("region_id")

    class Meta:
        model = Code
        fields = export_order = reference.CODE_COLUMNS
        chunk_size = 2_000


RESOURCES: dict[str, MasterData] = {}


def add_resource(resource: type[MasterData]) -> MasterData:
    """Have the pages of this kind. An app above adds its own before the addresses are read."""
    return RESOURCES.setdefault(resource.data, resource())


for _own in (PersonResource, RegionResource, CodeResource):
    add_resource(_own)
