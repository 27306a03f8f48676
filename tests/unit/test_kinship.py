"""Kinship: every cell of the table of DOMAIN.md section 5, the words of FORMATS.md, the other schemes.

The tables below are copied from those pages by hand, not derived from the code under test.
"""

import json
from itertools import permutations, product
from typing import Any

import pytest

from families.rules.kinship import (
    NEAR_RELATIVES_2021,
    NEAR_RELATIVES_2024,
    RELATIONS,
    SCHEMES,
    ImpossiblePair,
    Kind,
    Pair,
    RelationFault,
    Verdict,
    convert_relation,
    expected_gender,
    group_of,
    may_pay,
    pair_relation,
    relation_from_text,
)
from tests.samples import SAMPLES

ANSWER_KEY = SAMPLES / "expected.json"

# The codes of each group, for trying a cell with all of them.
CODES = {
    "owner": ["01"],
    "spouse": ["10", "11", "12"],
    "child": ["20", "30"],
    "parent": ["51", "52"],
    "sibling": ["71", "73", "75", "77"],
    "grandparent": ["61", "62", "63", "64"],
    "grandchild": ["41", "42", "43", "44"],
    "parent_in_law": ["53", "54", "55", "56"],
}

# One line for each cell that does not depend on the line of descent: payer, beneficiary, what the page says.
CELLS = """
owner        spouse       spouse
owner        child        child
owner        parent       parent
owner        sibling      sibling
owner        grandparent  grandparent
owner        grandchild   grandchild
spouse       owner        spouse
spouse       child        child        presumed
spouse       parent       -            in_law
spouse       sibling      -            no
spouse       grandparent  -            no
spouse       grandchild   grandchild   presumed
child        owner        parent
child        spouse       parent       presumed
child        child        sibling
child        parent       grandparent
child        sibling      -            no
child        grandparent  -            no
child        grandchild   child        declare
parent       owner        child
parent       spouse       -            no
parent       child        grandchild
parent       parent       spouse       presumed
parent       sibling      child
parent       grandchild   -            no
sibling      owner        sibling
sibling      spouse       -            no
sibling      child        -            no
sibling      parent       parent
sibling      sibling      sibling
sibling      grandparent  grandparent
sibling      grandchild   -            no
grandparent  owner        grandchild
grandparent  spouse       -            no
grandparent  child        -            no
grandparent  sibling      grandchild
grandparent  grandchild   -            no
grandchild   owner        grandparent
grandchild   spouse       grandparent  presumed
grandchild   child        parent       declare
grandchild   parent       -            no
grandchild   sibling      -            no
grandchild   grandparent  -            no
grandchild   grandchild   sibling      declare
owner          parent_in_law  -            in_law
spouse         parent_in_law  parent
child          parent_in_law  grandparent  presumed
parent         parent_in_law  -            no
sibling        parent_in_law  -            no
grandparent    parent_in_law  -            no
grandchild     parent_in_law  -            no
parent_in_law  owner          -            in_law
parent_in_law  spouse         child
parent_in_law  child          grandchild   presumed
parent_in_law  parent         -            no
parent_in_law  sibling        -            no
parent_in_law  grandparent    -            no
parent_in_law  grandchild     -            no
parent_in_law  parent_in_law  spouse       presumed
"""

# Parents and grandparents, by code: 51 father, 52 mother, 61/62 his parents, 63/64 hers.
LINES = """
51  61  parent      pass
51  62  parent      pass
51  63  -           in_law
51  64  -           in_law
52  61  -           in_law
52  62  -           in_law
52  63  parent      pass
52  64  parent      pass
61  51  child       pass
61  52  -           no
62  51  child       pass
62  52  -           no
63  51  -           no
63  52  child       pass
64  51  -           no
64  52  child       pass
61  62  spouse      pass
61  63  -           no
61  64  -           no
62  61  spouse      pass
62  63  -           no
62  64  -           no
63  61  -           no
63  62  -           no
63  64  spouse      pass
64  61  -           no
64  62  -           no
64  63  spouse      pass
"""


