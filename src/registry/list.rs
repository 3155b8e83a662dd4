//! The static list: `host:port [name [tag,…]]` a line, `#` comments; a file, or made by hand.
//!
//! A line that cannot be read costs only itself and is told as a problem. There are no checks, so health says nothing;
//! a list can only be read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, watch};

use super::{
    AgentInfo, Answer, BoxFuture, Capabilities, Datacenter, Health, Hidden, Instance, InstanceKey, KeyValues, Lacks,
    Node, Registry, RegistryError, RegistryFault, RegistryKind, RegistryPlace, Scope, Service, Unreached, UnreadList,
    WAITING_UPDATES, Watch, WatchUpdate, services_of,
};

/// A larger file is no list of addresses.
const MOST_BYTES: u64 = 16 << 20;
/// A watched file is looked at this often: a change is seen at once for a person, and the look costs one `stat`.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Whoever writes it needs less than that between two steps.
const SETTLE: Duration = Duration::from_millis(20);
/// A file that never holds still is read all the same.
const MOST_LOOKS: usize = 50;

/// A list that is open.
#[derive(Debug)]
pub struct StaticList {
    place: RegistryPlace,
    source: Source,
}

#[derive(Debug)]
enum Source {
    File(PathBuf),
    /// The text, and whoever waits for another.
    Made(watch::Sender<Arc<str>>),
}

/// What a list says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListContent {
    /// In the order of the lines.
    pub instances: Vec<Instance>,
    /// Lines that say nothing that can be used.
    pub problems: Vec<ListProblem>,
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListProblem {
    /// Counted from 1.
    pub line: usize,
    /// The line, without its comment.
    pub text: String,
    /// Why.
    pub fault: ListFault,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// There is no port: an instance is called at one.
    NoPort,
    /// The port is none: what stands there.
    BadPort(String),
    /// The host is none.
    BadHost,
    /// A scheme stands before it.
    Scheme,
    /// More than address, name and tags.
    TooMuch,
    /// The same address stands with the same name at this line.
    Twice(usize),
}

impl std::fmt::Display for ListProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {:?}: ", self.line, self.text)?;
        match &self.fault {
            ListFault::NoPort => f.write_str("the port is missing: write host:port"),
            ListFault::BadPort(port) => write!(f, "{port:?} is no port: a number from 1 to 65535"),
            ListFault::BadHost => f.write_str("this is no host: write host:port, and IPv6 as [::1]:7888"),
            ListFault::Scheme => f.write_str("an address in a list has no scheme: write host:port"),
            ListFault::TooMuch => f.write_str("too many words: write host:port [name [tag,tag]]"),
            ListFault::Twice(line) => write!(f, "stands at line {line} already"),
        }
    }
}

/// Reads the text of a list.
pub fn parse_list(text: &str) -> ListContent {
    let mut content = ListContent::default();
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let number = number + 1;
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        let mut problem = |fault| content.problems.push(ListProblem { line: number, text: line.to_owned(), fault });
        let instance = match parse_line(line) {
            Ok(instance) => instance,
            Err(fault) => {
                problem(fault);
                continue;
            }
        };
        let key = (instance.key.service.clone(), instance.key.id.clone());
        if let Some(first) = seen.get(&key) {
            problem(ListFault::Twice(*first));
            continue;
        }
        seen.insert(key, number);
        content.instances.push(instance);
    }
    content
}

/// A `#` begins a comment at the start of a word; inside one it belongs to it.
fn without_comment(line: &str) -> &str {
    let start = line.char_indices().find(|(at, character)| {
        *character == '#'
            && line.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    });
    start.and_then(|(at, _)| line.get(..at)).unwrap_or(line)
}

