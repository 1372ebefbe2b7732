"""Measures that see other rows than those of a group: windows, lower stages, one instant of many, a choice.

Each is worked out by itself for the groups that the query asks for, and the parts are met on the groups: of a group that
a part does not have, its measures are null.

Source: query semantics, sections 9 to 11; decisions 0016 (semi-additive measures), 0017 (times move on the wall).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.properties.example import Interval, Measure, Of, Reach, Stage, Window
from tests.properties.naive import (
    Condition,
    Evaluation,
    GroupKey,
    Hint,
    JoinedRow,
    Key,
    NoTree,
    State,
    Undecided,
    calculated,
    references,
    unique,
)
from tests.properties.naive_time import MONTHS, back, floor, moved, next_start, origin_of, periods
from tests.properties.naive_values import MILLISECOND, Known, aggregated, bounds, truncated

Values = dict[GroupKey, Known]


@dataclass(frozen=True, slots=True)
class Relation:
    """The groups of a state, and in each the values of measures."""

    keys: tuple[GroupKey, ...]
    value: Callable[[str, GroupKey], Known]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one evaluation."""

    of: Evaluation

    def relation(self, measures: tuple[str, ...], state: State) -> Relation:
        """Measures by the groups of a state. Each part has the joins that it needs itself."""
        led: dict[str, list[Hint]] = {}
        for path in measures:
            for unit in self.units(path):
                ways = led.setdefault(unit, [])
                if unit != path and self.of.is_shown(path):
                    ways.append(self.of.target(path).way)
        units = list(led)
        plain = [unit for unit in units if not self.measure(unit).is_apart]
        if len(plain) < len(units) and len(units) > 1 and not self.is_one_fact(units, self.by_ways(state, units, led)):
            parts = self.by_fact(units, state, led)
        else:
            parts = self.plain(plain, self.by_ways(state, plain, led))
            for unit in units:
                if unit not in plain:
                    # Measures that see the same window are one part.
                    window = self.measure(unit).window
                    beside = [one for one in units if window is not None and self.measure(one).window == window]
                    parts[unit] = self.apart(unit, beside or [unit], self.by_ways(state, beside or [unit], led))

        def value(path: str, key: GroupKey) -> Known:
            if path in parts:
                return parts[path].get(key)
            expression = self.measure(path).value
            assert expression is not None, path
            return calculated(expression, lambda of: value(name_of(of), key))

        return Relation(tuple(unique([key for part in parts.values() for key in part])), value)

    def is_one_fact(self, units: list[str], state: State) -> bool:
        """Whether one tree holds all."""
        try:
            self.of.tree(self.of.hints([leaf for unit in units for leaf in self.leaves(unit)], state))
        except NoTree:
            return False
        return True

    def by_fact(self, units: list[str], state: State, led: dict[str, list[Hint]]) -> dict[str, Values]:
        """Each measure with a tree of its own, and the conditions that it reaches."""
        parts: dict[str, Values] = {}
        used: set[int] = set()
        for unit in units:
            for path in [unit] if self.measure(unit).is_apart else self.leaves(unit):
                of_unit = self.by_ways(state, [unit], led)
                leaves = list(self.leaves(path))
                for leaf in leaves:
                    self.of.tree(self.of.hints([leaf], replace(of_unit, conditions=())))
                kept = [c for c in state.conditions if any(self.of.reach([leaf], (c,)) for leaf in leaves)]
                used.update(map(id, kept))
                own = replace(of_unit, conditions=tuple(kept))
                parts[path] = (
                    self.apart(path, [path], own) if self.measure(path).is_apart else self.plain([path], own)[path]
                )
        if any(id(condition) not in used for condition in state.conditions):
            raise NoTree("a condition that no fact reaches")
        return parts

    def by_ways(self, state: State, units: list[str], led: dict[str, list[Hint]]) -> State:
        """The state, seen along the ways by which views come to what some units are a part of."""
        return replace(state, ways=(*state.ways, *unique([way for unit in units for way in led[unit]])))

    def measure(self, path: str) -> Measure:
        return self.of.measure(*self.of.of(path))

    def units(self, path: str) -> Iterable[str]:
        """What is worked out of a measure: itself, or what it is computed from if some of that is apart."""
        inner = [name_of(of) for of in self.of.inner_measures(*self.of.of(path))]
        if self.measure(path).is_apart or not any(self.of.has_apart(*self.of.of(one)) for one in inner):
            yield path
        else:
            for one in inner:
                yield from self.units(one)

    def leaves(self, path: str) -> Iterable[str]:
        """The measures over rows that a measure is computed from in the end."""
        inner = [name_of(of) for of in self.of.inner_measures(*self.of.of(path))]
        if not inner:
            yield path
        for one in inner:
            yield from self.leaves(one)

    # ── plain ──

    def plain(self, measures: list[str], state: State) -> dict[str, Values]:
        if not measures:
            return {}
        groups = self.of.groups(self.of.rows_of(self.hints(measures, state), state), state.keys)
        return {
            path: {key: self.of.measured(*self.of.of(path), group) for key, group in groups.items()}
            for path in measures
        }

    def hints(self, measures: Iterable[str], state: State) -> list[Hint]:
        try:
            hints = self.of.hints(list(measures), state)
            self.of.tree(hints)
        except NoTree:
            raise Undecided("a part that no tree holds") from None
        return hints

    def apart(self, path: str, beside: list[str], state: State) -> Values:
        measure = self.measure(path)
        if measure.window is not None:
            return self.rolled(path, beside, measure.window, state)
        if measure.stage is not None:
            return self.staged(path, measure, measure.stage, state)
        if measure.additive is not None:
            return self.kept(path, measure, state)
        return self.chosen(path, measure, state)

    # ── windows ──

    def rolled(self, path: str, beside: list[str], window: Window, state: State) -> Values:
        """The measure over the rows in the window of each period of the query's one time dimension."""
        buckets = [key for key in state.keys if key.granularity is not None]
        all_ranges = [c for c in state.conditions if c.kind == "range"]
        driving = {self.of.of(key.path) for key in buckets} or {self.of.of(c.path) for c in all_ranges}
        if not driving:
            return self.plain(beside, state)[path]
        ranges = [c for c in all_ranges if self.of.of(c.path) in driving]
        if len(driving) > 1 or len(buckets) > 1 or len(ranges) > 1:
            raise Undecided("a window with several times")
        others = replace(
            state,
            keys=tuple(key for key in state.keys if key not in buckets),
            conditions=tuple(c for c in state.conditions if c not in ranges),
        )
        time = buckets[0] if buckets else Key(ranges[0].path, shift=ranges[0].shift)
        # The ways are those of the whole state: the time's cube is there, too.
        rows = self.of.rows_of(self.hints(beside, state), others)
        timed = [
            (wall, row) for row in rows if (wall := self.of.key_value(replace(time, granularity=None), row)) is not None
        ]
        reaches = [Reached(self, time, window, start, end) for start, end in self.periods_of(time, ranges, timed)]
        if not buckets:
            (reached,) = reaches
            seen = [row for wall, row in timed if reached.holds(wall)]
            groups = self.of.groups(seen, others.keys)
            return {key: self.of.measured(*self.of.of(path), group) for key, group in groups.items()}
        values: Values = {}
        place = state.keys.index(time)
        based = [(wall, row) for wall, row in timed if self.in_base(wall, reaches, ranges)]
        if self.has_whole_months(time, window):
            based = [(truncated(wall, "month"), row) for wall, row in based]
        for reached in reaches:
            seen = [row for wall, row in based if reached.holds(wall)]
            groups = self.of.groups(seen, others.keys) if seen else {(None,) * len(others.keys): []}
            for key, group in groups.items():
                value = self.of.measured(*self.of.of(path), group) if group else None
                values[(*key[:place], reached.start, *key[place:])] = value
        return values

    def periods_of(
        self, time: Key, ranges: list[Condition], timed: list[tuple[datetime, JoinedRow]]
    ) -> list[tuple[datetime, datetime]]:
        """Start and end of each period; the end is its last millisecond. Without a granularity the range is the one."""
        if time.granularity is None:
            return [bounds(ranges[0].tested)]
        granularity = self.of.granularity(time)
        walls = [wall for wall, _ in timed]
        first, last = bounds(ranges[0].tested) if ranges else (min(walls, default=None), max(walls, default=None))
        if first is None or last is None:
            return []
        starts = list(periods(first, last, granularity, self.of.zone))
        origin = None if isinstance(granularity, str) else origin_of(granularity, self.of.zone)
        return [(start, next_start(start, granularity, origin) - MILLISECOND) for start in starts]

    def has_whole_months(self, time: Key, window: Window) -> bool:
        """Whether rows are grouped by month before they meet windows, as where periods and windows are of months.

        Windows of months then hold whole months: that of April and a month has nothing of the 31st of March, though
        a month before the end of April is the 30th.
        """
        reaches = [r for r in (window.trailing, window.leading) if isinstance(r, tuple)]
        granularities = [self.of.granularity(time)]
        if window.to_date is not None:
            granularities.append(self.of.granularity(replace(time, granularity=window.to_date)))
        for granularity in granularities:
            if isinstance(granularity, str):
                reaches.append(((1, granularity),))
            else:
                start = origin_of(granularity, self.of.zone)
                if start != truncated(start, "month"):
                    return False
                reaches.append(granularity.interval)
        return all(unit in MONTHS for reach in reaches for _, unit in reach)

    def in_base(self, wall: datetime, reaches: "list[Reached]", ranges: list[Condition]) -> bool:
        """Whether a row lies in the query's range, widened by what the window reaches."""
        if not ranges:
            return True
        start, end = bounds(ranges[0].tested)
        window = reaches[0].window if reaches else None
        if window is None:
            return False
        if (
            window.leading != "unbounded"
            and wall >= (moved(end, window.leading) if isinstance(window.leading, tuple) else end) + MILLISECOND
        ):
            return False
        if isinstance(window.trailing, tuple) and wall < back(start, window.trailing):
            if any(reached.holds(wall) for reached in reaches):
                raise Undecided("a row between the start of the first period and that of the range")
            return False
        return True

    # ── stages ──

    def staged(self, path: str, measure: Measure, stage: Stage, state: State) -> Values:
        is_rank = measure.type == "rank"
        # What a rank leaves out is what its groups are ranked among.
        keys = state.keys if is_rank else self.lower_keys(state.keys, stage)
        shift: Interval = () if stage.shift is None else (stage.shift,)
        lower = State(
            tuple(replace(key, shift=(*key.shift, *shift)) if self.is_moved(key.path, stage) else key for key in keys),
            tuple(self.lower_conditions(state, stage)),
            self.ways_to(path, state),
        )
        inner = tuple(unique([name_of(of) for of in self.of.inner_measures(*self.of.of(path))]))
        if lower.conditions != self.of.state.conditions and self.reads_filters(lower):
            raise Undecided("a sub-query that takes over filters, in a stage that has others")
        below = self.relation(inner, lower)
        if is_rank:
            return self.ranked(stage, state.keys, below)
        shared = [n for n, key in enumerate(keys) if self.is_key(key, state.keys)]
        if measure.type == "number":
            if len(shared) < len(keys):
                raise Undecided("an expression of a finer grain than the query's")
            assert measure.value is not None
            grouped = {
                key: calculated(measure.value, lambda of, key=key: below.value(name_of(of), key)) for key in below.keys
            }
        else:
            assert measure.value is not None
            folded: dict[GroupKey, list[Known]] = {} if shared else {(): []}
            for key in below.keys:
                value = calculated(measure.value, lambda of, key=key: below.value(name_of(of), key))
                folded.setdefault(tuple(key[n] for n in shared), []).append(value)
            grouped = {key: aggregated(measure.type, values) for key, values in folded.items()}
        names = [keys[n] for n in shared]
        if len(names) == len(state.keys):
            # In the order of the query's keys.
            places = [self.place_of(key, names) for key in state.keys]
            return {tuple(key[place] for place in places): value for key, value in grouped.items()}
        # Every group of the query has what its part of the dimensions has.
        leaves = list(self.leaves(path))
        above = replace(state, ways=self.ways_to(path, state))
        groups = self.of.groups(self.of.rows_of(self.hints(leaves, above), state), state.keys)
        places = [self.place_of(key, state.keys) for key in names]
        return {key: grouped.get(tuple(key[place] for place in places)) for key in groups}

    def ways_to(self, path: str, state: State) -> tuple[Hint, ...]:
        """The ways to a measure, for what it is made of."""
        return (*state.ways, self.of.target(path).way) if self.of.is_shown(path) else state.ways

    def reads_filters(self, state: State) -> bool:
        """Whether a state has a sub-query dimension into which filters reach."""
        members = [*(key.path for key in state.keys), *(m for c in state.conditions for m in c.members)]
        found = [self.of.cubes[cube].dimension(name) for cube, name in map(self.of.of, members)]
        return any(dimension is not None and dimension.propagate_filters for dimension in found)

    def ranked(self, stage: Stage, keys: tuple[Key, ...], below: Relation) -> Values:
        left = [self.of.of(name_of(of)) for of in stage.exclude]
        within = [n for n, key in enumerate(keys) if self.of.of(key.path) not in left]
        if not stage.exclude:
            within = []

        def compared(one: GroupKey, other: GroupKey) -> int:
            for of, descending in stage.ranks:
                a, b = below.value(name_of(of), one), below.value(name_of(of), other)
                if a != b:
                    # Null counts as greatest.
                    is_less = b is None or (a is not None and a < b)
                    return (1 if is_less else -1) if descending else (-1 if is_less else 1)
            return 0

        values: Values = {}
        for key in below.keys:
            among = [other for other in below.keys if all(other[n] == key[n] for n in within)]
            values[key] = 1 + sum(compared(other, key) < 0 for other in among)
        return values

    def lower_keys(self, keys: tuple[Key, ...], stage: Stage) -> tuple[Key, ...]:
        left = [self.of.of(name_of(of)) for of in stage.exclude]
        only = None if stage.keep_only is None else [self.of.of(name_of(of)) for of in stage.keep_only]
        kept = [
            key for key in keys if self.of.of(key.path) not in left and (only is None or self.of.of(key.path) in only)
        ]
        for of, granularity in stage.include:
            named = [key for key in kept if self.of.of(key.path) == (of.cube, of.member)]
            if not [key for key in named if granularity is None or key.granularity == granularity]:
                kept.append(Key(name_of(of), granularity))
        return tuple(kept)

    def is_key(self, key: Key, keys: Iterable[Key]) -> bool:
        return any(self.same_key(key, other) for other in keys)

    def same_key(self, one: Key, other: Key) -> bool:
        return self.of.of(one.path) == self.of.of(other.path) and one.granularity == other.granularity

    def place_of(self, key: Key, keys: Iterable[Key]) -> int:
        return next(n for n, other in enumerate(keys) if self.same_key(key, other))

    def is_moved(self, path: str, stage: Stage) -> bool:
        if stage.shift is None or self.of.is_measure(path):
            return False
        cube, name = self.of.of(path)
        dimension = self.of.cubes[cube].dimension(name)
        if dimension is None or dimension.kind != "time":
            return False
        return stage.shifted is None or (cube, name) == (stage.shifted.cube, stage.shifted.member)

    def lower_conditions(self, state: State, stage: Stage) -> Iterable[Condition]:
        if not stage.fixed:
            for condition in state.conditions:
                kept = self.narrowed(condition, stage)
                if kept is not None:
                    yield self.shifted(kept, stage)
        for tested in stage.filters:
            yield self.of.condition(tested)

    def narrowed(self, condition: Condition, stage: Stage) -> Condition | None:
        """A condition without the tests of members that the lower stage leaves out; None if nothing is left."""
        left = [self.of.of(name_of(of)) for of in stage.filters_left]
        only = None if stage.filters_kept is None else [self.of.of(name_of(of)) for of in stage.filters_kept]

        def stays(path: str) -> bool:
            return self.of.of(path) not in left and (only is None or self.of.of(path) in only)

        if condition.kind == "and":
            parts = tuple(kept for part in condition.parts if (kept := self.narrowed(part, stage)) is not None)
            return replace(condition, parts=parts) if parts else None
        verdicts = {stays(path) for path in condition.members}
        if len(verdicts) > 1:
            raise Undecided("a filter with or, of which a stage leaves out a part")
        return condition if verdicts == {True} else None

    def shifted(self, condition: Condition, stage: Stage) -> Condition:
        if condition.parts:
            return replace(condition, parts=tuple(self.shifted(part, stage) for part in condition.parts))
        if stage.shift is None or not self.is_moved(condition.path, stage):
            return condition
        return replace(condition, shift=(*condition.shift, stage.shift))

    # ── one instant of many ──

    def kept(self, path: str, measure: Measure, state: State) -> Values:
        """A semi-additive measure: in each group, and for each of what it is kept by, the sums at each instant."""
        additive = measure.additive
        assert additive is not None
        cube, _ = self.of.of(path)
        over = Key(f"{cube}.{additive.dimension}", shift=next((k.shift for k in state.keys if k.shift), ()))
        by = tuple(Key(f"{cube}.{name}") for name in additive.by)
        extra = tuple(key for key in by if not self.is_key(key, state.keys))
        rows = self.of.rows_of(self.hints([path], replace(state, keys=(*state.keys, *extra, over))), state)
        found: dict[GroupKey, list[Known]] = {} if state.keys else {(): []}
        for key, group in self.of.groups(rows, (*state.keys, *extra)).items():
            instants = self.of.groups(group, (over,))
            instants.pop((None,), None)
            sums = {instant: self.of.measured(*self.of.of(path), at) for (instant,), at in instants.items()}
            one: Known = None
            if sums:
                match additive.keep:
                    case "last":
                        one = sums[max(sums)]
                    case "first":
                        one = sums[min(sums)]
                    case function:
                        one = aggregated(function, list(sums.values()))
            found.setdefault(key[: len(state.keys)], []).append(one)
        return {key: aggregated("sum", values) for key, values in found.items()}

    # ── a choice ──

    def chosen(self, path: str, measure: Measure, state: State) -> Values:
        """The measure that stands for the value of a switch, in each group."""
        choice = measure.choice
        assert choice is not None
        cube, _ = self.of.of(path)
        switch = Key(f"{cube}.{choice.switch}")
        asked = self.is_key(switch, state.keys)
        fixed = next((c.tested["values"][0] for c in state.conditions if self.fixes(c, switch)), None)
        if not asked and fixed is None:
            raise Undecided("a switch without a chosen value")
        branches = dict(choice.whens)
        inner = [of for e in (*branches.values(), choice.otherwise) if e is not None for of in references(e)]
        below = self.relation(
            tuple(unique([name_of(of) for of in inner])), replace(state, ways=self.ways_to(path, state))
        )
        values: Values = {}
        for key in below.keys:
            branch = branches.get(key[self.place_of(switch, state.keys)] if asked else fixed, choice.otherwise)
            values[key] = (
                None if branch is None else calculated(branch, lambda of, key=key: below.value(name_of(of), key))
            )
        return values

    def fixes(self, condition: Condition, switch: Key) -> bool:
        return (
            condition.kind == "filter"
            and self.of.of(condition.path) == self.of.of(switch.path)
            and condition.tested["operator"] == "equals"
            and len(condition.tested["values"]) == 1
            and condition.tested["values"] != [None]
        )


