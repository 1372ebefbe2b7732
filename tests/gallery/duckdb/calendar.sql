SELECT
  CAST("calendar".fiscal_month AS TIMESTAMP) AS "calendar__day_month",
  SUM("orders".amount) AS "orders__fiscal_year_before"
FROM orders AS "orders"
LEFT JOIN days AS "calendar"
  ON "orders".day = "calendar".fiscal_year_ago
WHERE
  (
    "calendar".day >= CAST($1 AS TIMESTAMP)
    AND "calendar".day < CAST($2 AS TIMESTAMP)
  )
  AND (
    NOT "calendar".day IS NULL
  )
GROUP BY
  1
ORDER BY
  1 ASC
LIMIT 10000
-- $1 = 2024-01-01T00:00:00.000Z
-- $2 = 2024-04-01T00:00:00.000Z
