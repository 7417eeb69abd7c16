//! Members who were entered twice. Papers stay with the member whom they name; whoever reads sums adds up all
//! who are one person. Who leads follows from the links alone, so that it is the same on every till, also
//! where two tills merged the other way round.

use crate::StoreError;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Tens at most: read whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Merged {
    /// Who leads each merged member.
    leads: BTreeMap<i64, i64>,
}

impl Merged {
    /// A link to somebody who is not known here yet counts for nothing.
    pub fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached(include_str!("merge_links.sql"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self::from_links(&rows.collect::<Result<_, _>>()?))
    }

    fn from_links(links: &BTreeMap<i64, i64>) -> Self {
        let leads = links.keys().map(|member| (*member, follow(links, *member)));
        Self { leads: leads.filter(|(member, lead)| member != lead).collect() }
    }

    /// Under whom a member's sums stand: itself unless it was merged.
    pub fn lead(&self, member: i64) -> i64 {
        self.leads.get(&member).copied().unwrap_or(member)
    }

    /// Those merged into `lead`, in the order of their documents.
    pub fn followers(&self, lead: i64) -> impl Iterator<Item = i64> {
        self.leads.iter().filter(move |(_, of)| **of == lead).map(|(member, _)| *member)
    }

    /// Everybody who is the same person as `member`, the one who leads first.
    pub fn group(&self, member: i64) -> Vec<i64> {
        let lead = self.lead(member);
        std::iter::once(lead).chain(self.followers(lead)).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.leads.is_empty()
    }
}

/// The end of the chain of links; where they go round in a circle, the smallest on it.
fn follow(links: &BTreeMap<i64, i64>, member: i64) -> i64 {
    let mut path = vec![member];
    let mut at = member;
    while let Some(next) = links.get(&at) {
        if let Some(first) = path.iter().position(|passed| passed == next) {
            return path[first..].iter().copied().min().unwrap_or(member);
        }
        path.push(*next);
        at = *next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_have_an_end_and_circles_a_smallest() {
        for (links, groups) in [
            (vec![], vec![(1, vec![1])]),
            (vec![(2, 1)], vec![(1, vec![1, 2]), (2, vec![1, 2])]),
            (vec![(3, 2), (2, 1)], vec![(3, vec![1, 2, 3])]),
            (vec![(1, 2), (2, 1)], vec![(1, vec![1, 2]), (2, vec![1, 2])]),
            (vec![(5, 4), (4, 3), (3, 4)], vec![(5, vec![3, 4, 5]), (4, vec![3, 4, 5])]),
        ] {
            let merged = Merged::from_links(&links.iter().copied().collect());
            for (member, group) in groups {
                assert_eq!(merged.group(member), group, "{links:?}");
            }
        }
    }
}
