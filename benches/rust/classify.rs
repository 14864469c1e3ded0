//! What a verdict costs: `make bench`.

use std::hint::black_box;

use failsoft::classify::{Classifier, Fault};
use failsoft_benches::{calls, head, measure_alone};

fn main() {
    head("a verdict");
    let classifier = Classifier::default();
    for (name, text) in FAULTS {
        let Ok(fault) = Fault::from_json(text) else { continue };
        measure_alone(name, calls(|| ()), calls(|| classifier.classify(black_box(&fault))));
        measure_alone(
            &format!("{name}: fingerprint"),
            calls(|| ()),
            calls(|| {
                black_box(black_box(&fault).fingerprint());
            }),
        );
        measure_alone(
            &format!("{name}: reading it"),
            calls(|| ()),
            calls(|| {
                black_box(Fault::from_json(black_box(text)).is_ok());
            }),
        );
    }
}

const FAULTS: [(&str, &str); 4] = [
    (
        "a builtin connection error",
        r#"{"host": "python", "type": "ConnectionError", "bases": ["OSError", "Exception", "BaseException"], "message": "boom"}"#,
    ),
    (
        "a 503 with a hint",
        r#"{"host": "python", "type": "httpx.HTTPStatusError", "bases": ["httpx.HTTPError", "Exception", "BaseException"], "message": "Server error '503 Service Unavailable' for url 'http://localhost/weather'", "status": 503, "headers": {"retry-after": "2"}, "now": 1700000000}"#,
    ),
    (
        "a wrapped refusal",
        r#"{"host": "python", "type": "openai.APIConnectionError", "bases": ["openai.APIError", "openai.OpenAIError", "Exception", "BaseException"], "message": "Connection error.", "cause": {"host": "python", "type": "httpx.ConnectError", "bases": ["httpx.NetworkError", "httpx.TransportError", "Exception", "BaseException"], "message": "[Errno 111] Connection refused"}}"#,
    ),
    (
        "an unknown error with a sentence",
        r#"{"host": "python", "type": "shop.OrderFailed", "bases": ["Exception", "BaseException"], "message": "the order could not be placed because the warehouse said something that nobody understands"}"#,
    ),
];
