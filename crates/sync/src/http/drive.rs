//! Turning a machine until there is nothing to do.

use super::line::{Answer, Line};
use crate::access::{Access, ask};
use crate::backoff::{Backoff, jittered};
use crate::expand::Expander;
use crate::log::LogError;
use crate::machine::{Failure, Machine, Outcome, Progress, Request, Step, Stop, Why};
use std::time::{Duration, Instant};

/// Takes a request to the other side and brings the answer.
pub trait Carry {
    fn carry(&mut self, request: &Request) -> Result<Answer, Failure>;
}

impl Carry for Line {
    fn carry(&mut self, request: &Request) -> Result<Answer, Failure> {
        self.send(request)
    }
}

/// The clock, the die and the ears of a loop.
pub trait Pace {
    /// Told after every step; `false` ends the loop.
    fn goes_on(&mut self, progress: &Progress) -> bool;

    /// Waits at most so long, less where there are new documents, a person asks, or the app closes.
    fn wait(&mut self, at_most: Duration);

    /// Any number, each as likely as the next.
    fn random(&mut self) -> u64;

    /// Milliseconds since 1970.
    fn wall_ms(&mut self) -> i64;

    /// How long to rest before the centre is asked for what others wrote.
    fn tick(&mut self) -> Duration {
        Duration::from_mins(2)
    }
}

/// How a round ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Rest(Why),
    /// The centre, or what stands before it, wants to be left alone for at least so many seconds.
    Wait {
        at_least_s: u32,
    },
    Failed(Failure),
    Stopped(Stop),
    /// [`Pace::goes_on`] said no.
    Left,
}

/// Turns the machine until it rests, fails or stops. `goes_on` is told of every step.
///
/// # Errors
/// Only the log's: full disk, damaged, in use.
pub fn round(
    machine: &mut Machine,
    access: &mut dyn Access,
    expander: &dyn Expander,
    carry: &mut dyn Carry,
    goes_on: &mut dyn FnMut(&Progress) -> bool,
) -> Result<End, LogError> {
    loop {
        let step = ask(access, |log| machine.next(log, expander))?;
        let request = match step {
            Step::Send(request) => Some(request),
            Step::Again => None,
            Step::Rest(why) => return Ok(End::Rest(why)),
            Step::Stopped(stop) => return Ok(End::Stopped(stop)),
        };
        if !goes_on(machine.progress()) {
            return Ok(End::Left);
        }
        let Some(request) = request else { continue };
        let asked = Instant::now();
        let carried = carry.carry(&request);
        machine.tell_pace(asked.elapsed());
        match carried {
            Err(failure) => {
                machine.failed(failure);
                return Ok(End::Failed(failure));
            }
            Ok(answer) => {
                let Answer { status, body } = answer;
                let outcome = ask(access, |log| machine.answered(log, expander, status, &body))?;
                if let Outcome::Wait { at_least_s } = outcome {
                    return Ok(End::Wait { at_least_s });
                }
            }
        }
    }
}

/// Syncs for as long as the app runs, with full-jitter waits after failures. Ends where there is nothing more to
/// say to this centre, or where the app closes.
///
/// # Errors
/// Only the log's; the loop may be begun again.
pub fn drive(
    machine: &mut Machine,
    access: &mut dyn Access,
    expander: &dyn Expander,
    carry: &mut dyn Carry,
    pace: &mut dyn Pace,
) -> Result<End, LogError> {
    let mut backoff = Backoff::default();
    loop {
        machine.tell_time(pace.wall_ms());
        let moved = travelled(machine.progress());
        let end = round(machine, access, expander, carry, &mut |progress| pace.goes_on(progress))?;
        if travelled(machine.progress()) > moved {
            backoff.reset();
        }
        let wait = match end {
            End::Stopped(_) | End::Left => return Ok(end),
            End::Rest(_) => {
                backoff.reset();
                let tick = pace.tick();
                // Half of it by chance, so that shops do not ask in step.
                tick / 2 + jittered(tick / 2, pace.random())
            }
            End::Wait { at_least_s } => {
                Duration::from_secs(at_least_s.into()) + backoff.failed(pace.random())
            }
            End::Failed(_) => backoff.failed(pace.random()),
        };
        if !pace.goes_on(machine.progress()) {
            return Ok(End::Left);
        }
        pace.wait(wait);
        if matches!(end, End::Rest(_)) {
            machine.wake();
        }
    }
}

/// Grows with every document that found its way.
fn travelled(progress: &Progress) -> u64 {
    let blob = progress.blob.map_or(0, |(done, _)| done);
    progress.pushed + progress.pulled + progress.known + progress.relayed + blob
}
