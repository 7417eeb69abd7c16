//! Editing reference data: only fields that differ become changes, each one version above what was seen.

use crate::{Decision, Personal};
use lumbung_document::body::Reference;
use lumbung_document::body::reference::{Change, Field, Value};
use lumbung_document::{Body, Kind, PersonalContent};
use lumbung_primitives::{BusinessDate, DocRef, Ref};
use std::collections::BTreeMap;

/// The value that holds for a field now, and what a new edit has to say that it saw.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldState {
    pub value: Value,
    /// The greatest v.
    pub v: u32,
    /// Edits that no other edit had seen.
    pub heads: Vec<DocRef>,
}

pub type Fields = BTreeMap<Field, FieldState>;

/// The changes that turn `current` into `wanted`. A field that is absent and wanted empty stays absent.
pub fn changes(current: &Fields, wanted: &[(Field, Value)]) -> Vec<Change> {
    wanted
        .iter()
        .filter_map(|(field, value)| match current.get(field) {
            None if is_empty(value) => None,
            None => Some(Change { field: *field, v: 1, value: value.clone(), seen: Vec::new() }),
            // Concurrent edits are settled by the next edit, even one that keeps the value.
            Some(state) if state.value == *value && state.heads.len() < 2 => None,
            Some(state) => Some(Change {
                field: *field,
                v: state.v.saturating_add(1),
                value: value.clone(),
                seen: state.heads.clone(),
            }),
        })
        .collect()
}

/// A person's word on a field that two tills changed: an edit that has seen both. Absent where `kind` is no
/// reference data, or nothing is left to settle.
pub fn choose(
    kind: Kind,
    target: DocRef,
    current: &Fields,
    (field, value): (Field, Value),
    date: BusinessDate,
) -> Option<Decision> {
    let chosen = changes(current, &[(field, value)]);
    if chosen.is_empty() {
        return None;
    }
    let (open, personal) = if field.is_personal() { (Vec::new(), chosen) } else { (chosen, Vec::new()) };
    let edit = Reference { target: Ref::Doc(target), changes: open };
    let body = match kind {
        Kind::Item => Body::Item(edit),
        Kind::Member => Body::Member(edit),
        Kind::Supplier => Body::Supplier(edit),
        Kind::Staff => Body::Staff(edit),
        Kind::Setting => Body::Setting(edit),
        _ => return None,
    };
    let mut decision = Decision::new(body, date);
    if !personal.is_empty() {
        let content = PersonalContent { changes: personal };
        decision.personal = Some(Personal { subject: Some(Ref::Doc(target)), content });
    }
    Some(decision)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::Texts(texts) => texts.is_empty(),
        Value::Bool(_) | Value::Integer(_) => false,
    }
}
