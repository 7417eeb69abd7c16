// Thirty-two columns of sample paper.

import type { CartView, ShiftReport, Tender } from '../src/lib/ipc/bindings';
import { amount, quantity } from '../src/lib/format/figures';

const WIDTH = 32;
const middle = (text: string): string => ' '.repeat(Math.max(0, Math.floor((WIDTH - text.length) / 2))) + text;
const ends = (left: string, right: string): string => left.padEnd(WIDTH - right.length) + right;
const rule = '-'.repeat(WIDTH);

export function receiptText(view: CartView, no: string, tender: Tender, tendered: number, change: number, copy: boolean): string {
  const lines = view.lines.flatMap((line) => [
    line.name.slice(0, WIDTH),
    ends(`  ${quantity(line.quantity)} ${line.unit} x ${amount(line.unit_price_rp)}`, amount(line.amount_rp)),
  ]);
  return [
    middle('KDMP SUKAMAJU'), middle('Jl. Raya Sukamaju 12'), ...(copy ? ['', middle('*** SALINAN ***')] : []), '',
    ends(`No ${no}`, '23-01-2026 09.14'), ends('Kasir Siti', ''), ...(view.member ? [`Anggota ${view.member.member_no}`] : []), rule,
    ...lines, rule, ends('TOTAL', amount(view.total_rp)),
    ...(tender === 'cash' ? [ends('Tunai', amount(tendered)), ends('Kembali', amount(change))] : [ends(tender.toUpperCase(), amount(view.total_rp))]),
    '', middle('Terima kasih'),
  ].join('\n');
}

export function slipText(report: Omit<ShiftReport, 'slip'>): string {
  return [
    middle('KDMP SUKAMAJU'), middle('TUTUP KASIR'), '', ends('Tanggal', '23-01-2026'), rule, ends('Uang awal', amount(report.opening_rp)),
    ends('Penjualan tunai', amount(report.cash_sales_rp)), ends('Seharusnya', amount(report.expected_rp)), ends('Dihitung', amount(report.counted_rp)),
    ends('Selisih', amount(report.difference_rp)), rule, ends('QRIS', amount(report.qris_rp)), ends('Bon', amount(report.bon_rp)), '', '',
    ends('Kasir', 'Bendahara'),
  ].join('\n');
}
