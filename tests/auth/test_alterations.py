"""A token that differs from a good one in a bit is not that token, whether or not a signature covers the bit."""

import http.client
import json
import time
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kubus.auth.jwt import Refused
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.errors import Unauthenticated
from tests.auth.tokens import NOW, OTHER, SECRET, base64url, resigned, signed, verifying
from tests.engines.server import running_server

# In the order of their values: neighbours differ in the lowest bit alone.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
OUTSIDE = ".=+/ %\n\x00é"

TOKENS = {
    # Signatures of 32, 48 and 64 bytes leave two, no and four unused bits in their last characters.
    algorithm: signed(algorithm=algorithm)
    for algorithm in ("HS256", "HS384", "HS512")
}


def authenticator() -> Authenticator:
    return Authenticator(JwtRules(keys=secret_keys([SECRET, OTHER])), now=lambda: NOW)


def others(character: str) -> set[str]:
    """What stands there instead: each bit of a base64 character turned, the other case, and what is not base64."""
    if character not in ALPHABET:
        return {*"A-_", *OUTSIDE} - {character}
    value = ALPHABET.index(character)
    turned = {ALPHABET[value ^ (1 << bit)] for bit in range(6)}
    return ({*turned, character.swapcase(), *"Aa0_-"} | set(OUTSIDE)) - {character}


@pytest.mark.parametrize("algorithm", TOKENS)
def test_every_bit_counts(algorithm: str) -> None:
    token = TOKENS[algorithm]
    verify = verifying(authenticator())
    assert verify(token).claims["role"] == "admin"
    accepted = []
    for position, character in enumerate(token):
        for other in others(character):
            try:
                verify(token[:position] + other + token[position + 1 :])
            except Refused:
                continue
            accepted.append((position, character, other))
    assert accepted == []
    # It is remembered by now, and still nothing else is it.
    assert verify(token).claims["role"] == "admin"


@pytest.mark.parametrize("size", range(3))
def test_bits_that_mean_nothing_are_refused_though_a_signature_covers_them(size: int) -> None:
    """Two texts of one payload would be two tokens to whoever keeps a list of them."""
    head, payload = base64url('{"alg":"HS256","typ":"JWT"}'), base64url(json.dumps({"exp": NOW + 600, "x": "y" * size}))
    verifying(authenticator())(resigned(f"{head}.{payload}"))
    spare = {0: 0, 2: 4, 3: 2}[len(payload) % 4]
    written_otherwise = [f"{payload}=", f"{payload}=="]
    written_otherwise += [payload[:-1] + ALPHABET[ALPHABET.index(payload[-1]) ^ bits] for bits in range(1, 1 << spare)]
    for other in written_otherwise:
        with pytest.raises(Refused) as refused:
            verifying(authenticator())(resigned(f"{head}.{other}"))
        assert refused.value.reason in ("encoding", "signature")


TOKEN = TOKENS["HS256"]


@settings(deadline=None)
@given(order=st.permutations(range(3)), other=st.sampled_from(sorted(TOKENS)))
def test_parts_of_other_tokens(order: list[int], other: str) -> None:
    parts, more = TOKEN.split("."), TOKENS[other].split(".")
    mixed = ".".join((parts, more)[number % 2][place] for number, place in enumerate(order))
    assume(mixed not in (TOKEN, TOKENS[other]))
    with pytest.raises(Refused):
        verifying(authenticator())(mixed)


KEYS = st.text() | st.sampled_from(["alg", "typ", "kid", "crit", "jwk", "b64"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["none", "HS256"]),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@settings(deadline=None, max_examples=60)
@given(header=JSON)
def test_any_header_is_refused_and_nothing_else(header: object) -> None:
    with pytest.raises(Unauthenticated, match="Invalid token"):
        verifying(authenticator())(f"{base64url(json.dumps(header))}.{TOKEN.split('.', 1)[1]}")


MODEL = """
cubes:
  - name: orders
    sql: SELECT 'a row' AS status
    measures: [{name: count, type: count}]
    dimensions: [{name: status, sql: status, type: string}]
"""


def test_every_character_counts_over_http(tmp_path: Path) -> None:
    """A server in production, and one kept connection."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "orders.yml").write_text(MODEL)
    token = signed({"role": "admin", "exp": int(time.time()) + 600})
    query = "/cubejs-api/v1/load?query=%7B%22dimensions%22%3A%5B%22orders.status%22%5D%7D"
    with running_server(
        tmp_path, {"CUBEJS_API_SECRET": SECRET, "CUBEJS_DB_TYPE": "duckdb", "KUBUS_AUTH_FAILURES": "0"}
    ) as server:
        server.hide(token)
        connection = http.client.HTTPConnection("127.0.0.1", server.port)

        def ask(sent: str) -> tuple[int, bytes]:
            connection.request("GET", query, headers={"Authorization": sent})
            answer = connection.getresponse()
            return answer.status, answer.read()

        for good in (token, f"Bearer {token}", f"bearer {token}"):
            status, body = ask(good)
            assert status == 200
            assert json.loads(body)["data"] == [{"orders.status": "a row"}]
        refused = (403, b'{"error":"Invalid token"}')
        for position, character in enumerate(token):
            for other in sorted(others(character) - set("\n\x00 é"))[::4]:
                assert ask(token[:position] + other + token[position + 1 :]) == refused, position
            assert ask(f"Bearer {token[:position]}{token[position + 1 :]}") == refused
        assert ask(token)[0] == 200
