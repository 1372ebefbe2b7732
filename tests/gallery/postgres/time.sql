SELECT
  DATE_TRUNC('WEEK', CAST("orders".created_at AS TIMESTAMPTZ) AT TIME ZONE 'America/New_York') AS "orders__created_at_week",
  SUM("orders".amount) AS "orders__total_amount"
FROM orders AS "orders"
WHERE
  (
    "orders".created_at >= CAST($1 AS TIMESTAMPTZ)
    AND "orders".created_at < CAST($2 AS TIMESTAMPTZ)
  )
GROUP BY
  1
ORDER BY
  1 ASC
LIMIT 10000
-- $1 = 2024-03-01T05:00:00.000Z
-- $2 = 2024-04-01T04:00:00.000Z
