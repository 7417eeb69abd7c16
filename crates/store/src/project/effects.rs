//! Effects become rows, and their sums.

use super::sums::Sums;
use crate::query::stock::Shelf;
use crate::{NONE, StoreError};
use lumbung_document::{Effects, MemberMove, Posting, SealedDocument, StockMove};
use lumbung_primitives::{BusinessDate, DocRef, Ref};
use rusqlite::{Connection, params};

pub(super) fn project(
    connection: &Connection,
    sums: &mut Sums,
    document: &SealedDocument,
    effects: &Effects,
    day: BusinessDate,
) -> Result<(), StoreError> {
    let at = document.at;
    if !effects.postings.is_empty() {
        let mut insert =
            connection.prepare_cached("INSERT INTO posting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for (line, posting) in (0_i64..).zip(&effects.postings) {
            let (party, shift) = (key(posting.party, at), key(posting.shift, at));
            insert.execute(params![
                at.key(),
                line,
                posting.account,
                posting.amount.0,
                posting.outlet,
                party,
                shift,
                posting.flow,
                posting.layer.0
            ])?;
            add_posting(sums, day, posting, party, shift);
        }
    }
    if !effects.stock_moves.is_empty() {
        let mut insert = connection
            .prepare_cached("INSERT INTO stock_move VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for (line, stock_move) in (0_i64..).zip(&effects.stock_moves) {
            let shelf = shelf_of(stock_move);
            insert.execute(params![
                at.key(),
                line,
                shelf.item,
                shelf.outlet,
                shelf.bin,
                shelf.account,
                stock_move.quantity.0,
                stock_move.value.0,
                shelf.owner
            ])?;
            sums.move_stock(shelf, stock_move.quantity.0, stock_move.value.0);
        }
    }
    if !effects.member_moves.is_empty() {
        let mut insert =
            connection.prepare_cached("INSERT INTO member_move VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for (line, member_move) in (0_i64..).zip(&effects.member_moves) {
            insert.execute(params![
                member_move.member.key(),
                at.key(),
                line,
                member_move.kind.0,
                member_move.amount.0,
                member_move.period.unwrap_or(0)
            ])?;
            add_member_move(sums, day, member_move);
        }
    }
    Ok(())
}

/// Moves what a document did from one book day to another; its rows stay.
pub(super) fn move_day(sums: &mut Sums, effects: &Effects, from: BusinessDate, to: BusinessDate) {
    for posting in &effects.postings {
        sums.unpost(from, posting);
        sums.post(to, posting);
    }
    for member_move in &effects.member_moves {
        let (member, kind, amount) = (member_move.member.key(), member_move.kind.0, member_move.amount.0);
        sums.add_member(member, kind, from.year(), -amount);
        sums.add_member(member, kind, to.year(), amount);
    }
}

fn add_posting(sums: &mut Sums, day: BusinessDate, posting: &Posting, party: i64, shift: i64) {
    sums.post(day, posting);
    if party != NONE {
        sums.add_party(posting.account, party, posting.amount.0);
    }
    if shift != NONE {
        sums.add_shift(shift, posting.account, posting.flow, posting.amount.0);
    }
}

fn add_member_move(sums: &mut Sums, day: BusinessDate, member_move: &MemberMove) {
    sums.add_member(member_move.member.key(), member_move.kind.0, day.year(), member_move.amount.0);
}

fn shelf_of(stock_move: &StockMove) -> Shelf {
    Shelf {
        item: stock_move.item.key(),
        outlet: stock_move.outlet,
        bin: stock_move.bin,
        account: stock_move.account.unwrap_or(0),
        owner: stock_move.owner.map_or(NONE, DocRef::key),
    }
}

fn key(reference: Option<Ref>, this: DocRef) -> i64 {
    reference.map_or(NONE, |reference| reference.resolve(this).key())
}
