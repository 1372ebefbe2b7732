"""Models that are templates: what they render to, what they may not do, and where their mistakes are told."""

import textwrap
from pathlib import Path

import pytest

from kubus.errors import ModelError, Problem
from kubus.loading.load import load_files, load_model
from kubus.model.model import Model

POSTGRES = {"default": "postgres"}


def loaded(template: str, **files: str) -> Model:
    """The model of a template and of other files, `__` for the dot in their names."""
    more = {name.replace("__", "."): textwrap.dedent(text) for name, text in files.items()}
    return load_files({"model.yml": textwrap.dedent(template), **more}, POSTGRES)


def problems(template: str, **files: str) -> tuple[Problem, ...]:
    with pytest.raises(ModelError) as caught:
        loaded(template, **files)
    return caught.value.problems


def title(expression: str, **files: str) -> str:
    """What an expression writes, as the title of a cube in which it stands alone in single quotes."""
    model = loaded(f"cubes: [{{name: a, sql_table: a, title: '{expression}'}}]", **files)
    return model.cubes["a"].label.title


# ── what templates render to ──


def test_a_loop_makes_cubes_and_a_condition_members() -> None:
    model = loaded("""
        {%- set tables = ["orders", "users"] -%}
        cubes:
        {%- for table in tables %}
          - name: {{ table }}
            sql_table: public.{{ table }}
            measures:
              - {name: count, type: count}
        {%- if table == "orders" %}
              - name: amount
                sql: "{CUBE}.amount"
                type: sum
        {%- endif %}
        {%- endfor %}
    """)
    assert {name: list(cube.measures) for name, cube in model.cubes.items()} == {
        "orders": ["count", "amount"],
        "users": ["count"],
    }


def test_macros_come_from_other_files_below_the_folder() -> None:
    files = {
        "cubes/orders.yml": '{% from "macros/members.jinja" import measure %}\ncubes:\n  - name: orders\n'
        '    sql_table: orders\n    measures:\n      {{ measure("amount", "sum") }}\n'
        '{%- include "./more.jinja" %}\n',
        "macros/members.jinja": "{% macro measure(name, type) -%}\n- name: {{ name }}\n        sql: {{ name }}\n"
        "        type: {{ type }}\n{%- endmacro %}",
        "more.jinja": "\n      - {name: count, type: count}",
    }
    assert list(load_files(files, POSTGRES).cubes["orders"].measures) == ["amount", "count"]


def test_a_file_in_jinja_is_no_model() -> None:
    assert list(load_files({"macros.jinja": "{{ nothing }}", "m.yml": ""}, POSTGRES).cubes) == []


def test_two_closing_braces_alone_are_yaml() -> None:
    model = load_files({"m.yml": "cubes: [{name: a, sql_table: a, meta: {b: {c: 1}}}]"}, POSTGRES)
    assert model.cubes["a"].label.meta == {"b": {"c": 1}}


def test_raw_text_is_left_alone() -> None:
    assert title("{% raw %}{% x %}{% endraw %}") == "{% x %}"


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("{{ \"<b> & 'c'\" }}", "&lt;b&gt; &amp; &#39;c&#39;"),
        ('{{ "<b>" | safe }}', "<b>"),
        ("{{ true }} {{ 1 == 2 }}", "true false"),
        ("{{ none is none }}", "true"),
        ('{{ ["a", "b"] | join("-") }}', "a-b"),
        ('{{ {"items": 3}.items }}', "3"),
        ("{% set x = [1] %}{% do x %}{{ x[0] + 1 }}", "2"),
        ("{% for i in range(9) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "012"),
        ("{% for i in range(3) %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/3 2/3 3/3"),
        ("{{ COMPILE_CONTEXT is defined }}", "false"),
        ("{# nothing #}{{ 1 }}", "1"),
    ],
)
def test_what_expressions_write(expression: str, written: str) -> None:
    assert title(expression).strip() == written


# ── Python ──

