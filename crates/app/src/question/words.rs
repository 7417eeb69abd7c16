//! Questions in plain words: what stands against what, who did it and when, and what can be done.

use super::settle::values;
use super::value::{field_name, say};
use super::{App, Open, Question, QuestionChoice, QuestionRow, id};
use crate::error::Refused;
use crate::receipt::receipt_number;
use lumbung_document::{Body, Kind, SealedDocument};
use lumbung_domain::member::next_number;
use lumbung_primitives::{DocRef, Money, Quantity, Ref, device_letter};
use lumbung_store::query;
use lumbung_store::query::question::{Contested, OverLimit};
use std::collections::{BTreeMap, BTreeSet};

/// Title, detail, rows and choices.
struct Words {
    title: String,
    detail: String,
    rows: Vec<QuestionRow>,
    choices: Vec<QuestionChoice>,
}

fn choice(id: u32, label: String, note: String) -> QuestionChoice {
    QuestionChoice { id, label, note }
}

impl App {
    pub(super) fn worded(&self, open: &[Open]) -> Result<Vec<Question>, Refused> {
        let below = open.iter().filter_map(|open| match open {
            Open::NegativeStock { item, .. } => Some(item.key()),
            _ => None,
        });
        let below: BTreeSet<i64> = below.collect();
        let issues = if below.is_empty() {
            BTreeMap::new()
        } else {
            query::stock::last_issues(self.connection(), &below)?
        };
        let clash = open.iter().any(|open| matches!(open, Open::MemberNumber { .. }));
        let numbers = if clash { self.member_numbers()? } else { Vec::new() };
        let mut questions = Vec::with_capacity(open.len());
        for open in open {
            let words = match open {
                Open::FieldConflict(contested) => self.field_conflict(contested)?,
                Open::SamePerson { members } => self.same_person(*members)?,
                Open::MemberNumber { member_no, members } => {
                    let next = next_number(member_no, numbers.iter().map(String::as_str));
                    self.member_number(member_no, *members, &next)?
                }
                Open::NegativeStock { item, quantity_milli } => {
                    let last = issues.get(&item.key()).map_or(&[][..], Vec::as_slice);
                    self.negative_stock(*item, Quantity(*quantity_milli), last)?
                }
                Open::BonOverLimit(over) => self.bon_over_limit(over)?,
                Open::TakenBackTwice { of, by } => self.taken_back_twice(*of, by)?,
                Open::Quarantined { document, reason } => self.quarantined(*document, reason)?,
                Open::ForeignEffects { document } => self.foreign_effects(*document)?,
                Open::VoidControl { document } => self.void_control(*document)?,
                Open::Fork { device_no, .. } => fork(*device_no),
            };
            questions.push(Question {
                id: id(open),
                kind: open.topic().into(),
                title: words.title,
                detail: words.detail,
                rows: words.rows,
                choices: words.choices,
            });
        }
        Ok(questions)
    }

    fn field_conflict(&self, contested: &Contested) -> Result<Words, Refused> {
        let field = field_name(contested.field);
        let what = self.target_label(contested.target)?;
        let mut rows = Vec::with_capacity(contested.edits.len());
        for edit in &contested.edits {
            let value = self.value_text(contested.field, &edit.value)?;
            rows.push(self.row(field.clone(), value, edit.doc)?);
        }
        let holds = rows.last().map_or_else(String::new, |row| row.value.clone());
        let mut choices = Vec::new();
        for (at, value) in (1_u32..).zip(values(contested)) {
            let value = self.value_text(contested.field, value)?;
            let note = say(
                format!("{field} {what} menjadi {value} di semua kasir."),
                format!("{field} of {what} becomes {value} on every till."),
            );
            choices.push(choice(at, value, note));
        }
        Ok(Words {
            title: say(
                format!("{field} {what} diubah di dua kasir"),
                format!("{field} of {what} was changed on two tills"),
            ),
            detail: say(
                format!(
                    "Yang mengubah belum melihat perubahan yang lain. Sementara ini dipakai {holds}; pilih yang benar."
                ),
                format!(
                    "Neither had seen the other's change. {holds} is used meanwhile; choose which is right."
                ),
            ),
            rows,
            choices,
        })
    }

