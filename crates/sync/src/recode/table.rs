//! Documents laid out as tables: a row for every document, for every line of every document, and so on.
//!
//! A column is what stands at one path. An array that is a record (an element has its meaning by position)
//! opens a table with a row where the array is and a column for each position; an array that is a list opens
//! a table with a row for each element and one column. Columns are told in a fixed order, and whatever was
//! told may serve to predict what follows, in its own table or seen from another.

use super::RecodeError;
use std::collections::HashMap;

/// What stands in a cell.
pub(super) mod tag {
    pub(in crate::recode) const NULL: u8 = 0;
    pub(in crate::recode) const FALSE: u8 = 1;
    pub(in crate::recode) const TRUE: u8 = 2;
    pub(in crate::recode) const INTEGER: u8 = 3;
    pub(in crate::recode) const BYTES: u8 = 4;
    pub(in crate::recode) const TEXT: u8 = 5;
    pub(in crate::recode) const ARRAY: u8 = 6;
    /// A record that ends before this position.
    pub(in crate::recode) const ABSENT: u8 = 7;
}

/// Positions that a record may have; longer arrays are lists.
pub(super) const RECORD_MAX: usize = 64;

/// Cells that documents of so many bytes may have. A reader makes room for a cell some forty bytes large; so
/// what is denser than papers of the trade are goes raw.
pub(super) const fn cells_max(documents: usize, bytes: usize) -> usize {
    (bytes / 2).saturating_add(documents.saturating_mul(16))
}

/// The table of all documents, from which all others hang.
pub(super) const DOCUMENTS: usize = 0;

#[derive(Debug, Default)]
pub(super) struct Table {
    /// `None` for the table of documents alone.
    pub(super) parent: Option<usize>,
    /// For each row the row of the parent that it belongs to, never falling.
    pub(super) up: Vec<u32>,
    pub(super) rows: usize,
    pub(super) columns: Vec<usize>,
    /// The table below the documents that this one hangs from, or is; 0 for the documents.
    pub(super) group: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Told where it stands: a line's price may look at its item.
    Record,
    /// Told after the other columns, as lists are: arrays are in it.
    Late,
    List,
}

/// Byte strings or texts of one column, each once, in the order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Dictionary<'a> {
    pub(super) entries: Vec<&'a [u8]>,
}

#[derive(Debug, Default)]
pub(super) struct Column<'a> {
    pub(super) table: usize,
    pub(super) tags: Vec<u8>,
    /// The integer; 1 for true; the entry of a byte string or text; the length of an array; otherwise 0.
    pub(super) values: Vec<i64>,
    pub(super) bytes: Dictionary<'a>,
    pub(super) texts: Dictionary<'a>,
    /// Where arrays occur: the table of what is in them.
    pub(super) child: Option<(Shape, usize)>,
}

#[derive(Debug, Default)]
pub(super) struct Sheet<'a> {
    pub(super) tables: Vec<Table>,
    pub(super) columns: Vec<Column<'a>>,
    /// Columns wholly told, in that order.
    pub(super) told: Vec<usize>,
}

/// A column seen from the rows of another table: its own value, that of the row above, or the sum of those
/// below the row above that both have in common.
#[derive(Debug)]
pub(super) struct View {
    pub(super) values: Vec<i64>,
    /// Which row of the common table above each row belongs to.
    pub(super) shared: Vec<u32>,
    pub(super) shared_rows: usize,
}

/// Rows elsewhere that may be gone through for a column of so many rows.
pub(super) const fn worth(rows: usize) -> usize {
    rows.saturating_mul(16).saturating_add(256)
}

