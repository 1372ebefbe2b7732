SELECT
  "part_1"."customers__country" AS "customers__country",
  "part_1"."pairs__times" AS "pairs__times",
  "part_2"."pair_notes__count" AS "pair_notes__count"
FROM (
  SELECT
    "pairs__once"."customers__country" AS "customers__country",
    SUM("pairs__once"."pairs__3") AS "pairs__times"
  FROM (
    SELECT DISTINCT
      "customers".country AS "customers__country",
      "pairs".user_id AS "pairs__1",
      "pairs".product_id AS "pairs__2",
      "pairs".times AS "pairs__3"
    FROM (
      SELECT
        user_id,
        product_id,
        COUNT(*) AS times
      FROM orders
      WHERE
        user_id <= 35 AND NOT product_id IS NULL
      GROUP BY
        user_id,
        product_id
    ) AS "pairs"
    LEFT JOIN (
      SELECT
        id,
        user_id,
        product_id,
        status
      FROM orders
    ) AS "pair_notes"
      ON "pairs".user_id = "pair_notes".user_id
      AND "pairs".product_id = "pair_notes".product_id
    LEFT JOIN (
      SELECT
        id,
        country,
        age
      FROM users
      WHERE
        id <= 30
    ) AS "customers"
      ON "pairs".user_id = "customers".id
  ) AS "pairs__once"
  GROUP BY
    1
) AS "part_1"
INNER JOIN (
  SELECT
    "customers".country AS "customers__country",
    COUNT("pair_notes".id) AS "pair_notes__count"
  FROM (
    SELECT
      user_id,
      product_id,
      COUNT(*) AS times
    FROM orders
    WHERE
      user_id <= 35 AND NOT product_id IS NULL
    GROUP BY
      user_id,
      product_id
  ) AS "pairs"
  LEFT JOIN (
    SELECT
      id,
      user_id,
      product_id,
      status
    FROM orders
  ) AS "pair_notes"
    ON "pairs".user_id = "pair_notes".user_id
    AND "pairs".product_id = "pair_notes".product_id
  LEFT JOIN (
    SELECT
      id,
      country,
      age
    FROM users
    WHERE
      id <= 30
  ) AS "customers"
    ON "pairs".user_id = "customers".id
  GROUP BY
    1
) AS "part_2"
  ON "part_1"."customers__country" IS NOT DISTINCT FROM "part_2"."customers__country"
ORDER BY
  2 DESC NULLS FIRST
LIMIT 10000
