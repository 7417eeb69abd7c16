//! Staff PINs. A PIN has at most 10^10 values, so the hash only slows a thief down: the pepper, which
//! lies outside the database, and the database's own encryption are the defence.

use crate::error::VaultError;
use crate::hex;
use argon2::{Algorithm, Argon2, Params, Version};
use lumbung_primitives::Random;
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;

/// Digits in a PIN.
pub const MIN_DIGITS: usize = 6;
pub const MAX_DIGITS: usize = 10;

/// Argon2id cost, the floor of the OWASP password storage cheat sheet: 19 MiB, two passes, one lane.
pub const MEMORY_KIB: u32 = 19 * 1024;
pub const PASSES: u32 = 2;
pub const LANES: u32 = 1;

/// The dearest verifier that is still computed, so that a damaged row cannot hang the till.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 4;

/// Why a PIN is not accepted; the sentence for a person is the caller's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPin {
    #[error("a PIN has at least {MIN_DIGITS} digits")]
    TooShort,
    #[error("a PIN has at most {MAX_DIGITS} digits")]
    TooLong,
    #[error("a PIN has digits 0 to 9 only")]
    NotDigits,
}

pub fn check_pin(pin: &str) -> Result<(), BadPin> {
    if !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadPin::NotDigits);
    }
    match pin.len() {
        ..MIN_DIGITS => Err(BadPin::TooShort),
        MIN_DIGITS..=MAX_DIGITS => Ok(()),
        _ => Err(BadPin::TooLong),
    }
}

/// Why a verifier could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    #[error(transparent)]
    BadPin(#[from] BadPin),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// What is stored of a PIN. It is local to a till and never travels. As text:
/// `argon2id$m=19456,t=2,p=1$` + 32 digits of salt + `$` + 64 digits of hash.
#[derive(Clone)]
pub struct PinVerifier {
    cost: Cost,
    salt: [u8; 16],
    hash: [u8; 32],
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

const COST: Cost = Cost { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES };

impl PinVerifier {
    /// Takes about as long as a look at the clock: 20 ms to 250 ms, by the machine.
    pub fn create(pin: &str, pepper: &[u8; 32], random: &dyn Random) -> Result<Self, PinError> {
        check_pin(pin)?;
        let mut salt = [0; 16];
        random.fill(&mut salt);
        Ok(Self { cost: COST, salt, hash: hash(COST, pin, pepper, &salt)? })
    }

    /// Whether this is the PIN. The comparison takes the same time wherever the hashes differ. `false`
    /// also where the machine lacks the memory to find out: nobody gets in by exhausting it.
    pub fn verify(&self, pin: &str, pepper: &[u8; 32]) -> bool {
        hash(self.cost, pin, pepper, &self.salt).is_ok_and(|found| found.ct_eq(&self.hash).into())
    }

    /// Whether it was made at a lower cost than today's; make a new one at the next right PIN.
    pub fn is_outdated(&self) -> bool {
        self.cost != COST
    }
}

fn hash(cost: Cost, pin: &str, pepper: &[u8; 32], salt: &[u8; 16]) -> Result<[u8; 32], VaultError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| VaultError::BadVerifier)?;
    let argon = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)
        .map_err(|_| VaultError::BadVerifier)?;
    let mut found = [0; 32];
    argon.hash_password_into(pin.as_bytes(), salt, &mut found).map_err(|_| VaultError::OutOfMemory)?;
    Ok(found)
}

impl fmt::Debug for PinVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinVerifier(..)")
    }
}

/// The stored form.
impl fmt::Display for PinVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let (salt, hash) = (hex::encode(&self.salt), hex::encode(&self.hash));
        write!(f, "argon2id$m={memory_kib},t={passes},p={lanes}${}${}", salt.as_str(), hash.as_str())
    }
}

