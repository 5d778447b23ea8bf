//! `ruhu user`.

use super::{CommandError, logging, output};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ruhu_api::app;
use ruhu_api::auth::hash_password;
use ruhu_api::clock::Clock;
use ruhu_api::keys::Keys;
use ruhu_api::settings::{Flags, Settings};
use ruhu_casework::days::day_of;
use ruhu_casework::days::in_beijing;
use ruhu_casework::facts::{Office, Role};
use ruhu_casework::organisations::{check_account, check_office};
use ruhu_desk::names::fresh_uuid;
use ruhu_desk::passwords::replace_password;
use ruhu_desk::passwords::{OneTimePassword, check_new_password};
use ruhu_store::Store;
use ruhu_store::accounts::Account;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::{Instant, UserId};
use secrecy::SecretString;
use serde_json::json;
use std::fmt::Display;
use std::io::Read as _;
use std::path::PathBuf;
use uuid::Uuid;

/// Manages the people who may sign in
#[derive(Debug, Subcommand)]
pub(super) enum User {
    Add(Add),
    Password(NewPassword),
    SecondFactorOff(SecondFactorOff),
}

impl User {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Add(add) => add.run(),
            Self::Password(new) => new.run(),
            Self::SecondFactorOff(off) => off.run(),
        }
    }
}

/// Adds a person who may sign in, with an office if one is named
///
/// The password comes from a file, from standard input or from RUHU_PASSWORD; never from the
/// command line, where others on the machine could read it. A worker's place is in a team under a
/// contract, not an office: add the person here without a role.
///
/// Examples:
///
///   ruhu user add --login admin --name 管理员 --role admin --password-file /run/secrets/admin
///   pass ruhu/zhao | ruhu user add --login zhao.min --name 赵敏 --role street_reviewer --area 110102012 --password-stdin
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Add {
    /// What the person types to sign in
    #[arg(long)]
    login: String,
    /// The person's name
    #[arg(long)]
    name: String,
    /// 工号, on watermarks and prints
    #[arg(long)]
    staff_no: Option<String>,
    /// The id the person had, if the account is younger than the backup that was restored: with it
    /// the person's tablet hands in what it kept. A new one without it
    #[arg(long, value_name = "UUID")]
    id: Option<Uuid>,
    /// An office to begin with: admin, auditor, street_reviewer, street_window, district_reviewer,
    /// district_centre, committee_member, city_supervisor, provider_admin or
    /// third_party_evaluator
    #[arg(long, value_parser = read_role)]
    role: Option<Role>,
    /// The area of the office, as a code of 6, 9 or 12 digits; without it the whole city
    #[arg(long, default_value = "", requires = "role")]
    area: String,
    /// The first day of the office, such as 2026-11-23; today without it
    #[arg(long, requires = "role")]
    first_day: Option<NaiveDate>,
    /// The last day of the office, inclusive; open without it
    #[arg(long, requires = "role")]
    last_day: Option<NaiveDate>,
    #[command(flatten)]
    given: GivenPassword,
    #[command(flatten)]
    flags: Flags,
}

fn read_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        let all: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("there is no such role; the roles are {}", all.join(", "))
    })
}

impl Add {
    fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let now = Clock::Machine.now();
        let office = self.office(now)?;
        let account = self.account(now)?;
        let office_id = fresh(now)?;
        let keys = Keys::load(&settings.key_files).map_err(app::StartError::from)?;
        let added = app::open_store(&settings, &keys)?.write(|tx| {
            tx.lock_organisations()?;
            let added = tx.add_account(&account)?;
            if added {
                tx.audit(&account_added(&account, now))?;
            }
            if let (true, Some(office)) = (added, &office) {
                tx.add_office(office_id, account.id, office)?;
                tx.audit(&office_added(office_id, account.id, office, now))?;
            }
            Ok(added)
        })?;
        if !added {
            return Err(CommandError::Refused(format!(
                "the login {} or the id {} is taken: choose another",
                account.login, account.id
            )));
        }
        output::say(&format!("{} may sign in; id {}", account.login, account.id));
        Ok(())
    }

    fn office(&self, now: Instant) -> Result<Option<Office>, CommandError> {
        let Some(role) = self.role else {
            return Ok(None);
        };
        let office = Office {
            role,
            area: self.area.clone(),
            first_day: self.first_day.unwrap_or_else(|| day_of(now)),
            last_day: self.last_day,
        };
        let faults = check_office(&office, &[], &[]);
        if faults.is_empty() {
            return Ok(Some(office));
        }
        let told: Vec<_> = faults.iter().map(|fault| fault.en()).collect();
        Err(CommandError::Refused(format!(
            "the office is not possible: {}; correct --role, --area or the days",
            told.join("; ")
        )))
    }

    fn account(&self, now: Instant) -> Result<Account, CommandError> {
        let (login, name) = (self.login.trim(), self.name.trim());
        let faults = check_account(login, name);
        if !faults.is_empty() {
            let told: Vec<_> = faults.iter().map(|fault| fault.en()).collect();
            return Err(CommandError::Refused(format!(
                "{}; correct --login or --name",
                told.join("; ")
            )));
        }
        let staff_no = self.staff_no.as_deref().unwrap_or_default();
        let password = self.given.password()?;
        check(&password, &[login, name, staff_no])?;
        let hash = hash_password(&password).map_err(refused)?;
        Ok(Account {
            id: UserId(self.id.map_or_else(|| fresh(now), Ok)?),
            login: login.to_owned(),
            name: name.to_owned(),
            active: true,
            staff_no: self.staff_no.clone(),
            password_hash: Some(hash.into()),
        })
    }
}

/// Where a password is.
#[derive(Debug, Args)]
struct GivenPassword {
    /// Read the password from this file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
}

