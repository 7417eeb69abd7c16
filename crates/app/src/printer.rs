//! The receipt printer: bytes handed to a worker of its own, so that paper out or a pulled plug never holds
//! up a queue. What went wrong is told in the status bar, and the receipt can be printed again.

use crate::error::{Refused, language};
use crate::permission::Action;
use crate::session::Language;
use crate::{Answer, App};
use lumbung_document::SealedDocument;
use lumbung_primitives::DocRef;
use lumbung_store::query;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A network printer that does not answer within this is told to be off.
const NETWORK_TIMEOUT: Duration = Duration::from_secs(5);
const SETTING: &str = "printer";

#[derive(Debug)]
pub(crate) struct Printer {
    jobs: Sender<(String, Vec<u8>)>,
    /// Why the last slip did not come out.
    trouble: Arc<Mutex<Option<String>>>,
}

impl Printer {
    pub(crate) fn new() -> Self {
        let (jobs, inbox) = channel::<(String, Vec<u8>)>();
        let trouble = Arc::new(Mutex::new(None));
        let told = Arc::clone(&trouble);
        // Ends by itself when the last sender is dropped.
        std::thread::spawn(move || {
            for (target, bytes) in inbox {
                let outcome = send(&target, &bytes).err().map(|error| error.to_string());
                *told.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
            }
        });
        Self { jobs, trouble }
    }

    fn print(&self, target: String, bytes: Vec<u8>) {
        // The worker lives as long as the sender; a job that cannot be handed over is told like any other.
        if self.jobs.send((target, bytes)).is_err() {
            let worker = "the printing worker has stopped".to_owned();
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
        }
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `tcp:host:port` (9100 is usual) or the path of a device or file.
fn send(target: &str, bytes: &[u8]) -> io::Result<()> {
    if let Some(address) = target.strip_prefix("tcp:") {
        let address = address.to_socket_addrs()?.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let mut stream = TcpStream::connect_timeout(&address, NETWORK_TIMEOUT)?;
        stream.set_write_timeout(Some(NETWORK_TIMEOUT))?;
        stream.write_all(bytes)?;
        return stream.flush();
    }
    let mut device = OpenOptions::new().append(true).open(target)?;
    device.write_all(bytes)?;
    device.flush()
}

impl App {
    /// Where slips go: a device's path, `tcp:host:port`, or empty for none.
    pub fn set_printer(&mut self, target: &str) -> Answer<()> {
        self.require(Action::ManageStaff)?;
        query::local::set_setting(self.connection(), SETTING, target.trim())?;
        Ok(())
    }

    pub fn printer(&self) -> Answer<String> {
        Ok(query::local::setting(self.connection(), SETTING)?.unwrap_or_default())
    }

    /// Prints the slip of a document again, marked as a copy.
    pub fn print_copy(&mut self, at: DocRef) -> Answer<()> {
        self.require(Action::Sell)?;
        Ok(self.print_slip(&self.document(at)?, true)?)
    }

    /// Hands a slip to the printer where one is set; never waits for it.
    pub(crate) fn print_slip(&self, document: &SealedDocument, is_copy: bool) -> Result<(), Refused> {
        let target = query::local::setting(self.connection(), SETTING)?.unwrap_or_default();
        if !target.is_empty() {
            self.printer.print(target, self.slip_bytes(document, is_copy)?);
        }
        Ok(())
    }

    /// One sentence where the last slip did not come out.
    pub(crate) fn printer_notice(&self) -> Option<String> {
        let trouble = self.printer.trouble()?;
        Some(match language() {
            Language::Id => format!("Struk terakhir belum tercetak ({trouble}); cetak ulang dengan F7."),
            Language::En => format!("The last receipt was not printed ({trouble}); reprint with F7."),
        })
    }
}
