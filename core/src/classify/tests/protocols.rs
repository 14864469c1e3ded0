//! The numbers of other protocols than HTTP, and whose numbers they are.

use std::format;

use super::{all, judged, line, told};

#[test]
fn the_close_codes_of_websockets() {
    all(
        "websockets.exceptions.ConnectionClosed",
        "websocket",
        &[
            ("connection, retry", &[1000, 1001, 1005, 1006]),
            ("invalid_request, no retry", &[1002, 1003, 1007, 1009, 1010]),
            ("auth, no retry", &[1008, 3000, 3003, 4401]),
            ("server, retry", &[1011, 1012, 1014, 4500]),
            ("connection, no retry", &[1015]),
            ("rate_limit, retry", &[4429]),
        ],
    );
}

#[test]
fn the_replies_of_smtp() {
    all(
        "smtplib.SMTPResponseException",
        "smtp",
        &[
            ("server, retry", &[421, 499]),
            ("auth, no retry", &[530, 534, 535, 538]),
            ("quota, no retry", &[552]),
            ("not_found, no retry", &[550, 551, 553]),
            ("invalid_request, no retry", &[500, 554]),
            ("connection, retry", &[-1, 0]),
        ],
    );
}

#[test]
fn the_replies_of_amqp() {
    all(
        "pika.exceptions.ChannelClosedByBroker",
        "amqp",
        &[
            ("connection, retry", &[200, 320]),
            ("not_found, no retry", &[312, 402, 404]),
            ("server, retry", &[313, 541]),
            ("auth, no retry", &[403]),
            ("conflict, no retry", &[405, 406]),
            ("server, no retry", &[540]),
            ("invalid_request, no retry", &[311, 501, 505, 530]),
            ("resource, retry", &[506]),
        ],
    );
}

#[test]
fn the_numbers_of_mongodb() {
    all(
        "pymongo.errors.OperationFailure",
        "mongo",
        &[
            ("connection, retry", &[6, 7, 9001, 384]),
            ("timeout, retry", &[50, 89, 262]),
            ("conflict, retry", &[112, 251, 24]),
            ("server, retry", &[91, 189, 10107, 13436]),
            ("rate_limit, retry", &[16500]),
            ("auth, no retry", &[13, 18, 8000]),
            ("not_found, no retry", &[26, 27]),
            ("conflict, no retry", &[11000, 121]),
            ("quota, no retry", &[8001, 8013]),
            ("cancelled, no retry", &[11601]),
        ],
    );
}

