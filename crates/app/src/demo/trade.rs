//! The trade of a shop, written as the tables of a shop year. It keeps its own moving average and its own
//! drawer, apart from the code that will book it: what both say must agree.

use super::chance::Chance;
use super::goods::{Good, assortment};
use super::people::{Person, members};
use lumbung_primitives::BusinessDate;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

#[derive(Clone, Copy, Debug)]
pub struct Shop {
    pub seed: u64,
    pub first: BusinessDate,
    pub days: i32,
    pub sales_per_day: u64,
    pub products: u64,
    pub members: u64,
}

const SUPPLIERS: [&str; 4] =
    ["Grosir Rukun Makmur", "UD Sawah Ijo", "Agen Minuman Lestari", "CV Bersih Sejahtera"];
const OPENING_CASH: i64 = 500_000;
/// What a member may owe; the same as the demo cooperative's setting.
pub(super) const BON_LIMIT: i64 = 300_000;

/// Writes the eleven tables into `folder`, making it.
pub fn write_year(shop: &Shop, folder: &Path) -> io::Result<()> {
    write_year_until(shop, folder, i64::MAX)
}

/// As `write_year`, with the trade of the last day broken off at a second of that day.
pub(super) fn write_year_until(shop: &Shop, folder: &Path, until_second: i64) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut chance = Chance::new(shop.seed);
    let goods = assortment(&mut chance, shop.products);
    let people = members(&mut chance, shop.members, shop.first, shop.days);
    let mut trade = Trade {
        tables: Tables::new(folder)?,
        chance,
        shelf: vec![(0, 0); goods.len()],
        goods,
        people,
        owed: vec![],
        debts: std::collections::BTreeMap::new(),
        ids: [0; 6],
        recent: vec![],
        until_second,
    };
    trade.write_goods_and_people()?;
    let mut cash = OPENING_CASH;
    for day in 0..shop.days {
        cash = trade.day(shop, day, cash)?;
    }
    trade.tables.flush()
}

struct Tables(Vec<BufWriter<File>>);

const PURCHASES: usize = 0;
const PURCHASE_LINES: usize = 1;
const SUPPLIER_PAYMENTS: usize = 2;
const SAVINGS: usize = 3;
const SALES: usize = 4;
const SALE_LINES: usize = 5;
const EXPENSES: usize = 6;
const BON_PAYMENTS: usize = 7;
const CLOSINGS: usize = 8;
const PRODUCTS: usize = 9;
const MEMBERS: usize = 10;

const HEADERS: [(&str, &str); 11] = [
    ("purchases", "purchase_id,date,ts,supplier,payment,total"),
    ("purchase_lines", "purchase_id,line,sku_id,qty,unit_cost,amount"),
    ("supplier_payments", "payment_id,date,supplier,amount"),
    ("savings", "deposit_id,date,member_id,kind,amount"),
    ("sales", "sale_id,ts,cashier,member_id,payment,total,tendered,kind,ref_sale_id"),
    ("sale_lines", "sale_id,line,sku_id,qty,unit_price,amount,cogs"),
    ("expenses", "expense_id,date,account,payment,amount,memo"),
    ("bon_payments", "payment_id,date,member_id,amount"),
    ("cash_closings", "date,opening,cash_sales,other_in,out,to_bank,expected,counted,difference"),
    ("products", "sku_id,barcode,name,category,unit,weighed,cost,member_price,price,reorder_min"),
    ("members", "member_id,member_no,nik,name,sex,birth_date,join_date,status"),
];

impl Tables {
    fn new(folder: &Path) -> io::Result<Self> {
        let mut tables = Vec::with_capacity(HEADERS.len());
        for (name, header) in HEADERS {
            let mut table = BufWriter::new(File::create(folder.join(format!("{name}.csv")))?);
            writeln!(table, "{header}")?;
            tables.push(table);
        }
        Ok(Self(tables))
    }

