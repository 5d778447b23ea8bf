//! The list of settings. A new one is a line here and a field of [`super::Settings`].

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the file; the variable and the flag follow from it.
    pub name: &'static str,
    /// What it is if nobody says otherwise; empty if it follows from others.
    pub default: &'static str,
    /// What a value looks like, for the help.
    pub value: &'static str,
    /// What it means and what to set it to.
    pub help: &'static str,
}

impl Setting {
    /// The variable that sets it.
    pub fn variable(&self) -> String {
        format!("RUHU_{}", self.name.to_ascii_uppercase())
    }

    /// The flag that sets it, without the dashes.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }
}

const fn setting(
    name: &'static str,
    default: &'static str,
    value: &'static str,
    help: &'static str,
) -> Setting {
    Setting { name, default, value, help }
}

/// All of them.
pub const SETTINGS: &[Setting] = &[
    setting(
        "listen",
        "127.0.0.1:8080",
        "ADDRESS:PORT",
        "Where to listen. Port 0 takes a free one and says which. Put a reverse proxy with TLS before it",
    ),
    setting(
        "database_url",
        "",
        "URL",
        "The database: sqlite:FILE, or postgres://USER:PASSWORD@HOST/NAME; a URL with a password belongs into the file or the variable, since flags can be seen. [default: sqlite:ruhu.db in data_dir]",
    ),
    setting(
        "data_dir",
        "ruhu-data",
        "DIR",
        "Where the database file and the keys are kept, unless they are named one by one",
    ),
    setting(
        "sealing_key_file",
        "",
        "FILE",
        "The keys that seal documents at rest, a line `ID HEX` a key. Back them up: without them nothing can be read. [default: keys/sealing.key in data_dir]",
    ),
    setting(
        "cursor_key_file",
        "",
        "FILE",
        "The secret that authenticates cursors: 32 bytes in base64. [default: keys/cursor.key in data_dir]",
    ),
    setting(
        "signing_keys_dir",
        "",
        "DIR",
        "The Ed25519 keys that sign access tokens, each PKCS#8 v1 in PEM in a file NUMBER.pem: the highest signs, all are believed. [default: keys/signing in data_dir]",
    ),
    setting(
        "access_token_minutes",
        "15",
        "MINUTES",
        "How long an access token is valid, 1 to 1440. Rights are looked up at every request all the same",
    ),
    setting(
        "refresh_token_days",
        "90",
        "DAYS",
        "How long a tablet stays signed in without a password, 1 to 366",
    ),
    setting(
        "desk_session_hours",
        "12",
        "HOURS",
        "How long whoever works at a desk (reviews, windows, administration, audit) stays signed in without a password, 1 to 8784; never longer than a tablet",
    ),
    setting(
        "one_time_password_hours",
        "72",
        "HOURS",
        "How long the one-time password that an administrator's reset gives opens anything, 1 to 720; it has to be changed at the first sign-in",
    ),
    setting(
        "staff_second_factor",
        "false",
        "true|false",
        "Whether a second factor is demanded of staff: of every office but those of contractors and of communities' committees, who work on tablets. Who has none can do nothing else before setting it up",
    ),
    setting(
        "metrics_token_file",
        "",
        "FILE",
        "A file with the token, 16 characters or more, that must be shown as a bearer token at /metrics. [default: none, and nothing is told at /metrics]",
    ),
    setting(
        "user_requests_per_minute",
        "1200",
        "COUNT",
        "Requests of one person a minute at most, over all devices; 0 for no limit",
    ),
    setting(
        "address_requests_per_minute",
        "12000",
        "COUNT",
        "Requests from one address a minute at most: a whole office may share one; 0 for no limit",
    ),
    setting(
        "address_sign_in_failures_max",
        "100",
        "COUNT",
        "Failed sign-ins from one address in five minutes at most; 0 for no limit. For one login from one address it is 10",
    ),
    setting(
        "person_devices_max",
        "5",
        "COUNT",
        "Devices and browsers on which one person is signed in at once: at one more, that used longest ago is signed out and keeps everything that is on it; 0 for no limit",
    ),
    setting(
        "late_edits_max",
        "2000",
        "COUNT",
        "Edits that are taken, for a person to decide, from somebody whose right has ended; 0 for no limit",
    ),
    setting(
        "late_bytes_max",
        "67108864",
        "BYTES",
        "Bytes of the requests that such edits come in; 0 for no limit",
    ),
    setting(
        "trusted_proxies",
        "",
        "ADDRESSES",
        "The reverse proxies before the service, as addresses and networks with commas between: theirs is the only X-Forwarded-For that is believed. [default: none]",
    ),
    setting(
        "body_compressed_bytes_max",
        "8388608",
        "BYTES",
        "The largest request body as it travels, 65536 to 1073741824",
    ),
    setting(
        "body_bytes_max",
        "8388608",
        "BYTES",
        "The largest request body decompressed; at least the 8388608 that the protocol promises to devices",
    ),
    setting(
        "body_timeout_seconds",
        "60",
        "SECONDS",
        "How long a request body may take to arrive, 1 to 3600; for its head it is 20 at most",
    ),
    setting(
        "log_format",
        "text",
        "text|json",
        "How log lines look: text for people, json for programs",
    ),
    setting(
        "log_filter",
        "info,actix_server=warn",
        "FILTER",
        "Which log lines are written, as tracing's filter: info, or debug, or warn,ruhu_api=debug",
    ),
    setting(
        "worker_threads",
        "",
        "COUNT",
        "Threads that answer requests, 1 to 512. [default: one for each processor]",
    ),
    setting("pool_connections_max", "16", "COUNT", "Database connections at most, 2 to 1000"),
    setting(
        "shutdown_timeout_seconds",
        "30",
        "SECONDS",
        "How long requests in flight may go on after a signal to stop, 0 to 3600",
    ),
    setting(
        "events_connections_max",
        "1000",
        "COUNT",
        "Devices that may listen for live events at once, 0 to 100000; 0 switches them off",
    ),
    setting(
        "events_person_connections_max",
        "5",
        "COUNT",
        "Devices of one person that may listen for live events at once, 1 to 1000",
    ),
    setting(
        "events_poll_milliseconds",
        "1000",
        "MILLISECONDS",
        "How late a listening device learns of what another process wrote, 10 to 60000. What this process writes is told at once",
    ),
    setting(
        "events_check_seconds",
        "10",
        "SECONDS",
        "How often it is looked at whether a listening device still may, 1 to 300",
    ),
    setting(
        "protocol_experimental",
        "false",
        "true|false",
        "Whether protocol versions that were not released yet are spoken. They may change or go again: for trials only",
    ),
    setting(
        "protocol_pull_version_min",
        "1",
        "VERSION",
        "The least protocol version a pull is served in; below it devices are told to update. Pushes of every released version go on",
    ),
    setting(
        "public_title",
        "入户 Ruhu",
        "TEXT",
        "What the service calls itself to people, at most 100 characters",
    ),
    setting(
        "backup_dir",
        "",
        "DIR",
        "Where to make a backup of an SQLite database on a schedule, look through it, and tell tablets of it; better on another disk. The keys are not in it. [default: none are made]",
    ),
    setting(
        "backup_schedule",
        "30 2 * * *",
        "CRON",
        "When to make it, by Beijing's clock: minute, hour, day, month, weekday",
    ),
    setting(
        "backup_keep",
        "14",
        "COUNT",
        "How many of the backups made on the schedule are kept, 1 to 10000",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_has_one_name_in_three_spellings() {
        let minutes = SETTINGS.iter().find(|s| s.name == "access_token_minutes").expect("setting");
        assert_eq!(minutes.variable(), "RUHU_ACCESS_TOKEN_MINUTES");
        assert_eq!(minutes.flag(), "access-token-minutes");
    }
}
