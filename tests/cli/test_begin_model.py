"""`kubus dev` where there is no model yet: begun where a data source is set, refused where somebody is in the wrong folder."""

import pytest

from kubus.cli.serve import begin_model
from kubus.config.project import project_settings

DUCKDB = {"CUBEJS_DB_TYPE": "duckdb"}


@pytest.mark.parametrize(
    ("given", "begun"),
    [
        ({}, False),
        (DUCKDB, True),
        ({"KUBUS_DUCKDB_FOLDER": "data"}, True),
        (DUCKDB | {"CUBEJS_SCHEMA_PATH": "model"}, True),
        # Misspelt, maybe: it is not to be hidden that it is not there.
        (DUCKDB | {"CUBEJS_SCHEMA_PATH": "modle"}, False),
        ({"CUBEJS_DATASOURCES": "default,crm", "CUBEJS_DS_CRM_DB_TYPE": "duckdb"}, True),
    ],
)
def test_an_empty_model_is_begun(tmp_path, given, begun):
    settings = project_settings(given, tmp_path, dev_default=True)
    begin_model(settings)
    assert [path.name for path in tmp_path.iterdir()] == (["model"] if begun else [])
    # Once more, it is there.
    begin_model(settings)
