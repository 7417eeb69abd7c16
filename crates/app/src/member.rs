//! Members: searching, listing, admission, editing, and the two payments they make at the till.

use crate::cart::MemberCard;
use crate::error::{Refused, language};
use crate::permission::Action;
use crate::session::Language;
use crate::{Answer, App, FIRST_OUTLET};
use lumbung_document::MemberMoveKind;
use lumbung_document::body::payment::{SavingsKind as Paper, SavingsLine};
use lumbung_document::body::reference::{Field, Value};
use lumbung_domain::Rejection;
use lumbung_domain::member::{MemberCommand, MemberStatus as Domain, Person};
use lumbung_domain::savings::{BonCommand, DepositCommand};
use lumbung_primitives::{BusinessDate, DocRef, Money, Ref};
use lumbung_store::{PersonalReader, StoreError, query};
use lumbung_vault::{NikFinding, check_nik, mask_nik};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// Calon anggota: pokok not yet paid in full.
    Candidate,
    /// Anggota.
    Active,
    /// Anggota luar biasa: served, may speak, does not vote.
    Extraordinary,
    Inactive,
    Left,
}

/// A row of the register as lists show it. No NIK, KK or KPM mark.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct MemberRow {
    pub member: DocRef,
    pub member_no: String,
    pub name: String,
    pub phone: String,
    pub status: MemberStatus,
    pub joined: Option<BusinessDate>,
    pub pokok_rp: Money,
    pub wajib_rp: Money,
    pub sukarela_rp: Money,
    pub bon_rp: Money,
    pub purchases_this_year_rp: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct MemberPage {
    pub rows: Vec<MemberRow>,
    pub total: u32,
}

/// The member's own page. The NIK is masked, `32************01`; absent where none was given.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct MemberDetail {
    pub row: MemberRow,
    pub address: String,
    pub sex: Option<Sex>,
    pub birth_date: Option<BusinessDate>,
    pub nik_masked: Option<String>,
    pub bon_limit_rp: Money,
    /// Entered twice and merged into this one; sums are of all. `unmerge_member` parts them again.
    pub merged: Vec<MergedMember>,
}

/// A second entry of the same person.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct MergedMember {
    pub member: DocRef,
    pub member_no: String,
    pub name: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Female,
    Male,
}

