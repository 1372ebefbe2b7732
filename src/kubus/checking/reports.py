"""Findings as text for programs: JSON, SARIF, and what CI systems show beside a change."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

import kubus
from kubus.checking.findings import COMPILES, LIVE, Finding, Findings
from kubus.loading.lint.rules import MEANINGS

Format = Literal["text", "json", "sarif", "github", "gitlab"]

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_json(findings: Findings) -> str:
    """An object with everything that is known of each finding."""
    report = {
        "errors": findings.count("error"),
        "warnings": findings.count("warning"),
        "cubes": findings.cubes,
        "views": findings.views,
        "members": findings.members,
        "findings": [
            {
                "level": one.level,
                "rule": one.rule,
                "file": one.path,
                "line": one.problem.line,
                "column": one.problem.column,
                "cube": one.problem.cube,
                "message": one.problem.message,
                "hint": one.problem.hint,
                "excerpt": one.problem.excerpt,
            }
            for one in findings.all
        ],
    }
    return dumped(report)


def as_sarif(findings: Findings) -> str:
    """A SARIF log, version 2.1.0. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""
    meanings = {
        COMPILES: "The data model does not compile",
        LIVE: "The database has not what the model reads",
        **MEANINGS,
    }
    numbers = {rule: number for number, rule in enumerate(meanings)}
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": meaning},
            "defaultConfiguration": {"level": "error" if rule in (COMPILES, LIVE) else "warning"},
        }
        for rule, meaning in meanings.items()
    ]
    driver = {"name": "kubus", "version": kubus.__version__, "rules": rules}
    root = findings.root.resolve().as_uri() + "/"
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"ROOT": {"uri": root}},
        "columnKind": "unicodeCodePoints",
        "results": [sarif_result(one, numbers[one.rule], mark) for one, mark in marked(findings)],
    }
    return dumped({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def sarif_result(one: Finding, number: int, mark: str) -> dict[str, Any]:
    base: dict[str, str] = {} if one.path.startswith("/") else {"uriBaseId": "ROOT"}
    place: dict[str, Any] = {"artifactLocation": {"uri": uri_of(one.path), **base}}
    if one.problem.line:
        place["region"] = {"startLine": one.problem.line, "startColumn": max(one.problem.column, 1)}
    return {
        "ruleId": one.rule,
        "ruleIndex": number,
        "level": one.level,
        "message": {"text": sentence(one)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"kubus/v1": mark},
    }


def uri_of(path: str) -> str:
    from urllib.parse import quote  # only reports need it

    return ("file://" if path.startswith("/") else "") + quote(path)


def as_github(findings: Findings) -> str:
    """A workflow command for each finding, which GitHub shows at its line.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "".join(f"{line}\n" for line in map(github_line, findings.all))


def github_line(one: Finding) -> str:
    line = {"line": str(one.problem.line), "col": str(one.problem.column)} if one.problem.line else {}
    options = {"file": one.path, **line, "title": f"kubus: {one.rule}"}
    written = ",".join(f"{key}={escaped(value, ',:')}" for key, value in options.items())
    return f"::{one.level} {written}::{escaped(sentence(one))}"


def escaped(text: str, more: str = "") -> str:
    """What ends a command or an option of one, in per cent."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def as_gitlab(findings: Findings) -> str:
    """A code-quality report. Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""
    report = [
        {
            "description": sentence(one),
            "check_name": f"kubus/{one.rule}",
            "fingerprint": mark,
            "severity": "major" if one.level == "error" else "minor",
            "location": {"path": one.path, "lines": {"begin": max(one.problem.line, 1)}},
        }
        for one, mark in marked(findings)
    ]
    return dumped(report)


def sentence(one: Finding) -> str:
    """What is wrong, and what to do."""
    said = (f"{one.problem.cube}: " if one.problem.cube else "") + one.problem.message
    return said if one.problem.hint is None else f"{said}\n{one.problem.hint}"


def marked(findings: Findings) -> Iterator[tuple[Finding, str]]:
    """Each finding with what tells it apart in every run: of lines that move it stays the same."""
    seen: Counter[str] = Counter()
    for one in findings.all:
        own = "\0".join((one.rule, one.path, one.problem.message, one.problem.excerpt or ""))
        seen[own] += 1
        yield one, hashlib.sha256(f"{own}\0{seen[own]}".encode("utf-8", "surrogatepass")).hexdigest()


def dumped(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


REPORTS: Mapping[Format, Callable[[Findings], str]] = MappingProxyType(
    {"json": as_json, "sarif": as_sarif, "github": as_github, "gitlab": as_gitlab}
)
