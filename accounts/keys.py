"""The keys of the settings, in the shape the sealing rules take: rules know no settings."""

from django.conf import settings

from accounts.rules.sealing import Keyring, digest, open_sealed, seal


def keyring() -> Keyring:
    return Keyring(keys=settings.SEALING_KEYS, current=next(iter(settings.SEALING_KEYS)))


def seal_for(row: str, plain: str) -> bytes:
    """Seal a text so that it opens only for `row` (e.g. `person:4200…:certno`)."""
    return seal(plain, bound_to=row, keyring=keyring())


def open_for(row: str, sealed: bytes | memoryview) -> str:
    """Raises: SealBroken when the value was moved to another row, altered, or its key is gone."""
    return open_sealed(bytes(sealed), bound_to=row, keyring=keyring())


def number_digest(number: str) -> bytes:
    """The keyed digest by which a certificate number is found and kept unique."""
    return digest(number, purpose="certno", key=settings.DIGEST_KEY)


def typed_name_digest(name: str) -> str:
    """The keyed digest under which refused sign-ins are counted, in hexadecimal."""
    return digest(name, purpose="sign-in", key=settings.DIGEST_KEY).hex()
