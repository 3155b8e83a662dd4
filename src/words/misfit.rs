//! What does not fit its type, in each language. In English the value engine's own words stand, which the terminal
//! prints too; every other language says the same kinds by a match that the compiler keeps whole. Names, numbers and
//! texts of the person stay as they are, and so do words of gRPC and protobuf.

use super::Lang;
use crate::engine::NoText;
use crate::message::{Expected, Found, MessageError, Misfit, SplitFault, WireFault};

impl Lang {
    /// What does not fit, without its place: "expected int32, found string".
    pub fn misfit(self, error: &MessageError) -> String {
        match self {
            Self::En => error.what.to_string(),
            Self::ZhCn => misfit_zh(&error.what),
        }
    }

    /// What does not fit, with its place: "Line 4, column 12: expected int32, found string".
    pub fn misfit_at(self, error: &MessageError) -> String {
        let what = self.misfit(error);
        match (error.line, error.column) {
            (Some(line), Some(column)) => {
                let place = self.line_column(line, column);
                self.pick(format!("{place}: {what}"), format!("{place}：{what}"))
            }
            _ => what,
        }
    }

    /// What does not fit, with the way to it: "child\[0\].uid: a number is longer than 64 bits".
    pub fn misfit_under(self, error: &MessageError) -> String {
        let what = self.misfit(error);
        match error.path.as_str() {
            "" => what,
            path => self.pick(format!("{path}: {what}"), format!("{path}：{what}")),
        }
    }

    /// Why a message has no text to be shown.
    pub fn no_text(self, why: &NoText) -> String {
        match why {
            NoText::Gone => {
                self.pick("This message is not kept any more.".to_owned(), "这条消息已不再保留。".to_owned())
            }
            NoText::Unreadable(why) => self.pick(
                format!("This message cannot be read back from disk: {why}"),
                format!("无法从磁盘读回这条消息：{why}"),
            ),
            NoText::Misfit(error) => self.misfit_under(error),
            NoText::Stopped => self.pick(
                "You stopped it. Its bytes are kept: they can still be shown, or saved to a file.".to_owned(),
                "已按你的要求停止。消息的字节仍保留，可以再次显示，也可以保存到文件。".to_owned(),
            ),
            NoText::Failed(why) => self.pick(format!("The work broke off: {why}"), format!("处理中断：{why}")),
        }
    }
}

fn misfit_zh(what: &Misfit) -> String {
    match what {
        Misfit::Expected(both) => format!("应为 {}，实为 {}", expected_zh(&both.0), found_zh(&both.1)),
        Misfit::UnknownField { name, of, near: None } => format!("{of} 没有字段 {name}"),
        Misfit::UnknownField { name, of, near: Some(near) } => format!("{of} 没有字段 {name}，是否想写 {near}？"),
        Misfit::UnknownExtension { name, of } => format!("{of} 没有扩展 {name}"),
        Misfit::Missing { name, of } => format!("{of} 缺少必填字段 {name}"),
        Misfit::FieldTwice => "这个字段重复出现".to_owned(),
        Misfit::KeyTwice => "这个键重复出现".to_owned(),
        Misfit::OneofSet(name) => format!("同一 oneof 的 {name} 已经设置"),
        Misfit::TooDeep(most) => format!("消息嵌套超过 {most} 层"),
        Misfit::OpenComment => "这里开始的注释没有结束".to_owned(),
        Misfit::OpenString => "这里开始的字符串没有结束".to_owned(),
        Misfit::OpenMessage => "这里开始的消息没有结束".to_owned(),
        Misfit::ControlCharacter => "字符串中的控制字符必须转义".to_owned(),
        Misfit::BadEscape => "字符串中的转义无效".to_owned(),
        Misfit::OctalTooLarge => "八进制转义超过 \\377".to_owned(),
        Misfit::BadUnicodeEscape => "\\u 后面需要四个十六进制数字".to_owned(),
        Misfit::HalfSurrogate => "代理对缺少另一半".to_owned(),
        Misfit::BadPercent => "type URL 中的 % 后面需要两个十六进制数字".to_owned(),
        Misfit::UnknownAny(url) => format!("schema 中没有类型 {url:?}，无法展开这个 Any"),
        Misfit::UnknownType(name) => format!("schema 中没有 {name}"),
        Misfit::AnyWithoutType => "Any 需要用 \"@type\" 说明内容的类型".to_owned(),
        Misfit::TypeTwice => "\"@type\" 重复出现".to_owned(),
        Misfit::AnyWithoutValue(of) => format!("内容为 {of} 的 Any 需要 \"value\""),
        Misfit::NoAny { of, url } => format!("{of} 不是 google.protobuf.Any，不能包含 [{url}]"),
        Misfit::AnyFull => "这个 Any 已有内容".to_owned(),
        Misfit::AnyContent { of, fault } => format!("Any 的内容无法解析为 {of}：{}", Lang::ZhCn.misfit_under(fault)),
        Misfit::NotUtf8(at) => format!("字符串从第 {at} 个字节起不是 UTF-8"),
        Misfit::TimeOutOfRange { seconds, nanos, of } => format!("{seconds} s {nanos} ns 超出 {of} 的范围"),
        Misfit::MaskPath(path) => format!("field mask 的路径 {path:?} 无法写成 JSON"),
        Misfit::ValueNumber(number) => format!("google.protobuf.Value 不能保存 {number}"),
        Misfit::EmptyValue => "空的 google.protobuf.Value 无法写成 JSON".to_owned(),
        Misfit::AnyUntyped(of) => format!("有内容但没有类型的 {of} 无法写成 JSON"),
        Misfit::Wire(fault) => wire_zh(*fault).to_owned(),
        Misfit::Split(fault) => split_zh(*fault).to_owned(),
        Misfit::QueueFull => "等待发送的消息过多：服务端没有读取它们".to_owned(),
        Misfit::Stopped => "在完成之前被停止".to_owned(),
    }
}

