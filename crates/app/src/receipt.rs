//! Slips on paper and on screen: made from the stored document, so that a copy says what the first said.

use crate::error::{Refused, language};
use crate::permission::Action;
use crate::sale::{ReceiptLineView, ReceiptSummary, ReceiptView, SaleDone, load_body, return_view};
use crate::session::Language;
use crate::shift::ShiftReport;
use crate::{Answer, App, member::PaymentDone};
use lumbung_document::body::payment::SavingsKind;
use lumbung_document::body::sale::{Tender, Tendered};
use lumbung_document::body::{Sale, SaleReturn};
use lumbung_document::{Body, MemberMoveKind, SealedDocument};
use lumbung_peripheral::{
    Discount, Heading, ItemLine, Labels, MemberLine, Moment, Paper, Payment, PaymentKind, PaymentSlip,
    PrinterOptions, Receipt, ReceiptKind, ShiftSlip, Slip, Ticket, encode,
};
use lumbung_posting::{account, flow};
use lumbung_primitives::{DocRef, Money, Ref, device_letter};
use lumbung_store::query;
use lumbung_store::query::shift::ShiftRow;

/// How many of the latest slips the reprint list shows.
const RECENT: u32 = 50;

/// `A-000127`.
pub(crate) fn receipt_number(device_no: u32, number: u64) -> String {
    format!("{}-{number:06}", device_letter(device_no))
}

/// Whose letter stands before the number: a slip that was written again after the end of a series is still the
/// one in the customer's hand.
pub(crate) fn slip_device(document: &SealedDocument) -> u32 {
    document.header.reissue_of.map_or(document.at.device_no, |original| original.device_no)
}

impl App {
    /// A slip by its number as typed (`A-000127`, `127`) or by the code printed on it.
    pub fn find_receipt(&mut self, text: &str) -> Answer<ReceiptView> {
        self.require(Action::Look)?;
        let unknown = || Refused::ReceiptUnknown(text.trim().to_owned());
        let code = text.trim().trim_start_matches(lumbung_peripheral::barcode::RECEIPT_PREFIX);
        let (letters, digits) = code.split_once('-').unwrap_or(("", code));
        let number: u64 = digits.parse().map_err(|_| unknown())?;
        let device_no =
            if letters.is_empty() { self.own_device() } else { device_of(letters).ok_or_else(unknown)? };
        let at = query::receipt::by_number(self.connection(), device_no, number)?.ok_or_else(unknown)?;
        Ok(self.receipt_view(at)?)
    }

    /// The latest sales and returns of this device, newest first.
    pub fn recent_receipts(&mut self) -> Answer<Vec<ReceiptSummary>> {
        self.require(Action::Look)?;
        let zone = self.ledger.identity().zone;
        let mut recent = Vec::new();
        let mut slips = Vec::new();
        for device_no in self.drawer_devices()? {
            slips.extend(query::receipt::latest(self.connection(), device_no, RECENT)?);
        }
        slips.truncate(RECENT as usize);
        for at in slips {
            let Some(document) = query::document::load(self.connection(), at)? else { continue };
            let (member, tenders, is_return, number) = match body_of(&document)? {
                Some(Body::Sale(body)) => (body.member, body.tenders, false, body.receipt_no),
                Some(Body::SaleReturn(body)) => (body.member, body.tenders, true, body.receipt_no),
                _ => continue,
            };
            recent.push(ReceiptSummary {
                sale: at,
                receipt_no: receipt_number(slip_device(&document), number),
                is_return,
                time: zone.local(document.header.wall_ms).format("%H.%M").to_string(),
                member_name: self.member_name(member)?,
                total_rp: tenders.iter().map(|tendered| tendered.amount).sum(),
                tender: first_tender(&tenders).into(),
            });
        }
        Ok(recent)
    }

    pub(crate) fn receipt_view(&self, at: DocRef) -> Result<ReceiptView, Refused> {
        let document = self.document(at)?;
        let zone = self.ledger.identity().zone;
        let body = body_of(&document)?;
        let (number, member, tenders) = match &body {
            Some(Body::Sale(body)) => (body.receipt_no, body.member, body.tenders.clone()),
            Some(Body::SaleReturn(body)) => (body.receipt_no, body.member, body.tenders.clone()),
            _ => return Err(Refused::NotASale),
        };
        let is_return = matches!(body, Some(Body::SaleReturn(_)));
        let lines = if is_return { Vec::new() } else { self.receipt_lines(at)? };
        Ok(ReceiptView {
            sale: at,
            receipt_no: receipt_number(slip_device(&document), number),
            is_return,
            business_date: document.header.business_date,
            time: zone.local(document.header.wall_ms).format("%H.%M").to_string(),
            member_name: self.member_name(member)?,
            total_rp: tenders.iter().map(|tendered| tendered.amount).sum(),
            tender: first_tender(&tenders).into(),
            reversed: query::document::is_reversed(self.connection(), at)?,
            lines,
            copy: self.slip_text(&document, true)?,
        })
    }

