//! `--trace-json`: one event a line, and what always holds of them.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const EVENTS: [&str; 15] = [
    "chosen",
    "attempt",
    "resolve",
    "connect",
    "tls",
    "http2",
    "request_headers",
    "message_out",
    "half_close",
    "response_headers",
    "message_in",
    "trailers",
    "reset",
    "goaway",
    "status",
];

/// The events of one call.
pub struct Trace(pub Vec<Value>);

impl Trace {
    /// Reads a finished call's file and checks what every such file keeps to.
    #[track_caller]
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let trace = Self::parse(&text);
        trace.check();
        trace
    }

    /// Reads what is there so far, whole lines only.
    pub fn so_far(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        Self::parse(whole)
    }

    #[track_caller]
    fn parse(text: &str) -> Self {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON: {error}: {line}"));
        Self(text.lines().map(parse).collect())
    }

    /// All events of one kind.
    pub fn all(&self, event: &str) -> Vec<&Value> {
        self.0.iter().filter(|line| line["event"] == event).collect()
    }

    /// The only event of a kind.
    #[track_caller]
    pub fn one(&self, event: &str) -> &Value {
        let all = self.all(event);
        assert!(all.len() == 1, "expected one `{event}`, got {} in {:#?}", all.len(), self.kinds());
        all[0]
    }

    /// The kinds of events, in order.
    pub fn kinds(&self) -> Vec<&str> {
        self.0.iter().map(|line| line["event"].as_str().unwrap_or("?")).collect()
    }

    /// The last line.
    #[track_caller]
    pub fn status(&self) -> &Value {
        self.one("status")
    }

    /// Values of one key in the metadata of one event, in order.
    #[track_caller]
    pub fn metadata(&self, event: &str, key: &str) -> Vec<String> {
        let event = self.one(event);
        let pairs = event["metadata"].as_array().unwrap_or_else(|| panic!("no metadata in {event}"));
        pairs
            .iter()
            .filter(|pair| pair[0] == key)
            .map(|pair| pair[1].as_str().expect("a value is a string").to_owned())
            .collect()
    }

    /// The messages of one direction, as bytes.
    pub fn messages(&self, event: &str) -> Vec<Vec<u8>> {
        self.all(event).iter().map(|message| bytes(&message["data"])).collect()
    }

    #[track_caller]
    fn check(&self) {
        let end = self.0.last().and_then(|line| line["at_us"].as_u64()).unwrap_or_default();
        for line in &self.0 {
            let event = line["event"].as_str().unwrap_or_else(|| panic!("no `event`: {line}"));
            assert!(EVENTS.contains(&event), "an unknown event: {line}");
            let at = line["at_us"].as_u64().unwrap_or_else(|| panic!("no `at_us` in whole microseconds: {line}"));
            assert!(at <= end, "later than the end: {line}");
            match event {
                "request_headers" | "response_headers" | "trailers" => {
                    let pairs = line["metadata"].as_array().unwrap_or_else(|| panic!("no `metadata`: {line}"));
                    for pair in pairs {
                        let sound =
                            pair.as_array().is_some_and(|pair| pair.len() == 2 && pair.iter().all(Value::is_string));
                        assert!(sound, "no pair of strings: {pair}");
                        let key = pair[0].as_str().unwrap_or_default();
                        assert!(!key.ends_with("-bin") || decodes(&pair[1]), "no base64: {pair}");
                    }
                }
                "message_in" | "message_out" => {
                    assert!(line["index"].is_u64(), "no `index`: {line}");
                    assert!(line["wire_size"].is_u64(), "no `wire_size`: {line}");
                    assert!(line["compressed"].is_boolean(), "no `compressed`: {line}");
                    let size = line["size"].as_u64().unwrap_or_else(|| panic!("no `size`: {line}"));
                    assert_eq!(bytes(&line["data"]).len() as u64, size, "`data` is not `size` long");
                    if line["compressed"] == false {
                        assert_eq!(line["wire_size"], line["size"], "uncompressed, so both sizes are the same");
                    }
                }
                "status" => {
                    assert!(line["code"].is_u64(), "no `code`: {line}");
                    assert!(line["name"].is_string(), "no `name`: {line}");
                    assert!(line["message"].is_string(), "no `message`: {line}");
                    let origin = line["origin"].as_str().unwrap_or("?");
                    assert!(["server", "transport", "local"].contains(&origin), "no such `origin`: {line}");
                    let details = line["details"].as_array().unwrap_or_else(|| panic!("no `details`: {line}"));
                    for detail in details {
                        assert!(detail["type_url"].is_string() && decodes(&detail["value"]), "a bad detail: {detail}");
                    }
                    if origin == "transport" {
                        assert!(line["stage"].is_string(), "no `stage`: {line}");
                    }
                }
                _ => {}
            }
        }
        for direction in ["message_out", "message_in"] {
            for (index, message) in self.all(direction).iter().enumerate() {
                assert_eq!(message["index"], index, "indices count from 0 in each direction");
            }
        }
        for once in ["request_headers", "response_headers", "trailers", "half_close"] {
            assert!(self.all(once).len() <= 1, "more than one `{once}`: {:#?}", self.kinds());
        }
        assert_eq!(self.kinds().last().copied(), Some("status"), "the last event is the status");
        assert_eq!(self.all("status").len(), 1, "one status");
    }
}

fn decodes(value: &Value) -> bool {
    value.as_str().is_some_and(|text| STANDARD.decode(text).is_ok())
}

/// The bytes of a base64 string.
#[track_caller]
pub fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap_or_else(|| panic!("no string: {value}"))).expect("base64")
}
