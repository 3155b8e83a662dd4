//! Words of the request side: metadata of targets, the keychain, the target bar's lists, the settings of calls, pasted
//! commands.

use std::time::Duration;

use super::table::word_table;
use super::{Lang, format};
use crate::keychain::KeychainState;

word_table! {
    /// The words of the request side.
    RequestWords, requests:
    // Metadata.
    paste: "Paste", "粘贴";
    paste_hint: "Rows from the clipboard: key: value lines, -H of curl, a JSON object, columns", "从剪贴板粘贴多行：key: value、curl 的 -H、JSON 对象或表格列";
    paste_none: "The clipboard holds no rows like key: value.", "剪贴板中没有 key: value 形式的内容。";
    target_hint: "They go with reflection and health too, so a token is typed once.", "反射和健康检查也会携带，token 只需输入一次。";
    no_target: "Type an address first: its rows are kept by address.", "请先输入地址：这些行按地址保存。";
    row_menu: "More about the row", "此行的更多操作";
    to_request: "Send with this request only", "仅随此请求发送";
    mark_secret: "Keep as a secret", "作为敏感值保存";
    secret_by_key: "by its key", "由键名决定";
    as_hex: "Write as hex", "改写为十六进制";
    as_base64: "Write as base64", "改写为 base64";
    copy_row_secret: "Copy the row, with its secret", "复制此行（含敏感值）";
    overridden_hint: "The request has a row with this key, which is sent instead.", "请求中有同名的键，将发送请求自己的值。";
    asked: "asking the keychain", "正在读取钥匙串";
    refused: "in the keychain", "在钥匙串中";
    refused_hint: "The keychain did not give this value. Try again below, or type it.", "钥匙串没有给出这个值。请在下方重试，或直接输入。";
    gone_hint: "No keychain has this value: it has to be typed again. No file ever holds it.", "钥匙串中没有这个值，需要重新输入。任何文件都不会保存它。";
    common_keys: "Common keys", "常用键";
    from_deadline: "from the deadline", "来自超时设置";
    from_compression: "from the compression", "来自压缩设置";

    // The keychain.
    keychain: "System keychain", "系统钥匙串";
    keychain_unasked: "not asked yet", "尚未使用";
    keychain_works: "holds secrets from one start to the next", "跨启动保存敏感值";
    keychain_absent: "No keychain here.", "没有可用的钥匙串。";
    keychain_absent_text: "Secrets last until the program ends. No file holds them.", "敏感值只保留到程序结束，不会写入任何文件。";
    keychain_locked: "The keychain is locked.", "钥匙串已锁定。";
    keychain_locked_text: "Secrets last until the program ends, unless it is unlocked.", "如不解锁，敏感值只保留到程序结束。";
    keychain_waits: "Waiting for the keychain.", "正在等待钥匙串。";
    keychain_waits_text: "It may be asking for your password in a window of its own.", "它可能正在另一个窗口中询问密码。";
    keychain_failed: "The keychain does not work.", "钥匙串无法使用。";

    // The target bar.
    known_targets: "Known addresses", "已知地址";
    open_source: "open source", "已打开的来源";
    connected_last: "connected last", "上次已连接";
    failed_last: "failed last", "上次失败";
    not_connected: "Not connected. The next call connects.", "未连接。下次调用时建立连接。";
    connecting: "Connecting…", "正在连接…";
    looking: "Looking…", "正在查看…";
    reconnect: "Reconnect", "重新连接";
    reconnect_hint: "Closes this connection once its calls have ended, and makes another.", "待现有调用结束后关闭此连接，并建立新的连接。";

    // Settings of calls.
    this_request: "This request", "此请求";
    compression: "Compression", "压缩";
    compression_hint: "Of the messages that are sent. Any that come are read.", "用于发送的消息。接收时可读取所有压缩格式。";
    receive_limit: "Largest received", "最大接收消息";
    send_limit: "Largest sent", "最大发送消息";
    connect_timeout: "Connect within", "连接超时";
    keepalive: "Keepalive after", "Keepalive 间隔";
    keepalive_hint: "A PING goes out when the connection was quiet so long.", "连接空闲这么久后发送 PING。";
    keepalive_timeout: "Its answer within", "PING 应答超时";
    user_agent: "User agent", "User agent";
    size_bad: "Write a size like 4 MiB, 512 KiB or 1000.", "请写成 4 MiB、512 KiB 或 1000。";
    time_bad: "Write a time like 10 s or 500 ms.", "请写成 10 s 或 500 ms。";
    agent_bad: "Plain ASCII only.", "只能使用 ASCII 字符。";
    streams_deadline: "A deadline ends the whole stream.", "超时会结束整个 stream。";

    // Pasted commands.
    paste_command_link: "or paste a grpcurl command", "或粘贴 grpcurl 命令";
    paste_command_title: "Open a grpcurl command", "打开 grpcurl 命令";
    paste_command_hint: "It opens as a request: address, TLS, metadata, schema, message. Nothing is sent.", "将作为请求打开：地址、TLS、metadata、schema 和消息。不会发送任何内容。";
    paste_command_field: "grpcurl command", "grpcurl 命令";
    paste_command_bad: "This is no grpcurl command with an address: it begins with grpcurl and names a server.", "这不是带地址的 grpcurl 命令：应以 grpcurl 开头并指明服务器。";
    pasted_title: "The command was opened, but not all of it.", "命令已打开，但部分内容未采用。";

    // Settings of TLS.
    reading_file: "Reading the file…", "正在读取文件…";
    certificate_file_empty: "This file holds no certificate in PEM.", "文件中没有 PEM 格式的证书。";
    self_signed_is_fine: "self-signed is fine", "可以是自签名证书";
}

