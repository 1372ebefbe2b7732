"""The types of the API in the pages are those of its OpenAPI document: a change of the wire breaks their build."""

import json

import pytest

from tests.web.api_types import FILE, api_types
from tests.web.bundle import web_folder

pytestmark = pytest.mark.node


def test_types_are_fresh() -> None:
    assert FILE.read_text() == api_types(), "make types"


def test_lock_names_no_registry() -> None:
    lock = json.loads((web_folder() / "package-lock.json").read_text())
    assert len(lock["packages"]) > 50
    assert all("resolved" not in package for package in lock["packages"].values())