    fn receipt_lines(&self, sale: DocRef) -> Result<Vec<ReceiptLineView>, Refused> {
        let view = return_view(self.connection(), sale, self.policy()?)?;
        let mut lines = Vec::with_capacity(view.body.lines.len());
        for (((position, line), returned), name) in
            (0_u32..).zip(&view.body.lines).zip(&view.returned).zip(&view.names)
        {
            let unit =
                query::item::by_key(self.connection(), line.item.key())?.map_or_else(String::new, |r| r.unit);
            lines.push(ReceiptLineView {
                line: position,
                item: line.item,
                name: name.clone(),
                unit,
                quantity: line.quantity,
                unit_price_rp: line.unit_price,
                amount_rp: line.amount - line.discount,
                returned: *returned,
            });
        }
        Ok(lines)
    }

    /// A document of the log.
    pub(crate) fn document(&self, at: DocRef) -> Result<SealedDocument, Refused> {
        let unknown = || Refused::ReceiptUnknown(at.to_string());
        query::document::load(self.connection(), at)?.ok_or_else(unknown)
    }

    pub(crate) fn sale_done(&self, document: &SealedDocument) -> Result<SaleDone, Refused> {
        let (number, tenders) = match body_of(document)? {
            Some(Body::Sale(body)) => (body.receipt_no, body.tenders),
            Some(Body::SaleReturn(body)) => (body.receipt_no, body.tenders),
            _ => return Err(Refused::NotASale),
        };
        Ok(SaleDone {
            sale: document.at,
            receipt_no: receipt_number(slip_device(document), number),
            total_rp: tenders.iter().map(|tendered| tendered.amount).sum(),
            change_rp: tenders.iter().map(|tendered| tendered.handed - tendered.amount).sum(),
            receipt: self.slip_text(document, false)?,
        })
    }

    pub(crate) fn payment_done(&self, document: &SealedDocument) -> Result<PaymentDone, Refused> {
        let number = body_of(document)?.and_then(|body| body.receipt_no()).unwrap_or(0);
        Ok(PaymentDone {
            document: document.at,
            receipt_no: receipt_number(slip_device(document), number),
            receipt: self.slip_text(document, false)?,
        })
    }

    fn slip_text(&self, document: &SealedDocument, is_copy: bool) -> Result<String, Refused> {
        Ok(self.slip(document, is_copy)?.text())
    }

    /// The slip as a printer takes it; the drawer opens for a first print that moved cash.
    pub(crate) fn slip_bytes(&self, document: &SealedDocument, is_copy: bool) -> Result<Vec<u8>, Refused> {
        let tenders = match body_of(document)? {
            Some(Body::Sale(body)) => body.tenders,
            Some(Body::SaleReturn(body)) => body.tenders,
            _ => Vec::new(),
        };
        let moved_cash = tenders.is_empty() || tenders.iter().any(|tendered| tendered.tender == Tender::Cash);
        let options = PrinterOptions { cut: false, open_drawer: moved_cash && !is_copy, qr: true };
        Ok(encode(&self.slip(document, is_copy)?, options))
    }

    fn slip(&self, document: &SealedDocument, is_copy: bool) -> Result<Slip, Refused> {
        let (heading, labels) = (self.heading(), labels());
        let slip = match body_of(document)? {
            Some(Body::Sale(body)) => {
                self.sale_receipt(document, &body, is_copy)?.slip(&heading, Paper::Mm58, labels)
            }
            Some(Body::SaleReturn(body)) => {
                self.return_receipt(document, &body, is_copy)?.slip(&heading, Paper::Mm58, labels)
            }
            Some(Body::SavingsDeposit(body)) => {
                let parts: Vec<(String, Money)> = body
                    .lines
                    .iter()
                    .map(|line| (savings_label(line.kind).to_owned(), line.amount))
                    .collect();
                let ticket = self.ticket(document, body.receipt_no, Some(body.member), is_copy)?;
                let total = parts.iter().map(|(_, amount)| *amount).sum();
                let slip =
                    PaymentSlip { kind: PaymentKind::SavingsDeposit, ticket, parts, total, cash: None };
                slip.slip(&heading, Paper::Mm58, labels)
            }
            Some(Body::BonPayment(body)) => {
                let ticket = self.ticket(document, body.receipt_no, Some(body.member), is_copy)?;
                let owed = self.bon_owed(body.member)?;
                let kind = PaymentKind::BonPayment { owed };
                let slip = PaymentSlip { kind, ticket, parts: Vec::new(), total: body.amount, cash: None };
                slip.slip(&heading, Paper::Mm58, labels)
            }
            _ => return Err(Refused::NotASale),
        };
        Ok(slip)
    }

