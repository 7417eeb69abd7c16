//! Time and chance are parameters: production passes the machine's, tests pass their own.

/// Wall time. It labels documents and proposes dates; no rule is decided by it.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> i64;
}

/// A source of unpredictable bytes for keys, nonces and identities.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}