/// [`VaultError::BadVerifier`] for anything else than the stored form, and for costs below the floor or
/// beyond what a till may be asked to compute.
impl FromStr for PinVerifier {
    type Err = VaultError;
    fn from_str(text: &str) -> Result<Self, VaultError> {
        parse(text).ok_or(VaultError::BadVerifier)
    }
}

fn parse(text: &str) -> Option<PinVerifier> {
    let mut parts = text.strip_prefix("argon2id$")?.split('$');
    let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut costs = cost.split(',');
    let mut number = |name| costs.next()?.strip_prefix(name)?.parse::<u32>().ok();
    let cost = Cost { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
    let possible = (MEMORY_KIB..=MAX_MEMORY_KIB).contains(&cost.memory_kib)
        && (PASSES..=MAX_PASSES).contains(&cost.passes)
        && (LANES..=MAX_LANES).contains(&cost.lanes)
        && costs.next().is_none()
        && parts.next().is_none();
    possible.then_some(PinVerifier { cost, salt: hex::decode(salt)?, hash: hex::decode(hash)? })
}

/// Wrong tries that cost nothing yet.
pub const FREE_TRIES: u32 = 5;
const FIRST_PAUSE_MS: u64 = 60_000;
const LONGEST_PAUSE_MS: u64 = 3_600_000;

/// Wrong tries of one person on one device: the fifth costs a minute, each further one twice the last, up
/// to an hour. Never for ever, because a shop must open. Times are milliseconds of a counter that only
/// runs forward, so that turning the clock gains nothing; both fields are kept in a row of the database.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Lockout {
    pub failures: u32,
    /// On the counter of the running process; no try is taken before it.
    pub locked_until_ms: u64,
}

impl Lockout {
    #[must_use]
    pub fn after_failure(self, now_ms: u64) -> Self {
        Self { failures: self.failures.saturating_add(1), ..self }.paused_from(now_ms)
    }

    /// A right PIN, or a manager's word, wipes the slate.
    #[must_use]
    pub fn after_success(self) -> Self {
        Self::default()
    }

    /// To be called once when the program starts, whose counter begins anew: a pause that may still have
    /// run begins again, so that restarting gains nothing.
    #[must_use]
    pub fn after_restart(self, now_ms: u64) -> Self {
        self.paused_from(now_ms)
    }

    pub fn may_try(self, now_ms: u64) -> bool {
        now_ms >= self.locked_until_ms
    }

    /// Milliseconds until the next try, 0 where one may be made now.
    pub fn remaining_ms(self, now_ms: u64) -> u64 {
        self.locked_until_ms.saturating_sub(now_ms)
    }

    fn paused_from(self, now_ms: u64) -> Self {
        let locked_until_ms = match pause_ms(self.failures) {
            0 => 0,
            pause => now_ms.saturating_add(pause),
        };
        Self { locked_until_ms, ..self }
    }
}

