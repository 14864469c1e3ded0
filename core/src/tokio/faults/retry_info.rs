//! `google.rpc.RetryInfo` in the details of a gRPC status, which is how Google's services ask to wait.
//!
//! Three messages of one or two fields each: `Status.details` (3) holds `Any`s, an `Any` a type (1) and a value (2), a
//! `RetryInfo` its delay (1), a `Duration` seconds (1) and nanoseconds (2). A generated reader would bring two crates
//! and a build step for that.

use core::time::Duration;

/// The delay that the details ask for. What cannot be read asks for nothing.
pub(super) fn delay(details: &[u8]) -> Option<Duration> {
    let retry_info = Fields(details).filter(|(number, _)| *number == 3).find_map(|(_, any)| {
        let any = any.bytes()?;
        let is_ours = field(any, 1)?.bytes()?.ends_with(b"google.rpc.RetryInfo");
        if is_ours { field(any, 2)?.bytes() } else { None }
    })?;
    let delay = field(retry_info, 1)?.bytes()?;
    let part = |number| field(delay, number).and_then(Value::number).unwrap_or_default();
    let nanos = u32::try_from(part(2)).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    // A negative number is a very large one here.
    let seconds = part(1);
    (seconds <= i64::MAX.cast_unsigned()).then(|| Duration::new(seconds, nanos))
}

fn field(message: &[u8], wanted: u64) -> Option<Value<'_>> {
    Fields(message).find(|(number, _)| *number == wanted).map(|(_, value)| value)
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    const fn bytes(self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    const fn number(self) -> Option<u64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }
}

/// The fields of a message as they are on the wire, up to the first that cannot be read.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return None,
        };
        Some((tag >> 3, value))
    }
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}
