//! Refusals in words: what happened, what was kept, what to do next. Indonesian first.

use super::{AppError, FileFault, Refused};
use crate::session::Language;
use lumbung_domain::Rejection;
use lumbung_store::StoreError;
use rusqlite::ErrorCode;

/// Code, then (message, next) in Indonesian and in English.
pub(super) struct Words {
    code: &'static str,
    id: (String, String),
    en: (String, String),
}

pub(super) fn words(
    code: &'static str,
    id: (impl Into<String>, &str),
    en: (impl Into<String>, &str),
) -> Words {
    Words { code, id: (id.0.into(), id.1.to_owned()), en: (en.0.into(), en.1.to_owned()) }
}

pub(super) fn of(refused: &Refused, language: Language) -> AppError {
    let words = match refused {
        Refused::Rule(rejection) => rule(rejection),
        Refused::Store(error) => store(error),
        Refused::File { file, reason } => file_fault(file, reason),
        Refused::Travel(trouble) => super::travel::of(trouble),
        other => door(other),
    };
    let (message, next) = match language {
        Language::Id => words.id,
        Language::En => words.en,
    };
    AppError { code: words.code.to_owned(), message, next }
}

fn rule(rejection: &Rejection) -> Words {
    match rejection {
        Rejection::Empty => words(
            "empty",
            ("Belum ada barang atau isian.", "Pindai atau ketik barang dulu."),
            ("There is nothing to book yet.", "Scan or type an item first."),
        ),
        Rejection::QuantityNotPositive { item } => words(
            "quantity_not_positive",
            (format!("Jumlah {item} harus lebih dari nol."), "Ubah jumlahnya, atau hapus barisnya."),
            (format!("The quantity of {item} must be above zero."), "Change it, or delete the line."),
        ),
        Rejection::QuantityNotWhole { item } => words(
            "quantity_not_whole",
            (format!("{item} dijual per satuan utuh."), "Ketik jumlah tanpa koma."),
            (format!("{item} is sold in whole units."), "Type a quantity without decimals."),
        ),
        Rejection::QuantityTooLarge { item } => {
            let item = item.clone().unwrap_or_default();
            words(
                "quantity_too_large",
                (format!("Jumlah {item} terlalu besar (paling banyak 1.000.000)."), "Periksa jumlahnya."),
                (format!("The quantity of {item} is too large (at most 1,000,000)."), "Check the quantity."),
            )
        }
        Rejection::AmountNotPositive => words(
            "amount_not_positive",
            ("Jumlah uang harus lebih dari nol.", "Ketik jumlah uangnya."),
            ("The amount must be above zero.", "Type the amount."),
        ),
        Rejection::AmountTooLarge => words(
            "amount_too_large",
            (
                "Jumlah uang terlalu besar (paling banyak Rp1.000.000.000.000).",
                "Periksa angka nol yang berlebih.",
            ),
            ("The amount is too large (at most Rp1,000,000,000,000).", "Look for zeros too many."),
        ),
        Rejection::TooManyLines { lines } => words(
            "too_many_lines",
            (format!("Terlalu banyak baris untuk satu bukti ({lines})."), "Bagi menjadi beberapa transaksi."),
            (format!("Too many lines for one document ({lines})."), "Split it into several."),
        ),
        Rejection::PriceMissing { item } => words(
            "price_missing",
            (format!("{item} belum punya harga."), "Isi harga di halaman Barang, lalu coba lagi."),
            (format!("{item} has no price yet."), "Set a price on the Items page, then try again."),
        ),
        Rejection::ItemUnknown => words(
            "item_unknown",
            ("Barang tidak ditemukan.", "Cari lagi, atau daftarkan di halaman Barang."),
            ("The item is not known.", "Search again, or add it on the Items page."),
        ),
        Rejection::ItemInactive { item } => words(
            "item_inactive",
            (format!("{item} sudah tidak dijual."), "Aktifkan lagi di halaman Barang bila masih dijual."),
            (format!("{item} is not sold any more."), "Activate it on the Items page if it is."),
        ),
        Rejection::MemberUnknown => words(
            "member_unknown",
            ("Anggota tidak ditemukan.", "Cari dengan nama atau nomor anggota."),
            ("The member is not known.", "Search by name or member number."),
        ),
        Rejection::MemberLeft => words(
            "member_left",
            ("Keanggotaan ini sudah berakhir.", "Layani sebagai pembeli umum."),
            ("This membership has ended.", "Serve as a general buyer."),
        ),
        Rejection::ShiftNotOpen => words(
            "shift_not_open",
            ("Kasir belum dibuka.", "Buka kasir dulu; keranjang tetap tersimpan."),
            ("The till is not open.", "Open the till first; the cart is kept."),
        ),
        Rejection::ShiftAlreadyOpen => words(
            "shift_already_open",
            ("Kasir sudah dibuka.", "Lanjutkan berjualan, atau tutup kasir dulu."),
            ("The till is open already.", "Go on selling, or close the till first."),
        ),
        other => money_rule(other),
    }
}

