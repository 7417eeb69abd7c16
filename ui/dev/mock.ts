// A stand-in for the core, for looking at screens in a plain browser. Never part of a production build.

import type * as T from '../src/lib/ipc/bindings';
import { ITEMS, MEMBERS, type MockItem, type MockMember } from './data';
import { receiptText, slipText } from './paper';
import { bookedOne, firstDay, syncStatus, TILLS } from './tills';

type Args = Record<string, unknown>;
const refuse = (code: string, message: string, next: string): T.AppError => ({ code, message, next });
const scene = new URLSearchParams(location.search);

const STAFF: T.StaffCard[] = [
  { staff: '1-2', name: 'Siti Rahma', role: 'cashier' },
  { staff: '1-3', name: 'Budi Wicaksono', role: 'bookkeeper' },
  { staff: '1-4', name: 'I Gusti Ngurah Agung Wirawan', role: 'manager' },
  { staff: '1-5', name: 'Hj. Nurhayati', role: 'supervisor' },
];

const status: T.Status = {
  coop_name: 'KDMP Sukamaju',
  device_letter: 'A',
  zone: 'WIB',
  staff: null,
  shift: null,
  clock_date: '2026-01-23',
  documents_waiting: 37,
  clock_notice: scene.has('clock') ? 'Jam komputer tertinggal 3 hari dari shift terakhir. Jualan tetap boleh; betulkan jam bila sempat.' : null,
  printer_notice: null,
  has_printer: false,
  fault: scene.has('fault') ? 'Dokumen A-000119 tidak cocok dengan sidik jarinya. Pencatatan dihentikan; data lama tetap bisa dibaca. Hubungi pengurus.' : null,
  language: scene.get('lang') === 'en' ? 'en' : 'id',
  sync: syncStatus(37),
  needs_first_pin: scene.has('firstpin'),
};

const now = (): T.Status => ({ ...status, sync: syncStatus(status.documents_waiting) });

let drafts = 1;
let cart: T.Cart = { draft_id: 'd1', member: null, lines: [] };
const held = new Map<string, { cart: T.Cart; at: string }>();
const gone = new Map<string, T.Cart>();
const sold: T.ReceiptView[] = [];
const recorded = new Map<string, T.SaleDone>();
let next = 127;

const item = (ref: string): MockItem => ITEMS.find((one) => one.item === ref)!;
const member = (ref: string | null): MockMember | undefined => MEMBERS.find((one) => one.member === ref);

function cardOf(one: MockMember): T.MemberCard {
  return {
    member: one.member, member_no: one.member_no, name: one.name, since_year: one.joined ? Number(one.joined.slice(0, 4)) : null,
    purchases_this_year_rp: one.purchases_this_year_rp, bon_rp: one.bon_rp, bon_limit_rp: one.bon_limit_rp,
  };
}

function hitOf(one: MockItem): T.ItemHit {
  return {
    item: one.item, name: one.name, code: one.barcodes[0] ?? one.sku, unit: one.unit, weighed: one.weighed,
    price_rp: one.price_rp, member_price_rp: one.member_price_rp, stock: one.stock,
  };
}

function view(): T.CartView {
  const who = member(cart.member);
  const lines = cart.lines.map(({ item: ref, quantity }): T.CartLineView => {
    const one = item(ref);
    const unit_price_rp = who ? one.member_price_rp : one.price_rp;
    return {
      item: ref, name: one.name, code: one.barcodes[0] ?? one.sku, unit: one.unit, weighed: one.weighed, quantity,
      unit_price_rp, general_price_rp: who && one.price_rp > unit_price_rp ? one.price_rp : null,
      amount_rp: Math.round((unit_price_rp * quantity) / 1000), stock: one.stock,
      notice: one.stock < quantity ? 'Stok tercatat kurang dari ini; jualan tetap boleh.' : null,
    };
  });
  const total_rp = lines.reduce((sum, line) => sum + line.amount_rp, 0);
  const full = cart.lines.reduce((sum, line) => sum + Math.round((item(line.item).price_rp * line.quantity) / 1000), 0);
  const cash = Math.round(total_rp / 100) * 100;
  const notes = [5_000, 10_000, 20_000, 50_000, 100_000].map((note) => Math.ceil((cash + 1) / note) * note);
  return {
    draft_id: cart.draft_id, lines, member: who ? cardOf(who) : null, total_rp, cash_total_rp: cash, saved_rp: full - total_rp,
    notes_rp: cash > 0 ? [...new Set(notes)].sort((a, b) => a - b).slice(0, 3) : [],
    units: cart.lines.reduce((sum, line) => sum + line.quantity, 0),
    bon_refusal: !who ? 'Pilih anggota dulu (F2)' : who.bon_rp + total_rp > who.bon_limit_rp ? 'Melebihi batas bon anggota' : null,
  };
}

