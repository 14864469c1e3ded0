//! Faults of answers that are no errors to the client that got them.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;

use super::fault::Fault;
use crate::search::has;

impl Fault {
    /// The fault of an HTTP answer with a bad status, with what its headers say of limits and waits.
    ///
    /// Clients such as `reqwest` give such an answer as a success, and what they make of it (`error_for_status`) has lost
    /// the headers. Anything that iterates over names and values will do, an `http::HeaderMap` too. Only hints are kept, so
    /// no secret can be.
    ///
    /// ```
    /// use failsoft::classify::{Classifier, Fault};
    ///
    /// let fault = Fault::http(503, [("Retry-After", "2"), ("Set-Cookie", "secret")]);
    /// let verdict = Classifier::default().classify(&fault);
    /// assert_eq!((true, Some(2)), (verdict.retryable, verdict.retry_after.map(|wait| wait.as_secs())));
    /// assert_eq!(1, fault.headers.len());
    /// ```
    pub fn http<N: AsRef<str>, V: AsRef<[u8]>>(
        status: u16,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut kept = BTreeMap::new();
        for (name, value) in headers {
            let name = name.as_ref().to_ascii_lowercase();
            let value = core::str::from_utf8(value.as_ref()).ok().filter(|text| text.len() <= LONGEST);
            if let Some(value) = value.filter(|_| is_hint(&name)) {
                // Of several values the first counts.
                kept.entry(name).or_insert_with(|| value.to_owned());
            }
        }
        Self {
            host: Some(String::from("http")),
            status: Some(i64::from(status)),
            headers: kept,
            ..Self::default()
        }
    }
}

fn is_hint(name: &str) -> bool {
    name == "date" || HINTS.iter().any(|hint| has(name, hint))
}

/// What stands in the names of headers that the classifier reads.
const HINTS: [&str; 5] = ["retry", "ratelimit", "rate-limit", "grpc-status", "amzn-errortype"];
const LONGEST: usize = 256;