def read_table(text: str) -> list[Any]:
    lines = [line.split() for line in text.strip().splitlines()]
    return [
        pytest.param(payer, beneficiary, kind, rest[0] if rest else "pass", id=f"{payer}-{beneficiary}")
        for payer, beneficiary, kind, *rest in lines
    ]


def pair(kind: str, verdict: str) -> Pair:
    return Pair(None if kind == "-" else kind, Verdict(verdict))  # type: ignore[arg-type]


@pytest.mark.parametrize(("payer", "beneficiary", "kind", "verdict"), read_table(CELLS))
def test_a_cell_of_the_page_holds_for_every_code_of_its_groups(
    payer: str, beneficiary: str, kind: str, verdict: str
) -> None:
    for codes in product(CODES[payer], CODES[beneficiary]):
        assert pair_relation(*codes) == pair(kind, verdict), codes


@pytest.mark.parametrize(("payer", "beneficiary", "kind", "verdict"), read_table(LINES))
def test_parents_and_grandparents_are_related_along_their_own_line_only(
    payer: str, beneficiary: str, kind: str, verdict: str
) -> None:
    assert pair_relation(payer, beneficiary) == pair(kind, verdict)


def test_the_two_tables_above_leave_no_cell_of_the_page_out() -> None:
    by_group = {tuple(line.split()[:2]) for line in CELLS.strip().splitlines()}
    by_line = {("parent", "grandparent"), ("grandparent", "parent"), ("grandparent", "grandparent")}
    dashes = {("owner", "owner"), ("spouse", "spouse")}
    assert by_group | by_line | dashes == set(product(CODES, CODES))


@pytest.mark.parametrize("codes", [("01", "01"), *product(["10", "11", "12"], repeat=2)])
def test_two_owners_or_two_spouses_are_a_fault_of_the_group(codes: tuple[str, str]) -> None:
    with pytest.raises(ImpossiblePair):
        pair_relation(*codes)


@pytest.mark.parametrize("code", sorted(RELATIONS))
def test_other_is_related_to_nobody(code: str) -> None:
    assert pair_relation("99", code) == pair_relation(code, "99") == Pair(None, Verdict.NO)


OPPOSITE = {
    "spouse": "spouse", "sibling": "sibling", "parent": "child", "child": "parent",
    "grandparent": "grandchild", "grandchild": "grandparent", None: None,
}  # fmt: skip


@pytest.mark.parametrize("codes", list(permutations(sorted(set(RELATIONS) - {"01", "10", "11", "12"}), 2)))
def test_a_pair_read_backwards_is_the_opposite_relation(codes: tuple[str, str]) -> None:
    forward, backward = pair_relation(*codes), pair_relation(*reversed(codes))
    assert OPPOSITE[forward.kind] == backward.kind
    if forward.verdict is not Verdict.IN_LAW and backward.verdict is not Verdict.IN_LAW:
        assert forward.verdict is backward.verdict


@pytest.mark.parametrize("code", ["", "1", "00", "02", "57", "98", "配偶", "010"])
def test_a_code_that_is_not_in_use_has_no_relation(code: str) -> None:
    for question in (group_of, expected_gender):
        with pytest.raises(RelationFault, match="not one of"):
            question(code)
    with pytest.raises(RelationFault):
        pair_relation("01", code)


def allowed(
    payer: str,
    beneficiary: str,
    *,
    near_relatives: frozenset[Kind] = NEAR_RELATIVES_2024,
    allow_parents_in_law: bool = False,
    declared: bool = False,
) -> bool:
    return may_pay(
        pair_relation(payer, beneficiary),
        near_relatives=near_relatives,
        allow_parents_in_law=allow_parents_in_law,
        declared=declared,
    )


def test_a_presumed_child_of_the_spouse_may_be_paid_for_without_a_declaration() -> None:
    assert allowed("10", "20")


def test_a_mother_does_not_pay_for_her_childs_spouse_under_any_policy() -> None:
    assert not allowed("52", "10", allow_parents_in_law=True, declared=True)


