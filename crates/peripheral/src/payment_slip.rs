//! Slips for money that is no sale: savings paid in or out, and payments of a bon. They show what was paid
//! now and, for a bon, what is still owed; never what a member has saved.

use crate::barcode::receipt_code;
use crate::heading::{Heading, Ticket};
use crate::labels::Labels;
use crate::slip::{Emphasis, Paper, Slip, Writer};
use lumbung_primitives::Money;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentSlip {
    pub kind: PaymentKind,
    pub ticket: Ticket,
    /// Name and amount of each part, for example each kind of savings or each receipt on bon.
    pub parts: Vec<(String, Money)>,
    pub total: Money,
    /// Cash handed over and given back; `None` for QRIS, and not printed on a withdrawal.
    pub cash: Option<(Money, Money)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaymentKind {
    SavingsDeposit,
    /// Has a line for the member's signature.
    SavingsWithdrawal,
    BonPayment {
        /// All that the member owes afterwards.
        owed: Money,
    },
}

impl PaymentSlip {
    pub fn slip(&self, heading: &Heading, paper: Paper, labels: &Labels) -> Slip {
        let mut out = Writer::new(paper);
        out.heading(heading, labels);
        let title = match self.kind {
            PaymentKind::SavingsDeposit => labels.savings_deposit,
            PaymentKind::SavingsWithdrawal => labels.savings_withdrawal,
            PaymentKind::BonPayment { .. } => labels.bon_payment,
        };
        out.title(Some(title), self.ticket.is_copy, labels);
        out.ticket(&self.ticket, labels);
        for (name, amount) in &self.parts {
            out.amount(name, *amount, Emphasis::None);
        }
        out.rule();
        match (self.kind, self.cash) {
            (PaymentKind::SavingsWithdrawal, _) => {
                out.amount(labels.cash_paid_out, self.total, Emphasis::Tall);
            }
            (_, Some((received, change))) => {
                out.amount(labels.total, self.total, Emphasis::Tall);
                out.amount(labels.cash_received, received, Emphasis::None);
                out.amount(labels.change, change, Emphasis::None);
            }
            (_, None) => {
                out.amount(labels.total, self.total, Emphasis::Tall);
                out.amount(labels.qris, self.total, Emphasis::None);
            }
        }
        if let PaymentKind::BonPayment { owed } = self.kind {
            out.amount(labels.bon_owed, owed, Emphasis::None);
        }
        if self.kind == PaymentKind::SavingsWithdrawal {
            out.signature(labels.received_by);
        }
        out.footer(heading, labels);
        out.finish(Some(receipt_code(&self.ticket.number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_shop::{heading, ticket};
    use expect_test::{Expect, expect};

    fn check(kind: PaymentKind, parts: &[(&str, i64)], cash: Option<(i64, i64)>, expected: Expect) {
        let slip = PaymentSlip {
            kind,
            ticket: ticket("A-000043"),
            parts: parts.iter().map(|(name, amount)| ((*name).to_owned(), Money(*amount))).collect(),
            total: parts.iter().map(|(_, amount)| Money(*amount)).sum(),
            cash: cash.map(|(received, change)| (Money(received), Money(change))),
        };
        let text = slip.slip(&heading(), Paper::Mm58, &Labels::ID).text();
        let body: Vec<_> = text.lines().skip(5).collect();
        expected.assert_eq(&(body.join("\n") + "\n"));
    }

    #[test]
    fn savings_paid_in() {
        let parts = [("Simpanan wajib Jan 2026", 10_000), ("Simpanan sukarela", 50_000)];
        check(
            PaymentKind::SavingsDeposit,
            &parts,
            Some((100_000, 40_000)),
            expect![[r"
                    SETORAN SIMPANAN
            No  : A-000043
            Tgl : 23/01/2026 09.14 WIB
            Kasir: Siti
            Agt : A-0005 JOKO S.
            --------------------------------
            Simpanan wajib Jan 2026   10.000
            Simpanan sukarela         50.000
            --------------------------------
            Total                     60.000
            Tunai                    100.000
            Kembali                   40.000
            --------------------------------
                   Simpan struk ini.
                      Terima kasih
        "]],
        );
    }

    #[test]
    fn savings_paid_out() {
        check(
            PaymentKind::SavingsWithdrawal,
            &[("Simpanan sukarela", 250_000)],
            None,
            expect![[r"
                   PENARIKAN SIMPANAN
            No  : A-000043
            Tgl : 23/01/2026 09.14 WIB
            Kasir: Siti
            Agt : A-0005 JOKO S.
            --------------------------------
            Simpanan sukarela        250.000
            --------------------------------
            DIBAYAR TUNAI            250.000


            Penerima: ................
            --------------------------------
                   Simpan struk ini.
                      Terima kasih
        "]],
        );
    }

    #[test]
    fn a_bon_paid_by_qris() {
        let kind = PaymentKind::BonPayment { owed: Money(75_000) };
        check(
            kind,
            &[("Bon A-000017", 125_000)],
            None,
            expect![[r"
                       BAYAR BON
            No  : A-000043
            Tgl : 23/01/2026 09.14 WIB
            Kasir: Siti
            Agt : A-0005 JOKO S.
            --------------------------------
            Bon A-000017             125.000
            --------------------------------
            Total                    125.000
            QRIS                     125.000
            Sisa bon                  75.000
            --------------------------------
                   Simpan struk ini.
                      Terima kasih
        "]],
        );
    }
}
