//! What is left behind when the program itself is wrong: one line on stderr.

use std::io::Write as _;

/// The message may quote what was being worked on, so it is written in development builds only; a place in
/// the code is enough to find the fault and holds no personal data.
pub(crate) fn report_to_stderr() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let detail = if cfg!(debug_assertions) { panic.payload_as_str().unwrap_or("") } else { "" };
        let _ = writeln!(std::io::stderr(), "lumbung-desktop: fault at {place} {detail}");
    }));
}
