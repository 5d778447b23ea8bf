use super::super::Flags;
use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn nothing_needs_to_be_set() {
    let settings = Settings::defaults().expect("settings");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.access_token_minutes, 15);
    assert!(settings.key_files.signing.ends_with("keys/signing"));
    assert_eq!(settings.database_url.expose_secret(), "sqlite:ruhu-data/ruhu.db");
}

#[test]
fn the_database_file_and_the_keys_lie_in_the_data_folder() {
    let variables = variables(&[("RUHU_DATA_DIR", "/srv/ruhu")]);
    let settings = Given::from_sources(&Flags::default(), variables)
        .and_then(|given| given.check())
        .expect("settings");
    assert_eq!(settings.database_url.expose_secret(), "sqlite:/srv/ruhu/ruhu.db");
    assert_eq!(settings.key_files.cursor, PathBuf::from("/srv/ruhu/keys/cursor.key"));
}

#[test]
fn a_flag_outranks_a_variable_and_a_variable_outranks_the_file() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("ruhu.toml");
    let text = "refresh_token_days = 1\naccess_token_minutes = 2\nlisten = '127.0.0.1:3'\n";
    std::fs::write(&file, text).expect("file");
    let flags = Flags { file: Some(file), values: [("listen", "127.0.0.1:5".to_owned())].into() };
    let variables = variables(&[
        ("RUHU_ACCESS_TOKEN_MINUTES", "4"),
        ("RUHU_LISTEN", "127.0.0.1:4"),
        ("RUHU_LISTN", "x"),
        ("RUHU_TEST_POSTGRES_URL", "x"),
    ]);
    let settings =
        Given::from_sources(&flags, variables).and_then(|given| given.check()).expect("settings");
    assert_eq!(settings.refresh_token_days, 1);
    assert_eq!(settings.access_token_minutes, 4);
    assert_eq!(settings.listen.port(), 5);
    assert_eq!(settings.unknown_variables, ["RUHU_LISTN"]);
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_place_and_what_to_do() {
    let variables = variables(&[
        ("RUHU_LISTEN", "8080"),
        ("RUHU_ACCESS_TOKEN_MINUTES", "0"),
        ("RUHU_BODY_BYTES_MAX", "1000"),
        ("RUHU_LOG_FORMAT", "xml"),
        ("RUHU_DATABASE_URL", "mysql://root:secret@db/ruhu"),
    ]);
    let told = Given::from_sources(&Flags::default(), variables)
        .and_then(|given| given.check())
        .expect_err("wrong")
        .to_string();
    for words in [
        "listen (given as RUHU_LISTEN): set it to an address and a port",
        "access_token_minutes (given as RUHU_ACCESS_TOKEN_MINUTES): set it to a whole number from 1 to 1440",
        "body_bytes_max (given as RUHU_BODY_BYTES_MAX): set it to a whole number from 8388608",
        "set it to text or json, not `xml`",
        "set it to sqlite:FILE or postgres://",
    ] {
        assert!(told.contains(words), "{words} is not in\n{told}");
    }
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn a_key_of_the_file_that_is_no_setting_is_an_error() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("ruhu.toml");
    std::fs::write(&file, "listn = 'x'\nlisten = [1]\n").expect("file");
    let flags = Flags { file: Some(file), ..Flags::default() };
    let SettingsErrors(errors) = Given::from_sources(&flags, Vec::new()).expect_err("wrong");
    assert_eq!(errors.len(), 2, "{errors:?}");
}

#[test]
fn no_printed_form_of_the_settings_holds_the_databases_password() {
    for url in [
        "postgres://ruhu:hunter2@db.example/ruhu",
        "postgres://ruhu:hun@ter2@db.example/ruhu?sslmode=require",
        "postgres://ruhu@db.example/ruhu?password=hunter2",
    ] {
        let variables = variables(&[("RUHU_DATABASE_URL", url)]);
        let settings = Given::from_sources(&Flags::default(), variables)
            .and_then(|given| given.check())
            .expect("settings");
        for printed in [settings.to_masked_toml(), format!("{settings:?}")] {
            assert!(!printed.contains("ter2"), "{printed}");
        }
        assert!(settings.to_masked_toml().contains("db.example/ruhu"));
    }
}

#[test]
fn some_version_is_left_to_pull_in() {
    let served = |experimental: &str, pull_min: &str| {
        let given = variables(&[
            ("RUHU_PROTOCOL_EXPERIMENTAL", experimental),
            ("RUHU_PROTOCOL_PULL_VERSION_MIN", pull_min),
        ]);
        let given = Given::from_sources(&Flags::default(), given).expect("given");
        given.check().ok().map(|settings| settings.served.pull())
    };
    assert_eq!(served("true", "2"), Some(vec![2]));
    assert_eq!(served("true", "3"), None);
    assert_eq!(served("false", "2"), None);
    assert_eq!(served("yes", "1"), None);
}

#[test]
fn printed_settings_name_every_setting_and_read_back() {
    let toml = Settings::defaults().expect("settings").to_masked_toml();
    let table: toml::Table = toml.parse().expect("toml");
    assert_eq!(table.len(), SETTINGS.len());
}
