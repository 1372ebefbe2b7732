"""The settings on the pages about tokens and OpenID providers are settings that a server starts with."""

import re
from pathlib import Path

import pytest

from kubus.config.dotenv import parse_dotenv
from kubus.config.settings import load_settings
from tests.auth.tokens import SECRET

DOCS = Path(__file__).parents[2] / "docs"
BLOCKS = [
    pytest.param(block, id=f"{page}-{number}")
    for page in ("openid.md", "tokens.md")
    for number, block in enumerate(re.findall(r"^```dotenv\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S))
    # What stands in angle brackets is for the reader to fill in.
    if "<" not in block
]


@pytest.mark.parametrize("block", BLOCKS)
def test_settings_of_a_page(block: str) -> None:
    given = parse_dotenv(block)
    assert given
    own = {"CUBEJS_API_SECRET": SECRET} if "KUBUS_REVOCATION" in given else {}
    audience = {"CUBEJS_JWT_AUDIENCE": "us"} if "GROUPS_CLAIM" in block and "ISSUERS" not in block else {}
    issuers = {"KUBUS_ISSUERS": "https://login.example.com/"} if audience else {}
    settings = load_settings({"CUBEJS_DB_TYPE": "duckdb", **given, **own, **audience, **issuers}, {}, Path())
    # Nothing in them is one to be warned of.
    assert settings.warnings == ()


def test_each_provider_is_told_from_the_others() -> None:
    assert len(BLOCKS) >= 10
