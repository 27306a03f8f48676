from accounts.admin import master_data, people

__all__ = ["master_data", "people"]
