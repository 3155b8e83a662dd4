//! `convert`: a message between its three faces.

use std::io::{Read, Write};
use std::sync::Arc;

use super::args::{ConvertArgs, ConvertFormat};
use super::progress::Progress;
use super::{USAGE, report};
use crate::engine::{Format, ReadStyle, Types, WriteStyle};
use crate::message::check_wire;
use crate::schema::{MessageType, SchemaError, Source};

/// The input does not parse.
const UNPARSED: u8 = 65;
/// The value cannot be written.
const UNWRITABLE: u8 = 66;

pub(super) async fn run(args: Box<ConvertArgs>) -> u8 {
    if !args.schema.given() {
        eprintln!("proconsul: give --proto or --protoset");
        return USAGE;
    }
    let (source, ty) = match find_type(&args).await {
        Ok(found) => found,
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
        short_lists: false,
        most_bytes: None,
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

async fn find_type(args: &ConvertArgs) -> Result<(Arc<dyn Source>, MessageType), SchemaError> {
    let _progress = Progress::start("reading the schema");
    let source = args.schema.open()?;
    let ty = source.message_type(args.type_name.trim_start_matches('.')).await?;
    Ok((source, ty))
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
