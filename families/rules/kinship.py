"""Kinship: how a payer and a beneficiary are related, from what each is to the owner of the group.

Relations are GB/T 4761 two-digit codes to the owner (DOMAIN.md section 5). A grant needs the *pair* to be
near relatives, not only each of them to the owner: `pair_relation` reads the page's table, `may_pay`
applies a region's policy to what it finds. The invariant: no pair passes that the table does not name,
and a code that is coarser than two digits is never filled up by a guess.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Literal

from accounts.rules.identity import Gender

Group = Literal[
    "owner", "spouse", "child", "parent", "sibling", "grandparent", "grandchild", "parent_in_law", "other"
]
Kind = Literal["spouse", "parent", "child", "sibling", "grandparent", "grandchild"]
Line = Literal["paternal", "maternal"]

OWNER = "01"

# Policy parameter `near_relatives`, DOMAIN.md section 4: 国办发〔2024〕38号, and the narrower rule before it.
NEAR_RELATIVES_2024: frozenset[Kind] = frozenset(
    {"spouse", "parent", "child", "sibling", "grandparent", "grandchild"}
)
NEAR_RELATIVES_2021: frozenset[Kind] = frozenset({"spouse", "parent", "child"})


class RelationFault(ValueError):
    """A relation that no code can be given for.

    `code` is FORMATS.md's `relation_unknown`; `candidates` are the codes it may mean, for the
    person who corrects it, empty when nothing is known.
    """

    def __init__(self, code: str, reason: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.code = code
        self.candidates = candidates


class ImpossiblePair(ValueError):
    """Two owners, or two spouses of the owner: the group itself is wrong, not the grant."""


class Verdict(Enum):
    """What DOMAIN.md section 5 says of a pair, before the region's policy."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    PRESUMED = "presumed"
    DECLARE = "declare"
    IN_LAW = "in_law"
    NO = "no"


@dataclass(frozen=True)
class Relation:
    """One code: the column it takes in the table, the gender it implies, the line it descends by."""

    code: str
    group: Group
    gender: Gender | None = None
    line: Line | None = None


@dataclass(frozen=True)
class Pair:
    """What the beneficiary is to the payer, and how far that is established."""

    kind: Kind | None
    verdict: Verdict


@dataclass(frozen=True)
class ByLine:
    """A cell that depends on whether parent and grandparent, or two grandparents, are of one line."""

    same: Pair
    other: Pair


RELATIONS: Mapping[str, Relation] = MappingProxyType(
    {
        relation.code: relation
        for relation in (
            Relation("01", "owner"),
            Relation("10", "spouse"),
            Relation("11", "spouse", "1"),
            Relation("12", "spouse", "2"),
            Relation("20", "child", "1"),
            Relation("30", "child", "2"),
            Relation("41", "grandchild", "1"),
            Relation("42", "grandchild", "2"),
            Relation("43", "grandchild", "1"),
            Relation("44", "grandchild", "2"),
            Relation("51", "parent", "1", "paternal"),
            Relation("52", "parent", "2", "maternal"),
            Relation("53", "parent_in_law", "1"),
            Relation("54", "parent_in_law", "2"),
            Relation("55", "parent_in_law", "1"),
            Relation("56", "parent_in_law", "2"),
            Relation("61", "grandparent", "1", "paternal"),
            Relation("62", "grandparent", "2", "paternal"),
            Relation("63", "grandparent", "1", "maternal"),
            Relation("64", "grandparent", "2", "maternal"),
            Relation("71", "sibling", "1"),
            Relation("73", "sibling", "1"),
            Relation("75", "sibling", "2"),
            Relation("77", "sibling", "2"),
            Relation("99", "other"),
        )
    }
)

