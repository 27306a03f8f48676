"""The picture of a family: who pays for whom and in which order, drawn from the group as it stood on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _

from accounts.models import PersonalAccount, Staff
from accounts.selectors import code_labels
from families.models import GroupMember
from families.rules.kinship import OWNER
from families.rules.picture import CARD_HEIGHT, CARD_WIDTH, Card, Layout, arrows_to, lay_out, shortened
from families.rules.timeline import Stay
from families.selectors import GroupPicture, Terms

register = template.Library()

NAME_WIDTH, RELATION_WIDTH, CAUSE_WIDTH = 14, 11, 12
# So many arrows are read at a glance; more are shown for the card that is pointed at alone.
FEW = 4
FIRST_STOP, OWN_STOP, STOP_STEP = 22, 36, 21


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a payer's card, with the rank of its account."""

    path: str
    payer: Card
    rank: int


@dataclass(frozen=True, slots=True)
class DrawnMember:
    """A card, and what the tables say of its member.

    `stops`: x and rank of each payer's number, in the order of payment; `account`: where it may be seen; `joined_on`,
    `left_on`: of the whole stay, where the page knows it; `link`: empty for a member of another region, whose page
    this member of staff may not open; `suspended`: why, empty for who takes part.
    """

    member: GroupMember
    terms: Terms
    card: Card
    name: str
    relation: str
    words: str
    link: str
    suspended: str
    stops: tuple[tuple[int, int], ...]
    arrows: tuple[Arrow, ...]
    account: PersonalAccount | None
    joined_on: dt.date
    left_on: dt.date | None

    @property
    def last_on(self) -> dt.date | None:
        return self.left_on - dt.timedelta(days=1) if self.left_on else None

    @property
    def balance(self) -> Any:
        return self.account and self.account.prior_years + self.account.current_year


@dataclass(frozen=True, slots=True)
class Drawing:
    layout: Layout
    members: tuple[DrawnMember, ...]
    few_arrows: bool
    card_width: int = CARD_WIDTH
    card_height: int = CARD_HEIGHT

    @property
    def payers(self) -> list[DrawnMember]:
        """In the order of payment."""
        return sorted(
            (one for one in self.members if one.terms.rank is not None), key=lambda one: one.terms.rank or 0
        )

    @property
    def shows_balances(self) -> bool:
        return any(one.account for one in self.members)


@register.simple_tag(takes_context=True)
def draw_family(context: Mapping[str, Any], picture: GroupPicture) -> Drawing:
    """The drawing of a group's picture; the context may have `balances` and `stays`, by person."""
    layout = lay_out({member.seat: member.relation for member, _terms in picture.members})
    staff: Staff = context["request"].user
    members = _drawn(picture, layout, staff, context.get("balances", {}), context.get("stays", {}))
    return Drawing(layout, tuple(members), few_arrows=len(picture.grants) <= FEW)


def _drawn(
    picture: GroupPicture,
    layout: Layout,
    staff: Staff,
    accounts: Mapping[int, PersonalAccount],
    stays: Mapping[int, Stay],
) -> Iterator[DrawnMember]:
    relations = code_labels("relation")
    ranks = {member.pk: terms.rank or 0 for member, terms in picture.members}
    chains = {taker.pk: [payer for payer, _basis in payers] for taker, payers in picture.chains}
    for member, terms in picture.members:
        person, payers = member.person, chains[member.pk]
        stay = stays.get(person.pk, member)
        card = layout.cards[member.seat]
        relation = _("owner of the group") if member.relation == OWNER else relations.get(member.relation, "")
        sources = [layout.cards[payer.seat] for payer in payers]
        paths = arrows_to(card, sources)
        first = OWN_STOP + FIRST_STOP if person.is_employee else FIRST_STOP
        yield DrawnMember(
            member=member,
            terms=terms,
            card=card,
            name=shortened(person.name, NAME_WIDTH),
            relation=shortened(relation, RELATION_WIDTH),
            words=_in_words(member, relation, terms, payers),
            link=person.get_absolute_url() if person.region.path.startswith(staff.region.path) else "",
            suspended=shortened(_suspension(terms), CAUSE_WIDTH),
            stops=tuple((first + STOP_STEP * place, ranks[payer.pk]) for place, payer in enumerate(payers)),
            arrows=tuple(
                Arrow(path, source, ranks[payer.pk])
                for path, source, payer in zip(paths, sources, payers, strict=True)
            ),
            account=accounts.get(person.pk),
            joined_on=stay.joined_on,
            left_on=stay.left_on,
        )


def _suspension(terms: Terms) -> str:
    """Why the member takes no part that day; empty who does."""
    return str(terms.suspensions[0].get_cause_display()) if terms.suspensions else ""


def _in_words(member: GroupMember, relation: str, terms: Terms, payers: list[GroupMember]) -> str:
    """What the card shows, for whoever hears it."""
    own = [_("own account")] if member.person.is_employee else []
    chain = " → ".join([*own, *(payer.person.name for payer in payers), _("cash")])
    words = [_("seat {n}").format(n=member.seat), member.person.name, relation]
    if terms.suspensions:
        words.append(_suspension(terms))
    if terms.rank is not None:
        words.append(_("pays at place {n}").format(n=terms.rank))
    return _(", ").join(words) + _("; paid for by: {chain}").format(chain=chain)
