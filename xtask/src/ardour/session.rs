//! The project: a track with the plug-in, a song, an automation.
//!
//! In: a project that Ardour has saved. Out: the same with what its scripts cannot make: a region
//! of MIDI, points of automation, a range to export.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Name of the project, of its folder and of its file.
pub(super) const NAME: &str = "song";

/// Ticks of a quarter note, as Ardour counts them; at 120 quarters a minute one lasts 24 000 frames.
const QUARTER: u32 = 1_920;

/// The plug-in's class, as Ardour writes it: the bytes `DMusInstrument01`.
const CLASS: &str = "444D7573496E737472756D656E743031";

/// Quarters at which the first note begins, bypass is switched on and off, and the second note
/// begins.
pub(super) const FIRST_NOTE: u32 = 1;
pub(super) const BYPASS_ON: u32 = 4;
pub(super) const BYPASS_OFF: u32 = 6;
pub(super) const SECOND_NOTE: u32 = 7;

/// Superclocks of a second, Ardour's unit of time on no grid.
const SUPERCLOCKS: u64 = 282_240_000;

/// Seconds that are exported.
const SECONDS: u64 = 5;

/// The script that makes the project: a track with the plug-in, whose bypass is found by its name.
pub(super) fn script(folder: &Path) -> String {
    format!(
        r#"AudioEngine:set_backend("None (Dummy)", "", "")
local s = create_session("{folder}", "{NAME}", 48000)
assert(s)
local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
local audio = ARDOUR.ChanCount(ARDOUR.DataType("audio"), 2)
local none = ARDOUR.PluginInfo()
local last = ARDOUR.PresentationInfo.max_order
local tracks = s:new_midi_track(midi, audio, true, none, nil, nil, 1, "DMus", last, ARDOUR.TrackMode.Normal, true)
local plugin = ARDOUR.LuaAPI.new_plugin(s, "{CLASS}", ARDOUR.PluginType.VST3, "")
assert(not plugin:isnil())
assert(tracks:front():add_processor_by_index(plugin, 0, nil, true) == 0)
local instance = plugin:to_insert():plugin(0)
for place = 0, instance:parameter_count() - 1 do
    if instance:parameter_label(place) == "Bypass" then
        tracks:front():set_comment("bypass " .. place, nil)
    end
end
s:save_state("", false, false, false, false, false)
tracks, plugin, instance = nil, nil, nil
collectgarbage()
close_session()
quit()
"#,
        folder = folder.display(),
    )
}

/// A MIDI file with two notes on channel 1.
pub(super) fn song() -> Vec<u8> {
    let at = |quarters: u32| quarters * QUARTER;
    let messages: [(u32, [u8; 3]); 4] = [
        (at(FIRST_NOTE), [0x90, 60, 100]),
        (at(BYPASS_OFF), [0x80, 60, 64]),
        (at(SECOND_NOTE), [0x90, 67, 100]),
        (at(SECOND_NOTE) + QUARTER / 2, [0x80, 67, 64]),
    ];
    let mut track = Vec::new();
    let mut now = 0;
    for (tick, message) in messages {
        put_length(&mut track, tick - now);
        track.extend(message);
        now = tick;
    }
    put_length(&mut track, QUARTER);
    track.extend([0xFF, 0x2F, 0]);
    let [.., high, low] = QUARTER.to_be_bytes();
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01".to_vec();
    file.extend([high, low]);
    file.extend(b"MTrk");
    file.extend(u32::try_from(track.len()).unwrap_or(0).to_be_bytes());
    file.extend(track);
    file
}

/// A number as MIDI files have it, of up to 14 bits.
fn put_length(track: &mut Vec<u8>, ticks: u32) {
    let [.., high, low] = [ticks >> 7 & 0x7F, ticks & 0x7F];
    let [.., high, low] = [high.to_le_bytes()[0] | 0x80, low.to_le_bytes()[0]];
    track.extend([high, low]);
}

/// Puts the song, its region, the automation of bypass and the range of the export into the
/// project.
///
/// # Errors
/// When the project is not as Ardour 7 writes it.
pub(super) fn fill_in(file: &Path) -> Result<()> {
    let folder = file.parent().context("a project without a folder")?;
    let source = folder
        .join("interchange")
        .join(NAME)
        .join("midifiles/song.mid");
    fs::write(&source, song()).with_context(|| format!("writing {}", source.display()))?;
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let filled = filled(&text)?;
    fs::write(file, filled).with_context(|| format!("writing {}", file.display()))
}

