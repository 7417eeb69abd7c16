//! Fields and their values in words.

use super::App;
use crate::error::{Refused, language};
use crate::session::Language;
use lumbung_document::body::reference::{Field, Value};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity};
use lumbung_store::query;
use lumbung_vault::mask_nik;

/// In the language of whoever reads.
pub(super) fn say(id: impl Into<String>, en: impl Into<String>) -> String {
    match language() {
        Language::Id => id.into(),
        Language::En => en.into(),
    }
}

pub(super) fn field_name(field: Field) -> String {
    let (id, en) = match field {
        Field::ITEM_SKU => ("Kode barang", "Item code"),
        Field::ITEM_BARCODES => ("Barcode", "Barcodes"),
        Field::ITEM_NAME | Field::PERSON_NAME => ("Nama", "Name"),
        Field::ITEM_CATEGORY => ("Kategori", "Category"),
        Field::ITEM_UNIT => ("Satuan", "Unit"),
        Field::ITEM_WEIGHED => ("Ditimbang", "Sold by weight"),
        Field::ITEM_PRICE => ("Harga", "Price"),
        Field::ITEM_MEMBER_PRICE => ("Harga anggota", "Member price"),
        Field::ITEM_REORDER_MIN => ("Stok minimum", "Reorder level"),
        Field::ITEM_ACCOUNT => ("Akun persediaan", "Stock account"),
        Field::ITEM_ACTIVE => ("Masih dijual", "Still sold"),
        Field::ITEM_COST => ("Harga pokok", "Cost"),
        Field::MEMBER_NO => ("Nomor anggota", "Member number"),
        Field::MEMBER_STATUS => ("Status keanggotaan", "Membership"),
        Field::MEMBER_JOINED => ("Tanggal masuk", "Joined on"),
        Field::MEMBER_BON_LIMIT => ("Batas bon", "Bon limit"),
        Field::MEMBER_MERGED_INTO => ("Penggabungan", "Merging"),
        Field::PERSON_PHONE => ("Nomor HP", "Phone number"),
        Field::PERSON_ADDRESS => ("Alamat", "Address"),
        Field::PERSON_NIK => ("NIK", "NIK"),
        Field::PERSON_KK => ("Nomor KK", "Family card number"),
        Field::PERSON_BIRTH_DATE => ("Tanggal lahir", "Birth date"),
        Field::PERSON_SEX => ("Jenis kelamin", "Sex"),
        Field::SUPPLIER_ACTIVE => ("Masih dipakai", "Still dealt with"),
        Field::STAFF_ROLE => ("Peran", "Role"),
        Field::STAFF_ACTIVE => ("Masih bertugas", "Still works here"),
        Field::CASH_ROUNDING_STEP => ("Pembulatan tunai", "Cash rounding"),
        Field::CASH_ROUNDING_MODE => ("Cara pembulatan tunai", "Way of rounding cash"),
        Field::BON_LIMIT_DEFAULT => ("Batas bon anggota", "Members' bon limit"),
        Field(number) => return say(format!("Isian {number}"), format!("Field {number}")),
    };
    say(id, en)
}

impl App {
    /// No NIK or family card number is ever shown whole.
    pub(super) fn value_text(&self, field: Field, value: &Value) -> Result<String, Refused> {
        Ok(match (field, value) {
            (Field::MEMBER_MERGED_INTO, Value::Integer(elder)) => {
                let elder = self.member_label(DocRef::from_key(*elder))?;
                say(format!("digabung dengan {elder}"), format!("merged into {elder}"))
            }
            (Field::MEMBER_MERGED_INTO, _) => say("orang sendiri", "a person of its own"),
            (Field::MEMBER_BON_LIMIT, Value::Null) => say("seperti anggota lain", "as other members"),
            (Field::PERSON_NIK | Field::PERSON_KK, Value::Text(digits)) => mask_nik(digits),
            (_, Value::Null) => say("(kosong)", "(empty)"),
            (_, Value::Text(text)) if text.is_empty() => say("(kosong)", "(empty)"),
            (_, Value::Text(text)) => text.clone(),
            (_, Value::Texts(texts)) if texts.is_empty() => say("(kosong)", "(empty)"),
            (_, Value::Texts(texts)) => texts.join(", "),
            (_, Value::Bool(true)) => say("ya", "yes"),
            (_, Value::Bool(false)) => say("tidak", "no"),
            (field, Value::Integer(number)) => integer_text(field, *number),
        })
    }

    /// `Dewi Lestari (A00147)`; the number alone where names cannot be read here.
    pub(super) fn member_label(&self, member: DocRef) -> Result<String, Refused> {
        let row = query::member::by_key(self.connection(), member.key())?;
        Ok(match row {
            Some(row) if row.name.is_empty() => row.member_no,
            Some(row) => format!("{} ({})", row.name, row.member_no),
            None => member.to_string(),
        })
    }
}

fn integer_text(field: Field, number: i64) -> String {
    let (id, en) = match (field, number) {
        (Field::CASH_ROUNDING_STEP, 0) => ("tidak dibulatkan", "not rounded"),
        (
            Field::ITEM_PRICE
            | Field::ITEM_MEMBER_PRICE
            | Field::ITEM_COST
            | Field::MEMBER_BON_LIMIT
            | Field::BON_LIMIT_DEFAULT
            | Field::CASH_ROUNDING_STEP,
            _,
        ) => return Money(number).to_string(),
        (Field::ITEM_REORDER_MIN, _) => return Quantity(number).to_string(),
        (Field::ITEM_ACCOUNT, _) => {
            return u32::try_from(number).map_or(number.to_string(), crate::report::account_name);
        }
        (Field::MEMBER_JOINED | Field::PERSON_BIRTH_DATE, _) => {
            return i32::try_from(number).map_or(number.to_string(), |day| BusinessDate(day).to_string());
        }
        (Field::CASH_ROUNDING_MODE, 0) => ("ke yang terdekat, tengah ke atas", "to the nearest, half up"),
        (Field::CASH_ROUNDING_MODE, 1) => ("ke yang terdekat, tengah ke bawah", "to the nearest, half down"),
        (Field::CASH_ROUNDING_MODE, 2) => ("selalu ke bawah", "always down"),
        (Field::CASH_ROUNDING_MODE, 3) => ("selalu ke atas", "always up"),
        (Field::MEMBER_STATUS, 1) => ("calon anggota", "candidate"),
        (Field::MEMBER_STATUS, 2) => ("anggota", "member"),
        (Field::MEMBER_STATUS, 3) => ("anggota luar biasa", "extraordinary member"),
        (Field::MEMBER_STATUS, 4) => ("tidak aktif", "inactive"),
        (Field::MEMBER_STATUS, 5) => ("sudah keluar", "has left"),
        (Field::PERSON_SEX, 1) => ("perempuan", "female"),
        (Field::PERSON_SEX, 2) => ("laki-laki", "male"),
        (Field::STAFF_ROLE, 1) => ("kasir", "cashier"),
        (Field::STAFF_ROLE, 2) => ("juru gudang", "storekeeper"),
        (Field::STAFF_ROLE, 3) => ("bendahara", "treasurer"),
        (Field::STAFF_ROLE, 4) => ("manajer", "manager"),
        (Field::STAFF_ROLE, 5) => ("pengawas", "supervisor"),
        (Field::STAFF_ROLE, 6) => ("pengelola perangkat", "administrator"),
        _ => return number.to_string(),
    };
    say(id, en)
}
