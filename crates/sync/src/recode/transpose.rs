//! Trees of many documents into columns.

use super::table::{Dictionary, Shape, Sheet, may_be_record, row_no, tag};
use super::tree::Node;
use std::collections::HashMap;

/// Fills the columns of a table, made by this, with the nodes of each; `None` where a record ends before.
pub(super) fn fill<'a>(sheet: &mut Sheet<'a>, table: usize, columns: &[Vec<Option<&Node<'a>>>]) {
    for nodes in columns {
        let column = sheet.add_column(table);
        fill_column(sheet, column, nodes);
    }
}

fn fill_column<'a>(sheet: &mut Sheet<'a>, no: usize, nodes: &[Option<&Node<'a>>]) {
    let column = &mut sheet.columns[no];
    let table = column.table;
    let mut bytes_known = HashMap::new();
    let mut texts_known = HashMap::new();
    let mut rows: Vec<u32> = Vec::new();
    let mut arrays: Vec<&[Node<'a>]> = Vec::new();
    for (row, node) in nodes.iter().enumerate() {
        let (tag, value) = match node {
            None => (tag::ABSENT, 0),
            Some(Node::Null) => (tag::NULL, 0),
            Some(Node::Bool(false)) => (tag::FALSE, 0),
            Some(Node::Bool(true)) => (tag::TRUE, 1),
            Some(Node::Integer(value)) => (tag::INTEGER, *value),
            Some(Node::Bytes(bytes)) => (tag::BYTES, entry(&mut bytes_known, &mut column.bytes, bytes)),
            Some(Node::Text(text)) => (tag::TEXT, entry(&mut texts_known, &mut column.texts, text)),
            Some(Node::Array(elements)) => {
                rows.push(row_no(row));
                arrays.push(elements);
                (tag::ARRAY, i64::try_from(elements.len()).unwrap_or(i64::MAX))
            }
        };
        column.tags[row] = tag;
        column.values[row] = value;
    }
    if arrays.is_empty() {
        return;
    }
    if let Some(longest) = may_be_record(arrays.iter().map(|array| array.len())).filter(|_| !is_list(&arrays))
    {
        let child = sheet.add_table(table, rows);
        let waits = arrays.iter().flat_map(|array| array.iter()).any(|node| matches!(node, Node::Array(_)));
        sheet.columns[no].child = Some((if waits { Shape::Late } else { Shape::Record }, child));
        let columns: Vec<Vec<Option<&Node<'a>>>> =
            (0..longest).map(|at| arrays.iter().map(|array| array.get(at)).collect()).collect();
        fill(sheet, child, &columns);
    } else {
        let up = rows.iter().zip(&arrays).flat_map(|(row, array)| vec![*row; array.len()]).collect();
        let child = sheet.add_table(table, up);
        sheet.columns[no].child = Some((Shape::List, child));
        let elements: Vec<Option<&Node<'a>>> =
            arrays.iter().flat_map(|array| array.iter()).map(Some).collect();
        fill(sheet, child, &[elements]);
    }
}

fn entry<'a>(known: &mut HashMap<&'a [u8], i64>, dictionary: &mut Dictionary<'a>, bytes: &'a [u8]) -> i64 {
    *known.entry(bytes).or_insert_with(|| {
        dictionary.entries.push(bytes);
        i64::try_from(dictionary.entries.len() - 1).unwrap_or(i64::MAX)
    })
}

/// Whether these arrays look like lists of things alike rather than records. A wrong guess costs bytes, never
/// truth.
fn is_list(arrays: &[&[Node<'_>]]) -> bool {
    let first = arrays.iter().flat_map(|array| array.iter()).next();
    let alike = arrays.iter().flat_map(|array| array.iter()).all(|node| is_alike(first, node));
    let one_length = arrays.windows(2).all(|pair| pair[0].len() == pair[1].len());
    alike && (!one_length || is_row(first) && arrays[0].len() > 1)
}

fn is_alike(first: Option<&Node<'_>>, node: &Node<'_>) -> bool {
    match (first, node) {
        (Some(Node::Array(one)), Node::Array(other)) => one.len().abs_diff(other.len()) < 2,
        (Some(Node::Integer(_)), Node::Integer(_))
        | (Some(Node::Bytes(_)), Node::Bytes(_))
        | (Some(Node::Text(_)), Node::Text(_)) => true,
        _ => false,
    }
}

/// An array that begins with something other than an array of arrays.
fn is_row(node: Option<&Node<'_>>) -> bool {
    let Some(Node::Array(elements)) = node else { return false };
    elements.len() > 1 && elements.iter().any(|element| !matches!(element, Node::Array(_)))
}
