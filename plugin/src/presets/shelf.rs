//! The one model of a browser: presets of the factory, of the user, and programs of the banks.
//!
//! In: entries, favourites, a question. Out: the entries that answer it, in order. It knows no
//! window, no file and no host. Owner: the control side; a window holds what it was given.
//! Thread: any but render.

use std::collections::BTreeSet;

use dmus_dls::bank::Patch;
use dmus_entry::PresetChoice;

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It came with the instrument.
    Factory,
    /// It is the user's own.
    User,
    /// A program of the banks that play.
    Program,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Factory, Self::User, Self::Program];

    /// A word for people, and the first one of an id.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Factory => "factory",
            Self::User => "user",
            Self::Program => "program",
        }
    }
}

/// What an entry does when it is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// A preset: the whole instrument.
    Preset(PresetChoice),
    /// A program of a bank that plays: one part.
    Program(Patch),
}

/// What a browser shows in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it comes from.
    pub kind: Kind,
    /// Name for people.
    pub name: String,
    /// What it is filed under: a folder, a family of instruments.
    pub category: String,
    /// Who made it.
    pub creator: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Further words it is filed under.
    pub tags: Vec<String>,
    /// What it does.
    pub chosen: Chosen,
    /// Tells it from all others, in every session: `kind/category/name`.
    pub id: String,
    /// All that a search looks at, in lower case.
    words: String,
}

/// What is said about an entry, before it is one.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// As [`Entry::name`].
    pub name: String,
    /// As [`Entry::category`].
    pub category: String,
    /// As [`Entry::creator`].
    pub creator: String,
    /// As [`Entry::description`].
    pub description: String,
    /// As [`Entry::tags`].
    pub tags: Vec<String>,
}

impl Entry {
    /// An entry, ready to be searched.
    ///
    /// - `key`: tells it from the others of its kind
    #[must_use]
    pub fn new(kind: Kind, key: &str, about: About, chosen: Chosen) -> Self {
        let said = [
            about.name.as_str(),
            &about.category,
            &about.creator,
            &about.description,
            kind.word(),
        ];
        let said = said
            .into_iter()
            .chain(about.tags.iter().map(String::as_str));
        let words = said.collect::<Vec<_>>().join("\n").to_lowercase();
        Self {
            kind,
            id: format!("{}/{key}", kind.word()),
            name: about.name,
            category: about.category,
            creator: about.creator,
            description: about.description,
            tags: about.tags,
            chosen,
            words,
        }
    }
}

/// In which order entries are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By kind, then as they were made: programs by number.
    #[default]
    Made,
    /// By name.
    Name,
    /// By category, then by name.
    Category,
}

/// What is looked for; the empty question is answered by all entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words or parts of words; each occurs in the entry somewhere.
    pub text: String,
    /// Only what comes from here.
    pub kind: Option<Kind>,
    /// Only what has this tag, or this category.
    pub tag: Option<String>,
    /// Only favourites.
    pub favourites: bool,
    /// In which order.
    pub order: Order,
}

/// All entries, and which of them the user likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    entries: Vec<Entry>,
    favourites: BTreeSet<String>,
}

impl Shelf {
    /// A shelf of presets.
    ///
    /// - `favourites`: ids; those that no entry has are kept for entries to come
    #[must_use]
    pub const fn new(entries: Vec<Entry>, favourites: BTreeSet<String>) -> Self {
        Self {
            entries,
            favourites,
        }
    }

    /// The same presets with other programs.
    #[must_use]
    pub fn with_programs(&self, programs: impl IntoIterator<Item = Entry>) -> Self {
        let presets = self.entries.iter();
        let presets = presets.filter(|entry| entry.kind != Kind::Program).cloned();
        Self {
            entries: presets.chain(programs).collect(),
            favourites: self.favourites.clone(),
        }
    }

    /// Whether nobody has filled it yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry with an id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Whether the user likes it.
    #[must_use]
    pub fn is_favourite(&self, entry: &Entry) -> bool {
        self.favourites.contains(&entry.id)
    }

    /// All tags and categories of presets, in alphabetical order.
    #[must_use]
    pub fn tags(&self) -> Vec<&str> {
        let presets = self.entries.iter();
        let presets = presets.filter(|entry| entry.kind != Kind::Program);
        let tags: BTreeSet<&str> = presets
            .flat_map(|entry| entry.tags.iter().chain([&entry.category]))
            .map(String::as_str)
            .filter(|tag| !tag.is_empty())
            .collect();
        tags.into_iter().collect()
    }

