//! Plain-text accounting: a journal that hledger checks and sums.

use lumbung_primitives::BusinessDate;
use std::io::{self, BufWriter, Write};

/// Writes entries one by one; a year is never in memory.
pub struct Journal<'a> {
    out: BufWriter<&'a mut dyn Write>,
}

impl std::fmt::Debug for Journal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Journal")
    }
}

impl<'a> Journal<'a> {
    /// Declares the commodity and the accounts, so that a strict check finds no unknown one.
    pub fn begin<'n>(
        out: &'a mut dyn Write,
        accounts: impl Iterator<Item = (u32, &'n str)>,
    ) -> io::Result<Self> {
        let mut out = BufWriter::new(out);
        writeln!(out, "commodity 1000. IDR\n")?;
        for (code, name) in accounts {
            writeln!(out, "account {}", account(code, name))?;
        }
        Ok(Self { out })
    }

    /// Debits are positive. An entry without lines writes nothing.
    pub fn entry(
        &mut self,
        day: BusinessDate,
        description: &str,
        lines: impl Iterator<Item = (u32, String, i64)>,
    ) -> io::Result<()> {
        writeln!(self.out, "\n{day} {description}")?;
        for (code, name, amount) in lines {
            writeln!(self.out, "    {}  {amount} IDR", account(code, &name))?;
        }
        Ok(())
    }

    pub fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `111100 Kas kasir (laci)` by class. Two blanks in a row would end an account's name.
fn account(code: u32, name: &str) -> String {
    let class = match code / 100_000 {
        1 => "assets",
        2 => "liabilities",
        3 => "equity",
        4 => "income",
        _ => "expenses",
    };
    let name: Vec<&str> = name.split_whitespace().collect();
    format!("{class}:{code} {}", name.join(" ")).replace(';', ",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn writes_what_hledger_reads() -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut journal =
            Journal::begin(&mut bytes, [(111_100, "Kas  kasir"), (411_000, "Penjualan")].into_iter())?;
        let lines = [(111_100, "Kas  kasir".to_owned(), 5000), (411_000, "Penjualan".to_owned(), -5000)];
        journal.entry(BusinessDate(20_000), "sale 1-7", lines.into_iter())?;
        journal.end()?;
        expect![[r"
            commodity 1000. IDR

            account assets:111100 Kas kasir
            account income:411000 Penjualan

            2024-10-04 sale 1-7
                assets:111100 Kas kasir  5000 IDR
                income:411000 Penjualan  -5000 IDR
        "]]
        .assert_eq(&String::from_utf8_lossy(&bytes));
        Ok(())
    }
}
