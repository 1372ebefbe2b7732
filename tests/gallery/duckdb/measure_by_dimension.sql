SELECT
  "orders".status AS "orders__status",
  COUNT("orders".id) AS "orders__count"
FROM orders AS "orders"
GROUP BY
  1
ORDER BY
  2 DESC NULLS FIRST
LIMIT 10000