    fn row(&mut self, table: usize, row: std::fmt::Arguments<'_>) -> io::Result<()> {
        writeln!(self.0[table], "{row}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.iter_mut().try_for_each(Write::flush)
    }
}

struct Trade {
    tables: Tables,
    chance: Chance,
    goods: Vec<Good>,
    people: Vec<Person>,
    /// (quantity in thousandths, value) of each good.
    shelf: Vec<(i64, i64)>,
    /// (day, supplier, amount) still to be paid.
    owed: Vec<(i32, &'static str, i64)>,
    /// Bon by member.
    debts: std::collections::BTreeMap<u64, i64>,
    ids: [u64; 6],
    /// (sale, member, good, quantity, price, cost) of lines that may come back.
    recent: Vec<(u64, Option<u64>, usize, i64, i64, i64)>,
    until_second: i64,
}

/// What a day did to the drawer.
#[derive(Default)]
struct Drawer {
    sales: i64,
    other_in: i64,
    out: i64,
}

impl Trade {
    fn id(&mut self, of: usize) -> u64 {
        self.ids[of] += 1;
        self.ids[of]
    }

    fn write_goods_and_people(&mut self) -> io::Result<()> {
        for good in &self.goods {
            let Good { sku, barcode, name, category, unit, weighed, cost, member_price, price } = good;
            let weighed = u8::from(*weighed);
            let row = format_args!(
                "{sku},{barcode},{name},{category},{unit},{weighed},{cost},{member_price},{price},5"
            );
            self.tables.row(PRODUCTS, row)?;
        }
        for person in &self.people {
            let Person { id, nik, name, female, birth_date, joined } = person;
            let sex = if *female { "P" } else { "L" };
            self.tables
                .row(MEMBERS, format_args!("{id},A{id:05},{nik},{name},{sex},{birth_date},{joined},aktif"))?;
        }
        Ok(())
    }

    fn day(&mut self, shop: &Shop, number: i32, opening: i64) -> io::Result<i64> {
        let date = shop.first.plus_days(number);
        let month_day = date.to_naive().format("%d").to_string();
        let mut drawer = Drawer::default();
        if number % 5 == 0 {
            self.deliveries(date, number)?;
        }
        self.pay_suppliers(date, number)?;
        self.savings(date, number, &month_day, &mut drawer)?;
        if month_day == "01" || month_day == "15" {
            self.bon_payments(date, &mut drawer)?;
        }
        self.expenses(date, &month_day, &mut drawer)?;
        let busy = if number % 7 > 4 { 125 } else { 100 };
        let sales = shop.sales_per_day * busy / 100;
        for nth in 0..sales {
            let second =
                7 * 3600 + i64::try_from(nth).unwrap_or(0) * 46_000 / i64::try_from(sales).unwrap_or(1);
            if number + 1 == shop.days && second >= self.until_second {
                break;
            }
            self.counter(date, second, &mut drawer)?;
        }
        let expected = opening + drawer.sales + drawer.other_in - drawer.out;
        let difference = *self.chance.pick(&[0, 0, 0, 0, 0, 500, -500, -1000]);
        let counted = expected + difference;
        let to_bank = ((counted - OPENING_CASH) / 50_000 * 50_000).max(0);
        let Drawer { sales, other_in, out } = drawer;
        let row = format_args!(
            "{date},{opening},{sales},{other_in},{out},{to_bank},{expected},{counted},{difference}"
        );
        self.tables.row(CLOSINGS, row)?;
        Ok(counted - to_bank)
    }

    fn deliveries(&mut self, date: BusinessDate, number: i32) -> io::Result<()> {
        for (slot, supplier) in SUPPLIERS.iter().enumerate() {
            let mut wanted = Vec::new();
            for good in (slot..self.goods.len()).step_by(SUPPLIERS.len()) {
                let level = if self.goods[good].weighed { 60_000 } else { 40_000 };
                if self.shelf[good].0 < level / 2 {
                    wanted.push((good, (level - self.shelf[good].0) / 1000 * 1000));
                }
            }
            if !wanted.is_empty() {
                let total = self.buy(date, "05:00:00", supplier, "credit", &wanted)?;
                self.owed.push((number + 10, supplier, total));
            }
        }
        Ok(())
    }

