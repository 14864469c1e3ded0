//! The numbers of databases and protocols, one of each row and those at its edges.

use std::format;

use super::{all, judged, line, told};

#[test]
fn the_numbers_of_sql_server() {
    all(
        "mssql.RequestError",
        "sqlserver",
        &[
            ("conflict, retry", &["1205", "1222", "41839"]),
            ("timeout, retry", &["-2"]),
            ("server, retry", &["40197", "40501", "40613", "49918", "49920", "4060"]),
            ("connection, retry", &["64", "233", "10054", "121"]),
            ("conflict, no retry", &["2601", "2627", "547", "515"]),
            ("auth, no retry", &["18456", "229"]),
            ("not_found, no retry", &["208", "911"]),
            ("resource, no retry", &["1105", "9002"]),
            ("resource, retry", &["701", "8645"]),
            ("invalid_request, no retry", &["102", "4999"]),
        ],
    );
}

#[test]
fn the_numbers_of_oracle() {
    all(
        "oracledb.DatabaseError",
        "oracle",
        &[
            ("conflict, retry", &["ORA-00060", "ORA-00054", "ORA-08177"]),
            ("timeout, retry", &["ORA-01013", "ORA-12170"]),
            ("server, retry", &["ORA-01034", "ORA-12514"]),
            ("connection, retry", &["ORA-00028", "ORA-03113", "ORA-12541", "ORA-12154"]),
            ("resource, retry", &["ORA-00018", "ORA-12516"]),
            ("auth, no retry", &["ORA-01017", "ORA-28000", "ORA-28003"]),
            ("conflict, no retry", &["ORA-00001", "ORA-01400", "ORA-02290", "ORA-02292"]),
            ("not_found, no retry", &["ORA-00942", "ORA-01403"]),
            ("resource, no retry", &["ORA-01653", "ORA-01655", "ORA-01536"]),
            ("invalid_request, no retry", &["ORA-00900", "ORA-00999", "ORA-01722"]),
        ],
    );
}

#[test]
fn the_numbers_of_mysql() {
    all(
        "pymysql.err.OperationalError",
        "mysql",
        &[
            ("conflict, retry", &["1205", "1213"]),
            ("resource, retry", &["1040", "1203"]),
            ("rate_limit, retry", &["1226"]),
            ("server, retry", &["1053", "1290"]),
            ("timeout, retry", &["1317", "3024"]),
            ("resource, no retry", &["1021", "1114"]),
            ("auth, no retry", &["1044", "1045"]),
            ("conflict, no retry", &["1062", "1452"]),
            ("not_found, no retry", &["1049", "1146"]),
            ("connection, retry", &["2002", "2003", "1152", "1161", "2006", "2013"]),
            ("connection, no retry", &["2026"]),
            ("invalid_request, no retry", &["1000", "1064", "1999", "3000", "4999"]),
        ],
    );
}

#[test]
fn the_numbers_of_prisma() {
    all(
        "PrismaClientKnownRequestError",
        "prisma",
        &[
            ("auth, no retry", &["P1000", "P1010"]),
            ("connection, retry", &["P1001", "P1017"]),
            ("timeout, retry", &["P1002", "P1008"]),
            ("connection, no retry", &["P1011"]),
            ("not_found, no retry", &["P1003", "P2001", "P2025"]),
            ("conflict, no retry", &["P2002", "P2003"]),
            ("resource, retry", &["P2024", "P2037"]),
            ("conflict, retry", &["P2028", "P2034"]),
            ("invalid_request, no retry", &["P2000", "P2999"]),
        ],
    );
}

#[test]
fn the_words_of_sqlite() {
    for (code, expected) in [
        ("SQLITE_INTERRUPT", "cancelled, no retry, sqlite.INTERRUPT"),
        ("SQLITE_ABORT_ROLLBACK", "cancelled, no retry, sqlite.ABORT"),
        ("SQLITE_BUSY", "conflict, retry, sqlite.BUSY"),
        ("SQLITE_CONSTRAINT_UNIQUE", "conflict, no retry, sqlite.CONSTRAINT"),
    ] {
        assert_eq!(expected, told("SqliteError", code));
    }
}

#[test]
fn a_reply_of_redis_without_a_code_of_its_own_is_known_by_its_words() {
    let reply = |message: &str| {
        line(&judged(&format!(r#"{{"type": "redis.exceptions.ResponseError", "message": "{message}"}}"#)))
    };
    assert_eq!("auth, no retry, redis.ERR", reply("ERR invalid password"));
    assert_eq!("auth, no retry, redis.ERR", reply("ERR Client sent AUTH, but no password is set"));
    assert_eq!("not_found, no retry, redis.ERR", reply("ERR no such key"));
    assert_eq!("invalid_request, no retry, redis.ERR", reply("ERR unknown command"));
}
