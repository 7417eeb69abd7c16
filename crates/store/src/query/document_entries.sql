SELECT d.doc, d.book_day, d.kind, p.account, p.amount_rp
FROM document_day AS d JOIN posting AS p ON p.doc = d.doc
ORDER BY d.book_day, d.doc, p.line
