//! Members, suppliers, staff: the register. Names and numbers of persons go into the personal part.

use crate::item::text;
use crate::reference::{Fields, changes};
use crate::{Decision, Personal, Rejection};
use lumbung_document::body::Reference;
use lumbung_document::body::reference::{Field, Value};
use lumbung_document::{Body, PersonalContent};
use lumbung_primitives::{BusinessDate, DocRef, Money, Ref};

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

/// Two entries are one person: the papers of both stay, and sums are shown under `elder`; `None` parts them
/// again. Answers nothing where nothing differs.
pub fn merge(
    younger: DocRef,
    current: &Fields,
    elder: Option<DocRef>,
    date: BusinessDate,
) -> Result<Option<Decision>, Rejection> {
    if elder == Some(younger) {
        return Err(Rejection::MemberUnknown);
    }
    let into = elder.map_or(Value::Null, |elder| Value::Integer(elder.key()));
    let body = Reference {
        target: Ref::Doc(younger),
        changes: changes(current, &[(Field::MEMBER_MERGED_INTO, into)]),
    };
    Ok(edit(Body::Member(body), Ref::Doc(younger), PersonalContent::default(), date))
}

/// A number of its own for a member who was given one that was taken. Answers nothing where nothing differs.
pub fn renumber(
    member: DocRef,
    current: &Fields,
    member_no: &str,
    date: BusinessDate,
) -> Result<Option<Decision>, Rejection> {
    text("member_no", member_no, 1, 32)?;
    let number = (Field::MEMBER_NO, Value::Text(member_no.trim().to_owned()));
    let body = Reference { target: Ref::Doc(member), changes: changes(current, &[number]) };
    Ok(edit(Body::Member(body), Ref::Doc(member), PersonalContent::default(), date))
}

/// The number after the greatest of those that begin like `taken`: after A00147 comes A00148. Numbers are
/// never reused, so gaps stay.
pub fn next_number<'a>(taken: &str, all: impl Iterator<Item = &'a str>) -> String {
    let (letters, digits) = split_number(taken);
    let greatest = all
        .map(split_number)
        .filter(|(head, _)| *head == letters)
        .filter_map(|(_, digits)| digits.parse::<u64>().ok())
        .chain(digits.parse().ok())
        .max();
    let next = greatest.unwrap_or(1) + 1;
    // A number without digits gets them behind a stroke.
    let stroke = if digits.is_empty() && !letters.is_empty() { "-" } else { "" };
    format!("{letters}{stroke}{next:0width$}", width = digits.len())
}

/// Letters, and the digits behind them; eighteen fit a sum.
fn split_number(number: &str) -> (&str, &str) {
    let digits = number.bytes().rev().take_while(u8::is_ascii_digit).count().min(18);
    number.split_at(number.len() - digits)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_number_is_behind_all_of_its_kind() {
        for (taken, all, next) in [
            ("A00147", vec!["A00147", "A00150", "B00900"], "A00151"),
            ("7", vec!["7", "8"], "9"),
            ("099", vec!["099"], "100"),
            ("Calon", vec!["Calon"], "Calon-2"),
            ("Calon-2", vec!["Calon", "Calon-2"], "Calon-3"),
            ("A9999999999999999999999", vec![], "A99991000000000000000000"),
        ] {
            assert_eq!(next_number(taken, all.into_iter()), next, "{taken}");
        }
    }
}
