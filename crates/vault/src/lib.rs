//! What must stay secret on this device: its keys and where they lie, the cooperative's key for personal
//! data, staff PINs, and types that keep a NIK out of logs. Nothing here knows a document, SQL or the network.

pub mod error;
pub mod grant;
mod hex;
pub mod key_place;
pub mod nik;
pub mod personal;
pub mod pin;
pub mod random;
pub mod secrets;
pub mod sensitive;
#[cfg(test)]
mod test_random;

pub use error::VaultError;
pub use grant::SealedKeys;
pub use key_place::{KeyPlace, probe_keyring};
pub use nik::{NikFinding, NikReport, Severity, Sex, check_nik};
pub use personal::{CoopKey, identity_index};
pub use pin::{BadPin, Lockout, PinError, PinVerifier, check_pin};
pub use random::SystemRandom;
pub use secrets::DeviceSecrets;
pub use sensitive::{Sensitive, mask_nik};
