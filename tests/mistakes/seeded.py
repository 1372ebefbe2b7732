"""Mistakes that people make, each put into the model alone."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """In `file`, `before` becomes `after`. The problem stands in the line that has `at`, and says `said` and `hint`."""

    file: str
    before: str
    after: str
    at: str
    said: str
    hint: str


C, U, V, T = "orders.yml", "others.yml", "views.yml", "prices.yml"

KEYS = [
    Mistake(C, "sql_table: orders", "sql_tabel: orders", "sql_tabel", "is not allowed", "sql_table"),
    Mistake(
        C,
        "    dimensions:\n      - name: id",
        "    dimension:\n      - name: id",
        "    dimension:",
        "is not allowed",
        "dimensions",
    ),
    Mistake(
        C,
        "    measures:\n      - name: count",
        "    mesures:\n      - name: count",
        "mesures",
        "is not allowed",
        "measures",
    ),
    Mistake(C, "    joins:", "    join:", "    join:", "is not allowed", "joins"),
    Mistake(C, "    segments:", "    segment:", "    segment:", "is not allowed", "segments"),
    Mistake(C, "access_policy:", "access_polcy:", "access_polcy", "is not allowed", "access_policy"),
    Mistake(C, "pre_aggregations:", "preaggregations:", "preaggregations", "is not allowed", "pre_aggregations"),
    Mistake(C, "primary_key: true", "primarykey: true", "primarykey", "is not allowed", "primary_key"),
    Mistake(C, "relationship: many_to_one", "relation: many_to_one", "relation:", "is not allowed", "relationship"),
    Mistake(
        C,
        "        sql: amount\n        type: sum\n        format",
        "        sq: amount\n        type: sum\n        format",
        "sq: amount",
        "is not allowed",
        "sql",
    ),
    Mistake(
        C,
        "        sql: status\n        type: string",
        "        sql: status\n        typ: string",
        "typ: string",
        "is not allowed",
        "type",
    ),
    Mistake(C, "- name: status\n        sql", "- nam: status\n        sql", "nam: status", "name", "name"),
    Mistake(C, "drill_members:", "drillMember:", "drillMember", "is not allowed", "drill_members"),
    Mistake(
        C,
        "rolling_window:\n          trailing: 1 month",
        "rolling_window:\n          trailling: 1 month",
        "trailling",
        "is not allowed",
        "trailing",
    ),
    Mistake(C, "sub_query: true", "subquery: true", "subquery", "is not allowed", "sub_query"),
    Mistake(C, "        grain:", "        grian:", "grian", "is not allowed", "grain"),
    Mistake(C, "          exclude: [status]", "          excludes: [status]", "excludes", "is not allowed", "exclude"),
    Mistake(C, "refresh_key:\n      every", "refresh_key:\n      evry", "evry", "every", "every"),
    Mistake(
        C, "            interval: 1 year", "            intervall: 1 year", "intervall", "is not allowed", "interval"
    ),
    Mistake(C, "levels: [city, status]", "level: [city, status]", "level:", "is not allowed", "levels"),
    Mistake(C, "              label: small", "              lable: small", "lable", "is not allowed", "label"),
    Mistake(U, "            label: Map", "            lable: Map", "lable", "is not allowed", "label"),
    Mistake(C, "cubes:", "cube:", "cube:", "Unexpected YAML key: cube", "cubes"),
    Mistake(V, "join_path: orders\n", "joinpath: orders\n", "joinpath", "is not allowed", "join_path"),
    Mistake(
        V,
        "        includes: [status, amount",
        "        include: [status, amount",
        "include:",
        "is not allowed",
        "includes",
    ),
    Mistake(V, "prefix: true", "prefixed: true", "prefixed", "is not allowed", "prefix"),
    Mistake(V, "description: What", "descripton: What", "descripton", "is not allowed", "description"),
    Mistake(V, "default_filters:", "default_filter:", "default_filter:", "is not allowed", "default_filters"),
    Mistake(
        V,
        "folders:\n      - name: Money\n        includes",
        "folders:\n      - name: Money\n        members",
        "members:",
        "is not allowed",
        "includes",
    ),
    Mistake(V, "view_groups:", "view_group:", "view_group:", "Unexpected YAML key", "view_groups"),
    Mistake(C, "row_level:", "row_levels:", "row_levels", "is not allowed", "row_level"),
    Mistake(C, "member_level:", "member_levels:", "member_levels", "is not allowed", "member_level"),
    Mistake(
        C, "              operator: equals", "              operater: equals", "operater", "is not allowed", "operator"
    ),
    Mistake(C, "- group: managers", "- grup: managers", "grup", "is not allowed", "group"),
    Mistake(C, "        conditions:\n          - if:", "        conditions:\n          - iff:", "iff:", "if", "if"),
    Mistake(
        C,
        "partition_granularity: month",
        "partition_granularty: month",
        "partition_granularty",
        "is not allowed",
        "partition_granularity",
    ),
    Mistake(
        C,
        "time_dimension: created_at",
        "time_dimensoin: created_at",
        "time_dimensoin",
        "is not allowed",
        "time_dimension",
    ),
]

NAMES = [
    Mistake(
        C, "- name: users\n        sql", "- name: user\n        sql", "- name: user", "Cube user doesn't exist", "users"
    ),
    Mistake(C, "{users.id}", "{users.ids}", "{users.ids}", "users.ids cannot be resolved", "'id'"),
    Mistake(C, "= {users.id}", "= {usres.id}", "usres", "cannot be resolved", "users"),
    Mistake(C, "{CUBE.user_id}", "{CUBE.userid}", "userid", "cannot be resolved", "user_id"),
    Mistake(C, "{users.city}", "{users.citty}", "citty", "cannot be resolved", "city"),
    Mistake(C, "{items.total}", "{items.totals}", "totals", "cannot be resolved", "total"),
    Mistake(C, "NULLIF({amount}, 0)", "NULLIF({amuont}, 0)", "amuont", "cannot be resolved", "amount"),
    Mistake(C, '- sql: "{done}"', '- sql: "{doen}"', "doen", "cannot be resolved", "done"),
    Mistake(C, "drill_members: [id, status", "drill_members: [id, statsu", "statsu", "cannot be resolved", "status"),
    Mistake(C, "levels: [city, status]", "levels: [city, statuss]", "statuss", "cannot be resolved", "status"),
    Mistake(C, "measures: [amount, count]", "measures: [amount, coutn]", "coutn", "cannot be resolved", "count"),
    Mistake(C, "        dimensions: [status]", "        dimensions: [satus]", "satus", "cannot be resolved", "status"),
    Mistake(
        C, "time_dimension: created_at", "time_dimension: create_at", "create_at", "cannot be resolved", "created_at"
    ),
    Mistake(C, "columns: [status]", "columns: [stauts]", "stauts", "cannot be resolved", "status"),
    Mistake(C, "          exclude: [status]", "          exclude: [statsu]", "statsu", "cannot be resolved", "status"),
    Mistake(
        C,
        "includes: [status, amount, count, created_at]\n        row",
        "includes: [status, amout, count, created_at]\n        row",
        "amout",
        "amout",
        "amount",
    ),
    Mistake(C, "- member: status", "- member: staus", "staus", "staus", "status"),
    Mistake(
        U, "FILTER_PARAMS.items.price", "FILTER_PARAMS.items.pirce", "sql: >", "items.pirce cannot be resolved", "price"
    ),
    Mistake(U, "FILTER_PARAMS.items", "FILTER_PARAMS.item", "sql: >", "item.price cannot be resolved", "items"),
    Mistake(U, "extends: orders", "extends: order", "extends: order", "there's no such cube", "orders"),
    Mistake(U, "|| {city}", "|| {ctiy}", "ctiy", "cannot be resolved", "city"),
    Mistake(V, "join_path: orders\n", "join_path: order\n", "join_path: order", "Cube order doesn't exist", "orders"),
    Mistake(V, "join_path: orders.users", "join_path: orders.user", "orders.user", "doesn't exist", "users"),
    Mistake(
        V,
        "includes: [status, amount, count",
        "includes: [status, amuont, count",
        "amuont",
        "not defined in any cube",
        "amount",
    ),
    Mistake(V, "includes: [amount, share]", "includes: [amount, shares]", "shares", "shares", "share"),
    Mistake(V, "- member: status", "- member: statuses", "statuses", "statuses", "status"),
    Mistake(V, "excludes: [share]", "excludes: [shraes]", "shraes", "shraes", "share"),
    Mistake(V, "includes: [sales]", "includes: [sale]", "[sale]", "sale", "sales"),
    Mistake(T, 'sql: "{net}"', 'sql: "{nett}"', "{nett}", "cannot be resolved", "net"),
]

VALUES = [
    Mistake(
        C,
        "relationship: many_to_one",
        "relationship: many_to_many",
        "many_to_many",
        "must be one of",
        "cube for the pairs",
    ),
    Mistake(C, "relationship: many_to_one", "relationship: manytoone", "manytoone", "must be one of", "many_to_one"),
    Mistake(C, "relationship: one_to_many", "relationship: one_to_mny", "one_to_mny", "must be one of", "one_to_many"),
    Mistake(C, "type: time", "type: timestamp", "timestamp", "must be one of", "time"),
    Mistake(
        C,
        "        sql: status\n        type: string",
        "        sql: status\n        type: varchar",
        "varchar",
        "must be one of",
        "string",
    ),
    Mistake(
        C,
        "        sql: user_id\n        type: number",
        "        sql: user_id\n        type: integer",
        "integer",
        "must be one of",
        "number",
    ),
    Mistake(
        C,
        "        type: sum\n        format",
        "        type: average\n        format",
        "average",
        "must be one of",
        "avg",
    ),
    Mistake(
        C, "        type: sum\n        format", "        type: summ\n        format", "summ", "must be one of", "sum"
    ),
    Mistake(
        C,
        "        type: sum\n        format",
        "        type: distinct_count\n        format",
        "distinct_count",
        "must be one of",
        "count_distinct",
    ),
    Mistake(C, "format: currency", "format: curency", "curency", "must be one of", "currency"),
    Mistake(C, "primary_key: true", "primary_key: yes", "primary_key: yes", "must be a boolean", "true or false"),
    Mistake(C, "primary_key: true", 'primary_key: "True"', '"True"', "must be a boolean", "without quotes"),
    Mistake(C, "interval: 1 year", "interval: one year", "one year", "must be such as", "1 year"),
    Mistake(C, "interval: 1 year", "interval: 1 yaer", "1 yaer", "must be such as", "year"),
    Mistake(
        C, 'origin: "2024-04-01"', 'origin: "2024-04-31"', "2024-04-31", "Origin should be valid", "2024-04-01|date"
    ),
    Mistake(C, "trailing: 1 month", "trailing: 1 moth", "1 moth", "does not match", "month"),
    Mistake(C, "offset: end", "offset: ends", "ends", "must be one of", "end"),
    Mistake(C, "granularity: day\n", "granularity: dya\n", "granularity: dya", "granularity", "day"),
    Mistake(C, "partition_granularity: month", "partition_granularity: mnth", "mnth", "must be one of", "month"),
    Mistake(C, "every: 1 day", "every: 1 dya", "1 dya", "does not match", "day"),
    Mistake(C, "every: 1 hour", "every: 1 month", "1 month", "does not match", "day or week|days"),
    Mistake(C, "operator: equals", "operator: equal", "operator: equal", "equal", "equals"),
    Mistake(V, "operator: equals", "operator: eqals", "eqals", "eqals", "equals"),
    Mistake(V, "prefix: true", "prefix: maybe", "prefix: maybe", "must be a boolean", "true or false"),
    Mistake(C, "title: Orders", "title: [Orders]", "[Orders]", "must be a string", "text"),
    Mistake(
        C, "refresh_key:\n      every: 1 hour", "refresh_key: 1 hour", "refresh_key: 1 hour", "must be a map", "every"
    ),
    Mistake(
        C,
        "measures: [amount, count]",
        "measures: [amount, status]",
        "amount, status]",
        "among its measures",
        "below dimensions",
    ),
    Mistake(
        C,
        "        dimensions: [status]",
        "        dimensions: [amount]",
        "dimensions: [amount]",
        "among its dimensions",
        "below measures",
    ),
    Mistake(
        C, "levels: [city, status]", "levels: [city, amount]", "levels: [city, amount]", "Only dimensions", "dimensions"
    ),
    Mistake(C, "time_dimension: created_at", "time_dimension: status", "time_dimension: status", "status", "time"),
    Mistake(
        V,
        "        includes: [city]",
        "        includes: [orders.city]",
        "orders.city",
        "Paths aren't allowed",
        "join_path",
    ),
    Mistake(
        C,
        "    title: Orders",
        "    data_source: warehouse",
        "warehouse",
        "data source is missing",
        "CUBEJS_DATASOURCES",
    ),
]

MISSING = [
    Mistake(C, "    sql_table: orders\n", "", "- name: orders", "must contain at least one of", "sql_table"),
    Mistake(C, "        relationship: many_to_one\n", "", "- name: users", "relationship) is required", "many_to_one"),
    Mistake(
        C,
        '        sql: "{CUBE.user_id} = {users.id}"\n',
        "",
        "- name: users",
        "joins.users.sql) is required",
        "Write sql",
    ),
    Mistake(
        C,
        "        sql: status\n        type: string",
        "        sql: status",
        "- name: status",
        "type) is required",
        "string",
    ),
    Mistake(
        C,
        "        sql: status\n        type: string",
        "        type: string",
        "- name: status",
        "sql) is required",
        "sql or case",
    ),
    Mistake(
        C,
        "        sql: amount\n        type: sum\n        format",
        "        type: sum\n        format",
        "- name: amount",
        "sql) is required",
        "column",
    ),
    Mistake(C, "      - name: status\n        sql", "      - sql", "- sql: status", "name isn't defined", "name"),
    Mistake(
        C,
        "        primary_key: true\n",
        "",
        "- name: orders",
        "primary key for 'orders' is required",
        "primary_key: true",
    ),
    Mistake(C, "levels: [city, status]", "title: Places", "- name: places", "levels) must be defined", "list"),
    Mistake(
        V,
        "      - join_path: orders\n        includes",
        "      - includes",
        "- includes",
        "join_path) is required",
        "orders.users",
    ),
    Mistake(V, "        includes: [city]\n", "", "- join_path: orders.users", "includes) is required", '"*"'),
    Mistake(C, "- group: managers\n        conditions", "- conditions", "- conditions", "group", "group"),
    Mistake(C, "              operator: equals\n", "", "- member: status", "operator", "equals"),
    Mistake(C, "        granularity: day\n", "", "time_dimension: created_at", "needs granularity", "granularity"),
    Mistake(
        C, "        time_dimension: created_at\n", "", "granularity: day", "needs time_dimension", "time_dimension"
    ),
    Mistake(C, "            interval: 1 year\n", "", "- name: fiscal_year", "interval) is required", "1 year"),
    Mistake(C, "              label: small\n", "", "amount < 100", "label", "label"),
    Mistake(
        U,
        "            url: \"'https://maps.example.com/' || {city}\"\n",
        "",
        "- name: map",
        "either url or dashboard",
        "url",
    ),
    Mistake(
        C,
        '    access_policy:\n      - group: "*"',
        "    access_policy:\n      - group:",
        "- group:",
        "group",
        "Write a value",
    ),
    Mistake(
        C,
        "        sql: amount\n        type: sum\n        format",
        "        sql:\n        type: sum\n        format",
        "        sql:",
        "is empty",
        "column|value",
    ),
]

SHAPES = [
    Mistake(
        C,
        "      - name: status\n        sql: status",
        "       - name: status\n        sql: status",
        "       - name: status",
        "YAMLException",
        "Indent",
    ),
    Mistake(C, "        sql: status\n", "\tsql: status\n", "\tsql: status", "YAMLException", "tab"),
    Mistake(C, "title: Orders", "title: Orders: all", "Orders: all", "YAMLException", "quotes"),
    Mistake(C, "    title: Orders", "    title: 'Orders", "", "YAMLException", "quote"),
    Mistake(
        C, "drill_members: [id, status, users.city]", "drill_members: [id, status, users.city", "", "YAMLException", "]"
    ),
    Mistake(
        C, '        sql: "{users.city}"', "        sql: {users.city}", "sql: {users.city}", "must be SQL text", "quotes"
    ),
    Mistake(
        C, "    title: Orders", "    title: Orders\n    title: Sales", "title: Sales", "written twice", "one of them"
    ),
    Mistake(
        C, "      - name: done\n        sql", "      done:\n        sql", "done:", "must be defined as array", "list"
    ),
    Mistake(
        C, "      - name: done\n", "      - name: status\n", "- name: status", "defined more than once", "another name"
    ),
    Mistake(
        C, "      - name: user_id\n", "      - name: id\n", "- name: id", "Found duplicate dimension", "another name"
    ),
    Mistake(U, "  - name: items\n", "  - name: users\n", "- name: users", "Found duplicate cube name", "others.yml"),
    Mistake(C, "- name: share\n", "- name: my-share\n", "my-share", "is not allowed", "begins with a letter"),
    Mistake(C, "- name: share\n", "- name: 2nd\n", "2nd", "is not allowed", "begins with a letter"),
    Mistake(
        C,
        "      - name: done\n        sql",
        "      - done\n      - name: done\n        sql",
        "- done",
        "has to be a map with a name",
        "name:",
    ),
    Mistake(
        V,
        "      - join_path: orders\n        includes: [status, amount, count, created_at, share]\n",
        "      - orders\n",
        "- orders",
        "has to be a map",
        "join_path",
    ),
    Mistake(V, "  - name: sales\n", "  - name: orders\n", "- name: orders", "conflicting cube and view", "orders.yml"),
    Mistake(
        C,
        '        filters:\n          - sql: "{done}"',
        '        filters:\n          sql: "{done}"',
        'sql: "{done}"',
        "must be defined as array",
        "list",
    ),
    Mistake(
        C,
        "    access_policy:\n",
        "    access_policy: []\n    meta:\n",
        "access_policy: []",
        "empty list",
        "Leave it out",
    ),
    Mistake(C, "measures: [amount, count]", "measures: amount", "measures: amount", "must be a list|array", "list"),
]

SQL = [
    Mistake(
        C, "{CUBE}.status = 'done'", "{CUBE}.status = 'done", "{CUBE}.status = 'done", "SQL cannot be parsed", "quote"
    ),
    Mistake(C, "{CUBE}.status = 'done'", "{CUBE.status = 'done'", "{CUBE.status", "A { has no }", "\\{"),
    Mistake(C, "{CUBE}.status = 'done'", "{users}.city = 'done'", "{users}.city", "foreign cubes", "Make a dimension"),
    Mistake(C, "{CUBE}.status = 'done'", "{count} > 1", "{count} > 1", "refers to the measure", "sub_query"),
    Mistake(
        C,
        "{CUBE}.status = 'done'",
        "{CUBE} = 'done'",
        "{CUBE} = 'done'",
        "stands where it cannot stand",
        "{CUBE}.column",
    ),
    Mistake(C, "{CUBE}.status = 'done'", "status = ", "status = ", "SQL cannot be parsed", "SQL"),
    Mistake(C, "{CUBE}.status = 'done'", "{CUBE.status == 'done'}", "==", "Failed to parse Python", "comparison"),
    Mistake(C, "{CUBE}.status = 'done'", "status = 'a' AS x", "AS x", "has no alias", "Leave out AS"),
    Mistake(C, "sql_table: orders", "sql_table: SELECT * FROM orders", "SELECT", "name of a table", "sql"),
    Mistake(U, "SELECT * FROM items", "DELETE FROM items", "sql: >", "has to be a SELECT", "SELECT"),
    Mistake(
        C,
        "    sql_table: orders",
        "    sql_table: orders\n    sql: SELECT 1",
        "sql: SELECT 1",
        "either sql or sqlTable",
        "one of them",
    ),
    Mistake(
        C,
        'sql: "{items.total}"\n        type: number\n        sub_query: true',
        'sql: "{items.total}"\n        type: number',
        "{items.total}",
        "refers to the measure",
        "sub_query",
    ),
    Mistake(C, "        multi_stage: true\n", "", "exclude: [status]", "needs multi_stage", "multi_stage: true"),
    Mistake(
        C,
        'sql: "1.0 * {done_amount} / NULLIF({amount}, 0)"\n        type: number',
        'sql: "{amount}"\n        type: sum',
        "{amount}",
        "aggregated already",
        "type: number",
    ),
    Mistake(
        U,
        '        sql: "{price}"\n        type: sum',
        '        sql: "{total}"\n        type: number',
        "{total}",
        "refers to itself",
        "columns or other",
    ),
    Mistake(
        C, '        sql: "{users.city}"', '        sql: "{city}"', '"{city}"', "refers to itself", "columns or other"
    ),
    Mistake(
        C,
        "{ security_context.status }",
        "{ security_contxt.status }",
        "security_contxt",
        "security_contxt",
        "security_context",
    ),
    Mistake(C, '"{ security_context.is_manager }"', '"{ security_context.level > 3 }"', "level > 3", "", "comparison"),
    Mistake(C, "{ security_context.status }", "{users.city}", "{users.city}", "users", "security_context"),
    Mistake(
        U,
        "    extends: orders",
        "    extends: big_orders",
        "extends: big_orders",
        "extends itself",
        "another cube|leave",
    ),
    Mistake(V, "join_path: orders.users", "join_path: users.orders", "users.orders", "Can't find join path", "join"),
    Mistake(
        U,
        "{FILTER_PARAMS.items.price.filter('price')}",
        "{FILTER_PARAMS.items.price}",
        "sql: >|FILTER_PARAMS",
        "no value by itself",
        "filter",
    ),
]

JINJA = [
    Mistake(T, "{{- price(name) }}", "{{- prise(name) }}", "prise", "'prise' is undefined", "price"),
    Mistake(T, "{%- endfor %}", "", "price(name)", "Jinja", "endfor"),
    Mistake(T, "{%- endmacro %}", "{%- endmcro %}", "endmcro", "Jinja", "endmacro"),
    Mistake(T, "{{ name }}\n        type", "{{ name }\n        type", "{{ name }", "Jinja", "}}"),
    Mistake(T, '["net", "gross"]', '["net", "net"]', "price(name)|name:", "Found duplicate dimension", "another name"),
    Mistake(
        T,
        "        type: number\n{%- endmacro",
        "        type: nmber\n{%- endmacro",
        "price(name)",
        "must be one of",
        "number",
    ),
    Mistake(T, '"gross"]', '"gross price"]', "price(name)", "is not allowed", "begins with a letter"),
    Mistake(T, "{{ name }}\n        type", "{{ name | uper }}\n        type", "uper", "uper", "upper"),
    Mistake(T, '["net", "gross"]', "columns", "columns", "'columns' is undefined", "globals.py"),
    Mistake(T, "price(name) }}", "price() }}", "{{ name }}", "not provided", "argument"),
]

MISTAKES = [*KEYS, *NAMES, *VALUES, *MISSING, *SHAPES, *SQL, *JINJA]
