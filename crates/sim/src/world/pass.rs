//! Time passes: messages arrive, tills ask, wait and give up.

use super::World;
use crate::disk::Fate;
use crate::network::{Message, Parcel};
use anyhow::{Context, Result, ensure};
use lumbung_sync::machine::Failure;

/// Things that may happen in one stretch of time before it is a circle.
const EVENTS_MAX: usize = 6_000;
/// How long a call takes that changes nothing else: nobody is asked twice in the same millisecond.
const MOMENT_MS: i64 = 1;

impl World {
    /// Lets so much time pass.
    pub(super) fn pass(&mut self, ms: i64) -> Result<()> {
        let until = self.now + ms;
        for _ in 0..EVENTS_MAX {
            let till = self.tills.iter().filter_map(|till| Some((till.next_due(self.now)?, till.name))).min();
            let message = self.network.next_due();
            let next = till.map(|(at, _)| at).into_iter().chain(message).min();
            let Some(at) = next.filter(|at| *at <= until) else {
                self.now = until;
                self.clock.set(until);
                return Ok(());
            };
            self.now = self.now.max(at);
            self.clock.set(self.now);
            match till {
                Some((at, name)) if message.is_none_or(|message| at <= message) => self.turn(name)?,
                _ => {
                    if let Some(message) = self.network.take_due() {
                        self.deliver(message)?;
                    }
                }
            }
        }
        let lines: Vec<_> = self
            .tills
            .iter()
            .map(|till| (till.name, till.line, till.machine.progress().matter.clone()))
            .collect();
        anyhow::bail!("I9: tills and centre talk without end: {lines:?}")
    }

    /// A till's own time has come.
    fn turn(&mut self, name: usize) -> Result<()> {
        use crate::till::Line;
        let (now, wall_ms, random) = (self.now, self.wall(name), self.chance.next_u64());
        let Some(till) = self.tills.get_mut(name) else { return Ok(()) };
        if let Line::Asking { .. } = till.line {
            till.failed(now, Failure::Timeout, random);
            self.tally.count("timeouts");
            return Ok(());
        }
        self.next_id += 1;
        let id = self.next_id;
        let was_stopped = till.stopped.is_some();
        match till.ask(wall_ms, now, id) {
            Ok(Some(request)) => {
                self.now += MOMENT_MS;
                let message = Message { till: name, id, parcel: Parcel::Request(request) };
                self.network.send(&mut self.chance, now, message);
                Ok(())
            }
            Ok(None) => {
                if let (false, Some(stop)) = (was_stopped, till.stopped) {
                    self.tell(|| format!("till {name} stops: {stop:?}"));
                    self.tally.count(&format!("stopped: {}", word(stop)));
                }
                Ok(())
            }
            Err(error) => self.broken(name, error),
        }
    }

    fn deliver(&mut self, message: Message) -> Result<()> {
        let Message { till: name, id, parcel } = message;
        match parcel {
            Parcel::Request(request) => {
                let answer = self.host.answer(&request);
                if self.host.is_doomed && self.host.disk.struck() > 0 {
                    let fate = Fate::Mixed(self.chance.next_u64());
                    self.tell(|| "the centre dies in the middle of a write".into());
                    self.tally.count("centre died in a write");
                    // What it was about to say is said to nobody, whether it is durable or not.
                    self.host.die(fate);
                    return Ok(());
                }
                let Some((status, body)) = answer else { return Ok(()) };
                if self.is_loud || status != 200 {
                    let path = request.path.clone();
                    self.tally.count(&format!("answers {status}"));
                    let detail = lumbung_sync::wire::decode::<lumbung_sync::wire::Problem>(&body).ok();
                    self.tell(|| format!("till {name} asked {path}: {status} {detail:?}"));
                }
                ensure!(status != 500, "the centre has a fault");
                let now = self.now;
                let answer = Message { till: name, id, parcel: Parcel::Answer { status, body } };
                self.network.send(&mut self.chance, now, answer);
                Ok(())
            }
            Parcel::Answer { status, body } => self.hear(name, id, status, &body),
        }
    }

    fn hear(&mut self, name: usize, id: u64, status: u16, body: &[u8]) -> Result<()> {
        use crate::till::Line;
        let (now, random) = (self.now, self.chance.next_u64());
        let Some(till) = self.tills.get_mut(name).filter(|till| till.is_on()) else { return Ok(()) };
        if !matches!(till.line, Line::Asking { id: asked, .. } if asked == id) {
            self.tally.count("answers too late");
            return Ok(());
        }
        match till.answered(now, status, body, random) {
            Ok(()) => {
                let matter = till.machine.progress().matter.clone();
                if let Some(matter) = matter {
                    self.tell(|| format!("till {name}: {matter:?}"));
                }
                Ok(())
            }
            Err(error) => self.broken(name, error),
        }
    }

    /// A log that failed: only where its disk was told to.
    fn broken(&mut self, name: usize, error: lumbung_sync::log::LogError) -> Result<()> {
        if self.tills.get(name).is_some_and(|till| till.disk.struck() > 0) {
            self.tell(|| format!("till {name}'s disk failed under sync: {error}"));
            return self.power_fails(name);
        }
        Err(error).with_context(|| format!("till {name}'s log failed"))
    }
}

fn word(stop: lumbung_sync::machine::Stop) -> &'static str {
    use lumbung_sync::machine::Stop;
    match stop {
        Stop::Ended => "ended",
        Stop::Forked { .. } => "forked",
        Stop::Restored { .. } => "restored",
        Stop::NotPaired => "not paired",
        Stop::WrongCentre => "wrong centre",
    }
}
