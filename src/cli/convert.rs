//! `convert`: a message between its three faces.

use std::io::{Read, Write};

use super::args::{ConvertArgs, ConvertFormat};
use super::{USAGE, report};
use crate::engine::{Format, ReadStyle, Types, WriteStyle};
use crate::message::check_wire;

/// The input does not parse.
const UNPARSED: u8 = 65;
/// The value cannot be written.
const UNWRITABLE: u8 = 66;

pub(super) async fn run(args: Box<ConvertArgs>) -> u8 {
    if !args.schema.given() {
        eprintln!("proconsul: give --proto or --protoset");
        return USAGE;
    }
    let source = match args.schema.open() {
        Ok(source) => source,
        Err(error) => return report::schema_error(&error),
    };
    let ty = match source.message_type(args.type_name.trim_start_matches('.')).await {
        Ok(ty) => ty,
        Err(error) => return report::schema_error(&error),
    };
    let data = match input(&args) {
        Ok(data) => data,
        Err(error) => return report::not_begun(&format!("{}: {error}", args.file.display())),
    };
    let types = Types::new(vec![source]);
    let read = |format| ReadStyle { format, ignore_unknown: args.ignore_unknown, relaxed: false };
    let parsed = match args.from {
        ConvertFormat::Bin => check_wire(&ty, &data).map_err(|error| error.to_string()),
        ConvertFormat::Json | ConvertFormat::Text => match String::from_utf8(data) {
            Err(error) => Err(format!("not UTF-8: {error}")),
            Ok(text) => {
                let format = if args.from == ConvertFormat::Json { Format::Json } else { Format::Text };
                types.read(&ty, &text, read(format)).await.map_err(|error| error.to_string())
            }
        },
    };
    let bytes = match parsed {
        Ok(bytes) => bytes,
        Err(why) => return refuse(UNPARSED, &why),
    };
    let style = WriteStyle {
        format: if args.to == ConvertFormat::Text { Format::Text } else { Format::Json },
        emit_defaults: args.emit_defaults,
        pretty: true,
        tolerant: false,
        print_unknown: args.print_unknown,
    };
    let output = match args.to {
        ConvertFormat::Bin => bytes,
        ConvertFormat::Json | ConvertFormat::Text => match types.write(&ty, &bytes, style).await {
            Ok(mut text) => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text.into_bytes()
            }
            Err(error) => return refuse(UNWRITABLE, &error.to_string()),
        },
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(&output).and_then(|()| out.flush()) {
        Ok(()) => 0,
        Err(error) => refuse(UNWRITABLE, &format!("stdout: {error}")),
    }
}

fn input(args: &ConvertArgs) -> std::io::Result<Vec<u8>> {
    if args.file.as_os_str() == "-" {
        let mut data = Vec::new();
        std::io::stdin().read_to_end(&mut data)?;
        Ok(data)
    } else {
        std::fs::read(&args.file)
    }
}

fn refuse(code: u8, why: &str) -> u8 {
    eprintln!("proconsul: {why}");
    code
}
