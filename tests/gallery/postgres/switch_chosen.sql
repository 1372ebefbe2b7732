SELECT
  CASE WHEN $1 = 'EUR' THEN "stage"."orders__euros" ELSE "stage"."orders__revenue" END AS "orders__chosen"
FROM (
  SELECT
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
  WHERE
    (
      "orders__currency__values"."value" = $1
    )
) AS "stage"
LIMIT 10000
-- $1 = EUR
