"""What tests are said to cover: what they show and nothing else."""

from kubus.testing.coverage import CoverageReport
from tests.testing.project import Project, said
from tests.testing.test_callers import GUARDED, tests


def covered(project: Project, *cases: str) -> CoverageReport:
    project.write("model/orders.yml", GUARDED)
    project.write("tests/a.test.yml", tests(*cases))
    results, coverage, ground = project.covered()
    assert [said(result) for result in results if result.outcome != "passed"] == []
    return coverage.report(ground.model)


def branches(report: CoverageReport) -> set[str]:
    return {f"{policy} {branch}" for (policy, branch), shown in report.branches.items() if shown}


ROWS = "{test: rows, groups: clerk, claims: {tenant: a}, query: {measures: [orders.count]}, expect: {value: 2}}"
MASKED = (
    "{test: masked, groups: clerk, claims: {tenant: a}, query: {dimensions: [orders.status]}, expect: {rows: [[null]]}}"
)
HIDDEN = "{test: hidden, groups: clerk, claims: {tenant: a}, query: {measures: [orders.total]}, expect: refused}"
NOBODY = "{test: nobody, query: {measures: [orders.total]}, expect: refused}"
SHARE = "{test: share, groups: boss, claims: {active: true}, query: {measures: [orders.share]}, expect: {count: 1}}"
WRONG = "{test: wrong, groups: boss, claims: {active: true}, query: {measures: [orders.perDone]}, expect: {value: 1}}"


def test_branches_of_policies(project: Project) -> None:
    all_of = covered(project, NOBODY)
    assert {f"{policy} {branch}" for policy, branch in all_of.branches} == {
        "orders[0] allowed",
        "orders[0] denied",
        "orders[0] rows",
        "orders[0] masked",
        "orders[0] hidden",
        "orders[1] allowed",
        "orders[1] denied",
    }
    assert branches(all_of) == {"orders[0] denied", "orders[1] denied"}


def test_what_each_test_shows(project: Project) -> None:
    assert branches(covered(project, ROWS)) == {"orders[0] allowed", "orders[0] rows", "orders[1] denied"}
    assert branches(covered(project, MASKED)) >= {"orders[0] allowed", "orders[0] masked"}
    assert branches(covered(project, HIDDEN)) == {"orders[0] hidden", "orders[1] denied"}
    assert branches(covered(project, NOBODY)) == {"orders[0] denied", "orders[1] denied"}
    assert branches(covered(project, SHARE)) == {"orders[0] denied", "orders[1] allowed"}


def test_members_that_are_asked_for_and_what_they_are_made_of(project: Project) -> None:
    report = covered(project, SHARE, NOBODY)
    # A refused query shows nothing of its members.
    assert {name for name, shown in report.members.items() if shown} == {
        "orders.share",
        "orders.doneCount",
        "orders.count",
    }
    assert "orders.hidden" not in report.members
    assert report.percent == 31.5


def test_a_test_that_fails_covers_nothing(project: Project) -> None:
    project.write("model/orders.yml", GUARDED)
    project.write("tests/a.test.yml", tests(WRONG))
    results, coverage, ground = project.covered()
    assert [result.outcome for result in results] == ["failed"]
    report = coverage.report(ground.model)
    assert not any(report.members.values())
    assert not any(report.branches.values())
