SELECT orders.*, city
FROM orders JOIN shops USING (shop)
