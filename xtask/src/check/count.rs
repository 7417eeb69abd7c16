//! Reading what test programs say about themselves.

use crate::tidy::properties::Property;
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// A gate is one yes or no; tests are counted one by one.
    pub(crate) is_gate: bool,
}

impl Count {
    pub(crate) fn gate(holds: bool) -> Self {
        Self { passed: u64::from(holds), failed: u64::from(!holds), is_gate: true }
    }

    /// A program that failed without naming a failed test still failed once.
    fn tests(passed: u64, failed: u64, succeeded: bool) -> Self {
        let failed = if succeeded { failed } else { failed.max(1) };
        Self { passed, failed, is_gate: false }
    }

    pub(crate) fn of_vitest(json: &str, succeeded: bool) -> Self {
        let report: Value = serde_json::from_str(json).unwrap_or_default();
        let number = |key: &str| report[key].as_u64().unwrap_or(0);
        let left_out = number("numPendingTests") + number("numTodoTests");
        Self::tests(number("numPassedTests"), number("numFailedTests") + left_out, succeeded)
    }

    /// The closing lines of node's TAP: `# pass 7`.
    pub(crate) fn of_tap(tap: &str, succeeded: bool) -> Self {
        let number = |key: &str| {
            let line = tap.lines().rev().find_map(|line| line.strip_prefix("# ")?.strip_prefix(key));
            line.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0_u64)
        };
        let failed = number("fail ") + number("cancelled ") + number("skipped ") + number("todo ");
        Self::tests(number("pass "), failed, succeeded)
    }
}

/// Heard from the stdout of `cargo test`.
#[derive(Debug, Default)]
pub(crate) struct CargoTests {
    passed: u64,
    failed: u64,
    names: BTreeSet<String>,
}

impl CargoTests {
    pub(crate) fn hear(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            let number = |word: &str| {
                let part = result.split([';', '.']).find_map(|part| part.trim().strip_suffix(word));
                part.and_then(|text| text.trim().parse().ok()).unwrap_or(0_u64)
            };
            self.passed += number(" passed");
            // What is left out has not passed.
            self.failed += number(" failed") + number(" ignored");
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... ok")) {
            let name = name.trim_end_matches(" - should panic");
            self.names.insert(name.rsplit("::").next().unwrap_or(name).to_owned());
        }
    }

    pub(crate) fn count(&self, succeeded: bool) -> Count {
        Count::tests(self.passed, self.failed, succeeded)
    }

    /// How many of the properties in the sources ran and held, and their cases in all.
    pub(crate) fn properties(&self, known: &[Property]) -> (u64, u64) {
        let held = known.iter().filter(|property| self.names.contains(&property.name));
        held.fold((0, 0), |(number, cases), property| (number + 1, cases + property.cases))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64) -> Count {
        Count { passed, failed, is_gate: false }
    }

    #[test]
    fn cargo_is_heard() {
        let mut tests = CargoTests::default();
        for line in [
            "test a::b ... ok",
            "test c ... FAILED",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            "test result: ok. 20 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s",
        ] {
            tests.hear(line);
        }
        assert_eq!(tests.count(false), count(21, 3));
        let known = ["b", "c"].map(|name| Property { name: name.into(), cases: 256 });
        assert_eq!(tests.properties(&known), (1, 256));
        assert_eq!(CargoTests::default().count(false), count(0, 1), "it did not compile");
    }

    #[test]
    fn node_and_vitest_are_read() {
        let tap = "ok 1\n# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0\n";
        assert_eq!(Count::of_tap(tap, false), count(3, 1));
        assert_eq!(Count::of_vitest("{\"numPassedTests\":5,\"numFailedTests\":0}", true), count(5, 0));
        assert_eq!(Count::of_vitest("", false), count(0, 1));
    }
}
