//! The commands about banks: `bank`, and what follows it.
//!
//! In: the rest of a line. Out: an answer. Thread: host's main thread.

use std::fmt::Write as _;

use super::{number, word};
use crate::control::SharedControl;
use crate::tasks::{self, Task};

/// Does what follows `bank`.
pub(super) fn run(line: &str, control: &SharedControl) -> Result<String, String> {
    let (verb, rest) = word(line);
    let path = || match rest {
        "" => Err("a path is needed".to_owned()),
        path => Ok(path.to_owned()),
    };
    let task = match verb {
        "" | "list" => return Ok(list(control)),
        "open" => Task::OpenBank(path()?),
        "add" => Task::AddBank(path()?),
        "none" => Task::OpenBank(String::new()),
        "remove" => Task::RemoveBank(number(rest, "the bank")?.0),
        "move" => {
            let (from, rest) = number(rest, "the bank")?;
            let (to, _) = number(&rest, "its new place")?;
            Task::MoveBank { from, to }
        }
        "relocate" => {
            let (index, path) = number(rest, "the bank")?;
            if path.is_empty() {
                return Err("a path is needed".to_owned());
            }
            Task::RelocateBank(index, path)
        }
        "embed" => {
            let (index, _) = number(rest, "the bank")?;
            let bytes = tasks::embed_bank(index, control);
            let bytes = bytes.map_err(|notice| notice.to_string())?;
            return Ok(format!("ok {bytes}"));
        }
        "refer" => {
            let (index, _) = number(rest, "the bank")?;
            if !control.lock().drop_copy(index) {
                return Err("the stack of banks has no such place".to_owned());
            }
            return Ok(list(control));
        }
        unknown => return Err(format!("there is no command 'bank {unknown}'; try help")),
    };
    let changed = tasks::change_banks(task, control);
    changed.map_err(|notice| notice.to_string())?;
    Ok(list(control))
}

/// The banks of the user, uppermost first.
fn list(control: &SharedControl) -> String {
    let mut text = "ok".to_owned();
    for (index, bank) in control.view().banks.iter().enumerate() {
        let state = match &bank.problem {
            Some(problem) => format!("missing: {problem}"),
            None => bank.origin.clone(),
        };
        // Writing into a string cannot fail.
        let _never = write!(text, "\n{index} {}: {state}", bank.title);
        if let Some(bytes) = bank.copy_bytes {
            let _never = write!(text, " (embedded, {bytes} bytes)");
        }
    }
    text
}
