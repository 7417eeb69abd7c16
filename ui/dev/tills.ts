// The stand-in core's other tills: sync, devices, questions. Scenes: `?alone`, `?offline`, `?working`, `?stopped`,
// `?ended`, `?forked`, `?restored`, `?waiting` (this till waits for keys), `?clerk` (this till gives out no numbers), `?joining`
// (a till waits for keys here), `?questions`, `?nostick`, `?refuse` (codes are refused), `?join` (no ledger yet),
// `?firstsync` and `?firstpin` (a till that has just joined), `?lost` (a till that forked).

import type * as T from '../src/lib/ipc/bindings';

type Args = Record<string, unknown>;
const scene = new URLSearchParams(location.search);
const refuse = (code: string, message: string, next: string): T.AppError => ({ code, message, next });
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const MATTERS: Record<string, T.AppError> = {
  stopped: refuse('wrong_centre', 'Yang menjawab di alamat pusat bukan pusat koperasi ini. Tidak ada data yang dikirim.', 'Periksa alamatnya, lalu hubungi pendamping.'),
  ended: refuse('series_ended', 'Nomor perangkat ini sudah diakhiri. Berjualan tetap bisa; yang belum terkirim disimpan.', 'Minta kode perangkat baru, lalu daftarkan ulang perangkat ini.'),
  forked: refuse('series_forked', 'Ada perangkat lain yang memakai nomor perangkat ini (salinan). Berjualan tetap bisa.', 'Minta kode perangkat baru, lalu daftarkan ulang perangkat ini; penjualannya ikut.'),
  restored: refuse('store_restored', 'Buku ini salinan lama yang dipulihkan. Berjualan tetap bisa; belum ada yang dikirim.', 'Minta kode perangkat baru, lalu daftarkan ulang perangkat ini; penjualannya ikut.'),
};
const matter = Object.entries(MATTERS).find(([name]) => scene.has(name))?.[1] ?? null;
const state: T.SyncState = matter ? 'stopped' : (['alone', 'offline', 'working'] as const).find((name) => scene.has(name)) ?? 'current';

export const firstDay = { on: scene.has('join') };

const QUESTIONS: T.Question[] = [
  {
    id: 'q1', kind: 'field_conflict', title: 'Harga Beras SPHP 5 kg', detail: 'Dua kasir mengubah harga anggota sebelum saling tahu. Yang berlaku sekarang: Rp62.000.',
    rows: [
      { label: 'Berlaku sekarang', value: 'Rp62.000', who: 'Siti Rahma · kasir A', when: '24 Jan 07.02' },
      { label: 'Juga ditulis', value: 'Rp61.500', who: 'Budi Wicaksono · kasir B', when: '24 Jan 07.40' },
    ],
    choices: [
      { id: 1, label: 'Rp62.000 benar', note: 'Harga tetap. Pertanyaan ditutup di semua kasir.' },
      { id: 2, label: 'Rp61.500 benar', note: 'Harga berubah di semua kasir mulai sekarang; struk lama tidak berubah.' },
    ],
  },
  {
    id: 'q2', kind: 'same_person', title: 'Raden Ajeng Kusumawardhani Setyaningrum Prawirodirdjo terdaftar dua kali', detail: 'NIK-nya sama. Simpanan dan bon keduanya tetap tercatat.',
    rows: [
      { label: 'Anggota A00003', value: 'Raden Ajeng Kusumawardhani Setyaningrum Prawirodirdjo', who: 'Hj. Nurhayati · kasir A', when: '12 Jan 09.14' },
      { label: 'Anggota B00001', value: 'R.A. Kusumawardhani', who: 'I Gusti Ngurah Agung Wirawan · kasir B', when: '20 Jan 16.30' },
    ],
    choices: [
      { id: 1, label: 'Orang yang sama, pakai A00003', note: 'Simpanan dan bon B00001 dipindah ke A00003; B00001 tidak dipakai lagi.' },
      { id: 2, label: 'Orang yang sama, pakai B00001', note: 'Simpanan dan bon A00003 dipindah ke B00001; A00003 tidak dipakai lagi.' },
      { id: 3, label: 'Dua orang berbeda', note: 'Keduanya tetap. Periksa NIK-nya di halaman Anggota.' },
    ],
  },
  {
    id: 'q3', kind: 'negative_stock', title: 'Stok minus: Gas elpiji 3 kg (−2 tbg)', detail: 'Dua kasir menjual tabung terakhir saat luring. Hitung tabung di toko, lalu catat di halaman Barang.',
    rows: [
      { label: 'Terjual', value: '3 tbg', who: 'Siti Rahma · kasir A', when: '24 Jan 08.11' },
      { label: 'Terjual', value: '2 tbg', who: 'Budi Wicaksono · kasir B', when: '24 Jan 08.15' },
      { label: 'Sisa sebelum itu', value: '3 tbg', who: '', when: '23 Jan 17.00' },
    ],
    choices: [],
  },
];
let questions = scene.has('questions') ? [...QUESTIONS] : [];

