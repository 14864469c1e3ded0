//! What is said in words: the text of an error, and those of the body of its answer.

use super::fault::Fault;
use super::walk::Walk;

/// Where bodies keep their text.
const KEYS: [&str; 9] =
    ["message", "msg", "error", "error_description", "detail", "title", "description", "body", "data"];

const NODES: usize = 64;
const LEVELS: usize = 7;

/// The first thing that `look` finds in a text.
pub(super) fn find<T>(fault: &Fault, look: &mut dyn FnMut(&str) -> Option<T>) -> Option<T> {
    let mut found = None;
    // Only this much is compiled for each `T`.
    each(fault, &mut |text| {
        found = look(text);
        found.is_some()
    });
    found
}

/// Shows the texts to `look` until it says that it has seen enough.
fn each(fault: &Fault, look: &mut dyn FnMut(&str) -> bool) {
    if fault.message.as_deref().is_some_and(&mut *look) {
        return;
    }
    let mut said = |key: &str, text: &str| KEYS.contains(&key) && look(text);
    let mut walk = Walk { budget: NODES, everything: false, look: &mut said };
    let _ = fault.attrs.iter().any(|(key, value)| walk.finds(key, value, LEVELS));
}