fn wire_zh(fault: WireFault) -> &'static str {
    match fault {
        WireFault::FieldNumber => "字段编号超出范围",
        WireFault::CutNumber => "消息在一个数字中间截断",
        WireFault::LongNumber => "有数字超过 64 位",
        WireFault::CutLength => "消息被截断：长度超出末尾",
        WireFault::EndWithoutGroup => "group 有结束而没有开始",
        WireFault::WireType => "记录的 wire type 无效",
        WireFault::OtherGroup => "group 的开始与结束不匹配",
        WireFault::CutGroup => "消息在一个 group 中间截断",
        WireFault::CutPacked => "packed 列表在一个元素中间截断",
    }
}

fn split_zh(fault: SplitFault) -> &'static str {
    match fault {
        SplitFault::OpenComment => "注释没有结束",
        SplitFault::OpenArray => "数组没有结束",
        SplitFault::OpenValue => "这里开始的值没有结束",
        SplitFault::NoComma => "数组的元素之间应为 \",\" 或 \"]\"",
        SplitFault::StrayBracket => "括号没有对应的开头",
        SplitFault::NoValue => "这里应有一个值",
    }
}

fn expected_zh(expected: &Expected) -> String {
    match expected {
        Expected::Type(name) => name.to_string(),
        Expected::OneOf(names) => format!("{} 之一", names.join("、")),
        Expected::ArrayOf(element) => format!("{} 的数组", expected_zh(element)),
        Expected::InQuotes(what) => format!("带引号的 {}", expected_zh(what)),
        Expected::Base64 => "base64 形式的字节".to_owned(),
        Expected::QuotedBytes => "带引号的字节".to_owned(),
        Expected::Object(of) => format!("对象（{of}）"),
        Expected::Block(of) => format!("\"{{\"（{of}）"),
        Expected::Map => "对象（map）".to_owned(),
        Expected::Any => "带 \"@type\" 的对象（google.protobuf.Any）".to_owned(),
        Expected::Array => "数组".to_owned(),
        Expected::Value => "值".to_owned(),
        Expected::NoValue => "没有值".to_owned(),
        Expected::EnumNumber => "enum 的数值（int32）".to_owned(),
        Expected::QuotedBool => "\"true\" 或 \"false\"".to_owned(),
        Expected::FieldName => "字段名".to_owned(),
        Expected::FieldNameOrEnd => "字段名或 \"}\"".to_owned(),
        Expected::MapKeyOrEnd => "map 的键或 \"}\"".to_owned(),
        Expected::Timestamp => "时间戳，例如 \"1972-01-01T10:00:20.021Z\"".to_owned(),
        Expected::Duration => "时长，例如 \"1.5s\"".to_owned(),
        Expected::FieldMask => "field mask，例如 \"user.displayName,photo\"".to_owned(),
        Expected::TypeUrl => "type URL".to_owned(),
        Expected::TypeUrlOrExtension => "type URL 或扩展名".to_owned(),
        Expected::Mark(mark) => format!("\"{mark}\""),
        Expected::EitherMark(one, other) => format!("\"{one}\" 或 \"{other}\""),
        Expected::End => "文本结尾".to_owned(),
        Expected::Utf8 => "UTF-8 字符串".to_owned(),
    }
}

