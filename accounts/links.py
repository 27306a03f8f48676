"""Where apps built on top add their links to pages of an app below: to the page of a person, and of a group.

An app says in `ready` what it adds; the page below shows what the staff member may follow, and imports nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_stubs_ext import StrOrPromise

    from accounts.models import Staff

Place = Literal["person", "group"]


@dataclass(frozen=True, slots=True)
class PageLink:
    """`page`: the name of an address that takes the key of the person or group; `right`: who may follow it;
    `key`: its accesskey, if it has one.
    """

    label: StrOrPromise
    page: str
    right: str
    key: str = ""


_links: dict[Place, list[PageLink]] = {"person": [], "group": []}


def add_person_link(link: PageLink) -> None:
    _links["person"].append(link)


def add_group_link(link: PageLink) -> None:
    _links["group"].append(link)


def links_to(place: Place, pk: int, staff: Staff) -> Iterator[tuple[PageLink, str]]:
    """The links of a page that this staff member may follow, each with its address."""
    for link in _links[place]:
        if staff.has_perm(link.right):
            yield link, reverse(link.page, args=[pk])
