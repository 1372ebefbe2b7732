"""The model that answers, and how another takes its place."""

import time
from collections.abc import Callable
from typing import NamedTuple

from kubus.errors import ModelError
from kubus.events import ModelFailed, ModelLoaded, emit
from kubus.model.model import Model


class Loaded(NamedTuple):
    """The model that answers, and why the files as they are now do not compile."""

    model: Model | None
    error: ModelError | None


class CurrentModel:
    """One model over time. Once it has compiled it answers on, until a reload brings another that compiles.

    Nothing is compiled yet.
    """

    __slots__ = ("_load", "_loaded")

    def __init__(self, load: Callable[[], Model]) -> None:
        self._load = load
        self._loaded = Loaded(None, None)

    @classmethod
    def failed(cls, error: ModelError, before: Model | None) -> "CurrentModel":
        """Files that do not compile, and the model that answers meanwhile."""

        def load() -> Model:
            raise error

        made = cls(load)
        made._loaded = Loaded(before, error)
        return made

    @property
    def model(self) -> Model:
        """The model that answers. Raises ModelError while there is none."""
        model, error = self._loaded
        if model is None:
            raise error or ModelError(())
        return model

    @property
    def if_any(self) -> Model | None:
        """The model that answers; None while there is none."""
        return self._loaded.model

    @property
    def error(self) -> ModelError | None:
        """Why the files do not compile as they are now; None if they do."""
        return self._loaded.error

    def reload(self) -> bool:
        """Compile again. If it does not compile, that is false, and the model of before answers on.

        Raises:
            ConfigError: the files cannot be read.
        """
        began = time.perf_counter()
        try:
            model = self._load()
        except ModelError as error:
            emit(ModelFailed(tuple(str(problem) for problem in error.problems)))
            self._loaded = Loaded(self._loaded.model, error)
            return False
        self._loaded = Loaded(model, None)
        emit(ModelLoaded(len(model.cubes), time.perf_counter() - began, model.version))
        return True
