//! Rule on the arrows between our crates: the law here, the manifests, and the map must agree.
//!
//! The map is the fenced block of ARCHITECTURE.md whose language is `arrows`. A line of it is
//! `crate -> crate, crate`; crates are called by their folder; nothing after the arrow means that
//! the crate uses none of ours. What only tests use stands in a line `crate (tests) -> crate`.
//!
//! ```text
//! synth -> kernel, dls
//! synth (tests) -> song
//! dls ->
//! ```

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::{Finding, Tree};

const MAP: &str = "ARCHITECTURE.md";

/// Every crate, what it may use of ours, and what its tests may use beside that.
const LAW: [(&str, &[&str], &[&str]); 13] = [
    (
        "plugin",
        &[
            "entry", "kernel", "synth", "dls", "song", "library", "devices",
        ],
        &[],
    ),
    ("synth", &["kernel", "dls"], &["factory", "song"]),
    (
        "cli",
        &["kernel", "synth", "dls", "song", "library", "devices"],
        &[],
    ),
    ("library", &["synth", "dls"], &[]),
    ("devices", &["kernel"], &[]),
    ("factory", &["dls"], &[]),
    ("gauge", &["factory", "synth", "dls", "song", "tests"], &[]),
    ("tests", &["song"], &[]),
    ("entry", &[], &[]),
    ("kernel", &[], &["song"]),
    ("dls", &[], &[]),
    ("song", &["kernel"], &[]),
    ("xtask", &[], &[]),
];

/// Arrows by the crate they start from; `(crate, true)` holds those of its tests.
type Arrows = BTreeMap<(String, bool), BTreeSet<String>>;

/// Every arrow of a manifest is lawful and on the map, and the map shows no other.
pub(super) fn arrows(tree: &Tree, findings: &mut Vec<Finding>) {
    let built = manifests(tree, findings);
    for ((from, tests), targets) in &built {
        let Some((_, always, in_tests)) = LAW.iter().find(|(name, _, _)| name == from) else {
            let text = format!("the crate `{from}` has no place in the arrows");
            findings.push(Finding::whole(MAP, text));
            continue;
        };
        for to in targets {
            let lawful = always.contains(&to.as_str()) || *tests && in_tests.contains(&to.as_str());
            if !lawful {
                let text = format!("{} is against the arrows", arrow(from, *tests, to));
                findings.push(Finding::whole(MAP, text));
            }
        }
    }
    match tree.texts.get(MAP).and_then(|text| block(text)) {
        None => findings.push(Finding::whole(MAP, "has no block of the language `arrows`")),
        Some(block) => compare(&built, &drawn(&block, findings), findings),
    }
}

fn arrow(from: &str, tests: bool, to: &str) -> String {
    format!("`{from}{} -> {to}`", if tests { " (tests)" } else { "" })
}

/// Objects to arrows that are built but not drawn, and to those drawn but not built.
fn compare(built: &Arrows, drawn: &Arrows, findings: &mut Vec<Finding>) {
    for (sides, here, there) in [
        ("missing", built, drawn),
        ("not in the manifests", drawn, built),
    ] {
        for ((from, tests), targets) in here {
            let key = (from.clone(), *tests);
            let other = there.get(&key);
            if other.is_none() && !tests {
                findings.push(Finding::whole(
                    MAP,
                    format!("the line of `{from}` is {sides}"),
                ));
            }
            for to in targets
                .iter()
                .filter(|to| other.is_none_or(|set| !set.contains(*to)))
            {
                let text = format!("the arrow {} is {sides}", arrow(from, *tests, to));
                findings.push(Finding::whole(MAP, text));
            }
        }
    }
}

/// The lines of the map's block, with their numbers.
fn block(text: &str) -> Option<Vec<(usize, &str)>> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    let mut inside = lines.skip_while(|(_, line)| line.trim() != "```arrows");
    inside.next()?;
    Some(
        inside
            .take_while(|(_, line)| line.trim() != "```")
            .collect(),
    )
}

/// Reads the map's lines.
fn drawn(lines: &[(usize, &str)], findings: &mut Vec<Finding>) -> Arrows {
    let mut arrows = Arrows::new();
    for (number, line) in lines.iter().filter(|(_, line)| !line.trim().is_empty()) {
        let Some((from, targets)) = line.split_once("->") else {
            findings.push(Finding::new(
                MAP,
                *number,
                "not a line `crate -> crate, crate`",
            ));
            continue;
        };
        let (from, tests) = match from.trim().strip_suffix("(tests)") {
            Some(from) => (from.trim(), true),
            None => (from.trim(), false),
        };
        let targets = targets
            .split(',')
            .map(str::trim)
            .filter(|to| !to.is_empty());
        arrows
            .entry((from.to_owned(), tests))
            .or_default()
            .extend(targets.map(str::to_owned));
    }
    arrows
}

