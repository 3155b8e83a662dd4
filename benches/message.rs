//! The value engine over messages of 20 MB beside static prost: bytes to bytes, JSON both ways, text both ways; a list
//! of packed numbers with its peak memory. `cargo bench --bench message`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use proconsul::message::{
    JsonReadOptions, JsonWriteOptions, TextReadOptions, TextWriteOptions, check_wire, from_json, from_text, to_json,
    to_text,
};
use proconsul::schema::{MessageType, Pool};
use prost::Message;

const PROTO: &str = r#"
    syntax = "proto3";
    package bench;
    message Batch { repeated Order orders = 1; repeated int32 numbers = 2; }
    message Order {
        int64 id = 1;
        string customer = 2;
        double total = 3;
        repeated Line lines = 4;
        map<string, string> labels = 5;
        bytes checksum = 6;
    }
    message Line { string product = 1; int32 amount = 2; bool gift = 3; }
"#;

#[derive(Clone, PartialEq, Message)]
struct Batch {
    #[prost(message, repeated, tag = "1")]
    orders: Vec<Order>,
    #[prost(int32, repeated, tag = "2")]
    numbers: Vec<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct Order {
    #[prost(int64, tag = "1")]
    id: i64,
    #[prost(string, tag = "2")]
    customer: String,
    #[prost(double, tag = "3")]
    total: f64,
    #[prost(message, repeated, tag = "4")]
    lines: Vec<Line>,
    #[prost(btree_map = "string, string", tag = "5")]
    labels: std::collections::BTreeMap<String, String>,
    #[prost(bytes = "vec", tag = "6")]
    checksum: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Line {
    #[prost(string, tag = "1")]
    product: String,
    #[prost(int32, tag = "2")]
    amount: i32,
    #[prost(bool, tag = "3")]
    gift: bool,
}

struct OneFile;

impl protox::file::FileResolver for OneFile {
    fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
        protox::file::File::from_source(name, PROTO)
    }
}

const SIZE: usize = 20_000_000;
const RUNS: usize = 7;

fn main() {
    let mut compiler = protox::Compiler::with_file_resolver(OneFile);
    compiler.open_file("bench.proto").unwrap();
    let pool = Pool::from_descriptor_set(&compiler.encode_file_descriptor_set(), "bench.proto").unwrap();
    let ty = pool.message_type("bench.Batch").unwrap();

    let numbers = Batch { numbers: (0..20_000_000).map(|number| number % 128).collect(), orders: Vec::new() };
    let bytes = numbers.encode_to_vec();
    drop(numbers);
    let before = peak_kib();
    pair("20 MB of packed int32, bytes to bytes", || check_wire(&ty, &bytes).unwrap(), || rewrite(&bytes));
    println!("  peak memory {} MiB, {} MiB before", peak_kib() / 1024, before / 1024);
    let json = one("  to JSON", || to_json(&ty, &bytes, &JsonWriteOptions::default()).unwrap());
    one("  from JSON", || from_json(&ty, &json, &JsonReadOptions::default()).unwrap());
    drop(json);
    println!("  peak memory {} MiB", peak_kib() / 1024);
    orders(&ty);
}

fn orders(ty: &MessageType) {
    let mut batch = Batch::default();
    let mut size = 0;
    while size < SIZE {
        let id = i64::try_from(batch.orders.len()).unwrap();
        let order = Order {
            id,
            customer: format!("customer {}", id % 977),
            total: id as f64 * 1.37,
            lines: (0..3).map(|n| Line { product: format!("product {n}"), amount: n, gift: n == 1 }).collect(),
            labels: [("channel".to_owned(), "web".to_owned()), ("region".to_owned(), "eu".to_owned())].into(),
            checksum: vec![id as u8; 16],
        };
        size += order.encoded_len() + 2;
        batch.orders.push(order);
    }
    let bytes = batch.encode_to_vec();
    let count = batch.orders.len();
    drop(batch);
    let what = format!("20 MB of {count} orders, bytes to bytes");
    pair(&what, || check_wire(ty, &bytes).unwrap(), || rewrite(&bytes));
    let json = one("  to JSON", || to_json(ty, &bytes, &JsonWriteOptions::default()).unwrap());
    one("  from JSON", || from_json(ty, &json, &JsonReadOptions::default()).unwrap());
    let text = one("  to text", || to_text(ty, &bytes, &TextWriteOptions::default()).unwrap());
    one("  from text", || from_text(ty, &text, &TextReadOptions::default()).unwrap());
}

fn rewrite(bytes: &[u8]) -> Vec<u8> {
    Batch::decode(bytes).unwrap().encode_to_vec()
}

/// Runs both alternately and prints the medians.
fn pair<T>(what: &str, ours: impl Fn() -> T, reference: impl Fn() -> T) {
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        own.push(time(&ours).0);
        other.push(time(&reference).0);
    }
    let (own, other) = (median(own), median(other));
    println!("{what}: {own:.1?}, static prost {other:.1?}, ratio {:.2}", own.as_secs_f64() / other.as_secs_f64());
}

fn one<T>(what: &str, run: impl Fn() -> T) -> T {
    let mut times = Vec::new();
    let mut last = time(&run);
    for _ in 1..RUNS {
        times.push(last.0);
        last = time(&run);
    }
    println!("{what}: {:.1?}", median(times));
    last.1
}

fn time<T>(run: impl Fn() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = black_box(run());
    (start.elapsed(), made)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The most memory this process ever held; 0 where the system does not tell.
fn peak_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
