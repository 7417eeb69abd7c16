//! Runs into a pack.

use super::strings::write_varint;
use super::table::{DOCUMENTS, Group, HEAD_COLUMNS, Mode, Personal, Sheet, Table, cells_max, groups};
use super::transpose::fill;
use super::tree::{Node, parse};
use super::write::write;
use super::{Effort, Form, VERSION};
use crate::expand::{Expander, Level};
use crate::run::Run;
use lumbung_document::{Hash, Header, PersonalPart, SealedDocument};
use lumbung_primitives::{DocRef, Ref};
use std::collections::HashMap;

/// Writes runs in the order given. Whatever a run holds travels: a document that [`unpack`](super::unpack())
/// would not rebuild byte for byte goes raw inside the same pack. Runs without documents are left out.
pub fn pack(runs: &[Run], form: Form, effort: Effort, expander: &dyn Expander) -> Vec<u8> {
    let runs: Vec<&Run> = runs.iter().filter(|run| !run.documents.is_empty()).collect();
    let level = match form {
        Form::Columns(level) => level.min(expander.level()),
        Form::Raw => 0,
    };
    let mut out = vec![VERSION];
    write_varint(&mut out, u64::from(level));
    write_varint(&mut out, runs.len() as u64);
    for run in &runs {
        write_varint(&mut out, u64::from(run.head.device_no()));
        write_varint(&mut out, run.head.first_seq);
        write_varint(&mut out, run.documents.len() as u64);
        out.extend_from_slice(&run.head.head.hash.0);
        out.extend_from_slice(&run.head.head.signature);
    }
    let mut classed = Vec::new();
    let mut chains = HashMap::new();
    for run in &runs {
        let device_no = run.head.device_no();
        let mut prev = chains.get(&(device_no, run.head.first_seq)).copied();
        let mut seq = run.head.first_seq;
        for document in &run.documents {
            let columns = match form {
                Form::Columns(_) => Parts::of(document, DocRef::new(device_no, seq), prev, level, expander),
                Form::Raw => None,
            };
            classed.push((document, DocRef::new(device_no, seq), columns.unwrap_or(Parts::Raw)));
            prev = Some(Hash::document(&document.header_bytes));
            seq = seq.wrapping_add(1);
        }
        if let Some(prev) = prev {
            chains.insert((device_no, seq), prev);
        }
    }
    columns(classed, effort, &mut out);
    out
}

