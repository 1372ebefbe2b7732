SELECT
  "rolled"."orders__placed_at_day" AS "orders__placed_at_day",
  CASE WHEN COUNT("rolled"."kept_1") > 0 THEN COUNT(DISTINCT "rolled"."kept_2") END AS "orders__buyers_7_days"
FROM (
  SELECT
    "periods"."period" AS "orders__placed_at_day",
    "rows"."kept_1" AS "kept_1",
    "rows"."kept_2" AS "kept_2"
  FROM (
    SELECT
      GENERATE_SERIES(DATE_TRUNC('DAY', CAST($1 AS TIMESTAMP)), CAST($2 AS TIMESTAMP), INTERVAL '1 DAY') AS "period"
  ) AS "periods"
  LEFT JOIN (
    SELECT
      DATE_TRUNC('DAY', CAST("orders".placed_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Oslo') AS "orders__placed_at_day",
      TRUE AS "kept_1",
      "orders".customer_id AS "kept_2"
    FROM orders AS "orders"
    WHERE
      (
        (
          (
            CAST("orders".placed_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Oslo'
          ) >= (
            DATE_TRUNC('DAY', CAST($1 AS TIMESTAMP)) + INTERVAL '1 DAY'
          ) - INTERVAL '7 DAY'
          AND (
            CAST("orders".placed_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Oslo'
          ) < CAST($2 AS TIMESTAMP) + INTERVAL '1 MILLISECOND'
        )
        AND "orders".placed_at >= (
          (
            (
              (
                DATE_TRUNC('DAY', CAST($1 AS TIMESTAMP)) + INTERVAL '1 DAY'
              ) - INTERVAL '7 DAY'
            ) AT TIME ZONE 'Europe/Oslo'
          ) - INTERVAL '1 DAY'
        )
        AND "orders".placed_at < (
          (
            (
              CAST($2 AS TIMESTAMP) + INTERVAL '1 MILLISECOND'
            ) AT TIME ZONE 'Europe/Oslo'
          ) + INTERVAL '1 DAY'
        )
      )
  ) AS "rows"
    ON "rows"."orders__placed_at_day" >= (
      "periods"."period" + INTERVAL '1 DAY'
    ) - INTERVAL '7 DAY'
    AND "rows"."orders__placed_at_day" < "periods"."period" + INTERVAL '1 DAY'
) AS "rolled"
GROUP BY
  1
ORDER BY
  1 ASC
LIMIT 10000
-- $1 = 2024-01-01T00:00:00.000
-- $2 = 2024-03-31T23:59:59.999
