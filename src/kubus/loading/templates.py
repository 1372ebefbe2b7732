"""Model files that are Jinja templates, rendered; with the line that each rendered line comes from.

A file of YAML is a template when it opens a block or an expression. It is rendered once for each compilation, with what
`globals.py` of the model folder gives, and what it gives is read as if it had been written.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from traceback import walk_tb
from typing import Any, cast

from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

from kubus.loading.awaited import Awaited
from kubus.loading.dynamic import GLOBALS
from kubus.loading.problems import Problems, nearest_hint
from kubus.loading.python_files import FailedPython, PythonFiles
from kubus.loading.rendered import Place, Rendered
from kubus.loading.template_context import TemplateContext, is_context_func
from kubus.loading.template_environment import NO_COMPILE_CONTEXT, FailedFunction, ModelEnvironment
from kubus.loading.template_limits import MAX_TEXT, TooMuch, budget
from kubus.loading.template_lines import place_in, place_of

# What a template gives a name to.
NAMED = re.compile(r"\{%-?\s*(?:macro|set|for)\s+(\w+)")


def rendered_files(
    files: Mapping[str, str],
    templates: Sequence[str],
    problems: Problems,
    python: PythonFiles,
    compile_context: Mapping[str, Any] | None,
) -> dict[str, str]:
    """What these templates among the files of a model render to; a problem for each that cannot be rendered.

    `python` runs the Python files among them. `compile_context` is what templates read as COMPILE_CONTEXT.
    """
    texts = {name: text for name, text in files.items() if name not in python.texts}
    environment = ModelEnvironment(texts, budget())
    environment.provide_compile_context(compile_context)
    done: dict[str, str] = {}
    with Awaited() as awaited:
        if GLOBALS in python.texts:
            try:
                environment.provide(given_by(python), awaited)
            except FailedPython as error:
                # What templates would name is missing now: one problem, and not one for each of its uses.
                problems.note(error.file, error.line, 1, error.message, hint=error.hint)
                problems.lose(None)
                return done
        for name in templates:
            rendered = rendered_file(name, environment, python, problems)
            if rendered is not None:
                done[name] = rendered.text
                problems.from_template(name, rendered)
    return done


def given_by(python: PythonFiles) -> TemplateContext:
    """All that `globals.py` makes known to templates. Raises FailedPython if it fails."""
    given = TemplateContext()
    for name, value in vars(python.run(GLOBALS)).items():
        if isinstance(value, TemplateContext):
            given.variables |= value.variables
            given.functions |= value.functions
            given.filters |= value.filters
        elif is_context_func(value):
            given.functions[name] = value
    return given


def rendered_file(name: str, environment: ModelEnvironment, python: PythonFiles, problems: Problems) -> Rendered | None:
    """A template rendered, or None and a problem."""
    rendered = Rendered()
    try:
        template = environment.get_template(name)
        context = template.new_context({})
        stream = cast("Generator[str]", template.root_render_func(context))
        with closing(stream):
            for piece in stream:
                rendered.add(piece, place_of(stream) or Place(name, 1))
                if rendered.length > MAX_TEXT:
                    raise TooMuch(f"renders to more than {MAX_TEXT} characters")
    except Exception as error:
        # Values that Python gave may raise anything when they are read.
        tell(error, name, environment, python, problems)
        return None
    return rendered


def tell(error: Exception, name: str, environment: ModelEnvironment, python: PythonFiles, problems: Problems) -> None:
    """Note why a template cannot be rendered, at the innermost line of a template that led to it."""
    places = list(places_of(error))
    # A syntax error has no line that was run, and one in an imported file is its own.
    if isinstance(error, TemplateSyntaxError):
        places.append(Place(error.name or name, error.lineno))
    place = places[-1] if places else Place(name, 1)
    first = next((p for p in places if p.file == name), place)
    hint = hint_for(error, environment)
    if place.file != name:
        used = f"It is used in {name}, line {first.line}"
        hint = used if hint is None else f"{hint}. {used}"
    problems.note(place.file, place.line, 1, f"Jinja: {cause(error, python)}", hint=hint)
    problems.lose(None)


def places_of(error: Exception) -> Iterator[Place]:
    """The places in templates that an error came through, the outermost first."""
    for frame, line in walk_tb(error.__traceback__):
        place = place_in(frame, line)
        if place is not None:
            yield place


def cause(error: Exception, python: PythonFiles) -> str:
    """What went wrong, in a line."""
    match error:
        case FailedFunction():
            failed = python.failure("", error.__cause__ or error)
            where = f" of {failed.file}, line {failed.line}," if failed.file else ""
            return f"the function '{error.name}'{where} failed: {failed.message}"
        case TemplateNotFound():
            return f"there is no template '{error.message}' in the model folder"
        case TooMuch():
            return f"the template {error.message}"
        case RecursionError():
            return "the template nests without end, as a macro does that calls itself"
        case MemoryError():
            return "the template needs more memory than there is"
        case TemplateError():
            return (error.message or type(error).__name__).rstrip(".")
        case _:
            return f"{type(error).__name__}: {error}"


def hint_for(error: Exception, environment: ModelEnvironment) -> str | None:
    """What to do about it, where that is known."""
    message = str(error)
    if message == NO_COMPILE_CONTEXT:
        return "Define the hook context_to_app_id in kubus.py: it says whose model it is"
    if isinstance(error, UndefinedError) and message.endswith("is undefined"):
        own = [found[1] for text in environment.texts.values() for found in NAMED.finditer(text)]
        return nearest_hint(message.split("'")[1], (*own, *environment.globals))
    if isinstance(error, TemplateSyntaxError) and message.startswith("No filter named"):
        return nearest_hint(message.split("'")[1], (name for name in environment.filters if " " not in name))
    return None