fn columns(mut classed: Vec<Classed<'_>>, effort: Effort, out: &mut Vec<u8>) {
    let bytes = classed.iter().map(|(document, ..)| size(document)).sum();
    let most = cells_max(classed.len(), bytes);
    for is_too_dense in [never_too_dense as fn(&Classed<'_>) -> bool, is_dense, always_too_dense] {
        for document in &mut classed {
            if is_too_dense(document) {
                document.2 = Parts::Raw;
            }
        }
        if lay_out(&classed, most, effort, out) {
            return;
        }
    }
}

fn never_too_dense(_: &Classed<'_>) -> bool {
    false
}

fn is_dense((document, _, parts): &Classed<'_>) -> bool {
    parts.count() > cells_max(1, size(document)) / 2
}

fn always_too_dense(_: &Classed<'_>) -> bool {
    true
}

fn size(document: &SealedDocument) -> usize {
    let personal = document.personal_bytes.as_ref().map_or(0, Vec::len);
    document.header_bytes.len() + document.body_bytes.len() + document.effects_bytes.len() + personal
}

type Classed<'a> = (&'a SealedDocument, DocRef, Parts<'a>);

/// How one document travels.
enum Parts<'a> {
    Columns { body: Node<'a>, effects: Option<Node<'a>>, personal: Option<Node<'a>>, mode: Mode },
    Raw,
}

impl<'a> Parts<'a> {
    /// `None` where rebuilding from columns would not give these bytes.
    fn of(
        document: &'a SealedDocument,
        at: DocRef,
        prev: Option<Hash>,
        level: Level,
        expander: &dyn Expander,
    ) -> Option<Self> {
        let header = &document.header;
        let is_bound = document.at == at
            && header.seq == at.seq
            && prev.is_none_or(|prev| header.prev_hash == prev)
            && header.body_hash == Hash::body(&document.body_bytes)
            && header.effects_hash == Hash::effects(&document.effects_bytes)
            && is_in_range(header)
            && header.encode() == document.header_bytes;
        if !is_bound {
            return None;
        }
        let (personal, kept) = match (&document.personal_bytes, &header.personal_hash) {
            (None, None) => (None, Personal::Never),
            (None, Some(hash)) => (Some(Node::Bytes(&hash.0)), Personal::Erased),
            (Some(part), Some(hash)) if PersonalPart::hash(part) == *hash => {
                (Some(parse(part)?), Personal::Travels)
            }
            (Some(_), _) => return None,
        };
        let is_made_again = level > 0
            && expander
                .expand(
                    level,
                    header.kind.id(),
                    header.kind_version,
                    header.rule_version,
                    &document.body_bytes,
                )
                .is_some_and(|effects| effects == document.effects_bytes);
        let effects = if is_made_again { None } else { Some(parse(&document.effects_bytes)?) };
        let mode = Mode::Columns { effects: effects.is_some(), personal: kept };
        Some(Self::Columns { body: parse(&document.body_bytes)?, effects, personal, mode })
    }

    fn count(&self) -> usize {
        match self {
            Self::Columns { body, effects, personal, .. } => {
                [Some(body), effects.as_ref(), personal.as_ref()].into_iter().flatten().map(Node::count).sum()
            }
            Self::Raw => 0,
        }
    }

    const fn mode(&self) -> Mode {
        match self {
            Self::Columns { mode, .. } => *mode,
            Self::Raw => Mode::Raw,
        }
    }
}

/// Writes the tables, unless they take more than `most` cells.
fn lay_out(classed: &[Classed<'_>], most: usize, effort: Effort, out: &mut Vec<u8>) -> bool {
    let heads: Vec<[Node<'_>; HEAD_COLUMNS]> =
        classed.iter().map(|(document, _, parts)| head(document, parts.mode())).collect();
    let raw: Vec<Vec<Node<'_>>> = classed.iter().map(|(document, _, parts)| raw(document, parts)).collect();
    let null = Node::Null;
    let mut sheet = Sheet::default();
    sheet.tables.push(Table { rows: classed.len(), ..Table::default() });
    sheet.add_given(classed.iter().map(|(_, at, _)| i64::from(at.device_no)).collect());
    sheet.add_given(classed.iter().map(|(_, at, _)| at.seq.cast_signed()).collect());
    let by_column: Vec<Vec<Option<&Node<'_>>>> =
        (0..HEAD_COLUMNS).map(|nth| heads.iter().map(|head| Some(&head[nth])).collect()).collect();
    fill(&mut sheet, DOCUMENTS, &by_column);

    let modes: Vec<i64> = classed.iter().map(|(_, _, parts)| parts.mode().number()).collect();
    let kinds: Vec<i64> = classed.iter().map(|(document, ..)| i64::from(document.header.kind.id())).collect();
    let mut tables = Vec::new();
    for (group, rows) in groups(&modes, &kinds).unwrap_or_default() {
        let cells = |nth: usize| {
            rows.iter()
                .map(|row| match (group, &classed[*row as usize].2) {
                    (Group::Kind(_), Parts::Columns { body, effects, personal, .. }) => {
                        [Some(body), effects.as_ref(), personal.as_ref()].get(nth).copied().flatten()
                    }
                    _ => raw[*row as usize].get(nth),
                })
                .map(|node| Some(node.unwrap_or(&null)))
                .collect()
        };
        let by_column: Vec<Vec<Option<&Node<'_>>>> = (0..group.columns()).map(cells).collect();
        let table = sheet.add_table(DOCUMENTS, rows.clone());
        fill(&mut sheet, table, &by_column);
        tables.push(table);
    }
    let fits = sheet.cells() <= most;
    if fits {
        write(&mut sheet, &tables, effort, out);
    }
    fits
}

/// Whether a header's numbers are those that a reader takes.
fn is_in_range(header: &Header) -> bool {
    let actor = match header.actor {
        Ref::This => true,
        Ref::Doc(actor) => actor.is_valid(),
    };
    let original = header.reissue_of.is_none_or(|original| original.at().is_valid());
    header.business_date.is_valid() && actor && original
}

/// In the order of [`super::table::Head`]. Of a raw document only the mode is meant.
fn head(document: &SealedDocument, mode: Mode) -> [Node<'_>; HEAD_COLUMNS] {
    if mode == Mode::Raw {
        let [zero, nothing] = [Node::Integer(0), Node::Null];
        return [
            Node::Integer(mode.number()),
            zero.clone(),
            zero.clone(),
            zero.clone(),
            zero.clone(),
            zero,
            nothing.clone(),
            nothing,
        ];
    }
    let header = &document.header;
    [
        Node::Integer(mode.number()),
        Node::Integer(i64::from(header.kind.id())),
        Node::Integer(i64::from(header.kind_version)),
        Node::Integer(i64::from(header.rule_version)),
        Node::Integer(header.wall_ms),
        Node::Integer(i64::from(header.business_date.0)),
        match header.actor {
            Ref::This => Node::Integer(0),
            Ref::Doc(actor) => reference(actor),
        },
        header.reissue_of.as_ref().map_or(Node::Null, |original| {
            let Node::Array(mut parts) = reference(original.at()) else { return Node::Null };
            parts.push(Node::Bytes(&original.hash.0));
            Node::Array(parts)
        }),
    ]
}

fn reference<'a>(to: DocRef) -> Node<'a> {
    Node::Array(vec![Node::Integer(i64::from(to.device_no)), Node::Integer(to.seq.cast_signed())])
}

fn raw<'a>(document: &'a SealedDocument, parts: &Parts<'a>) -> Vec<Node<'a>> {
    if matches!(parts, Parts::Columns { .. }) {
        return Vec::new();
    }
    let personal = document.personal_bytes.as_ref().map_or(Node::Null, |part| Node::Bytes(part));
    vec![
        Node::Bytes(&document.header_bytes),
        Node::Bytes(&document.body_bytes),
        Node::Bytes(&document.effects_bytes),
        personal,
    ]
}
