"""The plan of an explanation as a picture: rows flow from left to right, from the tables to the answer."""

from collections.abc import Iterator

from kubus.drawing.boxes import Arrow, Box, Tone, svg
from kubus.explain.explanation import Explanation, Step


def as_svg(told: Explanation) -> str:
    """The steps of the plan, or of a query that is refused why."""
    about = ", ".join((*told.measures, *told.dimensions))
    if told.plan is None:
        assert told.refused is not None
        box = Box("refused", told.refused.code, (told.refused.message, told.refused.hint or ""), "warn")
        return svg(f"Refused: {about}", told.refused.message, [box], [])
    steps = list(steps_of(told.plan))
    repeats = {one.step for one in told.repeated if one.remedy != "harmless"}
    policies = {place.step for one in told.conditions if one.of == "policy" for place in one.places}

    def tone(step: Step) -> Tone:
        if step.number in repeats:
            return "warn"
        if step.number in policies:
            return "strong"
        return "plain"

    boxes = [
        Box(str(step.number), f"#{step.number} {step.node}", (step.says, *step.details), tone(step))
        for step in steps
        if step.same_as is None
    ]
    arrows = [Arrow(str(one.same_as or one.number), str(step.number)) for step in steps for one in step.inputs]
    says = "; ".join(f"{step.number}: {step.says}" for step in reversed(steps) if step.same_as is None)
    return svg(f"Plan of {about}", f"From the tables to the answer: {says}", list(reversed(boxes)), arrows)


def steps_of(step: Step) -> Iterator[Step]:
    yield step
    for one in step.inputs:
        yield from steps_of(one)
