// Sample goods and people for looking at screens. Names and figures are invented.

import type { ItemRow, MemberRow } from '../src/lib/ipc/bindings';

export type MockItem = ItemRow;
export type MockMember = MemberRow & { bon_limit_rp: number };

type Seed = [name: string, barcode: string, unit: string, price: number, memberPrice: number, stock: number, category: string];

const SEEDS: Seed[] = [
  ['Beras SPHP 5 kg', '2000017000011', 'sak', 62_500, 62_500, 41_000, 'Sembako'],
  ['Minyak goreng Garuda 1 l', '2000017000028', 'btl', 15_700, 15_700, 118_000, 'Sembako'],
  ['Telur ayam', '', 'kg', 28_000, 28_000, 23_400, 'Sembako'],
  ['Keripik singkong Bu Yanti', '2000017000042', 'bks', 10_000, 10_000, 14_000, 'Titip jual'],
  ['Gula pasir Melati 1 kg', '2000017000035', 'bks', 17_900, 17_400, 56_000, 'Sembako'],
  ['Keripik Singkong Original Jumbo Cap Kelinci 250 g', '8992761111113', 'bks', 18_500, 18_000, 3_000, 'Makanan ringan'],
  ['Beras curah IR64', '', 'kg', 13_500, 13_200, 480_250, 'Sembako'],
  ['Beras merah organik', '', 'kg', 24_000, 23_500, 12_750, 'Sembako'],
  ['Gas elpiji 3 kg', '2000017000059', 'tbg', 22_000, 21_000, -2_000, 'Energi'],
  ['Sabun cuci piring Ekonomi 800 ml', '8998866100014', 'bks', 12_300, 12_000, 24_000, 'Rumah tangga'],
];

export const ITEMS: MockItem[] = SEEDS.map(([name, barcode, unit, price_rp, member_price_rp, stock, category], index) => ({
  item: `1-${index + 10}`, sku: `B${String(index + 1).padStart(4, '0')}`, barcodes: barcode ? [barcode] : [], name, category, unit,
  weighed: unit === 'kg', price_rp, member_price_rp, stock, stock_value_rp: Math.max(0, Math.round((stock * price_rp * 0.9) / 1000)),
  reorder_min: index % 3 === 0 ? 5_000 : 0, active: true,
}));

const KINDS = ['Kopi bubuk', 'Teh celup', 'Mi instan', 'Sabun mandi', 'Kecap manis', 'Pupuk urea', 'Susu kental', 'Biskuit'];
for (let index = ITEMS.length; index < 50_000; index++) {
  const price_rp = 1_500 + ((index * 7_919) % 480) * 100;
  ITEMS.push({
    item: `1-${index + 10}`, sku: `B${String(index + 1).padStart(5, '0')}`, barcodes: [`899${String(1_000_000_000 + index)}`],
    name: `${KINDS[index % KINDS.length]} ${String.fromCharCode(65 + (index % 26))}${index}`, category: KINDS[index % KINDS.length] ?? '',
    unit: 'pcs', weighed: false, price_rp, member_price_rp: price_rp - (index % 4) * 100, stock: ((index * 31) % 90) * 1000,
    stock_value_rp: price_rp * ((index * 31) % 90), reorder_min: 0, active: index % 41 !== 0,
  });
}

const FIRST = ['Dewi', 'Ahmad', 'Aminah', 'Dian', 'Hasan', 'Kartini', 'Sri', 'Wayan', 'Yanti', 'Joko'];
const LAST = ['Lestari', 'Fauzi', 'Permata', 'Basri', 'Suryani', 'Wulandari', 'Saputra', 'Hidayat'];

export const MEMBERS: MockMember[] = Array.from({ length: 612 }, (_, index) => {
  const number = index + 1;
  const status = number % 37 === 0 ? 'candidate' : number % 53 === 0 ? 'inactive' : 'active';
  return {
    member: `1-${100 + number}`, member_no: String(number).padStart(4, '0'), status,
    name: number === 147 ? 'Dewi Lestari' : number === 3 ? 'Raden Ajeng Kusumawardhani Setyaningrum Prawirodirdjo' : `${FIRST[index % 10]} ${LAST[(index * 3) % 8]}`,
    phone: number % 5 === 0 ? '' : `0812 34${String(index * 7 % 100).padStart(2, '0')} ${1000 + index}`,
    joined: `202${3 + (index % 3)}-0${1 + (index % 9)}-12`, pokok_rp: status === 'candidate' ? 50_000 : 100_000, wajib_rp: (index % 30) * 10_000,
    sukarela_rp: (index % 7) * 75_000, bon_rp: index % 4 === 2 ? 150_000 : 0, purchases_this_year_rp: number === 147 ? 2_184_500 : (index * 7_919) % 3_000_000,
    bon_limit_rp: 500_000,
  };
});