    fn same_person(&self, members: [DocRef; 2]) -> Result<Words, Refused> {
        let (elder, younger) = self.elder_first(members)?;
        let (elder_label, younger_label) = (self.member_label(elder)?, self.member_label(younger)?);
        let note = say(
            format!(
                "Simpanan, bon, dan belanja keduanya dijumlahkan pada {elder_label}. Bisa dipisah lagi dari halaman anggota."
            ),
            format!(
                "Savings, bon and purchases of both are added up under {elder_label}. They can be parted again on the member's page."
            ),
        );
        let apart = say(
            "Keduanya tetap sendiri-sendiri dan tidak ditanyakan lagi; periksa NIK di kartunya.",
            "Both stay as they are and nobody is asked again; check the NIK on their cards.",
        );
        Ok(Words {
            title: say(
                format!("Satu NIK, dua anggota: {elder_label} dan {younger_label}"),
                format!("One NIK, two members: {elder_label} and {younger_label}"),
            ),
            detail: say(
                "Orang yang sama mungkin didaftarkan dua kali. Tanyakan kepada orangnya atau cocokkan KTP-nya.",
                "The same person may have been entered twice. Ask the person, or compare the identity card.",
            ),
            rows: self.registrations(&[elder, younger])?,
            choices: vec![
                choice(1, say("Gabungkan", "Merge"), note),
                choice(2, say("Dua orang berbeda", "Two different people"), apart),
            ],
        })
    }

    fn member_number(&self, member_no: &str, members: [DocRef; 2], next: &str) -> Result<Words, Refused> {
        let (elder, younger) = self.elder_first(members)?;
        let name = |member: DocRef| -> Result<String, Refused> {
            let name = query::member::person_name(self.connection(), member.key())?;
            Ok(if name.is_empty() { member.to_string() } else { name })
        };
        let (elder_name, younger_name) = (name(elder)?, name(younger)?);
        Ok(Words {
            title: say(
                format!("Nomor anggota {member_no} dipakai {elder_name} dan {younger_name}"),
                format!("Member number {member_no} was given to {elder_name} and {younger_name}"),
            ),
            detail: say(
                "Dua kasir memberi nomor yang sama sebelum saling bertukar data. Tidak ada uang yang tertukar: buku memakai nomor bukti.",
                "Two tills gave out one number before they exchanged. No money is mixed up: the books go by document.",
            ),
            rows: self.registrations(&[elder, younger])?,
            choices: vec![choice(
                1,
                say(
                    format!("Beri {younger_name} nomor {next}"),
                    format!("Give {younger_name} number {next}"),
                ),
                say(
                    format!("{elder_name} tetap {member_no}. Ganti kartu anggota {younger_name}."),
                    format!("{elder_name} keeps {member_no}. Print {younger_name} a new card."),
                ),
            )],
        })
    }

    fn negative_stock(&self, item: DocRef, quantity: Quantity, last: &[DocRef]) -> Result<Words, Refused> {
        let row = query::item::by_key(self.connection(), item.key())?;
        let (name, unit) = row.map_or_else(|| (item.to_string(), String::new()), |row| (row.name, row.unit));
        let mut rows = Vec::with_capacity(last.len());
        for document in last {
            rows.push(self.sold_row(*document, item, &unit)?);
        }
        Ok(Words {
            title: say(
                format!("Stok minus: {name} ({quantity} {unit})"),
                format!("Stock below zero: {name} ({quantity} {unit})"),
            ),
            detail: say(
                "Terjual lebih banyak dari yang dicatat masuk. Hitung di rak, lalu catat pembelian yang belum masuk di halaman Barang.",
                "More was sold than was booked in. Count the shelf, then book the purchase that is missing on the Items page.",
            ),
            rows,
            choices: Vec::new(),
        })
    }

    /// The last sale of an item on a till: how much of it.
    fn sold_row(&self, at: DocRef, item: DocRef, unit: &str) -> Result<QuestionRow, Refused> {
        let effects =
            query::document::load(self.connection(), at)?.and_then(|document| document.effects().ok());
        let moved: Quantity = effects.map_or(Quantity::ZERO, |effects| {
            let moves = effects.stock_moves.iter().filter(|moved| moved.item == item);
            moves.fold(Quantity::ZERO, |sum, moved| sum - moved.quantity)
        });
        self.row(self.paper_label(at)?, format!("{moved} {unit}").trim_end().to_owned(), at)
    }

