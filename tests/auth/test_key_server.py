"""A server in production, and a signer with TLS: started before it, rotated under load, gone again."""

import http.client
import json
import threading
import time
from pathlib import Path

from tests.engines.key_server import SigningKey, certificate_file, key_server, made
from tests.engines.server import RunningServer, running_server

MODEL = """
cubes:
  - name: orders
    sql: SELECT 'a row' AS status
    measures: [{name: count, type: count}]
"""
LOAD = "/cubejs-api/v1/load?query=%7B%22measures%22%3A%5B%22orders.count%22%5D%7D"


def ask(server: RunningServer, path: str, token: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path, headers={"Authorization": token} if token else {})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def eventually(server: RunningServer, path: str, status: int, token: str | None = None) -> None:
    deadline = time.monotonic() + 20
    while ask(server, path, token)[0] != status:
        assert time.monotonic() < deadline, server.said
        time.sleep(0.05)


def test_from_before_the_signer_is_there_until_after_it_has_gone(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "orders.yml").write_text(MODEL)
    certificate = certificate_file(tmp_path / "signer.pem")
    first, second = made("first", "RS256"), made("second")
    with key_server(certificate=certificate) as signer:
        port = int(signer.url.rpartition(":")[2])
    settings = {
        "CUBEJS_DB_TYPE": "duckdb",
        "SSL_CERT_FILE": str(certificate),
        "CUBEJS_JWK_URL": signer.keys_url,
        "CUBEJS_JWT_ISSUER": "https://login.example.com/",
        "CUBEJS_JWT_AUDIENCE": "us",
        "KUBUS_JWK_DEFAULT_EXPIRE": "1s",
        "KUBUS_JWK_REFETCH_WINDOW": "1s",
        "KUBUS_JWK_STALE": "3s",
    }
    claims = {"iss": "https://login.example.com/", "aud": "us", "exp": int(time.time()) + 600}

    def token(key: SigningKey, n: object = 0) -> str:
        return key.sign({**claims, "n": n})

    with running_server(tmp_path, settings) as server:
        server.hide(token(first), token(second))
        assert ask(server, LOAD, token(first)) == (403, b'{"error":"Invalid token"}')
        assert json.loads(ask(server, "/readyz")[1]) == {"health": "DOWN", "tokens": "refused"}
        assert ask(server, "/livez")[0] == 200
        with key_server(first, port=port, certificate=certificate) as signer:
            eventually(server, "/readyz", 200)
            assert ask(server, LOAD, token(first))[0] == 200
            # Rotation under load: the new key is published, then signs, then the old one goes.
            signing, statuses = [first], []

            def load(worker: int) -> None:
                for number in range(60):
                    statuses.append(ask(server, LOAD, token(signing[-1], f"{worker}-{number % 9}"))[0])

            workers = [threading.Thread(target=load, args=(worker,)) for worker in range(4)]
            for worker in workers:
                worker.start()
            signer.publish(first, second)
            signing.append(second)
            for worker in workers:
                worker.join()
            assert set(statuses) == {200}
            signer.publish(second)
            eventually(server, LOAD, 403, token(first))
            assert ask(server, LOAD, token(second))[0] == 200
        # It is gone: its keys are used for a while, and then no more.
        assert ask(server, LOAD, token(second, "new"))[0] == 200
        eventually(server, LOAD, 403, token(second))
        eventually(server, "/readyz", 500)
        said = server.said
    for reason in ("no_keys", "unknown_key"):
        assert f'"reason":"{reason}"' in said
    assert '"message":"JWKs Fetching Error"' in said
    assert '"message":"JWKs Fetching Success"' in said
    assert '"address":"127.0.0.1"' in said
