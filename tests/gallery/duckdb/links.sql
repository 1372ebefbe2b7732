SELECT
  "customers".name AS "customers__name",
  (
    'https://crm.example/' || "customers".id
  ) || '?name=' || URL_ENCODE(CAST("customers".name AS TEXT)) AS "customers__name___link_page_url"
FROM customers AS "customers"
GROUP BY
  1,
  2
ORDER BY
  1 ASC
LIMIT 10000
