"""A compiler that keeps what did not change gives the very model, or the very problems, of one that begins anew."""

import os
import random

import pytest

from kubus.errors import ModelError
from kubus.loading.compiler import Compiler
from kubus.loading.files import ModelFolder
from kubus.loading.load import load_files

DIALECTS = {"default": "duckdb"}
CUBES = ("a", "b", "c", "d", "e")


class Project:
    """Model files that change at random: into something that compiles, and into something that does not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.files: dict[str, str] = {}
        for cube in CUBES:
            self.files[f"{cube}.yml"] = self.cube(cube)
        self.files["views.yml"] = self.views()

    def change(self) -> None:
        """One change, of the kind that people make; every third time somebody mends what is broken."""
        chance = self.random
        if chance.random() < 0.3:
            self.files.pop("broken.yml", None)
            self.files.pop("child.yml", None)
            for cube in CUBES:
                if f"{cube}.yml" not in self.files or "{nothing}" in self.files[f"{cube}.yml"]:
                    self.files[f"{cube}.yml"] = self.cube(cube)
            self.files["views.yml"] = self.views()
        name = chance.choice(CUBES)
        match chance.randrange(12):
            case 0:
                self.files.pop(f"{name}.yml", None)
            case 1 | 2:
                self.files["views.yml"] = self.views()
            case 3 | 4:
                file = chance.choice(sorted(self.files))
                amount = chance.choice(["amount", "price", "price", '"{nothing}"'])
                self.files[file] = self.files[file].replace("sql: amount", f"sql: {amount}")
            case 5:
                file = chance.choice(sorted(self.files))
                self.files[file] = f"# a line more\n{self.files[file]}"
            case 6:
                self.files["child.yml"] = (
                    f"cubes:\n  - name: child\n    extends: {name}\n    dimensions:\n"
                    f"      - {{name: own, sql: x, type: {chance.choice(['string', 'number'])}}}\n"
                )
            case 7:
                broken = ["cubes: [", "cubes: []\n", f"cubes:\n  - {{name: {name}, sql_table: t}}\n"]
                self.files["broken.yml"] = chance.choice(broken)
            case _:
                self.files[f"{name}.yml"] = self.cube(name)

    def cube(self, name: str) -> str:
        chance = self.random
        others = [other for other in CUBES if other != name]
        joins = chance.sample(others, chance.randrange(3))
        lines = ["cubes:", f"  - name: {name}", f"    sql_table: {name}_rows"]
        if chance.random() < 0.01:
            lines.append(f"    sql_alias: {chance.choice(others)}")
        lines.append("    joins:" if joins else "    joins: []")
        for other in joins:
            relationship = chance.choice(["many_to_one", "one_to_many", "one_to_one"])
            on = chance.choice([f"{{CUBE}}.{other}_id = {{{other}}}.id", f"{{CUBE.key}} = {{{other}.id}}"])
            lines.append(f'      - {{name: {other}, relationship: {relationship}, sql: "{on}"}}')
        near = f"{joins[0]}.status" if joins else "status"
        if chance.random() < 0.02:
            near = f"{chance.choice(others)}.{chance.choice(['far', 'status'])}"
        lines += [
            "    dimensions:",
            "      - {name: id, sql: id, type: number, primary_key: true}",
            "      - {name: key, sql: key, type: number}",
            "      - {name: status, sql: status, type: string}",
            f'      - {{name: far, sql: "{{{near}}}", type: string}}',
        ]
        if joins and chance.random() < 0.2:
            lines.append(f'      - {{name: sub, sql: "{{{joins[0]}.count}}", type: number, sub_query: true}}')
        lines += [
            "    measures:",
            "      - {name: count, type: count}",
            "      - {name: total, sql: amount, type: sum}",
        ]
        if joins and chance.random() < 0.3:
            lines.append(f'      - {{name: share, sql: "{{total}} / {{{joins[0]}.total}}", type: number}}')
        if chance.random() < 0.2:
            claim = chance.choice(["tenant", "region"])
            lines += ["    segments:", f"      - {{name: mine, sql: \"{{SECURITY_CONTEXT.{claim}.filter('x')}}\"}}"]
        return "\n".join(lines) + "\n"

    def views(self) -> str:
        chance = self.random
        texts = {one: self.files.get(f"{one}.yml", "") for one in CUBES}
        joined = [(one, other) for one in CUBES for other in CUBES if f"- {{name: {other}, rel" in texts[one]]
        lines = ["views:"]
        for number in range(3):
            path = [chance.choice(CUBES)] if not joined or chance.random() < 0.5 else [*chance.choice(joined)]
            includes = chance.choice(['"*"', "[count, status]", "[id, total, far]", "[count, key]"])
            lines.append(f"  - name: view_{number}")
            if number and chance.random() < 0.1:
                lines.append(f"    extends: view_{number - 1}")
            prefix = chance.choice(["true", "false"])
            lines += ["    cubes:", f"      - {{join_path: {'.'.join(path)}, includes: {includes}, prefix: {prefix}}}"]
            if len(path) > 1 and chance.random() < 0.3:
                lines.append(f"      - {{join_path: {path[0]}, includes: [key], split: true}}")
        return "\n".join(lines) + "\n"


def outcome(compile_files, files):
    """The model, or every problem."""
    try:
        return compile_files(files)
    except ModelError as error:
        return error.problems


@pytest.mark.parametrize("seed", range(40))
def test_what_is_kept_makes_no_difference(seed):
    project, compiler = Project(seed), Compiler(DIALECTS)
    compiled = 0
    for _ in range(25):
        kept = outcome(compiler.compile, project.files)
        anew = outcome(lambda files: load_files(files, DIALECTS), dict(project.files))
        assert kept == anew
        compiled += not isinstance(kept, tuple)
        for _ in range(project.random.choice([1, 1, 1, 3])):
            project.change()


def test_both_outcomes_come_up():
    """Else the test above would say little."""
    outcomes = []
    for seed in range(40):
        project = Project(seed)
        for _ in range(25):
            outcomes.append(isinstance(outcome(lambda files: load_files(files, DIALECTS), project.files), tuple))
            project.change()
    assert 100 < sum(outcomes) < len(outcomes) - 100


def test_only_what_changed_is_compiled_again():
    compiler = Compiler(DIALECTS)
    files = {f"{name}.yml": f"cubes:\n  - {{name: {name}, sql_table: {name}}}\n" for name in CUBES}
    first = compiler.compile(files)
    files["a.yml"] = "cubes:\n  - {name: a, sql_table: other}\n"
    second = compiler.compile(files)
    assert [name for name in CUBES if first.cubes[name] is not second.cubes[name]] == ["a"]
    assert first.version != second.version


def test_a_folder_is_read_again_where_it_changed(tmp_path):
    for name in ("one.yml", "two.yaml", "sub/three.yml", "other.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    folder = ModelFolder(tmp_path)
    first = folder.texts()
    assert list(first) == ["one.yml", "sub/three.yml", "two.yaml"]
    # Written a moment ago: the clock may not tell the next change.
    (tmp_path / "one.yml").write_text("ONE.yml")
    assert folder.texts()["one.yml"] == "ONE.yml"
    for file in ("one.yml", "two.yaml", "sub/three.yml"):
        os.utime(tmp_path / file, (1_000_000_000, 1_000_000_000))
    settled = folder.texts()
    again = folder.texts()
    assert all(again[name] is settled[name] for name in settled)
    (tmp_path / "two.yaml").write_text("TWO")
    (tmp_path / "sub/three.yml").unlink()
    (tmp_path / "four.yml").write_text("four")
    assert folder.texts() == {"four.yml": "four", "one.yml": "ONE.yml", "two.yaml": "TWO"}


def test_folders_of_tools_are_no_model(tmp_path):
    """As where a container's volume keeps an older state beside the files, in folders that begin with a dot."""
    (tmp_path / "..2026_01_01").mkdir()
    (tmp_path / "..2026_01_01" / "a.yml").write_text("old")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "b.yml").write_text("b")
    (tmp_path / "a.yml").symlink_to(tmp_path / "..2026_01_01" / "a.yml")
    assert ModelFolder(tmp_path).texts() == {"a.yml": "old"}
