//! What does not fit its type, in Chinese: the value engine says it in English, like the compilers of the field; here
//! each of its sentences has its Chinese beside it. Names, numbers and texts of the person stay as they are.

use super::Lang;

/// Sentences, with holes `{}` for names and numbers; in Chinese `{0}` is the first of them.
const SENTENCES: &[(&str, &str)] = &[
    ("unknown field {} of {}; did you mean {}?", "{1} 没有字段 {0}，是否想写 {2}？"),
    ("unknown field {} of {}", "{1} 没有字段 {0}"),
    ("unknown extension {} of {}", "{1} 没有扩展 {0}"),
    ("required field {} of {} is missing", "{1} 缺少必填字段 {0}"),
    ("this field stands here twice", "这个字段重复出现"),
    ("this key stands here twice", "这个键重复出现"),
    ("{} of the same oneof is already set", "同一 oneof 的 {0} 已经设置"),
    ("messages are nested more than {} deep", "消息嵌套超过 {0} 层"),
    ("a comment begins here that does not end", "这里开始的注释没有结束"),
    ("a string begins here that does not end", "这里开始的字符串没有结束"),
    ("a message begins here that does not end", "这里开始的消息没有结束"),
    ("a control character in a string must be escaped", "字符串中的控制字符必须转义"),
    ("an invalid escape in a string", "字符串中的转义无效"),
    ("an octal escape above \\377", "八进制转义超过 \\377"),
    ("\\u wants four hexadecimal digits", "\\u 后面需要四个十六进制数字"),
    ("half of a surrogate pair stands alone", "代理对缺少另一半"),
    ("a % in a type URL wants two hexadecimal digits", "type URL 中的 % 后面需要两个十六进制数字"),
    ("the schema has no type {} to expand this Any", "schema 中没有类型 {0}，无法展开这个 Any"),
    ("an Any needs \"@type\" to say what it holds", "Any 需要用 \"@type\" 说明内容的类型"),
    ("\"@type\" stands here twice", "\"@type\" 重复出现"),
    ("an Any of {} needs \"value\"", "内容为 {0} 的 Any 需要 \"value\""),
    ("{} is no google.protobuf.Any, so it holds no [{}]", "{0} 不是 google.protobuf.Any，不能包含 [{1}]"),
    ("this Any already holds something", "这个 Any 已有内容"),
    ("the Any's value does not parse as {}: {}", "Any 的内容无法解析为 {0}：{1}"),
    ("the string is not UTF-8 from its byte {} on", "字符串从第 {0} 个字节起不是 UTF-8"),
    ("{} s and {} ns are out of the range of {}", "{0} s {1} ns 超出 {2} 的范围"),
    ("the field mask's path {} has no JSON form", "field mask 的路径 {0} 无法写成 JSON"),
    ("google.protobuf.Value cannot hold {}", "google.protobuf.Value 不能保存 {0}"),
    ("a google.protobuf.Value that holds nothing has no JSON form", "空的 google.protobuf.Value 无法写成 JSON"),
    ("a {} with a value but no type has no JSON form", "有内容但没有类型的 {0} 无法写成 JSON"),
    ("a field number is out of range", "字段编号超出范围"),
    ("the message is cut off inside a number", "消息在一个数字中间截断"),
    ("a number is longer than 64 bits", "有数字超过 64 位"),
    ("the message is cut off: a length reaches past its end", "消息被截断：长度超出末尾"),
    ("a group ends that did not begin", "group 有结束而没有开始"),
    ("a record has an invalid wire type", "记录的 wire type 无效"),
    ("a group is ended by another group's end", "group 的开始与结束不匹配"),
    ("the message is cut off inside a group", "消息在一个 group 中间截断"),
    ("a packed list is cut off inside an element", "packed 列表在一个元素中间截断"),
];

