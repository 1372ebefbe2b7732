"""A model without its access policies and tenants, for comparing what it computes rather than for whom."""

from dataclasses import replace
from types import MappingProxyType

from kubus.model.model import Model


def opened(model: Model) -> Model:
    """The model as it is for somebody who may see everything. What is not public stays so."""
    cubes = {n: replace(cube, policies=(), min_group=0, tenant=None) for n, cube in model.cubes.items()}
    views = {n: replace(view, policies=(), min_group=0) for n, view in model.views.items()}
    return replace(
        model,
        cubes=MappingProxyType(cubes),
        views=MappingProxyType(views),
        holders=MappingProxyType({n: cubes.get(n) or views[n] for n in model.holders}),
        guarded=frozenset(),
        tenancy=None,
        version=f"{model.version}, opened",
    )