fn money_rule(rejection: &Rejection) -> Words {
    match rejection {
        Rejection::TenderTooSmall { asked, handed } => words(
            "tender_too_small",
            (
                format!("Uang {handed} belum cukup untuk {asked}."),
                "Minta tambahan uang, atau pilih cara bayar lain.",
            ),
            (format!("{handed} does not cover {asked}."), "Ask for more, or choose another way to pay."),
        ),
        Rejection::BonNeedsMember => words(
            "bon_needs_member",
            ("Bon hanya untuk anggota.", "Pilih anggota dulu (F2), atau bayar tunai/QRIS."),
            ("Bon is for members only.", "Choose a member first (F2), or pay by cash or QRIS."),
        ),
        Rejection::BonOverLimit { limit, owed, asked } => words(
            "bon_over_limit",
            (
                format!("Bon {asked} melebihi batas {limit} (sudah berutang {owed})."),
                "Bayar tunai/QRIS, atau lunasi sebagian bon dulu.",
            ),
            (
                format!("Bon of {asked} is over the limit of {limit} ({owed} owed already)."),
                "Pay by cash or QRIS, or pay off some bon first.",
            ),
        ),
        Rejection::NothingOwed => words(
            "nothing_owed",
            ("Anggota ini tidak punya bon.", "Tidak perlu dibayar apa-apa."),
            ("This member owes nothing.", "There is nothing to pay."),
        ),
        Rejection::MoreThanOwed { owed } => words(
            "more_than_owed",
            (format!("Pembayaran melebihi sisa utang {owed}."), "Ketik paling banyak sebesar sisa utang."),
            (format!("The payment is more than the {owed} owed."), "Type at most what is owed."),
        ),
        Rejection::ReturnTooMuch { item, left } => words(
            "return_too_much",
            (format!("{item} hanya bisa diretur {left} lagi."), "Kurangi jumlah returnya."),
            (format!("Only {left} of {item} can still be returned."), "Return less."),
        ),
        Rejection::ReturnLineUnknown => words(
            "return_line_unknown",
            ("Baris itu tidak ada di struk.", "Pilih barang dari struknya."),
            ("That line is not on the receipt.", "Choose an item of the receipt."),
        ),
        Rejection::AlreadyReversed => words(
            "already_reversed",
            ("Bukti ini sudah dibatalkan.", "Tidak perlu dibatalkan lagi."),
            ("This document was reversed already.", "There is nothing more to do."),
        ),
        Rejection::MoreThanCounted { counted } => words(
            "more_than_counted",
            (
                format!("Setoran melebihi uang yang dihitung ({counted})."),
                "Kurangi setoran ke bank atau brankas.",
            ),
            (
                format!("More leaves the drawer than was counted ({counted})."),
                "Lower what goes to bank or safe.",
            ),
        ),
        Rejection::DateNotPossible { date } => words(
            "date_not_possible",
            (format!("Tanggal {date} tidak bisa dipakai."), "Pilih tanggal yang belum ditutup."),
            (format!("The date {date} is not possible."), "Choose a date that is still open."),
        ),
        Rejection::FieldMissing { field } => words(
            "field_missing",
            (format!("Isian {} kosong.", field_id(field)), "Lengkapi isiannya."),
            (format!("The field {field} is empty."), "Fill it in."),
        ),
        Rejection::FieldTooLong { field } => words(
            "field_too_long",
            (
                format!("Isian {} terlalu panjang atau memuat tanda aneh.", field_id(field)),
                "Pendekkan isiannya.",
            ),
            (format!("The field {field} is too long or holds odd characters."), "Shorten it."),
        ),
        Rejection::CheckDigit { code, expected } => words(
            "check_digit",
            (
                format!("Angka terakhir barcode {code} seharusnya {expected}."),
                "Pindai ulang, atau periksa angka yang diketik.",
            ),
            (
                format!("The last digit of barcode {code} should be {expected}."),
                "Scan again, or check what was typed.",
            ),
        ),
        Rejection::OpeningUnbalanced { difference } => words(
            "opening_unbalanced",
            (
                format!("Saldo awal belum seimbang, selisih {difference}."),
                "Periksa angkanya; belum ada yang dibukukan.",
            ),
            (
                format!("The opening balance is off by {difference}."),
                "Check the figures; nothing was booked.",
            ),
        ),
        Rejection::ControlAccount { account } => words(
            "control_account",
            (
                format!("Saldo awal akun {account} harus dirinci per anggota, pemasok, atau barang."),
                "Isi rinciannya; jumlah akunnya dihitung sendiri. Belum ada yang dibukukan.",
            ),
            (
                format!("The opening of account {account} comes by member, supplier or item."),
                "Enter those; the account is their sum. Nothing was booked.",
            ),
        ),
        Rejection::PaidTooMuch => words(
            "paid_too_much",
            ("Pembayaran melebihi nilai pembelian.", "Periksa jumlah yang dibayar."),
            ("The payment is more than the purchase.", "Check what was paid."),
        ),
        Rejection::CreditNeedsSupplier => words(
            "credit_needs_supplier",
            ("Pembelian kredit perlu nama pemasok.", "Pilih pemasoknya."),
            ("A purchase on credit needs a supplier.", "Choose the supplier."),
        ),
        other => words(
            "not_bookable",
            (format!("Tidak bisa dibukukan ({other})."), "Hubungi pendamping; belum ada yang berubah."),
            (format!("It cannot be booked ({other})."), "Ask for support; nothing was changed."),
        ),
    }
}

