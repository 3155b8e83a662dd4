//! Names that are close to one that is not there.

/// Best first; few, and only such as a slip of the fingers or of memory explains.
pub(super) fn near(wanted: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    const MOST: usize = 3;
    let last = last_part(wanted).to_lowercase();
    let mut scored: Vec<(usize, String)> = names
        .filter_map(|name| {
            let known = last_part(&name).to_lowercase();
            let score = if known == last { 0 } else { 1 + distance(&last, &known)? };
            Some((score, name))
        })
        .collect();
    scored.sort();
    scored.dedup();
    scored.into_iter().take(MOST).map(|(_, name)| name).collect()
}

fn last_part(name: &str) -> &str {
    name.rsplit(['.', '/']).next().unwrap_or(name)
}

/// Changes of one letter from one word to the other, if they are few for words of this length.
fn distance(a: &str, b: &str) -> Option<usize> {
    let limit = (a.len() / 3).clamp(1, 4);
    if a.len().abs_diff(b.len()) > limit || a.len() > 200 {
        return None;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().filter(|&changes| changes <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_best_first() {
        let names = ["a.Greeter", "b.Greter", "b.greeter", "c.Shop", "c.Greeting"];
        let near = |wanted: &str| near(wanted, names.iter().map(|name| (*name).to_owned()));
        assert_eq!(near("x.Greeter"), ["a.Greeter", "b.greeter", "b.Greter"]);
        assert_eq!(near("Shap"), ["c.Shop"]);
        assert!(near("Nothing").is_empty());
    }
}
