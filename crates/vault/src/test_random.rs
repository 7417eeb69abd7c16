//! Bytes that count upwards: chance that a test can foresee.

use lumbung_primitives::Random;
use std::sync::atomic::{AtomicU8, Ordering};

pub(crate) struct Counting(AtomicU8);

impl Counting {
    pub(crate) fn from(first: u8) -> Self {
        Self(AtomicU8::new(first))
    }
}

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