fn parse_line(line: &str) -> Result<Instance, ListFault> {
    let (address, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (host, port) = host_port(address)?;
    let rest = rest.trim_start();
    let (name, tags) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let tags: Vec<String> = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    // A space after a comma is a habit; one inside a tag is a word too many.
    if tags.iter().any(|tag| tag.contains(char::is_whitespace)) {
        return Err(ListFault::TooMuch);
    }
    let mut instance =
        Instance { address: host, port, tags, weights: (1, 1), health: Health::Unknown, ..Instance::default() };
    let id = instance.host_port();
    let service = if name.is_empty() { id.clone() } else { name.to_owned() };
    instance.key = InstanceKey { datacenter: String::new(), node: String::new(), service, id };
    Ok(instance)
}

fn host_port(text: &str) -> Result<(String, u16), ListFault> {
    if text.contains("://") {
        return Err(ListFault::Scheme);
    }
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or(ListFault::BadHost)?;
        if host.split('%').next().unwrap_or(host).parse::<std::net::Ipv6Addr>().is_err() {
            return Err(ListFault::BadHost);
        }
        (host, after.strip_prefix(':').ok_or(ListFault::NoPort)?)
    } else {
        let (host, port) = text.rsplit_once(':').ok_or(ListFault::NoPort)?;
        if host.contains([':', '/', '@']) {
            return Err(ListFault::BadHost);
        }
        // Go's servers print the address they listen at as `:7888`; people paste it.
        (if host.is_empty() { "localhost" } else { host }, port)
    };
    match port.parse::<u16>() {
        Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => Ok((host.to_owned(), number)),
        _ => Err(ListFault::BadPort(port.to_owned())),
    }
}

impl StaticList {
    /// A list in a file; the file need not be there yet. `path` is as typed, `~/` already resolved.
    pub fn file(path: &Path) -> Self {
        let place = RegistryPlace { kind: RegistryKind::Static, address: path.display().to_string() };
        Self { place, source: Source::File(path.to_path_buf()) }
    }

    /// A list made by hand. `name` tells it apart from others; it may be empty.
    pub fn made(name: &str, text: &str) -> Self {
        let place = RegistryPlace { kind: RegistryKind::Static, address: name.to_owned() };
        Self { place, source: Source::Made(watch::Sender::new(text.into())) }
    }

    /// Gives a list that was made by hand another text; whoever watches it is told. A file is left alone.
    pub fn set_text(&self, text: &str) {
        if let Source::Made(sender) = &self.source {
            sender.send_replace(text.into());
        }
    }

    /// What it says now.
    pub async fn content(&self) -> Result<ListContent, RegistryError> {
        match &self.source {
            Source::Made(sender) => Ok(parse_list(&sender.borrow().clone())),
            Source::File(path) => read(path).await.map_err(|why| self.away(why)),
        }
    }

    fn away(&self, why: UnreadList) -> RegistryError {
        away(&self.place, why)
    }

    fn unsupported<T>(&self, what: Lacks) -> Result<T, RegistryError> {
        let fault = RegistryFault::Unsupported(what);
        Err(RegistryError { place: self.place.clone(), asked: String::new(), fault })
    }

    /// Instances that a scope lets through.
    fn scoped(&self, scope: &Scope, content: ListContent) -> Result<Vec<Instance>, RegistryError> {
        check_scope(&self.place, scope)?;
        Ok(select(content, scope))
    }

    fn watch_with<T: Send + Sync + PartialEq + 'static>(
        &self,
        scope: Scope,
        shape: impl Fn(Vec<Instance>) -> T + Send + Sync + 'static,
    ) -> Watch<T> {
        let (sender, receiver) = mpsc::channel(WAITING_UPDATES);
        let place = self.place.clone();
        let (path, made) = match &self.source {
            Source::File(path) => (Some(path.clone()), None),
            Source::Made(text) => (None, Some(text.subscribe())),
        };
        tokio::spawn(async move {
            let mut watcher = Watcher { sender, last: None, away: false };
            if let Err(error) = check_scope(&place, &scope) {
                watcher.away(error).await;
                return watcher.sender.closed().await;
            }
            let shape = |content| shape(select(content, &scope));
            if let Some(path) = path {
                watcher.follow_file(&path, &place, shape).await;
            } else if let Some(made) = made {
                watcher.follow_text(made, shape).await;
            }
        });
        receiver
    }
}

fn away(place: &RegistryPlace, why: UnreadList) -> RegistryError {
    let fault = RegistryFault::Unreachable(Unreached::List(why));
    RegistryError { place: place.clone(), asked: String::new(), fault }
}

fn check_scope(place: &RegistryPlace, scope: &Scope) -> Result<(), RegistryError> {
    let fault = if scope.filter.is_some() {
        RegistryFault::Unsupported(Lacks::Filters)
    } else if let Some(name) = scope.datacenter.clone().filter(|name| !name.is_empty()) {
        RegistryFault::NoDatacenter(name)
    } else {
        return Ok(());
    };
    Err(RegistryError { place: place.clone(), asked: String::new(), fault })
}

