"""Sealing: what opens again, and everything that must keep a value shut."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.sealing import Keyring, SealBroken, digest, open_bytes, open_sealed, seal, seal_bytes

OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
RING = Keyring({1: OLD_KEY}, current=1)
NUMBER = "11010519491231002X"
ROW = "person:42:number"


def test_a_sealed_text_opens_for_the_row_it_was_sealed_for() -> None:
    assert open_sealed(seal(NUMBER, bound_to=ROW, keyring=RING), bound_to=ROW, keyring=RING) == NUMBER


@given(st.text(), st.binary())
def test_any_text_and_any_file_survives(text: str, content: bytes) -> None:
    assert open_sealed(seal(text, bound_to=ROW, keyring=RING), bound_to=ROW, keyring=RING) == text
    assert open_bytes(seal_bytes(content, bound_to=ROW, keyring=RING), bound_to=ROW, keyring=RING) == content


def test_a_blob_as_the_database_driver_hands_it_over_opens_too() -> None:
    blob = memoryview(seal(NUMBER, bound_to=ROW, keyring=RING))
    assert open_sealed(blob, bound_to=ROW, keyring=RING) == NUMBER


def test_the_layout_is_version_key_id_nonce_ciphertext_tag() -> None:
    blob = seal("abc", bound_to=ROW, keyring=Keyring({513: NEW_KEY}, current=513))
    assert blob[:3] == b"\x01\x02\x01"
    assert len(blob) == 3 + 12 + len("abc") + 16


def test_the_same_text_is_never_sealed_to_the_same_bytes() -> None:
    blobs = {seal(NUMBER, bound_to=ROW, keyring=RING) for _ in range(50)}
    assert len(blobs) == 50
    assert all(NUMBER.encode() not in blob for blob in blobs)


def test_a_value_copied_to_another_row_does_not_open() -> None:
    blob = seal(NUMBER, bound_to=ROW, keyring=RING)
    with pytest.raises(SealBroken, match="another row"):
        open_sealed(blob, bound_to="person:43:number", keyring=RING)


def test_a_wrong_key_under_the_right_id_does_not_open() -> None:
    blob = seal(NUMBER, bound_to=ROW, keyring=RING)
    with pytest.raises(SealBroken, match="another row or key"):
        open_sealed(blob, bound_to=ROW, keyring=Keyring({1: NEW_KEY}, current=1))


def test_a_key_that_is_no_longer_on_the_ring_is_named_by_its_id() -> None:
    blob = seal(NUMBER, bound_to=ROW, keyring=RING)
    with pytest.raises(SealBroken, match="no key 1"):
        open_sealed(blob, bound_to=ROW, keyring=Keyring({2: NEW_KEY}, current=2))


def test_after_a_change_of_key_old_values_open_and_new_ones_use_the_new_key() -> None:
    blob = seal(NUMBER, bound_to=ROW, keyring=RING)
    ring = Keyring({1: OLD_KEY, 2: NEW_KEY}, current=2)
    assert open_sealed(blob, bound_to=ROW, keyring=ring) == NUMBER
    renewed = seal(NUMBER, bound_to=ROW, keyring=ring)
    assert open_sealed(renewed, bound_to=ROW, keyring=Keyring({2: NEW_KEY}, current=2)) == NUMBER


def test_relabelling_a_value_with_another_key_id_does_not_open_it_even_under_the_same_key() -> None:
    ring = Keyring({1: OLD_KEY, 2: OLD_KEY}, current=1)
    blob = seal(NUMBER, bound_to=ROW, keyring=ring)
    with pytest.raises(SealBroken):
        open_sealed(b"\x01\x00\x02" + blob[3:], bound_to=ROW, keyring=ring)


def test_one_changed_bit_anywhere_keeps_it_shut() -> None:
    blob = seal(NUMBER, bound_to=ROW, keyring=RING)
    for position in range(len(blob)):
        damaged = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        with pytest.raises(SealBroken):
            open_sealed(damaged, bound_to=ROW, keyring=RING)


def test_a_value_cut_short_at_any_length_keeps_it_shut() -> None:
    blob = seal(NUMBER, bound_to=ROW, keyring=RING)
    for length in range(len(blob)):
        with pytest.raises(SealBroken):
            open_sealed(blob[:length], bound_to=ROW, keyring=RING)


def test_a_file_opened_as_a_text_is_a_broken_seal_and_not_a_decoding_error() -> None:
    blob = seal_bytes(b"\xff\xd8\xff", bound_to=ROW, keyring=RING)
    with pytest.raises(SealBroken, match="not a text"):
        open_sealed(blob, bound_to=ROW, keyring=RING)


def test_a_value_bound_to_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="bound to a row"):
        seal(NUMBER, bound_to="", keyring=RING)


@pytest.mark.parametrize(
    ("keys", "current"),
    [({}, 1), ({1: OLD_KEY}, 2), ({1: b"short"}, 1), ({-1: OLD_KEY}, -1), ({65536: OLD_KEY}, 65536)],
)
def test_a_keyring_that_could_not_seal_is_refused(keys: dict[int, bytes], current: int) -> None:
    with pytest.raises(ValueError, match="key"):
        Keyring(keys, current=current)


def test_a_keyring_neither_prints_its_keys_nor_follows_changes_of_what_it_was_made_from() -> None:
    keys = {1: OLD_KEY}
    ring = Keyring(keys, current=1)
    keys.clear()
    assert ring.keys[1] == OLD_KEY
    assert repr(ring) == "Keyring(current=1)"


def test_a_digest_is_repeatable_and_keyed() -> None:
    first = digest(NUMBER, purpose="person.number", key=OLD_KEY)
    assert first == digest(NUMBER, purpose="person.number", key=OLD_KEY)
    assert first != digest(NUMBER, purpose="person.number", key=NEW_KEY)
    assert len(first) == 32


def test_a_digest_is_an_hmac_over_the_counted_purpose_and_the_text() -> None:
    expected = hmac.new(OLD_KEY, b"\x00\x05phone" + b"139", hashlib.sha256).digest()
    assert digest("139", purpose="phone", key=OLD_KEY) == expected


def test_equal_texts_have_unrelated_digests_under_two_purposes() -> None:
    assert digest("x", purpose="phone", key=OLD_KEY) != digest("x", purpose="number", key=OLD_KEY)


def test_purpose_and_text_cannot_run_into_one_another() -> None:
    assert digest("bc", purpose="a", key=OLD_KEY) != digest("c", purpose="ab", key=OLD_KEY)


@pytest.mark.parametrize(("purpose", "key"), [("", OLD_KEY), ("phone", b""), ("phone", b"k" * 31)])
def test_a_digest_without_a_purpose_or_with_a_weak_key_is_refused(purpose: str, key: bytes) -> None:
    with pytest.raises(ValueError, match="digest needs"):
        digest("x", purpose=purpose, key=key)
