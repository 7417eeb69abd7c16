//! The one window. It shows the pages that were built into the program and goes nowhere else.

use tauri::webview::{NewWindowResponse, WebviewWindowBuilder};
use tauri::{Manager, Url, WebviewUrl};

/// The label that `capabilities/main.json` grants its commands to.
const LABEL: &str = "main";

pub(crate) fn open<M: Manager<tauri::Wry>>(manager: &M) -> tauri::Result<()> {
    WebviewWindowBuilder::new(manager, LABEL, WebviewUrl::default())
        .title("Lumbung")
        .inner_size(1366.0, 768.0)
        .min_inner_size(1024.0, 640.0)
        // On a village laptop the panel takes part of the 768 rows: the window then shrinks to fit.
        .prevent_overflow()
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()
        .map(|_| ())
}

/// Whether this address is a page of the program itself. Everything else is refused: a remote page must never
/// stand where the till stood.
fn is_own_page(url: &Url) -> bool {
    let own_scheme = url.scheme() == "tauri" && url.host_str() == Some("localhost");
    let own_host = cfg!(any(windows, target_os = "android"))
        && matches!(url.scheme(), "http" | "https")
        && url.host_str() == Some("tauri.localhost");
    (own_scheme || own_host) && url.port().is_none() && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_may_be_shown() {
        for (address, own) in [
            ("tauri://localhost", true),
            ("tauri://localhost/index.html#/kasir", true),
            ("tauri://example.org/", false),
            ("https://example.org/", false),
            ("http://tauri.example.org/", false),
            ("http://localhost:5173/", false),
            ("http://tauri.localhost/", cfg!(windows)),
            ("tauri://user@localhost/", false),
            ("file:///index.html", false),
            ("data:text/html,hello", false),
            ("about:blank", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_own_page(&Url::parse(address).unwrap()), own, "{address}");
        }
    }
}
