//! A pack into runs, judged by the hashes of their heads.

use super::assemble::Assembly;
use super::read::read;
use super::strings::{Piles, read_varint, take};
use super::table::{DOCUMENTS, Group, Head, Mode, Personal};
use super::{Bounds, RecodeError, VERSION};
use crate::expand::{Expander, Level};
use crate::run::{PrevHash, Run, RunHead};
use lumbung_document::{Hash, Header, Kind, PersonalPart, SealedDocument, SignedHead};
use lumbung_primitives::{BusinessDate, DocRef};
use std::collections::HashMap;

/// Rebuilds the documents of a pack and proves each run to end in its head. Whether the head was signed by
/// the device is the caller's to ask.
///
/// `prev(device_no, first_seq)` is asked for runs that continue nothing in the pack itself.
///
/// # Errors
/// [`RecodeError::Gap`] and [`RecodeError::NotTheSame`] name the first run concerned; other errors concern
/// the whole pack. Nothing is returned of a pack that has a bad run.
pub fn unpack(
    bytes: &[u8],
    bounds: Bounds,
    prev: PrevHash<'_>,
    expander: &dyn Expander,
) -> Result<Vec<Run>, RecodeError> {
    let mut rest = bytes;
    if take(&mut rest, 1)? != [VERSION] {
        return Err(RecodeError::NotAPack("a version that is not known"));
    }
    let level = number(&mut rest)?;
    let heads = read_heads(&mut rest, bounds.documents)?;
    let beginnings = beginnings(&heads, prev)?;
    let piles = Piles::read(&mut rest, bounds.bytes)?;
    let each = |of: fn(&RunHead, u64) -> i64| {
        heads.iter().flat_map(|(head, count)| (0..*count).map(move |nth| of(head, nth))).collect()
    };
    let given: [Vec<i64>; 2] =
        [each(|head, _| i64::from(head.device_no())), each(|head, nth| (head.first_seq + nth).cast_signed())];
    let documents = given[0].len();
    let (sheet, groups) = read(rest, &piles, given, bounds.bytes)?;
    let mut of_rows = vec![(Group::Raw, 0); documents];
    for (group, table) in groups {
        for row in &sheet.tables[table].up {
            of_rows[*row as usize] = (group, table);
        }
    }
    let mut assembly = Assembly::new(&sheet, bounds.bytes);
    let mut runs = Vec::with_capacity(heads.len());
    let mut chains: HashMap<(u32, u64), Hash> = HashMap::new();
    let mut rows = of_rows.iter().enumerate();
    for ((head, count), beginning) in heads.into_iter().zip(beginnings) {
        let (device_no, first_seq) = (head.device_no(), head.first_seq);
        let differs = RecodeError::NotTheSame { device_no, first_seq };
        let beginning = beginning.or_else(|| chains.get(&(device_no, first_seq)).copied());
        let mut prev_hash = beginning.ok_or(RecodeError::Gap { device_no, first_seq })?;
        let mut documents = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
        for (seq, (row, (group, table))) in (first_seq..=head.last_seq()).zip(&mut rows) {
            let place = Place { at: DocRef::new(device_no, seq), prev_hash, row, table: *table };
            let document = match group {
                Group::Raw => place.raw(&mut assembly)?,
                Group::Kind(_) => place.columns(&mut assembly, level, expander)?,
            };
            let document = document.ok_or_else(|| differs.clone())?;
            prev_hash = document.hash;
            documents.push(document);
        }
        if prev_hash != head.head.hash {
            return Err(differs);
        }
        chains.insert((device_no, head.last_seq() + 1), prev_hash);
        runs.push(Run { head, documents });
    }
    Ok(runs)
}

fn number<T: TryFrom<u64>>(rest: &mut &[u8]) -> Result<T, RecodeError> {
    T::try_from(read_varint(rest)?).map_err(|_| RecodeError::NotAPack("a number out of range"))
}

/// Heads with their counts, of which the sum is within `most`.
fn read_heads(rest: &mut &[u8], most: usize) -> Result<Vec<(RunHead, u64)>, RecodeError> {
    let runs: usize = number(rest)?;
    if runs > most {
        return Err(RecodeError::TooLarge);
    }
    let mut left = most as u64;
    let mut heads = Vec::new();
    for _ in 0..runs {
        let device_no = number(rest)?;
        let first_seq: u64 = number(rest)?;
        let count: u64 = number(rest)?;
        left = left.checked_sub(count).ok_or(RecodeError::TooLarge)?;
        let last =
            first_seq.checked_add(count).filter(|end| *end <= 1 << 40).and_then(|end| end.checked_sub(1));
        let (Some(seq), true, true) = (last, first_seq > 0, count > 0) else {
            return Err(RecodeError::NotAPack("a run without documents"));
        };
        let hash = Hash::from_slice(take(rest, 32)?).ok_or(RecodeError::NotAPack("a head without hash"))?;
        let mut signature = [0; 64];
        signature.copy_from_slice(take(rest, 64)?);
        heads.push((RunHead { first_seq, head: SignedHead { device_no, seq, hash, signature } }, count));
    }
    Ok(heads)
}

