"""One file to what it declares."""

import hashlib
import re
from dataclasses import dataclass

from kubus.loading.declarations import DeclaredCube, read_file
from kubus.loading.document import Document
from kubus.loading.problems import Problems
from kubus.loading.tenancy import read_tenancy
from kubus.loading.view_declarations import DeclaredGroup, DeclaredView, read_groups, read_views
from kubus.loading.yaml_text import BadYaml, Yaml, read_yaml
from kubus.model.names import snake_case
from kubus.model.tenancy import Tenancy

# SQL that begins with a reference and has no quotes.
UNQUOTED = re.compile(r":\s+\{.*\}\s*[^\s#]")


@dataclass(frozen=True, slots=True)
class Declarations:
    """What a file declares, in the order in which it does, and a hash of its text."""

    cubes: tuple[DeclaredCube, ...]
    views: tuple[DeclaredView, ...]
    groups: tuple[DeclaredGroup, ...]
    digest: bytes
    tenancy: Tenancy | None = None


def declarations(file: str, text: str | Document, problems: Problems) -> Declarations:
    """What a file declares, of YAML by its text; every problem is noted."""
    if isinstance(text, Document):
        document: Yaml | None = text.root
        digest = text.digest
    else:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        document = decode(file, text, problems)
    if document is None:
        return Declarations((), (), (), digest)
    cubes = tuple(read_file(file, document, problems))
    views: list[DeclaredView] = []
    groups: list[DeclaredGroup] = []
    tenancy: Tenancy | None = None
    for key, value in document.items():
        if snake_case(key) == "views":
            views.extend(read_views(file, value, problems))
        elif snake_case(key) == "view_groups":
            groups.extend(read_groups(file, value, problems))
        elif snake_case(key) == "tenant":
            tenancy = read_tenancy(file, value, problems)
    return Declarations(cubes, tuple(views), tuple(groups), digest, tenancy)


def decode(file: str, text: str, problems: Problems) -> Yaml | None:
    """The YAML of a file; None if there is nothing in it, or it cannot be read."""
    try:
        document = read_yaml(text)
    except BadYaml as error:
        lines = text.splitlines()
        line = lines[error.line - 1] if error.line <= len(lines) else ""
        hint = "A text that begins with { needs quotes" if UNQUOTED.search(line) else None
        problems.note(file, error.line, error.column, f"YAMLException: {error.message}", hint=hint)
        problems.lose(None)
        return None
    return None if document is None or document.data is None else document
