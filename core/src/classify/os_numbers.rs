//! Errors of the operating systems by number.

/// The name of an errno of Linux, macOS or Windows, of either sign, where the systems do not contradict each
/// other. Where they do, Linux is meant, which is where servers run.
pub(super) fn name_of(errno: i64) -> Option<&'static str> {
    let by_sign = lookup(LIBUV, errno).or_else(|| name_of_windows(errno));
    by_sign.or_else(|| lookup(POSIX, errno.checked_abs()?))
}

/// The name of an error of Winsock.
pub(super) fn name_of_windows(errno: i64) -> Option<&'static str> {
    lookup(WINDOWS, errno)
}

fn lookup(table: &'static [(i64, &'static str)], errno: i64) -> Option<&'static str> {
    let index = table.binary_search_by_key(&errno, |(number, _)| *number).ok()?;
    table.get(index).map(|(_, name)| *name)
}

/// Linux; 50 to 70 are those of macOS, where Linux has nothing that a network client meets.
#[rustfmt::skip]
const POSIX: &[(i64, &str)] = &[
    (1, "EPERM"), (2, "ENOENT"), (3, "ESRCH"), (4, "EINTR"), (6, "ENXIO"), (7, "E2BIG"), (8, "ENOEXEC"), (9, "EBADF"),
    (10, "ECHILD"), (11, "EAGAIN"), (12, "ENOMEM"), (13, "EACCES"), (14, "EFAULT"), (16, "EBUSY"),
    (17, "EEXIST"), (18, "EXDEV"), (19, "ENODEV"), (20, "ENOTDIR"), (21, "EISDIR"), (22, "EINVAL"), (23, "ENFILE"),
    (24, "EMFILE"), (25, "ENOTTY"), (26, "ETXTBSY"), (27, "EFBIG"), (28, "ENOSPC"), (29, "ESPIPE"), (30, "EROFS"), (32, "EPIPE"), (33, "EDOM"), (34, "ERANGE"),
    (35, "EDEADLK"), (36, "ENAMETOOLONG"), (37, "ENOLCK"), (38, "ENOSYS"), (39, "ENOTEMPTY"), (40, "ELOOP"),
    (50, "ENETDOWN"), (51, "ENETUNREACH"), (53, "ECONNABORTED"), (54, "ECONNRESET"), (57, "ENOTCONN"),
    (60, "ETIMEDOUT"), (61, "ECONNREFUSED"), (62, "ETIME"), (64, "EHOSTDOWN"), (65, "EHOSTUNREACH"),
    (69, "EDQUOT"), (71, "EPROTO"), (75, "EOVERFLOW"), (82, "ELIBMAX"), (84, "EILSEQ"), (87, "EUSERS"), (88, "ENOTSOCK"), (89, "EDESTADDRREQ"), (90, "EMSGSIZE"), (91, "EPROTOTYPE"), (92, "ENOPROTOOPT"), (93, "EPROTONOSUPPORT"), (95, "EOPNOTSUPP"), (97, "EAFNOSUPPORT"), (98, "EADDRINUSE"),
    (99, "EADDRNOTAVAIL"), (100, "ENETDOWN"), (101, "ENETUNREACH"), (102, "ENETRESET"),
    (103, "ECONNABORTED"), (104, "ECONNRESET"), (105, "ENOBUFS"), (106, "EISCONN"), (107, "ENOTCONN"), (108, "ESHUTDOWN"),
    (110, "ETIMEDOUT"), (111, "ECONNREFUSED"), (112, "EHOSTDOWN"), (113, "EHOSTUNREACH"), (114, "EALREADY"), (115, "EINPROGRESS"), (116, "ESTALE"),
    (122, "EDQUOT"), (125, "ECANCELED"),
];

/// What libuv numbers itself: the name lookups, and everything that Windows lacks.
#[rustfmt::skip]
const LIBUV: &[(i64, &str)] = &[
    (-4095, "UnexpectedEof"), (-4092, "EACCES"), (-4090, "EADDRNOTAVAIL"), (-4082, "EBUSY"),
    (-4081, "ECANCELED"), (-4079, "ECONNABORTED"), (-4078, "ECONNREFUSED"), (-4077, "ECONNRESET"),
    (-4075, "EEXIST"), (-4073, "EHOSTUNREACH"), (-4066, "EMFILE"), (-4062, "ENETUNREACH"),
    (-4058, "ENOENT"), (-4055, "ENOSPC"), (-4053, "ENOTCONN"), (-4048, "EPERM"), (-4047, "EPIPE"),
    (-4039, "ETIMEDOUT"), (-3008, "ENOTFOUND"), (-3007, "EAI_NODATA"), (-3003, "EAI_FAIL"),
    (-3001, "EAI_AGAIN"), (-3000, "EAI_AGAIN"), (-2999, "EAI_AGAIN"),
];

/// Winsock.
#[rustfmt::skip]
const WINDOWS: &[(i64, &str)] = &[
    (10004, "EINTR"), (10013, "EACCES"), (10022, "EINVAL"), (10024, "EMFILE"), (10035, "EWOULDBLOCK"),
    (10048, "EADDRINUSE"), (10049, "EADDRNOTAVAIL"), (10050, "ENETDOWN"), (10051, "ENETUNREACH"),
    (10052, "ENETRESET"), (10053, "ECONNABORTED"), (10054, "ECONNRESET"), (10055, "ENOBUFS"),
    (10057, "ENOTCONN"), (10058, "ESHUTDOWN"), (10060, "ETIMEDOUT"), (10061, "ECONNREFUSED"),
    (10064, "EHOSTDOWN"), (10065, "EHOSTUNREACH"), (11001, "ENOTFOUND"), (11002, "EAI_AGAIN"),
    (11003, "EAI_FAIL"), (11004, "EAI_NODATA"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_can_be_searched() {
        assert!([POSIX, LIBUV, WINDOWS].iter().all(|table| table.is_sorted()));
    }
}