def test_a_spouses_parent_may_be_paid_for_only_where_the_region_allows_it() -> None:
    assert not allowed("10", "52")
    assert not allowed("10", "52", declared=True)
    assert allowed("10", "52", allow_parents_in_law=True)
    assert allowed("51", "64", allow_parents_in_law=True)


def test_an_uncle_pays_for_a_nephew_that_may_be_his_child_only_when_declared() -> None:
    assert not allowed("20", "41")
    assert allowed("20", "41", declared=True)
    assert allowed("41", "43", declared=True)


def test_a_declaration_makes_nobody_a_relative_whom_the_table_excludes() -> None:
    assert not allowed("71", "20", declared=True)
    assert not allowed("01", "99", declared=True)


def test_the_rule_of_2021_stops_at_spouse_parents_and_children() -> None:
    narrow = NEAR_RELATIVES_2021
    codes = ("10", "20", "41", "52", "61", "71")
    assert [code for code in codes if allowed("01", code, near_relatives=narrow)] == ["10", "20", "52"]
    assert not allowed("41", "42", declared=True, near_relatives=narrow)
    assert allowed("41", "20", declared=True, near_relatives=narrow)


def test_the_rule_of_2024_covers_everyone_the_owner_can_name_but_others() -> None:
    assert {code for code in set(RELATIONS) - {"01"} if not allowed("01", code)} == {"99", "53", "54", "55", "56"}


WORDS = {
    "10": ["配偶"],
    "11": ["丈夫"],
    "12": ["妻子"],
    "20": ["子", "儿子"],
    "30": ["女", "女儿"],
    "41": ["孙子"],
    "42": ["孙女"],
    "43": ["外孙", "外孙子"],
    "44": ["外孙女"],
    "51": ["父", "父亲"],
    "52": ["母", "母亲"],
    "61": ["祖父", "爷爷"],
    "62": ["祖母", "奶奶"],
    "63": ["外祖父", "外公", "姥爷"],
    "64": ["外祖母", "外婆", "姥姥"],
    "71": ["兄", "哥哥"],
    "73": ["弟", "弟弟"],
    "75": ["姐", "姐姐"],
    "77": ["妹", "妹妹"],
}


@pytest.mark.parametrize(("code", "word"), [(code, word) for code, words in WORDS.items() for word in words])
def test_every_word_of_the_form_and_its_code_are_read(code: str, word: str) -> None:
    assert relation_from_text(word) == code
    assert relation_from_text(f" {word[0]}\u3000{word[1:]}\u00a0") == code
    assert relation_from_text(code) == code


def test_other_is_read_as_a_code() -> None:
    assert relation_from_text("99") == "99"


@pytest.mark.parametrize(("word", "code"), [("公公", "53"), ("婆婆", "54"), ("岳父", "55"), (" 岳 母 ", "56")])
def test_the_spouses_parents_have_codes_and_pass_only_where_the_policy_admits_them(word: str, code: str) -> None:
    assert relation_from_text(word) == code
    assert not allowed("01", code)
    assert not allowed(code, "01")
    assert allowed("01", code, allow_parents_in_law=True)


@pytest.mark.parametrize("word", ["", "  ", "表哥", "儿媳", "女婿", "本人", "01", "1", "5", "50", "１０", "10.0"])
def test_any_other_word_is_unknown_and_never_guessed(word: str) -> None:
    with pytest.raises(RelationFault) as caught:
        relation_from_text(word)
    assert caught.value.code == "relation_unknown"


@pytest.mark.parametrize(
    ("scheme", "values"),
    [
        ("one_digit_from_0", {"0": "01", "1": "10", "2": "20", "3": "30", "8": "99"}),
        ("one_digit_from_1", {"1": "01", "2": "10", "3": "20", "4": "30", "9": "99"}),
        ("rlts", {"1": "01", "2": "10", "8": "99"}),
    ],
)
def test_values_that_say_enough_are_converted(scheme: str, values: dict[str, str]) -> None:
    assert {value: convert_relation(value, scheme=scheme) for value in values} == values


