//! The shortest name that means the same thing from where it is written, by the compiler's rules of scoping.

use std::collections::HashSet;

use super::super::descriptors::Loaded;
use super::super::link::Symbols;

/// What scoping needs to know of all files.
pub(super) struct Names {
    /// Packages and their parents, messages, enums and services: everything that can stand before a dot, or be a type.
    scopes: HashSet<String>,
}

impl Names {
    pub fn of(loaded: &Loaded) -> Self {
        let mut scopes: HashSet<String> = symbol_names(&loaded.symbols).collect();
        for file in &loaded.files {
            let mut package = file.proto.package.as_deref().unwrap_or_default();
            while !package.is_empty() && scopes.insert(package.to_owned()) {
                package = package.rfind('.').map_or("", |dot| package.get(..dot).unwrap_or_default());
            }
        }
        Self { scopes }
    }

    /// What `name` (not absolute) means inside `scope`.
    fn resolve(&self, scope: &str, name: &str) -> Option<String> {
        let (first, is_compound) = match name.split_once('.') {
            Some((first, _)) => (first, true),
            None => (name, false),
        };
        let mut scope = scope;
        loop {
            let candidate = if scope.is_empty() { first.to_owned() } else { format!("{scope}.{first}") };
            if self.scopes.contains(&candidate) {
                if !is_compound {
                    return Some(candidate);
                }
                // The compiler commits to the innermost match of the first part.
                let full_name = if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") };
                return Some(full_name);
            }
            if scope.is_empty() {
                return None;
            }
            scope = scope.rfind('.').map_or("", |dot| scope.get(..dot).unwrap_or_default());
        }
    }

    /// `type_name` (absolute) as one writes it inside `scope` of `package`: short within the package, else in full.
    pub fn shortest(&self, scope: &str, package: &str, type_name: &str) -> String {
        let full_name = type_name.strip_prefix('.').unwrap_or(type_name);
        let inside = if package.is_empty() {
            Some(full_name)
        } else {
            full_name.strip_prefix(package).and_then(|rest| rest.strip_prefix('.'))
        };
        if let Some(inside) = inside {
            let parts: Vec<&str> = inside.split('.').collect();
            for from in (0..parts.len()).rev() {
                let name = parts.get(from..).unwrap_or_default().join(".");
                if self.resolve(scope, &name).as_deref() == Some(full_name) {
                    return name;
                }
            }
        }
        if self.resolve(scope, full_name).as_deref() == Some(full_name) {
            full_name.to_owned()
        } else {
            format!(".{full_name}")
        }
    }

    /// Whether `full_name`, written without a leading dot, means something else inside `scope`.
    pub fn is_shadowed(&self, scope: &str, full_name: &str) -> bool {
        let Some((first, _)) = full_name.split_once('.') else {
            return !scope.is_empty();
        };
        let mut scope = scope;
        while !scope.is_empty() {
            if self.scopes.contains(&format!("{scope}.{first}")) {
                return true;
            }
            scope = scope.rfind('.').map_or("", |dot| scope.get(..dot).unwrap_or_default());
        }
        false
    }
}

fn symbol_names(symbols: &Symbols) -> impl Iterator<Item = String> {
    symbols.iter().map(|(name, _)| name.to_owned())
}
