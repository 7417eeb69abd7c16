//! The one open cooperative behind the window, and what the window hears when there is none.

use crate::start::Resolved;
use lumbung_app::{App, AppError};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

pub(crate) type Answer<T> = Result<T, AppError>;

/// Commands come in on several threads; the ledger is asked by one at a time.
pub(crate) struct Shell<L = App> {
    door: Mutex<Door<L>>,
    open: Box<dyn Fn() -> Answer<L> + Send + Sync>,
}

/// The ledger behind the window, lent for moments to what waits for a line.
pub(crate) struct Behind<'a>(pub(crate) &'a Shell);

impl lumbung_app::sync::Door for Behind<'_> {
    fn lend(&mut self, work: &mut dyn FnMut(&mut App) -> Answer<()>) -> Answer<()> {
        self.0.borrow(work)
    }
}

enum Door<L> {
    Opening(JoinHandle<Answer<L>>),
    Open(Box<L>),
    /// The window stays and says why; asking again tries again, since another window may have been closed or a
    /// disk plugged in meanwhile.
    Failed(AppError),
    Closed,
}

impl Shell<App> {
    pub(crate) fn opening(place: Resolved) -> Self {
        Self::new(move || App::open(&place.ledger, place.key_file.as_deref()))
    }
}

impl<L: Send + 'static> Shell<L> {
    fn new(open: impl Fn() -> Answer<L> + Clone + Send + Sync + 'static) -> Self {
        let first = open.clone();
        Self { door: Mutex::new(Door::Opening(thread::spawn(first))), open: Box::new(open) }
    }

    /// Asks the ledger. A fault inside it never takes the window down: the ledger is read anew from its file,
    /// where only whole documents are, and the caller is told.
    pub(crate) fn ask<T>(&self, act: impl FnOnce(&mut L) -> Answer<T>) -> Answer<T> {
        let mut door = self.door();
        door.settle();
        if matches!(*door, Door::Failed(_)) {
            *door = self.tried();
        }
        let answer = match &mut *door {
            Door::Open(ledger) => catch_unwind(AssertUnwindSafe(|| act(ledger))),
            Door::Failed(error) => return Err(error.clone()),
            Door::Opening(_) | Door::Closed => return Err(closing()),
        };
        answer.unwrap_or_else(|_| {
            door.let_go(Door::Failed(fault()));
            *door = self.tried();
            Err(fault())
        })
    }

    /// Why there is no ledger behind this window; absent where there is one.
    pub(crate) fn startup_error(&self) -> Option<AppError> {
        let mut door = self.door();
        door.settle();
        if let Door::Failed(error) = &*door { Some(error.clone()) } else { None }
    }

    /// Looks after an open ledger between commands; where none is open there is nothing to look after.
    pub(crate) fn tend(&self, act: impl FnOnce(&mut L) -> Answer<()>) {
        if let Door::Open(ledger) = &mut *self.door() {
            // What fails here (a full disk) fails again in the next command, which has somebody to tell.
            let _ = catch_unwind(AssertUnwindSafe(|| act(ledger)));
        }
    }

    /// Asks an open ledger for work that goes on in the background; where none is open it is not opened for it.
    fn borrow<T>(&self, act: impl FnOnce(&mut L) -> Answer<T>) -> Answer<T> {
        match &mut *self.door() {
            Door::Open(ledger) => {
                catch_unwind(AssertUnwindSafe(|| act(ledger))).unwrap_or_else(|_| Err(fault()))
            }
            Door::Failed(error) => Err(error.clone()),
            Door::Opening(_) | Door::Closed => Err(closing()),
        }
    }

    /// Lets the ledger go and opens it again: what lies ready to take its place does so then.
    pub(crate) fn reopen(&self) {
        let mut door = self.door();
        door.settle();
        if !matches!(*door, Door::Closed) {
            door.let_go(Door::Failed(closing()));
            *door = self.tried();
        }
    }

    /// Closes the ledger: drafts are written, its lock is free again.
    pub(crate) fn close(&self) {
        let mut door = self.door();
        // A ledger still being opened is waited for, so that it is not left locked behind.
        door.settle();
        door.let_go(Door::Closed);
    }

    fn tried(&self) -> Door<L> {
        Door::after(catch_unwind(AssertUnwindSafe(|| (self.open)())))
    }

    fn door(&self) -> MutexGuard<'_, Door<L>> {
        // Panics are caught inside `ask`, so the lock is never left in the middle of a change.
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L> Door<L> {
    fn after(opened: thread::Result<Answer<L>>) -> Self {
        match opened {
            Ok(Ok(ledger)) => Self::Open(Box::new(ledger)),
            Ok(Err(error)) => Self::Failed(error),
            Err(_) => Self::Failed(fault()),
        }
    }

    /// Waits for a ledger that is being opened.
    fn settle(&mut self) {
        if matches!(self, Self::Opening(_))
            && let Self::Opening(thread) = mem::replace(self, Self::Closed)
        {
            *self = Self::after(thread.join());
        }
    }

    fn let_go(&mut self, then: Self) {
        let before = mem::replace(self, then);
        // Closing writes the drafts; a fault there must not stop the program from ending.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(before)));
    }
}

