SELECT b.item, coalesce(i.sku, ''), coalesce(i.name, ''), sum(b.quantity_milli), sum(b.value_rp)
FROM stock_balance AS b LEFT JOIN item AS i ON i.item = b.item
GROUP BY b.item
ORDER BY coalesce(i.sku, ''), b.item