/// There are no checks, so none fails: "passing only" leaves all.
fn select(content: ListContent, scope: &Scope) -> Vec<Instance> {
    let all = content.instances.into_iter();
    all.filter(|instance| scope.tags.iter().all(|tag| instance.tags.contains(tag))).collect()
}

fn of_service(instances: Vec<Instance>, service: Option<&str>) -> Vec<Instance> {
    let mut all = instances;
    match service {
        Some(name) => all.retain(|instance| instance.key.service == name),
        // Stable: within a service the lines keep their order.
        None => all.sort_by(|one, other| one.key.service.cmp(&other.key.service)),
    }
    all
}

fn whole<T>(value: T) -> Answer<T> {
    Answer { value, hidden: Hidden::Nothing }
}

async fn read(path: &Path) -> Result<ListContent, UnreadList> {
    let owned = path.to_path_buf();
    let work = tokio::task::spawn_blocking(move || {
        let found = std::fs::metadata(&owned).map_err(|error| unread(&error))?;
        if found.is_dir() {
            return Err(UnreadList::Folder);
        }
        if found.len() > MOST_BYTES {
            return Err(UnreadList::TooLarge);
        }
        let bytes = std::fs::read(&owned).map_err(|error| unread(&error))?;
        Ok(parse_list(&String::from_utf8_lossy(&bytes)))
    });
    work.await.unwrap_or_else(|error| Err(UnreadList::Other(error.to_string())))
}

fn unread(error: &std::io::Error) -> UnreadList {
    match error.kind() {
        std::io::ErrorKind::NotFound => UnreadList::NoFile,
        std::io::ErrorKind::PermissionDenied => UnreadList::Forbidden,
        _ => UnreadList::Other(error.to_string()),
    }
}

/// What tells that a file is another one, or was written.
async fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let found = tokio::fs::metadata(path).await.ok()?;
    Some((found.modified().ok()?, found.len()))
}

/// The same, once it holds still: who writes a file empties it first.
async fn settled(path: &Path) -> Option<(SystemTime, u64)> {
    let mut found = stamp(path).await;
    for _ in 0..MOST_LOOKS {
        tokio::time::sleep(SETTLE).await;
        let again = stamp(path).await;
        if again == found {
            break;
        }
        found = again;
    }
    found
}

/// Tells one listener.
struct Watcher<T> {
    sender: mpsc::Sender<WatchUpdate<T>>,
    last: Option<Arc<T>>,
    away: bool,
}

