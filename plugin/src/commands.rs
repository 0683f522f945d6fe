//! Commands: what a host, an emulator or a test may ask for in one line of text.
//!
//! In: a line of words, a path in the last place may hold spaces. Out: `ok` with what there is to
//! say, or `error` with what was wrong and what is allowed. Owner: none, these are functions.
//! Thread: host's main thread. Source: \[WDK\] KSPROPSETID_Synth, KSPROPSETID_Synth_Dls for the
//! properties.

mod banks;
mod devices;
mod presets;

use std::fmt::Display;
use std::path::Path;

use dmus_kernel::miniport::VoicePriority;
use dmus_kernel::property::{DownloadHandle, PropertyControl, Unloaded};

use crate::control::SharedControl;
use crate::kept::{KeepError, Kept, Saved, USUAL_SECONDS};

/// Largest chunk that is read from a file, bytes.
const MAX_CHUNK: u64 = 1 << 30;

/// What there is.
const HELP: &str = "ok
save-midi SECONDS PATH          what was played, as a Standard MIDI File
save-audio SECONDS PATH         what was heard, as a WAV file
bank                            the banks of the user, uppermost first
bank open PATH | add PATH       in the place of the uppermost | over all
bank remove N | move N M        counted from 0 at the top
bank relocate N PATH            another file in the place of a bank
bank embed N                    its programs in use travel in the project; bytes
bank refer N                    the project only names it
bank none                       the built-in bank alone
preset list [WORDS]             presets and programs in which all the words occur
preset load ID                  one of them
preset save NAME [| TAGS [| DESCRIPTION]]   as it is now; tags between commas
preset replace NAME ..          the same in the place of one of that name
preset like ID | unlike ID      favourites
devices                         external MIDI devices that are there
device [NAME | none]            the one that the project names, or another one
panic                           ends every note, lifts every pedal
caps                            what the synthesizer can do
stats                           voices, processor time, lost notes, peak, free memory
clocks                          master and latency clock, 100 ns
groups [NUMBER]                 groups of sixteen channels
volume [HUNDREDTHS]             1/100 dB
boost [HUNDREDTHS]              1/100 dB, added to the volume
priority GROUP CHANNEL [VALUE]  of a channel's voices; both counted from 0
download PATH                   one DLS instrument or wave, as a download chunk
unload HANDLE                   takes a download out of use
compact                         tidies the memory of downloads";

/// Does what a line says.
///
/// # Real-time
/// Not real-time: reads and writes files.
#[must_use]
pub fn run(line: &str, control: &SharedControl) -> String {
    match obey(line.trim(), control) {
        Ok(said) if said.is_empty() => "ok".to_owned(),
        Ok(said) => said,
        Err(wrong) => format!("error {wrong}"),
    }
}

/// The first word of a line, and what follows it.
fn word(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim_start())
}

/// A number in the first word of a line, and what follows it.
fn number<T: std::str::FromStr>(line: &str, what: &str) -> Result<(T, String), String> {
    let (first, rest) = word(line);
    let number = first
        .parse()
        .map_err(|_| format!("{what} is '{first}', a number is needed"))?;
    Ok((number, rest.to_owned()))
}

fn obey(line: &str, control: &SharedControl) -> Result<String, String> {
    let (verb, rest) = word(line);
    match verb {
        "help" => Ok(HELP.to_owned()),
        "save-midi" => save(rest, control, Kept::save_midi),
        "save-audio" => save(rest, control, Kept::save_audio),
        "download" => download(rest, control),
        "unload" => unload(rest, control),
        "panic" if control.lock().panic() => Ok(String::new()),
        "panic" => Err("the instrument is not active".to_owned()),
        "bank" => banks::run(rest, control),
        "preset" => presets::run(rest, control),
        "devices" => devices::list(control),
        "device" => devices::choose(rest, control),
        "" => Err("no command; try help".to_owned()),
        _ => {
            let mut control = control.lock();
            let properties = control.properties().ok_or("the instrument is not active")?;
            property(verb, rest, properties)
        }
    }
}

/// Saves what was kept: seconds, then a path; the path alone is enough.
fn save(
    line: &str,
    control: &SharedControl,
    how: impl FnOnce(&Kept, &Path, u64) -> Result<Saved, KeepError>,
) -> Result<String, String> {
    let (first, rest) = word(line);
    let (seconds, path) = match first.parse() {
        Ok(seconds) if !rest.is_empty() => (seconds, rest),
        _ => (USUAL_SECONDS, line),
    };
    if path.is_empty() {
        return Err("a path is needed".to_owned());
    }
    // Read without the lock: the window never waits for a file.
    let kept = control.lock().kept();
    let kept = kept.ok_or_else(|| KeepError::Nothing.to_string())?;
    let saved = how(&kept, Path::new(path), seconds).map_err(|error| error.to_string())?;
    Ok(format!("ok {} {}", saved.count, saved.bytes))
}

