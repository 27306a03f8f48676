"""Sealing: how ID numbers, phones and stored files are kept, and how they are found again.

A sealed value is `version (1) | key id (2) | nonce (12) | AES-256-GCM ciphertext and tag`. The invariant:
it opens only under the key it names and only for the row it was sealed for, because the header and the
row's name are authenticated with it. A value copied to another row, or changed in one bit, does not open.

Sealing the same text twice gives different bytes, so a sealed column can be neither searched nor unique.
That is what `digest` is for: keyed, and different for each purpose, so that two columns cannot be joined.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_KEY_BYTES = 32
_HEADER_BYTES = 3
_NONCE_BYTES = 12
_BODY_AT = _HEADER_BYTES + _NONCE_BYTES
_TAG_BYTES = 16


class SealBroken(Exception):
    """A sealed value that does not open: another row's, another key's, or damaged.

    The message says what was found, never any part of the value.
    """


@dataclass(frozen=True, eq=False)
class Keyring:
    """The keys that open what was sealed, and the one that seals from now on.

    `keys`: key id (0–65535) → 32 bytes; `current`: the id of the sealing key. To change a key, add the
    new one and make it current: what the old one sealed still opens. With random nonces a key may seal
    2³² values.
    """

    keys: Mapping[int, bytes] = field(repr=False)
    current: int

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError(f"the keyring has no key {self.current} to seal with")
        for key_id, key in self.keys.items():
            if not 0 <= key_id <= 0xFFFF or len(key) != _KEY_BYTES:
                raise ValueError(f"key {key_id}: ids are 0 to 65535, keys are {_KEY_BYTES} bytes")
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))


def seal(plain: str, *, bound_to: str, keyring: Keyring) -> bytes:
    """Seal a text for one row; `bound_to` names the row and column, and stays the same for life."""
    return seal_bytes(plain.encode(), bound_to=bound_to, keyring=keyring)


def open_sealed(blob: bytes | memoryview, *, bound_to: str, keyring: Keyring) -> str:
    """Open what `seal` made for the same `bound_to`.

    Raises: SealBroken.
    """
    plain = open_bytes(blob, bound_to=bound_to, keyring=keyring)
    try:
        return plain.decode()
    except UnicodeDecodeError:
        raise SealBroken("the sealed value is a file, not a text") from None


def seal_bytes(plain: bytes, *, bound_to: str, keyring: Keyring) -> bytes:
    """Seal the contents of a file for one row."""
    header = _VERSION + keyring.current.to_bytes(2)
    nonce = os.urandom(_NONCE_BYTES)
    cipher = AESGCM(keyring.keys[keyring.current])
    return header + nonce + cipher.encrypt(nonce, plain, _authenticated(header, bound_to))


def open_bytes(blob: bytes | memoryview, *, bound_to: str, keyring: Keyring) -> bytes:
    """Open what `seal_bytes` made for the same `bound_to`.

    Raises: SealBroken.
    """
    blob = bytes(blob)
    header, nonce, sealed = blob[:_HEADER_BYTES], blob[_HEADER_BYTES:_BODY_AT], blob[_BODY_AT:]
    key = _key_named_by(header, keyring)
    if len(sealed) < _TAG_BYTES:
        raise SealBroken("the sealed value is cut short")
    try:
        return AESGCM(key).decrypt(nonce, sealed, _authenticated(header, bound_to))
    except InvalidTag:
        raise SealBroken("the sealed value belongs to another row or key, or was damaged") from None


def digest(plain: str, *, purpose: str, key: bytes) -> bytes:
    """HMAC-SHA256 of a text, 32 bytes, for exact search and uniqueness; normalise the text first.

    `purpose` names the column it serves: equal texts have unrelated digests under two purposes.
    """
    if not purpose or len(key) < _KEY_BYTES:
        raise ValueError(f"a digest needs a purpose and a key of at least {_KEY_BYTES} bytes")
    label = purpose.encode()
    # The length comes first, so that no purpose and text run together into another pair's bytes.
    return hmac.new(key, len(label).to_bytes(2) + label + plain.encode(), hashlib.sha256).digest()


def _key_named_by(header: bytes, keyring: Keyring) -> bytes:
    if len(header) < _HEADER_BYTES or header[:1] != _VERSION:
        raise SealBroken("the value was not sealed by this format")
    key_id = int.from_bytes(header[1:])
    if key_id not in keyring.keys:
        raise SealBroken(f"the keyring has no key {key_id}")
    return keyring.keys[key_id]


def _authenticated(header: bytes, bound_to: str) -> bytes:
    if not bound_to:
        raise ValueError("a sealed value must be bound to a row")
    return header + bound_to.encode()
