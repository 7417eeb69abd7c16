//! Rules about the pages.

use super::{Offence, Source};

const BRIDGE: &str = "@tauri-apps";
const BRIDGE_ROOM: &str = "ui/src/lib/ipc/";
/// Calls that leave tests out of a run.
const LEFT_OUT: &[&str] =
    &["test.skip(", "it.skip(", "describe.skip(", "test.only(", "it.only(", "describe.only("];

pub(crate) fn check(sources: &[Source]) -> Vec<Offence> {
    let pages = sources.iter().filter(|source| {
        source.name.starts_with("ui/") && source.ends_with_any(&["ts", "js", "mjs", "svelte"])
    });
    pages.flat_map(check_file).collect()
}

fn check_file(source: &Source) -> Vec<Offence> {
    let is_page = source.name.starts_with("ui/src/") && !source.name.starts_with(BRIDGE_ROOM);
    let mut offences = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        if is_page && line.contains(BRIDGE) {
            offences.push(source.offence(index + 1, format!("{BRIDGE} is known in {BRIDGE_ROOM} alone")));
        }
        if LEFT_OUT.iter().any(|call| line.contains(call)) {
            offences.push(source.offence(index + 1, "a test is left out; repair or remove it"));
        }
        if is_page && line.contains("{@html") {
            offences.push(source.offence(index + 1, "text from the core is never markup: no {@html}"));
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bridge_has_one_room() {
        let line = "import { invoke } from '@tauri-apps/api/core';";
        for (name, offences) in
            [("ui/src/routes/kasir/a.ts", 1), ("ui/src/lib/ipc/bindings.ts", 0), ("ui/dev/mock.ts", 0)]
        {
            let source = Source { name: name.into(), text: line.into() };
            assert_eq!(check(&[source]).len(), offences, "{name}");
        }
    }
}