    fn bon_over_limit(&self, over: &OverLimit) -> Result<Words, Refused> {
        let member = self.member_label(over.member)?;
        let (owed, limit) = (Money(over.owed_rp), Money(over.limit_rp));
        let mut rows = Vec::with_capacity(over.raised_by.len());
        for at in &over.raised_by {
            let document = query::document::load(self.connection(), *at)?;
            let effects = document.and_then(|document| document.effects().ok());
            let raised: Money = effects.map_or(Money::ZERO, |effects| {
                let bon = lumbung_document::MemberMoveKind::BON;
                effects.member_moves.iter().filter(|moved| moved.kind == bon).map(|moved| moved.amount).sum()
            });
            rows.push(self.row(self.paper_label(*at)?, raised.to_string(), *at)?);
        }
        Ok(Words {
            title: say(
                format!("Bon {member} {owed}, batasnya {limit}"),
                format!("{member} owes {owed}, the limit is {limit}"),
            ),
            detail: say(
                "Masing-masing kasir masih di bawah batas, bersama-sama lewat. Bon tetap sah; bicarakan pelunasannya dengan anggota.",
                "Each till was below the limit, together they are over it. The bon stands; agree with the member how it is paid.",
            ),
            rows,
            choices: vec![choice(
                1,
                say("Biarkan", "Let it be"),
                say(
                    "Batas tidak berubah; ditanyakan lagi kalau ada bon baru.",
                    "The limit stays; another bon asks again.",
                ),
            )],
        })
    }

    fn taken_back_twice(&self, of: DocRef, by: &[DocRef]) -> Result<Words, Refused> {
        let paper = self.paper_label(of)?;
        let mut rows = Vec::with_capacity(by.len());
        for at in by {
            let money = query::document::load(self.connection(), *at)?.map(|document| money_back(&document));
            let money =
                money.filter(|money| *money != Money::ZERO).map_or_else(String::new, |m| m.to_string());
            rows.push(self.row(self.paper_label(*at)?, money, *at)?);
        }
        Ok(Words {
            title: say(
                format!("{paper} diambil kembali lebih dari sekali"),
                format!("{paper} was taken back more than once"),
            ),
            detail: say(
                "Dua kasir mencatatnya, jadi uang dan barang kembali dua kali di buku. Cari tahu mana yang sungguh terjadi. Kalau hanya sekali, jual lagi barang itu kepada pembeli yang sama supaya uang dan stok cocok, lalu tandai selesai.",
                "Two tills booked it, so money and goods went back twice in the books. Find out which really happened. If only one did, sell the goods to the same buyer again, so that money and stock agree, then mark it done.",
            ),
            rows,
            choices: vec![done()],
        })
    }

    fn quarantined(&self, at: DocRef, reason: &str) -> Result<Words, Refused> {
        Ok(Words {
            title: say(format!("Bukti {at} disisihkan"), format!("Document {at} was set aside")),
            detail: say(
                format!(
                    "Isinya tidak sah ({reason}), jadi tidak dihitung dalam buku. Catat ulang yang sebenarnya terjadi, lalu tandai selesai."
                ),
                format!(
                    "It is not valid ({reason}), so it counts for nothing. Book what really happened, then mark it done."
                ),
            ),
            rows: vec![self.row(self.paper_label(at)?, String::new(), at)?],
            choices: vec![done()],
        })
    }

    fn foreign_effects(&self, at: DocRef) -> Result<Words, Refused> {
        let paper = self.paper_label(at)?;
        Ok(Words {
            title: say(
                format!("{paper} dibukukan lain dari aturannya"),
                format!("{paper} was booked otherwise than its rule says"),
            ),
            detail: say(
                "Bukti ini tetap dihitung. Periksa jurnalnya dan program di kasir itu; kalau salah, batalkan buktinya, lalu tandai selesai.",
                "It counts all the same. Check its entries and the program on that till; reverse it if it is wrong, then mark it done.",
            ),
            rows: vec![self.row(paper, at.to_string(), at)?],
            choices: vec![done()],
        })
    }

    fn void_control(&self, at: DocRef) -> Result<Words, Refused> {
        let paper = self.paper_label(at)?;
        Ok(Words {
            title: say(format!("{paper} tidak berlaku"), format!("{paper} counts for nothing")),
            detail: say(
                "Ditulis oleh perangkat yang tidak memegang buku. Lihat halaman Perangkat; ulangi dari perangkat yang memegang buku bila memang perlu.",
                "It was written by a device that does not keep the books. See the Devices page; repeat it on the one that does, if it is needed.",
            ),
            rows: vec![self.row(paper, at.to_string(), at)?],
            choices: vec![done()],
        })
    }

    fn registrations(&self, members: &[DocRef]) -> Result<Vec<QuestionRow>, Refused> {
        let mut rows = Vec::with_capacity(members.len());
        for member in members {
            let row = query::member::by_key(self.connection(), member.key())?;
            let (number, name) =
                row.map_or_else(|| (member.to_string(), String::new()), |row| (row.member_no, row.name));
            rows.push(self.row(number, name, *member)?);
        }
        Ok(rows)
    }

