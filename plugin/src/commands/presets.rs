//! The commands about presets: `preset`, and what follows it.
//!
//! In: the rest of a line. Out: an answer. Thread: host's main thread.

use std::fmt::Write as _;

use super::word;
use crate::control::SharedControl;
use crate::presets::shelf::Query;
use crate::presets::{self, NewPreset};

/// Longest list, bytes: an answer has room for 65 536.
const LONGEST_LIST: usize = 60_000;

/// The part that a program plays on: channel 1.
const PART: usize = 0;

/// Does what follows `preset`.
pub(super) fn run(line: &str, control: &SharedControl) -> Result<String, String> {
    let (verb, rest) = word(line);
    let id = || match rest {
        "" => Err("an id is needed; 'preset list' shows them".to_owned()),
        id => Ok(id),
    };
    match verb {
        "" | "list" => return Ok(list(rest, control)),
        "load" => {
            if control.lock().shelf().is_empty() {
                presets::refresh(control);
            }
            presets::play(id()?, PART, control)?;
        }
        "save" => return save(rest, false, control),
        "replace" => return save(rest, true, control),
        "like" => presets::like(id()?, true, control)?,
        "unlike" => presets::like(id()?, false, control)?,
        unknown => return Err(format!("there is no command 'preset {unknown}'; try help")),
    }
    Ok(String::new())
}

/// Name, then tags, then a sentence, with bars between them.
fn save(line: &str, replace: bool, control: &SharedControl) -> Result<String, String> {
    let mut said = line.splitn(3, '|').map(str::trim);
    let mut next = || said.next().unwrap_or_default();
    let new = NewPreset {
        name: next().to_owned(),
        tags: presets::tags(next()),
        description: next().to_owned(),
        replace,
    };
    let path = presets::save(new, control)?;
    Ok(format!("ok {}", path.display()))
}

/// The presets there are, a line each: a star for a favourite, the id, the tags.
fn list(words: &str, control: &SharedControl) -> String {
    presets::refresh(control);
    let shelf = control.lock().shelf();
    let query = Query {
        text: words.to_owned(),
        ..Query::default()
    };
    let mut text = "ok".to_owned();
    for entry in shelf.find(&query) {
        if text.len() > LONGEST_LIST {
            text.push_str("\n..");
            break;
        }
        let star = if shelf.is_favourite(entry) { '*' } else { ' ' };
        let (id, name, tags) = (&entry.id, &entry.name, entry.tags.join(", "));
        // Writing into a string cannot fail.
        let _never = match tags.as_str() {
            "" => write!(text, "\n{star} {id}: {name}"),
            tags => write!(text, "\n{star} {id}: {name}: {tags}"),
        };
    }
    text
}