    fn sale_receipt(
        &self,
        document: &SealedDocument,
        body: &Sale,
        is_copy: bool,
    ) -> Result<Receipt, Refused> {
        let mut items = Vec::with_capacity(body.lines.len());
        for line in &body.lines {
            let (name, unit) = self.item_words(line.item)?;
            items.push(ItemLine {
                name,
                quantity: line.quantity,
                unit,
                unit_price: line.unit_price,
                amount: line.amount,
                discount: (!line.discount.is_zero()).then_some(Discount::Other(line.discount)),
            });
        }
        let subtotal: Money = body.lines.iter().map(|line| line.amount).sum();
        let discount: Money = body.lines.iter().map(|line| line.discount).sum();
        // A copy made later would show another sum than the first print did, so it shows none.
        let member_year_total = match body.member {
            Some(member) if !is_copy => Some(self.purchases_in_year_of(document, member)?),
            _ => None,
        };
        Ok(Receipt {
            kind: ReceiptKind::Sale,
            ticket: self.ticket(document, body.receipt_no, body.member, is_copy)?,
            items,
            subtotal,
            discount,
            total: subtotal - discount,
            payments: self.payments(&body.tenders, body.rounding, body.member)?,
            member_year_total,
        })
    }

    fn return_receipt(
        &self,
        document: &SealedDocument,
        body: &SaleReturn,
        is_copy: bool,
    ) -> Result<Receipt, Refused> {
        let mut items = Vec::with_capacity(body.lines.len());
        let Some(Body::Sale(original)) = load_body(self.connection(), body.sale)? else {
            return Err(Refused::NotASale);
        };
        for line in &body.lines {
            let (name, unit) = self.item_words(line.item)?;
            let sold = usize::try_from(line.line).ok().and_then(|index| original.lines.get(index));
            items.push(ItemLine {
                name,
                quantity: line.quantity,
                unit,
                unit_price: sold.map_or(Money::ZERO, |sold| sold.unit_price),
                amount: line.amount,
                discount: None,
            });
        }
        let total: Money = body.lines.iter().map(|line| line.amount).sum();
        let sold = self.document(body.sale)?;
        let first_number = receipt_number(slip_device(&sold), original.receipt_no);
        Ok(Receipt {
            kind: ReceiptKind::Return { first_number },
            ticket: self.ticket(document, body.receipt_no, body.member, is_copy)?,
            items,
            subtotal: total,
            discount: Money::ZERO,
            total,
            payments: self.payments(&body.tenders, body.rounding, body.member)?,
            member_year_total: None,
        })
    }

    fn payments(
        &self,
        tenders: &[Tendered],
        rounding: Money,
        member: Option<DocRef>,
    ) -> Result<Vec<Payment>, Refused> {
        let mut payments = Vec::with_capacity(tenders.len());
        for tendered in tenders {
            payments.push(match tendered.tender {
                Tender::Cash => Payment::Cash {
                    rounding,
                    due: tendered.amount,
                    received: tendered.handed,
                    change: tendered.handed - tendered.amount,
                },
                Tender::Qris => Payment::Qris(tendered.amount),
                Tender::Bon => {
                    let owed = match member {
                        Some(member) => self.bon_owed(member)?,
                        None => tendered.amount,
                    };
                    Payment::Bon { amount: tendered.amount, owed }
                }
            });
        }
        Ok(payments)
    }

    fn ticket(
        &self,
        document: &SealedDocument,
        number: u64,
        member: Option<DocRef>,
        is_copy: bool,
    ) -> Result<Ticket, Refused> {
        let member = match member {
            Some(member) => query::member::by_key(self.connection(), member.key())?
                .map(|row| MemberLine { number: row.member_no, name: row.name }),
            None => None,
        };
        Ok(Ticket {
            number: receipt_number(slip_device(document), number),
            moment: Moment { at_ms: document.header.wall_ms, zone: self.ledger.identity().zone },
            cashier: self.actor_name(document.header.actor)?,
            member,
            is_copy,
        })
    }

    fn heading(&self) -> Heading {
        Heading {
            coop_name: self.ledger.identity().coop_name.clone(),
            outlet_name: String::new(),
            address: String::new(),
            registration_no: String::new(),
            footer: None,
        }
    }

