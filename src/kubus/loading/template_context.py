"""What Python files of a model give to its templates: variables, functions and filters.

```python
from kubus import TemplateContext

template = TemplateContext()


@template.function
def regions():
    return ["north", "south"]
```
"""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast, overload

F = TypeVar("F", bound=Callable[..., Any])


class TemplateContext:
    """The variables, functions and filters that templates of a data model can name. Functions may be async."""

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}
        self.functions: dict[str, Callable[..., Any]] = {}
        self.filters: dict[str, Callable[..., Any]] = {}

    def add_variable(self, name: str, value: Any) -> None:
        """Let templates read `value` as `{{ name }}`."""
        self.variables[named(name)] = value

    def add_function(self, name: str, function: Callable[..., Any]) -> None:
        """Let templates call `function` as `{{ name(…) }}`."""
        self.functions[named(name)] = callable_as(name, function)

    def add_filter(self, name: str, function: Callable[..., Any]) -> None:
        """Let templates use `function` as `{{ value | name }}`; it gets the value first."""
        self.filters[named(name)] = callable_as(name, function)

    @overload
    def function(self, name: F) -> F: ...
    @overload
    def function(self, name: str | None = None) -> Callable[[F], F]: ...
    def function(self, name: Any = None) -> Any:
        """Decorate a function that templates call, under its own name or another one."""
        return decorator(name, self.add_function)

    @overload
    def filter(self, name: F) -> F: ...
    @overload
    def filter(self, name: str | None = None) -> Callable[[F], F]: ...
    def filter(self, name: Any = None) -> Any:
        """Decorate a filter that templates use, under its own name or another one."""
        return decorator(name, self.add_filter)


class SafeString(str):
    """Text that a template writes as it is. Other texts have `<`, `>`, `&` and quotes written as entities."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@overload
def memo(function: F) -> F: ...
@overload
def memo() -> Callable[[F], F]: ...
def memo(function: Any = None) -> Any:
    """Decorate a function that is called once for the same arguments in each compilation of the model.

    Arguments that cannot be told apart, objects that are neither hashable nor lists and dicts of such, are not kept.
    """
    if function is None:
        return memo
    # Model files are run anew for every compilation, and this dict is made with them.
    kept: dict[Any, Any] = {}

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def remembered(*arguments: Any, **named: Any) -> Any:
            key = key_of((arguments, named))
            if key not in kept:
                value = await function(*arguments, **named)
                if key is None:
                    return value
                kept[key] = value
            return kept[key]

        return remembered

    @wraps(function)
    def called_once(*arguments: Any, **named: Any) -> Any:
        key = key_of((arguments, named))
        if key not in kept:
            value = function(*arguments, **named)
            if key is None:
                return value
            kept[key] = value
        return kept[key]

    return called_once


def key_of(value: Any) -> Any:
    """Something hashable that is equal for equal values of the same types; None if there is no such thing."""
    try:
        frozen = freeze(value)
        hash(frozen)
    except (TypeError, RecursionError):
        return None
    return frozen


def freeze(value: Any) -> Any:
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value).items()
        return (dict, *((freeze(key), freeze(item)) for key, item in entries))
    if isinstance(value, list | tuple):
        return (list, *map(freeze, cast("list[Any]", value)))
    # 1, 1.0 and True are equal, and a function may answer them differently.
    return (type(value), value)


def context_func(function: F) -> F:
    """Decorate a function that templates call under its own name, as older models do."""
    function.kubus_context_func = True  # pyright: ignore[reportFunctionMemberAccess] - a mark that is looked for
    return function


def is_context_func(value: Any) -> bool:
    """Whether `context_func` decorated it."""
    return callable(value) and getattr(value, "kubus_context_func", False) is True


# What the Python files of a model import from `cube` and `kubus` besides what kubus itself has.
PROVIDED: Mapping[str, object] = {
    "TemplateContext": TemplateContext,
    "SafeString": SafeString,
    "memo": memo,
    "context_func": context_func,
}


def decorator(name: Any, add: Callable[[str, Callable[..., Any]], None]) -> Any:
    """Register at once when used bare, else give the decorator."""
    if callable(name):
        add(getattr(name, "__name__", ""), name)
        return name

    def decorated(function: F) -> F:
        add(name or getattr(function, "__name__", ""), function)
        return function

    return decorated


def named(name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"{name!r} is not a name that templates can use")
    if name == "COMPILE_CONTEXT":
        raise ValueError("COMPILE_CONTEXT is given by kubus")
    return name


def callable_as(name: str, function: Any) -> Callable[..., Any]:
    if not callable(function):
        raise TypeError(f"'{name}' is not a function")
    return function
