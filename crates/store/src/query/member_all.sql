SELECT m.member, m.member_no, m.status, m.joined, m.bon_limit_rp, p.name, p.phone, p.address
FROM member AS m JOIN person AS p ON p.person = m.member
ORDER BY m.member_no, m.member
