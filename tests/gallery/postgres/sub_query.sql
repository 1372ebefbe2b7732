SELECT
  "users".country AS "users__country",
  AVG("users__order_count__values"."orders__count") AS "users__avg_orders"
FROM users AS "users"
LEFT JOIN (
  SELECT
    "users".id AS "users__id",
    COUNT("orders".id) AS "orders__count"
  FROM orders AS "orders"
  LEFT JOIN users AS "users"
    ON "orders".user_id = "users".id
  GROUP BY
    1
) AS "users__order_count__values"
  ON "users".id = "users__order_count__values"."users__id"
GROUP BY
  1
ORDER BY
  2 DESC
LIMIT 10000
