"""`kubus token inspect`, `kubus token revoke` and `kubus login-check`: what they say, and that they say it to nobody else."""

import io
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubus.auth.reasons import REASONS, spoken, when
from kubus.cli.main import main
from tests.auth.tokens import OTHER, SECRET, base64url, resigned, signed
from tests.engines.key_server import certificate_file, key_server, made
from tests.engines.server import clean_environment

NOW = int(time.time())
GOOD = {"role": "admin", "sub": "cook", "iat": NOW - 60, "exp": NOW + 36 * 3600}


@dataclass
class Done:
    """What a command wrote, and its status."""

    returncode: int
    stdout: str
    stderr: str


class Here:
    """`kubus` in a folder, in this process: a new one for each of so many commands would take minutes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.environ = {"CUBEJS_API_SECRET": SECRET, "CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DEV_MODE": "false"}
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *arguments: str, stdin: str = "", **more: str) -> Done:
        status = 0
        with self._monkeypatch.context() as patched:
            patched.chdir(self.folder)
            for name in os.environ.keys() - clean_environment().keys():
                patched.delenv(name)
            for name, value in {**self.environ, **more}.items():
                patched.setenv(name, value)
            patched.setattr("sys.argv", ["kubus", *arguments])
            patched.setattr("sys.stdin", io.StringIO(stdin))
            try:
                main()
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Done(status, *self._capsys.readouterr())


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    (tmp_path / "shop" / "model").mkdir(parents=True)
    return Here(tmp_path / "shop", monkeypatch, capsys)


def inspect(project: Here, token: str, *more: str, status: int = 0, **environ: str) -> str:
    done = project.run("token", "inspect", token, *more, **environ)
    assert (done.returncode, done.stderr) == (status, "")
    return done.stdout


def test_a_good_token(shop: Here) -> None:
    said = inspect(shop, f"Bearer {signed(GOOD)}")
    assert 'alg  "HS256"' in said
    assert '"admin"' in said
    assert "UTC, in 1 day\n" in said
    assert said.endswith('Accepted\n  subject  "cook"\n')
    assert "signature" not in said


@pytest.mark.parametrize(
    ("token", "reason", "why"),
    [
        (signed({**GOOD, "exp": NOW - 9000}), "expired", "UTC, 2 hours ago"),
        (signed({"role": "admin"}), "no_expiry", "KUBUS_JWT_REQUIRE_EXP=false"),
        (signed(GOOD, OTHER), "signature", "none of the keys signed it"),
        (signed({**GOOD, "nbf": NOW + 5400}), "not_yet_valid", "in 1 hour"),
        (signed({**GOOD, "aud": "them"}), "audience", '"them"; us would be'),
        (
            resigned(f"{base64url(json.dumps({'alg': 'none'}))}.{base64url(json.dumps(GOOD))}"),
            "algorithm",
            '"none"; HS256',
        ),
        ("nonsense", "malformed", "three parts"),
        ("a.b.c", "encoding", "base64url"),
    ],
)
def test_what_is_wrong_with_a_token(shop: Here, token: str, reason: str, why: str) -> None:
    environ = {"CUBEJS_JWT_AUDIENCE": "us"} if reason == "audience" else {}
    said = inspect(shop, token, status=1, **environ)
    assert f"Refused: {reason}\n" in said
    assert why in said


def test_nothing_in_a_token_moves_the_cursor(shop: Here) -> None:
    said = inspect(shop, signed({**GOOD, "\x1b[2J": "\x1b]0;x\x07\u202e", "sub": "a\nRefused"}))
    assert all(character.isprintable() or character == "\n" for character in said)
    assert "\nRefused" not in said


def test_a_token_on_standard_input(shop: Here) -> None:
    done = shop.run("token", "inspect", stdin=f"{signed(GOOD)}\n")
    assert "Accepted" in done.stdout
    done = shop.run("token", "inspect", "-", stdin="")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no token" in done.stderr


def trusted(project: Here, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    certificate = certificate_file(tmp_path / "signer.pem")
    return certificate, {
        "SSL_CERT_FILE": str(certificate),
        "CUBEJS_API_SECRET": "",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }


def test_keys_are_fetched_unless_offline(shop: Here, tmp_path: Path) -> None:
    key = made("main", "ES256")
    certificate, environ = trusted(shop, tmp_path)
    with key_server(key, certificate=certificate) as signer:
        environ |= {"KUBUS_ISSUERS": signer.url, "CUBEJS_JWT_AUDIENCE": "us", "KUBUS_GROUPS_CLAIM": "realm.roles"}
        token = key.sign({**GOOD, "iss": signer.url, "aud": "us", "realm": {"roles": ["b", "a"]}})
        said = inspect(shop, token, "--offline", **environ)
        assert "Nothing but its signature is left to check" in said
        assert signer.asked == []
        said = inspect(shop, token, **environ)
        assert 'groups   "a", "b"' in said
        assert all("eyJ" not in path and "?" not in path for path in signer.asked)
        stranger = made("other").sign({**GOOD, "iss": signer.url, "aud": "us"})
        assert "Refused: unknown_key" in inspect(shop, stranger, status=1, **environ)
        assert "Refused: audience" in inspect(
            shop, key.sign({**GOOD, "iss": signer.url}), "--offline", status=1, **environ
        )
        # Without the authority its certificate is nobody's.
        said = inspect(shop, token, status=1, **{**environ, "SSL_CERT_FILE": "/nowhere"})
        assert "could not be fetched: the certificate is not valid" in said
        assert "Refused: no_keys" in said


def test_revoke(shop: Here) -> None:
    (shop.folder / "revoked").write_text("")
    environ: dict[str, Any] = {"KUBUS_REVOCATION": "revoked"}
    one, two = signed({**GOOD, "n": 1}), signed({**GOOD, "n": 2, "jti": "7"})
    assert "Accepted" in inspect(shop, one, **environ)
    assert shop.run("token", "revoke", one, **environ).stdout == "Revoked\n"
    assert "Refused: revoked" in inspect(shop, one, status=1, **environ)
    assert shop.run("token", "revoke", "--jti", "7", **environ).returncode == 0
    assert "Refused: revoked" in inspect(shop, two, status=1, **environ)
    assert shop.run("token", "revoke", "--subject", "cook", **environ).returncode == 0
    assert "Refused: revoked" in inspect(shop, signed({**GOOD, "n": 3}), status=1, **environ)
    later = signed({**GOOD, "iat": int(time.time()) + 1})
    time.sleep(1.1)
    assert "Accepted" in inspect(shop, later, **environ)
    lines = [json.loads(line) for line in (shop.folder / "revoked").read_text().splitlines()]
    assert lines[0]["until"] == GOOD["exp"] + 60
    assert one not in (shop.folder / "revoked").read_text()
    for arguments, said in (
        ((one,), "There is no list of revocations"),
        ((), "Say what to revoke"),
        ((one, "--jti", "7"), "one of them alone"),
        (("--sha256", "ABC"), "64 hex digits"),
        (("nonsense",), "This is no token"),
    ):
        done = shop.run("token", "revoke", *arguments)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    done = shop.run("token", "inspect", one, KUBUS_REVOCATION="nowhere")
    assert (done.returncode, "there is no file" in done.stderr) == (1, True)


def test_login_check(shop: Here, tmp_path: Path) -> None:
    key, wide = made("main", "ES256"), made("wide", "RS256")
    with key_server(key, wide) as signer:
        signer.keys.append({"kty": "oct", "kid": "s", "k": "AAAA"})
        token = key.sign(
            {
                **GOOD, "iss": signer.url, "aud": ["us", "them"], "org_id": "o1", "realm_access": {"roles": ["a"]},
                "https://us/claims": {"role": "cook"},
            },
            typ="at+jwt",
        )  # fmt: skip
        done = shop.run("login-check", signer.url, "--token", token)
        assert (done.returncode, done.stderr) == (0, "")
        assert '"main"  ES256' in done.stdout
        assert '"s"  is not used: it is no public key' in done.stdout
        _, _, settings = done.stdout.partition("For .env:\n\n")
        assert settings.splitlines() == [
            f"KUBUS_ISSUERS={signer.url}",
            "CUBEJS_JWT_AUDIENCE=us",
            "KUBUS_JWT_TYPES=at+jwt",
            "KUBUS_GROUPS_CLAIM=realm_access.roles",
            "KUBUS_TENANT_CLAIM=org_id",
            "CUBEJS_JWT_CLAIMS_NAMESPACE=https://us/claims",
        ]
        # What it proposes works; development, since the signer speaks plain HTTP.
        environ = dict(line.split("=", 1) for line in settings.splitlines())
        said = inspect(shop, token, **environ, CUBEJS_DEV_MODE="true", CUBEJS_API_SECRET="")
        assert 'tenant  "o1"' in said
        done = shop.run("login-check", signer.url)
        assert f"KUBUS_ISSUERS={signer.url}" in done.stdout
        done = shop.run("login-check", signer.url, "--token", key.sign({**GOOD, "iss": "https://x"}))
        assert (done.returncode, "Refused: issuer" in done.stdout) == (1, True)
        done = shop.run("login-check", signer.url, "--token=-", "--audience", "other", stdin=token)
        assert (done.returncode, "Refused: audience" in done.stdout) == (1, True)
        done = shop.run("login-check", signer.url + "/")
        assert (done.returncode, "is that of another issuer" in done.stderr) == (1, True)
        assert all("eyJ" not in path and "?" not in path for path in signer.asked)
    done = shop.run("login-check", signer.url)
    assert (done.returncode, "cannot be reached" in done.stderr) == (1, True)
    done = shop.run("login-check", "http://example.com")
    assert (done.returncode, "has to begin with https://" in done.stderr) == (1, True)


def test_every_reason_has_a_sentence() -> None:
    """Whatever verification refuses a token for can be explained."""
    import re

    source = Path(__file__).parents[2] / "src" / "kubus"
    texts = [path.read_text() for path in (source / "auth").glob("*.py")]
    texts += [(source / "api" / "rest" / name).read_text() for name in ("gate.py", "callers.py")]
    found = {name for text in texts for name in re.findall(r'(?:Refused|refuse)\(\s*"([a-z_]+)"', text)}
    found |= {name for text in texts for name in re.findall(r'reason="([a-z_]+)"', text)} - {"throttled"}
    assert len(found) > 20
    assert found - REASONS.keys() == set()


def test_times_in_words() -> None:
    assert when(100, 100) == "1970-01-01 00:01:40 UTC, now"
    assert when(0, 3600).endswith(", 1 hour ago")
    assert when(86_400 * 3, 0).endswith(", in 3 days")
    for odd in (True, "x", None, [1]):
        assert when(odd, 0) == "no time"
    for far in (1e300, -1e300, 10**18):
        assert when(far, 0) == "beyond all calendars"
    assert [spoken(n) for n in (1, 59, 60, 3599, 86_399)] == [
        "1 second",
        "59 seconds",
        "1 minute",
        "59 minutes",
        "23 hours",
    ]
