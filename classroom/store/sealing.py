"""AES-256-GCM, and nothing else: what is sealed is bound to a purpose, so that it cannot be moved elsewhere."""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class Unsealable(Exception):
    """The key does not fit, or the bytes were changed."""


def seal(key: bytes, content: bytes, purpose: str) -> bytes:
    """Encrypt; the answer is a random nonce, the ciphertext and its tag.

    Parameters
    ----------
    key, content : bytes
        32 bytes of key, and anything.
    purpose : str
        What this is, such as "recording:" and its id; opening needs the same.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, purpose.encode())


def unseal(key: bytes, sealed: bytes, purpose: str) -> bytes:
    """Undo `seal`.

    Raises
    ------
    Unsealable
        Another key, another purpose or changed bytes.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealable(purpose) from error


def keyed_hash(key: bytes, purpose: str, content: bytes) -> str:
    """HMAC-SHA-256 in hexadecimal, under a key of its own for each purpose."""
    own = hmac.digest(key, purpose.encode(), hashlib.sha256)
    return hmac.new(own, content, hashlib.sha256).hexdigest()


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def write_key(key: bytes) -> str:
    """Spell a key in base64."""
    return base64.b64encode(key).decode()


def read_key(text: str) -> bytes:
    """Undo `write_key`.

    Raises
    ------
    ValueError
        Not base64 of 32 bytes.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return key


def name_key(key: bytes) -> str:
    """A short name of a key that does not give it away."""
    return hashlib.sha256(b"lafal key" + key).hexdigest()[:16]
