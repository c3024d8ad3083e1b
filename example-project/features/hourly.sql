-- The mean of what is known when tomorrow is planned: the 28 days that ended a day ago. The first day has none.
SELECT
  *,
  avg(count) OVER (
    ORDER BY timestamp
    RANGE BETWEEN INTERVAL 29 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING
  ) AS demand_28d
FROM rentals