# FORMATS.md, "Relations as text".
WORDS: Mapping[str, str] = MappingProxyType(
    {
        word: code
        for code, words in {
            "10": "配偶",
            "11": "丈夫",
            "12": "妻子",
            "20": "子 儿子",
            "30": "女 女儿",
            "41": "孙子",
            "42": "孙女",
            "43": "外孙 外孙子",
            "44": "外孙女",
            "51": "父 父亲",
            "52": "母 母亲",
            "53": "公公",
            "54": "婆婆",
            "55": "岳父",
            "56": "岳母",
            "61": "祖父 爷爷",
            "62": "祖母 奶奶",
            "63": "外祖父 外公 姥爷",
            "64": "外祖母 外婆 姥姥",
            "71": "兄 哥哥",
            "73": "弟 弟弟",
            "75": "姐 姐姐",
            "77": "妹 妹妹",
        }.items()
        for word in words.split()
    }
)

_GRANDCHILDREN = ("41", "42", "43", "44")
_PARENTS = ("51", "52")
_GRANDPARENTS = ("61", "62", "63", "64")
_SIBLINGS = ("71", "73", "75", "77")

# Scheme → value in the file → the two-digit codes it may mean. 10 says all that "spouse" says; the other
# coarse values say less than any code in use, so a gender has to narrow them down or a person has to.
SCHEMES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "one_digit_from_0": {
            "0": ("01",),
            "1": ("10",),
            "2": ("20",),
            "3": ("30",),
            "4": _GRANDCHILDREN,
            "5": _PARENTS,
            "6": _GRANDPARENTS,
            "7": _SIBLINGS,
            "8": ("99",),
        },
        "one_digit_from_1": {
            "1": ("01",),
            "2": ("10",),
            "3": ("20",),
            "4": ("30",),
            "5": _GRANDCHILDREN,
            "6": _PARENTS,
            "7": _GRANDPARENTS,
            "8": _SIBLINGS,
            "9": ("99",),
        },
        # 9 is "none": a relation that was not given, which is not the same as "other".
        "rlts": {
            "1": ("01",),
            "2": ("10",),
            "3": ("20", "30"),
            "4": _GRANDCHILDREN,
            "5": _PARENTS,
            "6": _GRANDPARENTS,
            "7": _SIBLINGS,
            "8": ("99",),
            "9": (),
        },
    }
)


def _passes(kind: Kind) -> Pair:
    return Pair(kind, Verdict.PASS)


def _presumed(kind: Kind) -> Pair:
    return Pair(kind, Verdict.PRESUMED)


def _declare(kind: Kind) -> Pair:
    return Pair(kind, Verdict.DECLARE)


_NO = Pair(None, Verdict.NO)
_IN_LAW = Pair(None, Verdict.IN_LAW)

_COLUMNS: tuple[Group, ...] = (
    "owner", "spouse", "child", "parent", "sibling", "grandparent", "grandchild", "parent_in_law",
)  # fmt: skip

# DOMAIN.md section 5, row by row: the payer's group, then one cell for each of _COLUMNS. The last row and
# column, the spouse's parents as members, stand where a policy admits them (docs/adr/0004).
_TABLE: Mapping[Group, tuple[Pair | ByLine | None, ...]] = {
    "owner": (
        None, _passes("spouse"), _passes("child"), _passes("parent"), _passes("sibling"),
        _passes("grandparent"), _passes("grandchild"), _IN_LAW,
    ),
    "spouse": (
        _passes("spouse"), None, _presumed("child"), _IN_LAW, _NO,
        _NO, _presumed("grandchild"), _passes("parent"),
    ),
    "child": (
        _passes("parent"), _presumed("parent"), _passes("sibling"), _passes("grandparent"), _NO,
        _NO, _declare("child"), _presumed("grandparent"),
    ),
    "parent": (
        _passes("child"), _NO, _passes("grandchild"), _presumed("spouse"), _passes("child"),
        ByLine(same=_passes("parent"), other=_IN_LAW), _NO, _NO,
    ),
    "sibling": (
        _passes("sibling"), _NO, _NO, _passes("parent"), _passes("sibling"),
        _passes("grandparent"), _NO, _NO,
    ),
    "grandparent": (
        _passes("grandchild"), _NO, _NO, ByLine(same=_passes("child"), other=_NO), _passes("grandchild"),
        ByLine(same=_passes("spouse"), other=_NO), _NO, _NO,
    ),
    "grandchild": (
        _passes("grandparent"), _presumed("grandparent"), _declare("parent"), _NO, _NO,
        _NO, _declare("sibling"), _NO,
    ),
    "parent_in_law": (
        _IN_LAW, _passes("child"), _presumed("grandchild"), _NO, _NO,
        _NO, _NO, _presumed("spouse"),
    ),
}  # fmt: skip


