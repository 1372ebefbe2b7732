"""The corpus: a module a family, each a table of attacks. `ALL` is every one of them."""

from tests.attacks.attack import Attack
from tests.attacks.cases import (
    algorithms,
    base64url,
    claims,
    json_text,
    key_sets,
    large,
    revoked,
    signatures,
    token_headers,
    transport,
)

ALL: tuple[Attack, ...] = (
    *algorithms.ATTACKS,
    *token_headers.ATTACKS,
    *signatures.ATTACKS,
    *base64url.ATTACKS,
    *json_text.ATTACKS,
    *claims.ATTACKS,
    *large.ATTACKS,
    *transport.ATTACKS,
    *key_sets.ATTACKS,
    *revoked.ATTACKS,
)
