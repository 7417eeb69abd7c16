//! Any order of faults on the way: everything arrives once, and no link goes back without reason.

use crate::conversation::{machine, shop};
use crate::model::Rule;
use crate::model::centre::Centre;
use crate::model::till::Till;
use lumbung_sync::log::Link;
use lumbung_sync::machine::{Failure, Machine, Step};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    /// The request never came.
    Lost,
    /// It was carried out, and the answer was lost.
    AnswerLost,
    /// It came twice; the second answer is the one that is read.
    Twice,
    Portal,
    Cut,
    NoLine,
    /// The till is killed while it waits, the request was carried out.
    KilledWaiting,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Sell(usize, usize),
    /// So many exchanges of a till, each with its fate.
    Talk(usize, [Fate; 4]),
    SessionsGone,
    /// The centre is put back to how it stood after the last of these, as another incarnation.
    CentreRestored,
    CentreCopied,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Arrives),
        1 => Just(Fate::Lost),
        2 => Just(Fate::AnswerLost),
        1 => Just(Fate::Twice),
        1 => Just(Fate::Portal),
        1 => Just(Fate::Cut),
        1 => Just(Fate::NoLine),
        1 => Just(Fate::KilledWaiting),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..2_usize, 1..40_usize).prop_map(|(till, papers)| Act::Sell(till, papers)),
        8 => (0..2_usize, [fate(), fate(), fate(), fate()]).prop_map(|(till, fates)| Act::Talk(till, fates)),
        1 => Just(Act::SessionsGone),
        1 => Just(Act::CentreRestored),
        1 => Just(Act::CentreCopied),
    ]
}

struct World {
    tills: [Till; 2],
    machines: [Machine; 2],
    centre: Centre,
    copy: Centre,
    epochs: u8,
}

impl World {
    fn exchange(&mut self, at: usize, fate: Fate) -> bool {
        let (till, rule) = (&mut self.tills[at], Rule(1_000));
        let request = match self.machines[at].next(till, &rule).unwrap() {
            Step::Send(request) => request,
            Step::Again => return true,
            Step::Rest(_) => return false,
            Step::Stopped(stop) => panic!("stopped without reason: {stop:?}"),
        };
        let mut answer = |body: (u16, Vec<u8>)| {
            self.machines[at].answered(till, &rule, body.0, &body.1).unwrap();
        };
        match fate {
            Fate::Arrives => answer(self.centre.handle(&request)),
            Fate::Lost => self.machines[at].failed(Failure::Timeout),
            Fate::AnswerLost => {
                self.centre.handle(&request);
                self.machines[at].failed(Failure::Timeout);
            }
            Fate::Twice => {
                self.centre.handle(&request);
                answer(self.centre.handle(&request));
            }
            Fate::Portal => answer((200, b"<html>Masuk</html>".to_vec())),
            Fate::Cut => {
                let (status, mut body) = self.centre.handle(&request);
                body.truncate(body.len() / 2);
                answer((status, body));
            }
            Fate::NoLine => self.machines[at].failed(Failure::NoLine),
            Fate::KilledWaiting => {
                self.centre.handle(&request);
                self.machines[at] = machine();
            }
        }
        true
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Sell(at, papers) => self.tills[at].sell(papers),
            Act::Talk(at, fates) => {
                self.machines[at].wake();
                for fate in fates {
                    let before = self.tills[at].link;
                    self.exchange(at, fate);
                    let after = self.tills[at].link;
                    assert!(moves_on(before, after, self.centre.epoch), "{before:?} {after:?}");
                }
            }
            Act::SessionsGone => self.centre.sessions.clear(),
            Act::CentreCopied => self.copy = self.centre.clone(),
            Act::CentreRestored => {
                self.epochs += 1;
                self.centre.restore(&self.copy, [self.epochs; 8]);
            }
        }
    }

    fn settle(&mut self) {
        for _ in 0..4 {
            for at in 0..2 {
                self.machines[at].wake();
                for _ in 0..400 {
                    if !self.exchange(at, Fate::Arrives) {
                        break;
                    }
                }
            }
        }
    }
}

/// A link goes on, or it meets another incarnation of the centre.
fn moves_on(before: Link, after: Link, now: [u8; 8]) -> bool {
    let onward = after.acked_seq >= before.acked_seq && after.cursor.server_seq >= before.cursor.server_seq;
    onward || before.epoch != now
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn everything_arrives_once(acts in prop::collection::vec(act(), 1..40)) {
        let (founder, joining, centre) = shop();
        let copy = centre.clone();
        let mut world =
            World { tills: [founder, joining], machines: [machine(), machine()], centre, copy, epochs: 1 };
        for act in acts {
            world.act(act);
        }
        world.settle();
        let [founder, joining] = &world.tills;
        prop_assert_eq!(founder.holds(), joining.holds());
        prop_assert_eq!(founder.holds(), world.centre.log.holds());
        prop_assert_eq!(world.centre.server_seq(), founder.holds().len() as u64);
        prop_assert_eq!(world.machines[0].progress().matter.clone(), None);
        for till in &world.tills {
            prop_assert_eq!(till.link.acked_seq, till.seq_of(till.own));
        }
    }
}