/// Reads the arrows of all manifests of the workspace.
fn manifests(tree: &Tree, findings: &mut Vec<Finding>) -> Arrows {
    let mut tables = Vec::new();
    for (path, text) in &tree.texts {
        // The root names packages; one that is a workspace of its own is outside ours.
        let Some(folder) = path.strip_suffix("/Cargo.toml") else {
            continue;
        };
        let folder = folder.rsplit('/').next().unwrap_or(folder);
        match text.parse::<Table>() {
            Ok(table) if !table.contains_key("workspace") => tables.push((folder, table)),
            Ok(_) => {}
            Err(error) => findings.push(Finding::whole(path, format!("cannot be read: {error}"))),
        }
    }
    let name = |table: &Table| Some(table.get("package")?.get("name")?.as_str()?.to_owned());
    let folders: BTreeMap<String, &str> = tables
        .iter()
        .filter_map(|(folder, table)| Some((name(table)?, *folder)))
        .collect();

    let mut arrows = Arrows::new();
    for (folder, table) in &tables {
        for (kind, tests) in [
            ("dependencies", false),
            ("build-dependencies", false),
            ("dev-dependencies", true),
        ] {
            let ours = dependencies(table, kind);
            let ours = ours
                .iter()
                .filter_map(|name| folders.get(name))
                .map(|to| (*to).to_owned());
            let ours: BTreeSet<String> = ours.collect();
            if !tests || !ours.is_empty() {
                arrows
                    .entry(((*folder).to_owned(), tests))
                    .or_default()
                    .extend(ours);
            }
        }
    }
    arrows
}

/// The packages of one kind of dependency, those of single systems too.
fn dependencies(table: &Table, kind: &str) -> Vec<String> {
    let systems = table
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values);
    let places = std::iter::once(table).chain(systems.filter_map(Value::as_table));
    let tables = places.filter_map(|place| place.get(kind)?.as_table());
    let names = tables.flat_map(|table| {
        table.iter().map(|(key, value)| {
            // A dependency may be renamed.
            value
                .get("package")
                .and_then(Value::as_str)
                .unwrap_or(key)
                .to_owned()
        })
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, only};
    use super::*;

    const SYNTH: &str =
        "[package]\nname = \"dmus-synth\"\n[dependencies]\ndmus-dls.workspace = true\n";
    const DLS: &str = "[package]\nname = \"dmus-dls\"\n[dependencies]\nlibm = \"0.2\"\n";
    const DRAWN: &str = "# Map\n```arrows\nsynth -> dls\ndls ->\n```\n";

    fn files<'a>(synth: &'a str, map: &'a str) -> [(&'a str, &'a str); 3] {
        [
            ("crates/synth/Cargo.toml", synth),
            ("crates/dls/Cargo.toml", DLS),
            (MAP, map),
        ]
    }

    #[test]
    fn map_that_shows_the_manifests_is_fine() {
        assert!(found(arrows, &files(SYNTH, DRAWN)).is_empty());
    }

    #[test]
    fn arrow_against_the_law_is_found_even_when_drawn() {
        let dls = "[package]\nname = \"dmus-dls\"\n[dependencies]\ndmus-synth.workspace = true\n";
        let map = "```arrows\nsynth ->\ndls -> synth\n```\n";
        let synth = "[package]\nname = \"dmus-synth\"\n";
        let files = [
            ("crates/synth/Cargo.toml", synth),
            ("crates/dls/Cargo.toml", dls),
            (MAP, map),
        ];
        assert!(only(arrows, &files).contains("`dls -> synth` is against"));
    }

    #[test]
    fn arrow_missing_on_the_map_is_found() {
        let map = "```arrows\nsynth ->\ndls ->\n```\n";
        assert!(only(arrows, &files(SYNTH, map)).contains("`synth -> dls` is missing"));
    }

    #[test]
    fn arrow_that_is_only_drawn_is_found() {
        let map = "```arrows\nsynth -> dls, kernel\ndls ->\n```\n";
        let text = only(arrows, &files(SYNTH, map));
        assert!(
            text.contains("`synth -> kernel` is not in the manifests"),
            "{text}"
        );
    }

    #[test]
    fn crate_without_a_line_is_found() {
        let map = "```arrows\nsynth -> dls\n```\n";
        assert!(only(arrows, &files(SYNTH, map)).contains("line of `dls` is missing"));
    }

    #[test]
    fn package_that_is_a_workspace_of_its_own_is_none_of_ours() {
        let [synth, dls, map] = files(SYNTH, DRAWN);
        let peers = "[package]\nname = \"peers\"\n[workspace]\n[dependencies]\n\
                     dmus-dls = { path = \"../../crates/dls\" }\n";
        let files = [synth, dls, map, ("benches/peers/Cargo.toml", peers)];
        assert!(found(arrows, &files).is_empty());
    }

    #[test]
    fn map_without_the_block_is_found() {
        assert!(only(arrows, &files(SYNTH, "# Map\n")).contains("no block"));
    }

    #[test]
    fn what_tests_use_has_a_line_of_its_own() {
        let song = "[package]\nname = \"dmus-song\"\n";
        let synth = format!("{SYNTH}[dev-dependencies]\ndmus-song.workspace = true\n");
        let base = "synth -> dls\ndls ->\nsong ->\n";
        let with = format!("```arrows\n{base}synth (tests) -> song\n```\n");
        let without = format!("```arrows\n{base}```\n");
        let all = |map| {
            let [synth, dls, map] = files(&synth, map);
            [synth, dls, map, ("crates/song/Cargo.toml", song)]
        };
        assert!(found(arrows, &all(&with)).is_empty());
        assert!(only(arrows, &all(&without)).contains("`synth (tests) -> song` is missing"));
    }

    #[test]
    fn dependency_of_one_system_and_renamed_is_an_arrow_too() {
        let synth = "[package]\nname = \"dmus-synth\"\n[target.'cfg(unix)'.dependencies]\n\
                     bank = { package = \"dmus-dls\", path = \"../dls\" }\n";
        assert!(found(arrows, &files(synth, DRAWN)).is_empty());
    }
}
