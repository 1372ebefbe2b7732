"""What to do about a problem whose finder had no better idea than its message.

The first fitting line of the table counts. Some messages are those of other libraries: the parsers of YAML, SQL and Jinja.
"""

import re

REMEDIES: tuple[tuple[str, str], ...] = (
    # YAML
    (r"mapping values are not allowed", "A text with a colon and a space in it needs quotes"),
    (r"tab character|cannot start any token", "YAML is indented with spaces, never with a tab"),
    (r"expected '-' indicator", "Indent this line as the items of the list above it"),
    (r"expected ',' or '([]}])'", "Close the bracket: a {1} is missing, or a comma"),
    (r"unexpected end of stream|found unexpected end|did not find expected key", "A quote is not closed, or this line is indented otherwise than the lines of its map"),
    (r"did not find expected", "Compare the indentation with the lines above, and look for a quote or bracket without its end"),
    (r"YAMLException", "The file has to be YAML: look at indentation, quotes and brackets of this line and the one above"),
    (r"key '(.+)' is written twice|is written twice", "Keep one of them"),
    # Jinja
    (r"was looking for the following tags: '(\w+)'", "Write {% {1} %} at the end of the block"),
    (r"Jinja: '(.+)' is undefined", "Set it with {% set {1} = … %}, or give it by template.add_variable in globals.py"),
    (r"parameter '(.+)' was not provided", "Give the macro its argument '{1}'"),
    (r"Jinja: (?:unexpected '}'|expected token)", "An expression ends with }}, and a block with %}"),
    (r"Jinja: No filter named", "Write one of Jinja's filters, or add it with template.add_filter in globals.py"),
    (r"Jinja", "Look at the template language: https://jinja.palletsprojects.com/templates/"),
    # SQL
    (r"quote without its end", "Close the quote: in SQL a quote inside a text is written twice"),
    (r"the alias of .* followed by a dot", "Write {CUBE}.column"),
    (r"is not one SQL expression|is not one statement", "Write one expression that a SELECT could have, without a comma or a semicolon behind it"),
    (r"has to be a SELECT", "Write a SELECT, or name the table with sql_table"),
    (r"SQL cannot be parsed|cannot be parsed", "The SQL has to be right in the dialect of the data source; look at where it stopped"),
    (r"refers to itself", "Refer to columns or other members: {CUBE}.column"),
    (r"stands where it cannot stand", "A reference stands for a value or a table: put it where one of these may stand"),
    (r"sql\) is required|sql\) is empty|sql\) is not allowed to be empty", "Write sql: with a column or an expression"),
    # required
    (r"relationship\) is required", "Write many_to_one, one_to_many or one_to_one"),
    (r"dimensions\..*type\) is required", "Write type: string, number, boolean, time or geo"),
    (r"measures\..*type\) is required", "Write type: count, sum, avg, min, max or number"),
    (r"name isn't defined", "Every one has a name: write name: with letters, digits and _"),
    (r"a \w+ has to be a map with a name", "Write - name: and what belongs to it below"),
    (r"map with join_path", "Write - join_path: with a cube, and includes"),
    (r"orderBy\) is required", "Say what the rows are ranked by: order_by: [{sql: …}]"),
    (r"granularity\) is required", "Write granularity: with one such as month"),
    (r"interval\) is required|must be such as '1 year'", "Write an interval such as 1 year, or 2 weeks 3 days"),
    (r"\.(\w+)\) is required, as a text", "Write {1}: with a text"),
    (r"\(?[\w.\[\]]*?(\w+)\) is required", "Write {1}: here"),
    (r"at least one of \[every", "Write every: 1 hour, sql: with a query, or immutable: true"),
    (r"should reference at least one rollup", "Write rollups: [cube.rollup]"),
    (r"must be a boolean", "Write true or false, without quotes"),
    (r"must be SQL text", "Write one text with SQL; where it begins with a brace or bracket it needs quotes"),
    (r"must be a string|must be a text", "Write one text; quotes make one of anything"),
    (r"must be a whole number", "Write a number such as 10"),
    (r"must be defined as array|must be a list", "Write a list: - one, - two below each other, or [one, two]"),
    (r"must be a map|has to be a map", "Write keys and values below it, each on a line of its own"),
    (r'must be "\*" or a list', 'Write includes: "*", or a list of names'),
    (r"is empty: null", "Write a value, or take the key out"),
    (r"does not match: n second", "Write such as 10 minutes, 1 hour or 7 days; a month has no fixed length"),
    (r"does not match regexp", "Write such as 7 day or 1 month"),
    (r"Origin should be valid", "Write a date in quotes, such as '2024-04-01'"),
    (r"must go forward", "Write an interval above 0, such as 1 year"),
    (r"defined more than once|Found duplicate|twice|Duplicate|already exists", "Give one of them another name"),
    (r"There's no such pre-aggregation", "Name a pre-aggregation that a cube declares: cube.name"),
    (r"cannot be resolved|doesn't exist|no such|not found|not defined|is not a member", "Name one that is there, or declare it"),
    (r"needs time_dimension", "Write time_dimension: with a dimension of type time"),
    (r"needs granularity", "Write granularity: with one such as day"),
    (r"is not a granularity", "Write second, minute, hour, day, week, month, quarter, year, or one that the dimension declares"),
    (r"among its (\w+), and it is none", "Only {1} stand here: put it below the key of its own kind"),
    (r"Only dimensions can be part", "Levels are dimensions, from coarse to fine: take it out"),
    (r"one of the \w+; here stand (.+)", "Name {1}"),
    (r"data source is missing", "Name a data source that CUBEJS_DATASOURCES has, or leave data_source out"),
    (r"either sql or sqlTable", "Keep one of them: sql_table names a table, sql is a query"),
    (r"extends itself", "Extend another cube, or leave extends out"),
    (r"needs multi_stage", "Write multi_stage: true, or take the key out"),
    (r"Can't find join path", "Declare a join on the way, or write the way that there is"),
    (r"Enterprise version", "Write type: rollup, with the members that it holds"),
    (r"non-partitioned", "Write partition_granularity, or take incremental out"),
    (r"must be a dimension of the same cube", "Name a dimension of this cube that is unique"),
    (r"has a key itself", "Name the dimension that is the key in the end"),
    (r"either url or dashboard", "Write url, or dashboard, and not both"),
    (r"Only one link can be marked", "Leave primary: true at one of them"),
    (r"is not a name", "A name begins with a letter or _, and goes on with letters, digits and _"),
    (r"must be named after one of the predefined", "Name it year, quarter, month or another predefined one, or write interval instead of sql"),
    (r"sql and interval|origin and offset|only one of the two|do not go together|not both", "Keep one of them"),
    (r"only dimensions of type time", "Write type: time, or take it out"),
    (r"mask.* must be a number", "Write a value, or a map with sql"),
    (r"must be an aggregate", "Write such as MAX(…), or a plain value"),
    (r"calendar: true", "Write calendar: true on the cube, or take it out"),
    (r"time_shift\) has", "Write name and sql, or interval and type, or all three of interval, type and sql"),
    (r"is not an operator", "Write equals, notEquals, contains, gt, gte, lt, lte, set, notSet, inDateRange or another of the API's"),
    (r"must be one of \[(.*)\]", "Write one of them: {1}"),
    (r"is not allowed", "Take it out: this does not go here"),
)  # fmt: skip

COMPILED = tuple((re.compile(pattern), text) for pattern, text in REMEDIES)


def remedy(message: str) -> str | None:
    """What to do about a problem with this message; None if nothing is known of such."""
    for pattern, text in COMPILED:
        found = pattern.search(message)
        if found is not None:
            return text.replace("{1}", found[1] or "") if found.groups() else text
    return None
