SELECT d.doc, d.header, d.body, d.effects, p.part
FROM document_log AS d LEFT JOIN personal_part AS p ON p.doc = d.doc
ORDER BY d.doc
