//! A Tauri window with nothing in it: what the start of the till is measured against. Never shipped.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let blank = "about:blank".parse()?;
    tauri::Builder::default()
        .setup(|app| {
            let url = WebviewUrl::External(blank);
            WebviewWindowBuilder::new(app, "main", url).inner_size(1366.0, 768.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
