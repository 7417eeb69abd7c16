-- Edits of contested fields that no other edit has seen, with what each had seen itself.
SELECT h.target, h.field, e.doc, e.value, e.seen
FROM reference_head AS h
JOIN reference_edit AS e ON e.target = h.target AND e.field = h.field AND e.doc = h.doc
ORDER BY h.target, h.field, e.v, e.doc
