SELECT
  "customers".name AS "customers__name",
  (
    'https://crm.example/' || "customers".id
  ) || '?name=' || (
    (
      SELECT
        STRING_AGG(
          
            CASE
              WHEN c ~ '[A-Za-z0-9._~-]'
              THEN c
              ELSE REGEXP_REPLACE(UPPER(ENCODE(CONVERT_TO(c, 'UTF8'), 'hex')), '(..)', '%\1', 'g')
            END,
            ''
          
          ORDER BY
            n
        )
      FROM REGEXP_SPLIT_TO_TABLE(CAST("customers".name AS TEXT), '') WITH ORDINALITY AS letters(c, n)
    )
  ) AS "customers__name___link_page_url"
FROM customers AS "customers"
GROUP BY
  1,
  2
ORDER BY
  1 ASC
LIMIT 10000
