//! The rules that let PostgreSQL be distributed by cooperative, asked of the catalogues: every primary key,
//! unique index and foreign key begins with coop_id, and nothing counts across cooperatives.

use crate::engines::database;
use lumbung_server::{PostgresLog, SqliteLog};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Tables of the schema; a new one is added here with a thought for its key.
const TABLES: [&str; 15] = [
    "attempt",
    "centre",
    "challenge",
    "checkpoint",
    "control",
    "cooperative",
    "daily_count",
    "daily_total",
    "device",
    "document",
    "erased",
    "invitation",
    "personal_part",
    "quarantine",
    "run",
];

fn strings(connection: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn sqlite_keys_begin_with_the_cooperative() {
    let folder = tempfile::tempdir().unwrap();
    SqliteLog::open(folder.path()).unwrap();
    let connection = Connection::open(folder.path().join("centre.db")).unwrap();
    let tables = strings(&connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    assert_eq!(tables.concat(), TABLES);
    let keys = strings(
        &connection,
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.pk = 1",
    );
    assert_eq!(keys.len(), TABLES.len());
    assert!(keys.iter().all(|key| key[1] == "coop_id"), "{keys:?}");
    let unique = strings(
        &connection,
        "SELECT i.name, c.name FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
         WHERE t.type = 'table' AND i.\"unique\" AND c.seqno = 0",
    );
    assert_eq!(unique.len(), TABLES.len());
    assert!(unique.iter().all(|index| index[1] == "coop_id"), "{unique:?}");
    let foreign = strings(
        &connection,
        "SELECT t.name, f.\"from\", f.\"to\" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
         WHERE t.type = 'table' AND f.seq = 0",
    );
    assert_eq!(foreign.len(), 3);
    assert!(foreign.iter().all(|key| key[1] == "coop_id" && key[2] == "coop_id"), "{foreign:?}");
    let counters = strings(&connection, "SELECT name FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%'");
    assert!(counters.is_empty());
}

#[test]
fn postgres_keys_begin_with_the_cooperative() {
    let url = database();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        PostgresLog::open(&url, 2).await.unwrap();
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let rows = async |sql: &str| -> Vec<(String, String)> {
            let rows = client.query(sql, &[]).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1))).collect()
        };
        let tables = rows("SELECT tablename::text, '' FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").await;
        assert_eq!(tables.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), TABLES);
        let unique = rows(
            "SELECT t.relname::text, a.attname::text FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
             JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] WHERE i.indisunique",
        )
        .await;
        assert_eq!(unique.iter().map(|row| row.0.as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(TABLES));
        assert!(unique.iter().all(|row| row.1 == "coop_id"), "{unique:?}");
        let foreign = rows(
            "SELECT a.attname::text, b.attname::text FROM pg_constraint c
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] WHERE c.contype = 'f'",
        )
        .await;
        assert_eq!(foreign.len(), 3);
        assert!(foreign.iter().all(|row| row.0 == "coop_id" && row.1 == "coop_id"), "{foreign:?}");
        let sequences =
            rows("SELECT relname::text, '' FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace")
                .await;
        assert!(sequences.is_empty(), "{sequences:?}");
    });
}
