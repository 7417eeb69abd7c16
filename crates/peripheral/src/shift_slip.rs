//! The slip of a closed shift: the cash count, and a seal of the books that an outsider can keep on paper.

use crate::heading::{Heading, Moment};
use crate::labels::Labels;
use crate::slip::{Emphasis, Paper, Slip, Writer};
use lumbung_primitives::Money;
use lumbung_primitives::money::group_thousands;

/// Cash figures are positive in both directions; the slip gives those that left the drawer a minus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShiftSlip {
    pub device_letter: String,
    pub cashier: String,
    pub opened: Moment,
    pub closed: Moment,
    pub is_copy: bool,

    pub opening_cash: Money,
    pub cash_sales: Money,
    pub cash_deposits: Money,
    pub cash_bon_payments: Money,
    pub cash_in: Money,
    pub cash_refunds: Money,
    pub cash_withdrawals: Money,
    pub cash_out: Money,
    pub cash_expected: Money,
    pub cash_counted: Money,

    pub qris_sales: Money,
    pub bon_sales: Money,
    pub receipts: u32,
    pub reversals: u32,
    /// First and last receipt number; `None` where nothing was sold.
    pub numbers: Option<(String, String)>,
    /// The hash of this device's last document, 64 hexadecimal digits: a witness outside the computer.
    pub head_hash: String,
}

impl ShiftSlip {
    pub fn slip(&self, heading: &Heading, paper: Paper, labels: &Labels) -> Slip {
        let mut out = Writer::new(paper);
        out.heading(heading, labels);
        out.title(Some(labels.shift_title), self.is_copy, labels);
        out.labelled(labels.device, &self.device_letter);
        out.labelled(labels.cashier, &self.cashier);
        out.labelled(labels.opened, &self.opened.to_string());
        out.labelled(labels.closed, &self.closed.to_string());
        out.rule();
        self.write_cash(&mut out, labels);
        out.rule();
        for (label, amount) in [(labels.qris_sales, self.qris_sales), (labels.bon_sales, self.bon_sales)] {
            out.amount(label, amount, Emphasis::None);
        }
        for (label, count) in [(labels.receipts, self.receipts), (labels.reversals, self.reversals)] {
            out.pair(label, &group_thousands(count.into()), Emphasis::None);
        }
        if let Some((first, last)) = &self.numbers {
            out.pair(labels.first_number, first, Emphasis::None);
            out.pair(labels.last_number, last, Emphasis::None);
        }
        out.rule();
        out.left(labels.head, 0);
        out.left(&in_fours(&self.head_hash), 0);
        out.signature(labels.cashier.trim_end_matches([':', ' ']));
        out.signature(labels.officer);
        out.finish(None)
    }

    fn write_cash(&self, out: &mut Writer, labels: &Labels) {
        out.amount(labels.opening_cash, self.opening_cash, Emphasis::None);
        for (label, amount) in [
            (labels.cash_sales, self.cash_sales),
            (labels.cash_deposits, self.cash_deposits),
            (labels.cash_bon_payments, self.cash_bon_payments),
            (labels.cash_in, self.cash_in),
            (labels.cash_refunds, -self.cash_refunds),
            (labels.cash_withdrawals, -self.cash_withdrawals),
            (labels.cash_out, -self.cash_out),
        ] {
            if !amount.is_zero() {
                out.amount(label, amount, Emphasis::None);
            }
        }
        out.amount(labels.cash_expected, self.cash_expected, Emphasis::None);
        out.amount(labels.cash_counted, self.cash_counted, Emphasis::None);
        out.amount(labels.cash_difference, self.cash_counted - self.cash_expected, Emphasis::Tall);
    }
}

/// Groups of four, which a person can compare and a 32 column line holds six of.
fn in_fours(hash: &str) -> String {
    let mut out = String::new();
    for (at, digit) in hash.chars().enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_shop::{heading, moment};
    use expect_test::expect;

    fn busy_day() -> ShiftSlip {
        ShiftSlip {
            device_letter: "A".into(),
            cashier: "Siti".into(),
            opened: moment(7, 2),
            closed: moment(16, 5),
            is_copy: false,
            opening_cash: Money(200_000),
            cash_sales: Money(1_482_300),
            cash_deposits: Money(60_000),
            cash_bon_payments: Money(125_000),
            cash_in: Money(0),
            cash_refunds: Money(6_500),
            cash_withdrawals: Money(250_000),
            cash_out: Money(35_000),
            cash_expected: Money(1_575_800),
            cash_counted: Money(1_575_300),
            qris_sales: Money(312_000),
            bon_sales: Money(220_325),
            receipts: 61,
            reversals: 1,
            numbers: Some(("A-000042".into(), "A-000102".into())),
            head_hash: "0123456789abcdef".repeat(4),
        }
    }

    #[test]
    fn a_busy_day() {
        let text = busy_day().slip(&heading(), Paper::Mm58, &Labels::ID).text();
        expect![[r"
                    KDMP KARANGREJO
                     Gerai Sembako
              Ds. Karangrejo, Kec. Contoh
                 NIK Kop. 0000000000000
            --------------------------------
                      TUTUP KASIR
            Kasa: A
            Kasir: Siti
            Buka : 23/01/2026 07.02 WIB
            Tutup: 23/01/2026 16.05 WIB
            --------------------------------
            Kas awal                 200.000
            Penjualan tunai        1.482.300
            Setoran simpanan          60.000
            Pelunasan bon            125.000
            Retur tunai               -6.500
            Penarikan simpanan      -250.000
            Kas keluar               -35.000
            Kas seharusnya         1.575.800
            Kas dihitung           1.575.300
            SELISIH                     -500
            --------------------------------
            QRIS                     312.000
            Bon                      220.325
            Jumlah struk                  61
            Pembatalan                     1
            Struk pertama           A-000042
            Struk terakhir          A-000102
            --------------------------------
            Sidik buku:
            0123 4567 89ab cdef 0123 4567
            89ab cdef 0123 4567 89ab cdef
            0123 4567 89ab cdef


            Kasir: ................


            Pengurus: ................
        "]]
        .assert_eq(&text);
    }

    #[test]
    fn a_day_without_sales_prints_its_count_all_the_same() {
        let quiet = ShiftSlip {
            cash_sales: Money(0),
            numbers: None,
            receipts: 0,
            cash_counted: Money(1_575_800),
            is_copy: true,
            ..busy_day()
        };
        let text = quiet.slip(&heading(), Paper::Mm58, &Labels::ID).text();
        assert!(text.contains("SELISIH                        0\n"), "{text}");
        assert!(text.contains("SALINAN"));
        for absent in ["Penjualan tunai", "Kas masuk", "Struk pertama"] {
            assert!(!text.contains(absent), "{absent}");
        }
    }
}
