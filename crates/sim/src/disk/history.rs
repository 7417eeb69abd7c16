//! Everything that was done to a disk, so that the power can be cut after any of it, as often as one likes.

use super::state::{Op, State};
use super::{Fate, Image};

/// Recorded by [`super::Disk::record`].
#[derive(Clone, Default, Debug)]
pub struct History {
    start: State,
    ops: Vec<Op>,
}

impl History {
    pub(super) fn from(start: State) -> Self {
        Self { start, ops: Vec::new() }
    }

    pub(super) fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    pub fn len(&self) -> usize {
        self.ops.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// How many ops were done just before, and just after, each one that is no plain write: where most can
    /// go wrong.
    pub fn edges(&self) -> Vec<usize> {
        let edges = self.ops.iter().enumerate().filter(|(_, op)| op.is_edge());
        let mut edges: Vec<usize> = edges.flat_map(|(nth, _)| [nth, nth + 1]).collect();
        edges.dedup();
        edges
    }

    /// From the start, forward only.
    pub fn replay(&self) -> Replay<'_> {
        Replay { history: self, state: self.start.clone(), done: 0 }
    }
}

#[derive(Debug)]
pub struct Replay<'a> {
    history: &'a History,
    state: State,
    done: usize,
}

impl Replay<'_> {
    /// Goes on until `ops` of the history are done.
    pub fn forward_to(&mut self, ops: usize) {
        for op in self.history.ops.iter().take(ops).skip(self.done) {
            self.state.apply(op);
        }
        self.done = self.done.max(ops);
    }

    pub fn after_power_cut(&self, fate: Fate) -> Image {
        self.state.after_power_cut(fate)
    }
}
