SELECT d.header, d.body, d.effects, p.part
FROM document_log AS d LEFT JOIN personal_part AS p ON p.doc = d.doc
WHERE d.doc = ?1