    fn buy(
        &mut self,
        date: BusinessDate,
        time: &str,
        supplier: &str,
        payment: &str,
        goods: &[(usize, i64)],
    ) -> io::Result<i64> {
        let id = self.id(0);
        let mut total = 0;
        for (line, (good, milli)) in (1..).zip(goods) {
            let unit_cost = self.goods[*good].cost * self.chance.between(97, 103) / 100 / 10 * 10;
            let amount = half_up(unit_cost * milli, 1000);
            let (quantity, value) = &mut self.shelf[*good];
            *quantity += milli;
            *value += amount;
            total += amount;
            let (sku, quantity) = (self.goods[*good].sku, plain(*milli));
            self.tables
                .row(PURCHASE_LINES, format_args!("{id},{line},{sku},{quantity},{unit_cost},{amount}"))?;
        }
        self.tables.row(PURCHASES, format_args!("{id},{date},{date}T{time},{supplier},{payment},{total}"))?;
        Ok(total)
    }

    fn pay_suppliers(&mut self, date: BusinessDate, number: i32) -> io::Result<()> {
        let (due, later): (Vec<_>, Vec<_>) = self.owed.drain(..).partition(|(day, _, _)| *day <= number);
        self.owed = later;
        for (_, supplier, amount) in due {
            let id = self.id(1);
            self.tables.row(SUPPLIER_PAYMENTS, format_args!("{id},{date},{supplier},{amount}"))?;
        }
        Ok(())
    }

    fn savings(
        &mut self,
        date: BusinessDate,
        number: i32,
        month_day: &str,
        drawer: &mut Drawer,
    ) -> io::Result<()> {
        for index in 0..self.people.len() {
            let (id, joined) = (self.people[index].id, self.people[index].joined);
            if joined == date || (number == 0 && joined < date) {
                self.deposit(date, id, "pokok", 100_000, drawer)?;
            }
            if month_day == "10" && joined <= date {
                if self.chance.percent(92) {
                    self.deposit(date, id, "wajib", 20_000, drawer)?;
                }
                if self.chance.percent(20) {
                    let amount = *self.chance.pick(&[10_000, 20_000, 50_000, 100_000]);
                    self.deposit(date, id, "sukarela", amount, drawer)?;
                }
            }
        }
        Ok(())
    }

    fn deposit(
        &mut self,
        date: BusinessDate,
        member: u64,
        kind: &str,
        amount: i64,
        drawer: &mut Drawer,
    ) -> io::Result<()> {
        let id = self.id(2);
        drawer.other_in += amount;
        self.tables.row(SAVINGS, format_args!("{id},{date},{member},{kind},{amount}"))
    }

    fn bon_payments(&mut self, date: BusinessDate, drawer: &mut Drawer) -> io::Result<()> {
        let debts: Vec<(u64, i64)> = self.debts.iter().map(|(member, debt)| (*member, *debt)).collect();
        for (member, debt) in debts {
            if debt > 0 && self.chance.percent(80) {
                let amount = if self.chance.percent(70) { debt } else { half_up(debt, 2) };
                self.debts.insert(member, debt - amount);
                drawer.other_in += amount;
                let id = self.id(3);
                self.tables.row(BON_PAYMENTS, format_args!("{id},{date},{member},{amount}"))?;
            }
        }
        Ok(())
    }

    fn expenses(&mut self, date: BusinessDate, month_day: &str, drawer: &mut Drawer) -> io::Result<()> {
        if month_day == "25" {
            let electricity = self.chance.between(280, 420) * 1000;
            for (account, amount) in
                [("Gaji", 2_400_000), ("Listrik", electricity), ("Sewa", 350_000), ("Internet", 150_000)]
            {
                let id = self.id(4);
                self.tables
                    .row(EXPENSES, format_args!("{id},{date},{account},bank,{amount},{account} bulan ini"))?;
            }
        }
        if self.chance.percent(30) {
            let amount = self.chance.between(5, 60) * 1000;
            drawer.out += amount;
            let memo = *self.chance.pick(&["plastik", "bensin", "kebersihan", "konsumsi rapat"]);
            let id = self.id(4);
            self.tables.row(EXPENSES, format_args!("{id},{date},Lain-lain,cash,{amount},{memo}"))?;
        }
        Ok(())
    }