    /// A value with who wrote it and when.
    fn row(&self, label: String, value: String, at: DocRef) -> Result<QuestionRow, Refused> {
        let till = till(at.device_no);
        let Some(header) = query::document::header(self.connection(), at)? else {
            return Ok(QuestionRow { label, value, who: till, when: String::new() });
        };
        let name = match header.actor {
            Ref::Doc(staff) => query::member::person_name(self.connection(), staff.key())?,
            Ref::This => String::new(),
        };
        let who = if name.is_empty() { till } else { format!("{name} · {till}") };
        let zone = self.ledger.identity().zone;
        Ok(QuestionRow { label, value, who, when: crate::sync::local_time(zone, header.wall_ms) })
    }

    fn target_label(&self, target: DocRef) -> Result<String, Refused> {
        match query::reference::kind_of(self.connection(), target)? {
            Some(Kind::Item) => {
                let row = query::item::by_key(self.connection(), target.key())?;
                Ok(row.map_or_else(|| target.to_string(), |row| row.name))
            }
            Some(Kind::Member) => self.member_label(target),
            Some(Kind::Setting) => Ok(say("koperasi", "the cooperative")),
            _ => {
                let name = query::member::person_name(self.connection(), target.key())?;
                Ok(if name.is_empty() { target.to_string() } else { name })
            }
        }
    }

    /// `Struk A-000127`, `Pembatalan 2-14`.
    fn paper_label(&self, at: DocRef) -> Result<String, Refused> {
        let Some(document) = query::document::load(self.connection(), at)? else { return Ok(at.to_string()) };
        let number = document.body().ok().flatten().and_then(|body| body.receipt_no());
        if let Some(number) = number {
            // A re-issued slip is still the one in the customer's hand.
            let device_no = document.header.reissue_of.map_or(at.device_no, |original| original.device_no);
            let number = receipt_number(device_no, number);
            let back = document.kind() == Kind::SaleReturn;
            return Ok(if back {
                say(format!("Retur {number}"), format!("Return {number}"))
            } else {
                say(format!("Struk {number}"), format!("Receipt {number}"))
            });
        }
        let (id, en) = match document.kind() {
            Kind::Reversal => ("Pembatalan", "Reversal"),
            Kind::Purchase => ("Pembelian", "Purchase"),
            Kind::Expense => ("Pengeluaran", "Expense"),
            Kind::OpeningBalance => ("Saldo awal", "Opening balance"),
            Kind::DeviceInvited => ("Undangan perangkat", "Invitation of a device"),
            Kind::DeviceEnrolled => ("Pendaftaran perangkat", "Enrolment of a device"),
            Kind::SeriesEnd => ("Akhir rangkaian", "End of a series"),
            Kind::BooksDevice => ("Serah terima buku", "Handing over of the books"),
            Kind::PeriodClose => ("Tutup buku", "Closing of a period"),
            Kind::PeriodReopen => ("Pembukaan kembali", "Re-opening of a period"),
            _ => ("Bukti", "Document"),
        };
        Ok(say(format!("{id} {at}"), format!("{en} {at}")))
    }
}

fn fork(device_no: u32) -> Words {
    let till = till(device_no);
    Words {
        title: say(
            format!("Ada dua rangkaian bukti dari {till}"),
            format!("There are two series of documents of {till}"),
        ),
        detail: say(
            "Cakramnya disalin, atau cadangan lama dipulihkan lalu dipakai berjualan. Bukti yang sudah diterima tetap berlaku. Buka halaman Perangkat, akhiri rangkaian itu, lalu pasangkan lagi.",
            "Its disk was copied, or an old backup was put back and sold from. What was received stands. Open the Devices page, end that series, and pair the till again.",
        ),
        rows: Vec::new(),
        choices: Vec::new(),
    }
}

fn done() -> QuestionChoice {
    choice(
        1,
        say("Sudah dibereskan", "It is settled"),
        say("Tidak ditanyakan lagi; buktinya tetap tersimpan.", "Nobody is asked again; the documents stay."),
    )
}

/// `kasir B`; the centre has no letter.
fn till(device_no: u32) -> String {
    if device_no == 0 {
        return say("pusat", "the centre");
    }
    let letter = device_letter(device_no);
    say(format!("kasir {letter}"), format!("till {letter}"))
}

/// What went back to the buyer, by any tender.
fn money_back(document: &SealedDocument) -> Money {
    if let Ok(Some(Body::SaleReturn(back))) = document.body() {
        return back.tenders.iter().map(|tendered| tendered.amount).sum();
    }
    let effects = document.effects().unwrap_or_default();
    let sales = effects.postings.iter().filter(|posting| posting.account / 10_000 == 41);
    sales.map(|posting| posting.amount).sum()
}
