//! `ruhu keys`.

mod sealing;

use super::{CommandError, output};
use clap::{Args, Subcommand};
use ruhu_api::app::StartError;
use ruhu_api::backup;
use ruhu_api::keys::SigningKeys;
use ruhu_api::settings::{Flags, Settings};
use ruhu_store::audit::Act;
use serde_json::json;

/// Manages the keys that sign access tokens, and those that seal what is stored
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    Rotate(Rotate),
    List(List),
    AddSealing(sealing::Add),
    SealWith(sealing::SealWith),
    Reseal(sealing::Reseal),
}

impl Keys {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Rotate(rotate) => rotate.run(),
            Self::List(list) => list.run(),
            Self::AddSealing(add) => add.run(),
            Self::SealWith(seal_with) => seal_with.run(),
            Self::Reseal(reseal) => reseal.run(),
        }
    }
}

/// Makes another signing key; it signs from the next start of the service on
///
/// Tokens of the older keys are believed as before, so nobody is signed out. Restart every process
/// of the service; once that is done for as long as an access token is valid (access_token_minutes),
/// remove the older files. If a key was stolen, remove its file before the restart: tablets then get
/// new access tokens by themselves.
///
/// Example:
///
///   ruhu keys rotate --settings /etc/ruhu.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Rotate {
    #[command(flatten)]
    flags: Flags,
}

impl Rotate {
    fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        let file = SigningKeys::add(&settings.key_files.signing).map_err(StartError::from)?;
        output::say(&format!("{} signs from the next start on", file.display()));
        // A key that was stolen is replaced also while no database answers, or before there is one.
        let noted = backup::open_live(&settings)
            .and_then(|store| Ok(backup::note(&store, Act::TokenKeyAdded, json!({}))?));
        if let Err(error) = noted {
            output::complain(&format!("the audit log does not tell of it: {error}"));
        }
        Ok(())
    }
}

/// Lists the signing keys by their names in tokens, the one that signs first
///
/// Example:
///
///   ruhu keys list --settings /etc/ruhu.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct List {
    #[command(flatten)]
    flags: Flags,
}

impl List {
    fn run(self) -> Result<(), CommandError> {
        let settings = Settings::load(&self.flags)?;
        let keys = SigningKeys::load(&settings.key_files.signing).map_err(StartError::from)?;
        keys.all().for_each(|key| output::say(key.id()));
        Ok(())
    }
}
