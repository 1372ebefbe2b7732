"""Checks of the data model."""

from collections.abc import Iterator

from kubus.config.audit import looks_secret
from kubus.config.settings import Settings
from kubus.doctor.check import Check, some
from kubus.errors import ConfigError, ModelError
from kubus.loading.compiler import Compiler
from kubus.loading.files import model_files
from kubus.model.model import Model
from kubus.sources.registry import dialect_of


def check_model(settings: Settings) -> Iterator[Check]:
    """Whether the model compiles, and what of it lets callers see more than is meant."""
    dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
    compiler = Compiler(dialects, settings.model, keeps=False)
    try:
        model = compiler.compile(model_files(settings.model))
    except ConfigError as error:
        yield Check("model", "fail", error.message, error.hint or "")
        return
    except ModelError as error:
        first = error.problems[0].message if error.problems else error.message
        yield Check("model", "fail", f"the model does not compile: {first}", "`kubus check` tells every problem")
        return
    yield Check("model", "ok", f"the model compiles: {len(model.cubes)} cubes")
    found = [warning.problem for warning in compiler.lint(model) if warning.rule == "unsafe-value"]
    if found:
        places = f"{found[0].file}:{found[0].line}" + (f" and {len(found) - 1} more" if len(found) > 1 else "")
        yield Check(
            "unsafe-value", "warn", f"SQL reads claims by unsafeValue, also of callers without them: {places}",
            "Use SECURITY_CONTEXT.….filter('column')",
        )  # fmt: skip
    yield from claims(model, settings)
    yield access(model, settings)


def access(model: Model, settings: Settings) -> Check:
    """Whether a cube that nobody thought of is open."""
    if settings.values.get("KUBUS_DEFAULT_ACCESS") == "deny":
        return Check("default-access", "ok", "what no access policy opens is closed")
    names = [name for name, cube in model.cubes.items() if cube.public and name not in model.guarded]
    if not names:
        return Check("default-access", "ok", "every public cube has an access policy")
    said = f"{len(names)} public cubes have no access policy, and are open to every caller: {some(names)}"
    return Check("default-access", "warn", said, "Give them one, or set KUBUS_DEFAULT_ACCESS=deny")


def claims(model: Model, settings: Settings) -> Iterator[Check]:
    """What becomes of callers without the claims that the model reads."""
    if not model.claims:
        return
    names = [".".join(claim) for claim in model.claims]
    if settings.values["KUBUS_MISSING_CLAIMS"] == "allow":
        yield Check(
            "missing-claims", "fail", f"a token without the claims that the model reads sees every row: {names[0]}",
            "Set KUBUS_MISSING_CLAIMS=deny",
        )  # fmt: skip
    else:
        yield Check("missing-claims", "ok", "a token without the claims that the model reads is refused")
    told = [name for name in names if looks_secret(name)]
    if told:
        yield Check(
            "model-claims", "warn", f"the model reads claims that look like secrets: {', '.join(told)}",
            "Whoever has a token can read it: put nothing secret there",
        )  # fmt: skip