GIVEN = """
    from cube import SafeString, TemplateContext
    from kubus import memo

    template = TemplateContext()
    template.add_variable("region", "north")
    template.add_variable("table", {"name": "t", "columns": ["x", "y"]})
    calls = []

    @template.function("twice")
    def doubled(value, times=2):
        return value * times

    @template.function
    async def later(value):
        import asyncio
        await asyncio.sleep(0)
        return f"later {value}"

    @template.function
    def quoted(value):
        return SafeString(f'"{value}"')

    class Dumped(str):
        is_safe = True

    class Table:
        def as_cube(self, skip=()):
            return Dumped(f'"{skip}"')

    template.add_variable("dbt", {"orders": Table()})

    @template.function
    @memo
    def counted(key):
        calls.append(key)
        return len(calls)

    @template.function
    def kind(value):
        return type(value).__name__

    @template.filter("shout")
    def upper(value, mark="!"):
        return value.upper() + mark

    @template.filter
    async def slow(value):
        return value[::-1]

    def plus(a, b):
        return a + b

    template.add_function("plus", plus)
    template.add_filter("plus", plus)
    template.add_function("generated", lambda: (n for n in range(3)))
"""


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("{{ region }}", "north"),
        ("{{ table.name }}{{ table.columns | length }}", "t2"),
        ("{{ twice(3) }} {{ twice(3, times=4) }}", "6 12"),
        ("{{ later(1) }}", "later 1"),
        ("{{ quoted(1) }}", '"1"'),
        ("{{ dbt.orders.as_cube(skip='<') }}", '"<"'),
        ("{{ counted([1]) }}{{ counted([1]) }}{{ counted(true) }}{{ counted([true]) }}{{ counted([1]) }}", "11231"),
        ("{% set x %}a{% endset %}{{ kind(x) }}", "str"),
        ('{{ "a" | shout }} {{ "a" | shout("?") }}', "A! A?"),
        ('{{ "abc" | slow }}', "cba"),
        ("{{ plus(1, 2) }} {{ 1 | plus(4) }}", "3 5"),
        ("{{ generated() | sum }}", "3"),
    ],
)
def test_what_python_gives(expression: str, written: str) -> None:
    assert title(expression, globals__py=GIVEN) == written


def test_what_is_remembered_is_forgotten_with_the_compilation() -> None:
    assert [title("{{ counted(1) }}{{ counted(2) }}", globals__py=GIVEN) for _ in range(2)] == ["12", "12"]


def test_python_of_older_models() -> None:
    given = """
        from cube import context_func

        @context_func
        def old():
            return 7
    """
    assert title("{{ old() }}", globals__py=given) == "7"


def test_python_files_import_each_other_and_read_beside_them(tmp_path: Path) -> None:
    (tmp_path / "globals.py").write_text(
        "from __future__ import annotations\nimport dataclasses\nfrom pathlib import Path\n"
        "from tables import template, read\n\n@dataclasses.dataclass\nclass A:\n    x: int = 1\n\n"
        'template.add_variable("names", read(Path(__file__).parent / "names.txt"))\n'
    )
    (tmp_path / "tables.py").write_text(
        "from kubus import TemplateContext\ntemplate = TemplateContext()\n\ndef read(path):\n    return path.read_text().split()\n"
    )
    (tmp_path / "names.txt").write_text("a b")
    (tmp_path / "m.yml").write_text(
        "cubes:\n{% for name in names %}\n  - {name: {{ name }}, sql_table: {{ name }}}\n{% endfor %}\n"
    )
    assert list(load_model(tmp_path, POSTGRES).cubes) == ["a", "b"]
    (tmp_path / "tables.py").write_text((tmp_path / "tables.py").read_text().replace("split()", "split()[1:]"))
    assert list(load_model(tmp_path, POSTGRES).cubes) == ["b"]


def test_nothing_named_cube_is_left_behind() -> None:
    import sys

    before = set(sys.modules)
    title("{{ region }}", globals__py=GIVEN)
    assert not {name for name in set(sys.modules) - before if "kubus_" in name or name.split(".")[0] == "cube"}


