from reports.models.full_numbers import FullNumbersRequest
from reports.models.saved import MonthlyExport, SavedReport

__all__ = ["FullNumbersRequest", "MonthlyExport", "SavedReport"]
