//! Canonical proto3 JSON (protobuf.dev/programming-guides/json), both ways.

mod lex;
mod read;
mod read_known;
mod write;
mod write_known;

use std::sync::atomic::AtomicBool;

use super::MessageError;
use super::shape::Schema;
use super::wire::{decode, encode};
use crate::schema::{MessageType, Pool};

/// How JSON is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonReadOptions<'a> {
    /// Unknown fields (and unknown enum names) are skipped instead of refused.
    pub ignore_unknown: bool,
    /// Comments and trailing commas are tolerated (the editor's input; not `convert`'s).
    pub relaxed: bool,
    /// Ends the reading from outside, with [`Misfit::Stopped`](super::Misfit::Stopped), once it is set.
    pub stop: Option<&'a AtomicBool>,
    /// More pools in which types of `Any` and extensions are looked up after the message's own.
    pub extra: &'a [Pool],
}

/// How JSON is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonWriteOptions<'a> {
    /// Fields without presence are written also where they have their default.
    pub emit_defaults: bool,
    /// Indented by two spaces, one value a line.
    pub pretty: bool,
    /// More pools in which types of `Any` and extensions are looked up after the message's own.
    pub extra: &'a [Pool],
    /// For screens, which must show something where `convert` refuses: an `Any` that cannot be expanded is written as
    /// `{"@type": …, "@value": base64}` instead of an error, a time out of range as its seconds and nanoseconds, a
    /// string that is not UTF-8 with U+FFFD, and a required field may be missing.
    pub tolerate_unknown_any: bool,
    /// For screens: short lists of numbers, strings and the like stand on one line.
    pub short_lists: bool,
    /// For previews: writing stops soon after so many bytes. What was begun is closed, what would follow is left out.
    pub most_bytes: Option<usize>,
    /// Ends the writing from outside, with [`Misfit::Stopped`](super::Misfit::Stopped), once it is set.
    pub stop: Option<&'a AtomicBool>,
}

/// JSON text to wire bytes.
pub fn from_json(ty: &MessageType, text: &str, options: &JsonReadOptions<'_>) -> Result<Vec<u8>, MessageError> {
    let schema = Schema::new(ty, options.extra, options.stop);
    let shape = schema.root(ty);
    let message = read::Reader::new(&schema, text, options.ignore_unknown, options.relaxed)
        .whole(&shape)
        .map_err(|fault| fault.located(text))?;
    Ok(encode(&schema, &shape, &message))
}

