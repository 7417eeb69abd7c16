//! The commands that exist, and the TypeScript by which the window calls them.

use crate::commands::{
    cart, courier, device, home, item, member, printer, question, sale, session, shift, staff, startup, sync,
};
use tauri_specta::{Builder, collect_commands};

pub(crate) fn builder() -> Builder<tauri::Wry> {
    // What is sent and what comes back have one shape here, so one type each is enough.
    Builder::new().disable_serde_phases().commands(collect_commands![
        startup::startup_error,
        session::status,
        session::staff_list,
        session::unlock,
        session::lock,
        session::set_language,
        shift::shift_proposal,
        shift::open_shift,
        shift::close_shift,
        cart::current_cart,
        cart::update_cart,
        cart::hold_cart,
        cart::held_carts,
        cart::resume_cart,
        cart::discard_cart,
        sale::record_sale,
        sale::recent_receipts,
        sale::find_receipt,
        sale::record_return,
        item::search_items,
        item::scan,
        item::item_page,
        item::save_item,
        member::search_members,
        member::member_page,
        member::member_detail,
        member::save_member,
        member::record_savings,
        member::record_bon_payment,
        home::home,
        staff::found_cooperative,
        staff::add_first_manager,
        staff::add_staff,
        staff::set_staff_pin,
        printer::printer,
        printer::set_printer,
        printer::print_copy,
        sync::sync_page,
        sync::sync_now,
        sync::connect_centre,
        sync::join_cooperative,
        sync::enrol_anew,
        sync::set_hub,
        sync::find_hubs,
        device::device_page,
        device::invite_device,
        device::grant_keys,
        device::end_device,
        courier::courier_places,
        courier::courier_export,
        courier::courier_import,
        question::question_page,
        question::answer_question,
        question::unmerge_member,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_names::COMMAND_NAMES;
    use specta_typescript::Typescript;
    use std::collections::BTreeSet;
    use std::path::Path;

    const HEADER: &str = "// Made by `cargo xtask bindings` from the commands in src-tauri. Do not edit.\n";

    fn generated() -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bindings.ts");
        builder().export(Typescript::default().header(HEADER), &file).unwrap();
        std::fs::read_to_string(file).unwrap()
    }

    fn names() -> BTreeSet<String> {
        COMMAND_NAMES.iter().map(|name| (*name).to_owned()).collect()
    }

    /// `cargo xtask bindings` sets the variable; without it the test proves that the file is fresh.
    #[test]
    fn bindings_are_fresh() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/ipc/bindings.ts");
        let fresh = generated();
        if std::env::var_os("LUMBUNG_WRITE_BINDINGS").is_some() {
            std::fs::write(&file, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap();
        assert!(
            kept == fresh,
            "ui/src/lib/ipc/bindings.ts is not what the commands say: cargo xtask bindings"
        );
    }

    #[test]
    fn every_registered_command_has_a_permission() {
        let text = generated();
        let called: BTreeSet<String> = text
            .split("__TAURI_INVOKE(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect();
        assert_eq!(called, names());
    }

    #[test]
    fn the_window_is_granted_exactly_the_commands() {
        let text = include_str!("../capabilities/main.json");
        let capability: serde_json::Value = serde_json::from_str(text).unwrap();
        let granted: BTreeSet<String> = capability["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|permission| permission.as_str().unwrap().to_owned())
            .collect();
        let expected = names().iter().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
        assert_eq!(granted, expected);
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
        assert!(capability.get("remote").is_none(), "no remote page may ask anything");
    }
}
