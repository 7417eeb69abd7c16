//! Lending the log for short pieces of work.

use crate::log::{LocalLog, LogError};

/// Lends the log for a short piece of work: a lock, a connection from a pool. Never held while a line or a stick
/// is waited for, so a till that sells does not wait either.
pub trait Access {
    /// Calls `work` once with the log.
    fn lend(
        &mut self,
        work: &mut dyn FnMut(&mut dyn LocalLog) -> Result<(), LogError>,
    ) -> Result<(), LogError>;
}

impl<F> Access for F
where
    F: FnMut(&mut dyn FnMut(&mut dyn LocalLog) -> Result<(), LogError>) -> Result<(), LogError>,
{
    fn lend(
        &mut self,
        work: &mut dyn FnMut(&mut dyn LocalLog) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        self(work)
    }
}

/// What the log answers to one question.
pub(crate) fn ask<T>(
    access: &mut dyn Access,
    question: impl FnOnce(&mut dyn LocalLog) -> Result<T, LogError>,
) -> Result<T, LogError> {
    let (mut question, mut answer) = (Some(question), None);
    access.lend(&mut |log| {
        if let Some(question) = question.take() {
            answer = Some(question(log)?);
        }
        Ok(())
    })?;
    answer.ok_or_else(|| LogError("the log was not lent".into()))
}
