//! Editing reference data: only fields that differ become changes, each one version above what was seen.

use lumbung_document::body::reference::{Change, Field, Value};
use lumbung_primitives::DocRef;
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

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::Texts(texts) => texts.is_empty(),
        Value::Bool(_) | Value::Integer(_) => false,
    }
}
