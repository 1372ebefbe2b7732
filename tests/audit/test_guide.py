"""The last step of the multi-tenant guide: who ran what, for admins. Printed by a hook, and recorded without code."""

import json

from tests.api.conftest import token
from tests.audit.conftest import requests
from tests.audit.test_server import load
from tests.cli.conftest import project
from tests.cli.project import SECRET, Project

__all__ = ["project"]

HOOK = """
from kubus import config


@config("query_rewrite")
def query_rewrite(query, context):
    who = context["securityContext"]
    if who.get("role") == "admin":
        print(f"{who['email']} ran {query['measures']}", flush=True)
    return query
"""


def test_who_ran_what_by_a_hook_and_without_code(project: Project) -> None:
    (project.folder / "kubus.py").write_text(HOOK)
    settings = {"KUBUS_AUDIT": "file", "KUBUS_AUDIT_FILE": "audit.jsonl", "KUBUS_AUDIT_CLAIMS": "email,role"}
    query = {"measures": ["orders.count"]}
    with project.serving("--host", "127.0.0.1", **settings) as server:
        anna = token(SECRET, sub="1", email="anna@example.com", role="admin")
        ben = token(SECRET, sub="2", email="ben@example.com", role="viewer")
        for bearer in (anna, ben, anna):
            status, body = load(server.port, query, bearer=bearer)
            assert (status, body["data"]) == (200, [{"orders.count": "3"}])
        assert server.said.count("anna@example.com ran ['orders.count']") == 2
        assert "ben@example.com" not in server.said
    told = requests(project.folder / "audit.jsonl")
    assert [(one["claims"], one["queries"][0]["members"]) for one in told] == [
        ({"email": "anna@example.com", "role": "admin"}, ["orders.count"]),
        ({"email": "ben@example.com", "role": "viewer"}, ["orders.count"]),
        ({"email": "anna@example.com", "role": "admin"}, ["orders.count"]),
    ]
    assert [one["queries"][0]["rows"] for one in told] == [1, 1, 1]
    shown = project.run("audit", "show", **settings).stdout
    assert shown.count("email=anna@example.com role=admin") == 2
    assert json.dumps("anna") not in shown
