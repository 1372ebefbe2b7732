SELECT
  "stage"."stock__day_month" AS "stock__day_month",
  SUM("stage"."stock__pieces") AS "stock__pieces"
FROM (
  SELECT
    "kept"."stock__day_month" AS "stock__day_month",
    "kept"."stock__product" AS "stock__product",
    "kept"."stock__pieces" AS "stock__pieces"
  FROM (
    SELECT
      "stage_2"."stock__day_month" AS "stock__day_month",
      "stage_2"."stock__product" AS "stock__product",
      CASE WHEN NOT "stage_2"."stock__day" IS NULL THEN "stage_2"."stock__pieces" END AS "stock__pieces",
      ROW_NUMBER() OVER (
        PARTITION BY "stage_2"."stock__day_month", "stage_2"."stock__product"
        ORDER BY "stage_2"."stock__day" DESC
      ) AS "place"
    FROM (
      SELECT
        DATE_TRUNC('MONTH', CAST("stock".day AS TIMESTAMP)) AS "stock__day_month",
        "stock".product AS "stock__product",
        CAST("stock".day AS TIMESTAMP) AS "stock__day",
        SUM("stock".pieces) AS "stock__pieces"
      FROM stock AS "stock"
      GROUP BY
        1,
        2,
        3
    ) AS "stage_2"
  ) AS "kept"
  WHERE
    "kept"."place" = 1
) AS "stage"
GROUP BY
  1
ORDER BY
  1 ASC
LIMIT 10000
