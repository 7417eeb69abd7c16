-- Each sub-ledger beside its control account: (name, sub-ledger, control), debit positive.
WITH balance AS (
    SELECT account, sum(debit_rp - credit_rp) AS amount FROM account_total WHERE grain = 2 GROUP BY account
),
member AS (SELECT kind, sum(amount_rp) AS amount FROM member_total GROUP BY kind)
SELECT 'bon', coalesce((SELECT amount FROM member WHERE kind = 4), 0),
    coalesce((SELECT amount FROM balance WHERE account = 113100), 0)
UNION ALL
SELECT 'simpanan pokok', -coalesce((SELECT amount FROM member WHERE kind = 1), 0),
    coalesce((SELECT amount FROM balance WHERE account = 311000), 0)
UNION ALL
SELECT 'simpanan wajib', -coalesce((SELECT amount FROM member WHERE kind = 2), 0),
    coalesce((SELECT amount FROM balance WHERE account = 312000), 0)
UNION ALL
SELECT 'simpanan sukarela', -coalesce((SELECT amount FROM member WHERE kind = 3), 0),
    coalesce((SELECT amount FROM balance WHERE account = 213000), 0)
UNION ALL
SELECT 'persediaan', coalesce((SELECT sum(value_rp) FROM stock_balance), 0),
    coalesce((SELECT sum(amount) FROM balance WHERE account BETWEEN 114000 AND 114999), 0)
UNION ALL
SELECT 'utang usaha', coalesce((SELECT sum(amount_rp) FROM party_total WHERE account = 211000), 0),
    coalesce((SELECT amount FROM balance WHERE account = 211000), 0)
UNION ALL
SELECT 'bon per anggota', coalesce((SELECT sum(amount_rp) FROM party_total WHERE account = 113100), 0),
    coalesce((SELECT amount FROM balance WHERE account = 113100), 0)
