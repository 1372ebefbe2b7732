"""Keys: what is taken for one, and for which algorithms."""

import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt as pyjwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from kubus.auth.jwt import Refused
from kubus.auth.keys import HMAC, RSA, configured_keys, secret_key, shared_secret
from kubus.auth.minting import mint_token
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.auth.secrets import make_secret
from kubus.errors import ConfigError
from tests.auth.tokens import CLAIMS, NOW, SECRET, base64url, signed, verifying

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


def pem(key: Any, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> str:
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, KEY.public_key(), 1, begin, begin + timedelta(days=900))
    return made.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def jwk(**more: Any) -> str:
    members = json.loads(pyjwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    del members["key_ops"]
    return json.dumps(members | more)


def verify(key: str, token: str) -> None:
    verifying(Authenticator(JwtRules(keys=configured_keys(key)), now=lambda: NOW))(token)


@pytest.mark.parametrize(
    "key",
    [
        pem(KEY),
        pem(KEY, PublicFormat.PKCS1),
        pem(KEY).replace("\n", "\\n"),
        f"\n  {pem(KEY)}",
        certificate(),
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    ],
    ids=["spki", "pkcs1", "one line", "indented", "certificate", "private"],
)
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_rsa_keys_in_every_form(key: str, algorithm: str) -> None:
    assert configured_keys(key)[0].algorithms == RSA
    verify(key, pyjwt.encode(CLAIMS, KEY, algorithm))


@pytest.mark.parametrize("algorithm", CURVES)
def test_each_curve_has_its_algorithm(algorithm: str) -> None:
    private = ec.generate_private_key(CURVES[algorithm])
    assert configured_keys(pem(private))[0].algorithms == {algorithm}
    verify(pem(private), pyjwt.encode(CLAIMS, private, algorithm))
    with pytest.raises(Refused):
        verify(pem(private), pyjwt.encode(CLAIMS, ec.generate_private_key(CURVES[algorithm]), algorithm))


@pytest.mark.parametrize("key", [pem(KEY), pem(KEY).strip(), certificate()])
def test_a_public_key_is_no_secret(key: str) -> None:
    """Whoever has it, that is everybody, could sign with it."""
    for algorithm in HMAC:
        with pytest.raises(Refused) as refused:
            verify(key, signed(secret=key, algorithm=algorithm))
        assert refused.value.reason == "algorithm"
    for given in (key, f"x{key}"):
        with pytest.raises(ConfigError, match="A public key is set as a secret"):
            secret_key(given)
        with pytest.raises(ConfigError, match="A public key is set as a secret"):
            mint_token({}, given, issued_at=NOW, lifetime=None)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (pem(ec.generate_private_key(ec.SECP256K1())), "of a kind that no supported algorithm uses"),
        (pem(ed448.Ed448PrivateKey.generate()), "of a kind that no supported algorithm uses"),
        ("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", "holds no RSA, EC or Ed25519 key"),
        (pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "fewer than 2048 bits"),
        (jwk(use="enc"), "of a kind that no supported algorithm uses for signatures"),
        (jwk(alg="RSA-OAEP"), "of a kind that no supported algorithm uses for signatures"),
        ("{", "cannot be read as one"),
        ('{"keys": []}', "without a usable key: it is empty"),
        ('{"kty": 5}', "cannot be read as one"),
        ('{"kty": "oct", "k": ""}', "cannot be read as one"),
        ('{"kty": "oct", "k": 5}', "cannot be read as one"),
        ('{"kty": "RSA", "n": "AQAB"}', "cannot be read as one"),
        ("", "A secret is empty"),
    ],
)
def test_what_is_no_usable_key_is_refused_and_not_taken_for_a_secret(key: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        configured_keys(key)
    assert len(key) < 10 or key[5:] not in str(refused.value)


def test_a_jwk_is_held_to_its_algorithm() -> None:
    assert configured_keys(jwk())[0].algorithms == RSA
    assert configured_keys(jwk(use="sig"))[0].algorithms == RSA
    key = jwk(alg="RS512")
    verify(key, pyjwt.encode(CLAIMS, KEY, "RS512"))
    with pytest.raises(Refused):
        verify(key, pyjwt.encode(CLAIMS, KEY, "RS256"))


def test_a_jwk_may_be_a_secret() -> None:
    key = json.dumps({"kty": "oct", "k": base64url(SECRET)})
    verify(key, signed())
    with pytest.raises(Refused):
        verify(key, signed(secret=key))


def test_what_of_keys_is_a_secret() -> None:
    assert shared_secret(secret_key("geheim")) == b"geheim"
    assert shared_secret(configured_keys(pem(KEY))[0]) is None


def test_made_secrets_are_long_and_never_the_same() -> None:
    made = {make_secret() for _ in range(10)}
    assert len(made) == 10
    assert {len(bytes.fromhex(secret)) for secret in made} == {64}


def test_any_other_text_is_a_secret() -> None:
    for secret in ("[1]", "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC", "geheim, é ü 鍵"):
        verify(secret, signed(secret=secret))


def test_short_secrets_are_not_warned_of_twice() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        token = mint_token({"exp": NOW + 5}, "short", issued_at=NOW, lifetime=None)
        verify("short", token)