@pytest.mark.parametrize(
    ("scheme", "value", "man", "woman"),
    [
        ("rlts", "3", "20", "30"),
        ("rlts", "5", "51", "52"),
        ("one_digit_from_0", "5", "51", "52"),
        ("one_digit_from_1", "6", "51", "52"),
    ],
)
def test_a_child_or_parent_of_unknown_gender_is_told_by_the_gender(
    scheme: str, value: str, man: str, woman: str
) -> None:
    with pytest.raises(RelationFault) as caught:
        convert_relation(value, scheme=scheme)
    assert (caught.value.code, caught.value.candidates) == ("relation_unknown", (man, woman))
    assert convert_relation(value, scheme=scheme, gender="1") == man
    assert convert_relation(value, scheme=scheme, gender="2") == woman


@pytest.mark.parametrize(
    ("scheme", "value", "left"),
    [
        ("one_digit_from_0", "4", ("41", "43")),
        ("one_digit_from_0", "6", ("61", "63")),
        ("one_digit_from_1", "8", ("71", "73")),
        ("rlts", "4", ("41", "43")),
        ("rlts", "6", ("61", "63")),
        ("rlts", "7", ("71", "73")),
    ],
)
def test_where_even_the_gender_leaves_two_codes_a_person_has_to_choose(
    scheme: str, value: str, left: tuple[str, ...]
) -> None:
    with pytest.raises(RelationFault) as caught:
        convert_relation(value, scheme=scheme, gender="1")
    assert (caught.value.code, caught.value.candidates) == ("relation_unknown", left)


def test_a_spouse_stays_10_and_a_son_a_son_whatever_the_gender_says() -> None:
    assert convert_relation("1", scheme="one_digit_from_0", gender="2") == "10"
    assert convert_relation("2", scheme="one_digit_from_0", gender="2") == "20"


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("one_digit_from_0", "9"),
        ("one_digit_from_1", "0"),
        ("rlts", "0"),
        ("rlts", "9"),
        ("rlts", ""),
        ("rlts", "10"),
    ],
)
def test_a_value_outside_the_scheme_is_unknown(scheme: str, value: str) -> None:
    with pytest.raises(RelationFault) as caught:
        convert_relation(value, scheme=scheme, gender="1")
    assert caught.value.candidates == ()


def test_a_scheme_is_named_and_never_assumed() -> None:
    with pytest.raises(KeyError):
        convert_relation("1", scheme="")


def test_the_schemes_lead_only_to_codes_in_use() -> None:
    led_to = {code for scheme in SCHEMES.values() for codes in scheme.values() for code in codes}
    assert led_to <= set(RELATIONS)


def test_every_code_in_use_has_its_group() -> None:
    assert {code: group_of(code) for code in RELATIONS} == {
        code: group for group, codes in CODES.items() for code in codes
    } | {"99": "other"}


def test_the_gender_a_code_implies() -> None:
    men = {"11", "20", "41", "43", "51", "53", "55", "61", "63", "71", "73"}
    women = {"12", "30", "42", "44", "52", "54", "56", "62", "64", "75", "77"}
    either = {"01", "10", "99"}
    assert {code for code in RELATIONS if expected_gender(code) == "1"} == men
    assert {code for code in RELATIONS if expected_gender(code) == "2"} == women
    assert {code for code in RELATIONS if expected_gender(code) is None} == either


def test_the_answer_key_grants_exactly_the_pairs_that_pass_without_a_declaration() -> None:
    groups = json.loads(ANSWER_KEY.read_text(encoding="utf-8"))["groups"]
    assert groups
    for owner, group in groups.items():
        relation = dict(group["members"])
        granted = {(payer, beneficiary) for payer, beneficiary, _ in group["grants"]}
        payers = {payer for payer, _ in granted}
        passing = {
            (payer, member)
            for payer, member in product(payers, relation)
            if payer != member and allowed(relation[payer], relation[member])
        }
        assert granted == passing, owner