/// Wire bytes to JSON text; fields in the order of their numbers, map keys sorted.
pub fn to_json(ty: &MessageType, bytes: &[u8], options: &JsonWriteOptions<'_>) -> Result<String, MessageError> {
    let schema = Schema::new(ty, options.extra, options.stop);
    let shape = schema.root(ty);
    let message = decode(&schema, &shape, bytes, 0).map_err(|fault| *fault)?;
    if schema.saw_required.get() && !options.tolerate_unknown_any {
        message.check_required(&schema, &shape).map_err(|fault| *fault)?;
    }
    write::Writer::new(&schema, options, bytes.len()).whole(&shape, &message).map_err(|fault| *fault)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use super::{JsonReadOptions, JsonWriteOptions, from_json, to_json};
    use crate::schema::Pool;

    #[test]
    fn short_lists_stand_on_one_line() {
        let ty = Pool::bundled().message_type("google.protobuf.FileDescriptorProto").unwrap();
        let options = JsonWriteOptions { pretty: true, short_lists: true, ..JsonWriteOptions::default() };
        let check = |json: &str, expect: &str| {
            let bytes = from_json(&ty, json, &JsonReadOptions::default()).unwrap();
            assert_eq!(to_json(&ty, &bytes, &options).unwrap(), expect);
        };
        check(
            r#"{"dependency": ["a", "b"], "publicDependency": [1, 2, 3]}"#,
            "{\n  \"dependency\": [\"a\", \"b\"],\n  \"publicDependency\": [1, 2, 3]\n}",
        );
        let long = "x".repeat(60);
        check(
            &format!(r#"{{"dependency": ["{long}"]}}"#),
            &format!("{{\n  \"dependency\": [\n    \"{long}\"\n  ]\n}}"),
        );
        let numbers: Vec<String> = (0..40).map(|number: i32| number.to_string()).collect();
        check(
            &format!(r#"{{"publicDependency": [{}]}}"#, numbers.join(",")),
            &format!("{{\n  \"publicDependency\": [\n    {}\n  ]\n}}", numbers.join(",\n    ")),
        );
        // Messages keep their lines.
        check(
            r#"{"messageType": [{"name": "A"}]}"#,
            "{\n  \"messageType\": [\n    {\n      \"name\": \"A\"\n    }\n  ]\n}",
        );
    }

    #[test]
    fn a_preview_stops_soon() {
        let ty = Pool::bundled().message_type("google.protobuf.FileDescriptorProto").unwrap();
        let names = |count: usize| vec!["微服务".repeat(20); count];
        let json = serde_json::json!({"name": "微".repeat(5_000), "dependency": names(500)}).to_string();
        let bytes = from_json(&ty, &json, &JsonReadOptions::default()).unwrap();
        for most in [1, 100, 101, 102, 20_000] {
            let options = JsonWriteOptions { most_bytes: Some(most), ..JsonWriteOptions::default() };
            let text = to_json(&ty, &bytes, &options).unwrap();
            // What was begun is closed.
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
            assert!(text.len() < 2 * most + 300, "{most}: {}", text.len());
        }
        let all = to_json(&ty, &bytes, &JsonWriteOptions::default()).unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&all).unwrap(),
            serde_json::from_str::<serde_json::Value>(&json).unwrap()
        );
    }

    #[test]
    fn what_is_stopped_ends_soon() {
        use std::sync::atomic::{AtomicBool, Ordering};
        use std::time::{Duration, Instant};

        use crate::message::Misfit;

        let ty = Pool::bundled().message_type("google.protobuf.FileDescriptorProto").unwrap();
        let nested = serde_json::json!({"name": "A", "field": vec![serde_json::json!({"number": 1}); 20]});
        let many = |count: usize| {
            serde_json::json!({
                "publicDependency": vec![7; 40 * count],
                "dependency": vec!["a/b.proto"; 40 * count],
                "messageType": vec![nested.clone(); count],
                "syntax": "x\ny".repeat(40 * count),
            })
            .to_string()
        };
        let set = AtomicBool::new(true);
        let small = from_json(&ty, &many(2), &JsonReadOptions::default()).unwrap();
        let stopped = JsonReadOptions { stop: Some(&set), ..JsonReadOptions::default() };
        assert_eq!(from_json(&ty, &many(2), &stopped).unwrap_err().what, Misfit::Stopped);
        for tolerant in [false, true] {
            let stopped =
                JsonWriteOptions { stop: Some(&set), tolerate_unknown_any: tolerant, ..JsonWriteOptions::default() };
            assert_eq!(to_json(&ty, &small, &stopped).unwrap_err().what, Misfit::Stopped);
        }

        // In the middle, wherever it is: some of these are set while bytes are read, some while text is written.
        let json = many(10_000);
        let began = Instant::now();
        let bytes = from_json(&ty, &json, &JsonReadOptions::default()).unwrap();
        let reading = began.elapsed();
        let began = Instant::now();
        let whole = to_json(&ty, &bytes, &JsonWriteOptions::default()).unwrap();
        let writing = began.elapsed();
        let ended = |work: &(dyn Fn(&AtomicBool) -> Option<Misfit> + Sync), after: Duration| {
            let stop = AtomicBool::new(false);
            std::thread::scope(|scope| {
                let setter = scope.spawn(|| {
                    std::thread::park_timeout(after);
                    let at = Instant::now();
                    stop.store(true, Ordering::Relaxed);
                    at
                });
                let what = work(&stop);
                let ended = Instant::now();
                let set_at = setter.join().unwrap();
                (what, ended.saturating_duration_since(set_at))
            })
        };
        let read = |stop: &AtomicBool| {
            let options = JsonReadOptions { stop: Some(stop), ..JsonReadOptions::default() };
            from_json(&ty, &json, &options).err().map(|error| error.what)
        };
        let write = |stop: &AtomicBool| {
            let options = JsonWriteOptions { stop: Some(stop), pretty: true, ..JsonWriteOptions::default() };
            to_json(&ty, &bytes, &options).err().map(|error| error.what)
        };
        for part in 1..8 {
            for (work, took) in [(&read as &(dyn Fn(&AtomicBool) -> Option<Misfit> + Sync), reading), (&write, writing)]
            {
                let (what, late) = ended(work, took * part / 16);
                assert!(what.is_none_or(|what| what == Misfit::Stopped));
                // A twentieth of a second, many times over for a machine under load.
                assert!(late < Duration::from_secs(1), "{part}: {late:?} of {took:?}");
            }
        }
        assert!(whole.len() > 1_000_000);
    }
}
