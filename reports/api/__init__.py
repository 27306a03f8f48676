"""What other systems read: groups, settlements and reports as JSON, with a token, never changed (docs/api.md)."""