    fn actor_name(&self, actor: Ref) -> Result<String, Refused> {
        match actor {
            Ref::This => Ok("operator".to_owned()),
            Ref::Doc(staff) => Ok(query::member::person_name(self.connection(), staff.key())?),
        }
    }

    fn item_words(&self, item: DocRef) -> Result<(String, String), Refused> {
        let row = query::item::by_key(self.connection(), item.key())?;
        Ok(row.map_or_else(|| (item.to_string(), String::new()), |row| (row.name, row.unit)))
    }

    fn member_name(&self, member: Option<DocRef>) -> Result<Option<String>, Refused> {
        match member {
            Some(member) => Ok(Some(query::member::person_name(self.connection(), member.key())?)),
            None => Ok(None),
        }
    }

    fn bon_owed(&self, member: DocRef) -> Result<Money, Refused> {
        Ok(self.balance(member, MemberMoveKind::BON)?)
    }

    fn purchases_in_year_of(&self, document: &SealedDocument, member: DocRef) -> Result<Money, Refused> {
        let year = document.header.business_date.year();
        Ok(self.purchases(member, year)?)
    }

    /// The slip of a count: what passed the drawer, and the head's hash as a paper witness.
    pub(crate) fn shift_slip(
        &self,
        report: &ShiftReport,
        row: &ShiftRow,
        closed: DocRef,
        receipts: &[u64],
    ) -> Result<String, Refused> {
        let totals = query::shift::totals(self.connection(), row.shift)?;
        let cash = |wanted: &[u8], sign: i64| -> Money {
            let lines = totals.iter().filter(|(account, flow, amount)| {
                *account == account::TILL_CASH && wanted.contains(flow) && amount.signum() == sign
            });
            lines.map(|(_, _, amount)| Money(amount.abs())).sum()
        };
        let closing = query::document::load(self.connection(), closed)?;
        let closed_ms = closing.as_ref().map_or(row.wall_ms, |document| document.header.wall_ms);
        let zone = self.ledger.identity().zone;
        let number = |number: &u64| receipt_number(row.shift.device_no, *number);
        let slip = ShiftSlip {
            device_letter: device_letter(row.shift.device_no),
            cashier: query::member::person_name(self.connection(), row.actor)?,
            opened: Moment { at_ms: row.wall_ms, zone },
            closed: Moment { at_ms: closed_ms, zone },
            is_copy: false,
            opening_cash: report.opening_rp,
            cash_sales: report.cash_sales_rp,
            cash_deposits: cash(&[flow::MEMBER_CAPITAL, flow::MEMBER_SAVINGS], 1),
            cash_bon_payments: Money::ZERO,
            cash_in: Money::ZERO,
            cash_refunds: Money::ZERO,
            cash_withdrawals: Money::ZERO,
            cash_out: cash(&[flow::SUPPLIERS, flow::EXPENSES], -1),
            cash_expected: report.expected_rp,
            cash_counted: report.counted_rp,
            qris_sales: report.qris_rp,
            bon_sales: report.bon_rp,
            receipts: report.receipts,
            reversals: 0,
            numbers: receipts.first().zip(receipts.last()).map(|(first, last)| (number(first), number(last))),
            head_hash: closing.map_or_else(String::new, |document| document.hash.to_string()),
        };
        Ok(slip.slip(&self.heading(), Paper::Mm58, labels()).text())
    }
}

fn body_of(document: &SealedDocument) -> Result<Option<Body>, Refused> {
    Ok(document.body().map_err(lumbung_store::StoreError::from)?)
}

fn labels() -> &'static Labels {
    match language() {
        Language::Id => &Labels::ID,
        Language::En => &Labels::EN,
    }
}

const fn savings_label(kind: SavingsKind) -> &'static str {
    match kind {
        SavingsKind::Pokok => "Simpanan pokok",
        SavingsKind::Wajib => "Simpanan wajib",
        SavingsKind::Sukarela => "Simpanan sukarela",
    }
}

fn first_tender(tenders: &[Tendered]) -> Tender {
    tenders.first().map_or(Tender::Cash, |tendered| tendered.tender)
}

/// The device of a letter: A is 1, AA is 27.
fn device_of(letters: &str) -> Option<u32> {
    letters.trim().chars().try_fold(0_u32, |number, letter| {
        let letter = letter.to_ascii_uppercase();
        let digit = letter.is_ascii_uppercase().then(|| u32::from(letter) - u32::from('A') + 1)?;
        number.checked_mul(26)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_names_the_device_that_it_was_given_to() {
        for device in [1, 2, 26, 27, 53, 703] {
            assert_eq!(device_of(&device_letter(device)), Some(device));
        }
        assert_eq!(device_of("4"), None);
    }
}