    fn counter(&mut self, date: BusinessDate, second: i64, drawer: &mut Drawer) -> io::Result<()> {
        let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        if !self.recent.is_empty() && self.chance.percent(1) {
            return self.take_back(date, &time, drawer);
        }
        let person = self.chance.popular(self.people.len() as u64);
        let member =
            (self.chance.percent(62) && self.people[person].joined <= date).then(|| self.people[person].id);
        let payment = match self.chance.below(100) {
            0..12 if member.is_some() => "bon",
            12..28 => "qris",
            _ => "cash",
        };
        let mut basket = std::collections::BTreeMap::new();
        for _ in 0..=self.chance.popular(8) {
            let good = self.chance.popular(self.goods.len() as u64);
            let milli = if self.goods[good].weighed {
                *self.chance.pick(&[250, 500, 500, 1000, 1000, 1250, 2000, 5000])
            } else {
                1000 * *self.chance.pick(&[1, 1, 1, 1, 2, 2, 3, 5])
            };
            basket.insert(good, milli);
        }
        let id = self.id(5);
        let mut total = 0;
        for (line, (good, milli)) in (1..).zip(basket) {
            if self.shelf[good].0 <= milli {
                let more = (milli / 1000 + 10) * 1000;
                drawer.out += self.buy(date, &time, "Kulakan pasar", "cash", &[(good, more)])?;
            }
            let (sku, price) = (
                self.goods[good].sku,
                if member.is_some() { self.goods[good].member_price } else { self.goods[good].price },
            );
            let amount = half_up(price * milli, 1000);
            let cost = self.take(good, milli);
            total += amount;
            let quantity = plain(milli);
            self.tables
                .row(SALE_LINES, format_args!("{id},{line},{sku},{quantity},{price},{amount},{cost}"))?;
            self.recent.push((id, member, good, milli, price, cost));
        }
        if self.recent.len() > 300 {
            self.recent.drain(..150);
        }
        let payment = match (payment, member) {
            ("bon", Some(member)) if self.debts.get(&member).unwrap_or(&0) + total > BON_LIMIT => "cash",
            _ => payment,
        };
        let tendered = match payment {
            "cash" => {
                let step = *self.chance.pick(&[1000, 5000, 10_000, 50_000]);
                drawer.sales += total;
                (total + step - 1) / step * step
            }
            _ => total,
        };
        if let (Some(member), "bon") = (member, payment) {
            *self.debts.entry(member).or_default() += total;
        }
        let member = member.map_or_else(String::new, |member| member.to_string());
        let row = format_args!("{id},{date}T{time},Siti Rahma,{member},{payment},{total},{tendered},sale,");
        self.tables.row(SALES, row)
    }

    /// One line of a recent sale comes back for cash.
    fn take_back(&mut self, date: BusinessDate, time: &str, drawer: &mut Drawer) -> io::Result<()> {
        let index = usize::try_from(self.chance.below(self.recent.len() as u64)).unwrap_or(0);
        let (sale, member, good, milli, price, cost) = self.recent.swap_remove(index);
        let back = if self.goods[good].weighed || milli <= 1000 { milli } else { 1000 };
        let amount = half_up(price * back, 1000);
        let cost = half_up(cost * back, milli);
        let (quantity, value) = &mut self.shelf[good];
        *quantity += back;
        *value += cost;
        drawer.sales -= amount;
        let id = self.id(5);
        let (sku, quantity) = (self.goods[good].sku, plain(-back));
        self.tables.row(SALE_LINES, format_args!("{id},1,{sku},{quantity},{price},{},{}", -amount, -cost))?;
        let member = member.map_or_else(String::new, |member| member.to_string());
        let amount = -amount;
        let row = format_args!("{id},{date}T{time},Siti Rahma,{member},cash,{amount},{amount},return,{sale}");
        self.tables.row(SALES, row)
    }

    fn take(&mut self, good: usize, milli: i64) -> i64 {
        let (quantity, value) = &mut self.shelf[good];
        let cost = if *quantity == milli { *value } else { half_up(*value * milli, *quantity) };
        *quantity -= milli;
        *value -= cost;
        cost
    }
}

/// Half away from zero; the divisor is positive.
fn half_up(numerator: i64, divisor: i64) -> i64 {
    let magnitude = (2 * numerator.abs() + divisor) / (2 * divisor);
    if numerator < 0 { -magnitude } else { magnitude }
}

/// Thousandths as a plain decimal: 1250 is `1.25`.
fn plain(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    let (whole, rest) = (milli.abs() / 1000, milli.abs() % 1000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let decimals = format!("{rest:03}");
    format!("{sign}{whole}.{}", decimals.trim_end_matches('0'))
}
