SELECT
  COALESCE("part_1"."orders__placed_at_day", "part_2"."orders__placed_at_day") AS "orders__placed_at_day",
  "part_1"."orders__revenue" AS "orders__revenue",
  "part_2"."orders__revenue_7_days" AS "orders__revenue_7_days"
FROM (
  SELECT
    DATE_TRUNC('DAY', CAST("orders".placed_at AS TIMESTAMP)) AS "orders__placed_at_day",
    SUM("orders".amount) AS "orders__revenue"
  FROM orders AS "orders"
  WHERE
    (
      "orders".placed_at >= CAST($1 AS TIMESTAMP)
      AND "orders".placed_at < CAST($2 AS TIMESTAMP)
    )
  GROUP BY
    1
) AS "part_1"
FULL JOIN (
  SELECT
    "periods"."period" AS "orders__placed_at_day",
    SUM("groups"."orders__revenue_7_days") AS "orders__revenue_7_days"
  FROM (
    SELECT
      UNNEST(
        GENERATE_SERIES(DATE_TRUNC('DAY', CAST($3 AS TIMESTAMP)), CAST($4 AS TIMESTAMP), INTERVAL '1' DAY)
      ) AS "period"
  ) AS "periods"
  LEFT JOIN (
    SELECT
      DATE_TRUNC('DAY', CAST("orders".placed_at AS TIMESTAMP)) AS "orders__placed_at_day",
      SUM("orders".amount) AS "orders__revenue_7_days"
    FROM orders AS "orders"
    WHERE
      (
        CAST("orders".placed_at AS TIMESTAMP) >= (
          DATE_TRUNC('DAY', CAST($3 AS TIMESTAMP)) + INTERVAL '1' DAY
        ) - INTERVAL '7' DAY
        AND CAST("orders".placed_at AS TIMESTAMP) < CAST($4 AS TIMESTAMP) + INTERVAL '1' MILLISECOND
      )
    GROUP BY
      1
  ) AS "groups"
    ON "groups"."orders__placed_at_day" >= (
      "periods"."period" + INTERVAL '1' DAY
    ) - INTERVAL '7' DAY
    AND "groups"."orders__placed_at_day" < "periods"."period" + INTERVAL '1' DAY
  GROUP BY
    1
) AS "part_2"
  ON "part_1"."orders__placed_at_day" IS NOT DISTINCT FROM "part_2"."orders__placed_at_day"
ORDER BY
  1 ASC
LIMIT 10000
-- $1 = 2024-01-01T00:00:00.000Z
-- $2 = 2024-04-01T00:00:00.000Z
-- $3 = 2024-01-01T00:00:00.000
-- $4 = 2024-03-31T23:59:59.999
