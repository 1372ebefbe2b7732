SELECT
  "stage"."orders__status" AS "orders__status",
  RANK() OVER (ORDER BY "stage"."orders__revenue" DESC) AS "orders__place"
FROM (
  SELECT
    "orders".status AS "orders__status",
    SUM("orders".amount) AS "orders__revenue"
  FROM orders AS "orders"
  GROUP BY
    1
) AS "stage"
ORDER BY
  2 DESC
LIMIT 10000