let waiting = state === 'current' || state === 'alone' ? 0 : 37;
let sync: T.SyncStatus = {
  state, waiting, last_contact: state === 'alone' ? null : '23 Jan 07.02', matter,
  progress: state === 'working' ? { label: 'Mengirim', done: 120, total: 600 } : null, questions: questions.length,
};

export function syncStatus(own: number): T.SyncStatus {
  return { ...sync, waiting: sync.state === 'alone' ? own : waiting, questions: questions.length };
}

/** A sale was booked: it waits unless there is a line. */
export function bookedOne(): void {
  if (sync.state !== 'current') waiting += 1;
}

async function progress(label: string, total: number): Promise<void> {
  const before = sync;
  for (let done = 0; done <= total; done += Math.ceil(total / 12)) {
    sync = { ...before, progress: { label, done, total } };
    await wait(180);
  }
  sync = { ...before, progress: null };
}

const hub: T.HubCard = { on: false, address: null };
const HISTORY: T.SyncEntry[] = Array.from({ length: 50 }, (_, index) => ({
  at: `${23 - Math.floor(index / 6)} Jan ${String(17 - (index % 6) * 2).padStart(2, '0')}.${String((index * 7) % 60).padStart(2, '0')}`,
  sent: (index * 37) % 190, received: (index * 53) % 140, bytes_up: ((index * 37) % 190) * 38 + 180, bytes_down: ((index * 53) % 140) * 31 + 96,
  trouble: index % 7 === 2 ? 'Sambungan terputus di tengah jalan; dilanjutkan kemudian.' : index === 4 ? 'Yang menjawab bukan pusat, mungkin halaman masuk Wi-Fi.' : null,
}));

const WORDS = ['gunung', 'kelapa', 'perahu', 'senja'];
const device = (device_no: number, letter: string, more: Partial<T.DeviceCard>): T.DeviceCard => ({
  device_no, letter, this_one: false, keeps_books: false, state: 'active', documents: 0, last_document: null, words: null, note: null, ...more,
});
const own: T.DeviceState = scene.has('ended') ? 'ended' : scene.has('forked') || scene.has('restored') ? 'forked' : scene.has('waiting') ? 'waits_for_keys' : 'active';
const clerk = scene.has('clerk') || own !== 'active';
let devices: T.DeviceCard[] =
  state === 'alone'
    ? [device(1, 'A', { this_one: true, keeps_books: true, documents: 7_015, last_document: '23 Jan 09.14' })]
    : [
        device(0, '', { state: 'centre', documents: 3, last_document: '20 Jan 10.00' }),
        device(1, 'A', { this_one: !clerk, keeps_books: true, documents: 7_015, last_document: '23 Jan 09.14' }),
        device(2, 'B', { this_one: clerk, state: clerk ? own : 'active', documents: 1_204, last_document: '23 Jan 08.51' }),
        device(3, 'C', { state: scene.has('lost') ? 'forked' : 'active', documents: 412, last_document: '19 Jan 16.20', note: scene.has('lost') ? 'Ada dua salinan kasir ini. Akhiri hurufnya supaya yang belum terkirim dibukukan ulang.' : 'Tiga hari tidak terdengar.' }),
        device(4, 'D', { state: 'ended', documents: 88, last_document: '2 Jan 11.05', note: 'Diakhiri 3 Jan: laptop hilang.' }),
        ...(scene.has('joining') ? [device(5, 'E', { state: 'waits_for_keys', words: WORDS })] : []),
      ];

