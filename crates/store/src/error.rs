use lumbung_document::Malformed;
use lumbung_primitives::DocRef;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("no ledger at {0}")]
    NotThere(PathBuf),
    #[error("a file is at {0} already")]
    AlreadyThere(PathBuf),
    #[error("{0} is in use by another program")]
    InUse(PathBuf),
    /// The key does not fit, or the file is damaged at its very start.
    #[error("the key does not open {0}")]
    WrongKey(PathBuf),
    #[error("{0} is a database without encryption, not a ledger")]
    NotEncrypted(PathBuf),
    #[error("the ledger was written by a newer version ({found}, this one knows {known})")]
    NewerStore { found: i64, known: i64 },
    #[error("the disk is full")]
    DiskFull,
    #[error("the folder or file cannot be written")]
    ReadOnly,
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    #[error("{at} does not continue its chain: {reason}")]
    BrokenChain { at: DocRef, reason: String },
    #[error("the store does not keep its promise: {0}")]
    NotDurable(String),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("file: {0}")]
    Io(std::io::Error),
    #[error("database: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::DiskFull,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io(error),
        }
    }
}
