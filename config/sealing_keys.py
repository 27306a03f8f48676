"""The keys as operators write them in the environment: hexadecimal, checked before anything is sealed with them.

Invariant: a key that is not exactly 32 bytes stops the start. No message quotes a key or any part of one.
"""

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
HIGHEST_ID = 0xFFFF


def read_key(name: str, text: str) -> bytes:
    """32 bytes from 64 hexadecimal digits. `name`: the setting. Raises: ImproperlyConfigured."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not hexadecimal: it takes 64 digits from 0 to f") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"{name} has {len(key)} bytes: it takes {KEY_BYTES}, that is 64 hexadecimal digits"
        )
    return key


def read_keys(name: str, text: str) -> dict[int, bytes]:
    """`2:<64 digits>,1:<64 digits>`: key id → key, in the order written; the first seals.

    Raises: ImproperlyConfigured: no key, no id, an id twice or above 65535, a key of another length.
    """
    keys: dict[int, bytes] = {}
    for place, pair in enumerate(text.split(","), start=1):
        number, colon, key = pair.strip().partition(":")
        if not colon or not (number.isascii() and number.isdecimal()) or int(number) > HIGHEST_ID:
            raise ImproperlyConfigured(f"{name}, entry {place}: write id:key, the id from 0 to {HIGHEST_ID}")
        if int(number) in keys:
            raise ImproperlyConfigured(f"{name} names key {int(number)} twice")
        keys[int(number)] = read_key(f"{name}, key {int(number)},", key)
    return keys
