//! Troubles of pairing, sync and couriers in words. Indonesian first. A till never stops selling for any of
//! them, and where that is in doubt the sentence says so.

use super::sentence::{Words, words};
use crate::sync::Trouble;

pub(super) fn of(trouble: &Trouble) -> Words {
    match trouble {
        Trouble::CodeMistyped => words(
            "code_mistyped",
            (
                "Kode perangkat terdiri dari 20 huruf dan angka, lima-lima.",
                "Periksa lagi kodenya, lalu ketik ulang.",
            ),
            (
                "A pairing code has 20 letters and digits, in groups of five.",
                "Check the code and type it again.",
            ),
        ),
        Trouble::CodeRefused => words(
            "code_refused",
            (
                "Kode itu salah, sudah dipakai, atau lebih dari sepuluh menit.",
                "Minta kode baru di perangkat yang memegang buku, lalu pakai segera.",
            ),
            (
                "The code is wrong, used, or older than ten minutes.",
                "Ask for a new one at the till that keeps the books, and use it soon.",
            ),
        ),
        Trouble::TooManyTries { seconds } => words(
            "too_many_tries",
            (
                format!("Terlalu banyak percobaan. Pusat minta menunggu {seconds} detik."),
                "Tunggu sebentar, periksa kodenya, lalu coba lagi.",
            ),
            (
                format!("Too many tries. The centre asks to wait {seconds} seconds."),
                "Wait, check the code, then try again.",
            ),
        ),
        Trouble::Address(text) => words(
            "bad_address",
            (format!("{text:?} bukan alamat pusat."), "Tulis seperti https://pusat.contoh.id."),
            (format!("{text:?} is not an address."), "Write it like https://pusat.example."),
        ),
        Trouble::AddressNotSecret => words(
            "address_not_secret",
            (
                "Alamat di luar toko harus diawali https://.",
                "Periksa alamatnya; http:// hanya untuk perangkat di toko ini.",
            ),
            (
                "An address outside the shop must begin with https://.",
                "Check it; http:// is for devices in this shop alone.",
            ),
        ),
        Trouble::NoLine => words(
            "no_line",
            (
                "Pusat belum bisa dihubungi. Semua transaksi aman di perangkat ini.",
                "Lanjutkan berjualan; akan dicoba lagi sendiri. Periksa internet dan alamatnya.",
            ),
            (
                "The centre cannot be reached just now. Everything is safe on this device.",
                "Go on selling; it is tried again. Check the internet and the address.",
            ),
        ),
        Trouble::NotTheCentre => words(
            "not_the_centre",
            (
                "Yang menjawab di alamat itu tidak tahu kodenya. Tidak ada data yang dikirim.",
                "Periksa alamatnya huruf demi huruf dengan yang memberi kode.",
            ),
            (
                "Whoever answers at that address does not know the code. No data was sent.",
                "Compare the address letter by letter with whoever gave the code.",
            ),
        ),
        Trouble::Registered => words(
            "already_registered",
            (
                "Koperasi ini sudah terdaftar di pusat.",
                "Bila ini salinan lama yang dipulihkan, minta kode perangkat baru lalu daftarkan ulang perangkat ini.",
            ),
            (
                "This cooperative is registered at the centre already.",
                "If this is an old copy that was restored, ask for a device code and enrol this till anew.",
            ),
        ),
        Trouble::CentreRefuses(detail) => words(
            "centre_refuses",
            (format!("Pusat menolak ({detail})."), "Minta kode baru; bila terulang, hubungi pendamping."),
            (format!("The centre refuses ({detail})."), "Ask for a new code; if it recurs, ask for support."),
        ),
        Trouble::FounderCode => words(
            "founder_code",
            (
                "Kode itu untuk mendaftarkan koperasi, sedangkan di perangkat ini belum ada buku.",
                "Dirikan koperasi dulu di sini, atau pakai kode perangkat tambahan.",
            ),
            (
                "That code registers a cooperative, and there is no ledger on this device.",
                "Found the cooperative here first, or use a code for a further till.",
            ),
        ),
        Trouble::OtherDevice { code, own } => words(
            "code_of_other_device",
            (
                format!("Kode itu untuk perangkat {code}, sedangkan ini perangkat {own}."),
                "Pakai kode pendaftaran koperasi dari pusat.",
            ),
            (
                format!("The code is for till {code}, and this is till {own}."),
                "Use the founder's code of the centre.",
            ),
        ),
        Trouble::OtherCooperative => words(
            "other_cooperative",
            (
                "Buku di perangkat ini milik koperasi lain. Tidak ada yang diubah.",
                "Pilih folder lain untuk koperasi ini, atau periksa kodenya.",
            ),
            (
                "The ledger on this device belongs to another cooperative. Nothing was changed.",
                "Choose another folder for this cooperative, or check the code.",
            ),
        ),
        Trouble::AlreadyPaired(url) => words(
            "already_paired",
            (format!("Perangkat ini sudah terhubung dengan {url}."), "Tidak perlu dihubungkan lagi."),
            (format!("This till is paired with {url} already."), "There is nothing more to do."),
        ),
        Trouble::NotPaired => words(
            "not_paired",
            (
                "Perangkat ini belum terhubung dengan pusat.",
                "Hubungkan dulu dengan kode dari pusat (`lumbung enrol`).",
            ),
            ("This till is not paired with a centre yet.", "Pair it first with a code (`lumbung enrol`)."),
        ),
        Trouble::NumbersUsedUp => words(
            "numbers_used_up",
            ("Nomor perangkat sudah habis.", "Hubungi pendamping; perangkat yang ada tetap berjalan."),
            ("No device number is left.", "Ask for support; the tills that are there go on."),
        ),
        other => device(other),
    }
}

