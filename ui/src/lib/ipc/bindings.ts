// The commands of the core and what they carry, in the shape that the generator writes.

import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";

export type Result<T, E> = { status: "ok"; data: T } | { status: "error"; error: E };

/** Commands */
export const commands = {
	status: () => typedError<Status, AppError>(__TAURI_INVOKE("status")),
	staffList: () => typedError<StaffCard[], AppError>(__TAURI_INVOKE("staff_list")),
	unlock: (staff: string, pin: string) => typedError<Status, AppError>(__TAURI_INVOKE("unlock", { staff, pin })),
	lock: () => typedError<Status, AppError>(__TAURI_INVOKE("lock")),
	setLanguage: (language: Language) => typedError<Status, AppError>(__TAURI_INVOKE("set_language", { language })),
	shiftProposal: () => typedError<ShiftProposal, AppError>(__TAURI_INVOKE("shift_proposal")),
	openShift: (request: OpenShift) => typedError<Status, AppError>(__TAURI_INVOKE("open_shift", { request })),
	closeShift: (request: CloseShift) => typedError<ShiftReport, AppError>(__TAURI_INVOKE("close_shift", { request })),
	searchItems: (query: string) => typedError<SearchAnswer, AppError>(__TAURI_INVOKE("search_items", { query })),
	scan: (code: string) => typedError<Scan, AppError>(__TAURI_INVOKE("scan", { code })),
	searchMembers: (query: string) => typedError<MemberCard[], AppError>(__TAURI_INVOKE("search_members", { query })),
	currentCart: () => typedError<CartView, AppError>(__TAURI_INVOKE("current_cart")),
	updateCart: (cart: Cart) => typedError<CartView, AppError>(__TAURI_INVOKE("update_cart", { cart })),
	holdCart: (cart: Cart) => typedError<CartView, AppError>(__TAURI_INVOKE("hold_cart", { cart })),
	heldCarts: () => typedError<HeldCart[], AppError>(__TAURI_INVOKE("held_carts")),
	resumeCart: (draftId: string) => typedError<CartView, AppError>(__TAURI_INVOKE("resume_cart", { draftId })),
	discardCart: (draftId: string) => typedError<CartView, AppError>(__TAURI_INVOKE("discard_cart", { draftId })),
	recordSale: (request: RecordSale) => typedError<SaleDone, AppError>(__TAURI_INVOKE("record_sale", { request })),
	recentReceipts: () => typedError<ReceiptSummary[], AppError>(__TAURI_INVOKE("recent_receipts")),
	findReceipt: (text: string) => typedError<ReceiptView, AppError>(__TAURI_INVOKE("find_receipt", { text })),
	recordReturn: (request: RecordReturn) => typedError<SaleDone, AppError>(__TAURI_INVOKE("record_return", { request })),
	itemPage: (query: string, offset: number, limit: number) => typedError<ItemPage, AppError>(__TAURI_INVOKE("item_page", { query, offset, limit })),
	saveItem: (request: SaveItem) => typedError<ItemRow, AppError>(__TAURI_INVOKE("save_item", { request })),
	memberPage: (query: string, offset: number, limit: number) => typedError<MemberPage, AppError>(__TAURI_INVOKE("member_page", { query, offset, limit })),
	memberDetail: (member: string) => typedError<MemberDetail, AppError>(__TAURI_INVOKE("member_detail", { member })),
	saveMember: (request: SaveMember) => typedError<MemberSaved, AppError>(__TAURI_INVOKE("save_member", { request })),
	recordSavings: (request: RecordSavings) => typedError<PaymentDone, AppError>(__TAURI_INVOKE("record_savings", { request })),
	recordBonPayment: (request: RecordBonPayment) => typedError<PaymentDone, AppError>(__TAURI_INVOKE("record_bon_payment", { request })),
	home: () => typedError<Home, AppError>(__TAURI_INVOKE("home")),
};

