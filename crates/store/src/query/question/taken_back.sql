-- Documents that more than one reversal (1) or return (2) names.
SELECT target, relation, doc FROM link
WHERE relation IN (1, 2) AND target IN (
    SELECT target FROM link WHERE relation IN (1, 2) GROUP BY target HAVING count(*) > 1
)
ORDER BY target, relation, doc
