"""What access policies and tenants do to a query."""

from kubus.explain.explanation import Held
from kubus.explain.steps import Numbered
from kubus.explain.words import sql_words
from kubus.model.member_sql import MemberSql
from kubus.model.tenancy import OwnPlace
from kubus.plan.nodes import LeftJoin, Scan
from kubus.query.access_report import explained, filter_text, kind_text
from kubus.query.authorize import AuthorizedQuery


def held(authorized: AuthorizedQuery, numbered: Numbered) -> Held:
    """The policies, masks, limits and tenant conditions that hold for a query that is let through."""
    limits = authorized.limits
    told = {"rows": limits.rows, "seconds": limits.seconds, "queries at a time": limits.running}
    return Held(
        policies=authorized.applied,
        rules=tuple(
            f"{'all rows' if rule.cube is None else f'rows of {rule.cube}'}: "
            + ("none" if rule.filter is None else filter_text(rule.filter))
            for rule in authorized.rules
        ),
        masks=tuple(
            one.path + ("" if one.unless is None else f", unless {filter_text(one.unless)}")
            for one in authorized.masked
        ),
        tenants=tuple(
            dict.fromkeys(
                f"{node.cube.name}: {tenant_words(node.tenant)}"
                for _, node in numbered.all()
                if isinstance(node, Scan | LeftJoin) and node.tenant is not None
            )
        ),
        least=tuple(f"groups of at least {rows} rows of {cube}" for cube, rows in authorized.least),
        limits=tuple(f"at most {most} {what}" for what, most in told.items() if most is not None),
        reasons=tuple(explained(authorized.query, authorized.access)),
    )


def tenant_words(tenant: MemberSql | OwnPlace) -> str:
    """What holds the rows of a cube to the caller's tenant."""
    match tenant:
        case MemberSql(text):
            return f"{sql_words(text)} is the caller's tenant"
        case OwnPlace(kind):
            return f"in the {kind_text(kind)} of the caller's tenant"
