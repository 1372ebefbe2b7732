"""Each public report is a check that holds here, and that fails once its fault is planted."""

import re
from pathlib import Path

import pytest

from tests.incidents import caches, entries, keys, policies, tenants, texts  # noqa: F401 - they fill the list
from tests.incidents.incident import ALL, Incident
from tests.incidents.shop import opened

PAGE = (Path(__file__).parents[2] / "docs" / "incidents.md").read_text()

each = pytest.mark.parametrize("incident", ALL, ids=lambda one: one.id)


@each
async def test_incident_cannot_happen(incident: Incident, tmp_path: Path) -> None:
    async with opened(tmp_path, incident.files, incident.environ) as shop:
        await incident.check(shop)


@each
async def test_incident_is_found_where_its_fault_is_planted(
    incident: Incident, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident.plant(monkeypatch)
    # `pytest.raises` within a check says by its own exception that nothing was raised.
    with pytest.raises((AssertionError, pytest.fail.Exception, incident.breaks)):
        async with opened(tmp_path, incident.files, incident.environ) as shop:
            await incident.check(shop)


def test_every_incident_is_told_and_every_told_one_is_tested() -> None:
    told = re.findall(r"^## .*\(`([^`]+)`\)$", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(incident.id for incident in ALL)
    assert len(ALL) >= 12
    for incident in ALL:
        assert f"`{incident.check.__name__}`" in PAGE, incident.id
