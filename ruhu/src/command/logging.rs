//! Log lines, as the settings ask for them; on standard error.

use ruhu_api::settings::{LogFormat, Settings};
use tracing_subscriber::EnvFilter;

/// Begins to log. Only the first call of a process counts.
pub(super) fn begin(settings: &Settings) {
    // The settings were checked with this filter.
    let filter = EnvFilter::try_new(&settings.log_filter).unwrap_or_default();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A line that cannot be written is lost: to complain of it on standard error, where it
        // could not be written, would panic, and end the request that it tells of.
        .log_internal_errors(false);
    let begun = match settings.log_format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
    };
    if begun.is_ok() {
        for variable in &settings.unknown_variables {
            tracing::warn!(variable, "no setting has this name; is it misspelt?");
        }
    }
}
