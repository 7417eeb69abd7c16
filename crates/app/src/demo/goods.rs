//! A fictional village assortment.

use super::chance::Chance;
use lumbung_peripheral::barcode::check_digit;

#[derive(Clone, Debug)]
pub(super) struct Good {
    pub(super) sku: u64,
    pub(super) barcode: String,
    pub(super) name: String,
    pub(super) category: &'static str,
    pub(super) unit: &'static str,
    pub(super) weighed: bool,
    pub(super) cost: i64,
    pub(super) member_price: i64,
    pub(super) price: i64,
}

/// (category, name, unit, cost of a unit in rupiah); kg is weighed.
const BASES: [(&str, &str, &str, i64); 44] = [
    ("Sembako", "Beras medium", "kg", 12_200),
    ("Sembako", "Gula pasir curah", "kg", 15_900),
    ("Sembako", "Telur ayam", "kg", 26_500),
    ("Sembako", "Minyak goreng", "btl", 15_200),
    ("Sembako", "Tepung terigu", "bks", 10_400),
    ("Sembako", "Garam halus", "bks", 2_400),
    ("Sembako", "Kacang tanah", "kg", 27_000),
    ("Sembako", "Kedelai", "kg", 12_600),
    ("Bumbu", "Bawang merah", "kg", 31_500),
    ("Bumbu", "Bawang putih", "kg", 34_500),
    ("Bumbu", "Cabai rawit", "kg", 43_000),
    ("Bumbu", "Kecap manis", "btl", 8_800),
    ("Bumbu", "Saus sambal", "btl", 7_700),
    ("Bumbu", "Kaldu bubuk", "rtg", 4_800),
    ("Bumbu", "Santan instan", "pcs", 3_200),
    ("Makanan", "Mi instan goreng", "pcs", 2_700),
    ("Makanan", "Mi instan soto", "pcs", 2_600),
    ("Makanan", "Biskuit kelapa", "bks", 7_500),
    ("Makanan", "Keripik singkong", "bks", 8_100),
    ("Makanan", "Kerupuk udang", "bks", 5_500),
    ("Makanan", "Roti tawar", "bks", 12_300),
    ("Makanan", "Sarden kaleng", "klg", 9_900),
    ("Minuman", "Air mineral", "btl", 2_600),
    ("Minuman", "Teh celup", "ktk", 6_300),
    ("Minuman", "Kopi bubuk", "bks", 6_900),
    ("Minuman", "Kopi susu sachet", "rtg", 11_500),
    ("Minuman", "Susu kental manis", "klg", 11_300),
    ("Minuman", "Sirup merah", "btl", 17_800),
    ("Rumah tangga", "Sabun cuci piring", "pch", 9_700),
    ("Rumah tangga", "Deterjen bubuk", "bks", 12_800),
    ("Rumah tangga", "Obat nyamuk bakar", "ktk", 4_900),
    ("Rumah tangga", "Korek api", "pcs", 1_900),
    ("Rumah tangga", "Sapu ijuk", "pcs", 14_400),
    ("Rumah tangga", "Gas elpiji 3 kg", "tbg", 18_400),
    ("Kebersihan diri", "Sabun mandi", "pcs", 3_900),
    ("Kebersihan diri", "Sampo sachet", "rtg", 4_700),
    ("Kebersihan diri", "Pasta gigi", "pcs", 8_600),
    ("Kebersihan diri", "Sikat gigi", "pcs", 4_200),
    ("Pertanian", "Pupuk kandang", "kg", 1_600),
    ("Pertanian", "Pakan ayam", "kg", 8_400),
    ("Pertanian", "Benih kangkung", "bks", 6_500),
    ("Alat tulis", "Buku tulis", "pcs", 3_600),
    ("Alat tulis", "Pulpen hitam", "pcs", 1_900),
    ("Alat tulis", "Pensil", "pcs", 2_500),
];

const BRANDS: [&str; 12] = [
    "Padi Mas",
    "Tiga Saudari",
    "Sumber Asri",
    "Cap Lumbung",
    "Melati",
    "Gunung Biru",
    "Sawah Jaya",
    "Bintang Desa",
    "Cap Kendi",
    "Rukun",
    "Mekar Sari",
    "Tani Rahayu",
];

pub(super) fn assortment(chance: &mut Chance, count: u64) -> Vec<Good> {
    (0..count)
        .map(|index| {
            let at = usize::try_from(index).unwrap_or(0);
            let (category, base, unit, cost) = BASES[at % BASES.len()];
            let brand = BRANDS[(at / BASES.len() * 5 + at) % BRANDS.len()];
            let series = at / (BASES.len() * BRANDS.len());
            let name = if series == 0 {
                format!("{base} {brand}")
            } else {
                format!("{base} {brand} {}", series + 1)
            };
            let cost = cost * chance.between(85, 125) / 100 / 50 * 50;
            let price = cost * chance.between(109, 124) / 100 / 100 * 100 + 100;
            let member_price = (price - chance.between(1, 4) * 100).max(cost + 50);
            let sku = index + 1;
            Good {
                sku,
                barcode: shop_code(sku),
                name,
                category,
                unit,
                weighed: unit == "kg",
                cost,
                member_price: member_price.min(price),
                price,
            }
        })
        .collect()
}

/// A code of the shop's own, prefix 20.
fn shop_code(sku: u64) -> String {
    let body = format!("2000017{sku:05}");
    match check_digit(&body) {
        Some(digit) => format!("{body}{digit}"),
        None => body,
    }
}
