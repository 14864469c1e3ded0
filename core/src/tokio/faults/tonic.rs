//! Statuses of `tonic`.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::ToString;

use super::retry_info;
use crate::classify::Fault;

/// Reads the code, the message, the trailing metadata and how long the server asked to wait.
pub(super) fn read(status: &::tonic::Status, fault: &mut Fault) {
    fault.host = Some("grpc".to_owned());
    fault.type_name = Some("tonic::Status".to_owned());
    fault.code = Some(format!("{:?}", status.code()));
    fault.message = Some(status.message().to_string()).filter(|message| !message.is_empty());
    for name in ["grpc-retry-pushback-ms", "retry-after"] {
        if let Some(value) = status.metadata().get(name).and_then(|value| value.to_str().ok()) {
            fault.headers.insert(name.to_owned(), value.to_owned());
        }
    }
    if let Some(delay) = retry_info::delay(status.details()) {
        fault.attrs.insert("retry_delay".to_owned(), serde_json::json!(delay.as_secs_f64()));
    }
}
