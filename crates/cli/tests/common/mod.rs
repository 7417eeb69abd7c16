//! The command line as scripts use it: a folder of its own, JSON on standard output.
#![allow(dead_code, reason = "each test file uses its part")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    /// A new cooperative.
    pub(crate) fn new() -> Self {
        let shop = Self::nowhere();
        shop.json(&["init", "--name", "KDMP Uji", "--region", "32.01.01.2001"]);
        shop
    }

    /// A folder without one.
    pub(crate) fn nowhere() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_on(&self.path("ledger.db"), &self.path("ledger.key"), arguments)
    }

    pub(crate) fn run_on(&self, ledger: &Path, key: &Path, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lumbung"))
            .current_dir(self.folder.path())
            .env_remove("LUMBUNG_DB")
            .env_remove("LUMBUNG_KEY_FILE")
            .args(["--json", "--db"])
            .arg(ledger)
            .arg("--key-file")
            .arg(key)
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The answer of a command that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{arguments:?}: {errors}{}",
            String::from_utf8_lossy(&output.stdout)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn state(&self) -> String {
        let verdict = self.json(&["verify"]);
        assert_eq!(verdict["ok"], true, "{verdict}");
        verdict["state_hash"].as_str().unwrap().to_owned()
    }
}

/// The error of a command that must say no: its code, after proving that it says what and what next.
pub(crate) fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8_lossy(&output.stderr);
    let error: Value = serde_json::from_str(text.trim()).unwrap_or_default();
    assert!(error["error"].is_object(), "no JSON error: {text}");
    for part in ["message", "next"] {
        let sentence = error["error"][part].as_str().unwrap();
        assert!(sentence.len() > 12 && sentence.ends_with('.'), "{part} is no sentence: {sentence}");
    }
    error["error"]["code"].as_str().unwrap().to_owned()
}
