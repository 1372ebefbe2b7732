"""Links of a dimension: what clients show, and the dimensions that hold the addresses."""

from dataclasses import dataclass, replace

from sqlglot import exp

from kubus.loading.declarations import IDENTIFIER, DeclaredMember, key_place, short
from kubus.loading.members import CubeCompiler
from kubus.loading.problems import key_hint
from kubus.loading.shapes import LINK
from kubus.loading.yaml_text import Yaml
from kubus.model.context import ContextReference, UrlEncoded
from kubus.model.cube import Dimension, Label
from kubus.model.link import Link, address_name
from kubus.model.member_sql import MemberSql, Reference, marker
from kubus.model.names import snake_case
from kubus.model.references import with_inner

LINK_KEYS = frozenset(LINK)


@dataclass(frozen=True, slots=True)
class CompiledLink:
    """A link, and the SQL of its address."""

    link: Link
    address: MemberSql


def compile_links(compiler: CubeCompiler, member: DeclaredMember) -> tuple[CompiledLink, ...]:
    """The links of a dimension; those with a problem are left out."""
    value = member.fields.get("links")
    if value is None:
        return ()
    path = f"dimensions.{member.name}.links"
    if not value.is_list:
        compiler.report(member, value, f"({path}) must be defined as array")
        return ()
    found: dict[str, CompiledLink] = {}
    for number, item in enumerate(value.data):
        compiled = compile_link(compiler, member, item, f"{path}[{number}]")
        if compiled is None:
            continue
        if compiled.link.name in found:
            compiler.report(member, item, f"Duplicate link name '{compiled.link.name}'")
            continue
        if compiled.link.primary and any(other.link.primary for other in found.values()):
            compiler.report(member, item, "Only one link can be marked as primary")
        found[compiled.link.name] = compiled
    return tuple(found.values())


def compile_link(compiler: CubeCompiler, member: DeclaredMember, item: Yaml, path: str) -> CompiledLink | None:
    fields: dict[str, Yaml] = {snake_case(key): value for key, value in item.items()}
    for key, value in fields.items():
        if key not in LINK_KEYS:
            what = f"({path}.{key} = {short(value.plain())}) is not allowed"
            compiler.report(member, key_place(item, key), what, key_hint(key, LINK_KEYS))
            return None
    for key in ("name", "label"):
        if key not in fields or not isinstance(fields[key].data, str):
            compiler.report(member, fields.get(key, item), f"({path}.{key}) is required, as a text")
            return None
    name = fields["name"].text
    if not IDENTIFIER.fullmatch(name):
        compiler.report(member, fields["name"], f"({path}.name = {short(name)}) is not a name")
        return None
    if ("url" in fields) == ("dashboard" in fields):
        compiler.report(member, item, f"({path}) has either url or dashboard")
        return None
    target = fields["target"].data if "target" in fields else None
    if target not in (None, "blank", "self"):
        compiler.report(member, fields["target"], f"({path}.target = {short(target)}) must be one of [blank, self]")
        return None
    primary = fields["primary"].data if "primary" in fields else False
    if not isinstance(primary, bool):
        compiler.report(member, fields["primary"], f"({path}.primary = {short(primary)}) must be a boolean")
        return None
    params = parameters(compiler, member, fields.get("params"), f"{path}.params")
    url = base(compiler, member, fields, path)
    if params is None or url is None:
        return None
    link = Link(
        name=name,
        label=fields["label"].text,
        dashboard=fields["dashboard"].text if "dashboard" in fields else None,
        icon=fields["icon"].text if "icon" in fields else None,
        target=target,
        primary=primary,
        params=tuple(key for key, _ in params),
    )
    return CompiledLink(link, with_parameters(url, params))


def base(compiler: CubeCompiler, member: DeclaredMember, fields: dict[str, Yaml], path: str) -> MemberSql | None:
    """The address without its parameters."""
    if "url" in fields:
        return compiler.sql(member, fields["url"], f"{path}.url")
    place = f"/dashboard/{fields['dashboard'].text}"
    return MemberSql(place, exp.Literal.string(place))


def parameters(
    compiler: CubeCompiler, member: DeclaredMember, value: Yaml | None, path: str
) -> list[tuple[str, MemberSql]] | None:
    """The names and SQL of parameters; None if one of them has a problem."""
    if value is None:
        return []
    if not value.is_list:
        compiler.report(member, value, f"({path}) must be defined as array")
        return None
    found: list[tuple[str, MemberSql]] = []
    for number, item in enumerate(value.data):
        if not item.is_map or set(item.data) != {"key", "value"} or not isinstance(item.data["key"].data, str):
            compiler.report(member, item, f"({path}[{number}]) has to be a map of key and value")
            return None
        sql = compiler.sql(member, item.data["value"], f"{path}[{number}].value")
        if sql is None:
            return None
        found.append((item.data["key"].text, sql))
    return found


def with_parameters(url: MemberSql, params: list[tuple[str, MemberSql]]) -> MemberSql:
    """The address with `?key=value`, each value as URLs have it."""
    if not params:
        return url
    references: list[Reference] = [ContextReference(url)]
    tree: exp.Expr = placed(0)
    mark = "&" if "?" in url.text else "?"
    for key, value in params:
        references.append(ContextReference(UrlEncoded(value)))
        tree = exp.DPipe(this=tree, expression=exp.Literal.string(f"{mark}{key}="), safe=True)
        tree = exp.DPipe(this=tree, expression=placed(len(references) - 1), safe=True)
        mark = "&"
    return MemberSql(url.text, tree, with_inner(tuple(references)))


def placed(number: int) -> exp.Column:
    """Where a reference stands in a tree."""
    return exp.column(exp.to_identifier(marker(number), quoted=False))


def address(compiled: CompiledLink, dimension: Dimension) -> Dimension:
    """The dimension that holds the address of a link."""
    name = address_name(dimension.name, compiled.link.name)
    return Dimension(
        cube=dimension.cube,
        name=name,
        type="string",
        value=compiled.address,
        label=replace(NO_LABEL, title=compiled.link.label),
        public=dimension.public,
        synthetic=True,
        inherited=dimension.inherited,
    )


NO_LABEL = Label(title="", description=None, meta=None)
