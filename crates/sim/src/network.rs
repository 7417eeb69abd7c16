//! Messages on their way between tills and the centre.

use crate::disk::Chance;
use crate::draw::Draw;
use crate::plan::Weather;
use lumbung_sync::machine::Request;
use std::collections::{BTreeMap, BTreeSet};

/// Who waits for what.
#[derive(Clone, Debug)]
pub enum Parcel {
    Request(Request),
    Answer { status: u16, body: Vec<u8> },
}

#[derive(Clone, Debug)]
pub struct Message {
    pub till: usize,
    /// Of the request: a till that asked anew does not listen to the answer of before.
    pub id: u64,
    pub parcel: Parcel,
}

/// What befell messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    pub lost: u64,
    pub blocked: u64,
    pub doubled: u64,
    pub damaged: u64,
    pub foreign: u64,
    pub answers_lost: u64,
}

#[derive(Debug)]
pub struct Network {
    pub weather: Weather,
    /// By when they arrive and when they were sent.
    queue: BTreeMap<(i64, u64), Message>,
    sent: u64,
    /// Tills whose requests, and whose answers, do not get through.
    pub no_way_up: BTreeSet<usize>,
    pub no_way_down: BTreeSet<usize>,
    pub losses: Losses,
}

impl Network {
    pub fn new(weather: Weather) -> Self {
        Self {
            weather,
            queue: BTreeMap::new(),
            sent: 0,
            no_way_up: BTreeSet::new(),
            no_way_down: BTreeSet::new(),
            losses: Losses::default(),
        }
    }

    pub fn next_due(&self) -> Option<i64> {
        self.queue.keys().next().map(|(at, _)| *at)
    }

    /// The next one; `None` where it does not get through.
    pub fn take_due(&mut self) -> Option<Message> {
        let (_, message) = self.queue.pop_first()?;
        let blocked = match message.parcel {
            Parcel::Request(_) => &self.no_way_up,
            Parcel::Answer { .. } => &self.no_way_down,
        };
        if blocked.contains(&message.till) {
            self.losses.blocked += 1;
            return None;
        }
        Some(message)
    }

    pub fn send(&mut self, chance: &mut Chance, now: i64, message: Message) {
        let weather = self.weather;
        let is_answer = matches!(message.parcel, Parcel::Answer { .. });
        if chance.percent(weather.loss) {
            self.losses.lost += 1;
            return;
        }
        if is_answer && chance.percent(weather.lost_answer) {
            self.losses.answers_lost += 1;
            return;
        }
        if chance.percent(weather.duplicate) {
            self.losses.doubled += 1;
            self.post(chance, now, message.clone());
        }
        let message = self.spoil(chance, message);
        self.post(chance, now, message);
    }

    fn post(&mut self, chance: &mut Chance, now: i64, message: Message) {
        let mut delay = chance.between(1, self.weather.delay_ms.max(1));
        if chance.percent(self.weather.slow) {
            delay += chance.between(1_000, 90_000);
        }
        self.sent += 1;
        self.queue.insert((now + delay, self.sent), message);
    }

    /// The channel is authenticated (TLS), so what arrives is whole or it is not an answer of the centre; bits
    /// turn over in packs alone, which prove themselves.
    fn spoil(&mut self, chance: &mut Chance, mut message: Message) -> Message {
        if chance.percent(self.weather.portal)
            && let Parcel::Answer { status, body } = &mut message.parcel
        {
            self.losses.foreign += 1;
            let pages: [(u16, &[u8]); 4] =
                [(200, b"<html>Masuk ke WiFi</html>"), (502, b"Bad Gateway"), (302, b""), (200, b"")];
            if let Some((code, page)) = chance.one_of(&pages) {
                (*status, *body) = (*code, page.to_vec());
            }
        }
        if chance.percent(self.weather.damage) && crate::damage::spoil(chance, &mut message.parcel) {
            self.losses.damaged += 1;
        }
        message
    }

    pub fn clear(&mut self) {
        self.queue.clear();
    }
}