/// What was expected, or stands there instead.
const THINGS: &[(&str, &str)] = &[
    ("{}, which is out of range", "超出范围的 {0}"),
    ("{}, which has a fraction", "带小数的 {0}"),
    ("{}, which is not UTF-8", "不是 UTF-8 的 {0}"),
    ("{}, which this closed enum lacks", "这个封闭 enum 没有的 {0}"),
    ("{} (did you mean {}?)", "{0}（是否想写 {1}？）"),
    ("a string that is not ({})", "不符的字符串（{0}）"),
    ("one of {}", "{0} 之一"),
    ("an object (a map)", "对象（map）"),
    ("an object with \"@type\" (google.protobuf.Any)", "带 \"@type\" 的对象（google.protobuf.Any）"),
    ("an object ({})", "对象（{0}）"),
    ("an object", "对象"),
    ("an array of {}", "{0} 的数组"),
    ("an array", "数组"),
    ("an enum's number (int32)", "enum 的数值（int32）"),
    ("\"true\" or \"false\"", "\"true\" 或 \"false\""),
    ("a field name or \"}\"", "字段名或 \"}\""),
    ("a field name", "字段名"),
    ("a map key or \"}\"", "map 的键或 \"}\""),
    ("a value", "值"),
    ("no value", "没有值"),
    ("the end of the input", "文本结尾"),
    ("a timestamp like {}", "时间戳，例如 {0}"),
    ("a duration like {}", "时长，例如 {0}"),
    ("a field mask like {}", "field mask，例如 {0}"),
    ("a type URL or an extension's name", "type URL 或扩展名"),
    ("a type URL", "type URL"),
    ("nothing", "空"),
    ("a string in UTF-8", "UTF-8 字符串"),
    ("bytes that are not UTF-8", "不是 UTF-8 的字节"),
    ("bytes in base64", "base64 形式的字节"),
    ("bytes in quotes", "带引号的字节"),
    ("{} in quotes", "带引号的 {0}"),
    ("\":\" or \"{\"", "\":\" 或 \"{\""),
    ("\",\" or \"{}\"", "\",\" 或 \"{0}\""),
];

impl Lang {
    /// A sentence of the value engine.
    pub(super) fn misfit_sentence(self, said: &str) -> String {
        self.of_table(SENTENCES, said)
    }

    /// What the value engine expected, or found.
    pub(super) fn misfit_thing(self, said: &str) -> String {
        self.of_table(THINGS, said)
    }

    /// The Chinese of the first English that fits; what has none stays as it is.
    fn of_table(self, table: &[(&str, &str)], said: &str) -> String {
        if self == Self::En {
            return said.to_owned();
        }
        for (en, zh) in table {
            if let Some(holes) = holes_of(en, said) {
                let mut text = (*zh).to_owned();
                for (at, hole) in holes.iter().enumerate().rev() {
                    // What was expected may hold another thing: an array of one of A, B.
                    let hole = if holes.len() == 1 { self.of_table(THINGS, hole) } else { (*hole).to_owned() };
                    text = text.replace(&format!("{{{at}}}"), &hole);
                }
                return text;
            }
        }
        said.to_owned()
    }
}

/// What stands in `said` where `pattern` has its `{}`, if the rest is equal.
fn holes_of<'s>(pattern: &str, said: &'s str) -> Option<Vec<&'s str>> {
    let mut parts = pattern.split("{}");
    let mut rest = said.strip_prefix(parts.next()?)?;
    let mut holes = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            holes.push(rest.strip_suffix(part)?);
            return Some(holes);
        }
        let (hole, after) = rest.split_once(part)?;
        holes.push(hole);
        rest = after;
    }
    rest.is_empty().then_some(holes)
}

#[cfg(test)]
mod tests {
    use super::{SENTENCES, THINGS, holes_of};
    use crate::words::Lang;

    #[test]
    fn each_sentence_has_all_its_holes_in_chinese() {
        for (en, zh) in SENTENCES.iter().chain(THINGS) {
            let count = en.matches("{}").count();
            assert!((0..count).all(|at| zh.contains(&format!("{{{at}}}"))), "{en}: {zh}");
            assert!(!zh.contains(&format!("{{{count}}}")) && !zh.is_empty(), "{en}: {zh}");
        }
    }

    #[test]
    fn the_engines_sentences_are_chinese() {
        for (said, expect) in [
            (
                "unknown field cuont of hello.HelloRequest; did you mean count?",
                "hello.HelloRequest 没有字段 cuont，是否想写 count？",
            ),
            ("unknown field x of hello.HelloRequest", "hello.HelloRequest 没有字段 x"),
            ("messages are nested more than 100 deep", "消息嵌套超过 100 层"),
            ("a sentence that nobody knows", "a sentence that nobody knows"),
        ] {
            assert_eq!(Lang::ZhCn.misfit_sentence(said), expect);
            assert_eq!(Lang::En.misfit_sentence(said), said);
        }
        for (said, expect) in [
            ("an array of one of A, B", "A, B 之一 的数组"),
            ("300, which is out of range", "超出范围的 300"),
            ("\",\" or \"}\"", "\",\" 或 \"}\""),
            ("int32", "int32"),
        ] {
            assert_eq!(Lang::ZhCn.misfit_thing(said), expect);
        }
    }

    #[test]
    fn holes_stand_where_the_pattern_has_them() {
        assert_eq!(holes_of("{} of {}", "a of b"), Some(vec!["a", "b"]));
        assert_eq!(holes_of("plain", "plain"), Some(Vec::new()));
        assert_eq!(holes_of("plain", "plainer"), None);
        assert_eq!(holes_of("a {}!", "a b"), None);
    }
}
