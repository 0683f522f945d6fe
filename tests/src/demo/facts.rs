//! What came of it, on one screen.

use std::fmt;

use super::Request;
use super::faults;
use crate::audio;
use crate::player::Take;
use crate::report::Report;

/// Warnings of the song's reader that are shown.
const MOST_WARNINGS: usize = 5;

/// Everything there is to say after the song.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The song's title.
    pub title: String,
    /// Length of the song without its tail, seconds.
    pub song_seconds: f64,
    /// MIDI messages in the song.
    pub messages: usize,
    /// What the reader of the song forgave.
    pub warnings: Vec<String>,
    /// The sound and the time it took.
    pub take: Take,
    /// What the plug-in says about itself.
    pub report: Report,
    /// Errors in the plug-in's log.
    pub complaints: Vec<String>,
}

impl Outcome {
    /// 0: all is well. 1: something was lost, or the sound is not finite. 2: the plug-in did not
    /// do as asked and says why.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let finite = audio::is_finite(&self.take.left) && audio::is_finite(&self.take.right);
        if !finite || !faults(&self.report).is_empty() {
            1
        } else if !self.report.notices().is_empty() || !self.complaints.is_empty() {
            2
        } else {
            0
        }
    }

    /// The page for the terminal.
    #[must_use]
    pub fn page<'a>(&'a self, request: &'a Request) -> impl fmt::Display + 'a {
        Page {
            outcome: self,
            request,
        }
    }
}

struct Page<'a> {
    outcome: &'a Outcome,
    request: &'a Request,
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcome, request } = self;
        line(f, "song", &outcome.song_line())?;
        line(f, "plug-in", &request.plugin.display().to_string())?;
        line(f, "sound", &request.output.display().to_string())?;
        if let Some(path) = &request.picture {
            line(f, "picture", &path.display().to_string())?;
        }
        line(f, "levels", &outcome.levels_line())?;
        line(f, "speed", &outcome.speed_line(request.block))?;
        outcome.report_lines(f)?;
        for notice in outcome.report.notices().iter().chain(&outcome.complaints) {
            line(f, "NOTICE", notice)?;
        }
        for warning in outcome.warnings.iter().take(MOST_WARNINGS) {
            line(f, "song file", warning)?;
        }
        let more = outcome.warnings.len().saturating_sub(MOST_WARNINGS);
        if more > 0 {
            line(f, "song file", &format!("{more} more warnings"))?;
        }
        Ok(())
    }
}

impl Outcome {
    fn song_line(&self) -> String {
        format!(
            "{}, {:.1} s, {} messages",
            self.title, self.song_seconds, self.messages
        )
    }

    fn levels_line(&self) -> String {
        let (left, right) = (&self.take.left, &self.take.right);
        let peak = audio::dbfs(f64::from(audio::peak(left).max(audio::peak(right))));
        let power = f64::midpoint(audio::rms(left).powi(2), audio::rms(right).powi(2));
        let rms = audio::dbfs(power.sqrt());
        let seconds = self.take.seconds();
        format!("peak {peak:.1} dBFS, RMS {rms:.1} dBFS, {seconds:.1} s with tail")
    }

    fn speed_line(&self, block: u32) -> String {
        let take = &self.take;
        let frames: f64 = take
            .blocks
            .iter()
            .map(|block| f64::from(block.frames))
            .sum();
        let factor = frames / f64::from(take.rate_hz) / take.processing_seconds().max(1e-9);
        let (worst_ms, share) = take.worst_block();
        let (rate, usual_ms) = (take.rate_hz, take.usual_block_ms());
        format!(
            "{factor:.0} times real time at {rate} Hz in blocks of {block}; worst block \
             {worst_ms:.3} ms, {:.1} % of its time; 999 of 1000 within {usual_ms:.3} ms",
            share * 100.0
        )
    }

    fn report_lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |key: &str| self.report.text(key).unwrap_or("not reported");
        let bank = format!("{}, {} warnings", value("bank"), value("bank_warnings"));
        line(f, "bank", &bank)?;
        line(f, "voices", &format!("peak {}", value("voices_peak")))?;
        let [arrived, delivered, late] =
            ["events_in", "events_delivered", "events_late"].map(value);
        line(
            f,
            "events",
            &format!("{arrived} in, {delivered} delivered, {late} late"),
        )?;
        let losses: Vec<_> = self
            .report
            .losses()
            .iter()
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        line(
            f,
            "losses",
            &if losses.is_empty() {
                "none".to_owned()
            } else {
                losses.join(", ")
            },
        )?;
        let [free, events] = ["pool_free", "pool_capacity"].map(value);
        let [free_long, long] = ["buffers_free", "buffers_capacity"].map(value);
        let whole = if self.report.pool_is_whole() {
            "whole"
        } else {
            "NOT WHOLE"
        };
        let pool =
            format!("{free} of {events} events, {free_long} of {long} long buffers: {whole}");
        line(f, "pool", &pool)
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, value: &str) -> fmt::Result {
    writeln!(f, "  {name:<10} {value}")
}
