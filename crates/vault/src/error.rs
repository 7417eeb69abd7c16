//! What can go wrong with keys. Each sentence says what happened and what to do next; none holds a secret.

use std::io;

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error(
        "keys already lie in {place}; they were left untouched: open the existing books, or choose another place"
    )]
    AlreadyThere { place: String },
    #[error(
        "the keys in {place} cannot be read or written ({source}); check the disk and the rights, then try again"
    )]
    Io { place: String, source: io::Error },
    #[error(
        "the keys in {place} are damaged ({fault}); restore that file from a copy, nothing was changed or created"
    )]
    Malformed { place: String, fault: &'static str },
    #[error(
        "the keys in {place} are of version {found}, this program knows version {known}; update the program"
    )]
    WrongVersion { place: String, found: u64, known: u32 },
    #[error(
        "the key store of this computer does not answer ({reason}); unlock it, or keep the keys in a file instead"
    )]
    KeyringUnavailable { reason: String },
    #[error(
        "the key store of this computer did not give back what was written; keep the keys in a file instead"
    )]
    KeyringForgets,
    #[error("this computer gives no random numbers; restart it before making keys")]
    NoRandomness,
    #[error(
        "the personal part cannot be opened: another key, another document, or altered bytes; fetch it again"
    )]
    CannotOpen,
    #[error("the text is too long to be sealed; shorten it")]
    TooLong,
    #[error("the stored PIN of this person is damaged; have a manager set a new PIN")]
    BadVerifier,
    #[error("this computer has too little free memory to check a PIN; close other programs and try again")]
    OutOfMemory,
}
