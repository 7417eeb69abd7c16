//! The power is cut after any change to the disk: every unit that was acknowledged is wholly there, the one in
//! flight is there or not, and the ledger opens, proves itself and goes on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use lumbung_sim::disk::workload::{self, Standing, Step, Till};
use lumbung_sim::disk::{Chance, Disk, Fate, History, Image};
use rusqlite::config::DbConfig;

/// Each is a long day with another habit of copying the WAL back: after so many pages.
const DAYS: [(u64, i64); 6] = [(1, 60), (2, 1_000), (3, 250), (4, 4_000), (5, 30), (6, 500)];
const STEPS: usize = 150;
const IMAGES: usize = 8_000;
/// One lost, one kept, two mixed.
const IMAGES_PER_CUT: usize = 4;
/// One image in so many gets the full proof, and one in so many trades on and loses power again. Odd, so that
/// every fate has its turn.
const PROVED_EVERY: usize = 13;
const GOES_ON_EVERY: usize = 7;

/// After a step: how many changes there were when it began and when it was acknowledged, and what the
/// ledger said then.
struct Mark {
    begun: usize,
    done: usize,
    standing: Standing,
}

struct Day {
    seed: u64,
    steps: Vec<Step>,
    history: History,
    marks: Vec<Mark>,
}

fn record(seed: u64, wal_pages: i64) -> Day {
    let disk = Disk::of(&workload::founded().unwrap(), seed);
    let steps = workload::day(seed, STEPS);
    let ops = || usize::try_from(disk.ops()).unwrap();
    disk.record();
    let mut till = Till::on(&disk, seed, wal_pages);
    till.take(Step::Restart).unwrap();
    let standing = Standing::of(till.ledger.as_ref().unwrap()).unwrap();
    let mut marks = vec![Mark { begun: 0, done: 0, standing }];
    for step in &steps {
        let begun = ops();
        till.take(*step).unwrap();
        let done = ops();
        marks.push(Mark { begun, done, standing: Standing::of(till.ledger.as_ref().unwrap()).unwrap() });
    }
    assert_eq!(Till::faults(till.ledger.as_ref().unwrap()).unwrap(), Vec::<String>::new());
    drop(till);
    Day { seed, steps, history: disk.recorded(), marks }
}

/// After how many changes the power is cut: half of them beside a sync, a cut or a new name, half anywhere.
fn cuts(history: &History, wanted: usize, chance: &mut Chance) -> Vec<usize> {
    let edges = history.edges();
    let mut cuts: Vec<usize> = (0..wanted)
        .map(|nth| match nth % 2 {
            0 => edges[chance.below(edges.len())],
            _ => chance.below(history.len() + 1),
        })
        .collect();
    cuts.sort_unstable();
    cuts
}

fn check_day(seed: u64, wal_pages: i64, images: usize) -> usize {
    let day = record(seed, wal_pages);
    let mut chance = Chance::new(seed);
    let mut replay = day.history.replay();
    let mut checked = 0;
    for cut in cuts(&day.history, images / IMAGES_PER_CUT, &mut chance) {
        replay.forward_to(cut);
        let mixed = [Fate::Mixed(chance.next_u64()), Fate::Mixed(chance.next_u64())];
        for fate in [Fate::AllLost, Fate::AllKept].into_iter().chain(mixed) {
            check_image(&day, cut, fate, &replay.after_power_cut(fate), checked);
            checked += 1;
        }
    }
    checked
}

fn check_image(day: &Day, cut: usize, fate: Fate, image: &Image, nth: usize) {
    let told = || format!("seed {}, cut after change {cut} of {}, {fate:?}", day.seed, day.history.len());
    let disk = Disk::of(image, day.seed);
    let ledger = Till::open(&disk).unwrap_or_else(|error| panic!("{}: {error}", told()));
    let standing = Standing::of(&ledger).unwrap();

    let acknowledged = day.marks.iter().rposition(|mark| mark.done <= cut).unwrap();
    let in_flight = day.marks.get(acknowledged + 1).filter(|mark| mark.begun < cut);
    let is_allowed = standing == day.marks[acknowledged].standing
        || in_flight.is_some_and(|mark| standing == mark.standing);
    assert!(
        is_allowed,
        "{}: after step {acknowledged} ({:?} in flight) there is\n{standing:#?}\nnot\n{:#?}",
        told(),
        day.steps.get(acknowledged),
        day.marks[acknowledged].standing
    );
    assert_eq!(workload::trial_balance(&ledger).unwrap(), 0, "{}", told());
    if nth.is_multiple_of(PROVED_EVERY) {
        assert_eq!(Till::faults(&ledger).unwrap(), Vec::<String>::new(), "{}", told());
    }
    // Copying the WAL back as it closes would only take time here.
    ledger.connection().set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    drop(ledger);
    if nth.is_multiple_of(GOES_ON_EVERY) {
        goes_on(&disk, day.seed ^ u64::try_from(nth).unwrap(), &told);
    }
}

/// The first thing after a power cut, and a second cut on top of it.
fn goes_on(disk: &Disk, seed: u64, told: &dyn Fn() -> String) {
    let mut till = Till::on(disk, seed, 20);
    for step in [Step::Sell, Step::Receive(2), Step::Checkpoint { cut: seed.is_multiple_of(2) }, Step::Sell] {
        till.take(step).unwrap_or_else(|error| panic!("{}, then {step:?}: {error}", told()));
    }
    let standing = Standing::of(till.ledger.as_ref().unwrap()).unwrap();
    disk.cut_power(Fate::Mixed(seed));
    drop(till);
    let ledger = Till::open(disk).unwrap_or_else(|error| panic!("{}, and once more: {error}", told()));
    assert_eq!(Standing::of(&ledger).unwrap(), standing, "{}, and once more", told());
}

#[test]
fn the_power_is_cut_after_any_change() {
    let images = std::env::var("LUMBUNG_CRASH_IMAGES").map_or(IMAGES, |images| images.parse().unwrap());
    let a_day = images.div_ceil(DAYS.len()).next_multiple_of(IMAGES_PER_CUT);
    let (first, second) = DAYS.split_at(DAYS.len() / 2);
    let check = |days: &[(u64, i64)]| -> usize {
        days.iter().map(|(seed, wal_pages)| check_day(*seed, *wal_pages, a_day)).sum()
    };
    let checked: usize = std::thread::scope(|scope| {
        let other = scope.spawn(|| check(second));
        check(first) + other.join().unwrap()
    });
    assert!(checked >= images);
    println!("{checked} crash images, nothing acknowledged missing, nothing half there");
    if let Ok(file) = std::env::var("LUMBUNG_COUNTS") {
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, format!("{old}crash images {checked}\n")).unwrap();
    }
}
