from reports.models.saved import SavedReport

__all__ = ["SavedReport"]
