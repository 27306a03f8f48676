from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Standard reports: on the page, as workbook, as paper."""

    name = "reports"
    verbose_name = _("Reports")
