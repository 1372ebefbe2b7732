"""What the page about editors shows is right in the language of each."""

import json
import re
import tomllib
from pathlib import Path

from kubus.cli.main import COMMANDS
from kubus.loading.schema import SCHEMA_FILE

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text()


def snippet(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


def test_settings_of_editors_are_right():
    assert json.loads(snippet("jsonc")) == {"yaml.schemas": {f"./{SCHEMA_FILE}": "model/**/*.yml"}}
    helix = tomllib.loads(snippet("toml"))
    assert helix["language-server"]["kubus"] == {"command": "kubus", "args": ["lsp"]}
    assert "kubus" in helix["language"][0]["language-servers"]
    assert 'cmd = { "kubus", "lsp" }' in snippet("lua")
    assert snippet("lua").count("{") == snippet("lua").count("}")
    assert {"lsp", "schema", "check"} <= set(COMMANDS)
