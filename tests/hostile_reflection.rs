//! A reflection server that lies, floods, cuts or says nothing, met by the finished program: a clear end within bounds
//! of time and memory, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;
mod transport_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use common::{Headless, Output, exit, headless};
use h2::SendStream;
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    MethodDescriptorProto, ServiceDescriptorProto,
};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{
    ErrorResponse, FileDescriptorResponse, ListServiceResponse, ServerReflectionRequest, ServerReflectionResponse,
    ServiceResponse,
};
use transport_support::{frame, h2_server, ok_headers, trailers};

/// No command takes as long, even unoptimised and beside other tests; those that wait for a server say so.
const LIMIT: Duration = Duration::from_secs(30);
/// Peak of the whole process. The program itself has some 30 MB; what a server may fill is bounded below this.
const MOST_MEMORY_KB: u64 = 700 << 10;

/// One answer of a server.
enum Say {
    /// These bytes as one message.
    Message(Vec<u8>),
    /// These bytes as they are, no gRPC framing.
    Raw(Bytes),
    /// This message again and again, until the client has enough.
    ForEver(Vec<u8>),
    /// Nothing more, and no end either.
    Hold,
    /// RST_STREAM.
    Reset,
}

type Script = dyn Fn(MessageRequest) -> Vec<Say> + Send + Sync;

/// Sends as the client takes it; false when the stream is over.
async fn send(stream: &mut SendStream<Bytes>, mut bytes: Bytes) -> bool {
    while bytes.has_remaining() {
        stream.reserve_capacity(bytes.len().min(1 << 20));
        while stream.capacity() == 0 {
            match std::future::poll_fn(|cx| stream.poll_capacity(cx)).await {
                Some(Ok(_)) => {}
                _ => return false,
            }
        }
        let take = stream.capacity().min(bytes.len());
        if stream.send_data(bytes.split_to(take), false).is_err() {
            return false;
        }
    }
    true
}

/// A server with reflection v1 that answers each question by `script`.
async fn server(script: impl Fn(MessageRequest) -> Vec<Say> + Send + Sync + 'static) -> String {
    let script: Arc<Script> = Arc::new(script);
    let address = h2_server(move |request, mut respond| {
        let script = Arc::clone(&script);
        async move {
            if !request.uri().path().starts_with("/grpc.reflection.v1.") {
                let mut headers = ok_headers();
                headers.headers_mut().insert("grpc-status", http::HeaderValue::from_static("12"));
                drop(respond.send_response(headers, true));
                return;
            }
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            let mut body = request.into_body();
            let mut asked = BytesMut::new();
            while let Some(Ok(data)) = body.data().await {
                body.flow_control().release_capacity(data.len()).unwrap();
                asked.extend_from_slice(&data);
            }
            while asked.len() >= 5 {
                asked.advance(1);
                let length = asked.get_u32() as usize;
                let question = ServerReflectionRequest::decode(asked.split_to(length)).unwrap();
                for say in script(question.message_request.unwrap()) {
                    let goes_on = match say {
                        Say::Message(bytes) => send(&mut stream, frame(0, &bytes)).await,
                        Say::Raw(bytes) => send(&mut stream, bytes).await,
                        Say::ForEver(bytes) => {
                            // Many at once: the client is to be flooded, not this server tired.
                            let one = frame(0, &bytes);
                            let many = Bytes::from(one.repeat((64 << 10) / one.len() + 1));
                            while send(&mut stream, many.clone()).await {}
                            false
                        }
                        Say::Hold => {
                            std::future::poll_fn(|cx| stream.poll_reset(cx)).await.ok();
                            false
                        }
                        Say::Reset => {
                            stream.send_reset(h2::Reason::INTERNAL_ERROR);
                            false
                        }
                    };
                    if !goes_on {
                        return;
                    }
                }
            }
            drop(stream.send_trailers(trailers(&[("grpc-status", "0")])));
        }
    })
    .await;
    address.trim_start_matches("http://").to_owned()
}

fn answer(message: MessageResponse) -> Say {
    let response = ServerReflectionResponse { message_response: Some(message), ..Default::default() };
    Say::Message(response.encode_to_vec())
}

