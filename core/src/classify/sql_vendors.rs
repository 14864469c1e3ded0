//! Databases that number their errors themselves: `MySQL`, `SQLite`, SQL Server and Oracle.

use alloc::format;

use super::fault::{Fault, contains_without_case};
use super::list::{Names, meaning_of, names};
use super::meaning::{
    AUTH, BUSY, CANCELLED, CONFLICT, CONNECTION, FULL, Finding, INVALID, LOST_RACE, Level, Meaning,
    NOT_FOUND, RATE_LIMIT, SERVER, TIMEOUT, TLS, UNREACHED,
};
use crate::search::has;

/// What such a number says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    sqlite(fault).or_else(|| mysql(fault)).or_else(|| sql_server(fault)).or_else(|| oracle(fault))
}

fn mysql(fault: &Fault) -> Option<Finding> {
    let named = fault.code.as_deref().filter(|code| is_mysql_name(code));
    if let Some((name, meaning)) = named.and_then(|name| mysql_name(name, fault)) {
        // A transaction that was rolled back may be tried anew, whatever its error is called.
        let state = fault.attr_text("sqlState").or_else(|| fault.attr_text("sqlstate")).unwrap_or_default();
        let meaning = if meaning == INVALID && state.starts_with("40") { LOST_RACE } else { meaning };
        return Some(Finding::new(Level::Code, meaning, format!("mysql.{name}")));
    }
    let text = fault.message.as_deref().unwrap_or_default();
    let from_mysql = ["mysql", "mariadb", "asyncmy"].iter().any(|word| fault.comes_from(word))
        || contains_without_case(text.get(..text.len().min(80)).unwrap_or_default(), "mysql")
        || named.is_some();
    if !from_mysql {
        return None;
    }
    // What has five digits is a SQLSTATE.
    let in_code =
        fault.code.as_deref().filter(|code| code.len() < 5).and_then(|code| code.trim().parse().ok());
    let number = in_code.or_else(|| own_number(fault)).or_else(|| tuple_number(text))?;
    // The client numbers its own from 2000 on. What is behind a connection that did not come about, its cause may say.
    let level = if (2000..3000).contains(&number) { Level::Type } else { Level::Code };
    Some(Finding::new(level, mysql_number(number)?, format!("mysql.{number}")))
}

/// Not every text that begins like one: a name becomes part of a rule's.
fn is_mysql_name(code: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = code.starts_with("ER_") || code.starts_with("PROTOCOL_");
    begins && code.len() <= LONGEST_NAME && code.bytes().all(letters)
}

/// `PyMySQL`'s text is the tuple of its arguments: `(1205, 'Lock wait timeout exceeded')`; others write
/// `1205 (HY000): …`.
fn tuple_number(text: &str) -> Option<i64> {
    let number = |tail: &str| {
        let ends = tail.get(4..5).is_some_and(|next| matches!(next, "," | " "));
        tail.get(..4)?.parse().ok().filter(|_| ends)
    };
    let after_brackets = text.match_indices('(').take(16).find_map(|(at, _)| number(text.get(at + 1..)?));
    after_brackets.or_else(|| number(text))
}

fn own_number(fault: &Fault) -> Option<i64> {
    fault.errno.or_else(|| fault.attr_number("errno"))
}

fn mysql_name<'code>(code: &'code str, fault: &Fault) -> Option<(&'code str, Meaning)> {
    let refused = ["ACCESS_DENIED", "NOT_SUPPORTED_AUTH", "PASSWORD"];
    let meaning = match meaning_of(MYSQL, code) {
        Some(meaning) => meaning,
        None if refused.iter().any(|part| has(code, part)) => AUTH,
        None if code.starts_with("ER_") => own_number(fault).and_then(mysql_number).unwrap_or(INVALID),
        None => return None,
    };
    Some((code, meaning))
}

