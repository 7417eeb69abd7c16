//! Values that must not reach a log, a message or a file by accident.

use std::fmt;

/// Holds a value that can be shown only on purpose, by [`Sensitive::reveal`]. There is no `Display` and no
/// serialisation, and `Debug` prints stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Where a person sees it, the caller has checked the right and left an audit trail.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// `32************01`: the first two characters, stars, the last two (handbook 2.6). A number too short to
/// hide behind four characters becomes stars alone.
pub fn mask_nik(nik: &str) -> String {
    let length = nik.chars().count();
    let shown = |at: usize| length >= 8 && (at < 2 || at + 2 >= length);
    nik.chars().enumerate().map(|(at, letter)| if shown(at) { letter } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_hidden() {
        for (nik, masked) in [
            ("3201011508859901", "32************01"),
            ("12345678", "12****78"),
            ("1234567", "*******"),
            ("", ""),
            ("éé345678éé", "éé******éé"),
        ] {
            assert_eq!(mask_nik(nik), masked);
        }
    }

    #[test]
    fn printing_shows_stars() {
        #[derive(Debug)]
        struct Person {
            nik: Sensitive<String>,
        }
        let person = Person { nik: Sensitive::new("3201011508859991".to_owned()) };
        assert_eq!(format!("{person:?}"), "Person { nik: *** }");
        assert_eq!(person.nik.reveal(), "3201011508859991");
        assert_eq!(format!("{:?}", Some(Sensitive::from(5))), "Some(***)");
        assert_eq!(Sensitive::from(5).into_revealed(), 5);
    }
}