/// Said in Indonesian: the language of the session lies in the ledger that just failed.
fn fault() -> AppError {
    AppError {
        code: "shell_fault".to_owned(),
        message: "Lumbung menemukan kesalahan di dalam dirinya dan membuka ulang bukunya.".to_owned(),
        next: "Masukkan PIN lagi, lalu lihat di daftar struk apakah transaksi terakhir tercatat.".to_owned(),
    }
}

fn closing() -> AppError {
    AppError {
        code: "shell_closing".to_owned(),
        message: "Lumbung sedang ditutup.".to_owned(),
        next: "Buka lagi Lumbung untuk melanjutkan.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Ledger {
        closed: Arc<AtomicU32>,
    }

    impl Drop for Ledger {
        fn drop(&mut self) {
            self.closed.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn shell() -> (Shell<Ledger>, Arc<AtomicU32>) {
        let closed = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&closed);
        (Shell::new(move || Ok(Ledger { closed: Arc::clone(&counter) })), closed)
    }

    #[test]
    fn a_fault_answers_reopens_and_goes_on() {
        let (shell, closed) = shell();
        let answer: Answer<u32> = shell.ask(|_| panic!("on purpose"));
        assert_eq!(answer.map_err(|error| error.code), Err("shell_fault".to_owned()));
        assert_eq!(closed.load(Ordering::SeqCst), 1, "the faulty ledger was let go");
        assert_eq!(shell.ask(|_| Ok(7)), Ok(7));
        assert_eq!(shell.startup_error(), None);
    }

    #[test]
    fn a_ledger_that_cannot_open_leaves_its_sentence_until_it_can() {
        let error = AppError { code: "ledger_in_use".into(), message: "m".into(), next: "n".into() };
        let (shell, in_use) = (error.clone(), Arc::new(AtomicU32::new(1)));
        let seen = Arc::clone(&in_use);
        let shell: Shell<u32> =
            Shell::new(move || if seen.load(Ordering::SeqCst) == 1 { Err(shell.clone()) } else { Ok(7) });
        assert_eq!(shell.startup_error(), Some(error.clone()));
        assert_eq!(shell.ask(|_| Ok(())), Err(error));
        in_use.store(0, Ordering::SeqCst);
        assert_eq!(shell.ask(|ledger| Ok(*ledger)), Ok(7));
        assert_eq!(shell.startup_error(), None);
    }

    #[test]
    fn a_fault_while_opening_is_an_answer_too() {
        let shell: Shell<Ledger> = Shell::new(|| panic!("on purpose"));
        assert_eq!(shell.startup_error().map(|error| error.code), Some("shell_fault".to_owned()));
    }

    #[test]
    fn opening_anew_lets_the_ledger_go_before_it_is_opened() {
        let (shell, closed) = shell();
        shell.ask(|_| Ok(())).unwrap();
        shell.reopen();
        assert_eq!(closed.load(Ordering::SeqCst), 1);
        assert_eq!(shell.borrow(|_| Ok(7)), Ok(7));
        shell.close();
        shell.reopen();
        assert!(shell.borrow(|_| Ok(7)).is_err(), "what was closed stays closed");
    }

    #[test]
    fn closing_lets_the_ledger_go_once() {
        let (shell, closed) = shell();
        shell.close();
        shell.close();
        assert_eq!(closed.load(Ordering::SeqCst), 1);
        assert_eq!(shell.ask(|_| Ok(())).map_err(|error| error.code), Err("shell_closing".to_owned()));
    }
}
