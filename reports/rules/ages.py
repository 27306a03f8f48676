"""The groups that bureaus tell ages apart by: small children, pupils, adults, and the old in steps of ten. Pure."""

from __future__ import annotations

# The first age of each group.
FROM = (0, 7, 18, 45, 60, 70, 80)


def groups() -> dict[str, tuple[int, int | None]]:
    """By the value that is stored, two digits: the first age of a group and its last, None for the oldest."""
    lasts = [*(age - 1 for age in FROM[1:]), None]
    return {f"{first:02}": (first, last) for first, last in zip(FROM, lasts, strict=True)}
