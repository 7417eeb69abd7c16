//! Documents by stick, for villages without a line: what one till holds as a file, and a file's documents into
//! another till. The same checks as by line.

use super::Trouble;
use super::door::{Door, Lending, Shared, ask};
use super::log::{hex, unhex};
use super::standing::{Labour, few};
use super::view::{CourierDone, CourierFile, CourierPlace};
use crate::permission::Action;
use crate::{Answer, App};
use lumbung_primitives::device_letter;
use lumbung_store::{StoreError, query};
use lumbung_sync::courier::{self, CourierError, Cover, Progress};
use lumbung_sync::wire::{self, HeadsAnswer, WireHead};
use std::cell::RefCell;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Under which name the link of couriers is kept: nothing is acknowledged by stick.
const COURIER: &str = "courier";
const EXTENSION: &str = "lumbung";
const PREFIX: &str = "kurir-";
/// Heads that each other till told on the cover of its last file.
const KNOWN: &str = "courier_heads ";
/// The folder that was used last.
const FOLDER: &str = "courier_folder";

/// Writes a file with what the other tills are not known to hold; `full`: with everything. A file that ended in
/// an error is none, and is taken away.
pub fn courier_export(door: &mut dyn Door, file: &Path, full: bool) -> Answer<CourierDone> {
    let door: Shared<'_> = RefCell::new(door);
    let since = ask(&door, |app| app.courier_since(full))?;
    let growing = file.with_extension("sedang-ditulis");
    let written = write(&door, &growing, &since);
    let done = ask(&door, |app| {
        app.standing.labour = None;
        Ok(())
    });
    let (documents, bytes) = written.and_then(|written| done.map(|()| written)).inspect_err(|_| {
        let _ = std::fs::remove_file(&growing);
    })?;
    std::fs::rename(&growing, file).map_err(|error| Trouble::Stick(error.to_string()))?;
    ask(&door, |app| app.keep_courier_folder(file))?;
    Ok(CourierDone {
        path: file.display().to_string(),
        documents: few(documents),
        new_documents: 0,
        bytes: few(bytes),
    })
}

fn write(door: &Shared<'_>, growing: &Path, since: &[WireHead]) -> Answer<(u64, u64)> {
    let stick = |error: std::io::Error| Trouble::Stick(error.to_string());
    let file = File::create(growing).map_err(stick)?;
    let mut to = BufWriter::new(file);
    let written =
        courier::write(&mut lending(door), &mut to, since, &mut showing(door)).map_err(Trouble::from)?;
    let file = to.into_inner().map_err(|error| stick(error.into_error()))?;
    file.sync_all().map_err(stick)?;
    Ok((written.documents, file.metadata().map_err(stick)?.len()))
}

/// Takes what a file brings. Of a damaged one, what stands before the damage.
pub fn courier_import(door: &mut dyn Door, file: &Path) -> Answer<CourierDone> {
    let door: Shared<'_> = RefCell::new(door);
    ask(&door, |app| Ok(app.require(Action::Look)?))?;
    let mut from = File::open(file).map_err(|error| Trouble::Stick(error.to_string()))?;
    let taken = courier::read(&mut lending(&door), &mut from, &mut showing(&door));
    ask(&door, |app| {
        app.standing.labour = None;
        app.keep_courier_folder(file)?;
        if let Ok((cover, _)) = &taken {
            app.keep_cover(cover)?;
        }
        Ok(())
    })?;
    let (_, taken) = taken.map_err(|error: CourierError| Trouble::from(error))?;
    let bytes = from.metadata().map(|metadata| metadata.len()).unwrap_or_default();
    Ok(CourierDone {
        path: file.display().to_string(),
        documents: few(taken.new_documents + taken.known_documents),
        new_documents: few(taken.new_documents),
        bytes: few(bytes),
    })
}

fn lending<'a, 'd>(door: &'a Shared<'d>) -> Lending<'a, 'd> {
    Lending { door, peer: COURIER, centre_key: [0; 32] }
}

/// What cannot be shown is not shown: the work goes on.
fn showing<'a, 'd>(door: &'a Shared<'d>) -> impl FnMut(Progress) + 'a + use<'a, 'd> {
    move |progress| {
        let _ = ask(door, |app| {
            app.standing.labour = Some((Labour::Courier, progress.done, progress.total));
            Ok(())
        });
    }
}

