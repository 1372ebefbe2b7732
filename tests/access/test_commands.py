"""`kubus access`, `--as` and `--groups`, and the library."""

import json
import subprocess
from pathlib import Path

import pytest

from kubus.cli.access import diff, explain, show_matrix
from kubus.cli.query import query
from kubus.errors import ConfigError, Forbidden
from kubus.library import SemanticLayer

OPEN = """
cubes:
  - name: t
    sql: SELECT 1 AS id, 'x' AS kind UNION ALL SELECT 2, 'y'
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: kind, sql: kind, type: string}
    measures:
      - {name: count, type: count, mask: -1}
"""
CLOSED = (
    OPEN
    + """
    access_policy:
      - {group: boss}
      - group: clerk
        member_level: {includes: [count]}
        row_level: {filters: [{member: kind, operator: equals, values: ["{ security_context.kind }"]}]}
      - group: guest
        member_level: {includes: []}
        member_masking: {includes: [count]}
"""
)
WIDER = CLOSED.replace("includes: [count]}\n        row_level", "includes: [count, kind]}\n        row_level")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "t.yml").write_text(CLOSED)
    (tmp_path / ".env").write_text("CUBEJS_DB_TYPE=duckdb\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_explain_says_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explain('{"measures": ["t.count"]}', claims='{"kind": "x"}', groups="clerk")
    told = capsys.readouterr().out
    for line in (
        "Caller: groups clerk; claims kind",
        "  t[0] is for boss: not this caller",
        "  t[1] is for clerk: applies, where t.kind equals { security_context.kind }",
        "t.count: given whole, rows of t[1]",
        "Rule: rows of t: t.kind equals x",
        "Applied: t[1]",
        'Parameters: ["x"]',
    ):
        assert line in told


def test_explain_tells_the_tenant(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = "\n  - {name: lands, sql: SELECT 1 AS id, tenant: shared, measures: [{name: count, type: count}]}\n"
    tenants = (
        "tenant: {claim: org.id}\n" + OPEN.replace("- name: t\n", '- name: t\n    tenant: "{CUBE}.kind"\n') + shared
    )
    (project / "model" / "t.yml").write_text(tenants)
    explain('{"measures": ["t.count"]}', claims='{"org": {"id": "x"}}')
    told = capsys.readouterr().out
    assert "Tenant: x, by the claim org.id\n" in told
    assert "Tenant: rows of t: those of the tenant, where {CUBE}.kind is x\n" in told
    explain('{"measures": ["lands.count"]}', claims='{"org": {"id": "x"}}')
    assert "Tenant: rows of lands: everybody's\n" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        explain('{"measures": ["t.count"]}', claims="{}")
    told = capsys.readouterr().out
    assert "Tenant: none, since the claim org.id names none, so every query is refused\n" in told
    assert "Refused: Your token names no tenant" in told
    (project / "model" / "t.yml").write_text("tenant: {claim: org, schema: {x: of_x}}\n" + OPEN)
    explain('{"measures": ["t.count"]}', claims='{"org": "x"}')
    told = capsys.readouterr().out
    assert "Tenant: x, by the claim org, whose schema is of_x\n" in told
    assert "Tenant: rows of t: those in the tenant's own schema\n" in told
    with pytest.raises(SystemExit):
        explain('{"measures": ["t.count"]}', claims='{"org": "y"}')
    assert "Tenant: y, by the claim org, and refused: There is no data" in capsys.readouterr().out


def test_explain_says_why_not(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        explain('{"measures": ["t.count"], "dimensions": ["t.kind"]}', claims='{"kind": "x"}', groups="clerk")
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "t.kind: hidden: no policy that applies gives it" in told
    assert "Refused: Error: You requested hidden member: 't.kind'" in told


def test_explain_tells_masks(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explain('{"measures": ["t.count"]}', groups="guest")
    assert "t.count: masked, every row" in (told := capsys.readouterr().out)
    assert "Mask: t.count" in told


def test_the_matrix_shows_who_sees_what(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_matrix("boss", "clerk", "guest", "clerk,guest", "nobody", claims='{"kind": "x"}', format="json")
    cells = {"boss": "full", "clerk": "filtered", "guest": "masked", "clerk,guest": "part masked", "nobody": "hidden"}
    shown = json.loads(capsys.readouterr().out)
    assert shown["t.count"] == cells
    assert shown["t.kind"] == dict.fromkeys(cells, "hidden") | {"boss": "full"}
    show_matrix("boss")
    assert "t.kind" in capsys.readouterr().out


def test_the_matrix_says_where_queries_are_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What reads a claim that nobody gave is neither given nor hidden: whoever names it is refused, and told why."""
    show_matrix("boss", "clerk", "guest", format="json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["t.count"] == {"boss": "full", "clerk": "?", "guest": "masked"}
    assert shown["t.kind"] == {"boss": "full", "clerk": "hidden", "guest": "hidden"}
    show_matrix("boss", "clerk")
    told = capsys.readouterr().out
    assert "? for clerk: queries are refused: Access policy value is missing: kind\n" in told
    assert "? for boss" not in told
    (project / "model" / "t.yml").write_text(
        "tenant: {claim: org}\n" + CLOSED.replace("- name: t\n", '- name: t\n    tenant: "{CUBE}.kind"\n')
    )
    show_matrix("boss", "nobody", format="json")
    assert json.loads(capsys.readouterr().out)["t.count"] == {"boss": "?", "nobody": "hidden"}
    show_matrix("boss", claims='{"org": "x"}', format="json")
    assert json.loads(capsys.readouterr().out)["t.count"] == {"boss": "full"}


def commit(project: Path, text: str) -> None:
    (project / "model" / "t.yml").write_text(text)
    author = ["-c", "user.email=a@example.com", "-c", "user.name=a"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "x", "--allow-empty"]):
        subprocess.run(["git", *command], cwd=project, check=True, capture_output=True)


def test_diff_says_what_became_wider(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, CLOSED)
    commit(project, WIDER)
    diff("HEAD~1", "HEAD")
    assert capsys.readouterr().out == (
        "wider: t.kind for group clerk: hidden -> whole where t.kind equals { security_context.kind }\n"
    )
    with pytest.raises(SystemExit):
        diff("HEAD~1", "HEAD", check=True)
    diff("HEAD", "HEAD~1", check=True)
    assert "narrower: t.kind for group clerk" in capsys.readouterr().out
    (project / "model" / "t.yml").write_text(OPEN)
    diff("HEAD", ".")
    assert "wider: t.count for everyone: hidden -> whole\n" in capsys.readouterr().out
    diff("HEAD", "HEAD")
    assert capsys.readouterr().out == "No access policy became wider or narrower\n"
    for wrong in ("nowhere", "--output=x"):
        with pytest.raises(ConfigError):
            diff(wrong, "HEAD")


def test_query_asks_as_somebody(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query('{"measures": ["t.count"]}', format="csv", context='{"kind": "y"}', groups="clerk")
    assert capsys.readouterr().out.splitlines() == ["t.count", "1"]
    with pytest.raises(Forbidden):
        query('{"measures": ["t.count"]}', format="csv")


def test_the_library_asks_as_somebody() -> None:
    with SemanticLayer({"t.yml": CLOSED}) as layer:
        assert layer.query({"measures": ["t.count"]}, groups=["boss"]) == [{"t.count": 2}]
        assert layer.query({"measures": ["t.count"]}, context={"kind": "x"}, groups=["clerk"]) == [{"t.count": 1}]
        assert layer.query({"measures": ["t.count"]}, groups=["guest"]) == [{"t.count": -1}]
        with pytest.raises(Forbidden):
            layer.query({"measures": ["t.count"]})


def test_what_has_no_policy_is_closed_where_that_is_the_default() -> None:
    with SemanticLayer({"t.yml": OPEN}, default_access="deny") as layer, pytest.raises(Forbidden):
        layer.query({"measures": ["t.count"]})
    with SemanticLayer({"t.yml": CLOSED}, default_access="deny") as layer:
        assert layer.query({"measures": ["t.count"]}, groups=["boss"]) == [{"t.count": 2}]


def test_default_masks_stand_where_none_is_declared() -> None:
    text = CLOSED.replace("mask: -1", "title: Count").replace("includes: [count]}\n\n", "includes: [count]}\n")
    with SemanticLayer({"t.yml": text}, default_masks={"number": "-7"}) as layer:
        assert layer.query({"measures": ["t.count"]}, groups=["guest"]) == [{"t.count": -7}]
    with SemanticLayer({"t.yml": text}) as layer:
        assert layer.query({"measures": ["t.count"]}, groups=["guest"]) == [{"t.count": None}]


def test_a_hint_names_nothing_hidden() -> None:
    with SemanticLayer({"t.yml": CLOSED}) as layer:
        for who, said in (("boss", "Did you mean 'kind'?"), ("clerk", None)):
            with pytest.raises(Exception, match="not found") as refused:
                layer.query({"dimensions": ["t.kin"]}, groups=[who], context={"kind": "x"})
            assert refused.value.hint == said  # type: ignore[attr-defined]
