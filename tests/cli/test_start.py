"""What a server loads before its first answer: how long a start takes is measured by the bench, what it does is here."""

import json
import subprocess
import sys

# Large, or whole parts of kubus, and of no use to who asks a server the first question.
LATER = [
    "dateparser",
    "httpx",
    "hypothesis",
    "jinja2",
    "kubus.checking",
    "kubus.define",
    "kubus.loading.lint.run",
    "kubus.loading.python_models",
    "kubus.loading.templates",
    "kubus.prove",
    "numpy",
    "psycopg",
    "pyarrow",
    "pytest",
    "rich",
]

START = """
import asyncio, json, sys
from types import MappingProxyType
import kubus.cli.main, kubus.cli.serve, kubus.api.assemble
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.context import Caller
from kubus.library import SemanticLayer

MODEL = "cubes: [{name: a, sql: SELECT 1 AS x, measures: [{name: count, type: count}]}]"
SECRET = "a secret of more than thirty-two bytes"
from kubus.auth.minting import mint_token
token = mint_token({}, SECRET, issued_at=0, lifetime=10**12)
asyncio.run(Authenticator(JwtRules(keys=secret_keys([SECRET]))).verify(token))
with SemanticLayer({"m.yml": MODEL}) as layer:
    assert layer.query({"measures": ["a.count"]}) == [{"a.count": 1}]
print(json.dumps(sorted(sys.modules)))
"""


def test_a_first_answer_loads_nothing_that_it_has_no_use_for() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(json.loads(done.stdout))
    assert "kubus.semantic_layer" in loaded
    assert [name for name in LATER if name in loaded] == []
