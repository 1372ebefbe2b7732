"""Declared semi-additive measures."""

from kubus.loading.declarations import short
from kubus.loading.problems import nearest_hint
from kubus.loading.shapes import ADDITIVE
from kubus.loading.stages import StageCompiler
from kubus.model.additive import KEEPS, SemiAdditive
from kubus.model.measure_types import Aggregate, MeasureType

KEYS = tuple(ADDITIVE)


def compile_additive(compiler: StageCompiler, measure_type: MeasureType | None) -> SemiAdditive | None:
    """What `additive` says of a measure; None if it says nothing, or something wrong, which is reported."""
    value = compiler.member.fields.get("additive")
    if value is None:
        return None
    path = f"{compiler.path}.additive"
    for key in ("rolling_window", "multi_stage"):
        if key in compiler.member.fields:
            compiler.report(value, f"({path}) does not go with {key}", "Refer to this measure from one that has it")
            return None
    if measure_type is not None and (measure_type.merge is None or measure_type.aggregate is Aggregate.EXPRESSION):
        compiler.report(
            value,
            f"({path}) is for measures that add up, and type {measure_type.name} does not",
            "Use sum, count, min or max",
        )
        return None
    fields = compiler.fields_of(value, path, KEYS)
    keep = fields["keep"].text if "keep" in fields else ""
    if keep not in KEEPS:
        message = f"({path}.keep = {short(keep)}) must be one of [{', '.join(KEEPS)}]"
        compiler.report(fields.get("keep") or value, message, nearest_hint(keep, KEEPS))
        return None
    if "dimension" not in fields:
        compiler.report(value, f"({path}.dimension) is required", "Name the dimension over which it does not add up")
        return None
    dimension = compiler.reference(fields["dimension"])
    by = compiler.references(fields["by"], f"{path}.by") if "by" in fields else ()
    return None if dimension is None or compiler.failed else SemiAdditive(dimension, keep, by)
