"""Addresses of signers: which may be asked for keys, and how the log shows them."""

import pytest

from kubus.auth.addresses import BadAddress, check_address, is_loopback, origin, shown
from kubus.auth.discovery import discovery_address


@pytest.mark.parametrize(
    "url", ["https://id.example.com", "https://id.example.com:8443/keys?a=b", "https://127.0.0.1/"]
)
def test_https_may_be_asked(url: str) -> None:
    check_address(url, insecure_loopback=False)
    check_address(url, insecure_loopback=True)


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_http_only_on_loopback_and_only_in_development(host: str) -> None:
    check_address(f"http://{host}:9/keys", insecure_loopback=True)
    with pytest.raises(BadAddress, match="has to begin with https"):
        check_address(f"http://{host}:9/keys", insecure_loopback=False)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://id.example.com", "has to begin with https"),
        ("http://10.0.0.1", "has to begin with https"),
        ("http://localhost.example.com", "has to begin with https"),
        ("http://2130706433", "has to begin with https"),
        ("ftp://127.0.0.1/keys", "has to begin with https"),
        ("file:///keys", "is no address of a host"),
        ("https://", "is no address of a host"),
        ("keys.json", "is no address of a host"),
        ("", "is no address of a host"),
        ("https://user@id.example.com", "is no address of a host"),
        ("https://user:pass@id.example.com", "is no address of a host"),
        ("https://:pass@id.example.com", "is no address of a host"),
        ("https://@id.example.com", "is no address of a host"),
        ("https://id.example.com:port", "is no address"),
        ("https://id.example.com:99999", "is no address"),
        ("https://[::1", "is no address"),
    ],
)
def test_everything_else_is_refused(url: str, why: str) -> None:
    with pytest.raises(BadAddress, match=why):
        check_address(url, insecure_loopback=True)


def test_what_is_this_machine() -> None:
    for host in ("localhost", "LOCALHOST", "127.0.0.1", "::1"):
        assert is_loopback(host)
    for host in ("example.com", "10.0.0.1", "0.0.0.0", "::2", "localhost.", ""):
        assert not is_loopback(host)


def test_origins_are_compared_with_their_ports() -> None:
    assert origin("https://a.b/c") == origin("https://a.b:443") == ("https", "a.b", 443)
    assert origin("http://a.b/c") == origin("HTTP://A.B:80/d") == ("http", "a.b", 80)
    assert origin("https://a.b:8443/c") == ("https", "a.b", 8443)
    assert origin("ftp://a.b") == ("ftp", "a.b", None)


def test_the_log_shows_no_secret_of_an_address() -> None:
    assert shown("https://user:pa@ss@a.b:8443/keys?token=x#y") == "https://a.b:8443/keys"
    assert shown("http://a.b") == "http://a.b"


def test_where_issuers_publish_what_they_are() -> None:
    well_known = ".well-known/openid-configuration"
    assert discovery_address("https://a.b") == discovery_address("https://a.b/") == f"https://a.b/{well_known}"
    assert discovery_address("https://a.b/c/") == f"https://a.b/c/{well_known}"
