SELECT
  "groups"."orders__status" AS "orders__status",
  "periods"."period" AS "orders__placed_at_month",
  SUM("groups"."orders__revenue_of_year") AS "orders__revenue_of_year"
FROM (
  SELECT
    UNNEST(
      GENERATE_SERIES(
        DATE_TRUNC('MONTH', CAST($1 AS TIMESTAMP)),
        CAST($2 AS TIMESTAMP),
        INTERVAL '1' MONTH
      )
    ) AS "period"
) AS "periods"
LEFT JOIN (
  SELECT
    "orders".status AS "orders__status",
    DATE_TRUNC('MONTH', CAST("orders".placed_at AS TIMESTAMP)) AS "orders__placed_at_month",
    SUM("orders".amount) AS "orders__revenue_of_year"
  FROM orders AS "orders"
  WHERE
    (
      CAST("orders".placed_at AS TIMESTAMP) >= DATE_TRUNC('YEAR', DATE_TRUNC('MONTH', CAST($1 AS TIMESTAMP)))
      AND CAST("orders".placed_at AS TIMESTAMP) < CAST($2 AS TIMESTAMP) + INTERVAL '1' MILLISECOND
    )
  GROUP BY
    1,
    2
) AS "groups"
  ON "groups"."orders__placed_at_month" >= DATE_TRUNC('YEAR', "periods"."period")
  AND "groups"."orders__placed_at_month" < "periods"."period" + INTERVAL '1' MONTH
GROUP BY
  1,
  2
ORDER BY
  2 ASC
LIMIT 10000
-- $1 = 2024-01-01T00:00:00.000
-- $2 = 2024-03-31T23:59:59.999
