"""The first request with a token that was not seen before."""

import time
from collections.abc import Iterator

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bench.figures import Figure, sample
from bench.models import SHOP
from bench.queries import SMALL
from bench.requests import Client, path_of
from bench.servers import SECRET, Running, running
from bench.stage import Pair

PATH = path_of("load", SMALL)


def new_tokens(pair: Pair) -> Iterator[Figure]:
    yield from over_warm(pair, pair.kubus, "HS256", SECRET)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    settings = {**pair.stage.database.settings, "CUBEJS_JWT_KEY": public, "CUBEJS_JWT_ALGS": "RS256"}
    with running("kubus", pair.stage.folder / "rs256", {"shop.yml": SHOP}, settings) as server:
        yield from over_warm(pair, server, "RS256", private)


def over_warm(pair: Pair, server: Running, algorithm: str, key: str) -> Iterator[Figure]:
    client = Client(server)
    warm: list[float] = []
    whole: list[float] = []
    over: list[float] = []
    ends = int(time.time()) + 3600
    for run in range(pair.stage.runs):
        tokens = [jwt.encode({"exp": ends, "n": f"{run}-{n}"}, key, algorithm) for n in range(150)]
        first = sample([client.get(PATH, token)[1] for token in tokens]).median
        again = sample([client.get(PATH, tokens[-1])[1] for _ in tokens]).median
        warm.append(again)
        whole.append(first)
        over.append(first - again)
    note = f"warm {sample(warm).median:.2f} ms"
    yield Figure("new-token", f"{algorithm}, the whole request", "ms", sample(whole), note=note)
    yield Figure("new-token-hs" if algorithm == "HS256" else "new-token-rs", algorithm, "ms", sample(over))
