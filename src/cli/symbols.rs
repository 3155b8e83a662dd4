//! `list` and `describe`.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use super::args::{ConnectionArgs, DescribeArgs, ListArgs, SchemaArgs};
use super::connect::Server;
use super::progress::Progress;
use super::registry::PickArgs;
use super::{USAGE, report};
use crate::message::{TemplateSize, template};
use crate::schema::{SchemaError, Source};
use crate::words::format::{visible, visible_line};

/// A source, and the symbol that is asked for.
async fn source(
    words: &[String],
    schema: &SchemaArgs,
    connection: &ConnectionArgs,
    pick: &PickArgs,
    usage: &str,
) -> Result<(Arc<dyn Source>, Option<String>), u8> {
    if schema.given() {
        if words.len() > 1 {
            eprintln!("proconsul: with a schema flag there is no TARGET: {usage}");
            return Err(USAGE);
        }
        let source = schema.open().map_err(|error| report::schema_error(&error))?;
        return Ok((source, words.first().cloned()));
    }
    let Some(target) = words.first() else {
        eprintln!("proconsul: give a TARGET to ask by reflection, or --proto, or --protoset: {usage}");
        return Err(USAGE);
    };
    let server = Server::new(target, connection, pick, Instant::now()).await.map_err(|why| why.report())?;
    server.say_chosen();
    Ok((server.reflection(), words.get(1).cloned()))
}

pub(super) async fn list(args: Box<ListArgs>) -> u8 {
    let (source, service) = match source(
        &args.words,
        &args.schema,
        &args.connection,
        &args.pick,
        "proconsul list [TARGET] [SERVICE]",
    )
    .await
    {
        Ok(found) => found,
        Err(code) => return code,
    };
    let progress = Progress::start("reading the schema");
    let listed = match &service {
        None => source.service_names().await,
        Some(service) => source
            .service(service)
            .await
            .map(|info| info.methods.iter().map(|method| format!("{}.{}", info.full_name, method.name)).collect()),
    };
    drop(progress);
    let mut names: Vec<String> = match listed {
        Ok(names) => names,
        Err(SchemaError::NotFound { symbol, place, near }) => {
            let message = source.message_type(symbol.trim_start_matches('.')).await.is_ok();
            let what = "is a message, not a service".to_owned();
            let error = if message {
                SchemaError::OtherKind { symbol, place, what }
            } else {
                SchemaError::NotFound { symbol, place, near }
            };
            return report::schema_error(&error);
        }
        Err(error) => return report::schema_error(&error),
    };
    if service.is_none() {
        names.sort();
    }
    if service.is_none() && args.schema.given() {
        broken_files(source.as_ref()).await;
    }
    let symbols: Vec<String> = match service {
        Some(service) => vec![service],
        None => names.clone(),
    };
    if let Err(error) = args.schema.save(source.as_ref(), &symbols).await {
        return report::schema_error(&error);
    }
    let shown: Vec<_> = names.iter().map(|name| visible_line(name)).collect();
    let mut text = shown.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    print(&text)
}

/// What is listed is what is left: says of each broken file what is wrong first, a line each; `check` says the rest.
async fn broken_files(source: &dyn Source) {
    // Whether there is a list at all was decided by who asked for it.
    let Ok(problems) = source.problems().await else { return };
    let mut told = BTreeSet::new();
    for problem in &problems {
        if told.insert(&problem.file) {
            eprintln!("warning: {problem}");
        }
    }
}

pub(super) async fn describe(args: Box<DescribeArgs>) -> u8 {
    let (source, symbol) =
        match source(&args.words, &args.schema, &args.connection, &args.pick, "proconsul describe [TARGET] SYMBOL")
            .await
        {
            Ok(found) => found,
            Err(code) => return code,
        };
    let symbols = match symbol {
        Some(symbol) => vec![symbol],
        None => match source.service_names().await {
            Ok(names) => names,
            Err(error) => return report::schema_error(&error),
        },
    };
    let mut text = String::new();
    for symbol in &symbols {
        let progress = Progress::start("reading the schema");
        let definition = source.definition(symbol).await;
        drop(progress);
        match definition {
            Ok(definition) => {
                if !text.is_empty() {
                    text.push('\n');
                }
                // Of several, each one's package would not be seen.
                if symbols.len() > 1 {
                    for part in ["// ", symbol, "\n"] {
                        text.push_str(part);
                    }
                }
                text.push_str(definition.trim_end());
                text.push('\n');
            }
            Err(error) => return report::schema_error(&error),
        }
        if args.msg_template
            && let Ok(ty) = source.message_type(symbol.trim_start_matches('.')).await
        {
            text.push_str("\nMessage template:\n");
            text.push_str(&template(&ty, TemplateSize::Full));
            text.push('\n');
        }
    }
    if let Err(error) = args.schema.save(source.as_ref(), &symbols).await {
        return report::schema_error(&error);
    }
    print(&text)
}

fn print(text: &str) -> u8 {
    let mut out = std::io::stdout().lock();
    match out.write_all(visible(text).as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => report::not_begun(&format!("stdout: {error}")),
        _ => 0,
    }
}
