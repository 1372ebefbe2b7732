"""Options in Python: what `cube.py` and `kubus.py` set, and what they may not."""

from pathlib import Path

import pytest

from kubus.config.options import HOOKS, LATER_HOOKS, NO_EFFECT, REMOVED
from kubus.config.project import project_settings
from kubus.errors import ConfigError

ENVIRON = {"CUBEJS_API_SECRET": "a8F3kQ9xLm2Pz7Rt5Vw1Yb4Nc6Hd0Je8Sg", "CUBEJS_DB_TYPE": "duckdb"}


def settings(folder: Path, text: str, file: str = "cube.py", **environ: str):
    (folder / file).write_text(text)
    return project_settings({**ENVIRON, **environ}, folder)


def faults(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        settings(folder, text)
    return caught.value.message


def test_options_are_settings_that_win_over_the_environment(tmp_path: Path) -> None:
    text = """
from cube import config

config.schema_path = "cubes"
config.base_path = "/analytics"
config.allow_ungrouped_without_primary_key = False
config.jwt = {"issuer": ["one", "two"], "audience": "us", "claimsNamespace": "https://example.com"}
config.orchestrator_options = {"continueWaitTimeout": 5}
"""
    got = settings(tmp_path, text, CUBEJS_SCHEMA_PATH="other")
    assert got.model == tmp_path / "cubes"
    assert got.base_path == "/analytics"
    assert got.jwt[0].issuers == ("one", "two")
    assert (got.jwt[0].audiences, got.jwt[0].claims_namespace) == (("us",), "https://example.com")
    assert got.values["CUBEJS_ALLOW_UNGROUPED_WITHOUT_PRIMARY_KEY"] is False
    assert got.values["KUBUS_CONTINUE_WAIT"].total_seconds() == 5
    assert got.given["CUBEJS_SCHEMA_PATH"] == "cube.py"


def test_ours_is_taken_where_there_are_both(tmp_path: Path) -> None:
    (tmp_path / "cube.py").write_text("raise RuntimeError('not run')")
    got = settings(tmp_path, "from kubus import config\nconfig.base_path = '/k'", "kubus.py")
    assert got.base_path == "/k"


def test_overrides_win_over_all(tmp_path: Path) -> None:
    (tmp_path / "cube.py").write_text("from cube import config\nconfig.schema_path = 'cubes'")
    got = project_settings(ENVIRON, tmp_path, overrides={"CUBEJS_SCHEMA_PATH": "flag"})
    assert got.model == tmp_path / "flag"


def test_without_a_file_there_are_no_options(tmp_path: Path) -> None:
    got = project_settings(ENVIRON, tmp_path)
    assert got.base_path == "/cubejs-api"
    assert got.warnings == ()


@pytest.mark.parametrize("hook", sorted(set(HOOKS) - set(LATER_HOOKS)))
def test_a_hook_is_found_by_its_name(tmp_path: Path, hook: str) -> None:
    by_name = f"from cube import config\n@config('{hook}')\ndef ours(*given):\n    return given"
    by_function = f"from kubus.hooks import config\n@config\nasync def {hook}(*given):\n    return given"
    by_value = f"from kubus import config\nconfig.{hook} = lambda *given: given"
    for text in (by_name, by_function, by_value):
        if hook == "logger" and "async" in text:
            assert "logger has to be a plain function" in faults(tmp_path, text)
            continue
        hooks = settings(tmp_path, text).hooks
        assert (hooks.file, hooks.found) == ("cube.py", (hook,))


@pytest.mark.parametrize("hook", LATER_HOOKS)
def test_a_hook_that_is_not_there_yet_is_refused_by_its_name(tmp_path: Path, hook: str) -> None:
    by_name = f"from cube import config\n@config('{hook}')\ndef ours(*given):\n    return given"
    by_function = f"from cube import config\n@config\ndef {hook}(*given):\n    return given"
    for text in (by_name, by_function):
        assert f"cube.py: the hook {hook} comes with a later version" in faults(tmp_path, text)


@pytest.mark.parametrize("name", sorted(REMOVED))
def test_what_is_gone_says_what_to_do(tmp_path: Path, name: str) -> None:
    assert f"{name} was removed; {REMOVED[name]}" in faults(tmp_path, f"from cube import config\nconfig.{name} = 1")


@pytest.mark.parametrize("name", sorted(NO_EFFECT))
def test_what_has_no_effect_is_warned_of(tmp_path: Path, name: str) -> None:
    got = settings(tmp_path, f"from cube import config\nconfig.{name} = 1")
    assert (f"cube.py: {name}", "has no effect here") in got.warnings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "config.base_pth = '/x'",
            "cube.py, line 2: AttributeError: Unknown configuration property: 'base_pth'. Did you",
        ),
        ("config.nothing_like_it", "Unknown configuration property: 'nothing_like_it'"),
        ("1 / 0", "cube.py, line 2: ZeroDivisionError"),
        ("def f(:", "cube.py, line 2: SyntaxError"),
        ("config.base_path = 'x'", "has to be a path that begins with '/'"),
        ("config.jwt = 'x'", "cube.py: jwt has to be a dict"),
        ("config.jwt = {'isuer': 'x'}", "cube.py: jwt.isuer is not supported"),
        ("config.jwt = {'jwkUrl': 'http://x'}", "CUBEJS_JWK_URL: the address has to begin with https://"),
        ("config.jwt = {'jwkUrl': lambda payload: 'x'}", "asked once for each issuer that may be: name them beside it"),
        (
            "config.jwt = {'jwkUrl': lambda payload: payload['kid'], 'issuer': 'https://x'}",
            "fails for the issuer https://x",
        ),
        (
            "config.jwt = {'jwkUrl': lambda payload: None, 'issuer': 'https://x'}",
            "has to give an address for the issuer",
        ),
        ("config.jwt = {'jwkUrl': lambda payload: 'http://x', 'issuer': 'https://x'}", "has to begin with https://"),
        ("config.jwt = {'issuers': [{'issuer': 'https://x', 'audiense': 'y'}]}", "audiense"),
        ("config.jwt = {'issuers': ['https://x', 'https://x']}", "no JSON list of issuers"),
        ("config.jwt = {'jwkRetry': 9, 'jwkUrl': 'https://x'}", "KUBUS_JWK_RETRY: must be between 1 and 5"),
        ("config.check_auth = 'open'", "cube.py: check_auth has to be a function, and is 'open'"),
        ("config.base_path = lambda ctx: '/x'", "cube.py: base_path is a function, and has to be a value"),
        ("config.http = {'cors': {'origin': 'x'}}", "KUBUS_CORS_ORIGINS: 'x' is no origin"),
        ("config.cache_and_queue_driver = 'cubestore'", "CUBEJS_CACHE_AND_QUEUE_DRIVER"),
    ],
)
def test_mistakes_end_the_start(tmp_path: Path, text: str, message: str) -> None:
    assert message in faults(tmp_path, f"from cube import config\n{text}")


def test_javascript_is_told_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "cube.js").write_text("module.exports = {};")
    (warning,) = project_settings(ENVIRON, tmp_path).warnings
    assert warning[0] == "cube.js"
