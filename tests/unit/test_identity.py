"""Certificate numbers: accepted, refused with the right code, masked. Every number here is made up."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import identity

TODAY = date(2026, 3, 16)
VALID = "11010519491231002X"


def number_for(born_on: date, *, area: str = "421003", serial: str = "001") -> str:
    first17 = f"{area}{born_on:%Y%m%d}{serial}"
    return first17 + identity.check_digit(first17)


def fault_of(number: str, kind: str = "01") -> str:
    with pytest.raises(identity.IdentityFault) as caught:
        identity.check_certificate(kind, number, today=TODAY)
    return caught.value.code


def test_the_example_of_the_standard_is_read_in_full() -> None:
    assert identity.check_resident_id(VALID, today=TODAY) == identity.ResidentId(
        number=VALID, born_on=date(1949, 12, 31), gender="2", area="110105"
    )


def test_an_odd_serial_is_a_man_and_an_even_one_a_woman() -> None:
    born_on = date(1990, 1, 1)
    man = identity.check_resident_id(number_for(born_on, serial="013"), today=TODAY)
    woman = identity.check_resident_id(number_for(born_on, serial="014"), today=TODAY)
    assert (man.gender, woman.gender) == ("1", "2")


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105\u00a019491231\u00a0002x",
        "110105\u300019491231\u2003002X\t",
        "\ufeff110105\u200b19491231002X\n",
    ],
)
def test_spaces_of_every_kind_and_a_small_x_are_taken_in_stride(written: str) -> None:
    assert identity.normalise_number(written) == VALID
    assert identity.check_resident_id(written, today=TODAY).number == VALID


def test_an_x_that_is_not_the_last_character_stays_small() -> None:
    assert identity.normalise_number("x12") == "x12"


@pytest.mark.parametrize("number", ["", "   ", "\u3000", "\u200b"])
def test_an_empty_number_is_missing(number: str) -> None:
    assert fault_of(number) == "id_missing"
    assert fault_of(number, kind="08") == "id_missing"


@pytest.mark.parametrize(
    "number",
    [
        "110105491231002",
        "11010519491231002",
        "11010519491231002XX",
        "1101051949123100ZX",
        "X1010519491231002X",
        "01010519491231002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２X",
        "11010519491231002Ｘ",
        "11010519491231002Х",  # a Cyrillic letter, typed by mistake
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
        "无",
    ],
)
def test_a_number_of_another_shape_is_refused_for_its_format(number: str) -> None:
    assert fault_of(number) == "id_format"


@pytest.mark.parametrize("number", ["4.21003E+17", "4.21003e+17", "4E17", "4.21003199211267E+17"])
def test_scientific_notation_is_traced_to_a_numeric_cell(number: str) -> None:
    assert fault_of(number) == "id_numeric_cell"


@pytest.mark.parametrize("kind", ["08", "99"])
def test_scientific_notation_is_no_passport_either(kind: str) -> None:
    assert fault_of("1.23457E+11", kind=kind) == "id_numeric_cell"


@pytest.mark.parametrize("day", ["19900230", "19901301", "19900100", "20230229", "00000101"])
def test_a_birth_date_that_does_not_exist_is_refused_for_its_format(day: str) -> None:
    first17 = f"421003{day}001"
    assert fault_of(first17 + identity.check_digit(first17)) == "id_format"


def test_a_leap_day_is_a_date() -> None:
    number = number_for(date(2024, 2, 29))
    assert identity.check_resident_id(number, today=TODAY).born_on == date(2024, 2, 29)


def test_a_child_born_today_is_accepted_and_one_born_tomorrow_refused() -> None:
    assert identity.check_resident_id(number_for(TODAY), today=TODAY).born_on == TODAY
    assert fault_of(number_for(TODAY + timedelta(days=1))) == "id_format"


def test_a_wrong_date_is_reported_before_the_check_character_it_spoils() -> None:
    assert fault_of("110105194913310020") == "id_format"


def test_a_changed_check_character_is_refused() -> None:
    assert fault_of("110105194912310021") == "id_checksum"


def test_two_exchanged_digits_are_refused() -> None:
    assert fault_of("11010519491213002X") == "id_checksum"


@given(
    born_on=st.dates(date(1900, 1, 1), TODAY),
    serial=st.integers(0, 999),
    position=st.integers(0, 16),
    shift=st.integers(1, 9),
)
def test_every_single_wrong_digit_is_noticed(born_on: date, serial: int, position: int, shift: int) -> None:
    number = number_for(born_on, serial=f"{serial:03}")
    assert identity.check_resident_id(number, today=TODAY).number == number
    wrong = str((int(number[position]) + shift) % 10)
    corrupted = number[:position] + wrong + number[position + 1 :]
    assert fault_of(corrupted) in {"id_checksum", "id_format"}


@given(st.text(max_size=25))
def test_no_text_makes_the_check_fail_in_any_other_way(text: str) -> None:
    with suppress(identity.IdentityFault):
        assert len(identity.check_resident_id(text, today=TODAY).number) == 18


def test_no_fault_repeats_the_number() -> None:
    for number in ("110105194912310021", "110105491231002", "4.21003E+17"):
        with pytest.raises(identity.IdentityFault) as caught:
            identity.check_resident_id(number, today=TODAY)
        assert number not in str(caught.value)


@pytest.mark.parametrize("first17", ["1101051949123100", "11010519491231002X", "1101051949123100X", ""])
def test_a_check_digit_needs_seventeen_digits(first17: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        identity.check_digit(first17)


@pytest.mark.parametrize(
    ("kind", "written", "stored"),
    [
        ("04", "h12345678", "H12345678"),
        ("04", "C123456(7)", "C123456(7)"),
        ("06", "0012 3456", "00123456"),
        ("07", "abc110101850101", "ABC110101850101"),
        ("08", "e12345678", "E12345678"),
        ("08", "12E34567", "12E34567"),
        ("90", "A/12-345", "A/12-345"),
        ("99", "9" * 30, "9" * 30),
    ],
)
def test_other_certificates_are_stored_in_capitals_without_spaces(kind: str, written: str, stored: str) -> None:
    assert identity.check_certificate(kind, written, today=TODAY) == stored


@pytest.mark.parametrize("number", ["9" * 31, "E1234_678", "护照123", "Ｅ12345678", "=1+1", "C123456（7）"])
def test_other_certificates_take_only_plain_characters_up_to_thirty(number: str) -> None:
    assert fault_of(number, kind="08") == "id_format"


def test_a_resident_number_is_checked_as_one_only_under_its_own_kind() -> None:
    wrong_check = "110105194912310021"
    assert fault_of(wrong_check, kind="01") == "id_checksum"
    assert identity.check_certificate("90", wrong_check, today=TODAY) == wrong_check
    assert identity.check_certificate("01", VALID.lower(), today=TODAY) == VALID


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("42100319921126027X", "421***********027X"),
        ("E12345678", "*******78"),
        ("123", "*23"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_both_ends_only_when_enough_stays_hidden(number: str, shown: str) -> None:
    assert identity.mask_number(number) == shown


@pytest.mark.parametrize(("phone", "shown"), [("13912345678", "139****5678"), ("8123456", "*****56"), ("", "")])
def test_a_masked_phone_shows_the_first_three_and_last_four(phone: str, shown: str) -> None:
    assert identity.mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳娜娜", "欧***"), ("𠮷田", "𠮷*"), ("李", "*"), ("", "")]
)
def test_a_masked_name_shows_its_first_character(name: str, shown: str) -> None:
    assert identity.mask_name(name) == shown


@given(st.text(max_size=40))
def test_masking_keeps_the_length_and_never_shows_everything(text: str) -> None:
    for mask in (identity.mask_number, identity.mask_phone, identity.mask_name):
        masked = mask(text)
        assert len(masked) == len(text)
        assert not text or "*" in masked
