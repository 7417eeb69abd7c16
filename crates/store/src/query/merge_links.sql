-- Who was merged into whom, where both are known.
SELECT m.member, m.merged_into
FROM member AS m JOIN member AS e ON e.member = m.merged_into
WHERE m.merged_into IS NOT NULL AND m.merged_into <> m.member
