//! The standard chart of accounts, compiled in under a version.

use std::sync::LazyLock;

pub const CHART_VERSION: u16 = 1;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Asset,
    Liability,
    Equity,
    Income,
    Expense,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub code: u32,
    pub name: &'static str,
    pub english: &'static str,
    pub class: Class,
    pub normal_debit: bool,
    /// Groups have no postings of their own.
    pub postable: bool,
}

static CHART_V1: LazyLock<Vec<Account>> =
    LazyLock::new(|| read(include_str!("../../../assets/chart_of_accounts_v1.csv")));

/// The accounts of the chart in order of their codes.
pub fn standard_chart() -> &'static [Account] {
    &CHART_V1
}

pub fn find(code: u32) -> Option<&'static Account> {
    CHART_V1.binary_search_by_key(&code, |account| account.code).ok().map(|index| &CHART_V1[index])
}

fn read(csv: &'static str) -> Vec<Account> {
    csv.lines().skip(1).filter_map(account).collect()
}

fn account(line: &'static str) -> Option<Account> {
    let mut cells = line.split(';');
    let code = cells.next()?.parse().ok()?;
    let (name, english) = (cells.next()?, cells.next()?);
    let class = match cells.next()? {
        "asset" => Class::Asset,
        "liability" => Class::Liability,
        "equity" => Class::Equity,
        "income" => Class::Income,
        "expense" => Class::Expense,
        _ => return None,
    };
    let (normal_debit, postable) = (cells.next()? == "debit", cells.next()? == "yes");
    Some(Account { code, name, english, class, normal_debit, postable })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_chart_is_read_and_ordered() {
        let chart = standard_chart();
        assert_eq!(chart.len() + 1, include_str!("../../../assets/chart_of_accounts_v1.csv").lines().count());
        assert!(chart.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(chart.iter().all(|account| (100_000..600_000).contains(&account.code)));
    }

    #[test]
    fn the_first_digit_is_the_class() {
        for account in standard_chart() {
            let class = match account.code / 100_000 {
                1 => Class::Asset,
                2 => Class::Liability,
                3 => Class::Equity,
                4 => Class::Income,
                _ => Class::Expense,
            };
            assert_eq!(account.class, class, "{}", account.code);
        }
    }
}