fn field_id(field: &str) -> &str {
    match field {
        "name" => "nama",
        "sku" => "kode barang",
        "category" => "kategori",
        "unit" => "satuan",
        "member_no" => "nomor anggota",
        "phone" => "nomor HP",
        "address" => "alamat",
        other => other,
    }
}

fn store(error: &StoreError) -> Words {
    match error {
        StoreError::NotThere(path) => words(
            "ledger_missing",
            (
                format!("Buku tidak ada di {}.", path.display()),
                "Periksa letaknya, atau buat koperasi baru dengan `lumbung init`.",
            ),
            (
                format!("There is no ledger at {}.", path.display()),
                "Check the place, or found a cooperative with `lumbung init`.",
            ),
        ),
        StoreError::AlreadyThere(path) => words(
            "already_there",
            (
                format!("Sudah ada berkas di {}; tidak ditimpa.", path.display()),
                "Pilih nama atau folder lain.",
            ),
            (
                format!("A file is at {} already; it was left alone.", path.display()),
                "Choose another name or folder.",
            ),
        ),
        StoreError::InUse(path) => words(
            "ledger_in_use",
            (
                format!("{} sedang dipakai program lain.", path.display()),
                "Tutup jendela Lumbung yang lain, lalu coba lagi.",
            ),
            (
                format!("{} is in use by another program.", path.display()),
                "Close the other Lumbung window, then try again.",
            ),
        ),
        StoreError::WrongKey(path) => words(
            "wrong_key",
            (
                format!("Kunci ini tidak membuka {}. Buku tidak diubah.", path.display()),
                "Pakai berkas kunci yang benar, atau pulihkan dari cadangan.",
            ),
            (
                format!("This key does not open {}. The ledger was not changed.", path.display()),
                "Use the right key file, or restore a backup.",
            ),
        ),
        StoreError::NotEncrypted(path) => words(
            "not_encrypted",
            (
                format!("{} bukan buku Lumbung (tidak tersandi).", path.display()),
                "Pilih berkas buku yang benar.",
            ),
            (
                format!("{} is not a Lumbung ledger (not encrypted).", path.display()),
                "Choose the right file.",
            ),
        ),
        StoreError::NewerStore { found, known } => words(
            "newer_store",
            (
                format!(
                    "Buku ini ditulis oleh Lumbung yang lebih baru (versi {found}, program ini {known})."
                ),
                "Perbarui program ini; buku tidak diubah.",
            ),
            (
                format!(
                    "This ledger was written by a newer Lumbung (version {found}, this one knows {known})."
                ),
                "Update this program; the ledger was not changed.",
            ),
        ),
        StoreError::DiskFull => words(
            "disk_full",
            (
                "Penyimpanan penuh; yang terakhir tidak jadi disimpan, yang sebelumnya aman.",
                "Kosongkan ruang, lalu ulangi.",
            ),
            (
                "The disk is full; the last act was not kept, everything before is safe.",
                "Free some space, then repeat.",
            ),
        ),
        StoreError::ReadOnly => words(
            "read_only",
            ("Folder atau berkas tidak bisa ditulis.", "Beri izin tulis, atau pindahkan ke folder lain."),
            ("The folder or file cannot be written.", "Allow writing, or move it to another folder."),
        ),
        StoreError::Damaged(reason) => words(
            "damaged",
            (
                format!("Buku rusak ({reason}). Tidak ada yang ditulis."),
                "Pulihkan dari cadangan terakhir, simpan berkas yang rusak.",
            ),
            (
                format!("The ledger is damaged ({reason}). Nothing was written."),
                "Restore the last backup and keep the damaged file.",
            ),
        ),
        StoreError::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => words(
            "disk_trouble",
            (
                format!("Disk tidak menjawab ({error}); yang terakhir mungkin tidak tersimpan."),
                "Coba lagi; bila terulang, buat cadangan dan periksa disk.",
            ),
            (
                format!("The disk did not answer ({error}); the last act may not be kept."),
                "Try again; if it recurs, make a backup and have the disk checked.",
            ),
        ),
        other => words(
            "store",
            (
                format!("Penyimpanan bermasalah ({other}); yang terakhir tidak jadi disimpan."),
                "Ulangi; bila terulang, jalankan `lumbung verify`.",
            ),
            (
                format!("The store has a problem ({other}); the last act was not kept."),
                "Repeat; if it recurs, run `lumbung verify`.",
            ),
        ),
    }
}

