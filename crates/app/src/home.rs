//! The home page: today's takings as a picture, and what needs a person.

use crate::error::Refused;
use crate::permission::Action;
use crate::question::QuestionKind;
use crate::session::Language;
use crate::{Answer, App};
use chrono::Timelike;
use lumbung_document::{Body, Kind};
use lumbung_primitives::{BusinessDate, DocRef, Money};
use lumbung_store::query;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct Home {
    pub today: BusinessDate,
    pub sales_rp: Money,
    /// Sales of the same weekday one week ago; absent where there were none.
    pub sales_last_week_rp: Option<Money>,
    pub member_sales_rp: Money,
    pub receipts: u32,
    pub member_receipts: u32,
    pub drawer_rp: Money,
    /// Thirty days, oldest first, today last.
    pub days: Vec<DayTakings>,
    /// Takings by hour of the day, 0 to 23.
    pub hours: Vec<Money>,
    pub best_sellers: Vec<BestSeller>,
    pub attention: Vec<Attention>,
    /// `2026-01-22 19.05` or absent where no backup was made yet.
    pub last_backup: Option<String>,
    pub members: u32,
    pub items: u32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, specta::Type)]
pub struct DayTakings {
    pub date: BusinessDate,
    pub member_rp: Money,
    pub non_member_rp: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct BestSeller {
    pub name: String,
    pub amount_rp: Money,
}

/// One thing that needs a person: a sentence, a detail and where to settle it.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct Attention {
    pub severity: Severity,
    pub title: String,
    pub detail: String,
    pub place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Fault,
    NeedsYou,
}

/// The page that a button leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Till,
    Items,
    Members,
    Home,
    Questions,
}

/// Bars in the picture of daily takings.
const DAYS: i32 = 30;
const BEST_SELLERS: usize = 5;
/// Questions that are shown here; the others wait on their own page.
const SHOWN: usize = 5;
const SALES: (u32, u32) = (411_000, 412_999);

impl App {
    pub fn home(&mut self) -> Answer<Home> {
        self.require(Action::Look)?;
        let _reading = self.reading()?;
        let today = self.book_date()?;
        let first = today.plus_days(1 - DAYS);
        let mut days: Vec<DayTakings> = (0..DAYS)
            .map(|offset| DayTakings { date: first.plus_days(offset), ..DayTakings::default() })
            .collect();
        for (date, account, amount) in query::account::by_day(self.connection(), first, today, SALES)? {
            let index = usize::try_from(date.0 - first.0).unwrap_or(usize::MAX);
            if let Some(day) = days.get_mut(index) {
                let side = if account < 412_000 { &mut day.member_rp } else { &mut day.non_member_rp };
                *side -= Money(amount);
            }
        }
        let of = |date: BusinessDate| days.iter().find(|day| day.date == date);
        let total = |day: &DayTakings| day.member_rp + day.non_member_rp;
        let last_week = of(today.plus_days(-7)).map(total).filter(|amount| amount.is_positive());
        let (sales_rp, member_sales_rp) =
            of(today).map_or((Money::ZERO, Money::ZERO), |day| (total(day), day.member_rp));
        let counter = self.counter_day(today)?;
        Ok(Home {
            today,
            sales_rp,
            sales_last_week_rp: last_week,
            member_sales_rp,
            receipts: counter.receipts,
            member_receipts: counter.member_receipts,
            drawer_rp: self.drawer_cash()?,
            days,
            hours: counter.hours.to_vec(),
            best_sellers: counter.best_sellers,
            attention: self.attention()?,
            last_backup: query::local::setting(self.connection(), "last_backup")?,
            members: u32::try_from(self.directory.search("").count()).unwrap_or(u32::MAX),
            items: u32::try_from(self.catalogue.count("")).unwrap_or(u32::MAX),
        })
    }

    /// Today's slips, read one by one: a few hundred at most.
    fn counter_day(&self, today: BusinessDate) -> Result<CounterDay, Refused> {
        let mut day = CounterDay::default();
        let mut items: HashMap<DocRef, Money> = HashMap::new();
        let zone = self.ledger.identity().zone;
        for at in query::document::on_day(self.connection(), today, Kind::Sale.id())? {
            let Some(document) = query::document::load(self.connection(), at)? else { continue };
            let Ok(Some(Body::Sale(sale))) = document.body() else { continue };
            day.receipts += 1;
            day.member_receipts += u32::from(sale.as_member);
            let hour = zone.local(document.header.wall_ms).hour() as usize;
            for line in &sale.lines {
                let net = line.amount - line.discount;
                day.hours[hour] += net;
                *items.entry(line.item).or_default() += net;
            }
        }
        let mut ranked: Vec<(DocRef, Money)> = items.into_iter().collect();
        ranked.sort_by_key(|(item, amount)| (std::cmp::Reverse(*amount), *item));
        for (item, amount_rp) in ranked.into_iter().take(BEST_SELLERS) {
            let name =
                query::item::by_key(self.connection(), item.key())?.map_or_else(String::new, |row| row.name);
            day.best_sellers.push(BestSeller { name, amount_rp });
        }
        Ok(day)
    }

    fn attention(&self) -> Result<Vec<Attention>, Refused> {
        let mut attention = Vec::new();
        let english = crate::error::language() == Language::En;
        if let Some(fault) = &self.fault {
            attention.push(Attention {
                severity: Severity::Fault,
                title: if english { "Writing has stopped" } else { "Penulisan dihentikan" }.to_owned(),
                detail: fault.clone(),
                place: Place::Home,
            });
        }
        let mut listed = 0;
        for question in self.questions(SHOWN)? {
            if listed == SHOWN {
                break;
            }
            listed += 1;
            let severity = match question.kind {
                QuestionKind::Quarantined | QuestionKind::ForeignEffects | QuestionKind::Fork => {
                    Severity::Fault
                }
                _ => Severity::NeedsYou,
            };
            let (title, detail) = (question.title, question.detail);
            attention.push(Attention { severity, title, detail, place: Place::Questions });
        }
        let more = self.count_questions()?.saturating_sub(u32::try_from(listed).unwrap_or(u32::MAX));
        if more > 0 {
            attention.push(Attention {
                severity: Severity::NeedsYou,
                title: if english {
                    format!("{more} more questions")
                } else {
                    format!("{more} pertanyaan lagi")
                },
                detail: if english {
                    "They wait on the Questions page."
                } else {
                    "Menunggu di halaman Pertanyaan."
                }
                .to_owned(),
                place: Place::Questions,
            });
        }
        Ok(attention)
    }
}

#[derive(Default)]
struct CounterDay {
    receipts: u32,
    member_receipts: u32,
    hours: [Money; 24],
    best_sellers: Vec<BestSeller>,
}
