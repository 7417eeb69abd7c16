//! The rules of the house that compilers do not know. Each offence is one line: file, line, sentence.

mod edges;
mod licences;
mod mask;
mod places;
pub(crate) mod properties;
mod rust_source;
mod text;
mod web_source;

use crate::run;
use anyhow::Result;
use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Offence {
    file: String,
    /// From 1; absent where the whole file offends.
    line: Option<usize>,
    sentence: String,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.sentence),
            None => write!(f, "{}: {}", self.file, self.sentence),
        }
    }
}

/// One file of the project, as text.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root, with `/` between names.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    fn ends_with_any(&self, endings: &[&str]) -> bool {
        let ending = Path::new(&self.name).extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| endings.contains(&ending))
    }

    fn offence(&self, line: usize, sentence: impl Into<String>) -> Offence {
        Offence { file: self.name.clone(), line: Some(line), sentence: sentence.into() }
    }
}

/// Prints every offence; true where there is none.
pub(crate) fn report() -> Result<bool> {
    let root = run::root();
    let sources = places::sources(&root)?;
    let mut offences = edges::check()?;
    offences.extend(licences::check()?);
    offences.extend(rust_source::check(&sources));
    offences.extend(web_source::check(&sources));
    offences.extend(text::check(&sources, &root));
    offences.sort();
    offences.dedup();
    for offence in &offences {
        println!("{offence}");
    }
    println!("tidy: {} files read, {} offences", sources.len(), offences.len());
    Ok(offences.is_empty())
}

/// All text files of the project, for whoever counts things in them.
pub(crate) fn sources() -> Result<Vec<Source>> {
    places::sources(&run::root())
}

fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.join("/")
}

fn join(root: &Path, name: &str) -> PathBuf {
    name.split('/').fold(root.to_path_buf(), |path, part| path.join(part))
}
