//! Members, suppliers, staff: the register. Names and numbers of persons go into the personal part.

use crate::item::text;
use crate::reference::{Fields, changes};
use crate::{Decision, Personal, Rejection};
use lumbung_document::body::Reference;
use lumbung_document::body::reference::{Field, Value};
use lumbung_document::{Body, PersonalContent};
use lumbung_primitives::{BusinessDate, Money, Ref};

/// Numbers as they stand in documents; never reused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemberStatus {
    Candidate = 1,
    Active = 2,
    Extraordinary = 3,
    Inactive = 4,
    Left = 5,
}

impl MemberStatus {
    pub const fn from_code(code: i64) -> Self {
        match code {
            2 => Self::Active,
            3 => Self::Extraordinary,
            4 => Self::Inactive,
            5 => Self::Left,
            _ => Self::Candidate,
        }
    }

    /// Whether sales are on the member side of the books (handbook 2.1): a candidate's are not yet.
    pub const fn buys_as_member(self) -> bool {
        matches!(self, Self::Active | Self::Extraordinary | Self::Inactive)
    }
}

/// Numbers as they stand in documents; never reused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Cashier = 1,
    Storekeeper = 2,
    Bookkeeper = 3,
    Manager = 4,
    Supervisor = 5,
    Administrator = 6,
}

impl Role {
    pub const fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            1 => Self::Cashier,
            2 => Self::Storekeeper,
            3 => Self::Bookkeeper,
            4 => Self::Manager,
            5 => Self::Supervisor,
            6 => Self::Administrator,
            _ => return None,
        })
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberCommand {
    pub member_no: String,
    pub status: MemberStatus,
    pub joined: Option<BusinessDate>,
    /// Absent takes the cooperative's default.
    pub bon_limit: Option<Money>,
    pub person: Person,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Person {
    pub name: String,
    pub phone: String,
    pub address: String,
    /// Empty leaves what is known.
    pub nik: String,
    pub birth_date: Option<BusinessDate>,
    /// 1 female, 2 male.
    pub sex: Option<i64>,
}

/// `None` where nothing differs.
pub fn save(
    target: Ref,
    current: &Fields,
    command: &MemberCommand,
    date: BusinessDate,
) -> Result<Option<Decision>, Rejection> {
    text("member_no", &command.member_no, 1, 32)?;
    check_person(&command.person)?;
    if command.bon_limit.is_some_and(Money::is_negative) {
        return Err(Rejection::AmountNotPositive);
    }
    let optional = |value: Option<i64>| value.map_or(Value::Null, Value::Integer);
    let open = [
        (Field::MEMBER_NO, Value::Text(command.member_no.trim().to_owned())),
        (Field::MEMBER_STATUS, Value::Integer(command.status as i64)),
        (Field::MEMBER_JOINED, optional(command.joined.map(|date| i64::from(date.0)))),
        (Field::MEMBER_BON_LIMIT, optional(command.bon_limit.map(|limit| limit.0))),
    ];
    let body = Reference { target, changes: changes(current, &open) };
    let content = PersonalContent { changes: changes(current, &person_fields(&command.person)) };
    Ok(edit(Body::Member(body), target, content, date))
}

/// A supplier: a name, and whether it is still dealt with.
pub fn save_supplier(
    target: Ref,
    current: &Fields,
    name: &str,
    date: BusinessDate,
) -> Result<Option<Decision>, Rejection> {
    text("name", name, 1, 120)?;
    let body =
        Reference { target, changes: changes(current, &[(Field::SUPPLIER_ACTIVE, Value::Bool(true))]) };
    let person = [(Field::PERSON_NAME, Value::Text(name.trim().to_owned()))];
    let content = PersonalContent { changes: changes(current, &person) };
    Ok(edit(Body::Supplier(body), target, content, date))
}

pub fn save_staff(
    target: Ref,
    current: &Fields,
    name: &str,
    role: Role,
    date: BusinessDate,
) -> Result<Option<Decision>, Rejection> {
    text("name", name, 1, 120)?;
    let open = [(Field::STAFF_ROLE, Value::Integer(role as i64)), (Field::STAFF_ACTIVE, Value::Bool(true))];
    let body = Reference { target, changes: changes(current, &open) };
    let person = [(Field::PERSON_NAME, Value::Text(name.trim().to_owned()))];
    let content = PersonalContent { changes: changes(current, &person) };
    Ok(edit(Body::Staff(body), target, content, date))
}

fn edit(body: Body, subject: Ref, content: PersonalContent, date: BusinessDate) -> Option<Decision> {
    let (Body::Member(reference) | Body::Supplier(reference) | Body::Staff(reference)) = &body else {
        return None;
    };
    if reference.changes.is_empty() && content.is_empty() {
        return None;
    }
    let personal = (!content.is_empty()).then_some(Personal { subject: Some(subject), content });
    Some(Decision { body, business_date: date, personal })
}

fn check_person(person: &Person) -> Result<(), Rejection> {
    text("name", &person.name, 1, 120)?;
    text("phone", &person.phone, 0, 32)?;
    text("address", &person.address, 0, 240)?;
    text("nik", &person.nik, 0, 32)
}

fn person_fields(person: &Person) -> Vec<(Field, Value)> {
    let mut fields = vec![
        (Field::PERSON_NAME, Value::Text(person.name.trim().to_owned())),
        (Field::PERSON_PHONE, Value::Text(person.phone.trim().to_owned())),
        (Field::PERSON_ADDRESS, Value::Text(person.address.trim().to_owned())),
        (
            Field::PERSON_BIRTH_DATE,
            person.birth_date.map_or(Value::Null, |date| Value::Integer(i64::from(date.0))),
        ),
        (Field::PERSON_SEX, person.sex.map_or(Value::Null, Value::Integer)),
    ];
    let nik: String = person.nik.chars().filter(char::is_ascii_digit).collect();
    if !nik.is_empty() {
        fields.push((Field::PERSON_NIK, Value::Text(nik)));
    }
    fields
}
