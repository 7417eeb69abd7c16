SELECT account, sum(debit_rp), sum(credit_rp)
FROM account_total
WHERE grain = ?1 AND period BETWEEN ?2 AND ?3
GROUP BY account
