//! The fixed words: one field a thing, both languages side by side, so that a missing one does not compile.

use super::table::word_table;

word_table! {
    /// The fixed words of one language. Each field's doc is its English text.
    Words, words:
    // The frame.
    language_code: "EN", "中文";
    language_switch: "Language: English", "语言：中文";
    language_hover: "切换到中文", "Switch to English";
    theme_to_light: "Light theme", "浅色主题";
    theme_to_dark: "Dark theme", "深色主题";
    services: "Services", "服务";
    add_source: "Add a source…", "添加来源…";
    load_again: "Load again", "重新加载";
    filter_methods: "Filter methods", "筛选方法";
    clear_filter: "Clear the filter", "清除筛选";
    side_panel_edge: "Width of the side panel", "侧栏宽度";
    panes_edge: "Share of request and response", "请求与响应的比例";
    message_edge: "Height of the message", "消息区高度";
    close: "Close", "关闭";
    copy: "Copy", "复制";
    grpcurl_needs_certificate: "Save the certificate that is trusted here as server.pem first.", "请先把这里信任的证书保存为 server.pem。";
    grpcurl_needs_pem: "grpcurl reads no PKCS#12 bundle: add -cert and -key with PEM files.", "grpcurl 不支持 PKCS#12：请用 PEM 文件补上 -cert 和 -key。";
    choose: "Choose…", "选择…";
    more: "More", "更多";
    save: "Save", "保存";
    reset: "Reset", "重置";
    remove: "Remove", "移除";
    request: "Request", "请求";
    as_the_address: "as the address", "与地址相同";
    copy_row: "Copy the row", "复制此行";
    connection: "Connection", "连接";
    not_connected: "Not connected", "未连接";
    cancel: "Cancel", "取消";
    try_again: "Try again", "重试";

    // The side panel.
    no_services: "No services yet", "还没有服务";
    no_services_hint: "They appear here once you connect or open files.", "连接地址或打开文件后，服务会显示在这里。";
    no_hits: "Nothing fits the filter", "没有匹配的方法";
    no_hits_hint: "The filter looks at names of services and methods.", "筛选范围是服务名和方法名。";
    loading: "Loading", "正在加载";
    failed: "failed", "失败";
    stale: "older", "旧数据";
    not_running: "not running", "未运行";
    deprecated: "deprecated", "已弃用";
    load_stopped: "Loading was stopped.", "加载已停止。";
    empty_source: "no services", "没有服务";
    tree: "Services and methods", "服务与方法";
    rename_source: "Rename…", "重命名…";
    rename_title: "Name of the source", "来源的名称";
    rename_hint: "Left empty, it is called by what it was opened from.", "留空则按打开时的内容显示。";
    name: "Name", "名称";
    rename: "Rename", "重命名";
    move_up: "Move up", "上移";
    move_down: "Move down", "下移";
    demo_not_running: "The demo is not running. Start it, and its tabs follow it to its new ports.", "演示服务没有运行。启动后，相关标签页会自动使用新的端口。";
    source_gone: "The source of this method was removed. Open it again, and choose the method there.", "这个方法的来源已被移除。请重新打开来源，再选择方法。";
    source_failed_title: "This source could not be read", "无法读取这个来源";
    problem_title: "This file does not compile", "这个文件无法编译";
    problem_rest: "Everything else in this source is usable.", "同一来源的其他内容仍可使用。";

    // The first window.
    welcome_title: "What would you like to call?", "想调用什么服务？";
    welcome_sub: "Pick one to begin. Everything can be added later.", "先选一种方式，其余的以后随时可加。";
    demo_title: "Try the demo", "试用演示";
    demo_text: "Starts hello.Hello and a small shop on this machine, in plaintext and with TLS.", "在本机启动 hello.Hello 和一个小商店，明文和 TLS 各一份。";
    demo_starting: "Starting…", "正在启动…";
    demo_failed: "The demo could not start", "演示无法启动";
    connect_title: "Connect to an address", "连接地址";
    connect_text: "Asks a running server for its services by reflection. Go-style :7888 means this machine.", "通过反射读取运行中服务的接口。写成 Go 风格的 :7888 即指本机。";
    connect_button: "Connect", "连接";
    address: "Address", "地址";
    address_hint: "127.0.0.1:7888", "127.0.0.1:7888";
    files_title: "Open .proto files", "打开 .proto 文件";
    files_text: "Files, whole folders or a descriptor set. Import roots are worked out for you.", "可以是文件、整个文件夹或描述符集，import 根目录会自动推断。";
    choose_files: "Choose files…", "选择文件…";
    choose_folder: "Choose a folder…", "选择文件夹…";
    or_type_a_path: "or type a path", "或输入路径";
    path: "Path", "路径";
    path_hint: "/home/me/api/hello.proto", "/home/me/api/hello.proto";
    open: "Open", "打开";
    drop_hint: "Drop .proto files, folders or descriptor sets anywhere in this window", "把 .proto 文件、文件夹或描述符集拖到窗口任意位置即可";
    drop_now: "Drop to open", "松开即可打开";
    no_dialog: "No file dialog is to be had here. Type the path instead.", "这里没有可用的文件对话框，请直接输入路径。";
    recent: "Recent", "最近使用";
    recent_empty: "Nothing yet. Addresses and files that you open are listed here.", "还没有记录。打开过的地址和文件会列在这里。";
    send_key: "send", "发送";

    // Adding a source.
    add_source_title: "Add a source", "添加来源";
    import_roots: "Import roots", "import 根目录";
    import_roots_hint: "worked out, unless given", "留空则自动推断";
    several_paths: "Several paths are set apart by semicolons.", "多个路径用分号隔开。";
    tls_with_reflection: "How to connect", "连接方式";
    nothing_typed: "Type an address first, like 127.0.0.1:7888.", "请先输入地址，例如 127.0.0.1:7888。";
    no_path_typed: "Type a path first, to a file or a folder.", "请先输入文件或文件夹的路径。";

    // Nothing open in the centre.
    no_tab: "No request is open", "没有打开的请求";
    no_tab_hint: "Pick a method in the tree.", "请在左侧选择一个方法。";

    // The target bar.
    target: "Target", "目标地址";
    method: "Method", "方法";
    deadline: "Deadline", "超时";
    no_value: "none", "无";
    deadline_bad: "Write a time like 1 s, 250 ms or none.", "请写成 1 s、250 ms 或“无”。";
    send: "Send", "发送";
    not_verified: "not verified", "未验证";
    pinned: "pinned certificate", "已固定证书";
    choose_method: "Choose a method", "选择方法";
    find_method: "Find a method", "查找方法";
    no_method_hits: "No method has this in its name", "没有名称匹配的方法";
    lock_pinned: "The server showed the one certificate that you trust; its name was not compared.", "服务器出示的正是你信任的那张证书，没有比较名称。";
    plaintext: "plaintext", "明文";
    will_try_tls: "TLS, else plaintext", "先 TLS，后明文";
    unreachable: "no connection", "连接失败";
    lock_verified: "The server's certificate was verified.", "服务器证书已通过验证。";
    lock_plaintext: "Everything is sent in plaintext: anyone on the way can read it.", "内容以明文发送，途经者都能读到。";
    lock_unverified: "Encrypted, but nobody checked who answers.", "已加密，但没有核实对方身份。";
    lock_unknown: "Not connected yet. TLS is tried first, then plaintext, before anything of yours is sent.", "尚未连接。会先尝试 TLS，再尝试明文，此前不会发送你的任何内容。";
    lock_failed: "The last connection failed.", "上一次连接失败。";
    lock_will_tls: "Not connected yet. Only TLS will be spoken.", "尚未连接，只会使用 TLS。";
    lock_will_plaintext: "Not connected yet. Plaintext, as you said.", "尚未连接，按设置使用明文。";

    // The request.
    message: "Message", "消息";
    metadata: "Metadata", "Metadata";
    tls: "TLS", "TLS";
    message_editor: "Request message, JSON", "请求消息，JSON";
    template_smallest: "Template", "模板";
    template_small: "Fields of the top level", "顶层字段";
    template_full: "Every field", "全部字段";
    format: "Format", "格式化";
    find_in_message: "Find in the message", "在消息中查找";
    find_none: "No hits", "无匹配";
    find_next: "Next hit", "下一处";
    find_previous: "Previous hit", "上一处";
    find_case: "Match case", "区分大小写";
    find_whole: "Whole words", "全字匹配";
    replace_with: "Replace with", "替换为";
    replace_one: "Replace", "替换";
    replace_all: "Replace all", "全部替换";
    suggestions: "Suggestions", "建议";
    suggest_insert: "insert", "插入";
    suggest_again: "show again", "再次显示";
    suggest_close: "close", "关闭";
    close_find: "Close the search", "关闭查找";
    preparing: "Making the method ready", "正在准备方法";
    prepare_failed: "The method could not be made ready", "无法准备这个方法";
    one_error: "1 error", "1 个错误";
    go_to: "Go to", "定位";
    send_blocked: "The message does not fit its type", "消息与类型不符";
    notes: "What differs from the author's schema", "与原 schema 的差异";
    unsendable_title: "Not sent", "未发送";
    stopped_before: "You stopped the call before its message was ready.", "调用在消息准备好之前已被停止。";
    streams_hint: "Send starts the stream with this message; more can follow.", "发送会以这条消息启动 stream，之后可继续发送。";
    edit_anyway: "Edit it all the same", "仍要编辑";
    large_text: "The text is large: it is shown as it is, unchecked, until you ask.", "文本很大，先原样显示，不做检查。";

    // Metadata.
    metadata_line: "Sent with every call of this request", "随此请求的每次调用发送";
    add_row: "Add row", "添加一行";
    row_on: "Send this row", "发送此行";
    key: "key", "键";
    value: "value", "值";
    show_value: "Show the value", "显示值";
    hide_value: "Hide the value", "隐藏值";
    remove_row: "Remove the row", "删除此行";
    type_again: "type it again", "请重新输入";
    type_again_hint: "Secrets are never kept in a file. This one has to be typed again.", "敏感值不会存到磁盘，需要重新输入。";
    not_sent: "not sent", "不发送";
    metadata_hint: "Keys may repeat and keep their order. Keys that end in -bin carry bytes, as base64 or as hex after 0x.", "键可以重复并保持顺序。以 -bin 结尾的键携带字节，用 base64 或 0x 开头的十六进制书写。";
    added_title: "Added by Proconsul", "由 Proconsul 添加";
    secret_plaintext: "This value is a secret, and the last connection was in plaintext.", "这个值属于敏感信息，而上次连接是明文的。";

    // TLS.
    trust: "Trust", "信任";
    system_roots: "System roots", "系统根证书";
    system_roots_hint: "what this machine trusts", "本机信任的证书";
    ca_file: "CA file…", "CA 文件…";
    ca_file_hint: "an authority of your own, or the server's self-signed certificate", "自有的 CA，或服务器的自签名证书";
    given_certificate: "The demo's certificate", "演示服务的证书";
    given_label: "the demo's certificate", "演示服务的证书";
    given_hint: "handed over by the demo", "由演示服务提供";
    pinned_certificate: "Exactly this certificate", "仅此证书";
    pinned_hint: "its name is not compared", "不比较名称";
    ca_path: "CA file", "CA 文件";
    certificate_of_server: "Certificate of the server", "服务器证书";
    ca_path_hint: "/path/to/server.pem", "/path/to/server.pem";
    names: "Names", "名称";
    server_name: "Server name", "服务器名";
    server_name_help: "Compared with the certificate, and sent as SNI.", "与证书比对，并作为 SNI 发送。";
    authority: "Authority", "Authority";
    client_certificate: "Client certificate", "客户端证书";
    kind: "Kind", "类型";
    none: "None", "无";
    pem_files: "PEM files", "PEM 文件";
    pkcs12: "PKCS#12", "PKCS#12";
    certificate: "Certificate", "证书";
    certificate_hint: "/path/to/client.pem", "/path/to/client.pem";
    private_key: "Key", "私钥";
    private_key_hint: "/path/to/client.key", "/path/to/client.key";
    bundle: "Bundle", "证书包";
    bundle_hint: "/path/to/client.p12", "/path/to/client.p12";
    password: "Password", "密码";
    skip_verify: "Skip verification", "跳过验证";
    skip_verify_text: "Still encrypted, but to anyone who answers. They would read your token. While it is on, the address is red in every tab that uses it.", "仍然加密，但对方可能是任何人，他们会读到你的 token。开启期间，所有使用该地址的标签页都以红色标出。";
    on: "on", "开";
    off: "off", "关";
    auto: "Auto", "自动";
    scheme: "What to speak", "使用的协议";
    speak_plaintext: "Plaintext", "明文";
    plaintext_chosen: "Plaintext is chosen: none of this is used.", "已选择明文，以下设置不生效。";

    // The answer.
    response: "Response", "响应";
    messages: "Messages", "消息";
    headers: "Headers", "头部";
    trailers: "Trailers", "Trailers";
    response_body: "Response message", "响应消息";
    nothing_yet: "No answer yet", "还没有响应";
    nothing_yet_hint: "Send the request, and the answer appears here.", "发送请求后，响应会显示在这里。";
    waiting: "Waiting for the answer", "正在等待响应";
    calling: "Calling", "调用中";
    streaming: "Streaming", "流传输中";
    before_edits: "answer to the message before your edits", "对应修改前的消息";
    older_answer: "the answer before this call", "上一次调用的响应";
    no_headers: "No headers came", "没有收到头部";
    no_headers_hint: "A server that refuses a call at once sends trailers alone.", "立即拒绝调用的服务器只发送 trailers。";
    no_trailers: "No trailers yet", "还没有 trailers";
    no_trailers_hint: "They come at the end of a call.", "它们在调用结束时到达。";
    no_trailers_end: "No trailers came", "没有收到 trailers";
    no_trailers_end_hint: "The call ended before the server could send them.", "服务器发送之前调用已结束。";
    trailers_only: "came as the only frame of headers", "与头部合并为一帧";
    empty_value: "empty", "空";
    details: "Details", "详情";
    what_to_try: "What to try", "可以尝试";
    trust_certificate: "Trust this certificate…", "信任此证书…";
    trust_confirm: "Trust this certificate", "信任此证书";
    show_certificate: "Show certificate", "查看证书";
    use_plaintext: "Use plaintext", "改用明文";
    use_tls: "Use TLS", "改用 TLS";
    leaf_and_root: "leaf, and its own root", "叶证书，也是自己的根";
    leaf: "leaf", "叶证书";
    signed_itself: "root: signs itself", "根证书，自签名";
    intermediate: "signs the one above", "签发上一张";
    passed: "passed", "通过";
    unchecked: "not checked", "未检查";
    no_message: "The call ended without a message", "调用结束，没有消息";
    decoding: "Formatting the message", "正在格式化消息";
    undecodable: "This message cannot be shown as JSON", "这条消息无法显示为 JSON";
    no_message_text: "No text came with it.", "没有附带说明。";
    call_not_begun: "The call did not begin", "调用没有开始";
    use_as_server_name: "Use it as server name", "用作服务器名";
    open_tls: "Open TLS settings", "打开 TLS 设置";

    // Certificates.
    certificate_chain: "Certificate chain", "证书链";
    subject: "Subject", "主体";
    san: "Names (SAN)", "名称 (SAN)";
    issuer: "Issuer", "颁发者";
    self_signed: "itself: self-signed", "自身：自签名";
    valid: "Valid", "有效期";
    sha256: "SHA-256", "SHA-256";
    cipher_suite: "Cipher suite", "密码套件";

    // Streams.
    sent: "Sent", "已发送";
    received: "Received", "已接收";
    send_message: "Send message", "发送消息";
    send_list: "Send list…", "发送列表…";
    half_close: "Half-close", "半关闭";
    half_close_hint: "ends our side, keeps reading theirs", "结束我方发送，继续接收";
    half_closed: "our side is closed", "我方已结束发送";
    follow_tail: "Follow tail", "跟随最新";
    number: "No.", "序号";
    time: "Time", "时间";
    size: "Size", "大小";
    direction: "Direction", "方向";
    message_list: "Messages of the stream", "stream 的消息";
    no_messages: "No messages yet", "还没有消息";
    no_messages_hint: "They appear here as they are sent and come.", "发送和收到的消息会显示在这里。";
    previous_message: "Previous message", "上一条消息";
    next_message: "Next message", "下一条消息";
    close_message: "Close the message", "关闭消息";
    not_compressed: "not compressed", "未压缩";
    list_title: "Send a list", "发送列表";
    list_hint: "A JSON array, or one message after the other.", "JSON 数组，或逐条排列的消息。";
    list_editor: "Messages, JSON", "消息，JSON";
    send_all: "Send all", "全部发送";

    // Phases.
    phases: "Phases", "阶段";
    phase: "Phase", "阶段";
    fold_phases: "Fold the phases", "折叠阶段";
    unfold_phases: "Show the phases", "展开阶段";
    phase_queue: "Queue", "排队";
    phase_tls: "TLS handshake", "TLS 握手";
    phase_http2: "HTTP/2 settings", "HTTP/2 设置";
    phase_wait: "Wait for the server", "等待服务器";
    not_reached: "not reached", "未到达";
    literal_address: "a literal address", "字面地址";
    connected: "connected", "已连接";
    next_tried: "failed, so the next address was tried", "失败，已尝试下一个地址";
    plaintext_tried: "no TLS here, so plaintext was tried", "对方不用 TLS，已改试明文";
    until_first_byte: "until the first byte", "直到首字节";
    still_running: "still running", "进行中";
    phase_cancelled: "cancelled", "已取消";

    // What is remembered between starts.
    set_aside_title: "What was open last time could not be read", "无法读取上次打开的内容";
    not_kept_title: "Open tabs and drafts are not kept", "打开的标签页和草稿无法保存";
    // Diagnose.
    diagnose: "Diagnose", "诊断";
    diagnosing: "Climbing the ladder", "正在逐步检查";
    diagnosis: "Steps of the diagnosis", "诊断步骤";
    diagnose_again: "Diagnose again", "重新诊断";
    diagnosis_close: "Close the diagnosis", "关闭诊断";
    diagnosis_stopped: "stopped", "已停止";
    diagnosis_not_begun: "The diagnosis did not begin", "诊断没有开始";
    step_warned: "to be looked at", "需留意";
    step_skipped: "skipped", "已跳过";

    // Names for assistive tools.
    tabs: "Open requests", "打开的请求";
    close_tab: "Close the tab", "关闭标签页";
    new_tab: "New request of this method", "为此方法新建请求";
    more_tabs: "More tabs", "更多标签页";
    duplicate_tab: "Duplicate", "复制标签页";
    move_left: "Move left", "左移";
    move_right: "Move right", "右移";
    fold: "Fold", "折叠";
    unfold: "Unfold", "展开";
}
