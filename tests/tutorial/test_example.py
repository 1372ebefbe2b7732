"""What the example is made of: files from the package, a model that differs from the demo's in access alone."""

import io
import json
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from kubus import SemanticLayer
from kubus.cli.create import create, create_from_example
from kubus.errors import ConfigError
from tests.engines.node import run_node
from tests.engines.ports import free_port
from tests.engines.server import clean_environment
from tests.tutorial.example import CACHE, DASHBOARD, ROOT, packages

EXAMPLE = DASHBOARD.parent
TODAY = date(2026, 11, 23)
ACCESS = {"tenant", "access_policy", "mask"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "shops"
    create_from_example(folder, "multi-tenant-analytics", TODAY, Console(file=io.StringIO()))
    return folder


def tracked() -> set[str]:
    """The files of the example that the repository has."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listed.stdout.split())


def test_it_has_the_files_of_the_repository_and_what_is_made_for_it(made: Path) -> None:
    files = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    model = {name for name in files if name.startswith("steps/model/")}
    assert {name.removeprefix("steps/model/") for name in model} >= {"cubes/orders.yml", "cubes/users.yml"}
    made_for_it = {".env", ".env.example", "data/shop.duckdb", "model.schema.json"}
    assert files == tracked() | model | made_for_it
    settings = (made / ".env").read_text()
    assert "KUBUS_DEV_AUTH=true" in settings
    assert re.search(r"^CUBEJS_API_SECRET=[0-9a-f]{128}$", settings, re.MULTILINE)


def test_a_port_that_is_taken_is_said_before_anything_starts(made: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [sys.executable, "start.py", "open", "--port", str(free_port()), "--app-port", str(port)]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert done.stderr == f"Something listens on port {port} already: end it, or choose another with --app-port\n"
    assert not (made / "dashboard" / "node_modules").exists()


def test_what_running_it_leaves_behind_is_not_copied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = tmp_path_factory.mktemp("package")
    shutil.copytree(EXAMPLE, package / "examples" / EXAMPLE.name, ignore=shutil.ignore_patterns("node_modules"))
    for left in ("dashboard/node_modules/react/index.js", "dashboard/dist/index.html", "data/shop.duckdb", ".env"):
        path = package / "examples" / EXAMPLE.name / left
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    demo = Path(str(sys.modules["kubus"].__file__)).parent / "demo"
    monkeypatch.setattr("kubus.cli.scaffold.example.files", lambda name: demo if name == "kubus.demo" else package)
    create_from_example(tmp_path / "shops", "multi-tenant-analytics", TODAY, Console(file=io.StringIO()))
    copied = {path.relative_to(tmp_path / "shops").as_posix() for path in (tmp_path / "shops").rglob("*")}
    assert not [name for name in copied if "node_modules" in name or name.startswith("dashboard/dist")]
    assert (tmp_path / "shops" / ".env").read_text() != "mine"


def test_the_command_takes_its_name_from_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    create(example="multi-tenant-analytics")
    assert "  cd multi-tenant-analytics\n  python start.py\n" in capsys.readouterr().out
    assert (tmp_path / "multi-tenant-analytics" / "start.py").is_file()
    with pytest.raises(ConfigError, match="here already"):
        create(example="multi-tenant-analytics")
    with pytest.raises(ConfigError, match="data of its own"):
        create("other", example="multi-tenant-analytics", db_type="postgres")
    with pytest.raises(ConfigError, match="has no name"):
        create()


def test_a_wheel_has_it_and_nothing_that_was_installed_into_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        # The pages of the Playground take half a minute, and are not what is looked at here.
        env={**clean_environment(), "KUBUS_BUILD_WITHOUT_PLAYGROUND": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [built] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path / "site")
    inside = f"kubus/cli/scaffold/examples/{EXAMPLE.name}/"
    assert {name.removeprefix(inside) for name in names if name.startswith(inside)} == tracked()
    assert "kubus/api/rest/kubus-chart.js" in names
    # As it is installed: the packages of this environment, with the wheel's files before those of the checkout.
    environ = {**clean_environment(), "PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-P", "-m", "kubus", "create", "shops", "--example", EXAMPLE.name]
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "shops" / "dashboard" / "src" / "App.tsx").is_file()
    found = subprocess.run(
        [sys.executable, "-P", "-c", "import kubus; print(kubus.__file__)"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith(str(tmp_path / "site"))


def test_the_model_is_the_one_of_new_projects_with_access(made: Path) -> None:
    finished, before = cubes(made / "model"), cubes(made / "steps" / "model")
    assert set(finished) == set(before)
    for name, cube in finished.items():
        # A line has no shop of its own.
        apart = {"sql", "sql_table"} if name == "LineItems" else set()
        for key in (set(cube) | set(before[name])) - ACCESS - apart:
            assert without_access(cube[key]) == without_access(before[name][key]), (name, key)
    assert "sql_table: line_items" in (made / "steps" / "model" / "cubes" / "line_items.yml").read_text()


def cubes(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        cube["name"]: cube
        for path in (folder / "cubes").glob("*.yml")
        for cube in yaml.safe_load(path.read_text())["cubes"]
    }


def without_access(value: Any) -> Any:
    if isinstance(value, list):
        return [without_access(one) for one in value]
    return {key: one for key, one in value.items() if key not in ACCESS} if isinstance(value, dict) else value


@pytest.mark.parametrize("role", ["owner", "analyst", "support"])
def test_every_tile_of_the_overview_is_somebody_s(made: Path, role: str) -> None:
    """What the page leaves out for a role is what the server refuses that role, and nothing else."""
    tiles = (DASHBOARD / "src" / "tile.ts").read_text()
    found = re.findall(r"\{ id: '([\w-]+)', .*?query: (\{.*\}) \},$", tiles, re.MULTILINE)
    queries = json.loads(
        run_node(f"console.log(JSON.stringify({{{','.join(f'{name!r}: {query}' for name, query in found)}}}))")
    )
    assert len(queries) >= 8
    claims = {"tenant": 1, "countries": ["Italy"]}
    answered = set()
    with SemanticLayer(made / "model", made / "data" / "shop.duckdb", default_access="deny") as layer:
        for name, query in queries.items():
            try:
                layer.query(query, context=claims, groups=[role])
                answered.add(name)
            except Exception as error:
                assert "hidden member" in str(error), error
    money = {"revenue", "average", "revenue-series", "customers", "categories"}
    assert set(queries) - answered == (money if role == "support" else set())


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs" / "tutorial").glob("*.md")))
def test_what_the_tutorial_quotes_is_in_the_example(page: str) -> None:
    text = (ROOT / "docs" / "tutorial" / page).read_text()
    step = EXAMPLE / "steps" / f"{Path(page).stem}.env"
    for block in re.findall(r"^```dotenv\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        assert set(block.splitlines()) <= set(step.read_text().splitlines())
    source = (DASHBOARD / "src" / "App.tsx").read_text()
    for line in re.findall(r"^const [A-Z_]+ = .*;$", text, re.MULTILINE):
        # A token is cut short there.
        assert line in source or line.startswith("const CUBE_TOKEN = 'eyJ"), line


def test_the_dashboard_compiles_and_its_own_tests_pass() -> None:
    packages()
    shutil.copytree(
        DASHBOARD, CACHE, ignore=shutil.ignore_patterns("node_modules", "dist", "package*.json"), dirs_exist_ok=True
    )
    for command in (["node_modules/.bin/tsc"], ["node_modules/.bin/vitest", "run"]):
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_colour_that_is_drawn_can_be_told_from_what_is_below_it() -> None:
    """With a contrast of 3, as WCAG 1.4.11 asks for, in both themes; of the example, and of charts in any page."""
    styles = (DASHBOARD / "src" / "styles.css").read_text()
    blocks = re.findall(r'^:root(?:\[data-theme="dark"\])? \{\n(.*?)^\}', styles, re.MULTILINE | re.DOTALL)
    themes = [dict(re.findall(r"--(surface|series-\w+): (#\w{6});", block)) for block in blocks]
    assert [len(theme) for theme in themes] == [8, 8]
    chart = (ROOT / "src" / "kubus" / "api" / "rest" / "kubus-chart.js").read_text()
    pairs = re.findall(r"\['(#\w{6})', '(#\w{6})'\]", chart)
    assert len(pairs) == 5
    of_charts = [
        {"surface": surface, **dict(enumerate(of))}
        for surface, of in zip(("#ffffff", "#171b21"), zip(*pairs, strict=True), strict=True)
    ]
    for theme in themes + of_charts:
        for name, colour in theme.items():
            assert name == "surface" or contrast(colour, theme["surface"]) >= 3, (name, colour)


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_lock_says_what_and_not_from_where() -> None:
    lock = json.loads((DASHBOARD / "package-lock.json").read_text())
    assert not [name for name, about in lock["packages"].items() if "resolved" in about]
    described = json.loads((DASHBOARD / "package.json").read_text())
    wanted = {**described["dependencies"], **described["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
