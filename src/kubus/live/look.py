"""A model folder beside its databases: what `kubus check --live` finds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kubus.checking.findings import LIVE, Finding, way
from kubus.errors import ModelError, Problem
from kubus.library import SemanticLayer
from kubus.live.drift import Compared, Fix, compare
from kubus.live.patches import patch
from kubus.live.probes import without_policies
from kubus.loading.compiler import Compiler
from kubus.loading.dynamic import is_template
from kubus.loading.files import model_files
from kubus.loading.lint.linted import Linted
from kubus.sources.options import SourceOptions
from kubus.sources.registry import dialect_of, make_source


@dataclass(frozen=True, slots=True)
class Looked:
    """What differs, a diff that would mend some of it, and the cubes that there was no time for."""

    findings: tuple[Finding, ...] = ()
    patch: str = ""
    left: tuple[str, ...] = ()


def look(folder: Path, options: Mapping[str, SourceOptions], seconds: float, root: Path) -> Looked:
    """What differs between the model in `folder` and its databases; nothing of a model that does not compile.

    Raises:
        ConfigError: the folder, a file or a database file cannot be read.
        SourceError: a database cannot be asked.
    """
    files = model_files(folder)
    compiler = Compiler({name: dialect_of(one) for name, one in options.items()}, folder, keeps=False)
    try:
        model = compiler.compile(files)
    except ModelError:
        return Looked()
    plain = without_policies(model)
    compared = asyncio.run(asked(compiler.linted(plain), options, seconds))
    below = way(folder, root)
    findings: list[Finding] = []
    fixes: list[tuple[Problem, Fix]] = []
    for drift in compared.drifts:
        problem = compiler.place(drift.found)
        findings.append(
            Finding(drift.level, LIVE, f"{below}/{problem.file}" if below != "." else problem.file, problem)
        )
        if drift.fix is not None:
            fixes.append((problem, drift.fix))
    written = {name: text for name, text in files.items() if not is_template(text)}
    order = sorted(findings, key=lambda one: (one.path, one.problem.line, one.problem.column))
    return Looked(tuple(dict.fromkeys(order)), patch(fixes, written, below), compared.left)


async def asked(linted: Linted, options: Mapping[str, SourceOptions], seconds: float) -> Compared:
    sources = {name: make_source(name, one) for name, one in options.items()}
    layer = SemanticLayer(linted.model, sources, show_hidden=True)
    try:
        return await compare(linted, layer, sources, seconds)
    finally:
        for source in sources.values():
            await source.close()
