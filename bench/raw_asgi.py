"""The limit: an application that does nothing but send given bytes, on the settings that `kubus serve` gives uvicorn.

`python -m bench.raw_asgi PORT FILE` answers everything with the content of FILE.
"""

import sys
from pathlib import Path
from typing import Any

import uvicorn


def main() -> None:
    body = Path(sys.argv[2]).read_bytes()
    # As many headers as kubus sends, and as long.
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"etag", b'W/"4f2-0123456789abcdefghijklmnopq"'),
        (b"access-control-allow-origin", b"*"),
        (b"server-timing", b"auth;dur=0.005, plan;dur=0.011, queue;dur=0, database;dur=0, encode;dur=0"),
    ]

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001, RUF029 - the signature of ASGI
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", ws="none", lifespan="off",
                access_log=False, log_config=None, log_level="critical", server_header=False)  # fmt: skip


main()
