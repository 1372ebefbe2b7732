SELECT
  COUNT("users".id) AS "users__count"
FROM users AS "users"
WHERE
  (
    NOT (
      "users".company ILIKE $1
    ) OR "users".company IS NULL
  )
  AND (
    (
      "users".age > CAST($2 AS DECIMAL)
    )
    OR (
      "users".age IN (CAST($3 AS BIGINT), CAST($4 AS BIGINT)) OR "users".age IS NULL
    )
  )
HAVING
  (
    COUNT("users".id) >= CAST($5 AS BIGINT)
  )
LIMIT 10000
-- $1 = %50\%%
-- $2 = 40.5
-- $3 = 7
-- $4 = 8
-- $5 = 1
