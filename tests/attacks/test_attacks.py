"""Every attack is refused, tells its sender nothing, and leaves its own reason in the log."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.attacks.attack import Attack, Request, bearer
from tests.attacks.cases import ALL
from tests.attacks.forge import Forge, ec_signature, mac, rsa_signature, token
from tests.attacks.servers import CANARY, Outcome, attacked, outcomes
from tests.attacks.signers import running_signers

SERVERS = tuple(dict.fromkeys(attack.against for attack in ALL))

REFUSALS = {"invalid": b'{"error":"Invalid token"}', "missing": b'{"error":"Authorization header isn\'t set"}'}


def controls(f: Forge) -> dict[str, dict[str, str | Request]]:
    """Tokens that have to pass, so that a server that refuses everything is not taken for a safe one."""
    access = {"typ": "at+jwt"}
    return {
        "secret": {
            "HS256": f.hs256(),
            "HS384": token({"alg": "HS384"}, f.claims, mac(f.secret, "384")),
            "HS512": token({"alg": "HS512"}, f.claims, mac(f.secret, "512")),
            "bare": Request((b"Authorization: " + f.hs256().encode(),)),
            "in Cube's own header": Request((b"x-cube-authorization: " + f.hs256().encode(),)),
            "in both headers": Request((b"x-cube-authorization: " + f.hs256().encode(), b"authorization: x.y.z")),
            "any case of Bearer": Request((b"Authorization: bEaReR " + f.hs256().encode(),)),
            "with names that nobody knows": f.hs256(kid="any", x5t="any", more={"deep": [1]}),
            "with white space in its JSON": f.hs256(f'\n{{ "exp" : {f.now + 900} }}\t'),
            "expires in a fraction of a second more": f.hs256(f.but(exp=f.now + 900.25)),
            "characters of every script": f.hs256(f.but(name="Ærøskøbing 東京 🙂")),
            "without an audience": f.hs256(f.but("aud", "iss", "sub")),
        },
        "strict": {
            "as asked": f.hs256(**access),
            "the second issuer": f.hs256(f.but(iss="https://second.example/"), **access),
            "one of several audiences": f.hs256(f.but(aud=["other", "kubus"]), **access),
        },
        "rsa": {
            "RS256": f.rs256(),
            "RS512": token({"alg": "RS512"}, f.claims, rsa_signature(f.rsa, "512")),
            "PS256": token({"alg": "PS256"}, f.claims, rsa_signature(f.rsa, pss=True)),
        },
        "keys": {
            "RS256": f.rs256(kid="rsa"),
            "ES256": f.es256(kid="ec"),
            "three as exponent": f.rs256(key=f.cubic_rsa, kid="exponent three"),
        },
        "tenants": {
            "a text": f.hs256(f.but(org={"id": "red"})),
            "a whole number": f.hs256(f.but(org={"id": 7})),
        },
        "revoked": {
            "not revoked": f.es256(),
            "issued after its subject was revoked": f.es256(f.but(sub="dave", iat=f.now)),
            "revoked until a second ago": f.es256(f.but(jti="long ago")),
            "a subject of another issuer": f.es256(f.but(sub="erin")),
        },
        "issuers": {
            "the first": f.rs256(f.but(iss=f"{f.signer}/first"), kid="rsa"),
            "the second": f.rs256(f.but(iss=f"{f.signer}/second"), key=f.odd_rsa, kid="rsa"),
        },
        "ec": {"ES256": f.es256(), "without a type": token({"alg": "ES256"}, f.claims, ec_signature(f.ec))},
    }


class Battlefield:
    """The servers, each started when first asked for, and what became of all that was sent to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self.signers = self._stack.enter_context(running_signers(folder))
        self.forge = self.signers.forge
        self._met: dict[str, dict[str, Outcome]] = {}

    def met(self, server: str) -> dict[str, Outcome]:
        if server not in self._met:
            running = self._stack.enter_context(
                attacked(self._folder / server, server, self.forge, self.signers.authority)
            )
            passing = [
                Attack(f"control: {name}", "", server, lambda _, sent=sent: sent, "")
                for name, sent in controls(self.forge)[server].items()
            ]
            # The good ones first: what is kept for them must not help the others.
            sent = [*passing, *(attack for attack in ALL if attack.against == server)]
            self._met[server] = outcomes(running, sent, self.forge)
        return self._met[server]

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Battlefield]:
    opened = Battlefield(tmp_path_factory.mktemp("attacks"))
    yield opened
    opened.close()


def check(attack: Attack, met: Outcome) -> None:
    """What has to be true of an attack's outcome."""
    assert CANARY.encode() not in met.body
    if attack.answer == "no request":
        # The bytes are no HTTP, or no request of it: nobody asked who sent them.
        assert met.status == 400, met
        assert (met.reasons, met.audited) == ((), ())
        return
    if attack.answer == "cut off":
        # The connection ends while the client is sending, so that it may not get to read why.
        assert (met.status, met.reasons) in ((431, ()), (0, ())), met
        return
    assert met.status == 403, met
    # The answer to HEAD is the answer to GET without its body.
    assert met.body == (b"" if met.method == "HEAD" else REFUSALS[attack.answer]), met
    assert "www-authenticate" not in met.headers
    assert met.reasons == ((attack.reason,) if attack.reason else ()), met
    assert met.audited in ((attack.reason or "missing",), ()), met


@pytest.mark.parametrize("attack", ALL, ids=lambda attack: f"{attack.against}-{attack.name}")
def test_attack_is_refused_for_its_own_reason(attack: Attack, field: Battlefield) -> None:
    check(attack, field.met(attack.against)[attack.name])


@pytest.mark.parametrize("server", SERVERS)
def test_good_tokens_pass(server: str, field: Battlefield) -> None:
    met = {name: one for name, one in field.met(server).items() if name.startswith("control: ")}
    assert met
    for name, one in met.items():
        assert (one.status, one.reasons) == (200, ()), (name, one)
        assert CANARY.encode() in one.body


@pytest.mark.parametrize("server", SERVERS)
def test_the_audit_log_tells_of_attacks_as_denied(server: str, field: Battlefield) -> None:
    """One by one for the first, for a stranger must not fill the disk; the others are counted when they are sent."""
    met = [one for name, one in field.met(server).items() if one.status == 403]
    told = [one for one in met if one.audited]
    assert len(told) >= min(len(met), 100)


def test_nobody_was_asked_whom_the_configuration_does_not_name(field: Battlefield) -> None:
    for server in SERVERS:
        field.met(server)
    assert field.signers.asked == []


def test_the_check_can_fail(field: Battlefield) -> None:
    """An attack that is let through is seen, and so is one that is refused for another reason than its own."""
    control = field.met("secret")["control: HS256"]
    attack = Attack("a control", "none", "secret", lambda f: bearer(f.hs256()), "signature")
    with pytest.raises(AssertionError):
        check(attack, control)
    refused = field.met("secret")["the secret is empty"]
    check(attack, refused)
    with pytest.raises(AssertionError):
        check(Attack("another reason", "none", "secret", attack.send, "expired"), refused)


def test_the_corpus_is_large_named_and_sourced() -> None:
    assert len(ALL) >= 150
    assert [name for name, times in Counter((a.against, a.name) for a in ALL).items() if times > 1] == []
    assert [attack.name for attack in ALL if not attack.source.strip()] == []
