"""Which line of a template made which line of what it renders to.

Jinja puts the texts and expressions of a template together as it likes. Here each line of text is made an output of its
own before the template is compiled, so that whatever comes out knows its place.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from operator import itemgetter
from types import GeneratorType
from typing import Any, cast

from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from kubus.loading.rendered import Place

# Filters that no template can name.
COUNTED, SPENT, SIZED = "kubus: counted", "kubus: spent", "kubus: sized"


def place_of(stream: Iterator[str]) -> Place | None:
    """Where a rendering is right now: in the innermost template that writes for itself."""
    if not isinstance(stream, GeneratorType):
        return None
    running = cast("GeneratorType[str, None, None]", stream)
    frame: Any = running.gi_frame
    if frame is None:
        return None
    # What a block or an included template writes passes through the template that it is in.
    inner: Any = running.gi_yieldfrom
    if inner is None and "gen" in frame.f_code.co_varnames:
        inner = frame.f_locals.get("gen")
    return (place_of(inner) if inner is not None else None) or place_in(frame, frame.f_lineno)


def place_in(frame: Any, line: int) -> Place | None:
    """The place of a line of a compiled template; None if the frame is of anything else."""
    template = frame.f_globals.get("__jinja_template__")
    if not isinstance(template, Template) or template.name is None:
        return None
    return Place(template.name, template.get_corresponding_lineno(line))


class LocatedTemplate(Template):
    """A template that reads once which line made which. Jinja's own reads it again for each piece of text."""

    @cached_property
    def compiled_lines(self) -> list[tuple[int, int]]:
        """Where something begins in the compiled template, in order, each with its line in the template."""
        return [(compiled, written) for written, compiled in self.debug_info]

    def get_corresponding_lineno(self, lineno: int) -> int:
        at = bisect_right(self.compiled_lines, lineno, key=itemgetter(0))
        return self.compiled_lines[at - 1][1] if at else 1


class Generator(CodeGenerator):
    """Jinja's compiler, which notes the line of every text as well."""

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - named by Jinja
        self.newline(node)
        super().visit_Output(node, frame)


class Located(NodeTransformer):
    """Makes every line of text an output of its own, and counts what loops and macros do."""

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802 - named by Jinja
        single: list[nodes.Node] = []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                lines = child.data.splitlines(keepends=True)
                parts = [nodes.TemplateData(text, lineno=child.lineno + n) for n, text in enumerate(lines)]
                single += [nodes.Output([part], lineno=part.lineno) for part in parts]
            else:
                single.append(nodes.Output([self.visit(child)], lineno=child.lineno))
        return single

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        return filtered(node, SIZED)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - named by Jinja
        characters = characters_in(node.body)
        self.generic_visit(node)
        node.iter = filtered(node.iter, COUNTED, characters)
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802 - named by Jinja
        return self.spending(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802 - named by Jinja
        return self.spending(node)

    def spending(self, node: nodes.Macro | nodes.CallBlock) -> nodes.Node:
        spent = filtered(nodes.Const(None, lineno=node.lineno), SPENT, characters_in(node.body))
        self.generic_visit(node)
        node.body.insert(0, nodes.ExprStmt(spent, lineno=node.lineno))
        return node


def filtered(value: nodes.Node, name: str, *arguments: int) -> nodes.Filter:
    constants = [nodes.Const(argument, lineno=value.lineno) for argument in arguments]
    return nodes.Filter(cast("nodes.Expr", value), name, constants, [], None, None, lineno=value.lineno)


def characters_in(body: list[nodes.Node]) -> int:
    """The characters of plain text in a body, at most."""
    return sum(len(text.data) for node in body for text in node.find_all(nodes.TemplateData)) + sum(
        len(node.data) for node in body if isinstance(node, nodes.TemplateData)
    )
