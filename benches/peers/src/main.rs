//! Other synthesizers beside ours: what loading a bank takes, and what playing takes.
//!
//!     dmus-peers level
//!     dmus-peers load ENGINE FILE
//!     dmus-peers workloads FOLDER
//!     dmus-peers play ENGINE FONT EVENTS TAPS EFFECTS VOICES MODE COUNT GRAIN TIMES
#![forbid(unsafe_code)]

mod engines;
mod events;
mod font;
mod load;
mod long;
mod play;
mod workloads;

use std::env;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["level"] => engines::tell_level(),
        ["load", engine, file] => load::run(engine, Path::new(file)),
        ["workloads", folder] => workloads::write(Path::new(folder)),
        ["play", engine, ref rest @ ..] => play::run(engine, rest),
        _ => Err("`level`, `load`, `workloads` or `play`?".into()),
    }
}
