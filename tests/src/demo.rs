//! The demonstration: one song through the bundle, a file of sound, a picture, a page of facts.
//!
//! In: [`Request`], as the command line gives it. Out: [`Outcome`], written files, and the exit
//! code that the outcome deserves.

mod facts;
mod progress;
mod request;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use dmus_song::Song;

use crate::host::{Bundle, Plugin};
use crate::player::{Partition, Player, Take};
use crate::report::Report;
use crate::timeline::Timeline;
use crate::{picture, wav};
use progress::Progress;

pub use facts::Outcome;
pub use request::{Request, USAGE};

/// Below this the tail counts as silent: -90 dB.
const SILENCE: f32 = 3.2e-5;
/// Seconds of silence that end the tail.
const QUIET_S: u64 = 1;
/// Longest tail, seconds.
const TAIL_S: u64 = 20;
/// Frames between two marks of progress.
const STRETCH: u64 = 1 << 15;

/// Plays the song and writes the files.
///
/// # Errors
/// A file cannot be read or written, or the plug-in refuses to be a plug-in.
pub fn run(request: &Request) -> Result<Outcome> {
    let song = read_song(request.song.as_deref())?;
    let bundle = Bundle::load(&request.plugin)?;
    let mut plugin = bundle.instance()?;
    plugin.run(request.rate_hz, request.block)?;
    plugin.idle();

    let mut take = perform(&mut plugin, &song, request)?;
    let report = plugin.report()?;
    let complaints = plugin.complaints();
    plugin.deactivate()?;

    trim(&mut take);
    wav::write(&request.output, &take.left, &take.right, take.rate_hz)?;
    if let Some(path) = &request.picture {
        picture::draw(
            path,
            &title(&song, request),
            &take.left,
            &take.right,
            take.rate_hz,
        )?;
    }
    Ok(Outcome {
        title: title(&song, request),
        song_seconds: song.length().seconds(),
        messages: song.messages().len(),
        warnings: song.warnings().iter().map(ToString::to_string).collect(),
        take,
        report,
        complaints,
    })
}

/// The built-in song, or a Standard MIDI File, or a text song by its ending.
fn read_song(path: Option<&Path>) -> Result<Song> {
    let Some(path) = path else {
        return Ok(dmus_song::demo());
    };
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    if path.extension().is_some_and(|ending| ending == "song") {
        let text = std::str::from_utf8(&bytes).with_context(|| format!("{}", path.display()))?;
        return Song::read_text(text).with_context(|| format!("{}", path.display()));
    }
    Song::read_smf(&bytes).with_context(|| format!("{}", path.display()))
}

fn title(song: &Song, request: &Request) -> String {
    let name = request.song.as_deref().and_then(Path::file_name);
    match (song.title(), name) {
        ("", Some(name)) => name.to_string_lossy().into_owned(),
        (title, _) => title.to_owned(),
    }
}

/// The song with its tail.
fn perform(plugin: &mut Plugin, song: &Song, request: &Request) -> Result<Take> {
    let rate = request.rate_hz;
    let timeline = Timeline::of_song(song, rate);
    let total = song.length().frame(rate);
    let mut progress = Progress::new(total);
    let mut player = Player::new(plugin, &timeline, Partition::Fixed(request.block))?;
    while player.position() < total {
        player.render(STRETCH.min(total - player.position()))?;
        progress.show(player.position());
    }
    let rate = u64::from(rate);
    player.render_until_silent(SILENCE, QUIET_S * rate, TAIL_S * rate)?;
    progress.finish();
    Ok(player.finish())
}

/// Cuts the silence at the end, but for a short breath.
fn trim(take: &mut Take) {
    let loud = |channel: &[f32]| channel.iter().rposition(|sample| sample.abs() > SILENCE);
    let last = loud(&take.left).max(loud(&take.right)).unwrap_or(0);
    let breath = usize::try_from(take.rate_hz / 4).unwrap_or(0);
    let frames = (last + breath).min(take.left.len());
    take.left.truncate(frames);
    take.right.truncate(frames);
}

/// What the report says is wrong, worst first; empty when all is well.
#[must_use]
pub fn faults(report: &Report) -> Vec<String> {
    let losses = report.losses();
    let mut faults: Vec<_> = losses
        .iter()
        .map(|(kind, count)| format!("{kind}: {count}"))
        .collect();
    if !report.pool_is_whole() {
        faults.push("the event pool is not whole".to_owned());
    }
    faults
}