/// A new member where `member` is absent, else a change: only fields that differ are written.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct SaveMember {
    pub member: Option<DocRef>,
    pub member_no: String,
    pub name: String,
    pub phone: String,
    pub address: String,
    pub status: MemberStatus,
    pub joined: Option<BusinessDate>,
    pub sex: Option<Sex>,
    pub birth_date: Option<BusinessDate>,
    /// Sixteen digits; empty leaves what is there.
    pub nik: String,
    pub bon_limit_rp: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct MemberSaved {
    pub member: DocRef,
    /// What looks odd but was kept as typed (NIK and birth date differ, number used twice).
    pub warnings: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SavingsKind {
    Pokok,
    Wajib,
    Sukarela,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct RecordSavings {
    pub draft_id: String,
    pub member: DocRef,
    pub kind: SavingsKind,
    pub amount_rp: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct RecordBonPayment {
    pub draft_id: String,
    pub member: DocRef,
    pub amount_rp: Money,
}

/// A payment at the till other than a sale.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct PaymentDone {
    pub document: DocRef,
    pub receipt_no: String,
    pub receipt: String,
}

impl MemberStatus {
    pub(crate) const fn from_domain(status: Domain) -> Self {
        match status {
            Domain::Candidate => Self::Candidate,
            Domain::Active => Self::Active,
            Domain::Extraordinary => Self::Extraordinary,
            Domain::Inactive => Self::Inactive,
            Domain::Left => Self::Left,
        }
    }

    pub(crate) const fn to_domain(self) -> Domain {
        match self {
            Self::Candidate => Domain::Candidate,
            Self::Active => Domain::Active,
            Self::Extraordinary => Domain::Extraordinary,
            Self::Inactive => Domain::Inactive,
            Self::Left => Domain::Left,
        }
    }
}

/// Members offered under the search field of the till.
const CARDS: usize = 12;

impl App {
    pub fn search_members(&mut self, query: &str) -> Answer<Vec<MemberCard>> {
        self.require(Action::Look)?;
        let found: Vec<i64> = self.directory.search(query).take(CARDS).collect();
        let cards = found.into_iter().map(|member| self.member_card(DocRef::from_key(member)));
        Ok(cards.collect::<Result<_, _>>()?)
    }

    pub fn member_page(&mut self, query: &str, offset: u32, limit: u32) -> Answer<MemberPage> {
        self.require(Action::Look)?;
        let found: Vec<i64> = self.directory.search(query).collect();
        let page = found.iter().skip(offset as usize).take(limit.min(crate::item::PAGE_MAX) as usize);
        let rows = page.map(|member| self.member_row(DocRef::from_key(*member)));
        Ok(MemberPage {
            rows: rows.collect::<Result<_, _>>()?,
            total: u32::try_from(found.len()).unwrap_or(u32::MAX),
        })
    }

    /// The page of a member; of one who was merged, that of the one who leads.
    pub fn member_detail(&mut self, member: DocRef) -> Answer<MemberDetail> {
        self.require(Action::Look)?;
        let member = DocRef::from_key(self.directory.merged().lead(member.key()));
        let row = query::member::by_key(self.connection(), member.key())?.ok_or(Rejection::MemberUnknown)?;
        let fields = self.fields_of(Some(member))?;
        let integer = |field| fields.get(&field).and_then(|state| state.value.as_integer());
        let nik = fields.get(&Field::PERSON_NIK).and_then(|state| state.value.as_text());
        let birth_date = integer(Field::PERSON_BIRTH_DATE).and_then(|days| i32::try_from(days).ok());
        Ok(MemberDetail {
            row: self.member_row(member)?,
            address: row.address,
            sex: match integer(Field::PERSON_SEX) {
                Some(1) => Some(Sex::Female),
                Some(2) => Some(Sex::Male),
                _ => None,
            },
            birth_date: birth_date.map(BusinessDate),
            nik_masked: nik.map(mask_nik),
            bon_limit_rp: row.bon_limit_rp.map_or(self.policy()?.bon_limit_default, Money),
            merged: self.merged_into(member)?,
        })
    }

    fn merged_into(&self, lead: DocRef) -> Result<Vec<MergedMember>, Refused> {
        let mut merged = Vec::new();
        for member in self.directory.merged().followers(lead.key()) {
            if let Some(row) = query::member::by_key(self.connection(), member)? {
                let (member_no, name) = (row.member_no, row.name);
                merged.push(MergedMember { member: DocRef::from_key(member), member_no, name });
            }
        }
        Ok(merged)
    }

    /// Admits a member or changes one: only fields that differ are written. What looks odd is kept and said.
    pub fn save_member(&mut self, request: SaveMember) -> Answer<MemberSaved> {
        self.require(Action::EditMember)?;
        self.refuse_taken_number(&request.member_no, request.member)?;
        let warnings = self.nik_warnings(&request)?;
        let default_limit = self.policy()?.bon_limit_default;
        let command = MemberCommand {
            member_no: request.member_no.trim().to_owned(),
            status: request.status.to_domain(),
            joined: request.joined,
            bon_limit: (request.bon_limit_rp != default_limit).then_some(request.bon_limit_rp),
            person: Person {
                name: request.name,
                phone: request.phone,
                address: request.address,
                nik: request.nik,
                birth_date: request.birth_date,
                sex: request.sex.map(|sex| if sex == Sex::Female { 1 } else { 2 }),
            },
        };
        let target = request.member.map_or(Ref::This, Ref::Doc);
        let fields = self.fields_of(request.member)?;
        let member = match lumbung_domain::member::save(target, &fields, &command, self.today())? {
            Some(decision) => {
                let at = self.book(decision)?;
                request.member.unwrap_or(at)
            }
            None => request.member.ok_or(Rejection::Empty)?,
        };
        if let Some(row) = query::member::by_key(self.connection(), member.key())? {
            self.directory.put(&row);
        }
        Ok(MemberSaved { member, warnings })
    }

    fn refuse_taken_number(&self, number: &str, member: Option<DocRef>) -> Result<(), Refused> {
        let own = member.map(DocRef::key);
        let owners = query::member::by_number(self.connection(), number.trim())?;
        let Some(owner) = owners.into_iter().find(|owner| Some(*owner) != own) else { return Ok(()) };
        let owner = query::member::person_name(self.connection(), owner)?;
        Err(Refused::MemberNumberTaken { number: number.trim().to_owned(), owner })
    }

    fn nik_warnings(&self, request: &SaveMember) -> Result<Vec<String>, Refused> {
        let digits: String = request.nik.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Ok(Vec::new());
        }
        let sex = request.sex.map(|sex| match sex {
            Sex::Female => lumbung_vault::Sex::Female,
            Sex::Male => lumbung_vault::Sex::Male,
        });
        let report = check_nik(&request.nik, self.today()).compared_with(request.birth_date, sex);
        let mut warnings: Vec<String> =
            report.findings.iter().map(|finding| nik_sentence(*finding)).collect();
        let index = self.keys.identity_index(&digits);
        let own = request.member.map(DocRef::key);
        let twin = query::member::by_nik(self.connection(), &index)?.into_iter().find(|p| Some(*p) != own);
        if let Some(twin) = twin {
            let name = query::member::person_name(self.connection(), twin)?;
            warnings.push(match language() {
                Language::Id => format!("NIK ini sudah terdaftar atas nama {name}."),
                Language::En => format!("This NIK is registered under {name} already."),
            });
        }
        Ok(warnings)
    }

    /// Savings into the open drawer.
    pub fn record_savings(&mut self, request: RecordSavings) -> Answer<PaymentDone> {
        self.require(Action::TakePayment)?;
        if let Some(booked) = query::local::booked_draft(self.connection(), &request.draft_id)? {
            return Ok(self.payment_done(&self.document(booked)?)?);
        }
        let row = query::member::by_key(self.connection(), request.member.key())?
            .ok_or(Rejection::MemberUnknown)?;
        let shift = self.open_shift_view()?;
        let kind = match request.kind {
            SavingsKind::Pokok => Paper::Pokok,
            SavingsKind::Wajib => Paper::Wajib,
            SavingsKind::Sukarela => Paper::Sukarela,
        };
        let period = shift.filter(|_| kind == Paper::Wajib).map(|shift| shift.business_date.month_index());
        let command = DepositCommand {
            receipt_no: query::receipt::next_number(self.connection(), self.own_device())?,
            outlet: FIRST_OUTLET,
            member: request.member,
            lines: vec![SavingsLine { kind, amount: request.amount_rp, period }],
        };
        let left = Domain::from_code(row.status) == Domain::Left;
        let decision = lumbung_domain::savings::deposit(left, command, shift)?;
        let document = self.book_draft(decision, &request.draft_id)?;
        self.print_slip(&document, false)?;
        Ok(self.payment_done(&document)?)
    }

    /// Bon paid off, into the open drawer.
    pub fn record_bon_payment(&mut self, request: RecordBonPayment) -> Answer<PaymentDone> {
        self.require(Action::TakePayment)?;
        if let Some(booked) = query::local::booked_draft(self.connection(), &request.draft_id)? {
            return Ok(self.payment_done(&self.document(booked)?)?);
        }
        let owed = self.balance(request.member, MemberMoveKind::BON)?;
        let command = BonCommand {
            receipt_no: query::receipt::next_number(self.connection(), self.own_device())?,
            outlet: FIRST_OUTLET,
            member: request.member,
            amount: request.amount_rp,
            owed,
        };
        let decision = lumbung_domain::savings::pay_bon(command, self.open_shift_view()?)?;
        let document = self.book_draft(decision, &request.draft_id)?;
        self.print_slip(&document, false)?;
        Ok(self.payment_done(&document)?)
    }

    /// What everybody who is this person has or owes together: merged members are one before the till.
    pub(crate) fn balance(&self, member: DocRef, kind: MemberMoveKind) -> Result<Money, StoreError> {
        let group = self.directory.merged().group(member.key());
        query::member::balance_of_all(self.connection(), &group, kind.0).map(Money)
    }

    pub(crate) fn purchases(&self, member: DocRef, year: i32) -> Result<Money, StoreError> {
        let group = self.directory.merged().group(member.key());
        group
            .iter()
            .map(|member| query::member::purchases_in(self.connection(), *member, year).map(Money))
            .sum()
    }

    /// The limit of the one who leads.
    pub(crate) fn bon_limit(&self, member: DocRef) -> Result<Money, StoreError> {
        let lead = self.directory.merged().lead(member.key());
        let row = query::member::by_key(self.connection(), lead)?;
        let default = self.policy()?.bon_limit_default;
        Ok(row.and_then(|row| row.bon_limit_rp).map_or(default, Money))
    }

    /// A card that was merged keeps its own name and number, and papers name it; its figures are those of the
    /// person.
    pub(crate) fn member_card(&self, member: DocRef) -> Result<MemberCard, Refused> {
        let connection = self.connection();
        let row = query::member::by_key(connection, member.key())?.ok_or(Rejection::MemberUnknown)?;
        Ok(MemberCard {
            member,
            member_no: row.member_no,
            name: row.name,
            since_year: row.joined.map(|day| BusinessDate(day).year()),
            purchases_this_year_rp: self.purchases(member, self.book_date()?.year())?,
            bon_rp: self.balance(member, MemberMoveKind::BON)?,
            bon_limit_rp: self.bon_limit(member)?,
        })
    }

    pub(crate) fn member_row(&self, member: DocRef) -> Result<MemberRow, Refused> {
        let row = query::member::by_key(self.connection(), member.key())?.ok_or(Rejection::MemberUnknown)?;
        Ok(MemberRow {
            member,
            member_no: row.member_no,
            name: row.name,
            phone: row.phone,
            status: MemberStatus::from_domain(Domain::from_code(row.status)),
            joined: row.joined.map(BusinessDate),
            pokok_rp: self.balance(member, MemberMoveKind::POKOK)?,
            wajib_rp: self.balance(member, MemberMoveKind::WAJIB)?,
            sukarela_rp: self.balance(member, MemberMoveKind::SUKARELA)?,
            bon_rp: self.balance(member, MemberMoveKind::BON)?,
            purchases_this_year_rp: self.purchases(member, self.book_date()?.year())?,
        })
    }

    /// A field's value out of the personal part of the document that set it; null where it was erased.
    pub(crate) fn personal_value(&self, at: DocRef, field: Field) -> Result<Value, Refused> {
        let document = query::document::load(self.connection(), at)?;
        let part = document.and_then(|document| document.personal_bytes);
        let content = part.and_then(|part| self.keys.read(at, &part));
        let change =
            content.and_then(|content| content.changes.into_iter().find(|change| change.field == field));
        Ok(change.map_or(Value::Null, |change| change.value))
    }
}

fn nik_sentence(finding: NikFinding) -> String {
    let (id, en) = match finding {
        NikFinding::Length => ("NIK harus 16 angka.", "A NIK has 16 digits."),
        NikFinding::Province | NikFinding::Regency | NikFinding::District | NikFinding::RegencyUnknown => {
            ("Kode wilayah pada NIK tidak dikenal.", "The region code of the NIK is not known.")
        }
        NikFinding::Day | NikFinding::Date => {
            ("Tanggal lahir pada NIK tidak mungkin.", "The birth date in the NIK is impossible.")
        }
        NikFinding::Serial => ("Nomor urut pada NIK kosong.", "The serial of the NIK is empty."),
        NikFinding::Under17 => {
            ("Menurut NIK usianya di bawah 17 tahun.", "By the NIK this person is under 17.")
        }
        NikFinding::BirthDateMismatch => {
            ("Tanggal lahir berbeda dengan NIK.", "The birth date differs from the NIK.")
        }
        NikFinding::SexMismatch => ("Jenis kelamin berbeda dengan NIK.", "The sex differs from the NIK."),
    };
    match language() {
        Language::Id => id.to_owned(),
        Language::En => en.to_owned(),
    }
}
