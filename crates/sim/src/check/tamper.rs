//! One bit, somewhere: `verify` says so, or the store does not open at all.

use crate::ambient::{KEY_HEX, reader};
use crate::disk::{Disk, VFS};
use crate::till::FILE;
use crate::world::World;
use anyhow::{Context, Result, ensure};
use lumbung_store::Ledger;

/// One seed in so many looks.
const EVERY: usize = 8;
/// The salt follows from the key and is not read.
const SALT: usize = 16;

/// I13, sampled.
pub(super) fn i13_evident(world: &mut World) -> Result<()> {
    if world.chance.below(EVERY) != 0 {
        return Ok(());
    }
    let name = world.chance.below(world.tills.len());
    let till = &mut world.tills[name];
    till.die();
    let (image, level) = (till.disk.image(), till.level);
    let disk = Disk::of(&image, world.seed);
    let bytes = image.read(FILE).context("a till has a file")?.len();
    ensure!(bytes > SALT, "a till has an empty file");
    let byte = SALT + world.chance.below(bytes - SALT);
    let bit = u8::try_from(world.chance.below(8))?;
    disk.flip_bit(FILE, byte, bit);
    let found = match Ledger::open_on(VFS, &disk.path(FILE), KEY_HEX) {
        Err(_) => true,
        Ok(ledger) => {
            let report = ledger.verify(KEY_HEX, reader(level), &|_| None, &mut |_, _| ());
            report.is_err()
                || report.is_ok_and(|report| report.faults.iter().any(|fault| fault.contains("damaged")))
        }
    };
    ensure!(found, "I13: bit {bit} of byte {byte} of {bytes} turned over and nobody saw it");
    world.tally.count("bits turned over and found");
    Ok(())
}
