"""Links that apps built on top have added to a page (accounts/links.py)."""

from typing import Any

from django import template

from accounts.links import Place, links_to

register = template.Library()


@register.inclusion_tag("accounts/_links.html", takes_context=True)
def added_links(context: dict[str, Any], place: Place, pk: int) -> dict[str, Any]:
    """Buttons for the page of a person or group, for whoever is signed in."""
    return {"links": list(links_to(place, pk, context["request"].user))}
