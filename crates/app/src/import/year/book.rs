//! Booking the rows of a shop year in the order in which they happened.

use super::YearImported;
use super::read::{self, Event, What, Year};
use crate::booking::{Booking, Stamp};
use crate::error::Refused;
use crate::import::RejectedRow;
use crate::{FIRST_OUTLET, sale};
use lumbung_document::Body;
use lumbung_document::body::payment::{ExpenseLine, SavingsLine};
use lumbung_document::body::purchase::{Paid, PurchaseLine};
use lumbung_document::body::sale::Tender;
use lumbung_domain::reference::Fields;
use lumbung_domain::sale::{SaleCommand, SaleItem, SaleLineCommand, SaleMember, SaleView};
use lumbung_domain::shift::{CloseCommand, OpenCommand, OpenShift};
use lumbung_domain::stock::StockBalance;
use lumbung_domain::{Decision, Policy, Rejection, journal, member, purchase, savings, shift};
use lumbung_posting::account;
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Ref, Zone};
use std::collections::HashMap;

/// Costs that differ are listed up to here.
const DIFFERENCES_MAX: usize = 100;

pub(super) struct Books<'a> {
    pub(super) year: &'a Year,
    zone: Zone,
    operator: Ref,
    receipt_no: u64,
    pub(super) items: HashMap<u64, SaleItem>,
    pub(super) members: HashMap<u64, DocRef>,
    suppliers: HashMap<String, DocRef>,
    cashiers: HashMap<String, DocRef>,
    sales: HashMap<u64, DocRef>,
    bon_owed: HashMap<DocRef, Money>,
    supplier_owed: HashMap<DocRef, Money>,
    shift: Option<OpenShift>,
    /// What the drawer holds by the books: the last close's rest and what passed since.
    pub(super) drawer: Money,
    report: YearImported,
}

impl<'a> Books<'a> {
    pub(super) fn new(year: &'a Year, zone: Zone, operator: Ref, receipt_no: u64) -> Self {
        Self {
            year,
            zone,
            operator,
            receipt_no,
            items: HashMap::with_capacity(year.products.len()),
            members: HashMap::with_capacity(year.members.len()),
            suppliers: HashMap::new(),
            cashiers: HashMap::new(),
            sales: HashMap::with_capacity(year.sales.len()),
            bon_owed: HashMap::new(),
            supplier_owed: HashMap::new(),
            shift: None,
            drawer: Money::ZERO,
            report: YearImported::default(),
        }
    }

    /// A cashier who is on the staff already is not entered twice.
    pub(super) fn know_cashier(&mut self, name: String, staff: DocRef) {
        self.cashiers.entry(name).or_insert(staff);
    }

    pub(super) fn into_report(self, documents: u64) -> YearImported {
        YearImported { documents, ..self.report }
    }

    pub(super) fn stamp(&self, date: BusinessDate, second: i64) -> Stamp {
        Stamp { wall_ms: self.zone.instant_ms(date, second), actor: self.operator }
    }

    pub(super) fn reject(
        &mut self,
        file: &str,
        row: u64,
        column: &str,
        refused: &dyn std::fmt::Display,
        code: &str,
    ) {
        self.report.rejected.push(RejectedRow {
            file: file.to_owned(),
            row,
            column: column.to_owned(),
            code: code.to_owned(),
            message: refused.to_string(),
        });
    }

