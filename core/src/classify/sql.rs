//! SQL databases: the standard `SQLSTATE`, and the numbers that some keep besides.

use alloc::format;

use super::fault::Fault;
use super::list::{Names, meaning_of, names};
use super::meaning::{
    AUTH, BUSY, CANCELLED, CONFLICT, CONNECTION, FULL, Finding, INVALID, LOST_RACE, Level, Meaning,
    NOT_FOUND, SERVER, SERVER_NEVER, TIMEOUT, UNREACHED,
};
use super::text::Text;
use super::{sql_vendors, words};
use crate::search;

/// What a database's own code says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    sql_vendors::find(fault).or_else(|| state(fault))
}

fn state(fault: &Fault) -> Option<Finding> {
    const KEYS: [&str; 5] = ["sqlstate", "pgcode", "sqlState", "SQLState", "sql_state"];
    let stated = KEYS.iter().find_map(|key| fault.attr_text(key));
    let nested = || fault.attrs.get("diag")?.get("sqlstate")?.as_str();
    // An unlabelled code of five capitals and digits with a digit in it looks like nothing else (`EPIPE` has
    // none).
    let bare = || {
        fault
            .code
            .as_deref()
            .filter(|code| code.bytes().any(|byte| byte.is_ascii_digit()) && comes_from_sql(fault, code))
    };
    let code = stated.or_else(nested).or_else(bare).or_else(|| in_brackets(fault))?.trim();
    let valid =
        code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let meaning = valid.then(|| sqlstate(code, fault)).flatten()?;
    Some(Finding::new(Level::Code, meaning, format!("sqlstate.{code}")))
}

/// ODBC has the state at the head of its text: `[42S02] [Microsoft][ODBC Driver 18 for SQL Server]…`.
fn in_brackets(fault: &Fault) -> Option<&str> {
    let message = fault.message.as_deref().filter(|_| fault.comes_from("odbc"))?;
    let (_, behind) = search::split(message, "[")?;
    search::split(behind, "]").map(|(state, _)| state)
}

/// Five digits alone could be anybody's number, so they need a database behind them, or a class that is one.
fn comes_from_sql(fault: &Fault, code: &str) -> bool {
    const LIBRARIES: [&str; 12] = [
        "sql", "psycopg", "asyncpg", "pg", "postgres", "databaseerror", "dberror", "db2", "jdbc", "odbc",
        "knex", "prisma",
    ];
    let has_letter = code.bytes().any(|byte| byte.is_ascii_uppercase());
    has_letter || LIBRARIES.iter().any(|word| fault.comes_from(word)) || known_exactly(code)
}

fn known_exactly(code: &str) -> bool {
    const KNOWN: &str = "08000 08001 08003 08004 08006 22001 22003 22007 22012 23502 23503 23505 23514 25006 \
                         28000 40001 42501 42601 42703 53100 53200 53300 55006 57014";
    KNOWN.split(' ').any(|known| known == code)
}

/// Of a connection that the server did not want.
const CREDENTIALS: [&str; 4] = ["password", "rejected", "authentication", "authenticate"];

fn sqlstate(code: &str, fault: &Fault) -> Option<Meaning> {
    let message = Text::new(fault.message.as_deref().unwrap_or_default());
    match code {
        "57014" if message.has("user request") || message.has("execution canceled") => {
            return Some(CANCELLED);
        }
        // What a statement was sent with: FATAL is what it says when it hangs up.
        "08P01" if fault.attr_text("severity") == Some("ERROR") => return Some(INVALID),
        // Poolers have it for whatever they refuse, and say the rest in words.
        "08P01" if let Some(said) = words::find(fault).filter(|said| said.meaning != CONNECTION) => {
            return Some(said.meaning);
        }
        "08001" | "08004" if CREDENTIALS.iter().any(|word| message.has(word)) => return Some(AUTH),
        _ => {}
    }
    meaning_of(STATES, code).or_else(|| meaning_of(CLASSES, code.get(..2)?))
}

/// Whole states. Of a connection that broke in the middle of a statement it is not known whether that took effect.
#[rustfmt::skip]
const STATES: &[(Meaning, Names)] = &[
    (TIMEOUT, names!["57014", "25P03", "57P05", "25P04", "HYT00", "HYT01", "S1T00"]),
    (LOST_RACE, names!["55P03", "55006", "40001", "40P01"]),
    (FULL, names!["53100", "53200", "HY001", "53400", "HV001"]),
    (BUSY, names!["53300", "53000"]),
    (SERVER, names!["57P01", "57P02", "57P03", "25006", "58030", "XX000", "72000", "HV000", "HV00K", "HV00L", "HV00M", "HV010", "HV014", "HV021"]),
    (NOT_FOUND, names!["57P04", "3D000", "3F000", "42P01", "42704", "26000", "02000", "42S02", "34000", "P0002", "HV00J", "HV00P", "HV00Q", "HV00R"]),
    (AUTH, names!["42501"]),
    (CONFLICT, names!["40002", "42P04", "42P06", "42P07", "42710", "42723", "42701", "42S01"]),
    (UNREACHED, names!["08001"]),
    (CONNECTION, names!["40003", "HV00N"]),
    (SERVER_NEVER, names!["58P01", "58P02", "58P03", "XX001", "XX002"]),
];

/// The first two letters of the others.
#[rustfmt::skip]
const CLASSES: &[(Meaning, Names)] = &[
    (CONNECTION, names!["08"]),
    (AUTH, names!["28"]),
    (LOST_RACE, names!["40"]),
    (BUSY, names!["53"]),
    (SERVER, names!["57", "58", "XX"]),
    (CONFLICT, names!["23"]),
    (NOT_FOUND, names!["02"]),
    (INVALID, names![
        "54", "03", "20", "21", "22", "24", "25", "2B", "2D", "2F", "38", "39", "3B", "42", "44", "55",
        "0A", "0B", "0F", "0L", "0P", "0Z", "07", "P0", "F0", "26", "27", "34", "3D", "3F",
        "09", "10", "HV",
    ]),
];
