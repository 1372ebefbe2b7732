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

NUMBERS = count()

# A line that says nothing of the file: an error that came from elsewhere.
NOWHERE = 0


class FailedPython(Exception):
    """A Python file failed while it was run. `line` counts from 1; 0 is unknown."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.message = message


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
        return FailedPython(found, line, told(error))

    def place(self, error: BaseException) -> tuple[str, int] | None:
        """The file and line of these that an error comes from; None if it is from none of them."""
        files = {self._path(file): file for file in self.texts}
        if isinstance(error, SyntaxError) and error.filename in files:
            return files[error.filename], error.lineno or NOWHERE
        passed = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
        return next(((files[path], line) for path, line in reversed(passed) if path in files), None)

    def _path(self, file: str) -> str:
        return f"<{file}>" if self.folder is None else str(self.folder.absolute() / file)

    def _run(self, file: str) -> ModuleType:
        name = f"_kubus_{Path(file).stem}_{next(NUMBERS)}"
        module = ModuleType(name)
        module.__file__ = self._path(file)
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": self._import}
        code = compile(self.texts[file], self._path(file), "exec", dont_inherit=True)
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
        if level == 0 and f"{name}.py" in self.texts:
            return self.modules.get(f"{name}.py") or self._run(f"{name}.py")
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    def _facade(self, name: str) -> ModuleType:
        facade = ModuleType(name)
        vars(facade).update(self.provided)
        if name != "cube":
            real = import_module(name)

            def of_kubus(attribute: str) -> Any:
                return self._facade("kubus.hooks") if attribute == "hooks" else getattr(real, attribute)

            vars(facade)["__getattr__"] = of_kubus
        return facade


def told(error: BaseException) -> str:
    """An error in a line: its kind and its own message."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
