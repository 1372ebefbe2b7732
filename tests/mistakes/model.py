"""A model in which everything refers to much else, so that a mistake has consequences in many places."""

ORDERS = """\
cubes:
  - name: orders
    sql_table: orders
    title: Orders
    refresh_key:
      every: 1 hour
    joins:
      - name: users
        sql: "{CUBE.user_id} = {users.id}"
        relationship: many_to_one
      - name: items
        sql: "{CUBE.id} = {items.order_id}"
        relationship: one_to_many
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
      - name: user_id
        sql: user_id
        type: number
      - name: status
        sql: status
        type: string
      - name: created_at
        sql: created_at
        type: time
        granularities:
          - name: fiscal_year
            interval: 1 year
            origin: "2024-04-01"
      - name: size
        type: string
        case:
          when:
            - sql: "{CUBE}.amount < 100"
              label: small
          else:
            label: large
      - name: city
        sql: "{users.city}"
        type: string
      - name: item_total
        sql: "{items.total}"
        type: number
        sub_query: true
    measures:
      - name: count
        type: count
        drill_members: [id, status, users.city]
      - name: amount
        sql: amount
        type: sum
        format: currency
      - name: done_amount
        sql: amount
        type: sum
        filters:
          - sql: "{done}"
      - name: share
        sql: "1.0 * {done_amount} / NULLIF({amount}, 0)"
        type: number
      - name: last_month
        sql: amount
        type: sum
        rolling_window:
          trailing: 1 month
          offset: end
      - name: all_amount
        sql: "{amount}"
        type: number
        multi_stage: true
        grain:
          exclude: [status]
    segments:
      - name: done
        sql: "{CUBE}.status = 'done'"
    hierarchies:
      - name: places
        levels: [city, status]
    pre_aggregations:
      - name: by_day
        measures: [amount, count]
        dimensions: [status]
        time_dimension: created_at
        granularity: day
        partition_granularity: month
        refresh_key:
          every: 1 day
        indexes:
          - name: by_status
            columns: [status]
    access_policy:
      - group: "*"
        member_level:
          includes: [status, amount, count, created_at]
        row_level:
          filters:
            - member: status
              operator: equals
              values: ["{ security_context.status }"]
      - group: managers
        conditions:
          - if: "{ security_context.is_manager }"
"""

OTHERS = """\
cubes:
  - name: users
    sql_table: users
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
      - name: city
        sql: city
        type: string
        links:
          - name: map
            label: Map
            url: "'https://maps.example.com/' || {city}"
    measures:
      - name: count
        type: count

  - name: items
    sql: >
      SELECT * FROM items
      WHERE {FILTER_PARAMS.items.price.filter('price')}
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
      - name: order_id
        sql: order_id
        type: number
      - name: price
        sql: price
        type: number
    measures:
      - name: total
        sql: "{price}"
        type: sum

  - name: big_orders
    extends: orders
    sql_table: big_orders
"""

VIEWS = """\
views:
  - name: sales
    description: What was sold
    cubes:
      - join_path: orders
        includes: [status, amount, count, created_at, share]
      - join_path: orders.users
        prefix: true
        includes: [city]
    folders:
      - name: Money
        includes: [amount, share]
    default_filters:
      - member: status
        operator: equals
        values: [done]
    access_policy:
      - group: sales
        member_level:
          excludes: [share]
view_groups:
  - name: all_views
    includes: [sales]
"""

TEMPLATE = """\
{%- macro price(name) %}
      - name: {{ name }}
        sql: {{ name }}
        type: number
{%- endmacro %}
cubes:
  - name: prices
    sql_table: prices
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
{%- for name in ["net", "gross"] %}
      {{- price(name) }}
{%- endfor %}
    measures:
      - name: highest
        sql: "{net}"
        type: max
"""

FILES = {"orders.yml": ORDERS, "others.yml": OTHERS, "views.yml": VIEWS, "prices.yml": TEMPLATE}
