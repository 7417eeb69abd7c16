SELECT account, sum(max(amount_rp, 0)), sum(max(-amount_rp, 0))
FROM posting
GROUP BY account