fn download(path: &str, control: &SharedControl) -> Result<String, String> {
    let failed = |error: &dyn Display| format!("{path}: {error}");
    let length = std::fs::metadata(path)
        .map_err(|error| failed(&error))?
        .len();
    if length > MAX_CHUNK {
        return Err(format!(
            "{path}: {length} bytes, at most {MAX_CHUNK} allowed"
        ));
    }
    let chunk = std::fs::read(path).map_err(|error| failed(&error))?;
    let mut control = control.lock();
    let properties = control.properties().ok_or("the instrument is not active")?;
    let handle = properties
        .download(&chunk)
        .map_err(|error| failed(&error))?;
    control.exchange_downloads();
    Ok(format!("ok {}", handle.0))
}

fn unload(line: &str, control: &SharedControl) -> Result<String, String> {
    let (handle, _) = number(line, "the handle")?;
    let mut control = control.lock();
    let properties = control.properties().ok_or("the instrument is not active")?;
    let unloaded = properties
        .unload(DownloadHandle(handle))
        .map_err(|error| error.to_string())?;
    control.exchange_downloads();
    Ok(match unloaded {
        Unloaded::Now => "ok now".to_owned(),
        Unloaded::Pending => "ok pending".to_owned(),
    })
}

/// Gets a property, or sets it if there is something to set it to.
fn property(verb: &str, rest: &str, properties: &mut PropertyControl) -> Result<String, String> {
    let wrong = |error: &dyn Display| error.to_string();
    match verb {
        "caps" => {
            let caps = properties.caps();
            Ok(format!(
                "ok flags {:#x} groups {} voices {} channels {} effects {} memory {}",
                caps.flags.bits(),
                caps.max_channel_groups,
                caps.max_voices.unwrap_or(u32::MAX),
                caps.max_audio_channels.unwrap_or(u16::MAX),
                caps.effects.bits(),
                caps.memory_size
                    .map_or_else(|| "system".to_owned(), |bytes| bytes.to_string()),
            ))
        }
        "stats" => {
            let stats = properties.running_stats();
            Ok(format!(
                "ok voices {} cpu {} cpu_per_voice {} lost_notes {} peak {} free_memory {}",
                stats.voices,
                stats.total_cpu,
                stats.cpu_per_voice,
                stats.lost_notes,
                stats.peak_volume,
                stats
                    .free_memory
                    .map_or_else(|| "system".to_owned(), |bytes| bytes.to_string()),
            ))
        }
        "clocks" => {
            let (master, latency) = properties.clocks();
            Ok(format!("ok {} {}", master.units(), latency.units()))
        }
        "groups" if rest.is_empty() => Ok(format!("ok {}", properties.channel_groups())),
        "groups" => {
            let (groups, _) = number(rest, "the number of groups")?;
            let set = properties.set_channel_groups(groups);
            set.map(|()| String::new()).map_err(|error| wrong(&error))
        }
        "volume" if rest.is_empty() => Ok(format!("ok {}", properties.volume())),
        "volume" => {
            let (volume, _) = number(rest, "the volume")?;
            let set = properties.set_volume(volume);
            set.map(|()| String::new()).map_err(|error| wrong(&error))
        }
        "boost" if rest.is_empty() => Ok(format!("ok {}", properties.volume_boost())),
        "boost" => {
            let (boost, _) = number(rest, "the boost")?;
            let set = properties.set_volume_boost(boost);
            set.map(|()| String::new()).map_err(|error| wrong(&error))
        }
        "priority" => priority(rest, properties),
        "compact" => {
            let compacted = properties.compact();
            compacted
                .map(|()| String::new())
                .map_err(|error| wrong(&error))
        }
        unknown => Err(format!("there is no command '{unknown}'; try help")),
    }
}

fn priority(line: &str, properties: &mut PropertyControl) -> Result<String, String> {
    let (group, rest) = number(line, "the group")?;
    let (channel, rest) = number(&rest, "the channel")?;
    if rest.is_empty() {
        let priority = properties
            .voice_priority(group, channel)
            .map_err(|error| error.to_string())?;
        return Ok(format!("ok {}", priority.value()));
    }
    let (value, _) = number(&rest, "the priority")?;
    properties
        .set_voice_priority(group, channel, VoicePriority::new(value))
        .map_err(|error| error.to_string())?;
    Ok(String::new())
}
