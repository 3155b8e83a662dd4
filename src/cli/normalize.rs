//! Makes grpcurl's habits fit: long flags with one dash, flags before the verb.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

/// Rewrites arguments (the program's name first) to what clap expects: `-plaintext` becomes `--plaintext`, and the verb
/// comes first. Everything else is left to clap and its messages.
pub(super) fn normalize(command: &mut clap::Command, arguments: Vec<OsString>) -> Vec<OsString> {
    command.build();
    let mut takes_value: BTreeMap<String, bool> = BTreeMap::new();
    let mut shorts: BTreeMap<char, bool> = BTreeMap::new();
    let verbs: BTreeSet<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let all = std::iter::once(&*command).chain(command.get_subcommands());
    for argument in all.flat_map(clap::Command::get_arguments) {
        let valued = argument.get_action().takes_values();
        for name in argument.get_long_and_visible_aliases().into_iter().flatten() {
            takes_value.insert(name.to_owned(), valued);
        }
        for name in argument.get_all_aliases().into_iter().flatten() {
            takes_value.insert(name.to_owned(), valued);
        }
        if let Some(short) = argument.get_short() {
            shorts.insert(short, valued);
        }
    }

    let mut rest = arguments.into_iter();
    let mut out: Vec<OsString> = rest.next().into_iter().collect();
    let mut verb = None;
    let mut only_words = false;
    while let Some(argument) = rest.next() {
        let Some(text) = argument.to_str().map(str::to_owned) else {
            out.push(argument);
            continue;
        };
        if only_words || !text.starts_with('-') || text == "-" {
            if verb.is_none() && verbs.contains(&text) {
                verb = Some(argument);
            } else {
                out.push(argument);
            }
            continue;
        }
        if text == "--" {
            only_words = true;
            out.push(argument);
            continue;
        }
        let bare = text.trim_start_matches('-');
        let name = bare.split('=').next().unwrap_or(bare);
        let with_value = bare.contains('=');
        if let Some(&valued) = takes_value.get(name).filter(|_| name.len() > 1) {
            // grpcurl's flags are Go's: a switch may be written -plaintext=true.
            match (valued, bare.strip_suffix("=true"), bare.ends_with("=false")) {
                (false, Some(switch), _) => out.push(format!("--{switch}").into()),
                (false, None, true) => {}
                _ => out.push(format!("--{bare}").into()),
            }
            if valued && !with_value {
                out.extend(rest.next());
            }
            continue;
        }
        let is_short =
            |letters: &str| !letters.is_empty() && letters.chars().all(|letter| shorts.contains_key(&letter));
        // The first letter takes the others as its value.
        let valued = name.chars().next().is_some_and(|letter| shorts.get(&letter) == Some(&true));
        if !is_short(name) || (valued && name.chars().count() > 1) {
            out.push(argument);
            continue;
        }
        // Go takes two dashes before one letter, too, and `=true` behind a switch.
        match (valued, bare.strip_suffix("=true"), bare.ends_with("=false")) {
            (false, Some(switch), _) => out.push(format!("-{switch}").into()),
            (false, None, true) => {}
            _ => out.push(format!("-{bare}").into()),
        }
        if valued && !with_value {
            out.extend(rest.next());
        }
    }
    if let Some(verb) = verb {
        out.insert(1.min(out.len()), verb);
    }
    out
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    fn check(line: &str, expect: &str) {
        let words = line.split(' ').map(Into::into).collect();
        let out = super::normalize(&mut crate::cli::Cli::command(), words);
        let out: Vec<_> = out.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        assert_eq!(out.join(" "), expect, "{line}");
    }

    #[test]
    fn one_dash_or_two_before_or_after_the_verb() {
        check("proconsul list -plaintext :7888", "proconsul list --plaintext :7888");
        check("proconsul -plaintext -max-time 5 list :7888", "proconsul list --plaintext --max-time 5 :7888");
        check("proconsul -H list call -d call :1 a.B/C", "proconsul call -H list -d call :1 a.B/C");
        check("proconsul call -vv -plaintext=true :1 a.B/C", "proconsul call -vv --plaintext :1 a.B/C");
        check("proconsul call -allow-unknown-fields :1 a.B/C", "proconsul call --allow-unknown-fields :1 a.B/C");
        check("proconsul call -v=true --vv=false --vv :1 a.B/C", "proconsul call -v -vv :1 a.B/C");
        check("proconsul call --d {} --H=a:b -d=-1 :1 a.B/C", "proconsul call -d {} -H=a:b -d=-1 :1 a.B/C");
        check("proconsul -H=list call -d{} :1 a.B/C", "proconsul call -H=list -d{} :1 a.B/C");
        check("proconsul --demo", "proconsul --demo");
        check("proconsul check -- list", "proconsul check -- list");
    }
}
