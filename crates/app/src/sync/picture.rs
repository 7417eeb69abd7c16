//! A code as a picture, for a scanner or a telephone.

use super::Trouble;
use qrcode::QrCode;
use qrcode::render::svg;

/// Address and code in one, as [`super::pairing`] reads them. SVG markup without scripts.
pub(super) fn invitation_picture(url: &str, code: &str) -> Result<String, Trouble> {
    let text = format!("{url}/#{code}");
    let picture = QrCode::new(text.as_bytes()).map_err(|error| Trouble::Address(error.to_string()))?;
    let markup = picture.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // The window puts it into a page, where a declaration has no place.
    Ok(markup.find("<svg").map_or_else(String::new, |begin| markup[begin..].to_owned()))
}
