"""What an attack is: something sent to a server, and why it has to be refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.attacks.forge import Forge

# The two texts that clients know; bytes that are no request; and a head that is too long to be read to its end.
Answer = Literal["invalid", "missing", "no request", "cut off"]

QUERY = "query=%7B%22dimensions%22%3A%5B%22canary.song%22%5D%7D"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, to the byte. `headers` stand as they are, after `Host`."""

    headers: tuple[bytes, ...] = ()
    target: str = f"/cubejs-api/v1/load?{QUERY}"
    method: str = "GET"
    body: bytes = b""

    def bytes(self, request_id: str) -> bytes:
        """What is sent. The request id is how its line in the log is found."""
        lines = [
            f"{self.method} {self.target} HTTP/1.1".encode(),
            b"Host: kubus",
            f"x-request-id: {request_id}".encode(),
            *self.headers,
        ]
        if self.body:
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


def bearer(token: str | bytes) -> Request:
    """The usual request with a token."""
    return Request((b"Authorization: Bearer " + (token.encode("latin-1") if isinstance(token, str) else token),))


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack by name.

    `source` is where it was described. `against` is the name of a server in `servers.py`. `send` makes the token, or
    the whole request where the token is not the point. `reason` is what the log has to give as the reason, and ""
    where there is no token to have one.
    """

    name: str
    source: str
    against: str
    send: Callable[[Forge], str | Request]
    reason: str
    answer: Answer = "invalid"

    def request(self, forge: Forge) -> Request:
        sent = self.send(forge)
        return bearer(sent) if isinstance(sent, str) else sent