fn services(names: &[&str]) -> Say {
    let service = names.iter().map(|name| ServiceResponse { name: (*name).to_owned() }).collect();
    answer(MessageResponse::ListServicesResponse(ListServiceResponse { service }))
}

fn raw_files(file_descriptor_proto: Vec<Vec<u8>>) -> Say {
    answer(MessageResponse::FileDescriptorResponse(FileDescriptorResponse { file_descriptor_proto }))
}

fn files(all: &[FileDescriptorProto]) -> Say {
    raw_files(all.iter().map(prost::Message::encode_to_vec).collect())
}

fn refuse(code: i32, message: &str) -> Say {
    answer(MessageResponse::ErrorResponse(ErrorResponse { error_code: code, error_message: message.to_owned() }))
}

fn field(name: &str, number: i32, ty: Type, type_name: Option<&str>) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(ty.into()),
        type_name: type_name.map(ToOwned::to_owned),
        ..Default::default()
    }
}

/// `evil.Service/Go(evil.In) returns (evil.In)`, in a sound file.
fn sound() -> FileDescriptorProto {
    let value = |name: &str, number| EnumValueDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        ..Default::default()
    };
    FileDescriptorProto {
        name: Some("evil.proto".to_owned()),
        package: Some("evil".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![DescriptorProto {
            name: Some("In".to_owned()),
            field: vec![
                field("name", 1, Type::String, None),
                field("next", 2, Type::Message, Some(".evil.In")),
                field("kind", 3, Type::Enum, Some(".evil.Kind")),
            ],
            ..Default::default()
        }],
        enum_type: vec![EnumDescriptorProto {
            name: Some("Kind".to_owned()),
            value: vec![value("NONE", 0), value("SOME", 1)],
            ..Default::default()
        }],
        service: vec![ServiceDescriptorProto {
            name: Some("Service".to_owned()),
            method: vec![MethodDescriptorProto {
                name: Some("Go".to_owned()),
                input_type: Some(".evil.In".to_owned()),
                output_type: Some(".evil.In".to_owned()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Lists `evil.Service`, and answers every question about files by these bytes.
fn lists_then(files: Vec<Vec<u8>>) -> impl Fn(MessageRequest) -> Vec<Say> + Send + Sync {
    move |asked| match asked {
        MessageRequest::ListServices(_) => vec![services(&["evil.Service"])],
        _ => vec![raw_files(files.clone())],
    }
}

/// Runs a command line, and watches how much memory it takes at most.
fn watched(command: Headless) -> (Output, u64) {
    let mut running = command.spawn();
    running.close_input();
    let (pid, peak_kb, done) = (running.pid(), Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let watch = {
        let (peak_kb, done) = (Arc::clone(&peak_kb), Arc::clone(&done));
        move || {
            while !done.load(Ordering::Relaxed) {
                // Gone between two looks: what was seen before counts.
                let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
                let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let high = high.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
                peak_kb.fetch_max(high.unwrap_or(0), Ordering::Relaxed);
                std::thread::park_timeout(Duration::from_millis(2));
            }
        }
    };
    let watcher = std::thread::Builder::new().name("watcher of memory".to_owned()).spawn(watch).unwrap();
    let output = running.finish();
    done.store(true, Ordering::Relaxed);
    watcher.join().unwrap();
    (output, peak_kb.load(Ordering::Relaxed))
}

/// All verbs that ask for a schema, with what they ask.
const COMMANDS: [&[&str]; 5] =
    [&["list"], &["list", "evil.Service"], &["describe", "evil.Service"], &["describe", "evil.In"], &["call"]];

/// Runs every verb; checks what always holds, and gives what each said.
async fn every_verb(what: &str, address: &str, flags: &[&str]) -> Vec<Output> {
    let mut outputs = Vec::new();
    for command in COMMANDS {
        let (verb, rest) = command.split_first().unwrap();
        let rest = if *verb == "call" { &["evil.Service/Go"][..] } else { rest };
        let line: Vec<String> = [&[*verb, "--plaintext"][..], flags, &[address], rest]
            .concat()
            .into_iter()
            .map(ToOwned::to_owned)
            .collect();
        let (output, peak_kb) = tokio::task::spawn_blocking(move || watched(headless(line))).await.unwrap();
        eprintln!("{what}, {command:?}: {peak_kb} kB, {:?}", output.wall);
        let output = output.does_not_say(&["panicked", "overflow", "RUST_BACKTRACE"]).within(LIMIT);
        let known = [0, 1].contains(&output.code) || (65..=80).contains(&output.code);
        assert!(known, "{what}: no exit code of ours\n{output}");
        assert!(output.code == 0 || !output.stderr.trim().is_empty(), "{what}: failed without a word\n{output}");
        assert!(output.stderr.len() < 64 << 10, "{what}: {} bytes of words", output.stderr.len());
        assert!(peak_kb < MOST_MEMORY_KB, "{what}: {peak_kb} kB\n{output}");
        outputs.push(output);
    }
    outputs
}

/// `every_verb`, of which `list` succeeds and everything that needs descriptors fails with these words.
async fn descriptors_are_refused(what: &str, files: Vec<Vec<u8>>, words: &[&str]) {
    let address = server(lists_then(files)).await;
    let mut outputs = every_verb(what, &address, &[]).await.into_iter();
    assert_eq!(outputs.next().unwrap().succeeds().lines(), ["evil.Service"], "{what}: names need no descriptors");
    for output in outputs {
        assert_ne!(output.code, 0, "{what}: {output}");
        output.answers_nothing().says(words);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sound_file_is_sound() {
    let address = server(lists_then(vec![sound().encode_to_vec()])).await;
    let outputs = every_verb("sound", &address, &[]).await;
    for output in &outputs[..4] {
        assert_eq!(output.code, 0, "{output}");
    }
    // It knows no method but reflection's.
    assert_eq!(outputs[4].code, exit::UNIMPLEMENTED, "{}", outputs[4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn descriptors_that_are_none() {
    descriptors_are_refused("noise", vec![vec![0xff; 300]], &["cannot be read|not|no "]).await;
    descriptors_are_refused("nothing", vec![], &["evil"]).await;
    descriptors_are_refused("empty", vec![vec![]], &["evil"]).await;
    let whole = sound().encode_to_vec();
    descriptors_are_refused("cut", vec![whole[..whole.len() - 3].to_vec()], &["evil"]).await;
    // A file of another name and package than was asked for.
    let mut other = sound();
    (other.name, other.package) = (Some("good.proto".to_owned()), Some("good".to_owned()));
    other.message_type[0].field.truncate(1);
    let address = server(lists_then(vec![other.encode_to_vec()])).await;
    let outputs = every_verb("another file", &address, &[]).await;
    for (output, command) in outputs.into_iter().zip(COMMANDS).skip(1) {
        if command == ["describe", "evil.In"] {
            // The other file refers to it; what stands in for it is called so.
            output.succeeds().answers(&["stands in", "message In {}"]);
        } else {
            assert_ne!(output.code, 0, "{output}");
            output.answers_nothing().says(&["lists evil.Service", "no usable definition"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syntaxes_and_editions_that_nobody_knows() {
    let mut proto4 = sound();
    proto4.syntax = Some("proto4".to_owned());
    descriptors_are_refused("proto4", vec![proto4.encode_to_vec()], &["proto4"]).await;
    for edition in [0_u64, 9999, 99_999, u64::from(u32::MAX)] {
        let mut file = sound();
        file.syntax = Some("editions".to_owned());
        let mut bytes = file.encode_to_vec();
        // `edition`, field 14, which prost-types does not know.
        prost::encoding::uint64::encode(14, &edition, &mut bytes);
        descriptors_are_refused(&format!("edition {edition}"), vec![bytes], &["edition"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn circles_and_depths() {
    let import = |name: &str, imports: &[&str]| {
        let mut file = sound();
        file.name = Some(name.to_owned());
        file.dependency = imports.iter().map(|import| (*import).to_owned()).collect();
        file
    };
    // Imports in a circle: of itself, and of two files.
    let address = server(lists_then(vec![import("evil.proto", &["evil.proto"]).encode_to_vec()])).await;
    every_verb("itself", &address, &[]).await;
    let mut second = import("b.proto", &["evil.proto"]);
    (second.message_type, second.service, second.enum_type) = (vec![], vec![], vec![]);
    let circle = vec![import("evil.proto", &["b.proto"]).encode_to_vec(), second.encode_to_vec()];
    every_verb("a circle", &server(lists_then(circle)).await, &[]).await;

    // Each import leads to another one, without end.
    let address = server(move |asked| match asked {
        MessageRequest::ListServices(_) => vec![services(&["evil.Service"])],
        MessageRequest::FileByFilename(name) => {
            let number: u64 = name.trim_start_matches('n').trim_end_matches(".proto").parse().unwrap_or(0);
            let mut file = import(&name, &[&format!("n{}.proto", number + 1)]);
            (file.message_type, file.service, file.enum_type) = (vec![], vec![], vec![]);
            vec![files(&[file])]
        }
        _ => vec![files(&[import("evil.proto", &["n1.proto"])])],
    })
    .await;
    every_verb("imports without end", &address, &[]).await;

    // Messages in messages, more than any stack holds. Built by hand: prost's encoder would overflow ours.
    for depth in [90, 1_000, 100_000] {
        let mut nested = vec![];
        prost::encoding::string::encode(1, &"M".to_owned(), &mut nested);
        let mut lengths = vec![nested.len()];
        for _ in 0..depth {
            let inner = *lengths.last().unwrap();
            let head = 1 + prost::encoding::encoded_len_varint(inner as u64);
            lengths.push(3 + head + inner);
        }
        let mut bytes = Vec::new();
        for length in lengths.iter().rev().skip(1) {
            prost::encoding::string::encode(1, &"M".to_owned(), &mut bytes);
            bytes.push(0x1a);
            prost::encoding::encode_varint(*length as u64, &mut bytes);
        }
        bytes.extend_from_slice(&nested);
        let mut file = sound().encode_to_vec();
        file.push(0x22);
        prost::encoding::encode_varint(bytes.len() as u64, &mut file);
        file.extend_from_slice(&bytes);
        let address = server(lists_then(vec![file])).await;
        every_verb(&format!("{depth} messages in one another"), &address, &[]).await;
    }

    // A chain of types, each a field of the one before; and a package of ten thousand parts.
    let mut chain = sound();
    for number in 0..20_000 {
        let next = format!(".evil.T{}", number + 1);
        chain.message_type.push(DescriptorProto {
            name: Some(format!("T{number}")),
            field: vec![field("next", 1, Type::Message, Some(&next))],
            ..Default::default()
        });
    }
    chain.message_type[0].field.push(field("chain", 9, Type::Message, Some(".evil.T0")));
    let address = server(lists_then(vec![chain.encode_to_vec()])).await;
    every_verb("a chain of types that ends nowhere", &address, &[]).await;
    let mut package = sound();
    package.package = Some("p.".repeat(10_000) + "evil");
    let address = server(lists_then(vec![package.encode_to_vec()])).await;
    every_verb("a long package", &address, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods() {
    // A message that says that it is larger than anything, one that is, and answers without end, small and large.
    let script = |say: fn() -> Say| move |_: MessageRequest| vec![say()];
    let address = server(script(|| Say::Raw(Bytes::from_static(&[0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3])))).await;
    for output in every_verb("a length of 4 GiB", &address, &[]).await {
        output.exits(exit::RESOURCE_EXHAUSTED).answers_nothing().says(&["limit"]);
    }
    let address = server(script(|| Say::Message(vec![0; 65 << 20]))).await;
    for output in every_verb("65 MiB", &address, &[]).await {
        output.exits(exit::RESOURCE_EXHAUSTED).answers_nothing().says(&["limit"]);
    }
    for (what, length) in [("empty answers for ever", 0), ("answers of 1 MiB for ever", 1 << 20)] {
        let address = server(move |_| vec![Say::ForEver(vec![0x0a; length])]).await;
        for output in every_verb(what, &address, &[]).await {
            output.exits(exit::RESOURCE_EXHAUSTED).answers_nothing().says(&["without end"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_none() {
    let holds = server(|_| vec![Say::Hold]).await;
    for output in every_verb("no answer", &holds, &["--max-time", "0.3"]).await {
        output.exits(exit::DEADLINE_EXCEEDED).answers_nothing().says(&["DEADLINE_EXCEEDED", "reflection"]);
    }
    let ends = server(|_| vec![]).await;
    for output in every_verb("an end without an answer", &ends, &[]).await.into_iter().skip(1) {
        assert_ne!(output.code, 0, "{output}");
    }
    let resets = server(|_| vec![Say::Reset]).await;
    for output in every_verb("a reset", &resets, &[]).await {
        output.exits(exit::NO_CALL.max(64 + 13)).answers_nothing().says(&["reset"]);
    }
    let noise = server(|_| vec![Say::Message(vec![0xff; 40])]).await;
    for output in every_verb("noise", &noise, &[]).await {
        output.exits(64 + 13).answers_nothing().says(&["cannot be read"]);
    }
    let crossed = server(|asked| match asked {
        MessageRequest::ListServices(_) => vec![files(&[sound()])],
        _ => vec![services(&["evil.Service"])],
    })
    .await;
    for output in every_verb("answers to other questions", &crossed, &[]).await.into_iter().skip(1) {
        assert_ne!(output.code, 0, "{output}");
    }
    let refuses = server(|_| vec![refuse(-7, &"no ".repeat(1 << 20))]).await;
    for output in every_verb("a refusal of three megabytes", &refuses, &[]).await {
        assert_ne!(output.code, 0, "{output}");
    }
}

/// Without a deadline of the person's there is one all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_ever() {
    let holds = server(|_| vec![Say::Hold]).await;
    let run = move || headless(["list", "--plaintext", &holds]).run();
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    output.exits(exit::DEADLINE_EXCEEDED).answers_nothing().within(LIMIT).says(&["DEADLINE_EXCEEDED", "reflection"]);
}

/// Names that would write into the terminal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_do_not_reach_the_terminal_as_commands() {
    let address = server(|asked| match asked {
        MessageRequest::ListServices(_) => {
            vec![services(&["evil.Service", "\u{1b}[2Jevil", "two\nlines", "bell\u{7}", "\u{9b}31m"])]
        }
        _ => vec![refuse(5, "\u{1b}]0;title\u{7}not\nhere")],
    })
    .await;
    for output in every_verb("control characters", &address, &[]).await {
        let all = format!("{}{}", output.stdout(), output.stderr);
        let control: Vec<char> = all.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\t')).collect();
        assert!(control.is_empty(), "{control:?}: {output}");
    }
    let run = move || headless(["list", "--plaintext", &address]).run();
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(output.lines().len(), 5, "one name a line: {output}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutations_of_a_sound_answer() {
    // A fixed sequence: what fails today fails tomorrow.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let whole = sound().encode_to_vec();
    let count = Arc::new(AtomicU64::new(0));
    let mutants: Vec<Vec<u8>> = (0..40)
        .map(|_| {
            let mut bytes = whole.clone();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] ^= 1 << random(8),
                    1 => bytes[at] = u8::try_from(random(256)).unwrap(),
                    2 => drop(bytes.remove(at)),
                    _ => {
                        let piece: Vec<u8> = bytes[at..bytes.len().min(at + 1 + random(20))].to_vec();
                        let to = random(bytes.len());
                        bytes.splice(to..to, piece);
                    }
                }
            }
            bytes
        })
        .collect();
    let total = mutants.len();
    let next = Arc::clone(&count);
    let address = server(move |asked| match asked {
        MessageRequest::ListServices(_) => vec![services(&["evil.Service"])],
        _ => vec![raw_files(vec![mutants[usize::try_from(next.load(Ordering::Relaxed)).unwrap()].clone()])],
    })
    .await;
    for mutant in 0..total {
        count.store(mutant as u64, Ordering::Relaxed);
        every_verb(&format!("mutant {mutant}"), &address, &["--max-time", "10"]).await;
    }
}
