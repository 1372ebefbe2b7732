"""`kubus prove` on models that people wrote: nothing leaks, and a planted fault is told."""

from pathlib import Path

import pytest

import kubus.demo
from kubus.cli.prove import proven, shown
from tests.prove.faults import FAULTS

DEMO = Path(kubus.demo.__file__).parent / "model"

TENANTS = """
tenant: {claim: org.id}
cubes:
  - name: orders
    sql_table: orders
    tenant: org_id
    joins:
      - {name: currencies, sql: "{CUBE}.code = {currencies}.code", relationship: many_to_one}
    measures:
      - {name: count, type: count}
      - {name: total, type: sum, sql: amount}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: email, sql: email, type: string, mask: "somebody"}
      - {name: phone, sql: phone, type: string, mask: {sql: "left({CUBE}.phone, 2)"}}
      - {name: at, sql: at, type: time}
    access_policy:
      - {group: boss}
      - {group: "*", member_level: {excludes: [email, phone]}, member_masking: {includes: [email, phone]}}
  - name: currencies
    sql_table: currencies
    tenant: shared
    dimensions:
      - {name: code, sql: code, type: string, primary_key: true}
"""


@pytest.fixture
def tenants(tmp_path: Path) -> Path:
    (tmp_path / "model.yml").write_text(TENANTS)
    return tmp_path


async def test_nothing_leaks_in_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not (await proven(300, 0, DEMO, random=False)).leaks


async def test_nothing_leaks_between_tenants(tenants: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tenants)
    assert not (await proven(300, 0, tenants, random=False)).leaks


@pytest.mark.parametrize("fault", ["tenants_are_not_looked_at", "nothing_is_masked"])
async def test_a_planted_fault_is_told(fault: str, tenants: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tenants)
    FAULTS[fault](monkeypatch)
    found = await proven(3_000, 0, tenants, random=False)
    assert found.leaks, fault
    assert f"--seed {found.leaks[0].trial.number}" in shown(found.leaks[0]).plain
