-- Who owes or is owed bon (kind 4), with the own limit. The constant lets the index on bon be used.
SELECT t.member, sum(t.amount_rp) AS owed_rp, m.bon_limit_rp
FROM member_total AS t LEFT JOIN member AS m ON m.member = t.member
WHERE t.kind = 4
GROUP BY t.member HAVING owed_rp <> 0
