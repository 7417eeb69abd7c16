//! Calls that fail: the n-th one, alone or with all that come after it.

/// What a call to the disk was for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Call {
    Open,
    Delete,
    Look,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    Share,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// Any call fails as on a broken cable or medium (EIO). A write has written half; a sync has kept what
    /// chance kept, and the next sync will not try it again.
    Error,
    /// A read gives half of what was asked for, and zeros.
    ShortRead,
    /// A write finds no room after half of it (ENOSPC).
    Full,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    pub kind: FaultKind,
    /// From 1, among the calls that this kind can hit.
    pub nth: u64,
    /// All further calls fail too, until the disk is healed.
    pub lasting: bool,
}

impl FaultKind {
    fn can_hit(self, call: Call) -> bool {
        match self {
            Self::Error => true,
            Self::ShortRead => call == Call::Read,
            Self::Full => call == Call::Write,
        }
    }
}

#[derive(Clone, Default, Debug)]
pub(super) struct Faults {
    armed: Option<Fault>,
    seen: u64,
    pub(super) struck: u64,
}

impl Faults {
    pub(super) fn of(fault: Fault) -> Self {
        Self { armed: Some(fault), seen: 0, struck: 0 }
    }

    pub(super) fn strike(&mut self, call: Call) -> Option<FaultKind> {
        let fault = self.armed.filter(|fault| fault.kind.can_hit(call))?;
        self.seen += 1;
        if self.seen == fault.nth || (fault.lasting && self.seen > fault.nth) {
            self.struck += 1;
            return Some(fault.kind);
        }
        None
    }
}