fn file_fault(file: &str, fault: &FileFault) -> Words {
    match fault {
        FileFault::Missing => words(
            "file_missing",
            (format!("Berkas {file} tidak ada."), "Periksa nama dan foldernya."),
            (format!("The file {file} is not there."), "Check its name and folder."),
        ),
        FileFault::Unreadable(reason) => words(
            "file_unreadable",
            (
                format!("Berkas {file} tidak bisa dibaca ({reason})."),
                "Simpan ulang sebagai CSV atau XLSX, lalu coba lagi.",
            ),
            (
                format!("The file {file} cannot be read ({reason})."),
                "Save it again as CSV or XLSX, then retry.",
            ),
        ),
        FileFault::ColumnMissing(column) => words(
            "column_missing",
            (
                format!("Berkas {file} tidak punya kolom `{column}`. Belum ada yang dibukukan."),
                "Tambahkan kolomnya, lalu coba lagi.",
            ),
            (
                format!("The file {file} has no column `{column}`. Nothing was booked."),
                "Add the column, then retry.",
            ),
        ),
        FileFault::Encoding { row } => words(
            "wrong_encoding",
            (
                format!("Berkas {file} baris {row} bukan teks UTF-8. Belum ada yang dibukukan."),
                "Simpan ulang sebagai CSV UTF-8.",
            ),
            (
                format!("The file {file}, row {row}, is not UTF-8 text. Nothing was booked."),
                "Save it again as CSV UTF-8.",
            ),
        ),
        FileFault::Truncated { row } => words(
            "truncated",
            (
                format!("Berkas {file} terpotong di baris {row}. Belum ada yang dibukukan."),
                "Salin ulang berkasnya secara utuh.",
            ),
            (
                format!("The file {file} is cut off at row {row}. Nothing was booked."),
                "Copy the whole file again.",
            ),
        ),
        FileFault::TooLarge { limit_mib } => words(
            "file_too_large",
            (format!("Berkas {file} lebih dari {limit_mib} MiB."), "Bagi menjadi beberapa berkas."),
            (format!("The file {file} is larger than {limit_mib} MiB."), "Split it into several."),
        ),
        FileFault::Empty => words(
            "file_empty",
            (format!("Berkas {file} kosong."), "Pilih berkas yang berisi."),
            (format!("The file {file} is empty."), "Choose a file with rows."),
        ),
        FileFault::Kind => words(
            "file_kind",
            (format!("Jenis berkas {file} tidak dikenal."), "Pakai CSV atau XLSX."),
            (format!("The kind of file {file} is not known."), "Use CSV or XLSX."),
        ),
    }
}

