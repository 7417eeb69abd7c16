//! Text for a printer that knows printable ASCII and nothing else. A name typed by anyone must come out as
//! letters: an escape byte in it would be a command to the printer.

/// Printable ASCII only. Accents go, typographic marks become their plain twins, line ends and tabs become
/// blanks, other control and invisible characters go, and anything else becomes `?`.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' '..='~' => out.push(letter),
            '\t'
            | '\n'
            | '\r'
            | '\u{a0}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{3000}' => out.push(' '),
            _ if letter.is_control() || is_invisible(letter) => {}
            _ => out.push_str(twin(letter)),
        }
    }
    out
}

/// Combining accents, joiners, direction marks, variation selectors.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn twin(letter: char) -> &'static str {
    match letter {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ª' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'Ð' | 'Ď' => "D",
        'ð' | 'ď' => "d",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'Ğ' | 'Ģ' => "G",
        'ğ' | 'ģ' => "g",
        'Ḥ' | 'Ħ' => "H",
        'ḥ' | 'ħ' => "h",
        'Ì'..='Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'ì'..='ï' | 'ī' | 'į' | 'ı' => "i",
        'Ł' | 'Ļ' => "L",
        'ł' | 'ļ' => "l",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'º' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ŕ' | 'Ř' => "R",
        'ŕ' | 'ř' => "r",
        'Ś' | 'Ş' | 'Š' | 'Ṣ' | 'Ș' => "S",
        'ś' | 'ş' | 'š' | 'ṣ' | 'ș' => "s",
        'ß' => "ss",
        'Ţ' | 'Ť' | 'Ț' | 'Ṭ' => "T",
        'ţ' | 'ť' | 'ț' | 'ṭ' => "t",
        'Þ' => "Th",
        'þ' => "th",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'µ' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        '‘' | '’' | '‚' | '‛' | '′' | '´' | 'ʼ' | 'ʻ' | 'ʾ' | 'ʿ' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '‐'..='―' | '−' => "-",
        '…' => "...",
        '•' | '·' => "*",
        '×' => "x",
        '÷' => ":",
        '½' => "1/2",
        '¼' => "1/4",
        '¾' => "3/4",
        '¹' => "1",
        '²' => "2",
        '³' => "3",
        '°' => " der",
        '±' => "+/-",
        '€' => "EUR",
        '™' => "TM",
        '®' => "(R)",
        '©' => "(C)",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_their_accents_and_marks_become_plain() {
        for (text, expected) in [
            ("Beras SPHP 5 kg", "Beras SPHP 5 kg"),
            ("Nescafé Crème", "Nescafe Creme"),
            ("Cafe\u{301}", "Cafe"),
            ("Kopi “Gayo” – 250 g…", "Kopi \"Gayo\" - 250 g..."),
            ("Mu’tashim Ḥasan", "Mu'tashim Hasan"),
            ("½ kg × 2", "1/2 kg x 2"),
            ("小米 🌾", "?? ?"),
            ("a\u{a0}b\tc\r\nd", "a b c  d"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn no_character_leaves_printable_ascii() {
        for letter in '\0'..='\u{3000}' {
            let out = plain(&letter.to_string());
            assert!(out.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{letter:?}");
        }
        assert_eq!(plain("\u{1b}p\0\u{19}ú\u{7f}\u{9b}\u{202e}"), "pu");
    }
}
