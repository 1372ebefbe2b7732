SELECT
  COALESCE("part_1"."orders__placed_at_month", "part_2"."orders__placed_at_month") AS "orders__placed_at_month",
  "part_1"."orders__revenue" AS "orders__revenue",
  "part_2"."orders__year_before" AS "orders__year_before"
FROM (
  SELECT
    DATE_TRUNC('MONTH', CAST("orders".placed_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Oslo') AS "orders__placed_at_month",
    SUM("orders".amount) AS "orders__revenue"
  FROM orders AS "orders"
  WHERE
    (
      "orders".placed_at >= CAST($1 AS TIMESTAMPTZ)
      AND "orders".placed_at < CAST($2 AS TIMESTAMPTZ)
    )
  GROUP BY
    1
) AS "part_1"
FULL JOIN (
  SELECT
    DATE_TRUNC(
      'MONTH',
      (
        CAST("orders".placed_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Oslo'
      ) + INTERVAL '1 YEAR'
    ) AS "orders__placed_at_month",
    SUM("orders".amount) AS "orders__year_before"
  FROM orders AS "orders"
  WHERE
    (
      (
        (
          (
            CAST("orders".placed_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Oslo'
          ) + INTERVAL '1 YEAR'
        ) AT TIME ZONE 'Europe/Oslo'
      ) >= CAST($1 AS TIMESTAMPTZ)
      AND (
        (
          (
            CAST("orders".placed_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Oslo'
          ) + INTERVAL '1 YEAR'
        ) AT TIME ZONE 'Europe/Oslo'
      ) < CAST($2 AS TIMESTAMPTZ)
      AND "orders".placed_at >= (
        (
          CAST($1 AS TIMESTAMPTZ) - INTERVAL '1 YEAR'
        ) - INTERVAL '5 DAY'
      )
      AND "orders".placed_at < (
        (
          CAST($2 AS TIMESTAMPTZ) - INTERVAL '1 YEAR'
        ) + INTERVAL '5 DAY'
      )
    )
  GROUP BY
    1
) AS "part_2"
  ON CAST(ROW("part_1"."orders__placed_at_month") AS record) = CAST(ROW("part_2"."orders__placed_at_month") AS record)
ORDER BY
  1 ASC
LIMIT 10000
-- $1 = 2023-12-31T23:00:00.000Z
-- $2 = 2024-03-31T22:00:00.000Z