impl Lang {
    /// "Sent with every call to 127.0.0.1:7888".
    pub fn sent_to(self, address: &str) -> String {
        self.pick(format!("Sent with every call to {address}"), format!("随发往 {address} 的每次调用发送"))
    }

    /// "Send with every call to 127.0.0.1:7888".
    pub fn send_to(self, address: &str) -> String {
        self.pick(format!("Send with every call to {address}"), format!("随发往 {address} 的每次调用发送"))
    }

    /// "Every call to 127.0.0.1:7888".
    pub fn every_call_to(self, address: &str) -> String {
        self.pick(format!("Every call to {address}"), format!("发往 {address} 的每次调用"))
    }

    /// "12 B as hex".
    pub fn hex_bytes(self, count: usize) -> String {
        self.pick(format!("{count} B as hex"), format!("{count} B，十六进制"))
    }

    /// "Connected for 14 min, 2 calls".
    pub fn connected_for(self, time: Duration, calls: u64) -> String {
        let time = self.about(time);
        let noun = if calls == 1 { "call" } else { "calls" };
        self.pick(
            format!("Connected for {time}, {} {noun}", format::count(calls)),
            format!("已连接 {time}，{} 次调用", format::count(calls)),
        )
    }

    /// "14 min": a time of which the order of size is enough.
    pub fn about(self, time: Duration) -> String {
        let seconds = time.as_secs();
        match seconds {
            0..60 => format!("{seconds} s"),
            60..3600 => format!("{} min", seconds / 60),
            3600..86_400 => format!("{} h", seconds / 3600),
            _ => self.pick(format!("{} d", seconds / 86_400), format!("{} 天", seconds / 86_400)),
        }
    }

    /// "Reset Largest received to 64 MiB".
    pub fn reset_to(self, name: &str, usual: &str) -> String {
        self.pick(format!("Reset {name} to {usual}"), format!("将{name}重置为 {usual}"))
    }

    /// What the keychain's state means, as title and text; nothing where it works.
    pub fn keychain_trouble(self, state: &KeychainState) -> Option<(&'static str, String)> {
        let words = self.requests();
        let with = |text: &str, why: &str| {
            if why.is_empty() { text.to_owned() } else { format!("{text} ({why})") }
        };
        match state {
            KeychainState::Unasked | KeychainState::Works => None,
            KeychainState::Waiting => Some((words.keychain_waits, words.keychain_waits_text.to_owned())),
            // What the bus says of it helps nobody.
            KeychainState::Absent(_) => Some((words.keychain_absent, words.keychain_absent_text.to_owned())),
            KeychainState::Locked(_) => Some((words.keychain_locked, words.keychain_locked_text.to_owned())),
            KeychainState::Failed(why) => Some((words.keychain_failed, with(words.keychain_absent_text, why))),
        }
    }

    /// A flag of a pasted command that was skipped.
    pub fn paste_skipped(self, flag: &str) -> String {
        self.pick(format!("{flag} is not known here, and was skipped."), format!("{flag} 在这里不适用，已跳过。"))
    }

    /// Its message is elsewhere.
    pub fn paste_data_elsewhere(self, data: &str) -> String {
        self.pick(
            format!("-d {data} reads the message from elsewhere: type or paste it here."),
            format!("-d {data} 从别处读取消息：请在这里输入或粘贴。"),
        )
    }

    /// A flag's value could not be read.
    pub fn paste_bad_value(self, flag: &str) -> String {
        self.pick(format!("The value of {flag} could not be read."), format!("无法识别 {flag} 的值。"))
    }

    /// A quote is open at its end.
    pub fn paste_open_quote(self) -> String {
        self.pick(
            "A quote is open at the end: a part of the command may be missing.".to_owned(),
            "末尾的引号没有闭合：命令可能不完整。".to_owned(),
        )
    }

    /// It names no method.
    pub fn paste_no_method(self) -> String {
        self.pick(
            "It names no method: choose one in the tree.".to_owned(),
            "命令没有指定方法：请在左侧选择。".to_owned(),
        )
    }

    /// A variable stands for a value.
    pub fn paste_variable(self, key: &str) -> String {
        self.pick(
            format!("The value of {key} is a variable of the shell: type it under Metadata."),
            format!("{key} 的值是 shell 变量：请在 Metadata 中输入。"),
        )
    }

    /// A path of its folder.
    pub fn paste_relative(self, path: &str) -> String {
        self.pick(
            format!("{path} is meant from the folder where the command ran: give the whole path if it is not found."),
            format!("{path} 相对于命令运行时的目录：如果找不到，请填写完整路径。"),
        )
    }

    /// A file of certificates that cannot be read.
    pub fn certificate_unreadable(self, why: &str) -> String {
        self.pick(format!("The file cannot be read: {why}."), format!("无法读取文件：{why}。"))
    }

    /// "2 more certificates".
    pub fn more_certificates(self, count: usize) -> String {
        let noun = if count == 1 { "certificate" } else { "certificates" };
        self.pick(format!("{count} more {noun}"), format!("另有 {count} 张证书"))
    }
}
