"""Callers, made of the security contexts that tokens vouch for."""

from collections import OrderedDict

from kubus.context import Caller, SecurityContext

# How many callers are remembered. One takes some hundred bytes beside its claims.
REMEMBERED = 10_000


class Callers:
    """Makes callers; of one security context always the same one, so that what is kept for it is found again."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Caller] = OrderedDict()

    def of(self, security: SecurityContext) -> Caller:
        """The caller with this context."""
        # A caller holds its context, so that the id stays the context's own.
        known = self._known.get(id(security))
        if known is not None:
            return known
        caller = self._known[id(security)] = Caller(security)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return caller
