//! The desktop shell: one window over the one door (`lumbung-app`). It knows no SQL, no keys and no rule of
//! the trade; each command is one line that asks the door.

mod bindings;
#[cfg(test)]
mod command_names;
mod commands;
mod panics;
mod shell;
mod start;
mod window;

use lumbung_app::sync::Runner;
use shell::{Behind, Shell};
use std::io::Write as _;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;
use tauri::{AppHandle, Manager as _, RunEvent};

/// A power cut may cost what was typed into the cart since the last flush, two seconds at most.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked whether there is something to send.
const LOOK_EVERY: Duration = Duration::from_millis(700);

/// Opens the window and stays until it is closed.
pub fn run() -> ExitCode {
    panics::report_to_stderr();
    let place = match start::Place::from_surroundings() {
        Ok(place) => place,
        Err(sentence) => return refuse(&sentence),
    };
    let built = tauri::Builder::default()
        .invoke_handler(bindings::builder().invoke_handler())
        .setup(|app| {
            // The ledger opens on its own thread while the webview starts; the first command waits for it.
            let place = place.resolved(app.path());
            app.manage(Shell::opening(place.clone()));
            app.manage(place);
            window::open(app)?;
            let handle = app.handle().clone();
            thread::spawn(move || keep_drafts(&handle));
            let handle = app.handle().clone();
            thread::spawn(move || keep_in_step(&handle));
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            // The event loop ends the process without dropping state, so the ledger is closed by hand here:
            // drafts are flushed and the lock is given back.
            app.run(|handle, event| {
                if matches!(event, RunEvent::Exit) {
                    handle.state::<Shell>().close();
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&error.to_string()),
    }
}

fn keep_drafts(handle: &AppHandle) {
    loop {
        thread::sleep(FLUSH_EVERY);
        handle.state::<Shell>().tend(lumbung_app::App::flush_drafts);
    }
}

/// Speaks with the centre for as long as the window is open. The line is waited for here and nowhere else.
fn keep_in_step(handle: &AppHandle) {
    let mut runner = Runner::default();
    loop {
        thread::sleep(LOOK_EVERY);
        runner.tick(&mut Behind(&handle.state::<Shell>()));
    }
}

fn refuse(sentence: &str) -> ExitCode {
    // Nothing more can be done where even stderr is gone.
    let _ = writeln!(std::io::stderr(), "lumbung-desktop: {sentence}");
    ExitCode::from(2)
}
