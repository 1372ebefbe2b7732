"""The schema of a caller's tenant in a statement that all tenants share: a mark in its text, one name for each."""

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.errors import Forbidden, Unsupported
from kubus.model.tables import tables_read
from kubus.model.tenancy import NAME

# No database has a schema of this name, and no SQL of a model names it.
MARK = "schema of the tenant"


def put_schema(tree: exp.Expr) -> None:
    """Mark every table that a cube's SQL reads as one of the caller's tenant. Those that name a schema keep it."""
    for table in list(tables_read(tree)):
        if not table.args.get("db"):
            table.set("db", exp.to_identifier(MARK, quoted=True))


def marked_schema(tree: exp.Expr, text: str, dialect: Dialect) -> str:
    """How the mark is written in the text of a whole statement; empty if the statement reads no tenant's schema.

    Raises:
        Forbidden: a table is read without any schema, so that nobody knows whose it is.
        Unsupported: the text has the mark where it stands for no schema.
    """
    tables = list(tables_read(tree))
    for table in tables:
        if not table.args.get("db"):
            raise Forbidden(f"'{table.name}' would be read without the schema of your tenant")
    written = dialect.write(exp.to_identifier(MARK, quoted=True))
    marks = sum(table.db == MARK for table in tables)
    if text.count(MARK) != marks or text.count(written) != marks:
        raise Unsupported(f"SQL of the data model holds the words '{MARK}', which stand for something else")
    return written if marks else ""


def with_schema(text: str, written: str, schema: str) -> str:
    """The text for one tenant. The name needs no escapes: it is one that the model declares, or makes of plain ones."""
    if not NAME.fullmatch(schema):
        raise Forbidden("The schema of your tenant has no name that may stand in SQL")
    return text.replace(written, written.replace(MARK, schema))