function begin(): T.CartView {
  cart = { draft_id: `d${++drafts}`, member: null, lines: [] };
  return view();
}

function search(query: string): T.SearchAnswer {
  const star = query.lastIndexOf('*');
  const name = query.slice(star + 1).trim().toLowerCase();
  const typed = star >= 0 ? query.slice(0, star).trim().replace(',', '.') : '';
  const [over = '', under] = typed.split('/');
  const quantity = star < 0 ? null : Math.round((Number(over) / Number(under ?? 1)) * 1000);
  if (star >= 0 && !Number.isFinite(quantity)) return { quantity: null, hits: [], notice: 'Jumlah itu tidak terbaca.' };
  const hits = name ? ITEMS.filter((one) => one.active && one.name.toLowerCase().includes(name)).slice(0, 8).map(hitOf) : [];
  return { quantity, hits, notice: null };
}

function scan(code: string): T.Scan {
  const sale = sold.find((one) => one.receipt_no === code);
  if (sale) return { is: 'receipt', receipt: sale };
  const who = MEMBERS.find((one) => `KDMP-${one.member_no}` === code);
  if (who) return { is: 'member', card: cardOf(who) };
  const found = ITEMS.filter((one) => one.barcodes.includes(code));
  if (found.length > 1) return { is: 'several', hits: found.map(hitOf) };
  if (found[0]) return { is: 'item', hit: hitOf(found[0]), quantity: 1000 };
  return { is: 'unknown', code, message: `Kode ${code} belum dikenal.`, next: 'Ketik nama barangnya, atau daftarkan di halaman Barang.' };
}

function record({ cart: sent, tender, tendered_rp }: T.RecordSale): T.SaleDone {
  const before = recorded.get(sent.draft_id);
  if (before) return before;
  const now = view();
  const total = tender === 'cash' ? now.cash_total_rp : now.total_rp;
  if (tender === 'cash' && tendered_rp < total) throw refuse('tendered_short', 'Uang yang diterima kurang dari total.', 'Ketik jumlah yang benar, atau pilih uang pas.');
  const receipt_no = `A-${String(next++).padStart(6, '0')}`;
  const change_rp = tender === 'cash' ? tendered_rp - total : 0;
  const done: T.SaleDone = {
    sale: `1-${next}`, receipt_no, total_rp: total, change_rp, receipt: receiptText(now, receipt_no, tender, tendered_rp, change_rp, false),
  };
  recorded.set(sent.draft_id, done);
  sold.unshift({
    sale: done.sale, receipt_no, is_return: false, business_date: '2026-01-23', time: '09.14', member_name: now.member?.name ?? null,
    total_rp: total, tender, reversed: false, copy: receiptText(now, receipt_no, tender, tendered_rp, change_rp, true),
    lines: now.lines.map((line, at) => ({
      line: at, item: line.item, name: line.name, unit: line.unit, quantity: line.quantity, unit_price_rp: line.unit_price_rp,
      amount_rp: line.amount_rp, returned: 0,
    })),
  });
  status.documents_waiting += 1;
  bookedOne();
  begin();
  return done;
}

function giveBack({ sale, lines }: T.RecordReturn): T.SaleDone {
  const from = sold.find((one) => one.sale === sale)!;
  let total = 0;
  for (const { line, quantity } of lines) {
    from.lines[line]!.returned += quantity;
    total += Math.round((from.lines[line]!.unit_price_rp * quantity) / 1000);
  }
  const receipt_no = `A-${String(next++).padStart(6, '0')}`;
  return { sale: `1-${next}`, receipt_no, total_rp: -total, change_rp: total, receipt: `         KDMP SUKAMAJU\n\nRETUR ${receipt_no}\ndari struk ${from.receipt_no}\n\nKembali              ${total}` };
}

