SELECT
  DATE_TRUNC('DAY', CAST(CAST("orders".noted AS TIMESTAMPTZ) AS TIMESTAMP)) AS "orders__noted_day",
  COUNT("orders".id) AS "orders__count"
FROM orders AS "orders"
WHERE
  (
    "orders".noted >= $1 AND "orders".noted < $2
  )
GROUP BY
  1
ORDER BY
  1 ASC
LIMIT 10000
-- $1 = 2024-01-01
-- $2 = 2024-04-01
