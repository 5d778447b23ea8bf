//! What was given, by whom: before anything is checked.

use super::table::{SETTINGS, Setting};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The settings given as flags, and the file that holds others.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The TOML file; none if there is none.
    pub file: Option<PathBuf>,
    /// Values by setting.
    pub values: BTreeMap<&'static str, String>,
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        let value = |setting: &Setting| matches.get_one::<String>(setting.name).cloned();
        Ok(Self {
            file: matches.get_one::<PathBuf>("settings").cloned(),
            values: SETTINGS
                .iter()
                .filter_map(|setting| Some((setting.name, value(setting)?)))
                .collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Flags {
    fn augment_args(command: clap::Command) -> clap::Command {
        let file = clap::Arg::new("settings")
            .long("settings")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("A TOML file of settings; variables and flags outrank it. [env: RUHU_SETTINGS]");
        SETTINGS.iter().fold(command.arg(file), |command, setting| command.arg(flag(setting)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

fn flag(setting: &Setting) -> clap::Arg {
    let (help, variable) = (setting.help, setting.variable());
    let help = match setting.default {
        "" => format!("{help} [env: {variable}]"),
        default => format!("{help}. [default: {default}] [env: {variable}]"),
    };
    clap::Arg::new(setting.name)
        .long(setting.flag())
        .value_name(setting.value)
        .help_heading("Settings")
        .help(help)
}

/// Values by setting, each with where it was given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub(super) values: BTreeMap<&'static str, (String, String)>,
    pub(super) unknown_variables: Vec<String>,
}

/// One thing that is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    /// Which setting, and where it was given.
    pub setting: String,
    /// What to do.
    pub advice: String,
}

/// Everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SettingsErrors(pub Vec<SettingError>);

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings cannot be used:")?;
        for error in &self.0 {
            write!(f, "\n  {}: {}", error.setting, error.advice)?;
        }
        Ok(())
    }
}

fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

impl Given {
    /// From the file, then the process's variables, then the flags: the last one counts.
    pub fn from_outside(flags: &Flags) -> Result<Self, SettingsErrors> {
        let variables: Vec<_> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self::from_sources(flags, variables)
    }

    /// The same, with these variables.
    pub fn from_sources(
        flags: &Flags,
        variables: Vec<(String, String)>,
    ) -> Result<Self, SettingsErrors> {
        let mut given = Self::default();
        let in_variable = variables
            .iter()
            .find(|(name, value)| name == "RUHU_SETTINGS" && !value.is_empty())
            .map(|(_, value)| PathBuf::from(value));
        if let Some(file) = flags.file.clone().or(in_variable) {
            given.take_file(&file)?;
        }
        given.take_variables(variables);
        for (name, value) in &flags.values {
            if let Some(setting) = named(name) {
                given.take(setting, value.clone(), format!("--{}", setting.flag()));
            }
        }
        Ok(given)
    }

    fn take(&mut self, setting: &Setting, value: String, place: String) {
        self.values.insert(setting.name, (value, place));
    }

    fn take_variables(&mut self, variables: Vec<(String, String)>) {
        for (variable, value) in variables {
            let Some(rest) = variable.strip_prefix("RUHU_") else {
                continue;
            };
            // Tests, benchmarks and the settings' own file have variables of their own.
            let is_other = ["TEST_", "BENCH_", "SETTINGS", "PASSWORD"]
                .iter()
                .any(|other| rest.starts_with(other));
            match named(&rest.to_ascii_lowercase()) {
                Some(setting) => self.take(setting, value, variable),
                None if is_other => {}
                None => self.unknown_variables.push(variable),
            }
        }
    }

    fn take_file(&mut self, file: &Path) -> Result<(), SettingsErrors> {
        let place = file.display().to_string();
        let one =
            |advice: String| SettingsErrors(vec![SettingError { setting: place.clone(), advice }]);
        let text = std::fs::read_to_string(file)
            .map_err(|error| one(format!("cannot be read ({error}); check the path")))?;
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| one(format!("is no TOML: {}", error.message())))?;
        let mut errors = Vec::new();
        for (name, value) in table {
            match (named(&name), plain(&value)) {
                (Some(setting), Some(value)) => {
                    self.take(setting, value, format!("{name} in {place}"));
                }
                (Some(_), None) => errors.push(SettingError {
                    setting: format!("{name} in {place}"),
                    advice: "must be a text, a whole number, true or false".to_owned(),
                }),
                (None, _) => errors.push(SettingError {
                    setting: format!("{name} in {place}"),
                    advice: "there is no such setting; `ruhu serve --help` lists them".to_owned(),
                }),
            }
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(SettingsErrors(errors)),
        }
    }
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}