@pytest.mark.parametrize(
    ("python", "file", "line", "message"),
    [
        ("x = 1\nraise ValueError('no tables')", "globals.py", 2, "ValueError: no tables"),
        ("x = 1\nif x\n  y", "globals.py", 2, "SyntaxError: expected ':'"),
        ("from cube import nothing", "globals.py", 1, "ImportError: cannot import name 'nothing' from 'cube'"),
        ("import not_installed", "globals.py", 1, "ModuleNotFoundError: No module named 'not_installed'"),
        ("def f():\n  raise KeyError(1)\n\nf()", "globals.py", 2, "KeyError: 1"),
        ("import broken", "broken.py", 2, "ZeroDivisionError"),
        ("import sys\nsys.exit(3)", "globals.py", 0, "ends the process"),
        (
            "from cube import TemplateContext\nTemplateContext().add_variable('a b', 1)",
            "globals.py",
            2,
            "'a b' is not a name",
        ),
        (
            "from cube import TemplateContext\nTemplateContext().add_function('f', 1)",
            "globals.py",
            2,
            "'f' is not a function",
        ),
    ],
)
def test_python_that_fails_is_a_problem_at_its_line(python: str, file: str, line: int, message: str) -> None:
    found = problems("cubes: []\n# {{ missing }}", globals__py=python, broken__py="x = 1\n1 / 0")
    assert [(p.file, p.line) for p in found] == [(file, line)], [str(p) for p in found]
    assert message in found[0].message


# ── the context of a compilation ──

SHARDED = """
    cubes:
      - name: orders
        sql_table: {{ COMPILE_CONTEXT.security_context.schema }}.orders
        title: {{ COMPILE_CONTEXT.securityContext["schema"] }}
"""


def test_the_compile_context_is_refused_where_there_is_none() -> None:
    (problem,) = problems(SHARDED)
    assert "COMPILE_CONTEXT can't be used unless contextToAppId is defined" in problem.message
    assert (problem.file, problem.line) == ("model.yml", 4)
    assert problem.hint is not None


@pytest.mark.parametrize("key", ["security_context", "securityContext"])
def test_the_compile_context_makes_another_model(key: str) -> None:
    one, two = (
        load_files({"m.yml": textwrap.dedent(SHARDED)}, POSTGRES, compile_context={key: {"schema": name}})
        for name in ("a", "b")
    )
    assert (one.cubes["orders"].label.title, two.cubes["orders"].label.title) == ("a", "b")
    assert one.version != two.version


def test_the_version_is_of_what_python_gave() -> None:
    versions = {
        loaded(
            "cubes: [{name: a, sql_table: {{ name }}}]", globals__py=f"{HEAD}template.add_variable('name', '{n}')"
        ).version
        for n in "abb"
    }
    assert len(versions) == 2


HEAD = "from cube import TemplateContext\ntemplate = TemplateContext()\n"

# ── mistakes, with the line of the template ──

MISTAKES: list[tuple[str, int, str, str | None]] = [
    ("a: {{ colums }}", 1, "'colums' is undefined", "Did you mean 'columns'?"),
    ("# one\n\na: {{ columns.nmae }}", 3, "has no attribute 'nmae'", None),
    ("# {{ 1 }}\n{% if x %}", 2, "Unexpected end of template", None),
    ("a: 1\nb: {{ 1 + }}", 2, "unexpected 'end of print statement'", None),
    ("a\n{% fro x %}", 2, "unknown tag 'fro'", None),
    ("a\n{{ 1 | uper }}", 2, "No filter named 'uper'", "Did you mean 'upper'?"),
    ("a\n\n{{ failing(1) }}", 3, "the function 'failing' of globals.py, line 6, failed: ValueError: 1 is wrong", None),
    ("a\n{{ columns | broken }}", 2, "the function 'broken' of globals.py, line 9, failed: RuntimeError: filter", None),
    ("a\n{{ slow() }}", 2, "failed: TimeoutError: too slow", None),
    ("a\n{{ failing(nothing) }}", 2, "'nothing' is undefined", None),
    ("a\n{% include 'x.jinja' %}", 2, "there is no template 'x.jinja'", None),
    ("a\n{% include '../x.jinja' %}", 2, "'../x.jinja' is not a path below the model folder", None),
    ("a\n{% include '/etc/passwd' %}", 2, "is not a path below the model folder", None),
    ("a\n{% include 'globals.py' %}", 2, "there is no template 'globals.py'", None),
    ("a\n{% from 'macros.jinja' import mcro %}{{ mcro() }}", 2, "does not export the requested name 'mcro'", None),
    ("a\n{{ ''.__class__ }}", 2, "access to attribute '__class__' of 'str' object is unsafe", None),
    ("a\n{{ columns.append(1) }}", 2, "unsafe", None),
    ("a\n{{ failing.__globals__ }}", 2, "unsafe", None),
    ("a\n{{ 1 / 0 }}", 2, "ZeroDivisionError", None),
    ("a\n{% for x in 7 %}{% endfor %}", 2, "'int' object is not iterable", None),
]

