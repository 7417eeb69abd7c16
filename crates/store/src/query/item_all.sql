SELECT i.item, i.sku, i.name, i.category, i.unit, i.weighed, i.price_rp, i.member_price_rp,
    i.reorder_min_milli, i.account, i.active, i.cost_rp,
    coalesce(sum(b.issues), 0), coalesce(sum(b.quantity_milli), 0), coalesce(sum(b.value_rp), 0)
FROM item AS i LEFT JOIN stock_balance AS b ON b.item = i.item
GROUP BY i.item
ORDER BY i.item
