SELECT
  "part_1"."orders__status" AS "orders__status",
  "part_1"."orders__total_amount" AS "orders__total_amount",
  "part_1"."orders__count" AS "orders__count",
  "part_2"."line_items__revenue" AS "line_items__revenue"
FROM (
  SELECT
    "orders__once"."orders__status" AS "orders__status",
    SUM("orders__once"."orders__2") AS "orders__total_amount",
    COUNT("orders__once"."orders__1") AS "orders__count"
  FROM (
    SELECT DISTINCT
      "orders".status AS "orders__status",
      "orders".id AS "orders__1",
      "orders".amount AS "orders__2"
    FROM orders AS "orders"
    LEFT JOIN line_items AS "line_items"
      ON "orders".id = "line_items".order_id
  ) AS "orders__once"
  GROUP BY
    1
) AS "part_1"
INNER JOIN (
  SELECT
    "orders".status AS "orders__status",
    SUM("line_items".price * "line_items".quantity) AS "line_items__revenue"
  FROM orders AS "orders"
  LEFT JOIN line_items AS "line_items"
    ON "orders".id = "line_items".order_id
  GROUP BY
    1
) AS "part_2"
  ON "part_1"."orders__status" IS NOT DISTINCT FROM "part_2"."orders__status"
ORDER BY
  2 DESC NULLS FIRST
LIMIT 10000
