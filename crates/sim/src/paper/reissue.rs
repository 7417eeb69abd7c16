//! An orphan written again by the device that its till became.

use super::{Paper, says, trade};
use lumbung_document::header::Original;
use lumbung_document::{Body, Effects, Kind, PersonalContent, PersonalPart, SealedDocument, check_v1};
use lumbung_primitives::{DocRef, Ref};
use std::collections::BTreeMap;

/// Orphans and what stands for them.
pub type Replaced = BTreeMap<DocRef, SealedDocument>;

/// The paper that re-issues `orphan`: kind, date and receipt stay; what it says of other orphans is said of
/// their re-issues. `None` for control documents, which nobody writes twice.
pub fn reissue(orphan: &SealedDocument, replaced: &Replaced) -> Option<Paper> {
    if orphan.kind().is_control() && orphan.kind() != Kind::MemberErased {
        return None;
    }
    let header = &orphan.header;
    let mut paper = Paper {
        kind: header.kind,
        kind_version: header.kind_version,
        rule_version: header.rule_version,
        body: orphan.body_bytes.clone(),
        effects: orphan.effects_bytes.clone(),
        date: header.business_date,
        reissue_of: Some(original_of(orphan)),
        personal: personal(orphan, replaced),
        sums: check_v1(orphan).ok(),
        says: super::Says::Nothing,
    };
    if paper.sums.is_none() {
        return Some(paper);
    }
    // A kind or rule of a later app is written again as it stands: what it says of others nobody here reads.
    if let Ok(Some(mut body)) = orphan.body() {
        rename(&mut body, replaced);
        if let Some(effects) = effects(&body, header.rule_version, orphan, replaced) {
            paper.body = body.encode();
            paper.effects = effects.encode();
            paper.sums = Some(effects);
            paper.says = says(&body);
        }
    }
    Some(paper)
}

/// What a document is a re-issue of: where it is one already, of what that one was.
pub fn original_of(document: &SealedDocument) -> Original {
    let (device_no, seq) = (document.at.device_no, document.at.seq);
    document.header.reissue_of.unwrap_or(Original { device_no, seq, hash: document.hash })
}

fn personal(orphan: &SealedDocument, replaced: &Replaced) -> Option<(DocRef, PersonalContent)> {
    let part = PersonalPart::decode(orphan.personal_bytes.as_deref()?).ok()?;
    let content = PersonalContent::decode(&part.ciphertext).ok()?;
    Some((follow(part.subject?.resolve(orphan.at), replaced), content))
}

fn effects(body: &Body, rule_version: u16, orphan: &SealedDocument, replaced: &Replaced) -> Option<Effects> {
    if let Body::Reversal(reversal) = body {
        let of = replaced.values().find(|document| document.at == reversal.of);
        let effects = match of {
            Some(of) => trade::negated(&of.effects().ok()?, reversal.shift, of.at),
            None => orphan.effects().ok()?,
        };
        return Some(Effects {
            postings: effects
                .postings
                .into_iter()
                .map(|mut posting| {
                    posting.shift = reversal.shift.map(Ref::Doc);
                    posting
                })
                .collect(),
            ..effects
        });
    }
    lumbung_posting::expand(body, rule_version).ok()
}

fn follow(at: DocRef, replaced: &Replaced) -> DocRef {
    replaced.get(&at).map_or(at, |document| document.at)
}

fn rename(body: &mut Body, replaced: &Replaced) {
    let one = |at: &mut DocRef| *at = follow(*at, replaced);
    let maybe = |at: &mut Option<DocRef>| *at = at.map(|at| follow(at, replaced));
    match body {
        Body::Sale(body) => {
            maybe(&mut body.shift);
            maybe(&mut body.member);
            body.lines.iter_mut().for_each(|line| one(&mut line.item));
        }
        Body::SaleReturn(body) => {
            one(&mut body.sale);
            maybe(&mut body.shift);
            maybe(&mut body.member);
            body.lines.iter_mut().for_each(|line| one(&mut line.item));
        }
        Body::BonPayment(body) => {
            one(&mut body.member);
            maybe(&mut body.shift);
        }
        Body::SavingsDeposit(body) => {
            one(&mut body.member);
            maybe(&mut body.shift);
        }
        Body::Purchase(body) => {
            maybe(&mut body.supplier);
            maybe(&mut body.shift);
            body.lines.iter_mut().for_each(|line| one(&mut line.item));
        }
        Body::Reversal(body) => {
            if let Some(document) = replaced.get(&body.of) {
                body.of = document.at;
                body.of_hash = document.hash;
            }
            maybe(&mut body.shift);
        }
        Body::MemberErased(body) => one(&mut body.member),
        Body::Item(edit) | Body::Member(edit) => {
            if let Ref::Doc(target) = &mut edit.target {
                one(target);
            }
        }
        _ => {}
    }
}
