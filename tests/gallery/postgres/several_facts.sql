SELECT
  COALESCE("part_1"."customers__city", "part_2"."customers__city") AS "customers__city",
  "part_1"."orders__revenue" AS "orders__revenue",
  "part_2"."shipments__weight" AS "shipments__weight"
FROM (
  SELECT
    "customers".city AS "customers__city",
    SUM("orders".amount) AS "orders__revenue"
  FROM orders AS "orders"
  LEFT JOIN customers AS "customers"
    ON "orders".customer_id = "customers".id
  WHERE
    (
      "orders".status = $1
    )
  GROUP BY
    1
) AS "part_1"
FULL JOIN (
  SELECT
    "customers".city AS "customers__city",
    SUM("shipments".weight) AS "shipments__weight"
  FROM shipments AS "shipments"
  LEFT JOIN customers AS "customers"
    ON "shipments".customer_id = "customers".id
  GROUP BY
    1
) AS "part_2"
  ON CAST(ROW("part_1"."customers__city") AS record) = CAST(ROW("part_2"."customers__city") AS record)
ORDER BY
  2 DESC
LIMIT 10000
-- $1 = done
