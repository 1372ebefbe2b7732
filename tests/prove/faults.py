"""Faults to plant: each takes away one thing that keeps callers apart, as a careless change would."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import kubus.api.rest.callers
import kubus.api.rest.load
import kubus.api.rest.meta
import kubus.api.rest.prepared
import kubus.api.rest.remembered
import kubus.api.rest.rewriting
import kubus.auth.provider
import kubus.execution.run
import kubus.plan.build
import kubus.plan.stages
import kubus.query.access
import kubus.query.authorize
import kubus.query.shown
import kubus.semantic_layer
import kubus.sql.context
import kubus.tenants.models
from kubus.model.access import MemberSet
from kubus.query.authorize import AuthorizedQuery

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]
FAULTS: dict[str, Plant] = {}


def fault(plant: Plant) -> Plant:
    FAULTS[plant.__name__] = plant
    return plant


def wrapped(patch: Patch, place: Any, name: str, change: Callable[..., Any]) -> None:
    """Replace a function by `change`, which gets the function and what it is called with."""
    own = getattr(place, name)
    patch.setattr(place, name, lambda *given, **named: change(own, *given, **named))


# ── which policies hold ──


@fault
def groups_are_not_looked_at(patch: Patch) -> None:
    wrapped(patch, kubus.query.access, "is_for", lambda own, policy, caller: own(replace(policy, groups=None), caller))


@fault
def conditions_are_not_looked_at(patch: Patch) -> None:
    wrapped(
        patch, kubus.query.access, "is_for", lambda own, policy, caller: own(replace(policy, conditions=()), caller)
    )


@fault
def policies_of_the_first_caller_hold_for_all(patch: Patch) -> None:
    kept: dict[tuple[int, str], Any] = {}

    def applying(own: Any, self: Any, holder: Any) -> Any:
        return kept.setdefault((id(self.model.cubes), holder.name), own(self, holder))

    wrapped(patch, kubus.query.access.Access, "applying", applying)


# ── members ──


@fault
def excludes_are_forgotten(patch: Patch) -> None:
    patch.setattr(MemberSet, "__contains__", lambda self, name: self.includes is None or name in self.includes)


@fault
def includes_are_forgotten(patch: Patch) -> None:
    patch.setattr(MemberSet, "__contains__", lambda self, name: self.excludes is not None and name not in self.excludes)


@fault
def filters_may_name_hidden_members(patch: Patch) -> None:
    def named(own: Any, query: Any, model: Any) -> Iterator[str]:
        return own(replace(query, filters=()), model)

    wrapped(patch, kubus.query.authorize, "named", named)


@fault
def segments_may_be_hidden(patch: Patch) -> None:
    def named(own: Any, query: Any, model: Any) -> Iterator[str]:
        return own(replace(query, segments=()), model)

    wrapped(patch, kubus.query.authorize, "named", named)


@fault
def only_columns_are_checked(patch: Patch) -> None:
    def named(own: Any, query: Any, model: Any) -> Iterator[str]:
        return own(replace(query, filters=(), segments=(), time_dimensions=(), order=()), model)

    wrapped(patch, kubus.query.authorize, "named", named)


# ── rows ──


@fault
def rows_are_not_filtered(patch: Patch) -> None:
    patch.setattr(kubus.query.authorize, "rule_of", lambda *_: iter(()))


@fault
def one_policy_without_rows_is_taken_for_all(patch: Patch) -> None:
    def sight(own: Any, policies: Any, member: str) -> Any:
        found = own(policies, member)
        free = any(policy.rows is None for policy in policies)
        return replace(found, rows=None) if found is not None and free else found

    wrapped(patch, kubus.query.access, "sight", sight)


@fault
def members_widen_rows(patch: Patch) -> None:
    def authorize(own: Any, *given: Any, **named: Any) -> AuthorizedQuery:
        found = own(*given, **named)
        return replace(found, rules=found.rules[:1])

    wrapped(patch, kubus.semantic_layer, "authorize", authorize)


def taken_for_held(self: AuthorizedQuery, cubes: Any) -> AuthorizedQuery:
    """As if the policies of these cubes had been looked at."""
    return replace(self, covered=self.covered | frozenset(cubes))


@fault
def views_hide_the_rules_of_their_cubes(patch: Patch) -> None:
    patch.setattr(kubus.query.authorize, "behind_view", lambda *_: None)
    patch.setattr(AuthorizedQuery, "reading", taken_for_held)


@fault
def views_rows_are_not_filtered(patch: Patch) -> None:
    def authorize(own: Any, *given: Any, **named: Any) -> AuthorizedQuery:
        found = own(*given, **named)
        return replace(found, rules=tuple(rule for rule in found.rules if rule.cube is not None))

    wrapped(patch, kubus.semantic_layer, "authorize", authorize)


@fault
def cubes_that_are_only_read_are_free(patch: Patch) -> None:
    patch.setattr(AuthorizedQuery, "reading", taken_for_held)


@fault
def totals_count_every_row(patch: Patch) -> None:
    def build_count(own: Any, resolved: Any, model: Any) -> Any:
        return own(replace(resolved, guards=()), model)

    wrapped(patch, kubus.semantic_layer, "build_count", build_count)


@fault
def lower_stages_lose_the_rules(patch: Patch) -> None:
    def build_stage(own: Any, query: Any, *given: Any) -> Any:
        return own(replace(query, guards=()), *given)

    wrapped(patch, kubus.plan.build, "build_stage", build_stage)


@fault
def windows_lose_the_rules(patch: Patch) -> None:
    def build_window(own: Any, query: Any, *given: Any, **named: Any) -> Any:
        return own(replace(query, guards=()), *given, **named)

    wrapped(patch, kubus.plan.build, "build_window", build_window)


@fault
def sub_queries_lose_the_rules(patch: Patch) -> None:
    def attach(own: Any, rows: Any, dimension: Any, query: Any, *given: Any) -> Any:
        return own(rows, dimension, replace(query, guards=()), *given)

    wrapped(patch, kubus.plan.build, "attach", attach)


@fault
def claims_in_sql_are_not_filtered_by(patch: Patch) -> None:
    from sqlglot import exp

    patch.setattr(kubus.sql.context.Context, "claim_filter", lambda *_, **__: exp.true())


# ── tenants, hooks and what is closed ──


@fault
def tenants_are_not_looked_at(patch: Patch) -> None:
    from sqlglot import exp

    patch.setattr(kubus.sql.context.Context, "is_of_tenant", lambda *_: exp.true())


@fault
def the_tenant_of_the_first_caller_is_that_of_all(patch: Patch) -> None:
    kept: dict[Any, str] = {}
    wrapped(
        patch,
        kubus.semantic_layer,
        "tenant_of",
        lambda own, security, tenancy: kept.setdefault(id(tenancy), own(security, tenancy)),
    )


@fault
def models_fit_every_caller(patch: Patch) -> None:
    patch.setattr(kubus.tenants.models, "fits", lambda *_: True)


@fault
def rewritten_queries_are_kept_without_their_caller(patch: Patch) -> None:
    kept: dict[Any, Any] = {}

    async def of(own: Any, self: Any, normalized: Any, *given: Any) -> Any:
        key = (id(self), normalized.queries)
        if key not in kept:
            kept[key] = await own(self, normalized, *given)
        return kept[key]

    wrapped(patch, kubus.api.rest.rewriting.Rewriting, "of", of)


@fault
def measures_leave_out_what_the_host_added(patch: Patch) -> None:
    patch.setattr(kubus.api.rest.rewriting, "held", lambda rewritten, _: rewritten)


@fault
def what_has_no_policy_is_open(patch: Patch) -> None:
    def authorize(own: Any, *given: Any, **named: Any) -> AuthorizedQuery:
        return own(*given, **{**named, "default": "allow"})

    wrapped(patch, kubus.semantic_layer, "authorize", authorize)


# ── masks ──


@fault
def nothing_is_masked(patch: Patch) -> None:
    patch.setattr(kubus.query.authorize, "masked", lambda *_: iter(()))


@fault
def masks_are_spared_everywhere(patch: Patch) -> None:
    patch.setattr(kubus.query.authorize, "is_implied", lambda *_: True)


@fault
def filters_see_behind_masks(patch: Patch) -> None:
    def behind(self: Any, path: str) -> Any:
        return self.model.measure_or_dimension(path)

    patch.setattr(kubus.query.shown.Shown, "measure_or_dimension", behind)


# ── what is kept ──


@fault
def answers_are_kept_without_their_values(patch: Patch) -> None:
    def made(self: Any) -> None:
        object.__setattr__(self, "key", (self.statement.data_source, self.statement.sql))

    patch.setattr(kubus.execution.run.Job, "__post_init__", made)


@fault
def claims_of_the_first_caller_are_bound_for_all(patch: Patch) -> None:
    kept: dict[Any, Any] = {}

    def read_claims(own: Any, paths: Any, security: Any, first: int) -> Any:
        return kept.setdefault((tuple(paths), first), own(paths, security, first))

    wrapped(patch, kubus.semantic_layer, "read_claims", read_claims)


@fault
def plans_are_kept_without_the_rules(patch: Patch) -> None:
    shape = AuthorizedQuery.shape.fget  # pyright: ignore[reportAttributeAccessIssue]
    patch.setattr(AuthorizedQuery, "shape", property(lambda self: shape(self)._replace(rules=())))


@fault
def plans_are_kept_without_the_masks(patch: Patch) -> None:
    shape = AuthorizedQuery.shape.fget  # pyright: ignore[reportAttributeAccessIssue]
    patch.setattr(AuthorizedQuery, "shape", property(lambda self: shape(self)._replace(masked=())))


class AnyOf(dict[Any, Any]):
    """What is kept for one is found for all."""

    def get(self, key: Any, default: Any = None) -> Any:
        return next(iter(self.values()), default)


@fault
def statements_are_kept_without_their_caller(patch: Patch) -> None:
    def framed(own: Any, *given: Any, **named: Any) -> Any:
        found = own(*given, **named)
        found.callers = AnyOf()
        return found

    wrapped(patch, kubus.api.rest.prepared, "framed", framed)
    patch.setattr(kubus.semantic_layer.SemanticLayer, "visibility", lambda *_: ())


@fault
def replies_are_kept_without_their_caller(patch: Patch) -> None:
    patch.setattr(kubus.api.rest.remembered, "id", lambda _: 0, raising=False)


@fault
def metadata_is_kept_without_its_caller(patch: Patch) -> None:
    patch.setattr(kubus.semantic_layer.SemanticLayer, "visibility", lambda *_: ())


# ── who asks ──


@fault
def tokens_are_taken_for_one_another(patch: Patch) -> None:
    wrapped(patch, kubus.auth.provider, "digest", lambda own, token: own(token.partition(".")[0]))


@fault
def the_first_caller_stands_for_all(patch: Patch) -> None:
    kept: dict[int, Any] = {}
    wrapped(
        patch,
        kubus.api.rest.callers.Callers,
        "of",
        lambda own, self, security: kept.setdefault(id(self), own(self, security)),
    )
