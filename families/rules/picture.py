"""Where the picture of a family puts everybody, its kinship lines and the arrows from payers to a beneficiary.

Pure geometry in the units of an SVG's viewBox. Invariants: a generation is a row, the eldest at the top; no two cards
overlap, and everything lies within the drawing.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from families.rules.kinship import Group, group_of

CARD_WIDTH, CARD_HEIGHT = 200, 88
COLUMN_GAP, ROW_GAP, MARGIN = 22, 46, 30
CARDS_IN_A_ROW = 4
ARC = 36
ARROW_SPREAD = 16

# The generation of each group of relations, and the place of the group within it.
GENERATIONS: Mapping[Group, tuple[int, int]] = {
    "grandparent": (0, 0),
    "parent": (1, 0),
    "parent_in_law": (1, 1),
    "owner": (2, 0),
    "spouse": (2, 1),
    "sibling": (2, 2),
    "child": (3, 0),
    "grandchild": (4, 0),
    "other": (5, 0),
}
# Who descends from whom; where the generation between is not of the group, from the next one that is.
DESCENT: tuple[tuple[tuple[Group, ...], tuple[tuple[Group, ...], ...]], ...] = (
    (("grandparent",), (("parent",), ("owner", "sibling"))),
    (("parent",), (("owner", "sibling"),)),
    (("parent_in_law",), (("spouse",),)),
    (("child",), (("grandchild",),)),
)


@dataclass(frozen=True, slots=True)
class Card:
    """The place of one member: the upper left corner."""

    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + CARD_WIDTH // 2

    @property
    def bottom(self) -> int:
        return self.y + CARD_HEIGHT


@dataclass(frozen=True, slots=True)
class Layout:
    """`cards`: by seat; `bonds`: kinship lines, as SVG paths."""

    width: int
    height: int
    cards: Mapping[int, Card]
    bonds: tuple[str, ...]


def lay_out(relations: Mapping[int, str]) -> Layout:
    """The picture of a family. `relations`: GB/T 4761 code to the owner, by seat."""
    rows = list(_rows(relations))
    columns = max((len(row) for row in rows), default=0)
    width = 2 * MARGIN + columns * (CARD_WIDTH + COLUMN_GAP) - COLUMN_GAP
    cards: dict[int, Card] = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (CARD_WIDTH + COLUMN_GAP) + COLUMN_GAP) // 2
        y = MARGIN + number * (CARD_HEIGHT + ROW_GAP)
        for column, seat in enumerate(row):
            cards[seat] = Card(left + column * (CARD_WIDTH + COLUMN_GAP), y)
    height = 2 * MARGIN + len(rows) * (CARD_HEIGHT + ROW_GAP) - ROW_GAP
    return Layout(width, height, cards, tuple(_bonds(relations, cards)))


def _rows(relations: Mapping[int, str]) -> Iterator[tuple[int, ...]]:
    """Seats by generation; one of more than four takes several rows."""
    generations: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for seat, relation in relations.items():
        generation, place = GENERATIONS[group_of(relation)]
        generations[generation].append((place, seat))
    for _generation, members in sorted(generations.items()):
        seats = [seat for _place, seat in sorted(members)]
        for start in range(0, len(seats), CARDS_IN_A_ROW):
            yield tuple(seats[start : start + CARDS_IN_A_ROW])


def _bonds(relations: Mapping[int, str], cards: Mapping[int, Card]) -> Iterator[str]:
    groups: dict[Group, list[Card]] = defaultdict(list)
    for seat, relation in relations.items():
        groups[group_of(relation)].append(cards[seat])
    for owner, spouse in zip(groups["owner"], groups["spouse"], strict=False):
        yield f"M{owner.x + CARD_WIDTH} {owner.y + CARD_HEIGHT // 2}H{spouse.x}"
    for above, candidates in DESCENT:
        below = next((found for names in candidates if (found := _of(groups, names))), [])
        yield from _bus([(card.middle, card.bottom) for card in _of(groups, above)], below)
    yield from _bus(_couple(_of(groups, ("owner", "spouse"))), groups["child"] or groups["grandchild"])


def _of(groups: Mapping[Group, list[Card]], names: Sequence[Group]) -> list[Card]:
    return [card for name in names for card in groups.get(name, ())]


def _couple(cards: Sequence[Card]) -> list[tuple[int, int]]:
    """Children descend from the line between the owner and the spouse, or from the owner alone."""
    if len(cards) < 2:
        return [(card.middle, card.bottom) for card in cards]
    return [((cards[0].middle + cards[1].middle) // 2, cards[0].bottom - CARD_HEIGHT // 2)]


def _bus(stems: Sequence[tuple[int, int]], below: Sequence[Card]) -> Iterator[str]:
    """From the stems down to one bar, and from the bar to everybody below."""
    if not stems or not below:
        return
    bar = min(card.y for card in below) - ROW_GAP // 2
    ends = [*(x for x, _y in stems), *(card.middle for card in below)]
    yield f"M{min(ends)} {bar}H{max(ends)}"
    for x, y in stems:
        yield f"M{x} {y}V{bar}"
    for card in below:
        yield f"M{card.middle} {bar}V{card.y}"


def arrows_to(taker: Card, payers: Sequence[Card]) -> list[str]:
    """An SVG path from each payer to the beneficiary, in the order given; their heads lie side by side."""
    tips = {card: place for place, card in enumerate(sorted(payers, key=lambda card: (card.middle, card.y)))}
    return [
        _arrow(payer, taker, taker.middle + int((tips[payer] - (len(payers) - 1) / 2) * ARROW_SPREAD))
        for payer in payers
    ]


def _arrow(payer: Card, taker: Card, tip: int) -> str:
    """Over the row to a neighbour, from edge to edge between rows."""
    if payer.y == taker.y:
        return f"M{payer.middle} {payer.y}C{payer.middle} {payer.y - ARC} {tip} {taker.y - ARC} {tip} {taker.y}"
    start, end = (payer.bottom, taker.y) if payer.y < taker.y else (payer.y, taker.bottom)
    half = (start + end) // 2
    return f"M{payer.middle} {start}C{payer.middle} {half} {tip} {half} {tip} {end}"


def shortened(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis. `width`: in half-width characters; a Chinese one takes two."""
    taken = 0
    for place, character in enumerate(text):
        taken += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if taken > width:
            return text[: place - 1] + "…"
    return text