    /// The entries that answer a question.
    #[must_use]
    pub fn find(&self, query: &Query) -> Vec<&Entry> {
        let text = query.text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let has_tag =
            |entry: &Entry, tag: &String| entry.category == *tag || entry.tags.contains(tag);
        let entries = self.entries.iter().filter(|entry| {
            query.kind.is_none_or(|kind| entry.kind == kind)
                && query.tag.as_ref().is_none_or(|tag| has_tag(entry, tag))
                && (!query.favourites || self.is_favourite(entry))
                && words.iter().all(|word| entry.words.contains(word))
        });
        let mut found: Vec<&Entry> = entries.collect();
        let name = |entry: &Entry| entry.name.to_lowercase();
        match query.order {
            Order::Made => found.sort_by_key(|entry| entry.kind),
            Order::Name => found.sort_by_cached_key(|entry| name(entry)),
            Order::Category => {
                found.sort_by_cached_key(|entry| (entry.category.clone(), name(entry)))
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_entry::PresetPlace;

    fn entry(kind: Kind, category: &str, name: &str, tags: &[&str]) -> Entry {
        let about = About {
            name: name.to_owned(),
            category: category.to_owned(),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            ..About::default()
        };
        let choice = PresetChoice {
            place: PresetPlace::Internal,
            load_key: String::new(),
        };
        let key = format!("{category}/{name}");
        Entry::new(kind, &key, about, Chosen::Preset(choice))
    }

    fn shelf() -> Shelf {
        let entries = vec![
            entry(Kind::Program, "Piano", "Grand", &[]),
            entry(Kind::User, "Mine", "zither night", &["soft"]),
            entry(Kind::Factory, "Bands", "Jazz Trio", &["band", "soft"]),
            entry(Kind::Factory, "Keys", "Ballad Piano", &["hall"]),
        ];
        Shelf::new(
            entries,
            BTreeSet::from(["user/Mine/zither night".to_owned()]),
        )
    }

    fn names(query: Query) -> Vec<String> {
        let shelf = shelf();
        let found = shelf.find(&query);
        found.iter().map(|entry| entry.name.clone()).collect()
    }

    fn text(text: &str) -> Query {
        Query {
            text: text.to_owned(),
            ..Query::default()
        }
    }

    #[test]
    fn every_word_must_occur_wherever_it_stands_and_however_it_is_written() {
        assert_eq!(names(text("PIANO")), ["Ballad Piano", "Grand"]);
        assert_eq!(names(text("soft jazz")), ["Jazz Trio"]);
        assert_eq!(names(text("keys ball")), ["Ballad Piano"]);
        assert_eq!(names(text("jazz hall")), [] as [String; 0]);
        assert_eq!(names(text("  ")).len(), 4);
    }

    #[test]
    fn a_tag_a_kind_and_the_favourites_narrow_what_is_found() {
        let tagged = |tag: &str| Query {
            tag: Some(tag.to_owned()),
            ..Query::default()
        };
        assert_eq!(names(tagged("soft")), ["Jazz Trio", "zither night"]);
        assert_eq!(names(tagged("Keys")), ["Ballad Piano"], "a category too");
        let mut liked = tagged("soft");
        liked.favourites = true;
        assert_eq!(names(liked), ["zither night"]);
        let factory = Query {
            kind: Some(Kind::Factory),
            ..text("a")
        };
        assert_eq!(names(factory), ["Jazz Trio", "Ballad Piano"]);
    }

    #[test]
    fn the_order_is_that_of_kinds_names_or_categories() {
        let ordered = |order| {
            names(Query {
                order,
                ..Query::default()
            })
        };
        let [trio, ballad, zither, grand] = ["Jazz Trio", "Ballad Piano", "zither night", "Grand"];
        assert_eq!(ordered(Order::Made), [trio, ballad, zither, grand]);
        assert_eq!(ordered(Order::Name), [ballad, grand, trio, zither]);
        assert_eq!(ordered(Order::Category), [trio, ballad, zither, grand]);
    }

    #[test]
    fn tags_are_those_of_presets_each_once() {
        assert_eq!(
            shelf().tags(),
            ["Bands", "Keys", "Mine", "band", "hall", "soft"]
        );
    }

    #[test]
    fn other_programs_leave_presets_and_favourites_as_they_are() {
        let other = shelf().with_programs([entry(Kind::Program, "Organ", "Pipes", &[])]);
        assert!(other.entry("program/Piano/Grand").is_none());
        let zither = other.entry("user/Mine/zither night").expect("a preset");
        assert!(other.is_favourite(zither));
        assert_eq!(other.find(&text("pipes")).len(), 1);
    }
}
