//! Fictional members. Their NIKs begin with 9999, which is no province, so they belong to nobody.

use super::chance::Chance;
use lumbung_primitives::BusinessDate;

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: u64,
    pub(super) nik: String,
    pub(super) name: String,
    pub(super) female: bool,
    pub(super) birth_date: BusinessDate,
    pub(super) joined: BusinessDate,
}

const FEMALE: [&str; 10] = ["Dewi", "Sri", "Siti", "Rina", "Marni", "Wayan", "Euis", "Lina", "Nur", "Maria"];
const MALE: [&str; 10] =
    ["Joko", "Agus", "Budi", "Slamet", "Asep", "Made", "Hasan", "Eko", "Yohanes", "Ujang"];
const FAMILY: [&str; 14] = [
    "Lestari",
    "Santoso",
    "Wahyuni",
    "Suryani",
    "Sudarsono",
    "Aminah",
    "Nugroho",
    "Rahayu",
    "Hidayat",
    "Utami",
    "Permana",
    "Handayani",
    "Kurniawan",
    "Maharani",
];

pub(super) fn members(chance: &mut Chance, count: u64, first: BusinessDate, days: i32) -> Vec<Person> {
    (1..=count)
        .map(|id| {
            let female = chance.percent(54);
            let given = if female { chance.pick(&FEMALE) } else { chance.pick(&MALE) };
            let birth_date = BusinessDate::from_ymd(1950, 1, 1)
                .unwrap_or_default()
                .plus_days(i32::try_from(chance.below(365 * 54)).unwrap_or(0));
            let before = i32::try_from(chance.below(700)).unwrap_or(0) + 1;
            let during = i32::try_from(chance.below(u64::try_from(days).unwrap_or(1))).unwrap_or(0);
            let joined = if chance.percent(88) { first.plus_days(-before) } else { first.plus_days(during) };
            let born = birth_date.to_naive();
            let day = born.format("%d").to_string().parse::<u32>().unwrap_or(1) + if female { 40 } else { 0 };
            let nik = format!("999901{day:02}{}{:04}", born.format("%m%y"), 9000 + id % 1000);
            let name = format!("{given} {}", chance.pick(&FAMILY));
            Person { id, nik, name, female, birth_date, joined }
        })
        .collect()
}
