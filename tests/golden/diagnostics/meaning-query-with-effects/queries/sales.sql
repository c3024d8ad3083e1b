SELECT id FROM sales
WHERE id IN (SELECT 1)
  AND pg_sleep(5) IS NULL