impl App {
    /// `kurir-B-2026-01-24.lumbung`, in that folder; the next free name where one lies there.
    pub fn courier_file(&self, folder: &Path) -> PathBuf {
        let stem = format!("{PREFIX}{}-{}", device_letter(self.own_device()), self.today());
        let named = |count: u32| match count {
            1 => folder.join(format!("{stem}.{EXTENSION}")),
            count => folder.join(format!("{stem}-{count}.{EXTENSION}")),
        };
        (1..1_000).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(1))
    }

    /// Folders that a file may lie in or go to: sticks that are plugged in, and the one that was used last.
    pub fn courier_places(&mut self) -> Answer<Vec<CourierPlace>> {
        self.require(Action::Look)?;
        let mut folders = sticks();
        let last = query::local::setting(self.connection(), FOLDER)?.map(PathBuf::from);
        folders.extend(last.filter(|folder| folder.is_dir()));
        // Where the system shows its sticks elsewhere, whoever set it up makes this folder or link.
        folders.extend(
            [self.ledger.path().with_file_name("kurir")].into_iter().filter(|folder| folder.is_dir()),
        );
        folders.sort();
        folders.dedup();
        let coop_id = self.ledger.identity().coop_id;
        Ok(folders.iter().map(|folder| place(folder, &coop_id)).collect())
    }

    /// [`Self::courier_file`] in a folder of the list: the window names no other.
    pub fn courier_file_in_place(&mut self, folder: &Path) -> Answer<PathBuf> {
        let places = self.courier_places()?;
        if places.iter().all(|place| Path::new(&place.folder) != folder) {
            return Err(Trouble::PlaceUnknown(folder.display().to_string()).into());
        }
        Ok(self.courier_file(folder))
    }

    /// A file of the list: the window names no other.
    pub fn courier_in_place(&mut self, file: &Path) -> Answer<PathBuf> {
        let places = self.courier_places()?;
        let mut files = places.iter().flat_map(|place| &place.files);
        if files.all(|known| Path::new(&known.path) != file) {
            return Err(Trouble::PlaceUnknown(file.display().to_string()).into());
        }
        Ok(file.to_owned())
    }

    /// What every other till that ever sent a file was known to hold; nothing where there is none, so that the
    /// first file is whole.
    fn courier_since(&mut self, full: bool) -> Answer<Vec<WireHead>> {
        self.require(Action::Look)?;
        let mut since: Option<Vec<WireHead>> = None;
        if !full {
            for (_, text) in query::local::settings_like(self.connection(), KNOWN)? {
                let Some(Ok(known)) = unhex(&text).map(|bytes| wire::decode::<HeadsAnswer>(&bytes)) else {
                    continue;
                };
                since = Some(match since {
                    None => known.heads,
                    // What all of them hold.
                    Some(common) => common
                        .into_iter()
                        .filter_map(|head| {
                            let theirs =
                                known.heads.iter().find(|other| other.device_no == head.device_no)?;
                            Some(if theirs.seq < head.seq { theirs.clone() } else { head })
                        })
                        .collect(),
                });
            }
        }
        Ok(since.unwrap_or_default())
    }

    fn keep_cover(&self, cover: &Cover) -> Result<(), StoreError> {
        let heads =
            HeadsAnswer { epoch: [0; 8], cursor: wire::Cursor::default(), heads: cover.heads.clone() };
        let name = format!("{KNOWN}{}", cover.device_no);
        query::local::set_setting(self.connection(), &name, &hex(&wire::encode(&heads)))
    }

    fn keep_courier_folder(&self, file: &Path) -> Answer<()> {
        let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
            return Ok(());
        };
        Ok(query::local::set_setting(self.connection(), FOLDER, &folder.display().to_string())?)
    }
}

fn place(folder: &Path, coop_id: &[u8; 16]) -> CourierPlace {
    let mut files: Vec<CourierFile> = entries(folder).filter_map(|path| courier_of(&path, coop_id)).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let label = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    CourierPlace { folder: folder.display().to_string(), label, files }
}

fn courier_of(path: &Path, coop_id: &[u8; 16]) -> Option<CourierFile> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    if path.extension()? != EXTENSION {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let bytes = few(file.metadata().ok()?.len());
    let cover = courier::peek(&mut file).ok()?;
    (cover.coop_id == *coop_id).then(|| CourierFile { path: path.display().to_string(), name, bytes })
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

/// Where this system shows what is plugged in: `/media/<user>/…`, `/run/media/<user>/…`, `/Volumes/…`, and the
/// drives from D on.
fn sticks() -> Vec<PathBuf> {
    let mut found = Vec::new();
    if cfg!(windows) {
        found.extend(
            ('D'..='Z').map(|drive| PathBuf::from(format!("{drive}:\\"))).filter(|path| path.is_dir()),
        );
        return found;
    }
    for root in ["/media", "/run/media"] {
        for user in entries(Path::new(root)) {
            found.extend(entries(&user).filter(|path| path.is_dir()));
        }
    }
    if cfg!(target_os = "macos") {
        found.extend(entries(Path::new("/Volumes")).filter(|path| path.is_dir()));
    }
    found
}
