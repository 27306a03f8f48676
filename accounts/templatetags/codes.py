"""Codes of the national tables as words."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def label(labels: Mapping[str, str], code: str) -> str:
    """The name of a code, or the code itself where the table does not have it."""
    return labels.get(code, code)
