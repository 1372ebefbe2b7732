SELECT
  "orders".id AS "orders__id",
  CASE WHEN NOT "orders".id IS NULL THEN 1 END AS "orders__count",
  CASE
    WHEN (
      "orders".status = 'completed'
    ) AND (
      "orders".amount > 1000
    )
    THEN "orders".amount
  END AS "orders__completed_amount"
FROM orders AS "orders"
ORDER BY
  2 DESC
LIMIT 5