function home(): T.Home {
  if (scene.has('empty')) {
    return {
      today: '2026-01-23', sales_rp: 0, sales_last_week_rp: null, member_sales_rp: 0, receipts: 0, member_receipts: 0, drawer_rp: 0,
      days: [], hours: Array<number>(24).fill(0), best_sellers: [], attention: [], last_backup: null, members: 0, items: 0,
    };
  }
  const days = Array.from({ length: 30 }, (_, index) => {
    const date = new Date(Date.UTC(2025, 11, 25 + index)).toISOString().slice(0, 10);
    const base = 3_200_000 + ((index * 7919) % 13) * 260_000;
    return { date, member_rp: base, non_member_rp: 1_400_000 + ((index * 104_729) % 11) * 170_000 };
  });
  days[29] = { date: '2026-01-23', member_rp: 5_019_200, non_member_rp: 2_823_300 };
  return {
    today: '2026-01-23', sales_rp: 7_842_500, sales_last_week_rp: 7_002_000, member_sales_rp: 5_019_200, receipts: 291, member_receipts: 186,
    drawer_rp: 3_115_000, days, hours: [0, 0, 0, 0, 0, 0, 0, 410, 820, 940, 760, 620, 380, 300, 450, 690, 980, 900, 400, 192, 0, 0, 0, 0].map((x) => x * 1000),
    best_sellers: [
      { name: 'Beras SPHP 5 kg', amount_rp: 1_250_000 }, { name: 'Telur ayam', amount_rp: 1_036_000 },
      { name: 'Minyak goreng Garuda 1 l', amount_rp: 816_400 }, { name: 'Gula pasir Melati 1 kg', amount_rp: 609_000 },
      { name: 'Keripik Singkong Original Jumbo Cap Kelinci 250 g', amount_rp: 390_000 },
    ],
    attention: [
      { severity: 'fault', title: 'Stok minus: Gas elpiji 3 kg (−2)', detail: 'Dua kasir menjual tabung terakhir saat luring', place: 'items' },
      { severity: 'needs_you', title: '3 pembayaran QRIS belum dicocokkan', detail: 'Rp412.500, sejak Rabu', place: 'home' },
      { severity: 'needs_you', title: '17 anggota menunggak simpanan wajib tiga bulan', detail: 'Rp510.000', place: 'members' },
    ],
    last_backup: '2026-01-22 19.05', members: 612, items: 50_000,
  };
}