fn device(trouble: &Trouble) -> Words {
    match trouble {
        Trouble::NotBooksDevice(letter) => words(
            "not_books_device",
            (
                format!("Hanya perangkat {letter}, pemegang buku, yang bisa melakukannya."),
                "Lakukan di perangkat itu; bila hilang, minta pusat.",
            ),
            (
                format!("Only till {letter}, which keeps the books, can do this."),
                "Do it there; where it is lost, ask the centre.",
            ),
        ),
        Trouble::BooksAreKept(letter) => words(
            "books_are_kept",
            (
                format!("Perangkat {letter} masih memegang buku."),
                "Bila perangkat itu hilang, minta pusat mengakhirinya dulu, lalu sinkronkan di sini.",
            ),
            (
                format!("Till {letter} still keeps the books."),
                "If it is lost, have the centre end it first, then sync here.",
            ),
        ),
        Trouble::DeviceUnknown(letter) => words(
            "device_unknown",
            (format!("Tidak ada perangkat {letter}."), "Periksa hurufnya di daftar perangkat."),
            (format!("There is no till {letter}."), "Check its letter in the list of devices."),
        ),
        Trouble::NotEnrolled(letter) => words(
            "not_enrolled",
            (
                format!("Perangkat {letter} belum memakai kodenya."),
                "Masukkan kodenya di perangkat itu dulu, lalu sinkronkan di sini.",
            ),
            (
                format!("Till {letter} has not used its code yet."),
                "Enter the code there first, then sync here.",
            ),
        ),
        Trouble::DeviceEnded(letter) => words(
            "device_ended",
            (format!("Perangkat {letter} sudah diakhiri."), "Tidak perlu diakhiri lagi."),
            (format!("Till {letter} has ended already."), "There is nothing more to do."),
        ),
        Trouble::DeviceIsOwn => words(
            "device_is_own",
            ("Perangkat ini tidak bisa mengakhiri dirinya sendiri.", "Minta pusat mengakhirinya."),
            ("This till cannot end itself.", "Ask the centre to end it."),
        ),
        Trouble::KeysMissing => words(
            "keys_missing",
            (
                "Kunci data pribadi belum ada di perangkat ini; nama dan catatan belum bisa ditulis.",
                "Di perangkat lain, bandingkan empat kata lalu serahkan kuncinya. Berjualan tetap bisa.",
            ),
            (
                "The key for personal data is not on this till yet; names and notes cannot be written.",
                "On another till, compare the four words and hand over the key. Selling goes on.",
            ),
        ),
        Trouble::OldLedgerMissing(name) => words(
            "old_ledger_missing",
            (
                format!("Buku lama {name} tidak ada, padahal isinya belum semua dicatat ulang."),
                "Letakkan kembali berkas itu di folder buku, lalu sinkronkan.",
            ),
            (
                format!("The old ledger {name} is not there, and not all of it was written again yet."),
                "Put the file back beside the ledger, then sync.",
            ),
        ),
        Trouble::HubNotYet => words(
            "hub_not_yet",
            (
                "Melayani perangkat lain di toko belum ada di versi ini.",
                "Hubungkan tiap perangkat ke pusat, atau pakai berkas kurir.",
            ),
            (
                "Serving the other tills of the shop is not in this version.",
                "Pair each till with the centre, or use courier files.",
            ),
        ),
        Trouble::PlaceUnknown(place) => words(
            "place_unknown",
            (format!("{place} tidak ada di daftar folder."), "Pasang flashdisknya, lalu pilih dari daftar."),
            (
                format!("{place} is not in the list of folders."),
                "Plug the stick in, then choose from the list.",
            ),
        ),
        Trouble::NotEnded => words(
            "not_ended",
            ("Perangkat ini masih berjalan seperti biasa.", "Tidak perlu didaftarkan ulang."),
            ("This till goes on as it is.", "It need not enrol anew."),
        ),
        Trouble::Ended => words(
            "series_ended",
            (
                "Nomor perangkat ini sudah diakhiri. Berjualan tetap bisa; yang belum terkirim disimpan.",
                "Minta kode perangkat baru, lalu daftarkan ulang perangkat ini.",
            ),
            (
                "This till's number has ended. Selling goes on; what was not sent is kept.",
                "Ask for a new device code, then enrol this till anew.",
            ),
        ),
        Trouble::Forked => words(
            "series_forked",
            (
                "Ada perangkat lain yang memakai nomor perangkat ini (salinan). Berjualan tetap bisa.",
                "Minta kode perangkat baru, lalu daftarkan ulang perangkat ini; penjualannya ikut.",
            ),
            (
                "Another device uses this till's numbers (a copy). Selling goes on.",
                "Ask for a new device code, then enrol this till anew; its sales come along.",
            ),
        ),
        Trouble::Restored => words(
            "store_restored",
            (
                "Buku ini salinan lama yang dipulihkan. Berjualan tetap bisa; belum ada yang dikirim.",
                "Minta kode perangkat baru, lalu daftarkan ulang perangkat ini; penjualannya ikut.",
            ),
            (
                "This ledger is an old copy that was put back. Selling goes on; nothing is sent yet.",
                "Ask for a new device code, then enrol this till anew; its sales come along.",
            ),
        ),
        Trouble::WrongCentre => words(
            "wrong_centre",
            (
                "Yang menjawab di alamat pusat bukan pusat koperasi ini. Tidak ada data yang dikirim.",
                "Periksa alamatnya, lalu hubungi pendamping.",
            ),
            (
                "Somebody else answers at the centre's address. No data was sent.",
                "Check the address, then ask for support.",
            ),
        ),
        other => passing(other),
    }
}

