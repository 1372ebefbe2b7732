"""Reports of `kubus check` for programs: what they hold, and that their readers take them."""

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from kubus.checking.findings import Findings, findings_of
from kubus.checking.reports import as_github, as_gitlab, as_json, as_sarif
from tests.engines.node import node_folder

WARNED = """
cubes:
  - name: pages
    sql_table: pages
    measures:
      - {name: rates, sql: rate, type: sum}
      - {name: rates2, sql: rate, type: sum}
"""


@pytest.fixture
def found(tmp_path: Path):
    """What is found in a model of these files, below a folder with a space in its name."""

    def find(**files: str) -> Findings:
        folder = tmp_path / "my model"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.yml").write_text(text)
        return findings_of(folder, {"default": "duckdb"}, (), tmp_path)

    return find


def test_json_says_everything(found) -> None:
    report = json.loads(as_json(found(a=WARNED)))
    assert {key: report[key] for key in ("errors", "warnings", "cubes", "views", "members")} == {
        "errors": 0, "warnings": 2, "cubes": 1, "views": 0, "members": 2,
    }  # fmt: skip
    assert report["findings"][0] == {
        "level": "warning", "rule": "not-additive", "file": "my model/a.yml", "line": 6, "column": 28, "cube": "pages",
        "message": "'pages.rates' adds up 'rate', which by its name is a share or a mean",
        "hint": "Use type: avg, or divide two sums by each other in a measure of type number",
        "excerpt": "- {name: rates, sql: rate, type: sum}",
    }  # fmt: skip
    broken = json.loads(as_json(found(b="cubes: [\n")))
    assert (broken["errors"], broken["warnings"], broken["cubes"]) == (1, 0, 0)
    assert (broken["findings"][0]["rule"], broken["findings"][0]["file"]) == ("model", "my model/b.yml")


@pytest.mark.node
def test_sarif_is_what_its_schema_says(found) -> None:
    schema = node_folder() / "node_modules" / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    # Of the one pattern that has a bracket too many, validators make an error before they look at a log.
    written = json.loads(schema.read_text().replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$"))
    validator = jsonschema_rs.validator_for(written)
    for files in ({"a": WARNED}, {"b": "cubes: [\n", "c": "cubes:\n  - name: x\n"}, {}):
        log = json.loads(as_sarif(found(**files)))
        assert [error.message for error in validator.iter_errors(log)] == []
    log["runs"][0]["results"][0]["level"] = "bad"
    assert not validator.is_valid(log)


def test_sarif_leads_to_rules_and_lines(found) -> None:
    (run,) = json.loads(as_sarif(found(a=WARNED)))["runs"]
    first, second = run["results"]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "not-additive"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "my%20model/a.yml", "uriBaseId": "ROOT"}
    assert place["region"] == {"startLine": 6, "startColumn": 28}
    assert first["partialFingerprints"] != second["partialFingerprints"]


def test_fingerprints_stay_when_lines_move(found) -> None:
    before = json.loads(as_gitlab(found(a=WARNED)))
    after = json.loads(as_gitlab(found(a="\n\n" + WARNED)))
    assert [one["fingerprint"] for one in before] == [one["fingerprint"] for one in after]
    assert [one["location"]["lines"]["begin"] for one in after] == [8, 9]
    twice = WARNED + WARNED.replace("cubes:\n", "").replace("name: pages", "name: more")
    assert len({one["fingerprint"] for one in json.loads(as_gitlab(found(a=twice)))}) == 4


def test_gitlab_takes_these_keys(found) -> None:
    (first, _) = json.loads(as_gitlab(found(a=WARNED)))
    assert first.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
    assert (first["check_name"], first["severity"]) == ("kubus/not-additive", "minor")
    assert {one["severity"] for one in json.loads(as_gitlab(found(b="cubes: [\n")))} == {"major"}


def test_github_reads_a_line_each(found) -> None:
    lines = as_github(found(a=WARNED)).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(
        "::warning file=my model/a.yml,line=6,col=28,title=kubus%3A not-additive::pages: 'pages.rates'"
    )
    assert "mean%0AUse type: avg" in lines[0]
    (error,) = as_github(found(b="cubes: [\n")).splitlines()
    assert re.match(r"::error file=my model/b\.yml,line=2,col=1,title=kubus%3A model::YAMLException", error)
