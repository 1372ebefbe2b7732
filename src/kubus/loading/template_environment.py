"""Jinja as data models have it: sandboxed, strict about names, bounded, with lines that are known."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from jinja2 import Environment, nodes, pass_context
from jinja2.exceptions import TemplateNotFound, TemplateRuntimeError
from jinja2.loaders import BaseLoader
from jinja2.runtime import Context, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from kubus.loading.awaited import Awaited
from kubus.loading.compile_context import CompileContext
from kubus.loading.template_context import TemplateContext
from kubus.loading.template_limits import (
    MAX_SOURCE,
    Budget,
    TooMuch,
    bounded_filters,
    check_format,
    check_method,
    check_operation,
    listed,
    sized,
)
from kubus.loading.template_lines import COUNTED, SIZED, SPENT, Generator, Located, LocatedTemplate

NO_COMPILE_CONTEXT = "COMPILE_CONTEXT can't be used unless contextToAppId is defined"

# Makes text of no meaning, as much as is asked for.
NOT_TAKEN_OVER = "lipsum"


class FailedFunction(Exception):
    """A Python function of the model failed; the error that it raised is the cause."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Files(BaseLoader):
    """Templates by their path below the model folder, out of which no path leads."""

    has_source_access = False

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002
        name = template.removeprefix("./")
        if name not in self._texts:
            raise TemplateNotFound(template)
        if len(self._texts[name]) > MAX_SOURCE:
            raise TooMuch(f"{name} has more than {MAX_SOURCE} characters")
        return self._texts[name], name, lambda: True


class ModelEnvironment(ImmutableSandboxedEnvironment):
    """The environment of one compilation. A key of a map is found before a method of Python's dict."""

    code_generator_class = Generator
    template_class = LocatedTemplate
    intercepted_binops = frozenset({"**", "*", "+", "%"})

    def __init__(self, texts: Mapping[str, str], budget: Budget) -> None:
        super().__init__(
            loader=Files(texts),
            autoescape=True,
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            finalize=self._written,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
            auto_reload=False,
        )
        self.texts = texts
        self.budget = budget
        # Jinja's own annotation has only what is there from the start.
        self.named = cast("dict[str, Any]", self.globals)
        del self.named[NOT_TAKEN_OVER]
        self.filters = bounded_filters(self.filters)
        self.filters[COUNTED] = self._counted
        self.filters[SPENT] = self._spent
        self.filters[SIZED] = self._sized

    # What takes the context is not worked out while a template is compiled, but each time that it is rendered.

    @pass_context
    def _counted(self, _: Context, items: Iterable[Any], characters: int) -> Iterator[Any]:
        return self.budget.counted(items, characters)

    @pass_context
    def _spent(self, _: Context, __: None, characters: int) -> None:
        self.budget.spend(characters)

    @pass_context
    def _sized(self, _: Context, value: Any) -> Any:
        return sized(value)

    @pass_context
    def _written(self, _: Context, value: Any) -> Any:
        """A value as it is written: booleans in YAML's words."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            self.budget.spend(len(value))
            if getattr(value, "is_safe", False) and not hasattr(value, "__html__"):
                # Texts of Cube's own packages for Python, which are to be written as they are.
                return Markup(value)  # noqa: S704 - what it says goes into YAML, not into a page
        return value

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return Located().visit(super()._parse(source, name, filename))

    def join_path(self, template: str, parent: str) -> str:  # noqa: ARG002
        if template.startswith("/") or "\\" in template or ".." in template.split("/"):
            raise TemplateRuntimeError(f"'{template}' is not a path below the model folder")
        return template.removeprefix("./")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        check_operation(operator, left, right)
        return sized(super().call_binop(context, operator, left, right))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja has it
        __self.budget.spend()
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            check_method(owner, getattr(__obj, "__name__", ""), args, kwargs)
        return sized(super().call(__context, __obj, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        safe = super().wrap_str_format(value)
        if safe is None:
            return None

        def looked(*arguments: Any, **named: Any) -> str:
            check_format(value.__self__)
            return safe(*arguments, **named)

        return looked

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return cast("Mapping[str, Any]", obj)[attribute]
        return super().getattr(obj, attribute)

    # ── what the model's Python gives ──

    def provide(self, given: TemplateContext, awaited: Awaited) -> None:
        """Let templates name these variables, functions and filters."""
        self.named.update(given.variables)
        for name, function in given.functions.items():
            self.named[name] = self._called(name, function, awaited)
        for name, function in given.filters.items():
            self.filters[name] = self._called(name, function, awaited)

    def provide_compile_context(self, context: Mapping[str, Any] | None) -> None:
        """Let templates read COMPILE_CONTEXT; without one, refuse them to, and have `is defined` say so."""
        if context is None:
            self.named["COMPILE_CONTEXT"] = StrictUndefined(hint=NO_COMPILE_CONTEXT)
            return
        if isinstance(context, CompileContext):
            self.named["COMPILE_CONTEXT"] = context
            return
        security = context.get("security_context", context.get("securityContext"))
        both = {"security_context": security, "securityContext": security}
        self.named["COMPILE_CONTEXT"] = MappingProxyType({**context, **both})

    def _called(self, name: str, function: Callable[..., Any], awaited: Awaited) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            positional = [plain(argument) for argument in arguments]
            by_name = {key: plain(argument) for key, argument in named.items()}
            try:
                with self.budget.paused():
                    result = function(*positional, **by_name)
                    if hasattr(result, "__await__"):
                        result = awaited.result(result)
                    return listed(result)
            except TooMuch:
                raise
            except Exception as error:
                raise FailedFunction(name) from error

        return call


def plain(argument: Any) -> Any:
    """An argument for a Python function: text without Jinja's mark that it is escaped, and a compile context as a dict.

    Raises if it is undefined.
    """
    if isinstance(argument, CompileContext):
        return argument.whole()
    if isinstance(argument, Undefined):
        str(argument)  # raises, with the name that is not there
    return str(argument) if isinstance(argument, Markup) else argument
