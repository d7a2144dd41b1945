"""Our own key, with which we sign what platforms get from us; platforms fetch its public half from us."""

from collections.abc import Mapping

from joserfc import jwt
from joserfc.jwk import RSAKey

from classroom import platforms
from classroom.store import Store
from web.lti.tokens import ALGORITHM

_BITS = 2048


def sign(store: Store, claims: Mapping[str, object]) -> str:
    """Sign claims."""
    key = _open(store)
    return jwt.encode({"alg": ALGORITHM, "kid": key.thumbprint(), "typ": "JWT"}, dict(claims), key)


def public_keys(store: Store) -> dict[str, object]:
    """Give the public key as platforms read it."""
    key = _open(store)
    return {"keys": [key.as_dict(private=False, kid=key.thumbprint(), use="sig", alg=ALGORITHM)]}


def _open(store: Store) -> RSAKey:
    return RSAKey.import_key(platforms.signing_key(store, _make))


def _make() -> bytes:
    return RSAKey.generate_key(_BITS).as_pem(private=True)