@dataclass(frozen=True, slots=True)
class Reached:
    """The window of one period, whose end is its last millisecond."""

    parts: Parts
    time: Key
    window: Window
    start: datetime
    end: datetime

    def holds(self, wall: datetime) -> bool:
        window = self.window
        if window.to_date is not None:
            to_date = self.parts.of.granularity(replace(self.time, granularity=window.to_date))
            return floor(self.start, to_date, self.parts.of.zone) <= wall < self.end + MILLISECOND
        trailing, leading = window.trailing, window.leading
        anchor = self.end if window.offset == "end" else self.start
        # What lies at the end's last millisecond is before the end; counted in milliseconds, so is all of it.
        width = MILLISECOND if window.offset == "end" else MILLISECOND * 0
        if trailing is None and leading is None:
            return False
        return after(wall, anchor, trailing, width) and before(wall, anchor, leading, width)


def after(wall: datetime, anchor: datetime, trailing: Reach, width: timedelta) -> bool:
    """Whether a time is not before a window that reaches back from its anchor."""
    if trailing == "unbounded":
        return True
    return wall >= (back(anchor, trailing) if trailing else anchor) + width


def before(wall: datetime, anchor: datetime, leading: Reach, width: timedelta) -> bool:
    """Whether a time is not after a window that reaches ahead of its anchor."""
    if leading == "unbounded":
        return True
    return wall < (moved(anchor, leading) if leading else anchor) + width


def name_of(of: Of) -> str:
    return f"{of.cube}.{of.member}"
