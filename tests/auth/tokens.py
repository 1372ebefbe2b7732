"""Tokens written by hand, so that wrong ones can be written too."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from kubus.auth.provider import Authenticator
from kubus.context import SecurityContext

T = TypeVar("T")

SECRET = "c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8071625344a5b6c7d"
OTHER = "0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778"

# Every test asks at this second.
NOW = 1_795_000_000
CLAIMS = {"role": "admin", "iat": NOW - 60, "exp": NOW + 600}
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def base64url(content: bytes | str) -> str:
    data = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(claims: Any = CLAIMS, secret: str = SECRET, algorithm: str = "HS256", **header: Any) -> str:
    """A token whose payload is `claims`: a JSON value, or a text or bytes that stand as they are."""
    payload = claims if isinstance(claims, str | bytes) else json.dumps(claims)
    head = json.dumps({"alg": algorithm, "typ": "JWT", **header})
    return resigned(f"{base64url(head)}.{base64url(payload)}", secret, algorithm)


def resigned(begin: str, secret: str = SECRET, algorithm: str = "HS256") -> str:
    """Header and payload with a signature that is right for them."""
    return f"{begin}.{base64url(hmac.new(secret.encode(), begin.encode(), HASHES[algorithm]).digest())}"


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives that has nothing to wait for. Tokens of fixed keys are verified so."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise AssertionError("it waited")


def verifying(authenticator: Authenticator) -> Callable[[str], SecurityContext]:
    """Its `verify`, as a plain function."""
    return lambda token: at_once(authenticator.verify(token))