def relation_from_text(text: str) -> str:
    """The two-digit code of a member's relation to the owner, as words or as the code itself.

    Rule: FORMATS.md, "Relations as text"; blanks do not count. 01 is refused: a row describes a member
    other than the owner.
    Returns: 53 to 56 for the spouse's parents: known, and `in_law` unless the region's policy admits them.
    Raises: RelationFault, `relation_unknown`.
    """
    word = "".join(text.split())
    code = WORDS.get(word, word)
    if code not in RELATIONS or code == OWNER:
        raise RelationFault("relation_unknown", "the relation to the owner is not one of the known ones")
    return code


def convert_relation(value: str, *, scheme: str, gender: str | None = None) -> str:
    """The two-digit code for a value of another scheme, which the import names (DOMAIN.md section 5).

    `scheme`: a key of SCHEMES; `gender`: 1 male, 2 female, where the file or the roster tells it.
    Returns: a code, 01 for the owner's own row too.
    Raises: RelationFault `relation_unknown` when no single code follows, with the candidates left;
    KeyError for a scheme that does not exist.
    """
    candidates = SCHEMES[scheme].get("".join(value.split()), ())
    if len(candidates) > 1 and gender is not None:
        candidates = tuple(code for code in candidates if expected_gender(code) == gender)
    if len(candidates) != 1:
        raise RelationFault("relation_unknown", "the value does not tell one relation", candidates)
    return candidates[0]


def group_of(code: str) -> Group:
    """The table's row and column for a code. Raises: RelationFault `relation_unknown`."""
    return _relation(code).group


def expected_gender(code: str) -> Gender | None:
    """The gender a code implies: 1 male, 2 female, None where it implies none (01, 10, 99).

    Raises: RelationFault `relation_unknown`.
    """
    return _relation(code).gender


def pair_relation(payer: str, beneficiary: str) -> Pair:
    """What the beneficiary is to the payer, from the codes of both to the owner.

    Rule: the table of DOMAIN.md section 5; 99 is related to nobody.
    Returns: for DECLARE, the kind that would have to be declared.
    Raises: ImpossiblePair for two owners or two spouses; RelationFault for an unknown code.
    """
    giver, taker = _relation(payer), _relation(beneficiary)
    if "other" in (giver.group, taker.group):
        return _NO
    cell = _TABLE[giver.group][_COLUMNS.index(taker.group)]
    if cell is None:
        raise ImpossiblePair(f"a group has one {giver.group}, not two")
    if isinstance(cell, ByLine):
        return cell.same if giver.line == taker.line else cell.other
    return cell


def may_pay(pair: Pair, *, near_relatives: Set[Kind], allow_parents_in_law: bool, declared: bool = False) -> bool:
    """Whether a region's policy lets the payer of this pair pay for the beneficiary.

    Rule: policy parameters `near_relatives` and `allow_parents_in_law`, DOMAIN.md section 4.
    `declared`: the family has declared the pair's kind (with a document where `proof_mode` asks for it);
    it lifts DECLARE and nothing else.
    """
    if pair.verdict is Verdict.IN_LAW:
        return allow_parents_in_law
    established = pair.verdict in (Verdict.PASS, Verdict.PRESUMED) or (pair.verdict is Verdict.DECLARE and declared)
    return established and pair.kind in near_relatives


def _relation(code: str) -> Relation:
    try:
        return RELATIONS[code]
    except KeyError:
        raise RelationFault("relation_unknown", "not one of the relation codes in use") from None
