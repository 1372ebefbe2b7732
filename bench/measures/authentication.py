"""What it costs to see who asks: a token that is new, and one that was seen before. Without HTTP around it."""

import asyncio
import json
import time
from collections.abc import Iterator

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bench.figures import Figure, sample
from bench.servers import SECRET
from bench.stage import Stage
from kubus.auth.keys import configured_keys, secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules

TOKENS = 2000


def authentication(stage: Stage) -> Iterator[Figure]:
    wide = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    curve = ec.generate_private_key(ec.SECP256R1())
    for algorithm, key, keys in (
        ("HS256", SECRET, secret_keys([SECRET])),
        ("RS256", wide, configured_keys(published("RS256", wide))),
        ("ES256", curve, configured_keys(published("ES256", curve))),
    ):
        ends = int(time.time()) + 3600
        claims = {"iss": "https://login.example.com/", "sub": "user-42", "role": "admin", "exp": ends}
        tokens = [jwt.encode({**claims, "n": n}, key, algorithm, headers={"kid": "main"}) for n in range(TOKENS)]
        runs = [asyncio.run(costs(Authenticator(JwtRules(keys=keys)), tokens)) for _ in range(stage.runs)]
        yield Figure("auth-cold", algorithm, "µs", sample([cold for cold, _ in runs]))
        yield Figure("auth-warm", algorithm, "µs", sample([warm for _, warm in runs]))


def published(algorithm: str, private: object) -> str:
    """The public key as a key set."""
    members = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key()))
    members.pop("key_ops", None)
    return json.dumps({"keys": [{**members, "kid": "main"}]})


async def costs(authenticator: Authenticator, tokens: list[str]) -> tuple[float, float]:
    """Microseconds for each token: the first time, and again."""
    began = time.perf_counter()
    for token in tokens:
        await authenticator.verify(token)
    cold = time.perf_counter() - began
    began = time.perf_counter()
    for token in tokens:
        assert authenticator.recognize(token) is not None
    warm = time.perf_counter() - began
    return cold / len(tokens) * 1e6, warm / len(tokens) * 1e6
