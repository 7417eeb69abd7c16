//! Telling a centre's answer from anything else that may stand at the end of a line.

use crate::wire::{self, Problem, ProblemCode};
use minicbor::Decode;

/// What came.
#[derive(Debug)]
pub(crate) enum Reply<T> {
    Answer(T),
    Problem(Problem),
    /// A page that asks for a login, a tired proxy, half an answer: not a word of this protocol.
    NotOurs,
}

impl<T> Reply<T> {
    /// Reads an answer: 200 with the message, or another status with the problem that has this status.
    pub(crate) fn read<'b>(status: u16, body: &'b [u8]) -> Self
    where
        T: Decode<'b, ()>,
    {
        if status == 200 {
            return wire::decode(body).map_or(Self::NotOurs, Self::Answer);
        }
        match wire::decode::<Problem>(body) {
            Ok(problem) if problem.code.status() == status => Self::Problem(problem),
            _ => Self::NotOurs,
        }
    }
}

/// Seconds that a problem asks for; `None` where it is about what was sent.
pub(crate) fn wait_of(problem: &Problem) -> Option<u32> {
    matches!(problem.code, ProblemCode::TooMany | ProblemCode::Busy | ProblemCode::Fault)
        .then(|| problem.wait_s.unwrap_or(0))
}