fn pause_ms(failures: u32) -> u64 {
    let Some(doublings) = failures.checked_sub(FREE_TRIES) else { return 0 };
    // Six doublings of a minute pass the hour.
    (FIRST_PAUSE_MS << doublings.min(6)).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_random::Counting;

    const PEPPER: [u8; 32] = [3; 32];

    #[test]
    fn a_pin_has_six_to_ten_digits() {
        for (pin, expected) in [
            ("123456", Ok(())),
            ("1234567890", Ok(())),
            ("12345", Err(BadPin::TooShort)),
            ("", Err(BadPin::TooShort)),
            ("12345678901", Err(BadPin::TooLong)),
            ("12345a", Err(BadPin::NotDigits)),
            ("١٢٣٤٥٦", Err(BadPin::NotDigits)),
            ("12 456", Err(BadPin::NotDigits)),
        ] {
            assert_eq!(check_pin(pin), expected, "{pin}");
        }
        let refused = PinVerifier::create("1234", &PEPPER, &Counting::from(0));
        assert!(matches!(refused, Err(PinError::BadPin(BadPin::TooShort))));
    }

    #[test]
    fn only_the_pin_with_the_pepper_verifies() {
        let verifier = PinVerifier::create("135790", &PEPPER, &Counting::from(0)).unwrap();
        assert!(verifier.verify("135790", &PEPPER));
        for wrong in ["135791", "1357900", "", "135790 "] {
            assert!(!verifier.verify(wrong, &PEPPER), "{wrong}");
        }
        assert!(!verifier.verify("135790", &[4; 32]), "a stolen table without the pepper is worth nothing");
    }

    #[test]
    fn the_stored_form_comes_back_and_names_its_cost() {
        let verifier = PinVerifier::create("135790", &PEPPER, &Counting::from(0)).unwrap();
        let stored = verifier.to_string();
        assert!(stored.starts_with("argon2id$m=19456,t=2,p=1$000102030405060708090a0b0c0d0e0f$"), "{stored}");
        assert_eq!(stored.len(), 25 + 32 + 1 + 64);
        let read: PinVerifier = stored.parse().unwrap();
        assert!(read.verify("135790", &PEPPER));
        assert!(!read.is_outdated());
        assert_eq!(format!("{read:?}"), "PinVerifier(..)");
    }

    #[test]
    fn equal_pins_of_two_people_look_different() {
        let random = Counting::from(0);
        let first = PinVerifier::create("135790", &PEPPER, &random).unwrap();
        let second = PinVerifier::create("135790", &PEPPER, &random).unwrap();
        assert_ne!(first.hash, second.hash);
    }

    #[test]
    fn weak_dear_or_damaged_verifiers_are_refused() {
        let stored = PinVerifier::create("135790", &PEPPER, &Counting::from(0)).unwrap().to_string();
        for bad in [
            String::new(),
            stored.replace("m=19456", "m=8"),
            stored.replace("m=19456", "m=4294967295"),
            stored.replace("t=2", "t=1"),
            stored.replace("t=2", "t=1000000"),
            stored.replace("p=1", "p=0"),
            stored.replace("p=1", "p=1,x=1"),
            stored.replace("argon2id", "argon2i"),
            stored[..stored.len() - 1].to_owned(),
            stored.clone() + "$00",
        ] {
            assert!(matches!(bad.parse::<PinVerifier>(), Err(VaultError::BadVerifier)), "{bad}");
        }
        let dearer: PinVerifier = stored.replace("t=2", "t=3").parse().unwrap();
        assert!(dearer.is_outdated());
    }

    #[test]
    fn the_fifth_wrong_try_costs_a_minute_and_each_further_one_twice_that() {
        let mut lockout = Lockout::default();
        let mut pauses = Vec::new();
        let mut now = 1_000;
        for _ in 0..13 {
            assert!(lockout.may_try(now));
            lockout = lockout.after_failure(now);
            pauses.push(lockout.remaining_ms(now) / 60_000);
            now += lockout.remaining_ms(now);
        }
        assert_eq!(pauses, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(lockout.after_success(), Lockout::default());
        let worst = Lockout { failures: u32::MAX, locked_until_ms: 0 }.after_failure(u64::MAX);
        assert_eq!((worst.failures, worst.locked_until_ms), (u32::MAX, u64::MAX));
    }

    #[test]
    fn a_pause_ends_on_the_millisecond() {
        let lockout = Lockout { failures: 4, locked_until_ms: 0 }.after_failure(500);
        assert_eq!(lockout, Lockout { failures: 5, locked_until_ms: 60_500 });
        assert!(!lockout.may_try(60_499));
        assert!(lockout.may_try(60_500));
    }

    #[test]
    fn a_restart_gains_nothing_and_costs_at_most_the_pause() {
        let lockout = Lockout { failures: 6, locked_until_ms: 9_000_000 };
        assert_eq!(lockout.after_restart(50), Lockout { failures: 6, locked_until_ms: 120_050 });
        let free = Lockout { failures: 4, locked_until_ms: 0 };
        assert!(free.after_restart(50).may_try(50));
    }
}
