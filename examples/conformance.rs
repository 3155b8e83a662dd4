//! The testee of the official protobuf conformance suite: answers the runner's requests from stdin on stdout with the
//! value engine. Started by `scripts/conformance` with a descriptor set of the suite's messages as its one argument.

use std::io::{ErrorKind, Read, Write};

use anyhow::{Context, Result};
use proconsul::message::{
    JsonReadOptions, JsonWriteOptions, MessageError, MessageErrorKind, TextReadOptions, TextWriteOptions, check_wire,
    from_json, from_text, to_json, to_text,
};
use proconsul::schema::{MessageType, Pool};
use prost::Message;

/// Output formats and the one category that asks for something, by conformance.proto.
const PROTOBUF: i32 = 1;
const JSON: i32 = 2;
const TEXT: i32 = 4;
const JSON_IGNORE_UNKNOWN: i32 = 3;

/// `conformance.ConformanceRequest`.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(oneof = "Payload", tags = "1, 2, 7, 8")]
    payload: Option<Payload>,
    #[prost(int32, tag = "3")]
    requested_output_format: i32,
    #[prost(string, tag = "4")]
    message_type: String,
    #[prost(int32, tag = "5")]
    test_category: i32,
    #[prost(bool, tag = "9")]
    print_unknown_fields: bool,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Payload {
    #[prost(bytes, tag = "1")]
    Protobuf(Vec<u8>),
    #[prost(string, tag = "2")]
    Json(String),
    #[prost(string, tag = "7")]
    Jspb(String),
    #[prost(string, tag = "8")]
    Text(String),
}

/// `conformance.ConformanceResponse`.
#[derive(Clone, PartialEq, Message)]
struct Response {
    #[prost(oneof = "Answer", tags = "1, 2, 3, 4, 5, 6, 8")]
    result: Option<Answer>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Answer {
    #[prost(string, tag = "1")]
    ParseError(String),
    #[prost(string, tag = "2")]
    RuntimeError(String),
    #[prost(bytes, tag = "3")]
    Protobuf(Vec<u8>),
    #[prost(string, tag = "4")]
    Json(String),
    #[prost(string, tag = "5")]
    Skipped(String),
    #[prost(string, tag = "6")]
    SerializeError(String),
    #[prost(string, tag = "8")]
    Text(String),
}

/// `conformance.FailureSet`, which the runner asks about first.
const FAILURE_SET: &str = "conformance.FailureSet";

fn main() -> Result<()> {
    let set = std::env::args().nth(1).context("usage: conformance DESCRIPTOR_SET")?;
    let bytes = std::fs::read(&set).with_context(|| format!("reading {set}"))?;
    let pool = Pool::from_descriptor_set(&bytes, &set).with_context(|| format!("linking {set}"))?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    loop {
        let mut length = [0; 4];
        match input.read_exact(&mut length) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let mut request = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut request)?;
        let request = Request::decode(&*request)?;
        let response = Response { result: Some(answer(&pool, &request)) }.encode_to_vec();
        output.write_all(&u32::try_from(response.len())?.to_le_bytes())?;
        output.write_all(&response)?;
        output.flush()?;
    }
}

fn answer(pool: &Pool, request: &Request) -> Answer {
    if request.message_type == FAILURE_SET {
        return Answer::Protobuf(Vec::new());
    }
    let Some(ty) = pool.message_type(&request.message_type) else {
        return Answer::RuntimeError(format!("no type {}", request.message_type));
    };
    match convert(&ty, request) {
        Ok(answer) => answer,
        Err(error) if error.kind == MessageErrorKind::Output => Answer::SerializeError(error.to_string()),
        Err(error) => Answer::ParseError(error.to_string()),
    }
}

fn convert(ty: &MessageType, request: &Request) -> Result<Answer, MessageError> {
    let bytes = match &request.payload {
        Some(Payload::Protobuf(bytes)) => check_wire(ty, bytes)?,
        Some(Payload::Json(text)) => {
            let ignore_unknown = request.test_category == JSON_IGNORE_UNKNOWN;
            from_json(ty, text, &JsonReadOptions { ignore_unknown, ..JsonReadOptions::default() })?
        }
        Some(Payload::Text(text)) => from_text(ty, text, &TextReadOptions::default())?,
        Some(Payload::Jspb(_)) => return Ok(Answer::Skipped("JSPB is not for the public".into())),
        None => return Ok(Answer::RuntimeError("a request without payload".into())),
    };
    Ok(match request.requested_output_format {
        PROTOBUF => Answer::Protobuf(bytes),
        JSON => Answer::Json(to_json(ty, &bytes, &JsonWriteOptions::default())?),
        TEXT => {
            let print_unknown = request.print_unknown_fields;
            Answer::Text(to_text(ty, &bytes, &TextWriteOptions { print_unknown, ..TextWriteOptions::default() })?)
        }
        _ => Answer::Skipped("no such output format".into()),
    })
}