/// What Ardour lists of a plug-in it sends at the first frame: no controller may be among it.
pub(super) fn lists_no_controller(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let listed = text.matches(" parameter=\"").count();
    if !(200..500).contains(&listed) || text.contains("MIDI Ch.") {
        bail!("Ardour lists {listed} parameters, or some of MIDI channels");
    }
    println!("Ardour lists {listed} parameters, none of them a controller");
    Ok(())
}

/// The project's text with all of it.
fn filled(text: &str) -> Result<String> {
    let place = between(text, "comment=\"bypass ", "\"")
        .or_else(|| between(text, ">bypass ", "<"))
        .context("the plug-in shows no parameter of the name Bypass")?;
    let mut text = text.to_owned();
    let source = r#"<Sources><Source name="song.mid" type="midi" flags="" id="9001" take-id="" channel="0" origin="" gain="1"/></Sources>"#;
    replace(&mut text, "<Sources/>", source)?;
    let regions = format!("<Regions>{}</Regions>", region(9_002, 1));
    replace(&mut text, "<Regions/>", &regions)?;
    let range = format!(
        r#"<Locations><Location id="9004" name="session" start="a0" end="a{}" flags="IsSessionRange" locked="0" timestamp="0"/></Locations>"#,
        SECONDS * SUPERCLOCKS
    );
    replace(&mut text, "<Locations/>", &range)?;
    let playlist = line_with(&text, &["<Playlist ", "type=\"midi\""])?;
    let opened = playlist
        .strip_suffix("/>")
        .context("the track has a region already")?;
    let filled = format!("{opened}>{}</Playlist>", region(9_003, 0));
    replace(&mut text, &playlist, &filled)?;
    let list = line_with(
        &text,
        &[
            "<AutomationList ",
            &format!("automation-id=\"parameter-{place}\""),
            "state=\"Off\"/>",
        ],
    )?;
    let points = format!(
        "state=\"Play\"><events>b0 0\nb{} 1\nb{} 0\n</events></AutomationList>",
        BYPASS_ON * QUARTER,
        BYPASS_OFF * QUARTER
    );
    let played = list.replace("state=\"Off\"/>", &points);
    replace(&mut text, &list, &played)?;
    Ok(text)
}

/// A region over the whole song.
fn region(id: u32, whole_file: u8) -> String {
    let ticks = (SECOND_NOTE + 2) * QUARTER;
    format!(
        r#"<Region name="song" muted="0" opaque="1" locked="0" video-locked="0" automatic="0" whole-file="{whole_file}" import="0" external="0" sync-marked="0" left-of-split="0" right-of-split="0" hidden="0" position-locked="0" valid-transients="0" start="b0" length="b{ticks}@b0" sync-position="b0" ancestral-start="b0" ancestral-length="b0@b0" stretch="1" shift="1" layering-index="0" tags="" id="{id}" type="midi" first-edit="nothing" source-0="9001" master-source-0="9001"/>"#
    )
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// The only line with all these words, without its indentation.
fn line_with(text: &str, words: &[&str]) -> Result<String> {
    let mut lines = text
        .lines()
        .filter(|line| words.iter().all(|word| line.contains(word)));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line.trim().to_owned()),
        _ => bail!("not one line with {words:?} in the project"),
    }
}

/// Replaces what must be there once.
fn replace(text: &mut String, old: &str, new: &str) -> Result<()> {
    if text.matches(old).count() != 1 {
        bail!("'{old}' is not in the project once");
    }
    *text = text.replace(old, new);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn song_is_a_midi_file_of_its_length() {
        let song = song();
        assert!(song.starts_with(b"MThd\0\0\0\x06\0\0\0\x01\x07\x80MTrk"));
        assert_eq!(song[21] as usize, song.len() - 22);
    }

    #[test]
    fn project_of_another_form_is_refused() {
        let error = filled("<Session></Session>").unwrap_err();
        assert!(error.to_string().contains("Bypass"), "{error}");
    }
}
