//! A small shell that waits for this process to be gone, and then tidies up what it can no longer tidy itself.

use anyhow::{Context as _, Result};
use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

/// Reading ends when the pipe's other end closes: at the latest when this process dies, however it dies.
const WAIT: &str = "read -r _; ";

#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    /// `last_will` is a line of shell with `$1`, `$2`, … for `arguments`. It runs only where the guard was not
    /// dropped before.
    pub(crate) fn set(last_will: &str, arguments: &[&OsStr]) -> Result<Self> {
        let shell = Command::new("sh")
            .args(["-c", &format!("{WAIT}{last_will}"), "sh"])
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Out of the reach of Ctrl-C, which ends those that it is there to survive.
            .process_group(0)
            .spawn()
            .context("cannot start sh")?;
        Ok(Self { shell })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Killed before its pipe closes, so that it never sees the end it waits for.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
