SELECT
  COUNT("users".id) AS "users__count"
FROM users AS "users"
WHERE
  (
    NOT (
      "users".company ILIKE $1 ESCAPE '\'
    ) OR "users".company IS NULL
  )
  AND (
    (
      "users".age > CAST($2 AS DECIMAL(38, 1))
    )
    OR (
      "users".age IN (CAST($3 AS INT128), CAST($4 AS INT128)) OR "users".age IS NULL
    )
  )
HAVING
  (
    COUNT("users".id) >= CAST($5 AS INT128)
  )
LIMIT 10000
-- $1 = %50\%%
-- $2 = 40.5
-- $3 = 7
-- $4 = 8
-- $5 = 1
