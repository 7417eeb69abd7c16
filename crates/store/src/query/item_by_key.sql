SELECT item, sku, name, category, unit, weighed, price_rp, member_price_rp, reorder_min_milli, account,
    active, cost_rp
FROM item WHERE item = ?1
