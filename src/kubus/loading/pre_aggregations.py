"""Declared pre-aggregations, checked. Building them comes with a later version; until then queries do without."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubus.loading.cube_keys import refresh_key_problem
from kubus.loading.declarations import DeclaredMember, short
from kubus.loading.members import CubeCompiler
from kubus.loading.problems import Lookups, nearest_hint
from kubus.loading.yaml_text import Yaml
from kubus.model.granularity import UNITS
from kubus.model.measure_types import VALUE_TYPES
from kubus.model.names import snake_case
from kubus.model.pre_aggregation import PreAggregation

# As the model writes them, and as metadata do.
TYPES: Mapping[str, str] = {
    "rollup": "rollup",
    "original_sql": "originalSql",
    "rollup_join": "rollupJoin",
    "rollup_lambda": "rollupLambda",
}
# Lists of references: how they are written, and how it was before.
LISTS = {
    "measures": "measure_references",
    "dimensions": "dimension_references",
    "segments": "segment_references",
    "time_dimension": "time_dimension_reference",
    "time_dimensions": "time_dimension_references",
    "rollups": "rollup_references",
}
OF_ROLLUPS = ("rollup_join", "rollup_lambda")
PARTITIONS = ("hour", "day", "week", "month", "quarter", "year")
SWITCHES = (
    "external", "scheduled_refresh", "use_original_sql_pre_aggregations", "allow_non_strict_date_range_match",
    "read_only", "union_with_source_data",
)  # fmt: skip
RANGES = ("build_range_start", "build_range_end", "refresh_range_start", "refresh_range_end")


@dataclass(slots=True)
class PreAggregationCompiler:
    """Compiles one. Every problem is noted."""

    compiler: CubeCompiler
    member: DeclaredMember

    @property
    def path(self) -> str:
        return f"pre_aggregations.{self.member.name}"

    def report(self, at: Yaml | None, message: str, hint: str | None = None, missing: Lookups = ()) -> None:
        self.compiler.report(self.member, at, message, hint, missing)

    @property
    def itself(self) -> Lookups:
        """What a key of it that could not be read may be."""
        return ((self.compiler.cube.name, self.member.name),)

    def compiled(self) -> PreAggregation | None:
        kind = self.type()
        self.check_spellings()
        self.check_plain_keys()
        measures = self.references("measures", "measures")
        dimensions = self.references("dimensions", "dimensions")
        segments = self.references("segments", "segments")
        times = self.times()
        rollups = self.rollups(kind)
        partition = self.partition(times)
        if kind is None:
            return None
        return PreAggregation(
            self.member.name, kind, measures, dimensions, segments, times, rollups, partition, self.declared(kind)
        )

    def field(self, name: str) -> Yaml | None:
        """What stands under a key, or under its older spelling."""
        return self.member.fields.get(name) or self.member.fields.get(LISTS.get(name, name))

    def type(self) -> str | None:
        value = self.member.fields.get("type")
        if value is None:
            return "rollup"
        name = snake_case(str(value.data))
        if name == "auto_rollup":
            self.report(value, "Auto rollups supported only in Enterprise version")
            return None
        if name not in TYPES:
            message = f"({self.path}.type = {short(value.plain())}) must be one of [{', '.join(TYPES)}]"
            self.report(value, message, nearest_hint(name, TYPES))
            return None
        return name

    def check_spellings(self) -> None:
        new = [key for key in LISTS if key in self.member.fields]
        old = [key for key in LISTS.values() if key in self.member.fields]
        if new and old:
            self.report(
                self.member.fields[old[0]],
                f"({self.path}) mixes {', '.join(new)} with the older {', '.join(old)}",
                "Leave out _reference and _references",
            )

    def check_plain_keys(self) -> None:
        fields = self.member.fields
        for key in SWITCHES:
            self.compiler.boolean(self.member, key, False, "pre_aggregations")
        for key in RANGES:
            if key in fields and not (fields[key].is_map and set(fields[key].data) == {"sql"}):
                self.report(fields[key], f"({self.path}.{key}) has to be a map with sql")
        refresh = fields.get("refresh_key")
        if refresh is not None:
            found = refresh_key_problem(refresh, more=frozenset({"incremental", "update_window"}))
            if found is not None:
                self.report(found[0], found[1])
            elif refresh.is_map and "incremental" in refresh.data and "partition_granularity" not in fields:
                name = f"{self.compiler.cube.name}.{self.member.name}"
                self.report(
                    refresh,
                    "Incremental refresh key can only be used for partitioned pre-aggregations but set for "
                    f"non-partitioned '{name}'",
                )
        indexes = fields.get("indexes")
        if indexes is not None and not indexes.is_list:
            self.report(indexes, f"({self.path}.indexes) must be defined as array")
        for index in indexes.data if indexes is not None and indexes.is_list else ():
            columns = index.data.get("columns") if index.is_map else None
            if columns is not None and columns.is_list:
                # Noted where one is not there.
                list(self.compiler.paths(self.member, columns, f"{self.path}.indexes.columns"))

    def references(self, key: str, kind: str) -> tuple[str, ...]:
        value = self.field(key)
        if value is None:
            return ()
        if not value.is_list:
            self.report(value, f"({self.path}.{key}) must be defined as array")
            return ()
        found: list[str] = []
        for path in self.compiler.paths(self.member, value, f"{self.path}.{key}"):
            if self.is_of(path, kind, value):
                found.append(path)
        return tuple(found)

    def is_of(self, path: str, kind: str, at: Yaml) -> bool:
        cube, _, name = path.rpartition(".")
        if self.compiler.members[cube][name] != kind:
            there = self.compiler.members[cube][name]
            what = f"({self.path}) names '{path}' among its {kind}, and it is none"
            self.report(at, what, f"Put it below {there}", ((cube, name),))
            return False
        return True

    def times(self) -> tuple[tuple[str, str | None], ...]:
        one, several = self.field("time_dimension"), self.field("time_dimensions")
        granularity = self.member.fields.get("granularity")
        if granularity is not None and one is None:
            self.report(granularity, f"({self.path}.granularity) needs time_dimension", missing=self.itself)
        found: list[tuple[str, str | None]] = []
        if one is not None:
            if granularity is None and self.member.fields.get("type") is None:
                self.report(one, f"({self.path}.time_dimension) needs granularity", missing=self.itself)
            found.extend(self.time(one, granularity))
        if several is not None:
            for item in several.data if several.is_list else ():
                if item.is_map and {"dimension", "granularity"} >= set(item.data) >= {"dimension"}:
                    found.extend(self.time(item.data["dimension"], item.data.get("granularity")))
                else:
                    self.report(item, f"({self.path}.time_dimensions) has maps of dimension and granularity")
            if not several.is_list:
                self.report(several, f"({self.path}.time_dimensions) must be defined as array")
        return tuple(found)

    def time(self, at: Yaml, granularity: Yaml | None) -> list[tuple[str, str | None]]:
        path = self.compiler.path(self.member, at, f"{self.path}.time_dimension")
        if path is None or not self.is_of(path, "dimensions", at):
            return []
        name = None if granularity is None else granularity.text
        cube, _, dimension = path.rpartition(".")
        # What other cubes declare is not known here.
        own = self.compiler.cube.lists.get("dimensions", {}) if cube == self.compiler.cube.name else {}
        kinds = {one: there.fields["type"].text for one, there in own.items() if "type" in there.fields}
        if dimension in kinds and kinds[dimension] in VALUE_TYPES and kinds[dimension] != "time":
            times = [one for one, kind in kinds.items() if kind == "time"]
            hint = f"Name one of type time: {', '.join(times)}" if times else "Name a dimension of type time"
            self.report(at, f"({self.path}.time_dimension = {path}) is of type {kinds[dimension]}, and no time", hint)
            return []
        if name is not None and name not in UNITS and f"{dimension}.{name}" not in self.compiler.members[cube]:
            more = [one.partition(".")[2] for one in self.compiler.members[cube] if one.startswith(f"{dimension}.")]
            message = f"({self.path}.granularity = {short(name)}) is not a granularity of '{path}'"
            self.report(granularity, message, nearest_hint(name, (*UNITS, *more)))
        return [(path, name)]

    def rollups(self, kind: str | None) -> tuple[str, ...]:
        value = self.field("rollups")
        if value is None:
            if kind in OF_ROLLUPS:
                self.report(None, f"({self.path}) of type {kind} should reference at least one rollup")
            return ()
        if not value.is_list or not value.data:
            self.report(value, f"({self.path}.rollups) should reference at least one rollup")
            return ()
        found: list[str] = []
        for item in value.data:
            text = item.text.strip().removeprefix("{").removesuffix("}").strip()
            cube, _, name = text.rpartition(".")
            cube = self.compiler.cube.name if cube in {"", "CUBE"} else cube
            if f".{name}" not in self.compiler.members.get(cube, {}):
                names = [one[1:] for one in self.compiler.members.get(cube, {}) if one.startswith(".")]
                message = f"{cube}.{name} cannot be resolved. There's no such pre-aggregation."
                self.report(item, message, nearest_hint(name, names), ((cube, name), (None, cube)))
            else:
                found.append(f"{cube}.{name}")
        return tuple(found)

    def partition(self, times: tuple[tuple[str, str | None], ...]) -> str | None:
        value = self.member.fields.get("partition_granularity")
        if value is None:
            return None
        if value.data not in PARTITIONS:
            given = short(value.plain())
            allowed = ", ".join(PARTITIONS)
            message = f"({self.path}.partition_granularity = {given}) must be one of [{allowed}]"
            self.report(value, message, nearest_hint(value.text, PARTITIONS))
            return None
        if "granularity" in self.member.fields:
            # That it needs a time is told of the granularity.
            return str(value.data)
        if not times and self.field("time_dimension") is None and self.field("time_dimensions") is None:
            self.report(value, f"({self.path}.partition_granularity) needs time_dimension", missing=self.itself)
        return str(value.data)

    def declared(self, kind: str) -> Mapping[str, Any]:
        """As extended metadata show it: keys in camel case, references as text."""
        shown: dict[str, Any] = {}
        for key, value in self.member.fields.items():
            if key in LISTS or key in LISTS.values():
                name = LISTS.get(key, key)
                shown[camel_case(name)] = listed(value)
            elif key != "name":
                shown[camel_case(key)] = value.plain()
        defaults: dict[str, Any] = {"type": TYPES[kind]}
        if kind in ("rollup", "rollup_join"):
            defaults["external"] = True
        if kind not in OF_ROLLUPS:
            defaults["scheduledRefresh"] = True
        return {**defaults, **shown, "type": TYPES[kind], "name": self.member.name}


def listed(value: Yaml) -> Any:
    """References as they are written: one by itself, several in brackets."""
    if not value.is_list:
        return value.text
    if any(item.is_map for item in value.data):
        return value.plain()
    return f"[{', '.join(item.text for item in value.data)}]"


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
