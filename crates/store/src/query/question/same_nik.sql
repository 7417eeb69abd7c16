-- Members (kind 17) that share a NIK, by its keyed index.
SELECT nik_index, person FROM person
WHERE role = 17 AND nik_index IN (
    SELECT nik_index FROM person WHERE nik_index IS NOT NULL AND role = 17
    GROUP BY nik_index HAVING count(*) > 1
)
ORDER BY nik_index, person