fn found_zh(found: &Found) -> String {
    match found {
        Found::Written(written) => written.clone(),
        Found::End => "文本结尾".to_owned(),
        Found::Object => "对象".to_owned(),
        Found::Array => "数组".to_owned(),
        Found::Nothing => "空".to_owned(),
        Found::OutOfRange(written) => format!("超出范围的 {written}"),
        Found::Fraction(written) => format!("带小数的 {written}"),
        Found::NotUtf8(written) => format!("不是 UTF-8 的 {written}"),
        Found::NotInEnum(written) => format!("这个封闭 enum 没有的 {written}"),
        Found::Near { written, near } => format!("{written}（是否想写 {near}？）"),
        Found::NotBase64(why) => format!("不是 base64 的字符串（{}）", base64_zh(why)),
        Found::Bytes => "不是 UTF-8 的字节".to_owned(),
    }
}

fn base64_zh(why: &base64::DecodeError) -> String {
    match why {
        base64::DecodeError::InvalidByte(at, byte) => format!("偏移 {at} 处的字节 {byte} 无效"),
        base64::DecodeError::InvalidLength(length) => format!("长度 {length} 无效"),
        base64::DecodeError::InvalidLastSymbol(at, byte) => format!("偏移 {at} 处的末尾字符 {byte} 无效"),
        base64::DecodeError::InvalidPadding => "填充无效".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(expected: Expected, found: Found) -> Misfit {
        Misfit::Expected(Box::new((expected, found)))
    }

    #[test]
    fn each_kind_is_said_in_both_languages() {
        let name = |name: &str| name.to_owned();
        let written = || Found::Written("7".to_owned());
        let inner = MessageError { path: "a.b".to_owned(), ..MessageError::new(WireFault::CutNumber) };
        let check = |what: Misfit, en: &str, zh: &str| {
            let error = MessageError::new(what);
            assert_eq!(Lang::En.misfit(&error), en);
            assert_eq!(error.to_string(), en, "the terminal says the same");
            assert_eq!(Lang::ZhCn.misfit(&error), zh, "{en}");
        };
        let of = || name("x.Y");
        for (what, en, zh) in [
            (
                Misfit::UnknownField { name: name("cuont"), of: of(), near: Some(name("count")) },
                "unknown field cuont of x.Y; did you mean count?",
                "x.Y 没有字段 cuont，是否想写 count？",
            ),
            (
                Misfit::UnknownField { name: name("z"), of: of(), near: None },
                "unknown field z of x.Y",
                "x.Y 没有字段 z",
            ),
            (
                Misfit::UnknownExtension { name: name("[z]"), of: of() },
                "unknown extension [z] of x.Y",
                "x.Y 没有扩展 [z]",
            ),
            (Misfit::Missing { name: name("z"), of: of() }, "required field z of x.Y is missing", "x.Y 缺少必填字段 z"),
            (Misfit::FieldTwice, "this field stands here twice", "这个字段重复出现"),
            (Misfit::KeyTwice, "this key stands here twice", "这个键重复出现"),
            (Misfit::OneofSet(name("z")), "z of the same oneof is already set", "同一 oneof 的 z 已经设置"),
            (Misfit::TooDeep(100), "messages are nested more than 100 deep", "消息嵌套超过 100 层"),
            (Misfit::OpenComment, "a comment begins here that does not end", "这里开始的注释没有结束"),
            (Misfit::OpenString, "a string begins here that does not end", "这里开始的字符串没有结束"),
            (Misfit::OpenMessage, "a message begins here that does not end", "这里开始的消息没有结束"),
            (Misfit::ControlCharacter, "a control character in a string must be escaped", "字符串中的控制字符必须转义"),
            (Misfit::BadEscape, "an invalid escape in a string", "字符串中的转义无效"),
            (Misfit::OctalTooLarge, "an octal escape above \\377", "八进制转义超过 \\377"),
            (Misfit::BadUnicodeEscape, "\\u wants four hexadecimal digits", "\\u 后面需要四个十六进制数字"),
            (Misfit::HalfSurrogate, "half of a surrogate pair stands alone", "代理对缺少另一半"),
            (
                Misfit::BadPercent,
                "a % in a type URL wants two hexadecimal digits",
                "type URL 中的 % 后面需要两个十六进制数字",
            ),
            (
                Misfit::UnknownAny(name("u/x.Y")),
                "the schema has no type \"u/x.Y\" to expand this Any",
                "schema 中没有类型 \"u/x.Y\"，无法展开这个 Any",
            ),
            (Misfit::UnknownType(of()), "the schema has no x.Y", "schema 中没有 x.Y"),
            (
                Misfit::AnyWithoutType,
                "an Any needs \"@type\" to say what it holds",
                "Any 需要用 \"@type\" 说明内容的类型",
            ),
            (Misfit::TypeTwice, "\"@type\" stands here twice", "\"@type\" 重复出现"),
            (Misfit::AnyWithoutValue(of()), "an Any of x.Y needs \"value\"", "内容为 x.Y 的 Any 需要 \"value\""),
            (
                Misfit::NoAny { of: of(), url: name("u") },
                "x.Y is no google.protobuf.Any, so it holds no [u]",
                "x.Y 不是 google.protobuf.Any，不能包含 [u]",
            ),
            (Misfit::AnyFull, "this Any already holds something", "这个 Any 已有内容"),
            (
                Misfit::AnyContent { of: of(), fault: Box::new(inner) },
                "the Any's value does not parse as x.Y: a.b: the message is cut off inside a number",
                "Any 的内容无法解析为 x.Y：a.b：消息在一个数字中间截断",
            ),
            (Misfit::NotUtf8(3), "the string is not UTF-8 from its byte 3 on", "字符串从第 3 个字节起不是 UTF-8"),
            (
                Misfit::TimeOutOfRange { seconds: -1, nanos: 2, of: of() },
                "-1 s and 2 ns are out of the range of x.Y",
                "-1 s 2 ns 超出 x.Y 的范围",
            ),
            (
                Misfit::MaskPath(name("a_")),
                "the field mask's path \"a_\" has no JSON form",
                "field mask 的路径 \"a_\" 无法写成 JSON",
            ),
            (
                Misfit::ValueNumber(name("NaN")),
                "google.protobuf.Value cannot hold NaN",
                "google.protobuf.Value 不能保存 NaN",
            ),
            (
                Misfit::EmptyValue,
                "a google.protobuf.Value that holds nothing has no JSON form",
                "空的 google.protobuf.Value 无法写成 JSON",
            ),
            (
                Misfit::AnyUntyped(of()),
                "a x.Y with a value but no type has no JSON form",
                "有内容但没有类型的 x.Y 无法写成 JSON",
            ),
            (
                Misfit::QueueFull,
                "too many messages wait to be sent: the server does not read them",
                "等待发送的消息过多：服务端没有读取它们",
            ),
            (Misfit::Stopped, "stopped before it was done", "在完成之前被停止"),
            (SplitFault::OpenComment.into(), "a comment does not end", "注释没有结束"),
            (SplitFault::NoValue.into(), "expected a value", "这里应有一个值"),
            (
                expected(Expected::Type("int32".into()), Found::OutOfRange(name("3e9"))),
                "expected int32, found 3e9, which is out of range",
                "应为 int32，实为 超出范围的 3e9",
            ),
            (
                expected(Expected::ArrayOf(Box::new(Expected::OneOf(vec![name("A"), name("B")]))), Found::Object),
                "expected an array of one of A, B, found an object",
                "应为 A、B 之一 的数组，实为 对象",
            ),
            (
                expected(Expected::EitherMark(',', '}'), written()),
                "expected \",\" or \"}\", found 7",
                "应为 \",\" 或 \"}\"，实为 7",
            ),
            (
                expected(Expected::Base64, Found::NotBase64(base64::DecodeError::InvalidByte(3, b'!'))),
                "expected bytes in base64, found a string that is not (Invalid symbol 33, offset 3.)",
                "应为 base64 形式的字节，实为 不是 base64 的字符串（偏移 3 处的字节 33 无效）",
            ),
        ] {
            check(what, en, zh);
        }
    }

    #[test]
    fn what_the_language_has_words_for_is_chinese() {
        let is_chinese = |said: &str| said.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for found in [
            Found::End,
            Found::Object,
            Found::Array,
            Found::Nothing,
            Found::Fraction("1".to_owned()),
            Found::NotUtf8("1".to_owned()),
            Found::NotInEnum("1".to_owned()),
            Found::Near { written: "1".to_owned(), near: "2".to_owned() },
            Found::Bytes,
        ] {
            assert!(is_chinese(&found_zh(&found)), "{found}");
        }
        for wanted in [
            Expected::InQuotes(Box::new(Expected::EnumNumber)),
            Expected::QuotedBytes,
            Expected::Object("x".to_owned()),
            Expected::Map,
            Expected::Any,
            Expected::Array,
            Expected::Value,
            Expected::NoValue,
            Expected::QuotedBool,
            Expected::FieldName,
            Expected::FieldNameOrEnd,
            Expected::MapKeyOrEnd,
            Expected::Timestamp,
            Expected::Duration,
            Expected::TypeUrlOrExtension,
            Expected::End,
            Expected::Utf8,
        ] {
            assert!(is_chinese(&expected_zh(&wanted)), "{wanted}");
        }
        for why in [
            NoText::Gone,
            NoText::Unreadable("x".to_owned()),
            NoText::Misfit(Box::new(MessageError::new(WireFault::WireType))),
            NoText::Stopped,
            NoText::Failed("x".to_owned()),
        ] {
            assert!(is_chinese(&Lang::ZhCn.no_text(&why)), "{why:?}");
            assert!(!is_chinese(&Lang::En.no_text(&why)), "{why:?}");
        }
    }
}
