//! How the per-tick half of a voice begins: what a note settles when it is struck.
//!
//! Source: \[DLS2\] articulation; \[SF2\] generators.

use crate::articulation::{Links, NoteTarget, OPEN_CUTOFF_CENTS, Strike, TickTarget};
use crate::channel::own_trim::OwnTrim;
use crate::dsp::envelope::{Attack, ModulationEnvelope, VolumeEnvelope};
use crate::dsp::filter::Setting;
use crate::sends::SENDS;
use crate::voice::powers::Powers;
use crate::voice::settled::Settled;
use crate::voice::slide::Slide;
use crate::voice::{Expression, Onset, Part, VoiceCx};

use super::{Memo, Modulation, NO_FILTER_INPUTS, inputs};

impl Modulation {
    /// A note that starts at a frame of the stream.
    pub(crate) fn new(
        part: Part<'_>,
        strike: Strike,
        onset: Onset,
        start: u64,
        cx: &VoiceCx<'_>,
    ) -> Self {
        let articulation = part.articulation;
        let links = articulation.links(&inputs(cx, strike, None, &Links::NONE));
        let inputs = inputs(cx, strike, None, &links);
        let edits = cx.channel.strike_edits(articulation, strike, onset.note);
        let settled = Settled {
            articulation,
            sums: articulation.at_note_on(&inputs),
            edits: &edits,
            sample_rate_hz: cx.sample_rate_hz,
        };
        let mut fixed = articulation.fixed(&inputs);
        fixed.add(TickTarget::Gain, part.region.gain_db() + edits.gain_db);
        if let Some(cutoff) = edits.cutoff {
            let open = if articulation.has_filter() {
                0.0
            } else {
                OPEN_CUTOFF_CENTS
            };
            fixed.set(TickTarget::Cutoff, cutoff - open);
        }
        if articulation.has_filter() {
            fixed.add(TickTarget::Cutoff, edits.cutoff_cents);
        }
        if let Some(pan) = edits.pan {
            fixed.set(TickTarget::Pan, pan);
        }
        let fine_tune = f64::from(part.region.fine_tune);
        let pitch_cents = articulation.key_pitch(strike.key, part.region.unity_note) + fine_tune;
        let slide = onset.glide.map_or_else(Slide::default, |(key, seconds)| {
            let from = articulation.key_pitch(key, part.region.unity_note) + fine_tune;
            Slide::new(0.0, from - pitch_cents, seconds * cx.sample_rate_hz)
        });
        let attack = if articulation.attacks_convex() {
            Attack::Convex
        } else {
            Attack::Linear
        };
        let offsets = cx.channel.offsets(articulation, &inputs, &cx.channel.added);
        Self {
            start,
            first_frame: settled.start_frame(part.wave.recording.length()),
            strike,
            pitch_cents,
            speed: part.wave.sample_rate_hz / cx.sample_rate_hz,
            eg1_depth: articulation.eg1_depth(),
            has_filter: articulation.has_filter(),
            max_resonance_db: articulation.max_resonance_db(),
            standing: fixed
                .plus(&articulation.channel(&inputs))
                .plus(&offsets.tick),
            pulls: articulation.pulls(&inputs),
            fixed,
            is_edited: offsets.moves(),
            offsets,
            revision: cx.around.revision,
            tuning_cents: cx.tuning_cents(strike.note, &cx.channel.added),
            tuning_revision: cx.around.tuning_revision,
            is_stale: false,
            slide,
            expression: Expression::NONE,
            own: OwnTrim::NONE,
            eg1: VolumeEnvelope::new(settled.eg1()),
            eg2: ModulationEnvelope::new(settled.eg2(), attack),
            mod_lfo: settled.lfo(NoteTarget::ModLfoDelay, NoteTarget::ModLfoFrequency),
            vib_lfo: settled.lfo(NoteTarget::VibLfoDelay, NoteTarget::VibLfoFrequency),
            shutdown_frames: settled.fall(NoteTarget::Eg1Shutdown),
            fade: None,
            rests: false,
            is_over: false,
            sends: [0.0; SENDS],
            powers: Powers::new(),
            pan_memo: Memo::EMPTY,
            filter_inputs: NO_FILTER_INPUTS,
            filter: Setting::OPEN,
            resonance_memo: Memo::EMPTY,
        }
    }
}