pub(super) fn row_no(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

impl Shape {
    pub(super) const ALL: [Self; 4] = [Self::Record, Self::Late, Self::List, Self::List];
}

impl Sheet<'_> {
    /// A column of one table seen from another; `None` where summing it would cost out of all proportion to
    /// the rows that it is wanted for (both sides judge alike, so nobody can be made to sum for ever).
    pub(super) fn view(&self, column: usize, from: usize) -> Option<View> {
        let rows = self.tables[from].rows;
        let above = self.path(from);
        let mut table = self.columns[column].table;
        let mut summed: Option<Vec<i64>> = None;
        let mut cost = 0;
        while !above.contains(&table) {
            let here = &self.tables[table];
            let parent = here.parent?;
            cost += here.rows + self.tables[parent].rows;
            if cost > worth(rows) {
                return None;
            }
            let values = summed.as_deref().unwrap_or(&self.columns[column].values);
            let mut sums = vec![0_i64; self.tables[parent].rows];
            for (value, up) in values.iter().zip(&here.up) {
                let sum = &mut sums[*up as usize];
                *sum = sum.wrapping_add(*value);
            }
            summed = Some(sums);
            table = parent;
        }
        let values = summed.as_deref().unwrap_or(&self.columns[column].values);
        let steps: Vec<&Table> =
            above.iter().take_while(|at| **at != table).map(|at| &self.tables[*at]).collect();
        let shared: Vec<u32> =
            (0..row_no(rows)).map(|row| steps.iter().fold(row, |row, step| step.up[row as usize])).collect();
        let values = shared.iter().map(|row| values[*row as usize]).collect();
        Some(View { values, shared, shared_rows: self.tables[table].rows })
    }

    /// A table and those above it, the documents last.
    fn path(&self, table: usize) -> Vec<usize> {
        std::iter::successors(Some(table), |at| self.tables[*at].parent).collect()
    }

    /// Room that the tables take, cells that are absent included.
    pub(super) fn cells(&self) -> usize {
        self.tables.iter().map(|table| table.rows.saturating_mul(table.columns.len())).sum()
    }

    pub(super) fn add_table(&mut self, parent: usize, up: Vec<u32>) -> usize {
        let no = self.tables.len();
        let group = if parent == DOCUMENTS { no } else { self.tables[parent].group };
        let rows = up.len();
        self.tables.push(Table { parent: Some(parent), up, rows, columns: Vec::new(), group });
        no
    }

    pub(super) fn add_column(&mut self, table: usize) -> usize {
        let no = self.columns.len();
        let rows = self.tables[table].rows;
        self.columns.push(Column {
            table,
            tags: vec![tag::NULL; rows],
            values: vec![0; rows],
            ..Column::default()
        });
        self.tables[table].columns.push(no);
        no
    }

    /// A column of known integers that is not told because both sides have it.
    pub(super) fn add_given(&mut self, values: Vec<i64>) {
        let no = self.columns.len();
        let tags = vec![tag::INTEGER; values.len()];
        self.columns.push(Column { table: DOCUMENTS, tags, values, ..Column::default() });
        self.told.push(no);
    }
}

/// The rows of a column at which one of `tags` stands.
pub(super) fn rows_with(column: &Column<'_>, wanted: u8) -> Vec<u32> {
    (0..).zip(&column.tags).filter(|(_, tag)| **tag == wanted).map(|(row, _)| row).collect()
}

/// Whether arrays of these lengths may be a record: cells that are absent never outnumber those present.
pub(super) fn may_be_record(lengths: impl Iterator<Item = usize>) -> Option<usize> {
    let (rows, sum, longest) = lengths.fold((0_usize, 0_usize, 0), |(rows, sum, longest), length| {
        (rows + 1, sum.saturating_add(length), length.max(longest))
    });
    (longest > 0 && longest <= RECORD_MAX && sum >= rows * longest / 2).then_some(longest)
}

/// The columns of the table of documents, in order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Head {
    Mode,
    Kind,
    KindVersion,
    RuleVersion,
    WallMs,
    BusinessDate,
    Actor,
    ReissueOf,
}

pub(super) const HEAD_COLUMNS: usize = 8;

/// How the parts of one document travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// Columns.
    Columns { effects: bool, personal: Personal },
    /// All parts as they are.
    Raw,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Personal {
    Never,
    Travels,
    /// Its hash travels.
    Erased,
}

impl Mode {
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Raw => 6,
            Self::Columns { effects, personal } => {
                let personal = match personal {
                    Personal::Never => 0,
                    Personal::Travels => 1,
                    Personal::Erased => 2,
                };
                if effects { personal + 3 } else { personal }
            }
        }
    }

    pub(super) const fn from_number(number: i64) -> Option<Self> {
        let personal = match number {
            0 | 3 => Personal::Never,
            1 | 4 => Personal::Travels,
            2 | 5 => Personal::Erased,
            6 => return Some(Self::Raw),
            _ => return None,
        };
        Some(Self::Columns { effects: number >= 3, personal })
    }
}

/// A table below the documents: those of one kind, with columns body, effects and personal part; or the raw
/// ones, with columns header, body, effects and personal part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Group {
    Kind(i64),
    Raw,
}

impl Group {
    pub(super) const fn columns(self) -> usize {
        match self {
            Self::Kind(_) => 3,
            Self::Raw => 4,
        }
    }
}

/// Which documents are in which group, groups in the order of their first document.
pub(super) fn groups(modes: &[i64], kinds: &[i64]) -> Result<Vec<(Group, Vec<u32>)>, RecodeError> {
    let mut found: Vec<(Group, Vec<u32>)> = Vec::new();
    let mut known: HashMap<Group, usize> = HashMap::new();
    for (row, (mode, kind)) in (0..).zip(modes.iter().zip(kinds)) {
        let group = match Mode::from_number(*mode) {
            Some(Mode::Raw) => Group::Raw,
            Some(Mode::Columns { .. }) => Group::Kind(*kind),
            None => return Err(RecodeError::NotAPack("a way of travelling that is not known")),
        };
        let at = *known.entry(group).or_insert_with(|| {
            found.push((group, Vec::new()));
            found.len() - 1
        });
        found[at].1.push(row);
    }
    Ok(found)
}
