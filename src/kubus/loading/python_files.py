"""Python files of a project: run from their text, with modules `cube` and `kubus` that are there for them alone.

Nothing named `cube` is installed, and nothing of these files stays in `sys.modules`, so that a model can be compiled
again, and several at once.
"""

import builtins
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import Any

from kubus.errors import KubusError

NUMBERS = count()

# A line that says nothing of the file: an error that came from elsewhere.
NOWHERE = 0


class FailedPython(Exception):
    """A Python file failed while it was run. `line` counts from 1; 0 is unknown."""

    def __init__(self, file: str, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.message = message
        self.hint = hint


@dataclass(slots=True)
class PythonFiles:
    """The Python files of one project or model, by their paths below `folder`; None for texts that are no files.

    `provided` is what these files import from `cube` and `kubus`, above what kubus itself has.
    """

    texts: Mapping[str, str]
    folder: Path | None
    provided: Mapping[str, object]
    modules: dict[str, ModuleType] = field(default_factory=dict[str, ModuleType])

    def run(self, file: str) -> ModuleType:
        """The module that a file makes; run once.

        Raises:
            FailedPython: it has no right syntax, or fails.
        """
        if file in self.modules:
            return self.modules[file]
        try:
            return self._run(file)
        except Exception as error:
            raise self.failure(file, error) from error
        except SystemExit as error:
            raise FailedPython(file, NOWHERE, "ends the process") from error

    def failure(self, file: str, error: BaseException) -> FailedPython:
        """An error as it is told: with the innermost line of these files that it came through."""
        found, line = self.place(error) or (file, NOWHERE)
        return FailedPython(found, line, told(error), error.hint if isinstance(error, KubusError) else None)

    def place(self, error: BaseException) -> tuple[str, int] | None:
        """The file and line of these that an error comes from; None if it is from none of them."""
        files = {self.path(file): file for file in self.texts}
        if isinstance(error, SyntaxError) and error.filename in files:
            return files[error.filename], error.lineno or NOWHERE
        passed = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
        return next(((files[path], line) for path, line in reversed(passed) if path in files), None)

    def path(self, file: str) -> str:
        """The path that the code of a file has, also in tracebacks."""
        return f"<{file}>" if self.folder is None else str(self.folder.absolute() / file)

    def _run(self, file: str) -> ModuleType:
        name = f"_kubus_{Path(file).stem}_{next(NUMBERS)}"
        module = ModuleType(name)
        module.__file__ = self.path(file)
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": self._import}
        code = compile(self.texts[file], self.path(file), "exec", dont_inherit=True)
        self.modules[file] = module
        # Dataclasses and others look their module up here while their file is run.
        sys.modules[name] = module
        try:
            exec(code, vars(module))  # noqa: S102 - the project's own file, which is there to be run
        except BaseException:
            del self.modules[file]
            raise
        finally:
            del sys.modules[name]
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - named as the built-in function names it
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level == 0 and name in {"cube", "kubus", "kubus.hooks"}:
            # `import kubus.hooks` names the package, `from kubus.hooks import …` the module.
            return self._facade(name if fromlist else name.partition(".")[0])
        importing = next((f for f, one in self.modules.items() if vars(one) is globals), "") if level else ""
        absolute = self.absolute(name, level, importing)
        file = self.file_of(absolute)
        if file is None and not (fromlist and self._is_folder(absolute)):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = ModuleType(absolute) if file is None else self.modules.get(file) or self._run(file)
        for inner in fromlist or ():
            # `from folder import file`
            below = self.file_of(f"{absolute}.{inner}".strip("."))
            if below is not None and not hasattr(module, inner):
                setattr(module, inner, self.modules.get(below) or self._run(below))
        return module if fromlist else self._top(absolute, module)

    def absolute(self, name: str, level: int, file: str) -> str:
        """The name of a module below the folder that a file imports, with `level` dots before it."""
        if level == 0:
            return name
        return ".".join([*file.split("/")[:-level], *([name] if name else [])])

    def file_of(self, module: str) -> str | None:
        """The file that has a module of the folder, `shared.money` in `shared/money.py`; None if there is none."""
        path = module.replace(".", "/")
        return next((one for one in (f"{path}.py", f"{path}/__init__.py") if one in self.texts), None)

    def _is_folder(self, module: str) -> bool:
        path = module.replace(".", "/")
        return any(file.startswith(f"{path}/" if path else "") for file in self.texts)

    def _top(self, name: str, module: ModuleType) -> ModuleType:
        """What `import a.b` names: a module `a` that has `b`."""
        above, _, last = name.rpartition(".")
        while above:
            outer = ModuleType(above)
            setattr(outer, last, module)
            module, (above, _, last) = outer, above.rpartition(".")
        return module

    def _facade(self, name: str) -> ModuleType:
        facade = ModuleType(name)
        vars(facade).update(self.provided)
        if name != "cube":
            real = import_module(name)

            def of_kubus(attribute: str) -> Any:
                if attribute == "define":
                    return import_module("kubus.define")
                return self._facade("kubus.hooks") if attribute == "hooks" else getattr(real, attribute)

            vars(facade)["__getattr__"] = of_kubus
        return facade


def told(error: BaseException) -> str:
    """An error in a line: its kind and its own message."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    text = error.message if isinstance(error, KubusError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
