"""Differences as text, as JSON and as a comment for a pull request."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from kubus.compare.change import Change, Kind

TITLES: dict[Kind, str] = {
    "removed": "Removed",
    "renamed": "Renamed",
    "query": "Saved queries that break",
    "policy": "Access",
    "joins": "Joins",
    "changed": "Changed meaning",
    "value": "Changed values",
    "added": "Added",
    "lesser": "Lesser changes",
}
NOTHING = "The data models mean the same"


def as_json(changes: Sequence[Change]) -> str:
    return json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=1) + "\n"


# ── text ──


def as_text(changes: Sequence[Change]) -> str:
    if not changes:
        return f"{NOTHING}\n"
    return "\n".join(line for kind in kinds(changes) for line in of_kind(kind, changes)) + f"\n{summary(changes)}\n"


def kinds(changes: Sequence[Change]) -> tuple[Kind, ...]:
    return tuple(dict.fromkeys(change.kind for change in changes))


def of_kind(kind: Kind, changes: Sequence[Change]) -> Iterator[str]:
    yield TITLES[kind]
    for change in changes:
        if change.kind == kind:
            yield f"  {headline(change)}"
            yield from (f"      {line}" for line in details(change))
    yield ""


def headline(change: Change) -> str:
    says = f": {change.says}" if change.says else ""
    if change.kind == "renamed":
        return f"{change.what} {change.before} → {change.after}"
    if change.kind == "query":
        return f"{change.name}: {change.says}"
    if change.kind == "value" and change.before is not None:
        return f"{change.name}: {change.before} → {change.after}, {change.says}"
    return f"{change.what} {change.name}{says}"


def details(change: Change) -> Iterator[str]:
    if change.kind in ("changed", "joins", "policy", "lesser"):
        if change.before is not None:
            yield f"- {change.before}"
        if change.after is not None:
            yield f"+ {change.after}"
    if change.kind == "query" and change.before is not None:
        yield change.before
    if change.example is not None:
        example = change.example
        yield f"where {example.dimension} is {example.value}: {example.before} → {example.after}"
    if change.effects:
        yield from effects(change)


def effects(change: Change) -> Iterator[str]:
    match change.kind:
        case "changed":
            yield f"and so {', '.join(change.effects)}"
        case "policy":
            yield ", ".join(change.effects)
        case _:
            yield from change.effects


def summary(changes: Sequence[Change]) -> str:
    breaking = sum(change.breaks for change in changes)
    told = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    return f"{told}, {breaking} of which may break something" if breaking else f"{told}; none that breaks something"


# ── Markdown ──


def as_markdown(changes: Sequence[Change], before: str, after: str) -> str:
    """A comment for a pull request."""
    title = f"### Data model: {before} → {'working tree' if after == '.' else after}\n"
    if not changes:
        return f"{title}\n{NOTHING}.\n"
    parts = [title, f"{summary(changes)}.\n"]
    for kind in kinds(changes):
        own = [change for change in changes if change.kind == kind]
        body = "\n".join(line for change in own for line in markdown_of(change))
        if kind in ("added", "lesser"):
            parts.append(f"<details><summary>{TITLES[kind]} ({len(own)})</summary>\n\n{body}\n\n</details>\n")
        else:
            parts.append(f"**{TITLES[kind]}**\n\n{body}\n")
    return "\n".join(parts)


def markdown_of(change: Change) -> Iterator[str]:
    mark = "⚠️ " if change.breaks else ""
    match change.kind:
        case "renamed":
            yield f"- {mark}{change.what} {code(change.before)} → {code(change.after)}"
        case "value" if change.before is not None:
            yield f"- {mark}{code(change.name)}: {change.before} → {change.after}, {plain(change.says)}"
        case _:
            says = f": {plain(change.says)}" if change.says else ""
            yield f"- {mark}{change.what} {code(change.name)}{says}"
    if change.kind in ("changed", "joins", "policy", "lesser"):
        was, now = code(change.before), code(change.after)
        yield f"  - {was} → {now}" if change.before is not None and change.after is not None else f"  - {was or now}"
    if change.example is not None:
        one = change.example
        yield f"  - where {code(one.dimension)} is {code(one.value)}: {one.before} → {one.after}"
    if change.effects:
        yield from (f"  - {plain(line)}" for line in effects(change))


def code(text: str | None) -> str:
    """A text as code, whatever back-ticks are in it."""
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in "".join(c if c == "`" else " " for c in text).split()), default=0) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


def plain(text: str) -> str:
    """A text that Markdown leaves as it is."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in text)
