"""The API of kubus inside a FastAPI application, below /analytics.

    python examples/embedded_fastapi/main.py

then, in another terminal:

    TOKEN=$(curl -s -X POST http://127.0.0.1:8000/login/ada | jq -r .token)
    curl -G -s http://127.0.0.1:8000/analytics/cubejs-api/v1/load -H "Authorization: $TOKEN" \
        --data-urlencode 'query={"measures": ["Tickets.count"], "dimensions": ["Tickets.status"]}'
"""

import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import jwt
import uvicorn
from fastapi import FastAPI, HTTPException

import kubus

HERE = Path(__file__).parent
USERS = {"ada": "admin", "bo": "operator"}


def make_app(database: Path, secret: str) -> FastAPI:
    """The application: its own routes, and those of kubus on the tickets in `database`."""
    # Settings of kubus by their names; without `environ`, those of the process hold as well.
    analytics = kubus.asgi(
        HERE,
        environ={},
        CUBEJS_API_SECRET=secret,
        CUBEJS_DB_TYPE="duckdb",
        CUBEJS_DB_DUCKDB_DATABASE_PATH=database,
        CUBEJS_SCHEMA_PATH="model",
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # A mounted application gets no lifespan of its own: it begins and ends with its host.
        await analytics.startup()
        yield
        await analytics.shutdown()

    app = FastAPI(lifespan=lifespan)

    @app.post("/login/{name}")
    async def login(name: str) -> dict[str, str]:
        """A token for a user of this application. A real one asks for a password first."""
        if name not in USERS:
            raise HTTPException(404, "No such user")
        now = datetime.now(UTC)
        claims = {"sub": name, "role": USERS[name], "iat": now, "exp": now + timedelta(hours=1)}
        return {"token": jwt.encode(claims, secret, algorithm="HS256")}

    app.mount("/analytics", analytics)
    return app


def write_tickets(path: Path) -> None:
    """A thousand support tickets, the same each time."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("""
            CREATE TABLE tickets AS
            SELECT
                n AS id,
                CASE WHEN n % 10 < 7 THEN 'closed' WHEN n % 10 < 9 THEN 'open' ELSE 'waiting' END AS status,
                TIMESTAMP '2026-01-01 08:00:00' + to_hours(n * 5) AS opened_at,
                CASE WHEN n % 10 < 7 THEN 1 + n * 13 % 72 END AS hours
            FROM range(1000) AS numbers (n)
        """)


def main() -> None:
    """Serve the application on 127.0.0.1:8000."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "tickets.duckdb"
        write_tickets(database)
        uvicorn.run(make_app(database, secrets.token_hex(64)), host="127.0.0.1", port=8000)


if __name__ == "__main__":
    main()
