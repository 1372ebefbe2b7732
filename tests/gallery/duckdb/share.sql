SELECT
  COALESCE("part_1"."orders__status", "part_2"."orders__status") AS "orders__status",
  COALESCE("part_1"."customers__city", "part_2"."customers__city") AS "customers__city",
  "part_1"."orders__revenue" * 1.0 / NULLIF("part_2"."orders__of_all", 0) AS "orders__share"
FROM (
  SELECT
    "orders".status AS "orders__status",
    "customers".city AS "customers__city",
    SUM("orders".amount) AS "orders__revenue"
  FROM orders AS "orders"
  LEFT JOIN customers AS "customers"
    ON "orders".customer_id = "customers".id
  GROUP BY
    1,
    2
) AS "part_1"
FULL JOIN (
  SELECT
    "stage"."orders__status" AS "orders__status",
    "stage"."customers__city" AS "customers__city",
    "coarser"."orders__of_all" AS "orders__of_all"
  FROM (
    SELECT
      "orders".status AS "orders__status",
      "customers".city AS "customers__city"
    FROM orders AS "orders"
    LEFT JOIN customers AS "customers"
      ON "orders".customer_id = "customers".id
    GROUP BY
      1,
      2
  ) AS "stage"
  LEFT JOIN (
    SELECT
      "stage_2"."customers__city" AS "customers__city",
      SUM("stage_2"."orders__revenue") AS "orders__of_all"
    FROM (
      SELECT
        "customers".city AS "customers__city",
        SUM("orders".amount) AS "orders__revenue"
      FROM orders AS "orders"
      LEFT JOIN customers AS "customers"
        ON "orders".customer_id = "customers".id
      GROUP BY
        1
    ) AS "stage_2"
    GROUP BY
      1
  ) AS "coarser"
    ON "stage"."customers__city" IS NOT DISTINCT FROM "coarser"."customers__city"
) AS "part_2"
  ON "part_1"."orders__status" IS NOT DISTINCT FROM "part_2"."orders__status"
  AND "part_1"."customers__city" IS NOT DISTINCT FROM "part_2"."customers__city"
ORDER BY
  3 DESC NULLS FIRST
LIMIT 10000
