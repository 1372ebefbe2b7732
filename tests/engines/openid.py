"""A real OpenID provider on the loopback address, by HTTPS, with keys that can be rotated."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engines.certificates import Authority
from tests.engines.node import Conversation, conversing

SCRIPT = Path(__file__).with_name("openid_provider.mjs")

# The claim in which the provider says what role somebody has.
NAMESPACE = "https://shop.example/claims"


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """The running provider. `authority` is a file with the certificate that vouches for it."""

    issuer: str
    authority: Path
    talk: Conversation

    @property
    def key_set_url(self) -> str:
        return f"{self.issuer}/jwks"

    def rotate(self, *, keep: bool) -> list[str]:
        """Sign with new keys from now on; the old ones are withdrawn unless they are kept. Gives the ids published."""
        return list(self.talk.ask(deed="rotate", keep=keep)["published"])


@contextmanager
def running_provider(folder: Path, page: str) -> Iterator[OpenIdProvider]:
    """Run a provider whose one client is the page at this origin."""
    authority = Authority("An authority of tests")
    file = folder / "authority.pem"
    file.write_text(authority.pem)
    certificate = authority.certificate("127.0.0.1", "127.0.0.1")
    with conversing(
        SCRIPT, TLS_CERTIFICATE=certificate.pem, TLS_KEY=certificate.key, PAGE=page, NAMESPACE=NAMESPACE
    ) as talk:
        yield OpenIdProvider(talk.read()["issuer"], file, talk)
