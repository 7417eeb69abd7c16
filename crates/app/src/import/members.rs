//! Members from a table, each row a document with its personal part sealed.

use super::table::{Row, Table};
use super::{Imported, RejectedRow};
use crate::permission::Action;
use crate::{Answer, App};
use lumbung_domain::member::{self, MemberCommand, MemberStatus, Person};
use lumbung_domain::reference::Fields;
use lumbung_primitives::{BusinessDate, Ref};
use lumbung_store::query;
use std::collections::HashMap;
use std::path::Path;

const NEEDED: [&str; 2] = ["member_no", "name"];

impl App {
    /// Columns: member_no, name; and where there: nik, sex (L/P), birth_date, join_date, status, phone,
    /// address.
    pub fn import_members(&mut self, file: &Path) -> Answer<Imported> {
        self.require(Action::Import)?;
        let table = Table::read(file, &NEEDED)?;
        let mut imported = Imported::default();
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut commands = Vec::with_capacity(table.len());
        for row in table.rows() {
            match self.member_command(&row, &mut seen) {
                Ok(command) => commands.push((row.reject("", "", ""), command)),
                Err(rejected) => imported.rejected.push(rejected),
            }
        }
        self.book_rows(commands, imported, |command, today| {
            member::save(Ref::This, &Fields::new(), command, today)
        })
    }

    fn member_command(
        &self,
        row: &Row<'_>,
        seen: &mut HashMap<String, u64>,
    ) -> Result<MemberCommand, RejectedRow> {
        let number = row.get("member_no").trim().to_owned();
        if let Some(first) = seen.insert(number.clone(), row.number) {
            let words = format!("nomor {number} sudah ada di baris {first}");
            return Err(row.reject("member_no", "member_number_taken", words));
        }
        if !query::member::by_number(self.connection(), &number).unwrap_or_default().is_empty() {
            return Err(row.reject(
                "member_no",
                "member_number_taken",
                format!("nomor {number} sudah terdaftar"),
            ));
        }
        let date = |column: &str| -> Result<Option<BusinessDate>, RejectedRow> {
            match row.get(column).trim() {
                "" => Ok(None),
                text => text.parse().map(Some).map_err(|_| {
                    row.reject(
                        column,
                        "not_a_date",
                        format!("{text:?} bukan tanggal; tulis seperti 1985-08-15"),
                    )
                }),
            }
        };
        let sex = match row.get("sex").trim() {
            "P" | "p" => Some(1),
            "L" | "l" => Some(2),
            _ => None,
        };
        let status = match row.get("status").trim() {
            "calon" => MemberStatus::Candidate,
            "luar biasa" => MemberStatus::Extraordinary,
            "nonaktif" => MemberStatus::Inactive,
            "keluar" => MemberStatus::Left,
            _ => MemberStatus::Active,
        };
        Ok(MemberCommand {
            member_no: number,
            status,
            joined: date("join_date")?,
            bon_limit: None,
            person: Person {
                name: row.get("name").trim().to_owned(),
                phone: row.get("phone").trim().to_owned(),
                address: row.get("address").trim().to_owned(),
                nik: row.get("nik").trim().to_owned(),
                birth_date: date("birth_date")?,
                sex,
            },
        })
    }
}
