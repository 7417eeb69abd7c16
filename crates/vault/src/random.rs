//! The machine's own source of chance.

use crate::error::VaultError;
use lumbung_primitives::Random;

/// The operating system's random bytes. Made only where the source answers.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom(());

impl SystemRandom {
    pub fn new() -> Result<Self, VaultError> {
        getrandom::fill(&mut [0; 16]).map_err(|_| VaultError::NoRandomness)?;
        Ok(Self(()))
    }
}

impl Random for SystemRandom {
    /// A source that answered once and then stops is a broken machine. The process ends there, because the
    /// only other way on would be a key that can be guessed.
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let random = SystemRandom::new().unwrap();
        let mut draws = [[0; 32]; 2];
        for draw in &mut draws {
            random.fill(draw);
        }
        assert_ne!(draws[0], draws[1]);
    }
}