FAILING = """
from cube import TemplateContext
template = TemplateContext()
@template.function
def failing(value):
    raise ValueError(f"{value} is wrong")
@template.filter
def broken(value):
    raise RuntimeError("filter")
@template.function
async def slow():
    raise TimeoutError("too slow")
template.add_variable("columns", [])
"""


@pytest.mark.parametrize(("template", "line", "message", "hint"), MISTAKES, ids=[m[0][:40] for m in MISTAKES])
def test_a_mistake_in_a_template_is_told_at_its_line(template: str, line: int, message: str, hint: str | None) -> None:
    (problem,) = problems(template, globals__py=FAILING, macros__jinja="{% macro x() %}{% endmacro %}")
    assert message in problem.message
    assert (problem.file, problem.line) == ("model.yml", line)
    assert hint is None or hint == problem.hint


def test_a_mistake_in_a_macro_is_told_in_its_file() -> None:
    macros = "{% macro a(x) %}\n{{ x.y.z }}\n{% endmacro %}"
    (problem,) = problems("# one\n{% from 'm.jinja' import a %}\n\n{{ a({}) }}", m__jinja=macros)
    assert (problem.file, problem.line) == ("m.jinja", 2)
    assert problem.hint == "It is used in model.yml, line 4"
    assert problem.excerpt == "{{ x.y.z }}"


def test_bad_syntax_of_an_imported_file_is_told_there() -> None:
    (problem,) = problems("\n{% from 'm.jinja' import a %}", m__jinja="{% macro a() %}\n\n{% endmacr %}")
    assert (problem.file, problem.line) == ("m.jinja", 3)
    assert problem.hint == "It is used in model.yml, line 2"


