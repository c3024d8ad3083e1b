SELECT id, updated_at FROM sales