/// Names of errors of `MySQL`.
#[rustfmt::skip]
const MYSQL: &[(Meaning, Names)] = &[
    (LOST_RACE, names![
        "ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT", "ER_XA_RBDEADLOCK", "ER_LOCK_NOWAIT", "ER_CHECKREAD",
    ]),
    (BUSY, names!["ER_CON_COUNT_ERROR", "ER_TOO_MANY_USER_CONNECTIONS", "ER_OUT_OF_RESOURCES"]),
    (RATE_LIMIT, names!["ER_USER_LIMIT_REACHED"]),
    (SERVER, names![
        "ER_SERVER_SHUTDOWN", "ER_OPTION_PREVENTS_STATEMENT", "ER_READ_ONLY_MODE", "ER_UNKNOWN_COM_ERROR",
    ]),
    (CONNECTION, names![
        "ER_NET_READ_ERROR", "ER_NET_WRITE_INTERRUPTED", "ER_NEW_ABORTING_CONNECTION",
        "ER_ABORTING_CONNECTION", "ER_NET_READ_ERROR_FROM_PIPE", "ER_NET_ERROR_ON_WRITE",
        "ER_NET_PACKETS_OUT_OF_ORDER", "PROTOCOL_CONNECTION_LOST",
    ]),
    (TIMEOUT, names![
        "ER_NET_READ_INTERRUPTED", "ER_QUERY_TIMEOUT", "ER_STATEMENT_TIMEOUT",
        "ER_CLIENT_INTERACTION_TIMEOUT", "ER_QUERY_INTERRUPTED", "PROTOCOL_SEQUENCE_TIMEOUT",
    ]),
    (FULL, names!["ER_DISK_FULL", "ER_RECORD_FILE_FULL", "ER_OUTOFMEMORY", "ER_OUT_OF_SORTMEMORY"]),
    (CONFLICT, names![
        "ER_DUP_ENTRY", "ER_DUP_KEY", "ER_ROW_IS_REFERENCED", "ER_ROW_IS_REFERENCED_2",
        "ER_NO_REFERENCED_ROW", "ER_NO_REFERENCED_ROW_2", "ER_TABLE_EXISTS_ERROR", "ER_DB_CREATE_EXISTS",
        "ER_DUP_ENTRY_WITH_KEY_NAME", "ER_BAD_NULL_ERROR", "ER_CHECK_CONSTRAINT_VIOLATED",
    ]),
    (NOT_FOUND, names!["ER_NO_SUCH_TABLE", "ER_BAD_DB_ERROR", "ER_BAD_TABLE_ERROR", "ER_NO_DB_ERROR"]),
];

/// `TiDB` has numbers of its own from 8000 on, and what its stores say from 9000 on.
fn mysql_number(number: i64) -> Option<Meaning> {
    Some(match number {
        1205 | 1213 | 1020 | 1614 | 3572 | 3058 | 3101 | 8002 | 8022 | 9004 | 9007 => LOST_RACE,
        1040 | 1203 | 1041 | 1206 | 1637 | 1135 | 1461 => BUSY,
        1226 => RATE_LIMIT,
        1053 | 1290 | 1792 | 1836 | 3100 | 1105 | 1047 | 1180 | 1077 | 1079 | 1297 | 3032 | 8028 | 9003
        | 9005 | 9010 => SERVER,
        1317 | 3024 | 1969 | 4031 | 1613 | 9001 | 9002 | 9012 => TIMEOUT,
        1021 | 1037 | 1038 | 1114 => FULL,
        1044 | 1045 | 1142 | 1143 | 1227 | 1251 | 1370 | 1698 | 1129 | 1130 | 2049 | 2059 | 1410 | 1820
        | 1862 | 1095 | 3118 | 3955 => AUTH,
        1062 | 1022 | 1048 | 1050 | 1007 | 1169 | 1216 | 1217 | 1451 | 1452 | 1557 | 1586 | 3819 | 1304
        | 1359 | 1537 => CONFLICT,
        1049 | 1051 | 1146 | 1008 | 1094 | 1305 | 1360 | 1539 => NOT_FOUND,
        2002 | 2003 | 2005 => UNREACHED,
        2026 => TLS,
        1043 | 1152 | 1154..=1161 | 1184 | 2006 | 2013 | 2055 | 1927 | 2012 | 2027 => CONNECTION,
        1000..=1999 | 3000..=4999 => INVALID,
        _ => return None,
    })
}

