//! Two answers or two schemas that are compared: by their hashes, so that each pair is compared once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::App;
use crate::engine::{AllText, Command, CompareWhat, Compared, SchemaChange};
use crate::registry::WireSchema;

/// So many are kept; the rest is compared anew when it is looked at.
const KEPT: usize = 32;

/// Which two, and which paths are left out of them, as typed.
type Pair = (String, String, String);

/// What was compared, and what is being compared.
#[derive(Debug, Default)]
pub struct Comparisons {
    /// With the number of the question: the larger, the later it was asked.
    known: BTreeMap<Pair, (u64, Option<Arc<Compared>>)>,
}

impl Comparisons {
    /// The comparison of two answers or schemas by their hashes, if it is there.
    pub fn of(&self, left: &str, right: &str, left_out: &str) -> Option<&Arc<Compared>> {
        self.known.get(&pair(left, right, left_out))?.1.as_ref()
    }

    /// The newest of the same two that is there, whatever was left out of it: it stays until the next is made.
    pub fn newest_of(&self, left: &str, right: &str) -> Option<&Arc<Compared>> {
        let done = self.same(left, right).filter_map(|(number, compared)| Some((number, compared?)));
        done.max_by_key(|(number, _)| *number).map(|(_, compared)| compared)
    }

    /// What changed from one schema to the other, by definition.
    pub fn changes(&self, left: &str, right: &str) -> &[SchemaChange] {
        self.of(left, right, "").map_or(&[], |compared| compared.changes.as_slice())
    }

    /// It was not asked for, and may be now: of the same two one question at a time, so whoever types does not leave a
    /// trail of them.
    pub fn is_wanted(&self, left: &str, right: &str, left_out: &str) -> bool {
        let is_busy = || self.same(left, right).any(|(_, compared)| compared.is_none());
        !self.known.contains_key(&pair(left, right, left_out)) && !is_busy()
    }

    /// What is known of these two, with the number of the question.
    fn same(&self, left: &str, right: &str) -> impl Iterator<Item = (u64, Option<&Arc<Compared>>)> + use<'_> {
        let first = pair(left, right, "");
        let of_both = self.known.range(first.clone()..);
        of_both
            .take_while(move |((one, other, _), _)| *one == first.0 && *other == first.1)
            .map(|(_, (number, compared))| (*number, compared.as_ref()))
    }

    /// Makes room: the oldest goes.
    fn make_room(&mut self) {
        while self.known.len() >= KEPT {
            let oldest = self.known.iter().min_by_key(|(_, (number, _))| *number).map(|(pair, _)| pair.clone());
            let Some(oldest) = oldest else { return };
            self.known.remove(&oldest);
        }
    }
}

fn pair(left: &str, right: &str, left_out: &str) -> Pair {
    (left.to_owned(), right.to_owned(), left_out.to_owned())
}

/// The paths that are typed, set apart by commas or spaces.
fn paths(typed: &str) -> Vec<String> {
    typed.split([',', ' ', '，']).map(str::trim).filter(|path| !path.is_empty()).map(str::to_owned).collect()
}

impl App {
    pub(in crate::app) fn compare_schemas(&mut self, left: Arc<WireSchema>, right: Arc<WireSchema>) {
        let pair = pair(&left.hash, &right.hash, "");
        self.compare(pair, CompareWhat::Schemas(left, right));
    }

    pub(in crate::app) fn compare_answers(&mut self, left: &AllText, right: &AllText, left_out: &str) {
        let pair = pair(&left.hash, &right.hash, left_out);
        let (left, right) = (Arc::clone(&left.text), Arc::clone(&right.text));
        self.compare(pair, CompareWhat::Answers { left, right, without: paths(left_out) });
    }

    fn compare(&mut self, pair: Pair, what: CompareWhat) {
        if !self.comparisons.is_wanted(&pair.0, &pair.1, &pair.2) {
            return;
        }
        self.comparisons.make_room();
        let ticket = self.next_id();
        self.comparisons.known.insert(pair, (ticket, None));
        self.send(Command::CompareTexts { ticket, what });
    }

    pub(in crate::app) fn fold_comparison(&mut self, ticket: u64, compared: Arc<Compared>) {
        let known = self.comparisons.known.values_mut().find(|(asked, _)| *asked == ticket);
        if let Some((_, known)) = known {
            *known = Some(compared);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_of_two_texts_at_a_time_and_the_newest_stays() {
        let mut all = Comparisons::default();
        let put = |all: &mut Comparisons, left_out: &str, number, differing: Option<usize>| {
            let compared = differing.map(|differing| Arc::new(Compared { differing, ..Compared::default() }));
            all.known.insert(pair("a", "b", left_out), (number, compared));
        };
        assert!(all.is_wanted("a", "b", ""));
        put(&mut all, "", 1, None);
        assert!(!all.is_wanted("a", "b", "") && !all.is_wanted("a", "b", "i"), "one is under way");
        assert!(all.is_wanted("a", "c", ""), "of other texts it is not");
        put(&mut all, "", 1, Some(3));
        assert!(!all.is_wanted("a", "b", "") && all.is_wanted("a", "b", "id"));
        put(&mut all, "id", 2, None);
        assert_eq!(all.newest_of("a", "b").map(|compared| compared.differing), Some(3));
        put(&mut all, "id", 2, Some(1));
        assert_eq!(all.newest_of("a", "b").map(|compared| compared.differing), Some(1));
        assert_eq!(all.newest_of("a", "c"), None);
        for number in 3..100 {
            all.make_room();
            put(&mut all, &number.to_string(), number, Some(0));
        }
        assert_eq!(all.known.len(), KEPT);
        assert!(all.of("a", "b", "99").is_some() && all.of("a", "b", "").is_none(), "the oldest go");
    }

    #[test]
    fn paths_are_set_apart_by_commas_or_spaces() {
        assert_eq!(paths(" id,items.at  last，x, "), ["id", "items.at", "last", "x"]);
        assert_eq!(paths(""), Vec::<String>::new());
    }
}
