"""What came of tests, for people, as JSON, and as JUnit XML.

Source of the XML: https://github.com/testmoapp/junitxml
"""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from rich.text import Text

from kubus.testing.coverage import CoverageReport
from kubus.testing.running import Mismatch, Result
from kubus.testing.values import as_plain

SIGN_STYLES = {"-": "red", "+": "green"}
STYLES = {"passed": "green", "failed": "bold red", "wrong": "bold red"}

# XML 1.0 has no words for these characters.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# So many names stand in a list for people.
MOST_NAMES = 40


def shown_result(result: Result, *, verbose: bool = False) -> Text | None:
    """A result for people; None of one that passed, unless `verbose`."""
    text = Text()
    place = f"{result.place.file}:{result.place.line}" if result.place.line else result.place.file
    if result.outcome == "passed":
        for name in result.kept:
            text.append("kept    ", style="yellow").append(f"{result.suite}: the snapshot '{name}'\n")
        if verbose:
            text.append("passed  ", style="green").append(
                f"{result.suite}: {result.name}  {result.seconds * 1000:.0f} ms\n"
            )
        if not text:
            return None
        text.right_crop(1)
        return text
    text.append(f"{result.outcome:<8}", style=STYLES[result.outcome]).append(f"{place}: ", style="bold")
    text.append(result.name)
    for part in (*([result.reason] if result.reason else ()), *result.mismatches):
        text.append("\n").append_text(indented(part))
    return text


def indented(part: str | Mismatch) -> Text:
    """What is wrong, below the name of the test."""
    text = Text()
    message = part if isinstance(part, str) else part.message
    text.append("\n".join(f"    {line}" for line in message.splitlines()))
    if not isinstance(part, str) and part.diff is not None:
        for line in part.diff.text().splitlines():
            text.append(f"\n      {line}", style=SIGN_STYLES.get(line[:1], ""))
    return text


def plain_text(result: Result) -> str:
    """What is wrong with a test, without colours."""
    return "\n".join(indented(part).plain for part in (*([result.reason] if result.reason else ()), *result.mismatches))


def summary(results: Sequence[Result], seconds: float) -> Text:
    """One line for all."""
    counts = {outcome: sum(result.outcome == outcome for result in results) for outcome in STYLES}
    parts = [f"{number} {outcome}" for outcome, number in counts.items() if number] or ["no tests"]
    is_right = counts["passed"] and not counts["failed"] and not counts["wrong"]
    return Text(f"{', '.join(parts)} in {seconds:.2f} s", style="green" if is_right else "bold red")


def shown_coverage(report: CoverageReport) -> Text:
    """What no test shows, for people."""
    text = Text()
    members, branches = report.members, report.branches
    text.append(f"Covered is {report.percent:g} %: ", style="bold")
    text.append(f"{sum(members.values())} of {len(members)} members")
    if branches:
        text.append(f", {sum(branches.values())} of {len(branches)} branches of access policies")
    missing = [name for name, is_shown in members.items() if not is_shown]
    if missing:
        text.append("\n  No test asks for ").append(listed(missing), style="yellow")
    for (policy, branch), is_shown in branches.items():
        if not is_shown:
            text.append("\n  No test shows ").append(f"{policy}: {SAID[branch]}", style="yellow")
    return text


SAID = {
    "allowed": "somebody for whom it is",
    "denied": "somebody for whom it is not",
    "rows": "the rows that it gives",
    "masked": "a value that it masks",
    "hidden": "a member that it hides",
}


def listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


# ── JSON ──


def as_json(results: Sequence[Result], seconds: float, coverage: CoverageReport | None) -> dict[str, Any]:
    """Everything as JSON; `docs/testing.md` says what is in it."""
    found: dict[str, Any] = {
        "passed": sum(result.outcome == "passed" for result in results),
        "failed": sum(result.outcome == "failed" for result in results),
        "wrong": sum(result.outcome == "wrong" for result in results),
        "seconds": round(seconds, 3),
        "tests": [result_json(result) for result in results],
    }
    if coverage is not None:
        found["coverage"] = coverage.as_json()
    return found


def result_json(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = {
        "file": result.suite,
        "line": result.place.line,
        "test": result.name,
        "outcome": result.outcome,
        "seconds": round(result.seconds, 6),
    }
    if result.reason is not None:
        found["reason"] = result.reason
    if result.mismatches:
        found["mismatches"] = [mismatch_json(one) for one in result.mismatches]
    if result.kept:
        found["snapshots"] = list(result.kept)
    if result.outcome != "passed" and result.statements:
        found["sql"] = list(result.statements)
    return found


def mismatch_json(one: Mismatch) -> dict[str, Any]:
    found: dict[str, Any] = {"message": one.message, "line": one.place.line}
    if one.diff is not None:
        found["columns"] = list(one.diff.columns)
        found["missing"] = [as_plain(cells) for sign, cells in one.diff.lines if sign == "-"]
        found["unexpected"] = [as_plain(cells) for sign, cells in one.diff.lines if sign == "+"]
    return found


# ── JUnit ──


def as_junit(results: Sequence[Result], seconds: float) -> str:
    """The results as JUnit XML, a suite for each file."""
    root = ElementTree.Element("testsuites", {"name": "kubus test", **counts_of(results), "time": f"{seconds:.3f}"})
    for name in dict.fromkeys(result.suite for result in results):
        own = [result for result in results if result.suite == name]
        total = sum(result.seconds for result in own)
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, **counts_of(own), "time": f"{total:.3f}"})
        for result in own:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                name=in_xml(result.name),
                classname=name,
                file=result.place.file,
                line=str(result.place.line),
                time=f"{result.seconds:.3f}",
            )
            if result.outcome != "passed":
                kind = "failure" if result.outcome == "failed" else "error"
                text = plain_text(result)
                first = result.mismatches[0].message if result.mismatches else result.reason or ""
                detail = ElementTree.SubElement(case, kind, message=in_xml(first.partition("\n")[0]))
                detail.text = in_xml("\n\n".join((text, *result.statements)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def counts_of(results: Sequence[Result]) -> dict[str, str]:
    return {
        "tests": str(len(results)),
        "failures": str(sum(result.outcome == "failed" for result in results)),
        "errors": str(sum(result.outcome == "wrong" for result in results)),
    }


def in_xml(text: str) -> str:
    return NOT_IN_XML.sub("\ufffd", text)
