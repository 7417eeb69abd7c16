//! The one open cooperative behind the window, and what the window hears when there is none.

use crate::start::Resolved;
use lumbung_app::{App, AppError};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub(crate) type Answer<T> = Result<T, AppError>;

/// Commands come in on several threads; the ledger is asked by one at a time.
pub(crate) struct Shell<L = App> {
    door: Mutex<Door<L>>,
    open: Box<dyn Fn() -> Answer<L> + Send + Sync>,
    hand_on: HandOn<L>,
    /// When the disk last failed.
    failed: Mutex<Option<Instant>>,
}

/// The ledger behind the window, lent for moments to what waits for a line.
pub(crate) struct Behind<'a>(pub(crate) &'a Shell);

impl lumbung_app::sync::Door for Behind<'_> {
    fn lend(&mut self, work: &mut dyn FnMut(&mut App) -> Answer<()>) -> Answer<()> {
        self.0.borrow(work)
    }
}

/// Gives the ledger that is opened anew what must outlive the one before: who sits there.
type HandOn<L> = fn(&L) -> Box<dyn FnOnce(&mut L)>;

/// Trouble that comes back within so long has not passed.
const PASSING: Duration = Duration::from_mins(1);

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
        let open = move || App::open(&place.ledger, place.key_file.as_deref());
        Self::new(open, |app| {
            let seat = app.seat();
            Box::new(|app| app.take_seat(seat))
        })
    }
}

impl<L: Send + 'static> Shell<L> {
    fn new(open: impl Fn() -> Answer<L> + Clone + Send + Sync + 'static, hand_on: HandOn<L>) -> Self {
        let door = Mutex::new(Door::Opening(thread::spawn(open.clone())));
        Self { door, open: Box::new(open), hand_on, failed: Mutex::new(None) }
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
        match answer {
            Ok(Err(error)) if is_of_the_disk(&error) => Err(self.reopened(&mut door, error)),
            Ok(answer) => answer,
            Err(_) => {
                door.let_go(Door::Failed(fault()));
                *door = self.tried();
                Err(fault())
            }
        }
    }

    /// After one call to the disk that failed, the cipher answers all that come with "damaged", until the file is
    /// opened anew. So it is, and whoever asked is told to try again: whether the last act was kept nobody
    /// knows, and its draft tells when it is tried. Where trouble comes back at once, it is told as it is.
    fn reopened(&self, door: &mut Door<L>, error: AppError) -> AppError {
        let Door::Open(ledger) = &*door else { return error };
        let hand_on = (self.hand_on)(ledger);
        door.let_go(Door::Failed(error.clone()));
        *door = self.tried();
        match door {
            Door::Open(ledger) => hand_on(ledger),
            Door::Failed(still) => return still.clone(),
            Door::Opening(_) | Door::Closed => {}
        }
        let before = self.failed.lock().unwrap_or_else(PoisonError::into_inner).replace(Instant::now());
        if before.is_some_and(|before| before.elapsed() < PASSING) { error } else { passing() }
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

fn is_of_the_disk(error: &AppError) -> bool {
    error.code == "disk_trouble" || error.code == "damaged"
}

fn passing() -> AppError {
    AppError {
        code: "disk_trouble".to_owned(),
        message: "Disk sempat tidak menjawab; Lumbung membuka ulang bukunya.".to_owned(),
        next: "Coba lagi.".to_owned(),
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
        cashier: Option<u32>,
    }

    impl Drop for Ledger {
        fn drop(&mut self) {
            self.closed.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn shell() -> (Shell<Ledger>, Arc<AtomicU32>) {
        let closed = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&closed);
        let open = move || Ok(Ledger { closed: Arc::clone(&counter), cashier: None });
        let hand_on: HandOn<Ledger> = |before| {
            let cashier = before.cashier;
            Box::new(move |after| after.cashier = cashier)
        };
        (Shell::new(open, hand_on), closed)
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
        let open = move || if seen.load(Ordering::SeqCst) == 1 { Err(shell.clone()) } else { Ok(7) };
        let shell: Shell<u32> = Shell::new(open, |_| Box::new(|_| ()));
        assert_eq!(shell.startup_error(), Some(error.clone()));
        assert_eq!(shell.ask(|_| Ok(())), Err(error));
        in_use.store(0, Ordering::SeqCst);
        assert_eq!(shell.ask(|ledger| Ok(*ledger)), Ok(7));
        assert_eq!(shell.startup_error(), None);
    }

    #[test]
    fn after_a_passing_error_of_the_disk_the_ledger_is_opened_anew_and_the_cashier_stays() {
        let error = |code: &str| AppError { code: code.into(), message: "m".into(), next: "n".into() };
        for code in ["disk_trouble", "damaged"] {
            let (shell, closed) = shell();
            let signed_in = shell.ask(|ledger| {
                ledger.cashier = Some(4);
                Ok(())
            });
            assert_eq!(signed_in, Ok(()));
            let answer: Answer<u32> = shell.ask(|_| Err(error(code)));
            assert_eq!(answer.map_err(|error| error.next), Err("Coba lagi.".to_owned()));
            assert_eq!(closed.load(Ordering::SeqCst), 1);
            assert_eq!(shell.ask(|ledger| Ok(ledger.cashier)), Ok(Some(4)));
            // It has not passed: now it is said.
            let answer: Answer<u32> = shell.ask(|_| Err(error(code)));
            assert_eq!(answer, Err(error(code)));
            assert_eq!(closed.load(Ordering::SeqCst), 2);
        }
        let (shell, closed) = shell();
        let answer: Answer<u32> = shell.ask(|_| Err(error("disk_full")));
        assert_eq!(answer, Err(error("disk_full")));
        assert_eq!(closed.load(Ordering::SeqCst), 0, "what is no trouble of the disk changes nothing");
    }

    #[test]
    fn a_fault_while_opening_is_an_answer_too() {
        let shell: Shell<Ledger> = Shell::new(|| panic!("on purpose"), |_| Box::new(|_| ()));
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