#[test]
fn the_exit_code_of_a_process_is_no_status() {
    for name in ["subprocess.CalledProcessError", "ExecaError", "exec.ExitError"] {
        assert_eq!("unknown, no retry, unknown", told(name, 503), "{name}");
        let document = format!(r#"{{"type": "{name}", "message": "curl: http error 503"}}"#);
        assert_eq!("unknown, no retry, unknown", line(&judged(&document)), "{name}");
    }
}

#[test]
fn a_number_of_a_lookup_is_not_one_of_the_system() {
    let told = |document: &str| line(&judged(document));
    let missing = "connection, retry, errno.ENOTFOUND";
    let again = "connection, retry, errno.EAI_AGAIN";
    assert_eq!(missing, told(r#"{"type": "socket.gaierror", "errno": 8}"#));
    assert_eq!(again, told(r#"{"type": "socket.herror", "errno": 2}"#));
    assert_eq!(missing, told(r#"{"type": "ClientConnectorDNSError", "errno": -2}"#));
    assert_eq!(again, told(r#"{"host": "python", "type": "OSError", "errno": -3}"#));
    assert_eq!("unknown, no retry, unknown", told(r#"{"host": "python", "type": "OSError", "errno": 0}"#));
}

#[test]
fn a_number_of_a_database_is_not_one_of_the_system() {
    const RESET: i64 = 104;
    for name in ["mariadb.Error", "aiomysql.Error", "aiosqlite.Error"] {
        let document = format!(r#"{{"type": "{name}", "errno": {RESET}}}"#);
        assert_ne!("errno.ECONNRESET", judged(&document).rule, "{name}");
    }
}

#[test]
fn a_state_of_sql_is_known_by_its_digits_its_letters_or_its_library() {
    let told = |document: &str| line(&judged(document));
    assert_eq!("conflict, retry, sqlstate.40001", told(r#"{"code": "40001"}"#));
    assert_eq!("conflict, retry, sqlstate.40P01", told(r#"{"code": "40P01"}"#));
    assert_eq!("conflict, no retry, sqlstate.23000", told(r#"{"type": "asyncpg.Error", "code": "23000"}"#));
    assert_eq!("unknown, no retry, unknown", told(r#"{"code": "23000"}"#));
    assert_eq!("unknown, no retry, unknown", told(r#"{"attrs": {"sqlstate": "08abc"}}"#));
    assert_eq!("unknown, no retry, unknown", told(r#"{"attrs": {"sqlstate": "080011"}}"#));
}

#[test]
fn mysql_is_known_by_a_name_that_is_in_no_table() {
    let told = |code: &str| line(&judged(&format!(r#"{{"code": "{code}"}}"#)));
    assert_eq!("auth, no retry, mysql.ER_ACCESS_DENIED_NO_PROXY", told("ER_ACCESS_DENIED_NO_PROXY"));
    assert_eq!("auth, no retry, mysql.ER_PASSWORD_FORMAT", told("ER_PASSWORD_FORMAT"));
    assert_eq!("invalid_request, no retry, mysql.ER_CANT_DO_THAT", told("ER_CANT_DO_THAT"));
}

#[test]
fn an_internal_error_is_a_servers_but_for_databases_and_browsers() {
    let told = |document: &str| line(&judged(document));
    assert_eq!("server, retry, type.InternalError", told(r#"{"type": "InternalError"}"#));
    let of_a_database = told(r#"{"type": "InternalError", "bases": ["DatabaseError"]}"#);
    assert!(of_a_database.contains("no retry"), "{of_a_database}");
    let of_a_browser =
        told(r#"{"host": "browser", "type": "InternalError", "message": "too much recursion"}"#);
    assert!(of_a_browser.contains("no retry"), "{of_a_browser}");
}

#[test]
fn a_mistake_of_the_program_is_one_whatever_its_name_is_about() {
    let told =
        |bases: &str| line(&judged(&format!(r#"{{"type": "BadTimeoutSetting", "bases": [{bases}]}}"#)));
    for base in ["ValueError", "TypeError", "LookupError"] {
        assert_eq!("invalid_request, no retry, type.ValueError", told(&format!("\"{base}\"")), "{base}");
        let of_system = told(&format!("\"{base}\", \"OSError\""));
        assert_eq!("timeout, retry, type.*timeout*", of_system, "{base}");
    }
}

#[test]
fn mysql_is_known_by_the_head_of_a_text() {
    let document = r#"{"type": "Error", "message": "MySQL said (1205, 'Lock wait timeout exceeded')"}"#;
    assert_eq!("conflict, retry, mysql.1205", line(&judged(document)));
}

#[test]
fn a_connection_that_is_reset_while_it_is_made_has_sent_nothing() {
    let unsent =
        |syscall: &str| judged(&format!(r#"{{"code": "ECONNRESET", "syscall": "{syscall}"}}"#)).unsent;
    assert_eq!((true, true, false), (unsent("connect"), unsent("CONNECT"), unsent("read")));
}

#[test]
fn the_replies_of_nntp() {
    all(
        "nntplib.NNTPTemporaryError",
        "nntp",
        &[
            ("server, retry", &[400, 403, 436]),
            ("not_found, no retry", &[411, 420, 423, 430]),
            ("auth, no retry", &[480, 483, 502]),
            ("server, no retry", &[503]),
            ("invalid_request, no retry", &[435, 441, 500]),
        ],
    );
}

#[test]
fn what_is_closed_to_who_asks_has_the_number_of_what_is_missing() {
    let file =
        |text: &str| line(&judged(&format!(r#"{{"type": "ftplib.error_perm", "message": "550 {text}"}}"#)));
    assert_eq!("auth, no retry, ftp.550", file("Permission denied."));
    assert_eq!("not_found, no retry, ftp.550", file("No such file."));
}

#[test]
fn nodemailer_has_the_servers_reply_beside_a_code_of_its_own() {
    let replied = |code: &str| {
        let attrs = r#"{"responseCode": 535}"#;
        line(&judged(&format!(r#"{{"type": "Error", "code": "{code}", "attrs": {attrs}}}"#)))
    };
    assert_eq!("auth, no retry, smtp.535", replied("EAUTH"));
    assert_eq!("unknown, no retry, unknown", replied("ERR_OTHER"));
}
