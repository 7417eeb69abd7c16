//! F17: a new device begins with a checkpoint and reads on from there.

use crate::common::till::Till;
use crate::common::{World, bearer, code_of};
use ed25519_dalek::{Signature, VerifyingKey};
use lumbung_server::{Calls as _, CentreLog};
use lumbung_sync::wire::{CheckpointAnswer, ProblemCode, checkpoint_message};
use sha2::{Digest as _, Sha256};

/// In parts of `length` bytes.
async fn download<L: CentreLog>(
    world: &World<L>,
    till: &Till,
    checkpoint: &CheckpointAnswer,
    length: u64,
) -> Vec<u8> {
    let mut blob = Vec::new();
    while (blob.len() as u64) < checkpoint.bytes {
        let offset = blob.len() as u64;
        let part = world.centre.blob(bearer(till), checkpoint.blob, offset, length).await.unwrap();
        assert_eq!(part.0, checkpoint.bytes);
        assert!(!part.1.is_empty() && part.1.len() as u64 <= length);
        blob.extend(part.1);
    }
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&blob)), checkpoint.blob);
    blob
}

fn take(till: &mut Till, blob: &[u8]) {
    let mut decoder = minicbor::Decoder::new(blob);
    while decoder.position() < blob.len() {
        till.take_pack(decoder.bytes().unwrap());
    }
}

pub(crate) async fn a_new_device_begins_with_one<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut second = world.further(&mut books, 2).await;
    second.sell(2_500);
    books.sell(3_000);
    books.sync(&world.centre).await.unwrap();
    second.sync(&world.centre).await.unwrap();
    let first = world.centre.checkpoint(bearer(&books), 1).await.unwrap();
    let key = VerifyingKey::from_bytes(&world.centre.centre_key()).unwrap();
    let message = checkpoint_message(&books.coop_id, &first.epoch, first.cursor, &first.blob);
    key.verify_strict(&message, &Signature::from_bytes(&first.signature)).unwrap();
    assert_eq!(world.centre.checkpoint(bearer(&books), 1).await.unwrap(), first, "made once");
    let old_blob = download(world, &books, &first, 1_000).await;
    // It grows by what is new, and what was there stays as it was.
    books.sell(5_000);
    books.sync(&world.centre).await.unwrap();
    let mut late = world.further(&mut books, 3).await;
    let checkpoint = world.centre.checkpoint(bearer(&late), 9).await.unwrap();
    assert_ne!(checkpoint.blob, first.blob);
    let blob = download(world, &late, &checkpoint, 77_777).await;
    assert!(blob.starts_with(&old_blob));
    assert_eq!(download(world, &late, &first, 1 << 20).await, old_blob, "who had begun may go on");
    take(&mut late, &blob);
    late.epoch = checkpoint.epoch;
    late.cursor = checkpoint.cursor;
    for head in &checkpoint.heads {
        assert_eq!(late.others[&head.device_no].len() as u64, head.seq);
        assert_eq!(late.others[&head.device_no].last().unwrap().hash.0, head.hash);
    }
    late.sell(1);
    late.sync(&world.centre).await.unwrap();
    assert_eq!(late.others[&1], books.documents);
    assert_eq!(late.others[&2], second.documents);
    // For one that expands nothing there is another.
    let plain = world.centre.checkpoint(bearer(&late), 0).await.unwrap();
    assert!(plain.bytes > checkpoint.bytes);
    let end = world.centre.blob(bearer(&late), plain.blob, plain.bytes, 10).await.unwrap();
    assert_eq!(end, (plain.bytes, Vec::new()));
}

pub(crate) async fn an_empty_log_has_none<L: CentreLog>(world: &World<L>) {
    let books = world.founder_alone(1).await;
    assert_eq!(code_of(world.centre.checkpoint(bearer(&books), 1).await), ProblemCode::NotFound);
    let heads = world.centre.heads(bearer(&books)).await.unwrap();
    assert!(heads.heads.is_empty() && heads.cursor.server_seq == 0);
}