fn passing(trouble: &Trouble) -> Words {
    match trouble {
        Trouble::Busy => words(
            "centre_busy",
            ("Pusat sedang sibuk.", "Tidak perlu apa-apa; akan dicoba lagi sendiri."),
            ("The centre is busy.", "Nothing to do; it is tried again."),
        ),
        Trouble::NotKnown => words(
            "not_known",
            (
                "Pusat belum mengenal perangkat ini.",
                "Sinkronkan perangkat lain dulu; bila tetap begitu, hubungi pendamping.",
            ),
            (
                "The centre does not know this till yet.",
                "Sync another till first; if it stays so, ask for support.",
            ),
        ),
        Trouble::PushRefused { detail, .. } => words(
            "push_refused",
            (
                format!(
                    "Pusat tidak menerima dokumen perangkat ini ({detail}). Dokumennya tetap aman di sini."
                ),
                "Perbarui Lumbung, lalu hubungi pendamping.",
            ),
            (
                format!("The centre does not take this till's documents ({detail}). They are safe here."),
                "Update Lumbung, then ask for support.",
            ),
        ),
        Trouble::PageRefused(detail) => words(
            "page_refused",
            (
                format!("Kiriman dari pusat tidak lolos pemeriksaan ({detail}); tidak ada yang diterima."),
                "Perbarui Lumbung, lalu hubungi pendamping.",
            ),
            (
                format!("What the centre sent does not hold ({detail}); nothing of it was taken."),
                "Update Lumbung, then ask for support.",
            ),
        ),
        Trouble::Branch(letter) => words(
            "two_branches",
            (
                format!("Perangkat {letter} punya dua riwayat yang berbeda."),
                "Akhiri perangkat itu di daftar perangkat, lalu daftarkan ulang.",
            ),
            (
                format!("Till {letter} has two different histories."),
                "End it in the list of devices, then enrol it anew.",
            ),
        ),
        Trouble::Circle(detail) => words(
            "circle",
            (
                format!("Sinkronisasi belum selesai ({detail})."),
                "Akan dicoba lagi sendiri; bila berhari-hari, hubungi pendamping.",
            ),
            (
                format!("The sync does not come to an end ({detail})."),
                "It is tried again; if it lasts for days, ask for support.",
            ),
        ),
        Trouble::Clock { minutes } => words(
            "clock_off",
            (
                format!("Jam komputer ini berbeda {minutes} menit dari pusat."),
                "Betulkan jam komputer; transaksi tetap sah.",
            ),
            (
                format!("This computer's clock differs from the centre's by {minutes} minutes."),
                "Set the clock; what was booked holds.",
            ),
        ),
        Trouble::Log(detail) => words(
            "log_fault",
            (
                format!("Buku tidak bisa dibaca atau ditulis saat sinkron ({detail})."),
                "Jalankan `lumbung verify`; penuh tidaknya penyimpanan juga diperiksa.",
            ),
            (
                format!("The ledger could not be read or written while syncing ({detail})."),
                "Run `lumbung verify`, and see whether the disk is full.",
            ),
        ),
        other => courier(other),
    }
}

