"""Servers that tests start are searched for secrets, and the search finds them."""

import base64
import json
from pathlib import Path

import pytest

from tests.engines.server import RunningServer


@pytest.mark.parametrize(
    "told",
    [
        "GET /?x=a-long-secret 200",
        base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=") + ".e30.",
        "signature=c2lnbmF0dXJl",
    ],
)
def test_what_may_not_be_told_is_found(told: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    running = RunningServer(None, log)  # type: ignore[arg-type]  # only its output is looked at
    running.hide("a-long-secret", "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl")
    log.write_text("GET /cubejs-api/v1/load 200\nan answer\n")
    running.assert_nothing_told()
    log.write_text(f"GET /cubejs-api/v1/load 200\n{told}\n")
    with pytest.raises(AssertionError, match="the output holds"):
        running.assert_nothing_told()