LINES = """\
{%- from "m.jinja" import dimension -%}
{%- set tables = ["a", "b"] %}
cubes:
{%- for table in tables %}
  {#- a comment
      of two lines #}
  - name: {{ table }}
    sql_table: {{ table }}
    dimensions:
      {{ dimension("x") }}
      - name: y
        sql: y
        type: string
{%- if loop.last %}
    measures:
      - name: count
        type: count
{%- endif %}
{%- endfor %}
"""
MACRO = """\
{% macro dimension(name) -%}
- name: {{ name }}
        sql: {{ name }}
        type: number
{%- endmacro %}
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("type: count", "type: coun", 17, None),
        ("type: string", "type: text", 13, None),
        ("sql: y", "sql: y +", 12, None),
        ("sql_table: {{ table }}", "sql_table: {{ table }} b c", 8, "Rendered it is: sql_table: a b c"),
        ("- name: y", "- name: x", 11, None),
        ("cubes:", "cube:", 3, None),
        ('dimension("x")', 'dimension("x-y")', 10, "Rendered it is: - name: x-y"),
        ("{{ table }}\n    sql", "same\n    sql", 7, "It is also in model.yml, line 7"),
        ("    measures:", "   measures:", 15, None),
        ("type: string\n", "type: [string\n", 7, "Rendered it is: - name: b"),
    ],
)
def test_mistakes_in_what_is_rendered_are_told_at_the_line_of_the_template(
    before: str, after: str, line: int, told: str | None
) -> None:
    files = {"model.yml": LINES, "m.jinja": MACRO}
    assert list(load_files(files, POSTGRES).cubes) == ["a", "b"]
    assert before in LINES
    files["model.yml"] = LINES.replace(before, after, 1)
    with pytest.raises(ModelError) as caught:
        load_files(files, POSTGRES)
    found = caught.value.problems
    assert ("model.yml", line) in {(p.file, p.line) for p in found}, [str(p) for p in found]
    if told is not None:
        assert any(p.hint is not None and told in p.hint for p in found), [str(p) for p in found]


def test_lines_of_an_included_file_are_told_in_it() -> None:
    files = {
        "model.yml": "cubes:\n  - name: a\n    sql_table: a\n{% include 'more.jinja' %}\n\n# {{ 1 }}",
        "more.jinja": "    dimensions:\n      - name: x\n        sql: x\n        type: nonsense\n",
    }
    with pytest.raises(ModelError) as caught:
        load_files(files, POSTGRES)
    assert [(p.file, p.line, p.column) for p in caught.value.problems] == [("more.jinja", 4, 15)]


def test_problems_of_plain_files_are_told_beside_those_of_templates() -> None:
    found = problems("a: {{ x }}", b__yml="cubes: {}", c__yml="a: {{ y }}")
    assert [(p.file, p.line) for p in found] == [("b.yml", 1), ("c.yml", 1), ("model.yml", 1)]


# ── limits ──

TOO_MUCH = [
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{% for a in range(100000) %}{% for b in range(100000) if false %}{% endfor %}{% endfor %}",
    "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set x = namespace(t='aa') %}{% for i in range(60) %}{% set x.t = x.t ~ x.t %}{% endfor %}",
    "{% set x = namespace(t='aa') %}{% for i in range(60) %}{% set x.t = x.t + x.t %}{% endfor %}",
    "{% set x = namespace(t=[1]) %}{% for i in range(60) %}{% set x.t = x.t + x.t %}{% endfor %}",
    "{% set x = namespace(t=10) %}{% for i in range(60) %}{% set x.t = x.t * x.t %}{% endfor %}",
    "{% set x = namespace(t='aa') %}{% for i in range(60) %}{% set x.t = x.t | replace('a', 'aa') %}{% endfor %}",
    "{% set x = namespace(t='aa') %}{% for i in range(60) %}{% set x.t = x.t.replace('a', 'aa') %}{% endfor %}",
    "{% set x = namespace(t='aa') %}{% for i in range(60) %}{% set x.t = [x.t, x.t] | join %}{% endfor %}",
    "{% set x = namespace(t='aa') %}{% for i in range(60) %}{% set x.t = ''.join([x.t, x.t]) %}{% endfor %}",
    "{% set x = namespace(t='aa') %}{% for i in range(60) %}{% set x.t %}{{ x.t }}{{ x.t }}{% endset %}{% endfor %}",
    "{{ 'a' * 10000000000 }}",
    "{{ [1] * 10000000000 }}",
    "{{ 10 ** (10 ** 10) }}",
    "{{ '%9999999999d' | format(1) }}",
    "{{ '%*d' % (9999999999, 1) }}",
    "{{ '{:9999999999}'.format(1) }}",
    "{{ '{:{w}}'.format(1, w=9999999999) }}",
    "{{ 'a' | center(10000000000) }}",
    "{{ 'a'.ljust(10000000000) }}",
    "{{ 'a\\nb' | indent(10000000000) }}",
    "{{ [1] | batch(10000000000, 0) | list }}",
    "{{ [1] | slice(10000000000) | list }}",
    "{{ range(1000000000) }}",
    "{{ endless() | list }}",
    "{% for x in endless() %}{% endfor %}",
    "{% for a in range(1000) %}{% for b in range(1000) %}" + "x" * 1000 + "{% endfor %}{% endfor %}",
    "{% macro m() %}" + "x" * 10000 + "{% endmacro %}{% for a in range(100000) %}{% set y = m() %}{% endfor %}",
]

ENDLESS = """
from cube import TemplateContext
import itertools
template = TemplateContext()
template.add_function("endless", itertools.count)
"""


@pytest.mark.parametrize("template", TOO_MUCH, ids=[t[:70] for t in TOO_MUCH])
def test_a_template_cannot_hang_or_fill_the_process(template: str) -> None:
    """Each is stopped by what it counts up to, which is the same on every machine, and not by the clock."""
    (problem,) = problems(template, globals__py=ENDLESS)
    assert problem.message.startswith("Jinja: ")
    assert "takes longer than" not in problem.message
    assert (problem.file, problem.line) == ("model.yml", 1)
