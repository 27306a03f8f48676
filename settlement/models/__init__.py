from settlement.models.institution import Institution

__all__ = ["Institution"]