const COMMANDS: Record<string, (args: Args) => unknown> = {
  ...TILLS,
  status: () => {
    if (firstDay.on) throw refuse('ledger_missing', 'Belum ada buku di komputer ini.', 'Buat koperasi baru, atau gabung.');
    return now();
  },
  staff_list: () => (scene.has('firstsync') ? [] : STAFF),
  set_staff_pin: () => {
    status.needs_first_pin = false;
  },
  unlock: ({ staff, pin }) => {
    if (pin !== '123456') throw refuse('wrong_pin', 'PIN tidak cocok.', 'Coba lagi; setelah lima kali salah, tunggu satu menit.');
    status.staff = STAFF.find((one) => one.staff === staff) ?? null;
    return now();
  },
  lock: () => (Object.assign(status, { staff: null }), now()),
  set_language: ({ language }) => (Object.assign(status, { language }), now()),
  shift_proposal: () => ({ business_date: scene.has('clock') ? '2026-01-23' : '2026-01-23', clock_date: scene.has('clock') ? '2026-01-20' : '2026-01-23', choose: scene.has('clock'), expected_cash_rp: 300_000 }),
  open_shift: ({ request }) => {
    status.shift = { shift: '1-9', business_date: (request as T.OpenShift).business_date, opened_at: '07.02', cashier: status.staff?.name ?? '' };
    return now();
  },
  close_shift: ({ request }) => {
    const { counted_rp, to_bank_rp, to_safe_rp } = request as T.CloseShift;
    status.shift = null;
    const report = { business_date: '2026-01-23', opening_rp: 300_000, cash_sales_rp: 2_815_000, other_cash_in_rp: 150_000, cash_out_rp: 0, expected_rp: 3_265_000, counted_rp, difference_rp: counted_rp - 3_265_000, to_bank_rp, to_safe_rp, qris_rp: 412_500, bon_rp: 150_000, receipts: 291 };
    return { ...report, slip: slipText(report) };
  },
  search_items: ({ query }) => search(String(query)),
  scan: ({ code }) => scan(String(code)),
  search_members: ({ query }) => MEMBERS.filter((one) => one.name.toLowerCase().includes(String(query).toLowerCase()) || one.member_no.includes(String(query))).slice(0, 8).map(cardOf),
  current_cart: () => view(),
  update_cart: ({ cart: sent }) => {
    cart = sent as T.Cart;
    return view();
  },
  hold_cart: ({ cart: sent }) => {
    held.set((sent as T.Cart).draft_id, { cart: sent as T.Cart, at: '09.1' + (held.size + 2) });
    return begin();
  },
  held_carts: () => {
    const now = cart;
    const list = [...held.values()].map(({ cart: one, at }): T.HeldCart => {
      cart = one;
      const shown = view();
      return { draft_id: one.draft_id, held_at: at, member_name: shown.member?.name ?? null, lines: shown.lines.length, first_item: shown.lines[0]?.name ?? '', total_rp: shown.total_rp };
    });
    cart = now;
    return list;
  },
  resume_cart: ({ draftId }) => {
    cart = held.get(String(draftId))?.cart ?? gone.get(String(draftId)) ?? cart;
    held.delete(String(draftId));
    return view();
  },
  discard_cart: ({ draftId }) => {
    gone.set(String(draftId), cart);
    return begin();
  },
  record_sale: ({ request }) => record(request as T.RecordSale),
  recent_receipts: () => sold.map(({ sale, receipt_no, is_return, time, member_name, total_rp, tender }) => ({ sale, receipt_no, is_return, time, member_name, total_rp, tender })),
  find_receipt: ({ text }) => {
    const found = sold.find((one) => one.receipt_no === text || Number(one.receipt_no.slice(2)) === Number(text));
    if (!found) throw refuse('receipt_not_found', `Struk ${String(text)} tidak ditemukan di perangkat ini.`, 'Periksa nomornya, atau pindai kode di struk.');
    return structuredClone(found);
  },
  record_return: ({ request }) => giveBack(request as T.RecordReturn),
  item_page: ({ query, offset, limit }) => {
    const text = String(query).toLowerCase();
    const match = scene.has('empty') ? [] : ITEMS.filter((one) => !text || one.name.toLowerCase().includes(text) || one.barcodes.some((code) => code.includes(text)));
    return { rows: match.slice(Number(offset), Number(offset) + Number(limit)), total: match.length };
  },
  save_item: ({ request }) => {
    const sent = request as T.SaveItem;
    if (sent.price_rp === 0) throw refuse('price_missing', 'Harga umum belum diisi.', 'Isi harga sebelum menyimpan.');
    const old = ITEMS.find((one) => one.item === sent.item);
    const row = { ...(old ?? { stock: 0, stock_value_rp: 0 }), ...sent, item: sent.item ?? `1-${9000 + ITEMS.length}` };
    if (old) Object.assign(old, row);
    else ITEMS.unshift(row);
    return row;
  },
  member_page: ({ query, offset, limit }) => {
    const text = String(query).toLowerCase();
    const match = scene.has('empty') ? [] : MEMBERS.filter((one) => !text || one.name.toLowerCase().includes(text) || one.member_no.includes(text));
    return { rows: match.slice(Number(offset), Number(offset) + Number(limit)), total: match.length };
  },
  member_detail: ({ member: ref }) => {
    const one = member(String(ref))!;
    return { row: { ...one }, address: 'Dusun Krajan RT 02/RW 01, Sukamaju', sex: 'female', birth_date: '1984-05-17', nik_masked: '32************01', bon_limit_rp: one.bon_limit_rp, merged: scene.has('merged') ? [{ member: '2-31', member_no: 'B00001', name: 'R.A. Kusumawardhani' }] : [] };
  },
  unmerge_member: () => null,
  save_member: ({ request }) => {
    const sent = request as T.SaveMember;
    return { member: sent.member ?? '1-101', warnings: sent.nik ? ['Tanggal lahir berbeda dengan NIK; disimpan seperti yang diketik.'] : [] };
  },
  record_savings: ({ request }) => {
    const sent = request as T.RecordSavings;
    const one = member(sent.member)!;
    one[`${sent.kind}_rp`] += sent.amount_rp;
    return { document: '1-500', receipt_no: `A-${String(next++).padStart(6, '0')}`, receipt: `         KDMP SUKAMAJU\n\nSETOR SIMPANAN ${sent.kind.toUpperCase()}\n${one.name}\n\nJumlah               ${sent.amount_rp}` };
  },
  record_bon_payment: ({ request }) => {
    const sent = request as T.RecordBonPayment;
    const one = member(sent.member)!;
    if (sent.amount_rp > one.bon_rp) throw refuse('more_than_owed', 'Jumlahnya melebihi bon yang berjalan.', 'Ketik paling banyak sebesar bonnya.');
    one.bon_rp -= sent.amount_rp;
    return { document: '1-501', receipt_no: `A-${String(next++).padStart(6, '0')}`, receipt: `         KDMP SUKAMAJU\n\nBAYAR BON\n${one.name}\n\nJumlah               ${sent.amount_rp}` };
  },
  home,
};

export async function invoke(command: string, args: Args = {}): Promise<unknown> {
  await new Promise((resolve) => setTimeout(resolve, 8));
  const run = COMMANDS[command];
  if (!run) throw new Error(`no such command: ${command}`);
  return structuredClone(await run(args));
}