impl<T: Send + Sync + PartialEq + 'static> Watcher<T> {
    async fn tell(&self, update: WatchUpdate<T>) {
        // Who does not listen any more is noticed by `closed`.
        drop(self.sender.send(update).await);
    }

    async fn away(&mut self, error: RegistryError) {
        if !std::mem::replace(&mut self.away, true) {
            self.tell(WatchUpdate::Away(Arc::new(error))).await;
        }
    }

    async fn now(&mut self, value: T) {
        let was_away = std::mem::replace(&mut self.away, false);
        if self.last.as_deref() == Some(&value) {
            if was_away {
                self.tell(WatchUpdate::Back).await;
            }
            return;
        }
        let value = Arc::new(value);
        self.last = Some(Arc::clone(&value));
        self.tell(WatchUpdate::Now(Answer { value, hidden: Hidden::Nothing })).await;
    }

    async fn follow_file(&mut self, path: &Path, place: &RegistryPlace, shape: impl Fn(ListContent) -> T + Sync) {
        let mut known = None;
        loop {
            let mut found = stamp(path).await;
            if found.is_none() || found != known || self.away {
                if found.is_some() {
                    found = settled(path).await;
                }
                match read(path).await {
                    Ok(content) => self.now(shape(content)).await,
                    Err(why) => self.away(away(place, why)).await,
                }
                known = found;
            }
            tokio::select! {
                () = self.sender.closed() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn follow_text(&mut self, mut text: watch::Receiver<Arc<str>>, shape: impl Fn(ListContent) -> T + Sync) {
        loop {
            let content = parse_list(&text.borrow_and_update().clone());
            self.now(shape(content)).await;
            tokio::select! {
                () = self.sender.closed() => return,
                // The list was closed: what it said last stays, until the listener goes too.
                changed = text.changed() => if changed.is_err() { return self.sender.closed().await },
            }
        }
    }
}

impl Registry for StaticList {
    fn place(&self) -> &RegistryPlace {
        &self.place
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn datacenters(&self) -> BoxFuture<'_, Result<Vec<Datacenter>, RegistryError>> {
        Box::pin(async { Ok(vec![Datacenter { name: String::new(), is_own: true }]) })
    }

    fn services<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Answer<Vec<Service>>, RegistryError>> {
        Box::pin(async move { Ok(whole(services_of(&self.scoped(scope, self.content().await?)?))) })
    }

    fn instances<'a>(
        &'a self,
        scope: &'a Scope,
        service: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Answer<Vec<Instance>>, RegistryError>> {
        Box::pin(async move { Ok(whole(of_service(self.scoped(scope, self.content().await?)?, service))) })
    }

    fn watch_services(&self, scope: Scope) -> Watch<Vec<Service>> {
        self.watch_with(scope, |instances| services_of(&instances))
    }

    fn watch_instances(&self, scope: Scope, service: Option<String>) -> Watch<Vec<Instance>> {
        self.watch_with(scope, move |instances| of_service(instances, service.as_deref()))
    }

    fn nodes<'a>(&'a self, _scope: &'a Scope) -> BoxFuture<'a, Result<Answer<Vec<Node>>, RegistryError>> {
        Box::pin(async { self.unsupported(Lacks::Nodes) })
    }

    fn agent(&self) -> BoxFuture<'_, Result<AgentInfo, RegistryError>> {
        Box::pin(async { self.unsupported(Lacks::Agent) })
    }

    fn id_taken<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, RegistryError>> {
        Box::pin(async move {
            let content = self.content().await?;
            Ok(content.instances.into_iter().find(|one| one.key.id == id).map(|one| one.key.service))
        })
    }

    fn register<'a>(&'a self, _body: &'a serde_json::Value) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async { self.unsupported(Lacks::Register) })
    }

    fn deregister<'a>(&'a self, _instance: &'a InstanceKey) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async { self.unsupported(Lacks::Deregister) })
    }

    fn maintain<'a>(
        &'a self,
        _instance: &'a InstanceKey,
        _reason: Option<&'a str>,
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async { self.unsupported(Lacks::Maintenance) })
    }

    fn set_ttl<'a>(
        &'a self,
        _node: &'a str,
        _check: &'a str,
        _to: Health,
        _note: &'a str,
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async { self.unsupported(Lacks::Checks) })
    }

    fn key_values(&self) -> Option<&dyn KeyValues> {
        None
    }

    fn problems(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async {
            let content = self.content().await.unwrap_or_default();
            content.problems.iter().map(ToString::to_string).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn lines() {
        let check = |line: &str, id: &str, name: &str, tags: &[&str]| {
            let content = parse_list(line);
            assert_eq!(content.problems, [], "{line}");
            let found = content.instances.first().unwrap_or_else(|| panic!("{line}"));
            assert_eq!((found.key.id.as_str(), found.key.service.as_str()), (id, name), "{line}");
            assert_eq!(found.host_port(), id, "{line}");
            assert_eq!(found.tags, tags, "{line}");
        };
        check("127.0.0.1:9001", "127.0.0.1:9001", "127.0.0.1:9001", &[]);
        check("  127.0.0.1:9001   User", "127.0.0.1:9001", "User", &[]);
        check("\u{feff}a:1\tUser\tuser,,v1.8,\r", "a:1", "User", &["user", "v1.8"]);
        check("a:1 User user, v1.8 # the first", "a:1", "User", &["user", "v1.8"]);
        check("a:1 User#2 a#b", "a:1", "User#2", &["a#b"]);
        check("[::1]:9001 用户", "[::1]:9001", "用户", &[]);
        check(":9001", "localhost:9001", "localhost:9001", &[]);
        for nothing in ["", "   ", "# a:1", "\t# comment"] {
            assert_eq!(parse_list(nothing), ListContent::default(), "{nothing:?}");
        }
    }

    #[test]
    fn a_bad_line_costs_only_itself() {
        let text = "a:1 User\nb User\nc:0\n[::1 X\ngrpc://d:1\ne:1 User a b\na:1 User v2\na:1 Other\n::1\nf:99999";
        let content = parse_list(text);
        let ids: Vec<_> = content.instances.iter().map(|one| (one.key.service.as_str(), one.key.id.as_str())).collect();
        assert_eq!(ids, [("User", "a:1"), ("Other", "a:1")]);
        let faults: Vec<_> = content.problems.iter().map(|problem| (problem.line, problem.fault.clone())).collect();
        assert_eq!(
            faults,
            [
                (2, ListFault::NoPort),
                (3, ListFault::BadPort("0".to_owned())),
                (4, ListFault::BadHost),
                (5, ListFault::Scheme),
                (6, ListFault::TooMuch),
                (7, ListFault::Twice(1)),
                (9, ListFault::BadHost),
                (10, ListFault::BadPort("99999".to_owned())),
            ]
        );
        assert_eq!(content.problems[0].to_string(), "line 2: \"b User\": the port is missing: write host:port");
    }

    async fn next<T>(watch: &mut Watch<T>) -> WatchUpdate<T> {
        tokio::time::timeout(Duration::from_secs(10), watch.recv()).await.expect("an update in time").expect("a watch")
    }

    #[tokio::test]
    async fn what_a_list_answers() {
        let list = StaticList::made("", "b:2 User v2\na:1 User v1\nc:3 Hello");
        let scope = Scope::default();
        let services = list.services(&scope).await.unwrap().value;
        let named: Vec<_> =
            services.iter().map(|one| (one.name.as_str(), one.counts.total(), one.tags.len())).collect();
        assert_eq!(named, [("Hello", 1, 0), ("User", 2, 2)]);
        // The order of the lines is the list's own: its first is the first.
        let users = list.instances(&scope, Some("User")).await.unwrap().value;
        assert_eq!(users.iter().map(Instance::host_port).collect::<Vec<_>>(), ["b:2", "a:1"]);
        let scope = Scope { tags: vec!["v1".to_owned()], passing: true, ..Scope::default() };
        assert_eq!(list.instances(&scope, None).await.unwrap().value.len(), 1);
        assert_eq!(list.instances(&Scope::default(), Some("nobody")).await.unwrap().value, []);
        let scope = Scope { datacenter: Some("dc2".to_owned()), ..Scope::default() };
        let error = list.instances(&scope, None).await.unwrap_err();
        assert_eq!(error.fault, RegistryFault::NoDatacenter("dc2".to_owned()));
        assert!(list.register(&serde_json::Value::Null).await.is_err());
    }

    #[tokio::test]
    async fn a_list_made_by_hand_is_watched() {
        let list = StaticList::made("", "a:1 User");
        let mut watch = list.watch_services(Scope::default());
        let WatchUpdate::Now(first) = next(&mut watch).await else { panic!("no first answer") };
        assert_eq!(first.value.len(), 1);
        list.set_text("a:1 User\nb:1 Hello");
        let WatchUpdate::Now(second) = next(&mut watch).await else { panic!("no second answer") };
        assert_eq!(second.value.len(), 2);
    }

    #[tokio::test]
    async fn a_file_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a list.txt");
        let list = StaticList::file(&path);
        assert!(list.instances(&Scope::default(), None).await.unwrap_err().fault.is_away());
        let mut watch = list.watch_instances(Scope::default(), Some("User".to_owned()));
        assert!(matches!(next(&mut watch).await, WatchUpdate::Away(_)));
        std::fs::write(&path, "a:1 User\n").unwrap();
        let WatchUpdate::Now(now) = next(&mut watch).await else { panic!("it is there") };
        assert_eq!(now.value.len(), 1);
        // What concerns another service only is no news.
        std::fs::write(&path, "a:1 User\nb:2 Hello\n").unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(next(&mut watch).await, WatchUpdate::Away(_)));
        std::fs::write(&path, "a:1 User\n# again\n").unwrap();
        assert!(matches!(next(&mut watch).await, WatchUpdate::Back));
        std::fs::write(&path, "a:1 User\nc:3 User\n").unwrap();
        let WatchUpdate::Now(now) = next(&mut watch).await else { panic!("it changed") };
        assert_eq!(now.value.len(), 2);
    }
}
