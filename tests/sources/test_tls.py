"""Connections to PostgreSQL under TLS: what is checked, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from kubus.errors import SourceError
from kubus.sources.options import PostgresOptions
from kubus.sources.postgres_address import Address
from tests.engines.certificates import Authority
from tests.engines.postgres import Server, running_postgres
from tests.sources.statements import statement

OURS = Authority("kubus tests")
OTHERS = Authority("somebody else")
SERVER = OURS.certificate("localhost", "127.0.0.1")
ELSEWHERE = OURS.certificate("elsewhere", "127.0.0.9")
USER = OURS.certificate("postgres")
STRANGER = OTHERS.certificate("postgres")

# `plain` is a database for everybody under TLS; `checked` wants a certificate of the user.
ACCESS = """
hostssl checked all 127.0.0.1/32 cert
hostssl all all 127.0.0.1/32 trust
host postgres postgres 127.0.0.1/32 trust
"""


@pytest.fixture(scope="module")
def secured() -> Iterator[Server]:
    files = {"server.crt": SERVER.pem, "server.key": SERVER.key, "ca.crt": OURS.pem, "pg_hba.conf": ACCESS}
    with running_postgres(files=files, settings="-c ssl=on -c ssl_ca_file=ca.crt") as server:
        server.create_database("plain")
        server.create_database("checked")
        yield server


async def encrypted(opened, server: Server, database: str = "plain", **options) -> bool:
    """Whether the connection is under TLS."""
    source = opened(PostgresOptions(host=server.host, port=server.port, database=database, user=server.user, **options))
    asked = statement("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    return (await source.rows(asked)).values == [(True,)]


async def test_with_tls_the_connection_is_encrypted(opened, secured):
    assert await encrypted(opened, secured, ssl=True)


async def test_the_authority_that_is_named_is_trusted(opened, secured):
    assert await encrypted(opened, secured, ssl=True, ssl_verify=True, ssl_ca=OURS.pem)


async def test_an_authority_is_a_file_too(opened, secured, tmp_path):
    (tmp_path / "ca.pem").write_text(OURS.pem)
    assert await encrypted(opened, secured, ssl=True, ssl_verify=True, ssl_ca=str(tmp_path / "ca.pem"))


@pytest.mark.parametrize("authority", [OTHERS.pem, None], ids=["another", "those of the system"])
async def test_other_authorities_are_refused(opened, secured, authority):
    with pytest.raises(
        SourceError, match=r"^No connection to PostgreSQL at 127.0.0.1:\d+: .*certificate verify failed"
    ):
        await encrypted(opened, secured, ssl=True, ssl_verify=True, ssl_ca=authority)


async def test_a_certificate_of_another_host_is_refused(opened):
    files = {"server.crt": ELSEWHERE.pem, "server.key": ELSEWHERE.key}
    with running_postgres(files=files, settings="-c ssl=on") as server:
        assert await encrypted(opened, server, "postgres", ssl=True)
        with pytest.raises(SourceError, match="does not match host name"):
            await encrypted(opened, server, "postgres", ssl=True, ssl_verify=True, ssl_ca=OURS.pem)


async def test_a_server_without_tls_is_refused_where_tls_is_asked_for(opened, postgres):
    with pytest.raises(SourceError, match="server does not support SSL"):
        await encrypted(opened, postgres, "postgres", ssl=True)


async def test_a_user_may_be_known_by_a_certificate(opened, secured):
    with pytest.raises(SourceError, match="requires a valid client certificate"):
        await encrypted(opened, secured, "checked", ssl=True)
    with pytest.raises(SourceError, match="No connection to PostgreSQL"):
        await encrypted(opened, secured, "checked", ssl=True, ssl_cert=STRANGER.pem, ssl_key=STRANGER.key)
    assert await encrypted(opened, secured, "checked", ssl=True, ssl_cert=USER.pem, ssl_key=USER.key)


def test_keys_that_are_texts_lie_in_a_private_file_until_the_source_is_closed():
    address = Address(PostgresOptions(host="127.0.0.1", ssl=True, ssl_cert=USER.pem, ssl_key=USER.key))
    key = Path(conninfo_to_dict(address.conninfo())["sslkey"])
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o077 == 0
    address.forget()
    assert not key.parent.exists()