fn courier(trouble: &Trouble) -> Words {
    match trouble {
        Trouble::NotACourier => words(
            "not_a_courier",
            ("Berkas itu bukan berkas kurir Lumbung.", "Pilih berkas yang bernama kurir-….lumbung."),
            ("That file is not a courier file.", "Choose one that is called kurir-….lumbung."),
        ),
        Trouble::CourierNewer => words(
            "courier_newer",
            ("Berkas kurir itu ditulis Lumbung yang lebih baru.", "Perbarui Lumbung di perangkat ini dulu."),
            ("A newer Lumbung wrote that courier file.", "Update Lumbung on this device first."),
        ),
        Trouble::CourierForeign => words(
            "courier_foreign",
            (
                "Berkas kurir itu milik koperasi lain. Tidak ada yang diterima.",
                "Pilih berkas kurir koperasi ini.",
            ),
            (
                "That courier file belongs to another cooperative. Nothing of it was taken.",
                "Choose a file of this cooperative.",
            ),
        ),
        Trouble::CourierCut { new } => words(
            "courier_cut",
            (
                format!("Berkas kurir terpotong; {new} dokumen baru sebelum itu sudah diterima."),
                "Tulis ulang berkasnya di perangkat asal, lalu bawa lagi.",
            ),
            (
                format!("The courier file was cut off; {new} new documents before that were taken."),
                "Write it again where it came from, and bring it again.",
            ),
        ),
        Trouble::CourierDamaged { new } => words(
            "courier_damaged",
            (
                format!("Berkas kurir rusak; {new} dokumen baru sebelum bagian itu sudah diterima."),
                "Tulis ulang berkasnya di perangkat asal, lebih baik di flashdisk lain.",
            ),
            (
                format!("The courier file is damaged; {new} new documents before that were taken."),
                "Write it again where it came from, better on another stick.",
            ),
        ),
        Trouble::CourierDoesNotFollow { new } => words(
            "courier_does_not_follow",
            (
                format!("Ada dokumen yang hilang sebelum isi berkas itu; {new} dokumen baru diterima."),
                "Minta berkas kurir lengkap dari perangkat asal.",
            ),
            (
                format!("Documents before those in the file are missing here; {new} new ones were taken."),
                "Ask for a full courier file.",
            ),
        ),
        Trouble::Stick(detail) => words(
            "stick",
            (
                format!("Flashdisk tidak bisa dipakai ({detail})."),
                "Periksa ruang dan izinnya, atau pakai flashdisk lain.",
            ),
            (format!("The stick cannot be used ({detail})."), "Check its space and rights, or use another."),
        ),
        other => words(
            "sync",
            (format!("Sinkronisasi terhenti ({other})."), "Coba lagi; bila terulang, hubungi pendamping."),
            (format!("The sync has stopped ({other})."), "Try again; if it recurs, ask for support."),
        ),
    }
}