function qr(): string {
  let cells = '';
  for (let index = 0; index < 29 * 29; index++) {
    const [x, y] = [index % 29, Math.floor(index / 29)];
    const eye = (left: number, top: number): number => Math.max(Math.abs(x - left), Math.abs(y - top));
    const ring = Math.min(eye(3, 3), eye(25, 3), eye(3, 25));
    if (ring <= 4 ? ring !== 2 && ring !== 4 : (x * 7 + y * 13 + x * y) % 3 === 0) cells += `M${x + 2} ${y + 2}h1v1h-1z`;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 33 33"><path fill="#fff" d="M0 0h33v33H0z"/><path d="${cells}"/></svg>`;
}

const places = (): T.CourierPlace[] =>
  scene.has('nostick')
    ? []
    : [
        { folder: '/media/KOPERASI', label: 'KOPERASI (15 GB, kosong 9 GB)', files: [{ path: '/media/KOPERASI/kurir-B-2026-01-22.lumbung', name: 'kurir-B-2026-01-22.lumbung', bytes: 48_200 }] },
        { folder: '/media/USB-LAMA', label: 'USB-LAMA', files: [] },
      ];

function checkPairing({ url, code }: T.Pairing): void {
  if (scene.has('refuse')) throw refuse('code_refused', 'Kode itu sudah dipakai atau sudah lewat waktunya.', 'Minta kode baru; yang lama tidak berlaku lagi.');
  if (!/^https?:\/\//.test(url) || code.length !== 23) throw refuse('bad_code', 'Kode belum lengkap.', 'Ketik dua puluh huruf dan angka.');
}

export const TILLS: Record<string, (args: Args) => unknown> = {
  sync_page: (): T.SyncPage => ({ status: syncStatus(0), server_url: state === 'alone' && sync.state === 'alone' ? null : 'https://pusat.kopdes.example.id', hub, history: sync.state === 'alone' || scene.has('empty') ? [] : HISTORY }),
  sync_now: async () => {
    if (sync.state === 'offline') {
      sync = { ...sync, matter: refuse('no_line', 'Pusat belum bisa dihubungi. Semua transaksi aman di perangkat ini.', 'Lanjutkan berjualan; akan dicoba lagi sendiri. Periksa internet dan alamatnya.') };
      return sync;
    }
    const before = sync.state;
    sync = { ...sync, state: 'working' };
    void progress('Mengirim dokumen', 600).then(() => {
      sync = { ...sync, state: before === 'working' ? 'current' : before, last_contact: '23 Jan 09.15' };
      if (sync.state === 'current') waiting = 0;
    });
    return sync;
  },
  connect_centre: async ({ request }) => {
    await wait(900);
    checkPairing(request as T.Pairing);
    sync = { ...sync, state: 'current', last_contact: '23 Jan 09.15' };
    waiting = 0;
  },
  join_cooperative: async ({ request }) => {
    await wait(500);
    checkPairing(request as T.Pairing);
    await progress('Mengambil catatan', 10_000);
    firstDay.on = false;
  },
  enrol_anew: async ({ request }) => {
    await wait(700);
    checkPairing(request as T.Pairing);
    sync = { ...sync, state: 'current', matter: null };
    devices = devices.map((one) => ({ ...one, this_one: false }));
    devices.push(device(6, 'F', { this_one: true, documents: 37, last_document: '23 Jan 09.15' }));
  },
  device_page: (): T.DevicePage => ({ devices, may_invite: state !== 'alone' && !clerk, own_words: scene.has('waiting') ? WORDS : null }),
  invite_device: (): T.Invitation => {
    if (!devices.some((one) => one.state === 'invited')) devices = [...devices, device(6, 'F', { state: 'invited' })];
    return { code: '7K3MQ-9XT2A-0FV4C-81BNW', letter: 'F', qr_svg: qr(), minutes: scene.has('brief') ? 0.05 : 10 };
  },
  grant_keys: async ({ deviceNo }) => {
    await wait(500);
    devices = devices.map((one) => (one.device_no === deviceNo ? { ...one, state: 'active', words: null } : one));
  },
  end_device: async ({ request }) => {
    const sent = request as T.EndDevice;
    await wait(500);
    devices = devices.map((one) => (one.device_no === sent.device_no ? { ...one, state: 'ended', words: null, note: 'Diakhiri hari ini.' } : one));
  },
  courier_places: places,
  courier_export: async ({ folder }): Promise<T.CourierDone> => {
    await progress('Menyalin', 7_015);
    return { path: `${String(folder)}/kurir-A-2026-01-23.lumbung`, documents: 7_015, new_documents: 0, bytes: 214_300 };
  },
  courier_import: async ({ path }): Promise<T.CourierDone> => {
    await progress('Memeriksa', 1_204);
    if (scene.has('refuse')) throw refuse('courier_damaged', 'Berkas kurir ini rusak di tengah jalan. Tidak ada yang dicatat darinya.', 'Salin sekali lagi di kasir asalnya.');
    return { path: String(path), documents: 1_204, new_documents: 51, bytes: 48_200 };
  },
  set_hub: async ({ on }) => {
    await wait(400);
    Object.assign(hub, on ? { on: true, address: 'http://192.168.1.10:7117' } : { on: false, address: null });
    return hub;
  },
  find_hubs: async (): Promise<T.HubFound[]> => {
    await wait(1_200);
    return scene.has('nohub') ? [] : [{ name: 'KDMP Sukamaju · kasir A', url: 'http://192.168.1.10:7117' }];
  },
  question_page: (): T.QuestionPage => ({ questions }),
  answer_question: async ({ request }) => {
    await wait(300);
    if (scene.has('refuse')) throw refuse('forbidden', 'Peran Anda tidak boleh menjawab ini.', 'Minta bendahara atau manajer.');
    questions = questions.filter((one) => one.id !== (request as T.AnswerQuestion).id);
  },
};
