"""The picture of a family: where the cards stand, which lines join them, where the arrows end."""

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from families.rules.kinship import RELATIONS
from families.rules.picture import CARD_HEIGHT, CARD_WIDTH, Card, Layout, arrows_to, lay_out, shortened

OTHERS = sorted(set(RELATIONS) - {"01"})


def rows(layout: Layout) -> list[list[int]]:
    """Seats by row, from above and from the left."""
    heights = sorted({card.y for card in layout.cards.values()})
    return [
        sorted((seat for seat, card in layout.cards.items() if card.y == y), key=lambda seat: layout.cards[seat].x)
        for y in heights
    ]


def test_generations_stand_below_one_another_and_the_spouse_beside_the_owner() -> None:
    layout = lay_out({1: "01", 2: "73", 3: "20", 4: "12", 5: "52", 6: "61", 7: "44", 8: "30"})
    assert rows(layout) == [[6], [5], [1, 4, 2], [3, 8], [7]]


def test_the_parents_of_the_spouse_stand_beside_the_owners_parents() -> None:
    assert rows(lay_out({1: "01", 2: "11", 3: "53", 4: "51"})) == [[4, 3], [1, 2]]


def test_a_generation_of_more_than_four_takes_two_rows() -> None:
    assert rows(lay_out({1: "01", **dict.fromkeys(range(2, 8), "20")})) == [[1], [2, 3, 4, 5], [6, 7]]


def test_a_group_without_members_is_an_empty_drawing() -> None:
    assert (lay_out({}).cards, lay_out({}).bonds) == ({}, ())


@given(st.lists(st.sampled_from(OTHERS), max_size=7))
def test_no_card_covers_another_and_all_lie_within_the_drawing(relations: list[str]) -> None:
    layout = lay_out({1: "01", **dict(enumerate(relations, start=2))})
    assert len(layout.cards) == len(relations) + 1
    for one, other in combinations(layout.cards.values(), 2):
        assert abs(one.x - other.x) >= CARD_WIDTH or abs(one.y - other.y) >= CARD_HEIGHT
    for card in layout.cards.values():
        assert 0 <= card.x <= layout.width - CARD_WIDTH
        assert 0 <= card.y <= layout.height - CARD_HEIGHT


def test_children_descend_from_between_the_couple_and_from_an_owner_alone() -> None:
    couple = lay_out({1: "01", 2: "12", 3: "20"})
    owner, spouse, child = (couple.cards[seat] for seat in (1, 2, 3))
    between = (owner.middle + spouse.middle) // 2
    assert f"M{owner.x + CARD_WIDTH} {owner.y + CARD_HEIGHT // 2}H{spouse.x}" in couple.bonds
    assert any(path.startswith(f"M{between} {owner.bottom - CARD_HEIGHT // 2}V") for path in couple.bonds)
    assert any(path.endswith(f"V{child.y}") for path in couple.bonds)
    alone = lay_out({1: "01", 2: "20"})
    assert any(path.startswith(f"M{alone.cards[1].middle} {alone.cards[1].bottom}V") for path in alone.bonds)


def test_where_a_generation_is_missing_the_line_goes_on_to_the_next() -> None:
    layout = lay_out({1: "01", 2: "61", 3: "41"})
    assert any(path.endswith(f"V{layout.cards[1].y}") for path in layout.bonds)
    assert any(path.endswith(f"V{layout.cards[3].y}") for path in layout.bonds)


def test_somebody_of_no_known_relation_is_shown_without_a_line() -> None:
    assert lay_out({1: "01", 2: "99"}).bonds == ()


def test_arrows_go_over_the_row_or_from_edge_to_edge_and_their_heads_lie_apart() -> None:
    taker = Card(300, 300)
    above, beside, below = Card(0, 0), Card(600, 300), Card(300, 600)
    paths = arrows_to(taker, [below, above, beside])
    points = [[int(number) for number in re.findall(r"-?\d+", path)] for path in paths]
    assert [tuple(point[:2]) for point in points] == [
        (below.middle, below.y), (above.middle, above.bottom), (beside.middle, beside.y)
    ]  # fmt: skip
    tips = [tuple(point[-2:]) for point in points]
    assert [y for _x, y in tips] == [taker.bottom, taker.y, taker.y]
    assert sorted(x for x, _y in tips) == [taker.middle - 16, taker.middle, taker.middle + 16]
    assert tips[1][0] < tips[0][0] < tips[2][0]


def test_a_long_name_is_shortened_by_its_width() -> None:
    assert shortened("欧阳建国", 14) == "欧阳建国"
    assert shortened("古丽巴哈尔·买买提依明", 14) == "古丽巴哈尔·…"
    assert shortened("John Smith", 14) == "John Smith"
