//! A pooler between the store and PostgreSQL.

use crate::databases::{Database, Postgres, key_ring};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use ruhu_store::{Store, StoreSettings};
use ruhu_sync::storage::StorageError;
use std::collections::VecDeque;
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

#[derive(Clone, Copy, PartialEq)]
enum Pooling {
    Session,
    /// Whoever begins takes the connection that was used last.
    Transaction,
    /// Whoever begins takes the connection that lay longest.
    TransactionInTurn,
}

type Idle = Arc<Mutex<VecDeque<Box<dyn Wire>>>>;

/// Begins a pooler that cleans nothing, and gives the URL that leads through it. Each client that
/// comes brings a connection into the pool.
fn through(pooling: Pooling, url: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (server, idle) = (url.to_owned(), Idle::default());
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (server, idle) = (server.clone(), Arc::clone(&idle));
            std::thread::spawn(move || serve(client, &server, &idle, pooling));
        }
    });
    format!("{url}&host=127.0.0.1&port={port}&sslmode=disable&gssencmode=disable")
}

fn dial(url: &str) -> Result<Box<dyn Wire>> {
    let member = |name| url.split(['?', '&']).find_map(|part| part.strip_prefix(name));
    let port = member("port=").unwrap_or("5432");
    match member("host=").map(|host| host.replace("%2F", "/")) {
        Some(folder) => Ok(Box::new(UnixStream::connect(format!("{folder}/.s.PGSQL.{port}"))?)),
        None => {
            let host = url.split(['@', '/']).nth(3).expect("a host");
            let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
            Ok(Box::new(TcpStream::connect(host)?))
        }
    }
}

/// What its length says, the length included.
fn sized(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut size = [0; 4];
    from.read_exact(&mut size)?;
    let mut all = vec![0; u32::from_be_bytes(size) as usize];
    all[..4].copy_from_slice(&size);
    from.read_exact(&mut all[4..])?;
    Ok(all)
}

fn message(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut all = vec![0];
    from.read_exact(&mut all)?;
    all.extend(sized(from)?);
    Ok(all)
}

fn serve(mut client: TcpStream, url: &str, idle: &Idle, pooling: Pooling) -> Result<()> {
    let mut server = dial(url)?;
    server.write_all(&sized(&mut client)?)?;
    loop {
        let answer = message(&mut server)?;
        client.write_all(&answer)?;
        match (answer[0], answer[answer.len().min(9) - 1]) {
            (b'Z', _) => break,
            // It asks for a password, or a part of a proof.
            (b'R', 3 | 5 | 10 | 11) => server.write_all(&message(&mut client)?)?,
            _ => {}
        }
    }
    let put = |server| idle.lock().expect("the pool").push_back(server);
    let take = || match pooling {
        Pooling::Transaction => idle.lock().expect("the pool").pop_back(),
        _ => idle.lock().expect("the pool").pop_front(),
    };
    put(server);
    let mut held = None;
    while let Ok(asked) = message(&mut client) {
        if asked[0] == b'X' {
            break;
        }
        let mut server = held.take().or_else(take).expect("as many as clients");
        server.write_all(&asked)?;
        let mut answered = u8::from(!matches!(asked[0], b'Q' | b'S'));
        while answered == 0 {
            let answer = message(&mut server)?;
            client.write_all(&answer)?;
            answered = if answer[0] == b'Z' { answer[5] } else { 0 };
        }
        if answered == b'I' && pooling != Pooling::Session {
            put(server);
        } else {
            held = Some(server);
        }
    }
    held.into_iter().for_each(put);
    Ok(())
}

fn settings(url: String) -> StoreSettings {
    StoreSettings::new(url, key_ring(1))
}

#[test]
fn a_pooler_in_transaction_mode_is_refused_in_words_before_anything_is_changed() {
    for pooling in [Pooling::Transaction, Pooling::TransactionInTurn] {
        let postgres = Postgres::new();
        let schema = postgres.schema();
        postgres.run(&format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}"));
        let settings = settings(through(pooling, &postgres.url()));
        for opened in [Store::open(&settings), Store::open_read_only(&settings)] {
            let Err(StorageError::Unavailable(why)) = opened else {
                panic!("it was opened");
            };
            assert!(why.contains("a pooler in transaction mode"), "{why}");
        }
        let tables = postgres.texts(&format!(
            "SELECT table_name::text AS value FROM information_schema.tables \
             WHERE table_schema = '{schema}'"
        ));
        assert!(tables.is_empty(), "{tables:?}");
    }
}

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

#[test]
fn whoever_gets_a_stores_connection_from_a_pooler_finds_no_limit_and_no_lock_on_it() {
    let postgres = Postgres::new();
    let url = through(Pooling::Session, &postgres.url());
    let store = Store::open(&settings(url.clone())).expect("a pooler in session mode is taken");
    store.ping().expect("it answers");
    drop(store);
    // The pool gives the one that lay longest, which the store had.
    let mut next = PgConnection::establish(&url).expect("a connection");
    next.batch_execute("SELECT 1").expect("it answers");
    let left: Vec<Left> = diesel::sql_query(
        "SELECT name || ' ' || setting AS value FROM pg_settings WHERE setting <> '0' AND name IN \
         ('lock_timeout', 'idle_in_transaction_session_timeout') UNION ALL \
         SELECT 'a lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
    )
    .load(&mut next)
    .expect("what is left");
    let left: Vec<_> = left.into_iter().map(|left| left.value).collect();
    assert!(left.is_empty(), "{left:?}");
}