fn door(refused: &Refused) -> Words {
    match refused {
        Refused::NotSignedIn => words(
            "not_signed_in",
            ("Belum ada yang masuk.", "Pilih nama dan ketik PIN."),
            ("Nobody is signed in.", "Choose a name and type the PIN."),
        ),
        Refused::Forbidden => words(
            "forbidden",
            ("Tugas ini bukan untuk peran Anda.", "Minta manajer atau bendahara melakukannya."),
            ("Your role may not do this.", "Ask the manager or the treasurer."),
        ),
        Refused::WrongPin { tries_left } => words(
            "wrong_pin",
            (format!("PIN salah. {tries_left} kali lagi sebelum jeda."), "Coba lagi pelan-pelan."),
            (format!("Wrong PIN. {tries_left} more before a pause."), "Try again slowly."),
        ),
        Refused::LockedOut { seconds } => words(
            "locked_out",
            (
                format!("Terlalu banyak PIN salah. Tunggu {seconds} detik."),
                "Manajer bisa masuk dengan PIN-nya sendiri.",
            ),
            (
                format!("Too many wrong PINs. Wait {seconds} seconds."),
                "The manager can sign in with an own PIN.",
            ),
        ),
        Refused::BadPin => words(
            "bad_pin",
            ("PIN terdiri dari 6 sampai 10 angka.", "Ketik angka saja."),
            ("A PIN has 6 to 10 digits.", "Type digits only."),
        ),
        Refused::NoPin => words(
            "no_pin",
            ("PIN orang ini belum dipasang di perangkat ini.", "Minta manajer memasangnya."),
            ("No PIN is set for this person on this device.", "Ask the manager to set one."),
        ),
        Refused::KeyMissing { place } => words(
            "key_missing",
            (
                format!("Kunci buku tidak ada di {place}. Buku tetap aman, tidak dibuat baru."),
                "Letakkan berkas kunci di sana, atau tunjuk dengan --key-file.",
            ),
            (
                format!("The ledger's key is not at {place}. The ledger is safe; no new one was made."),
                "Put the key file there, or name it with --key-file.",
            ),
        ),
        Refused::ReceiptUnknown(text) => words(
            "receipt_unknown",
            (format!("Struk {text} tidak ada di perangkat ini."), "Periksa nomornya, misalnya A-000127."),
            (format!("Receipt {text} is not on this device."), "Check the number, for example A-000127."),
        ),
        Refused::NotASale => words(
            "not_a_sale",
            ("Bukti ini bukan penjualan.", "Pilih struk penjualan."),
            ("This is not a sale.", "Choose the receipt of a sale."),
        ),
        Refused::DraftUnknown => words(
            "draft_unknown",
            ("Keranjang itu sudah tidak ada.", "Mulai keranjang baru."),
            ("That cart is not there any more.", "Begin a new one."),
        ),
        Refused::QuestionSettled => words(
            "question_settled",
            ("Pertanyaan itu sudah dijawab atau sudah berubah.", "Buka lagi halaman Pertanyaan."),
            ("That question was answered or has changed.", "Open the Questions page again."),
        ),
        Refused::ChoiceUnknown => words(
            "choice_unknown",
            ("Jawaban itu tidak ada pada pertanyaan ini.", "Pilih salah satu jawaban yang tertulis."),
            ("That answer does not belong to this question.", "Choose one of those written there."),
        ),
        Refused::DraftBooked { receipt_no } => words(
            "draft_booked",
            (
                format!("Keranjang ini sudah tercatat sebagai struk {receipt_no}, sebelum diubah."),
                "Lihat struk itu; kosongkan keranjang, lalu masukkan yang belum tercatat.",
            ),
            (
                format!("This cart was booked as receipt {receipt_no}, before it was changed."),
                "Look at that receipt; empty the cart, then enter what is not on it.",
            ),
        ),
        Refused::BarcodeTaken { code, owner } => words(
            "barcode_taken",
            (
                format!("Barcode {code} sudah dipakai {owner}."),
                "Periksa barcodenya, atau ubah barang yang satu itu.",
            ),
            (
                format!("Barcode {code} belongs to {owner} already."),
                "Check the barcode, or change the other item.",
            ),
        ),
        Refused::MemberNumberTaken { number, owner } => words(
            "member_number_taken",
            (
                format!("Nomor anggota {number} sudah dipakai {owner}."),
                "Pakai nomor lain; nomor tidak pernah dipakai ulang.",
            ),
            (
                format!("Member number {number} belongs to {owner} already."),
                "Use another; numbers are never reused.",
            ),
        ),
        Refused::BadDate(text) => words(
            "bad_date",
            (format!("{text} bukan tanggal."), "Tulis tahun-bulan-hari, misalnya 2025-12-31."),
            (format!("{text} is not a date."), "Write year-month-day, like 2025-12-31."),
        ),
        Refused::Stopped(reason) => words(
            "stopped",
            (
                format!("Penulisan dihentikan karena buku bermasalah ({reason}). Membaca tetap bisa."),
                "Jalankan `lumbung verify`, lalu hubungi pendamping.",
            ),
            (
                format!("Writing has stopped because of a fault ({reason}). Reading goes on."),
                "Run `lumbung verify`, then ask for support.",
            ),
        ),
        other => words(
            "vault",
            (format!("Kunci bermasalah: {other}."), "Buku tidak diubah; periksa berkas kunci."),
            (format!("A key has a problem: {other}."), "The ledger was not changed; check the key file."),
        ),
    }
}