/// What each run continues; `None` where that is a run before it in the pack.
fn beginnings(heads: &[(RunHead, u64)], prev: PrevHash<'_>) -> Result<Vec<Option<Hash>>, RecodeError> {
    let mut ends = std::collections::HashSet::new();
    heads
        .iter()
        .map(|(head, _)| {
            let (device_no, first_seq) = (head.device_no(), head.first_seq);
            let is_continued = ends.contains(&(device_no, first_seq));
            ends.insert((device_no, head.last_seq() + 1));
            if is_continued {
                return Ok(None);
            }
            prev(device_no, first_seq).map(Some).ok_or(RecodeError::Gap { device_no, first_seq })
        })
        .collect()
}

/// Where a document is being rebuilt.
struct Place {
    at: DocRef,
    prev_hash: Hash,
    /// In the table of documents.
    row: usize,
    /// Its group's.
    table: usize,
}

impl Place {
    /// `None` where the document does not continue its chain.
    fn raw(&self, assembly: &mut Assembly<'_, '_>) -> Result<Option<SealedDocument>, RecodeError> {
        let row = assembly.row(self.table);
        let mut parts = [const { None }; 4];
        for (nth, part) in parts.iter_mut().enumerate() {
            let bytes = assembly.bytes(self.table, nth, row)?.map(<[u8]>::to_vec);
            assembly.charge(bytes.as_ref().map_or(0, Vec::len))?;
            *part = bytes;
        }
        let [Some(header), Some(body), Some(effects), personal] = parts else {
            return Err(RecodeError::NotAPack("a document without a part"));
        };
        let document = SealedDocument::open(self.at.device_no, header, body, effects, personal)?;
        let continues = document.at == self.at && document.header.prev_hash == self.prev_hash;
        Ok(continues.then_some(document))
    }

    /// `None` where the effects that were left out cannot be made.
    fn columns(
        &self,
        assembly: &mut Assembly<'_, '_>,
        level: Level,
        expander: &dyn Expander,
    ) -> Result<Option<SealedDocument>, RecodeError> {
        let number =
            |assembly: &Assembly<'_, '_>, head: Head| assembly.integer(DOCUMENTS, head as usize, self.row);
        let mode = Mode::from_number(number(assembly, Head::Mode)?);
        let Some(Mode::Columns { effects, personal }) = mode else {
            return Err(RecodeError::NotAPack("a way of travelling that is not known"));
        };
        let row = assembly.row(self.table);
        let body_bytes = assembly.part(self.table, 0, row)?;
        let kind_id = small(number(assembly, Head::Kind)?)?;
        let kind_version = small(number(assembly, Head::KindVersion)?)?;
        let rule_version = small(number(assembly, Head::RuleVersion)?)?;
        let effects_bytes = if effects {
            assembly.part(self.table, 1, row)?
        } else {
            let made = expander.expand(level, kind_id, kind_version, rule_version, &body_bytes);
            let Some(made) = made else { return Ok(None) };
            assembly.charge(made.len())?;
            made
        };
        let (personal_bytes, personal_hash) = match personal {
            Personal::Never => (None, None),
            Personal::Travels => {
                let part = assembly.part(self.table, 2, row)?;
                let hash = PersonalPart::hash(&part);
                (Some(part), Some(hash))
            }
            Personal::Erased => {
                let hash = assembly.bytes(self.table, 2, row)?.and_then(Hash::from_slice);
                (None, Some(hash.ok_or(RecodeError::NotAPack("an erased part without hash"))?))
            }
        };
        let business_date = BusinessDate(small(number(assembly, Head::BusinessDate)?)?);
        if !business_date.is_valid() {
            return Err(RecodeError::NotAPack("a business date out of range"));
        }
        let header = Header {
            seq: self.at.seq,
            prev_hash: self.prev_hash,
            wall_ms: number(assembly, Head::WallMs)?,
            business_date,
            actor: self.reference(assembly, Head::Actor)?,
            kind: Kind::from_id(kind_id),
            kind_version,
            rule_version,
            body_hash: Hash::body(&body_bytes),
            effects_hash: Hash::effects(&effects_bytes),
            personal_hash,
            reissue_of: self.reference(assembly, Head::ReissueOf)?,
        };
        let header_bytes = header.encode();
        assembly.charge(header_bytes.len())?;
        Ok(Some(SealedDocument {
            at: self.at,
            hash: Hash::document(&header_bytes),
            header,
            header_bytes,
            body_bytes,
            effects_bytes,
            personal_bytes,
        }))
    }

    fn reference<T>(&self, assembly: &mut Assembly<'_, '_>, head: Head) -> Result<T, RecodeError>
    where
        T: for<'b> minicbor::Decode<'b, ()>,
    {
        let bytes = assembly.cbor(DOCUMENTS, head as usize, self.row)?;
        minicbor::decode(&bytes).map_err(|_| RecodeError::NotAPack("a reference that is none"))
    }
}

fn small<T: TryFrom<i64>>(value: i64) -> Result<T, RecodeError> {
    T::try_from(value).map_err(|_| RecodeError::NotAPack("a header's number out of range"))
}
