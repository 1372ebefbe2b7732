SELECT
  CASE
    WHEN "customers__order_count__values"."orders__count" > 10
    THEN 'large'
    ELSE 'small'
  END AS "customers__size",
  COUNT("customers".id) AS "customers__count"
FROM customers AS "customers"
LEFT JOIN (
  SELECT
    "customers".id AS "customers__id",
    COUNT("orders".id) AS "orders__count"
  FROM orders AS "orders"
  LEFT JOIN customers AS "customers"
    ON "orders".customer_id = "customers".id
  GROUP BY
    1
) AS "customers__order_count__values"
  ON "customers".id = "customers__order_count__values"."customers__id"
GROUP BY
  1
ORDER BY
  2 DESC NULLS FIRST
LIMIT 10000
