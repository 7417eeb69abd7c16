//! Members, suppliers and staff.

use crate::StoreError;
use rusqlite::{Connection, OptionalExtension, Row, params};

#[derive(Clone, Debug)]
pub struct MemberRow {
    pub member: i64,
    pub member_no: String,
    pub status: i64,
    pub joined: Option<i32>,
    pub bon_limit_rp: Option<i64>,
    pub name: String,
    pub phone: String,
    pub address: String,
}

fn member_row(row: &Row<'_>) -> rusqlite::Result<MemberRow> {
    Ok(MemberRow {
        member: row.get(0)?,
        member_no: row.get(1)?,
        status: row.get(2)?,
        joined: row.get(3)?,
        bon_limit_rp: row.get(4)?,
        name: row.get(5)?,
        phone: row.get(6)?,
        address: row.get(7)?,
    })
}

pub fn by_key(connection: &Connection, member: i64) -> Result<Option<MemberRow>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("member_by_key.sql"))?;
    Ok(statement.query_row([member], member_row).optional()?)
}

/// In the order of their numbers.
pub fn all(connection: &Connection) -> Result<Vec<MemberRow>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("member_all.sql"))?;
    let rows = statement.query_map([], member_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Members that bear this number; more than one where two tills gave it out.
pub fn by_number(connection: &Connection, member_no: &str) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT member FROM member WHERE member_no = ?1")?;
    let rows = statement.query_map([member_no], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Persons with this NIK, by its keyed index.
pub fn by_nik(connection: &Connection, index: &[u8; 16]) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT person FROM person WHERE nik_index = ?1")?;
    let rows = statement.query_map([index], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sum of a kind of member move over all years: a balance.
pub fn balance(connection: &Connection, member: i64, kind: u8) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(sum(amount_rp), 0) FROM member_total WHERE member = ?1 AND kind = ?2",
        )?
        .query_row(params![member, kind], |row| row.get(0))?)
}

/// `balance` of several members together: of everybody who is one person.
pub fn balance_of_all(connection: &Connection, members: &[i64], kind: u8) -> Result<i64, StoreError> {
    members.iter().map(|member| balance(connection, *member, kind)).sum()
}

/// Sum over the purchase classes (kinds 6, 8, 10, 12) in one year.
pub fn purchases_in(connection: &Connection, member: i64, year: i32) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(sum(amount_rp), 0) FROM member_total
             WHERE member = ?1 AND kind IN (6, 8, 10, 12) AND year = ?2",
        )?
        .query_row(params![member, year], |row| row.get(0))?)
}

/// (member, kind, year, amount) of everybody: the sub-ledgers in one read.
pub fn totals(connection: &Connection) -> Result<Vec<(i64, u8, i32, i64)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT member, kind, year, amount_rp FROM member_total")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[derive(Clone, Debug)]
pub struct PersonRow {
    pub person: i64,
    pub name: String,
}

/// Persons of one kind (supplier or staff) in the order of their documents.
pub fn persons(connection: &Connection, kind: u16) -> Result<Vec<PersonRow>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT person, name FROM person WHERE role = ?1 ORDER BY person")?;
    let rows = statement.query_map([kind], |row| Ok(PersonRow { person: row.get(0)?, name: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn person_name(connection: &Connection, person: i64) -> Result<String, StoreError> {
    let name: Option<String> = connection
        .prepare_cached("SELECT name FROM person WHERE person = ?1")?
        .query_row([person], |row| row.get(0))
        .optional()?;
    Ok(name.unwrap_or_default())
}

/// (staff, role, name) of those who still work here.
pub fn active_staff(connection: &Connection) -> Result<Vec<(i64, i64, String)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT s.staff, s.role, p.name FROM staff AS s JOIN person AS p ON p.person = s.staff
         WHERE s.active <> 0 ORDER BY s.staff",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is owed to or by a party on a control account (debit positive).
pub fn party_balance(connection: &Connection, account: u32, party: i64) -> Result<i64, StoreError> {
    let amount: Option<i64> = connection
        .prepare_cached("SELECT amount_rp FROM party_total WHERE account = ?1 AND party = ?2")?
        .query_row(params![account, party], |row| row.get(0))
        .optional()?;
    Ok(amount.unwrap_or(0))
}
