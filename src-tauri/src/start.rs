//! Which ledger this window opens: `--db FILE` and `--key-file FILE`, else `LUMBUNG_DB` and
//! `LUMBUNG_KEY_FILE`, else the user's data folder and the keyring of the operating system.

use std::ffi::OsString;
use std::path::PathBuf;
use tauri::Runtime;
use tauri::path::PathResolver;

const FOLDER: &str = "lumbung";
const LEDGER: &str = "ledger.db";

/// As told from outside; what was not told is absent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) ledger: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
}

/// Where to open, for certain.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) ledger: PathBuf,
    /// The keyring of the operating system where absent.
    pub(crate) key_file: Option<PathBuf>,
}

impl Place {
    pub(crate) fn from_surroundings() -> Result<Self, String> {
        let told = Self::from_arguments(std::env::args_os().skip(1))?;
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Ok(Self {
            ledger: told.ledger.or_else(|| variable("LUMBUNG_DB")),
            key_file: told.key_file.or_else(|| variable("LUMBUNG_KEY_FILE")),
        })
    }

    fn from_arguments(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut place = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy().into_owned();
            let (name, joined) = match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(PathBuf::from(value))),
                None => (text, None),
            };
            let target = match name.as_str() {
                "--db" => &mut place.ledger,
                "--key-file" => &mut place.key_file,
                other => {
                    return Err(format!("unknown argument {other}; known are --db FILE and --key-file FILE"));
                }
            };
            let value = joined.or_else(|| arguments.next().map(PathBuf::from));
            *target = Some(value.ok_or_else(|| format!("{name} wants a file after it"))?);
        }
        Ok(place)
    }

    pub(crate) fn resolved<R: Runtime>(self, paths: &PathResolver<R>) -> Resolved {
        let ledger = self.ledger.unwrap_or_else(|| {
            // Without a home folder there is still the folder that the program was started in.
            paths.data_dir().unwrap_or_default().join(FOLDER).join(LEDGER)
        });
        Resolved { ledger, key_file: self.key_file }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Place, String> {
        Place::from_arguments(arguments.iter().map(OsString::from))
    }

    #[test]
    fn arguments_name_the_files() {
        let both = Place { ledger: Some("a.db".into()), key_file: Some("b.key".into()) };
        assert_eq!(read(&["--db", "a.db", "--key-file=b.key"]), Ok(both));
        assert_eq!(read(&[]), Ok(Place::default()));
        assert!(read(&["--db"]).is_err());
        assert!(read(&["--open"]).is_err());
    }
}