impl GivenPassword {
    fn password(&self) -> Result<SecretString, CommandError> {
        let mut text = String::new();
        if let Some(file) = &self.password_file {
            text = std::fs::read_to_string(file)
                .map_err(|error| CommandError::File(file.display().to_string(), error))?;
        } else if self.password_stdin {
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| CommandError::File("standard input".to_owned(), error))?;
        } else if let Ok(variable) = std::env::var("RUHU_PASSWORD") {
            text = variable;
        } else {
            return Err(CommandError::Refused(
                "say where the password is: --password-file, --password-stdin or RUHU_PASSWORD"
                    .to_owned(),
            ));
        }
        // Editors and echo end a line; no password does.
        Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
    }
}

fn check(password: &SecretString, own: &[&str]) -> Result<(), CommandError> {
    check_new_password(password, own).map_err(|words| CommandError::Refused(words.en.into_owned()))
}

/// Gives a person another password, and ends all of the person's sign-ins
///
/// The password comes from a file, from standard input or from RUHU_PASSWORD. What is on the person's
/// devices stays there: it is sent after the next sign-in. With --one-time a password is made and shown,
/// which has to be changed at the first sign-in.
///
/// Examples:
///
///   ruhu user password --login zhao.min --one-time
///   ruhu user password --login zhao.min --password-file /run/secrets/zhao
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct NewPassword {
    /// Whose
    #[arg(long)]
    login: String,
    /// Make a one-time password and show it
    #[arg(long, conflicts_with_all = ["password_file", "password_stdin"])]
    one_time: bool,
    #[command(flatten)]
    given: GivenPassword,
    #[command(flatten)]
    flags: Flags,
}

impl NewPassword {
    fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let now = Clock::Machine.now();
        if self.one_time {
            return self.give_one_time(&settings, now);
        }
        let password = self.given.password()?;
        let (store, account) = found(&settings, &self.login)?;
        let staff_no = account.staff_no.as_deref().unwrap_or_default();
        check(&password, &[&account.login, &account.name, staff_no])?;
        let hash = hash_password(&password).map_err(refused)?;
        let hash = SecretString::from(hash);
        let replaced =
            store.write(|tx| replace_password(tx, &account, &hash, (None, None), now))?;
        if !replaced {
            return Err(CommandError::Refused(format!(
                "the password of {} was changed meanwhile: nothing was done",
                account.login
            )));
        }
        output::say(&format!("{} has another password; all sign-ins have ended", account.login));
        Ok(())
    }

    fn give_one_time(&self, settings: &Settings, now: Instant) -> Result<(), CommandError> {
        let (store, account) = found(settings, &self.login)?;
        let password = OneTimePassword::made().map_err(refused)?;
        let hash = hash_password(&password).map_err(refused)?.into();
        let hours = settings.one_time_password_hours;
        let given = OneTimePassword::new(password, hash, hours, now);
        let reset = Entry::at_the_command_line(Act::PasswordReset, now).to(account.id.0);
        store.write(|tx| {
            tx.lock_organisations()?;
            given.give_to(tx, account.id, now)?;
            tx.audit(&reset).map(drop)
        })?;
        let until = in_beijing(given.expires_at()).format("%Y-%m-%d %H:%M");
        output::say(&format!(
            "{} signs in with {} until {until} (Beijing) and then chooses a password; all sign-ins \
             have ended",
            account.login,
            given.expose()
        ));
        Ok(())
    }
}

/// Takes a person's second factor off: for an administrator whom no other administers
///
/// Examples:
///
///   ruhu user second-factor-off --login admin
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct SecondFactorOff {
    /// Whose
    #[arg(long)]
    login: String,
    #[command(flatten)]
    flags: Flags,
}

impl SecondFactorOff {
    fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        logging::begin(&settings);
        let now = Clock::Machine.now();
        let (store, account) = found(&settings, &self.login)?;
        let reset = Entry::at_the_command_line(Act::SecondFactorReset, now).to(account.id.0);
        let was_there = store.write(|tx| {
            let was_there = tx.remove_second_factor(account.id)?;
            if was_there {
                tx.audit(&reset)?;
            }
            Ok(was_there)
        })?;
        if !was_there {
            let login = &account.login;
            return Err(CommandError::Refused(format!("{login} has no second factor")));
        }
        output::say(&format!("{} signs in by the password alone", account.login));
        Ok(())
    }
}

/// The account of a login.
fn found(settings: &Settings, login: &str) -> Result<(Store, Account), CommandError> {
    let keys = Keys::load(&settings.key_files).map_err(app::StartError::from)?;
    let store = app::open_store(settings, &keys)?;
    let login = login.trim();
    let account = store.read(|tx| tx.account_by_login(login))?.ok_or_else(|| {
        CommandError::Refused(format!("nobody has the login {login}: correct --login"))
    })?;
    Ok((store, account))
}

fn refused(refusal: impl Display) -> CommandError {
    CommandError::Refused(refusal.to_string())
}

/// What is done at the command line is in the log, too, by nobody who signed in.
fn account_added(account: &Account, at: Instant) -> Entry {
    Entry::at_the_command_line(Act::AccountAdded, at).to(account.id.0)
}

fn office_added(id: Uuid, of: UserId, office: &Office, at: Instant) -> Entry {
    let detail = json!({"asked": {"account": of, "role": office.role.as_str(),
        "area": office.area, "first_day": office.first_day, "last_day": office.last_day}});
    let entry = Entry::at_the_command_line(Act::OfficeAdded, at).to(id);
    Entry { area: Some(office.area.clone()), detail: detail.to_string(), ..entry }
}

fn fresh(now: Instant) -> Result<Uuid, CommandError> {
    fresh_uuid(now).map_err(refused)
}
