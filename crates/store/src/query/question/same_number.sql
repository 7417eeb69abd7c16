-- Members that bear one number.
SELECT member_no, member FROM member
WHERE member_no IN (
    SELECT member_no FROM member WHERE member_no <> '' GROUP BY member_no HAVING count(*) > 1
)
ORDER BY member_no, member
