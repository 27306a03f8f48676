"""Institutions as a table, in both directions (`accounts.resources`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from import_export.fields import Field

from accounts.resources import MasterData, Typed, add_resource
from accounts.spreadsheets.writer import Kind
from settlement.models import Institution
from settlement.services.institutions import INSTITUTION_COLUMNS


class InstitutionResource(MasterData):
    data = "institutions"
    import_kind = "import_institutions"
    export_rights = ("settlement.view_institution",)
    import_title = gettext_lazy("Import institutions")

    fixmedins_name = Field("name")
    status_since = Field("status_since", widget=Typed(Kind.DAY))

    class Meta:
        model = Institution
        fields = export_order = INSTITUTION_COLUMNS
        chunk_size = 2_000


INSTITUTIONS = add_resource(InstitutionResource)
