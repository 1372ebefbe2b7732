SELECT
  "stage"."orders__status" AS "orders__status",
  "stage"."orders__currency" AS "orders__currency",
  CASE
    WHEN "stage"."orders__currency" = 'EUR'
    THEN "stage"."orders__euros"
    ELSE "stage"."orders__revenue"
  END AS "orders__chosen"
FROM (
  SELECT
    "orders".status AS "orders__status",
    "orders__currency__values"."value" AS "orders__currency",
    SUM("orders".amount_eur) AS "orders__euros",
    SUM("orders".amount) AS "orders__revenue"
  FROM orders AS "orders"
  CROSS JOIN (
    SELECT
      'USD' AS "value"
    UNION ALL
    SELECT
      'EUR' AS "value"
  ) AS "orders__currency__values"
  GROUP BY
    1,
    2
) AS "stage"
ORDER BY
  3 DESC
LIMIT 10000