    /// A rule's refusal puts the row on the list; a fault of the store ends the import.
    pub(super) fn outcome(
        &mut self,
        file: &str,
        row: u64,
        booked: Result<DocRef, Refused>,
    ) -> Result<Option<DocRef>, Refused> {
        match booked {
            Ok(at) => Ok(Some(at)),
            Err(Refused::Rule(rejection)) => {
                let words = Refused::Rule(rejection).render(crate::error::language());
                self.reject(file, row, "", &words.message, &words.code);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Rows of one second in the order in which they must have happened: a purchase goes before the first
    /// sale that would have emptied the shelf without it, and before all of them where none would.
    pub(super) fn order(&self, booking: &Booking<'_>, moment: &[Event]) -> Result<Vec<Event>, Refused> {
        let (purchases, sales): (Vec<Event>, Vec<Event>) =
            moment.iter().partition(|event| event.what() == What::Purchase);
        if purchases.is_empty() || sales.len() < 2 {
            return Ok(moment.to_vec());
        }
        let mut placed: Vec<(usize, Event)> = Vec::with_capacity(purchases.len());
        for purchase in purchases {
            let lines = &self.year.purchases[purchase.index].lines;
            let mut place = 0;
            if let [line] = lines.as_slice() {
                place = self.first_in_need(booking, line.sku, &sales)?.unwrap_or(0);
            }
            placed.push((place, purchase));
        }
        let mut ordered = Vec::with_capacity(moment.len());
        for (place, sale) in sales.into_iter().enumerate() {
            ordered.extend(placed.iter().filter(|(before, _)| *before == place).map(|(_, event)| *event));
            ordered.push(sale);
        }
        Ok(ordered)
    }

    /// The first of some sales whose line would take the last of an item.
    fn first_in_need(
        &self,
        booking: &Booking<'_>,
        sku: u64,
        sales: &[Event],
    ) -> Result<Option<usize>, Refused> {
        let Some(item) = self.items.get(&sku) else { return Ok(None) };
        let (mut left, _) = booking.unit.stock(sale::shelf(item.item, item.stock_account))?;
        for (place, event) in sales.iter().enumerate() {
            for line in self.year.sales[event.index].lines.iter().filter(|line| line.sku == sku) {
                if left <= line.quantity.0 {
                    return Ok(Some(place));
                }
                left -= line.quantity.0;
            }
        }
        Ok(None)
    }

    pub(super) fn book(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        // A day whose closing row is missing leaves its shift open; the next day has its own.
        if self.shift.is_none_or(|shift| shift.business_date != event.date) {
            let command = OpenCommand { outlet: FIRST_OUTLET, business_date: event.date, float: Money::ZERO };
            let decision = shift::open(false, BusinessDate(0), command)?;
            let at = booking.book(decision, self.stamp(event.date, OPENING_SECOND))?;
            self.shift = Some(OpenShift { shift: at, business_date: event.date });
        }
        match event.what() {
            What::Purchase => self.purchase(booking, event),
            What::SupplierPayment => self.supplier_payment(booking, event),
            What::Savings => self.savings(booking, event),
            What::BonPayment => self.bon_payment(booking, event),
            What::Expense => self.expense(booking, event),
            What::Sale => self.sale(booking, event),
            What::Closing => self.closing(booking, event),
        }
    }

    fn shift_ref(&self) -> Option<DocRef> {
        self.shift.map(|shift| shift.shift)
    }

    fn supplier(
        &mut self,
        booking: &mut Booking<'_>,
        name: &str,
        date: BusinessDate,
    ) -> Result<DocRef, Refused> {
        if let Some(supplier) = self.suppliers.get(name) {
            return Ok(*supplier);
        }
        let decision = member::save_supplier(Ref::This, &Fields::new(), name, date)?;
        let decision = decision.ok_or(Rejection::Empty)?;
        let at = booking.book(decision, self.stamp(date, 0))?;
        self.suppliers.insert(name.to_owned(), at);
        Ok(at)
    }

    fn cashier(&mut self, booking: &mut Booking<'_>, name: &str, date: BusinessDate) -> Result<Ref, Refused> {
        if name.is_empty() {
            return Ok(self.operator);
        }
        if let Some(staff) = self.cashiers.get(name) {
            return Ok(Ref::Doc(*staff));
        }
        let decision = member::save_staff(Ref::This, &Fields::new(), name, member::Role::Cashier, date)?;
        let decision = decision.ok_or(Rejection::Empty)?;
        let at = booking.book(decision, self.stamp(date, 0))?;
        self.cashiers.insert(name.to_owned(), at);
        Ok(Ref::Doc(at))
    }

    fn purchase(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        let row = &self.year.purchases[event.index];
        let supplier = self.supplier(booking, &row.supplier, event.date)?;
        let mut lines = Vec::with_capacity(row.lines.len());
        for line in &row.lines {
            let Some(item) = self.items.get(&line.sku) else {
                self.reject(
                    "purchases.csv",
                    row.row,
                    "sku_id",
                    &"barang tidak ada di products.csv",
                    "item_unknown",
                );
                return Ok(());
            };
            let (item, stock_account) = (item.item, item.stock_account);
            lines.push(PurchaseLine { item, quantity: line.quantity, value: line.amount, stock_account });
        }
        let value: Money = lines.iter().map(|line| line.value).sum();
        if value != row.total {
            self.reject(
                "purchases.csv",
                row.row,
                "total",
                &"total tidak sama dengan jumlah barisnya",
                "total_differs",
            );
            return Ok(());
        }
        let paid =
            if row.credit { vec![] } else { vec![Paid { account: account::TILL_CASH, amount: value }] };
        let command = purchase::PurchaseCommand {
            outlet: FIRST_OUTLET,
            business_date: event.date,
            supplier: Some(supplier),
            lines,
            paid,
            shift: if row.credit { None } else { self.shift_ref() },
        };
        let stamp = self.stamp(event.date, row.second);
        let booked = purchase::purchase(command).map_err(Refused::from).and_then(|d| booking.book(d, stamp));
        if self.outcome("purchases.csv", row.row, booked)?.is_some() {
            if row.credit {
                *self.supplier_owed.entry(supplier).or_default() += value;
            } else {
                self.drawer -= value;
            }
        }
        Ok(())
    }

    fn supplier_payment(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        let row = &self.year.supplier_payments[event.index];
        let supplier = self.supplier(booking, &row.supplier, event.date)?;
        let command = purchase::SupplierPaymentCommand {
            outlet: FIRST_OUTLET,
            business_date: event.date,
            supplier,
            amount: row.amount,
            discount: Money::ZERO,
            account: account::BANK,
            shift: None,
            owed: self.supplier_owed.get(&supplier).copied().unwrap_or_default(),
        };
        let stamp = self.stamp(event.date, OFFICE_SECOND);
        let booked =
            purchase::pay_supplier(command).map_err(Refused::from).and_then(|d| booking.book(d, stamp));
        if self.outcome("supplier_payments.csv", row.row, booked)?.is_some() {
            *self.supplier_owed.entry(supplier).or_default() -= row.amount;
        }
        Ok(())
    }

    fn savings(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        let row = &self.year.savings[event.index];
        let Some(member) = self.members.get(&row.member).copied() else {
            self.reject(
                "savings.csv",
                row.row,
                "member_id",
                &"anggota tidak ada di members.csv",
                "member_unknown",
            );
            return Ok(());
        };
        let period = (row.kind == lumbung_document::body::payment::SavingsKind::Wajib)
            .then(|| event.date.month_index());
        let command = savings::DepositCommand {
            receipt_no: self.receipt_no,
            outlet: FIRST_OUTLET,
            member,
            lines: vec![SavingsLine { kind: row.kind, amount: row.amount, period }],
        };
        let stamp = self.stamp(event.date, OFFICE_SECOND);
        let booked = savings::deposit(false, command, self.shift)
            .map_err(Refused::from)
            .and_then(|d| booking.book(d, stamp));
        if self.outcome("savings.csv", row.row, booked)?.is_some() {
            self.receipt_no += 1;
            self.drawer += row.amount;
        }
        Ok(())
    }

    fn bon_payment(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        let row = &self.year.bon_payments[event.index];
        let Some(member) = self.members.get(&row.member).copied() else {
            self.reject(
                "bon_payments.csv",
                row.row,
                "member_id",
                &"anggota tidak ada di members.csv",
                "member_unknown",
            );
            return Ok(());
        };
        let owed = self.bon_owed.get(&member).copied().unwrap_or_default();
        let command = savings::BonCommand {
            receipt_no: self.receipt_no,
            outlet: FIRST_OUTLET,
            member,
            amount: row.amount,
            owed,
        };
        let stamp = self.stamp(event.date, OFFICE_SECOND);
        let booked =
            savings::pay_bon(command, self.shift).map_err(Refused::from).and_then(|d| booking.book(d, stamp));
        if self.outcome("bon_payments.csv", row.row, booked)?.is_some() {
            self.receipt_no += 1;
            self.drawer += row.amount;
            self.bon_owed.insert(member, owed - row.amount);
        }
        Ok(())
    }

    fn expense(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        let row = &self.year.expenses[event.index];
        let expense_account = match row.account.as_str() {
            "Gaji" => account::PAYROLL,
            "Listrik" | "Internet" => account::UTILITIES,
            "Sewa" => account::RENT,
            "Lain-lain" => account::STATIONERY,
            other => {
                let words = format!("jenis biaya {other:?} tidak dikenal");
                self.reject("expenses.csv", row.row, "account", &words, "unknown_word");
                return Ok(());
            }
        };
        let command = journal::ExpenseCommand {
            outlet: FIRST_OUTLET,
            business_date: event.date,
            lines: vec![ExpenseLine { account: expense_account, amount: row.amount }],
            account: if row.bank { account::BANK } else { account::TILL_CASH },
            shift: if row.bank { None } else { self.shift_ref() },
            memo: row.memo.clone(),
        };
        let stamp = self.stamp(event.date, OFFICE_SECOND);
        let booked = journal::expense(command).map_err(Refused::from).and_then(|d| booking.book(d, stamp));
        if self.outcome("expenses.csv", row.row, booked)?.is_some() && !row.bank {
            self.drawer -= row.amount;
        }
        Ok(())
    }

    fn sale(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        let row = &self.year.sales[event.index];
        let actor = self.cashier(booking, &row.cashier, event.date)?;
        let stamp = Stamp { actor, ..self.stamp(event.date, row.second) };
        let decided = match row.returns {
            Some(of) => self.decide_return(booking, row, of),
            None => self.decide_sale(booking, row),
        };
        let booked = match decided {
            Ok(decision) => {
                if let Some((column, words)) = differs(row, &decision.body) {
                    self.reject("sales.csv", row.row, column, &words, "total_differs");
                    return Ok(());
                }
                self.compare_costs(row, &decision.body);
                booking.book(decision, stamp)
            }
            Err(refused) => Err(refused),
        };
        let Some(at) = self.outcome("sales.csv", row.row, booked)? else { return Ok(()) };
        self.receipt_no += 1;
        self.report.sales += 1;
        self.sales.insert(row.id, at);
        match row.tender {
            Tender::Cash => self.drawer += row.total,
            Tender::Bon => {
                if let Some(member) = row.member.and_then(|id| self.members.get(&id)) {
                    *self.bon_owed.entry(*member).or_default() += row.total;
                }
            }
            Tender::Qris => {}
        }
        Ok(())
    }

    fn decide_sale(&self, booking: &Booking<'_>, row: &read::Sale) -> Result<Decision, Refused> {
        let mut items = Vec::with_capacity(row.lines.len());
        let mut lines = Vec::with_capacity(row.lines.len());
        for line in &row.lines {
            let known = self.items.get(&line.sku).ok_or(Rejection::ItemUnknown)?;
            let (quantity, value) = booking.unit.stock(sale::shelf(known.item, known.stock_account))?;
            let stock = StockBalance { quantity: Quantity(quantity), value: Money(value) };
            items.push(SaleItem { stock, ..known.clone() });
            let (item, unit_price) = (known.item, Some(line.unit_price));
            lines.push(SaleLineCommand { item, quantity: line.quantity, unit_price });
        }
        let member = match row.member {
            Some(id) => Some(SaleMember {
                member: *self.members.get(&id).ok_or(Rejection::MemberUnknown)?,
                as_member: true,
                left: false,
                bon_owed: Money::ZERO,
                bon_limit: Money::ZERO,
            }),
            None => None,
        };
        let view = SaleView { items, member, policy: Policy::default() };
        let command = SaleCommand {
            receipt_no: self.receipt_no,
            outlet: FIRST_OUTLET,
            lines,
            tender: row.tender,
            handed: row.tendered,
            check_bon_limit: false,
        };
        Ok(lumbung_domain::sale::decide(&view, &command, self.shift)?)
    }

    fn decide_return(&self, booking: &Booking<'_>, row: &read::Sale, of: u64) -> Result<Decision, Refused> {
        let original = *self.sales.get(&of).ok_or(Rejection::ReturnLineUnknown)?;
        let view = sale::return_view(booking.unit.connection(), original, Policy::default())?;
        let mut lines = Vec::with_capacity(row.lines.len());
        for line in &row.lines {
            let item = self.items.get(&line.sku).ok_or(Rejection::ItemUnknown)?.item;
            let position = view.body.lines.iter().position(|sold| sold.item == item);
            let position = position.and_then(|position| u32::try_from(position).ok());
            lines.push((position.ok_or(Rejection::ReturnLineUnknown)?, -line.quantity));
        }
        let command = lumbung_domain::sale::ReturnCommand {
            receipt_no: self.receipt_no,
            lines,
            tender: row.tender,
            damaged: false,
        };
        Ok(lumbung_domain::sale::decide_return(&view, &command, self.shift)?)
    }

    /// Our moving average against the file's: a difference is booked as ours and listed.
    fn compare_costs(&mut self, row: &read::Sale, body: &Body) {
        let costs: Vec<Money> = match body {
            Body::Sale(sale) => sale.lines.iter().map(|line| line.cost).collect(),
            Body::SaleReturn(sale) => sale.lines.iter().map(|line| -line.cost).collect(),
            _ => return,
        };
        for (ours, line) in costs.iter().zip(&row.lines) {
            if *ours != line.cost && self.report.differences.len() < DIFFERENCES_MAX {
                self.report.differences.push(RejectedRow {
                    file: "sale_lines.csv".into(),
                    row: row.row,
                    column: "cogs".into(),
                    code: "cost_differs".into(),
                    message: format!(
                        "penjualan {}: HPP {} menurut berkas, {ours} menurut rata-rata",
                        row.id, line.cost
                    ),
                });
            }
        }
    }

    fn closing(&mut self, booking: &mut Booking<'_>, event: &Event) -> Result<(), Refused> {
        let row = &self.year.closings[event.index];
        if row.expected != self.drawer {
            self.report.differences.push(RejectedRow {
                file: "cash_closings.csv".into(),
                row: row.row,
                column: "expected".into(),
                code: "expected_differs".into(),
                message: format!("{} menurut berkas, {} menurut buku", row.expected, self.drawer),
            });
        }
        let command = CloseCommand {
            outlet: FIRST_OUTLET,
            expected: self.drawer,
            counted: row.counted,
            to_bank: row.to_bank,
            to_safe: Money::ZERO,
        };
        let stamp = self.stamp(event.date, CLOSING_SECOND);
        let booked =
            shift::close(self.shift, command).map_err(Refused::from).and_then(|d| booking.book(d, stamp));
        if self.outcome("cash_closings.csv", row.row, booked)?.is_some() {
            self.shift = None;
            self.drawer = row.counted - row.to_bank;
        }
        Ok(())
    }
}

/// Seconds of the day for what the files give a date alone.
const OPENING_SECOND: i64 = 4 * 3600;
const OFFICE_SECOND: i64 = 5 * 3600 + 1800;
const CLOSING_SECOND: i64 = 21 * 3600 + 1800;

/// A figure of the row that the decided document does not have: (column, sentence).
fn differs(row: &read::Sale, body: &Body) -> Option<(&'static str, String)> {
    let (amounts, total): (Vec<Money>, Money) = match body {
        Body::Sale(sale) => {
            (sale.lines.iter().map(|line| line.amount).collect(), sale.tenders.iter().map(|t| t.amount).sum())
        }
        Body::SaleReturn(sale) => (
            sale.lines.iter().map(|line| -line.amount).collect(),
            -sale.tenders.iter().map(|t| t.amount).sum::<Money>(),
        ),
        _ => return None,
    };
    for (ours, line) in amounts.iter().zip(&row.lines) {
        if *ours != line.amount {
            return Some((
                "amount",
                format!("baris bernilai {} menurut berkas, {ours} menurut harga", line.amount),
            ));
        }
    }
    (total != row.total)
        .then(|| ("total", format!("total {} menurut berkas, {total} menurut barisnya", row.total)))
}
