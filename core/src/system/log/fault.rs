//! A fault as it is kept in a log.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::classify::Fault;
use crate::redact::redact_within;
use crate::system::debug::{value_of, without_secrets};

/// The fault without secrets, cut to what a log has room for. It reads back as it is written.
pub(super) fn clean(fault: &Fault) -> Fault {
    let mut kept = reduced(fault, DEPTH);
    // What classification asks last goes first.
    let steps: [fn(&mut Fault); 4] = [
        |fault| fault.errors.clear(),
        |fault| fault.attrs.clear(),
        |fault| fault.headers.clear(),
        |fault| {
            fault.cause = None;
        },
    ];
    for shorten in steps {
        if to_value(&kept).to_string().len() <= MOST_BYTES {
            break;
        }
        shorten(&mut kept);
    }
    // A reader may understand a value otherwise than it was handed in, such as a header of the same name twice.
    Fault::from_value(to_value(&kept)).unwrap_or_default()
}

/// The fault document that [`Fault::from_value`] reads.
pub(super) fn to_value(fault: &Fault) -> Value {
    let mut fields = Map::new();
    let texts = [
        ("host", &fault.host),
        ("type", &fault.type_name),
        ("name", &fault.name),
        ("message", &fault.message),
        ("code", &fault.code),
        ("syscall", &fault.syscall),
    ];
    let numbers = [("status", fault.status), ("errno", fault.errno)];
    let mut put = |key: &str, value: Value| {
        fields.insert(key.into(), value);
    };
    for (key, text) in texts {
        if let Some(text) = text {
            put(key, Value::from(text.as_str()));
        }
    }
    for (key, number) in numbers {
        if let Some(number) = number {
            put(key, Value::from(number));
        }
    }
    if !fault.bases.is_empty() {
        put("bases", Value::from(fault.bases.clone()));
    }
    if !fault.headers.is_empty() {
        let headers = fault.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        put("headers", Value::Object(headers.collect()));
    }
    if !fault.attrs.is_empty() {
        let attrs = fault.attrs.iter().map(|(name, value)| (name.clone(), value.clone()));
        put("attrs", Value::Object(attrs.collect()));
    }
    if !fault.errors.is_empty() {
        put("errors", fault.errors.iter().map(to_value).collect());
    }
    if let Some(cause) = &fault.cause {
        put("cause", to_value(cause));
    }
    if let Some(now) = fault.now {
        put("now", Value::from(now));
    }
    Value::Object(fields)
}

pub(super) fn serialize<S: Serializer>(fault: &Fault, serializer: S) -> Result<S::Ok, S::Error> {
    to_value(fault).serialize(serializer)
}

fn reduced(fault: &Fault, depth: usize) -> Fault {
    let name = |text: &Option<String>| text.as_ref().map(|text| redact_within(text, LONGEST_NAME));
    let headers = fault.headers.iter().take(MOST_HEADERS);
    let attrs = fault.attrs.iter().take(MOST_ATTRS);
    let attrs: Map<String, Value> = attrs.map(|(key, value)| (key.clone(), value.clone())).collect();
    let attrs: BTreeMap<String, Value> = match without_secrets(Value::Object(attrs), JSON_DEPTH) {
        Value::Object(attrs) => attrs.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    let deeper = depth.checked_sub(1);
    Fault {
        host: name(&fault.host),
        type_name: name(&fault.type_name),
        name: name(&fault.name),
        bases: fault.bases.iter().take(MOST_BASES).map(|base| redact_within(base, LONGEST_NAME)).collect(),
        message: fault.message.as_ref().map(|text| redact_within(text, LONGEST_MESSAGE)),
        status: fault.status,
        code: name(&fault.code),
        errno: fault.errno,
        syscall: name(&fault.syscall),
        headers: headers
            .map(|(key, value)| {
                let shown = value_of(key, value);
                (redact_within(key, LONGEST_NAME), shown.chars().take(LONGEST_NAME).collect())
            })
            .collect(),
        attrs,
        errors: deeper.map_or_else(Default::default, |depth| {
            fault.errors.iter().take(MOST_ERRORS).map(|member| reduced(member, depth)).collect()
        }),
        cause: match (&fault.cause, deeper) {
            (Some(cause), Some(depth)) => Some(Box::new(reduced(cause, depth))),
            _ => None,
        },
        now: fault.now.filter(|now| now.is_finite()),
    }
}

const DEPTH: usize = 8;
const JSON_DEPTH: u32 = 16;
const MOST_BYTES: usize = 16 * 1024;
const MOST_BASES: usize = 64;
const MOST_ERRORS: usize = 8;
const MOST_HEADERS: usize = 64;
const MOST_ATTRS: usize = 32;
const LONGEST_NAME: usize = 512;
const LONGEST_MESSAGE: usize = 1024;
