SELECT id,
  count(*
FROM sales;
SELECT 2
