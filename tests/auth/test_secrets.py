"""Which secrets are none, which are weak, and what is made with one."""

import base64
import json

import pytest

from kubus.auth.minting import mint_token
from kubus.auth.secrets import make_secret, secret_refusal, secret_warning
from tests.auth.tokens import SECRET, resigned


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("", "it is empty"),
        (" \t", "it is empty"),
        ("secret", "everybody knows it"),
        (" SECRET\n", "everybody knows it"),
        ("your-256-bit-secret", "everybody knows it"),
        ("a", "it is one character repeated"),
        ("x" * 64, "it is one character repeated"),
        ("ab", None),
        ("secrets", None),
    ],
)
def test_what_is_no_secret(secret: str, why: str | None) -> None:
    assert secret_refusal(secret) == why


def test_a_secret_should_be_as_long_as_the_hash() -> None:
    assert secret_warning("x" * 32) is None
    assert secret_warning("x" * 31) == "it has 31 bytes, and 32 are the least that HS256 should have"
    assert secret_warning("ü" * 16) is None
    made = make_secret()
    assert (secret_refusal(made), secret_warning(made), len(made)) == (None, None, 128)


def test_a_minted_token_says_what_it_was_told_and_when_it_was_made() -> None:
    def parts(token: str) -> list[object]:
        assert resigned(token.rpartition(".")[0]) == token
        return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]

    header = {"alg": "HS256", "typ": "JWT"}
    minted = mint_token({"role": "admin"}, SECRET, issued_at=100, lifetime=60)
    assert parts(minted) == [header, {"role": "admin", "iat": 100, "exp": 160}]
    assert parts(mint_token({}, SECRET, issued_at=100, lifetime=None)) == [header, {"iat": 100}]
    own = {"iat": 1, "exp": 2}
    assert parts(mint_token(own, SECRET, issued_at=100, lifetime=60)) == [header, own]