/* Types */
export type AppError = { code: string, message: string, next: string };
export type Role = "cashier" | "storekeeper" | "bookkeeper" | "manager" | "supervisor" | "administrator";
export type Language = "id" | "en";
export type StaffCard = { staff: string, name: string, role: Role };
export type ShiftCard = { shift: string, business_date: string, opened_at: string, cashier: string };
export type Status = {
	coop_name: string, device_letter: string, zone: string, staff: StaffCard | null, shift: ShiftCard | null,
	clock_date: string, documents_waiting: number, clock_notice: string | null, fault: string | null, language: Language,
};
export type ShiftProposal = { business_date: string, clock_date: string, choose: boolean, expected_cash_rp: number };
export type OpenShift = { business_date: string, float_rp: number };
export type CloseShift = { counted_rp: number, to_bank_rp: number, to_safe_rp: number };
export type ShiftReport = {
	business_date: string, opening_rp: number, cash_sales_rp: number, other_cash_in_rp: number, cash_out_rp: number,
	expected_rp: number, counted_rp: number, difference_rp: number, to_bank_rp: number, to_safe_rp: number,
	qris_rp: number, bon_rp: number, receipts: number, slip: string,
};
export type Cart = { draft_id: string, member: string | null, lines: CartLine[] };
export type CartLine = { item: string, quantity: number };
export type CartView = {
	draft_id: string, lines: CartLineView[], member: MemberCard | null, total_rp: number, cash_total_rp: number,
	saved_rp: number, notes_rp: number[], units: number, bon_refusal: string | null,
};
export type CartLineView = {
	item: string, name: string, code: string, unit: string, weighed: boolean, quantity: number, unit_price_rp: number,
	general_price_rp: number | null, amount_rp: number, stock: number, notice: string | null,
};
export type MemberCard = {
	member: string, member_no: string, name: string, since_year: number | null, purchases_this_year_rp: number,
	bon_rp: number, bon_limit_rp: number,
};
export type HeldCart = {
	draft_id: string, held_at: string, member_name: string | null, lines: number, first_item: string, total_rp: number,
};
export type Tender = "cash" | "qris" | "bon";
export type RecordSale = { cart: Cart, tender: Tender, tendered_rp: number };
export type SaleDone = { sale: string, receipt_no: string, total_rp: number, change_rp: number, receipt: string };
export type ReceiptView = {
	sale: string, receipt_no: string, is_return: boolean, business_date: string, time: string, member_name: string | null,
	total_rp: number, tender: Tender, reversed: boolean, lines: ReceiptLineView[], copy: string,
};
export type ReceiptLineView = {
	line: number, item: string, name: string, unit: string, quantity: number, unit_price_rp: number, amount_rp: number,
	returned: number,
};
export type ReceiptSummary = {
	sale: string, receipt_no: string, is_return: boolean, time: string, member_name: string | null, total_rp: number,
	tender: Tender,
};
export type RecordReturn = { sale: string, lines: ReturnLine[], damaged: boolean, draft_id: string };
export type ReturnLine = { line: number, quantity: number };
export type ItemHit = {
	item: string, name: string, code: string, unit: string, weighed: boolean, price_rp: number, member_price_rp: number,
	stock: number,
};
export type SearchAnswer = { quantity: number | null, hits: ItemHit[], notice: string | null };
export type Scan =
	| { is: "item", hit: ItemHit, quantity: number }
	| { is: "several", hits: ItemHit[] }
	| { is: "member", card: MemberCard }
	| { is: "receipt", receipt: ReceiptView }
	| { is: "unknown", code: string, message: string, next: string };
export type ItemRow = {
	item: string, sku: string, barcodes: string[], name: string, category: string, unit: string, weighed: boolean,
	price_rp: number, member_price_rp: number, stock: number, stock_value_rp: number, reorder_min: number, active: boolean,
};
export type ItemPage = { rows: ItemRow[], total: number };
export type SaveItem = {
	item: string | null, sku: string, barcodes: string[], name: string, category: string, unit: string, weighed: boolean,
	price_rp: number, member_price_rp: number, reorder_min: number, active: boolean,
};
export type MemberStatus = "candidate" | "active" | "extraordinary" | "inactive" | "left";
export type MemberRow = {
	member: string, member_no: string, name: string, phone: string, status: MemberStatus, joined: string | null,
	pokok_rp: number, wajib_rp: number, sukarela_rp: number, bon_rp: number, purchases_this_year_rp: number,
};
export type MemberPage = { rows: MemberRow[], total: number };
export type MemberDetail = {
	row: MemberRow, address: string, sex: Sex | null, birth_date: string | null, nik_masked: string | null,
	bon_limit_rp: number,
};
export type Sex = "female" | "male";
export type SaveMember = {
	member: string | null, member_no: string, name: string, phone: string, address: string, status: MemberStatus,
	joined: string | null, sex: Sex | null, birth_date: string | null, nik: string, bon_limit_rp: number,
};
export type MemberSaved = { member: string, warnings: string[] };
export type SavingsKind = "pokok" | "wajib" | "sukarela";
export type RecordSavings = { draft_id: string, member: string, kind: SavingsKind, amount_rp: number };
export type RecordBonPayment = { draft_id: string, member: string, amount_rp: number };
export type PaymentDone = { document: string, receipt_no: string, receipt: string };
export type Home = {
	today: string, sales_rp: number, sales_last_week_rp: number | null, member_sales_rp: number, receipts: number,
	member_receipts: number, drawer_rp: number, days: DayTakings[], hours: number[], best_sellers: BestSeller[],
	attention: Attention[], last_backup: string | null, members: number, items: number,
};
export type DayTakings = { date: string, member_rp: number, non_member_rp: number };
export type BestSeller = { name: string, amount_rp: number };
export type Attention = { severity: Severity, title: string, detail: string, place: Place };
export type Severity = "fault" | "needs_you";
export type Place = "till" | "items" | "members" | "home";

/* Runtime */
async function typedError<T, E>(result: Promise<T>): Promise<Result<T, E>> {
	try {
		return { status: "ok", data: await result };
	} catch (e) {
		if (e instanceof Error) throw e;
		return { status: "error", error: e as E };
	}
}
