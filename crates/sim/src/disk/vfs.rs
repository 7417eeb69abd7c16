//! The disk as SQLite's C code sees it: a VFS whose every method asks a [`Handle`]. Nothing is decided here.
#![expect(unsafe_code, reason = "SQLite calls a file system through pointers")]

use super::fault::Call;
use super::handle::Handle;
use super::state::Op;
use super::{Disk, Shared, VFS};
use rusqlite::ffi;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::{Arc, Once};

/// What SQLite makes room for at `open` and gives back with every call.
#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    handle: *mut Handle,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes the VFS known to SQLite, once in a process.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let name: &'static CStr = c"lumbung-disk";
        debug_assert_eq!(name.to_bytes(), VFS.as_bytes());
        let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<OpenFile>()).unwrap_or(c_int::MAX),
            mxPathname: 512,
            pNext: std::ptr::null_mut(),
            zName: name.as_ptr(),
            pAppData: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: None,
            xCurrentTimeInt64: Some(current_time_int64),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: the struct is complete and lives for ever.
        unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
    });
}

/// SAFETY: `file` must be one that `open` filled and `close` has not seen.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: SQLite uses a file from one thread at a time, so nobody else holds this reference.
    unsafe { &mut *(*file.cast::<OpenFile>()).handle }
}

/// SAFETY: `name` must be null or a string of C.
unsafe fn disk_of(name: *const c_char) -> Option<(Arc<Shared>, String)> {
    // SAFETY: as above.
    let path = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) })?;
    Disk::find(path.to_str().ok()?)
}

fn code(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// SQLite never asks for a negative place.
fn place(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for an `OpenFile`, a string or null, and a place for the flags or null.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let handle = if name.is_null() {
            Ok(Handle::nameless(Shared::nowhere()))
        } else {
            disk_of(name)
                .ok_or(ffi::SQLITE_CANTOPEN)
                .and_then(|(disk, name)| Handle::open(disk, &name, flags))
        };
        match handle {
            Err(code) => code,
            Ok(handle) => {
                (*file.cast::<OpenFile>()).handle = Box::into_raw(Box::new(handle));
                (*file).pMethods = &raw const METHODS;
                if !out_flags.is_null() {
                    *out_flags = flags;
                }
                ffi::SQLITE_OK
            }
        }
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `open` made the box, and SQLite closes a file once.
    unsafe {
        drop(Box::from_raw((*file.cast::<OpenFile>()).handle));
        (*file).pMethods = std::ptr::null();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    amount: c_int,
    from: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives a buffer of `amount` bytes.
    let (handle, into) =
        unsafe { (handle(file), std::slice::from_raw_parts_mut(into.cast(), place(amount.into()))) };
    code(handle.read(place(from), into))
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    amount: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives a buffer of `amount` bytes.
    let (handle, bytes) =
        unsafe { (handle(file), std::slice::from_raw_parts(bytes.cast(), place(amount.into()))) };
    code(handle.write(place(at), bytes))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, len: ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file.
    code(unsafe { handle(file) }.truncate(place(len)))
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    code(unsafe { handle(file) }.sync())
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file, and a place for its size.
    unsafe {
        match handle(file).size() {
            Err(code) => code,
            Ok(len) => {
                *size = i64::try_from(len).unwrap_or(i64::MAX);
                ffi::SQLITE_OK
            }
        }
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    code(unsafe { handle(file) }.lock(level))
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    unsafe { handle(file) }.unlock(level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: an open file, and a place for the answer.
    unsafe { *out = c_int::from(handle(file).is_reserved()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

/// As the VFS of the real program says of every disk.
unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    nth: c_int,
    size: c_int,
    make: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file, and a place for the pointer.
    unsafe {
        *out = std::ptr::null_mut();
        match handle(file).region(place(nth.into()), place(size.into()), make != 0) {
            Err(code) => code,
            Ok(region) => {
                *out = region;
                ffi::SQLITE_OK
            }
        }
    }
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: an open file.
    code(unsafe { handle(file) }.lock_slots(first, count, flags))
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    unsafe { handle(file) }.unmap();
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: SQLite gives a string.
    let Some((disk, name)) = (unsafe { disk_of(name) }) else { return ffi::SQLITE_IOERR_DELETE };
    let mut live = disk.live();
    if live.faults.strike(Call::Delete).is_some() {
        return ffi::SQLITE_IOERR_DELETE;
    }
    if live.state.file(&name).is_none() {
        return ffi::SQLITE_IOERR_DELETE_NOENT;
    }
    live.carry_out(Op::Delete { name, synced: sync_folder != 0 });
    ffi::SQLITE_OK
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a string and a place for the answer.
    unsafe {
        *out = 0;
        let Some((disk, name)) = disk_of(name) else { return ffi::SQLITE_OK };
        let mut live = disk.live();
        if live.faults.strike(Call::Look).is_some() {
            return ffi::SQLITE_IOERR_ACCESS;
        }
        *out = c_int::from(live.state.file(&name).is_some());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a string, and `room` bytes to copy it to.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > place(room.into()) {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

/// SQLite takes its chance from the default VFS; whoever asks this one may have zeros.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, amount: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives room for `amount` bytes.
    unsafe { std::ptr::write_bytes(out, 0, place(amount.into())) };
    amount
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    micros
}

/// The first second of 1970: no test may depend on the day it runs on.
const EPOCH_JULIAN_MS: i64 = 210_866_760_000_000;

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives a place for the answer.
    unsafe { *out = 2_440_587.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_int64(_: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives a place for the answer.
    unsafe { *out = EPOCH_JULIAN_MS };
    ffi::SQLITE_OK
}
