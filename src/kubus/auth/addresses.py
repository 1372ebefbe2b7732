"""Addresses of signers: which may be asked, and how the log shows them."""

from ipaddress import ip_address
from urllib.parse import urlsplit


class BadAddress(ValueError):
    """An address that no key is fetched from. Says why, in a sentence that goes on after its name."""


def check_address(url: str, *, insecure_loopback: bool) -> None:
    """Raises BadAddress unless keys may be fetched from there."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress("is no address") from error
    if not host or parts.username is not None or parts.password is not None:
        raise BadAddress("is no address of a host")
    if parts.scheme == "https" or (parts.scheme == "http" and insecure_loopback and is_loopback(host)):
        return
    raise BadAddress("has to begin with https://; in development http:// on loopback will do")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def shown(url: str) -> str:
    """An address for the log: nothing of it that could be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