fn sqlite(fault: &Fault) -> Option<Finding> {
    let name = fault
        .attr_text("sqlite_errorname")
        .or(fault.code.as_deref())
        .filter(|name| name.starts_with("SQLITE_"))?;
    let primary = name.get("SQLITE_".len()..)?.split('_').next()?;
    // `SQLITE_ERROR` is whatever has no code of its own: its words say more.
    let meaning = match primary {
        _ if name == "SQLITE_IOERR_NOMEM" => FULL,
        "BUSY" | "LOCKED" | "PROTOCOL" => LOST_RACE,
        "FULL" | "NOMEM" => FULL,
        "CONSTRAINT" => CONFLICT,
        "AUTH" | "PERM" | "READONLY" => AUTH,
        "CANTOPEN" | "NOTFOUND" => NOT_FOUND,
        "INTERRUPT" | "ABORT" => CANCELLED,
        "MISMATCH" | "MISUSE" | "RANGE" | "TOOBIG" | "SCHEMA" | "NOTADB" | "CORRUPT" | "FORMAT" | "NOLFS" => {
            INVALID
        }
        _ => return None,
    };
    Some(Finding::new(Level::Code, meaning, format!("sqlite.{primary}")))
}

fn sql_server(fault: &Fault) -> Option<Finding> {
    let from =
        ["mssql", "tedious", "sqlclient", "pytds", "sqlserver"].iter().any(|word| fault.comes_from(word));
    if !from {
        return None;
    }
    let in_code = fault.code.as_deref().and_then(|code| code.trim().parse().ok());
    let number = fault.attr_number("number").or(in_code).or(fault.errno)?;
    let meaning = match number {
        1205 | 1222 | 3960 | 41302 | 41305 | 41325 | 41839 => LOST_RACE,
        -2 | 20003 => TIMEOUT,
        // The client library numbers its own from here on.
        20009 => UNREACHED,
        40197 | 40501 | 40613 | 49918..=49920 | 4221 | 10928 | 10929 | 40540 | 40143 | 4060 => SERVER,
        64 | 233 | 10053 | 10054 | 10060 | 20 | 121 | 20002 | 20004 | 20006 | 20017 | 20047 => CONNECTION,
        2601 | 2627 | 547 | 515 => CONFLICT,
        18456 | 18452 | 229 | 230 | 916 => AUTH,
        208 | 911 => NOT_FOUND,
        1105 | 9002 => FULL,
        701 | 8645 | 8651 => BUSY,
        102..=4999 => INVALID,
        _ => return None,
    };
    Some(Finding::new(Level::Code, meaning, format!("sqlserver.{number}")))
}

/// Oracle's `ORA-00060`, in the code or at the head of the text.
fn oracle(fault: &Fault) -> Option<Finding> {
    let code = fault.code.as_deref().filter(|code| code.starts_with("ORA-"));
    let full = fault.attr_text("full_code").filter(|code| code.starts_with("ORA-"));
    let head = || fault.message.as_deref()?.get(..9).filter(|head| head.starts_with("ORA-"));
    let number: i64 = code.or(full).or_else(head)?.get(4..)?.parse().ok()?;
    let meaning = match number {
        60 | 54 | 8177 | 4020 | 30006 => LOST_RACE,
        1013 | 51 | 3136 | 12170 => TIMEOUT,
        1034 | 1089 | 1090 | 1092 | 1033 | 12514 | 12528 | 16456 => SERVER,
        28 | 3113 | 3114 | 3135 | 12537 | 12547 | 12571 | 2396 | 17002 => CONNECTION,
        12541 | 12543 | 12154 | 12545 => UNREACHED,
        18 | 20 | 12516 | 12519 | 12520 => BUSY,
        1017 | 1031 | 1005 | 28000..=28003 | 1045 => AUTH,
        1 | 1400 | 2290..=2292 | 955 => CONFLICT,
        942 | 1403 | 4043 => NOT_FOUND,
        1653..=1655 | 1536 | 4031 | 257 => FULL,
        900..=999 | 1722 | 1861 | 12899 | 1438 => INVALID,
        _ => return None,
    };
    Some(Finding::new(Level::Code, meaning, format!("oracle.{number}")))
}

/// The longest name of `MySQL` has fewer than sixty letters.
const LONGEST_NAME: usize = 64;
