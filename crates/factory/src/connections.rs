//! Connections: what a voicing becomes in the words of the bank.
//!
//! Source: \[DLS2\] default connections; only rows that the specification lists are written.

use dmus_dls::bank::{Connection, Curve, Destination, Source, Transform};
use dmus_dls::units::{AbsolutePitch, Percent, RelativeGain, RelativePitch, TimeCents};

use crate::decay_law::DecayLaw;
use crate::voicing::{Decay, Voicing};

impl Voicing {
    /// The connections for waves that left the decay `law` to the player.
    pub(crate) fn connections(&self, law: Option<DecayLaw>) -> Vec<Connection> {
        let mut list = vec![];
        self.volume(&mut list, law);
        self.modulation(&mut list);
        self.tone(&mut list);
        list
    }

    fn volume(&self, list: &mut Vec<Connection>, law: Option<DecayLaw>) {
        if self.attack_s > 0.0 {
            list.push(constant(
                Destination::Eg1Attack,
                TimeCents::from_seconds(self.attack_s).0,
            ));
        }
        match (self.decay, law) {
            (Decay::To(seconds, down_db), _) => {
                list.push(constant(
                    Destination::Eg1Decay,
                    TimeCents::from_seconds(seconds).0,
                ));
                list.push(constant(
                    Destination::Eg1Sustain,
                    Percent::from_percent(sustain(down_db)).0,
                ));
            }
            (Decay::Wave(factor), Some(law)) => {
                let base = 1200.0 * libm::log2(factor) + law.base_cents;
                let by_key = 128.0 * law.cents_per_key;
                list.push(constant(
                    Destination::Eg1Decay,
                    TimeCents::from_time_cents(base).0,
                ));
                list.push(driven(Source::KeyNumber, Destination::Eg1Decay, by_key));
                list.push(constant(Destination::Eg1Sustain, 0));
            }
            (Decay::Wave(_), None) | (Decay::Held, _) => {}
        }
        list.push(constant(
            Destination::Eg1Release,
            TimeCents::from_seconds(self.release_s).0,
        ));
    }

    fn modulation(&self, list: &mut Vec<Connection>) {
        if let Some(sweep) = self.sweep {
            let sustain = Percent::from_percent(sweep.sustain_percent).0;
            list.push(constant(
                Destination::Eg2Attack,
                TimeCents::from_seconds(sweep.attack_s).0,
            ));
            list.push(constant(
                Destination::Eg2Decay,
                TimeCents::from_seconds(sweep.decay_s).0,
            ));
            list.push(constant(Destination::Eg2Sustain, sustain));
            list.push(constant(
                Destination::Eg2Release,
                TimeCents::from_seconds(sweep.release_s).0,
            ));
            if self.sweep_pitch_cents != 0.0 {
                list.push(driven(
                    Source::Eg2,
                    Destination::Pitch,
                    self.sweep_pitch_cents,
                ));
            }
        }
        if let Some(vibrato) = self.vibrato {
            list.push(constant(
                Destination::VibLfoFrequency,
                AbsolutePitch::from_hz(vibrato.hz).0,
            ));
            list.push(constant(
                Destination::VibLfoDelay,
                TimeCents::from_seconds(vibrato.delay_s).0,
            ));
            if vibrato.cents > 0.0 {
                list.push(swing(
                    Source::VibLfo,
                    Source::None,
                    Destination::Pitch,
                    vibrato.cents,
                ));
            }
            let wheel = Source::Controller(1);
            list.push(swing(
                Source::VibLfo,
                wheel,
                Destination::Pitch,
                vibrato.wheel_cents,
            ));
        }
        if let Some((hz, depth_db)) = self.tremolo {
            list.push(constant(
                Destination::ModLfoFrequency,
                AbsolutePitch::from_hz(hz).0,
            ));
            // Gain counts tenths of a dB where pitch counts cents.
            list.push(swing(
                Source::ModLfo,
                Source::None,
                Destination::Gain,
                10.0 * depth_db,
            ));
        }
    }

    fn tone(&self, list: &mut Vec<Connection>) {
        if let Some(filter) = self.filter {
            let by_key = filter.key_cents * 128.0;
            let by_velocity = filter.velocity_cents * 128.0 / 127.0;
            let base = AbsolutePitch::from_hz(filter.hz).cents()
                - filter.key_cents * 60.0
                - filter.velocity_cents;
            list.push(constant(
                Destination::FilterCutoff,
                AbsolutePitch::from_cents(base).0,
            ));
            if filter.q_db > 0.0 {
                list.push(constant(
                    Destination::FilterQ,
                    RelativeGain::from_db(filter.q_db).0,
                ));
            }
            if filter.velocity_cents != 0.0 {
                list.push(driven(
                    Source::Velocity,
                    Destination::FilterCutoff,
                    by_velocity,
                ));
            }
            if filter.key_cents != 0.0 {
                list.push(driven(Source::KeyNumber, Destination::FilterCutoff, by_key));
            }
            if filter.envelope_cents != 0.0 {
                list.push(driven(
                    Source::Eg2,
                    Destination::FilterCutoff,
                    filter.envelope_cents,
                ));
            }
        }
        if self.pan_percent != 0.0 {
            list.push(constant(
                Destination::Pan,
                Percent::from_percent(self.pan_percent).0,
            ));
        }
    }
}

/// Sustain percentage of a level below full.
fn sustain(down_db: f64) -> f64 {
    100.0 * (1.0 - down_db / 96.0).max(0.0)
}

fn constant(destination: Destination, scale: i32) -> Connection {
    connection(Source::None, Source::None, destination, scale, false)
}

/// A unipolar source and its amount in cents.
fn driven(source: Source, destination: Destination, cents: f64) -> Connection {
    connection(
        source,
        Source::None,
        destination,
        RelativePitch::from_cents(cents).0,
        false,
    )
}

/// An oscillator, swinging both ways, and its amount in cents.
fn swing(source: Source, control: Source, destination: Destination, cents: f64) -> Connection {
    connection(
        source,
        control,
        destination,
        RelativePitch::from_cents(cents).0,
        true,
    )
}

fn connection(
    source: Source,
    control: Source,
    destination: Destination,
    scale: i32,
    bipolar: bool,
) -> Connection {
    Connection {
        source,
        source_transform: Transform {
            bipolar,
            ..Transform::default()
        },
        control,
        control_transform: Transform::default(),
        destination,
        output_curve: Curve::Linear,
        scale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voicing::Filter;

    fn amount(list: &[Connection], source: Source, destination: Destination) -> f64 {
        let scale = list
            .iter()
            .find(|c| c.source == source && c.destination == destination)
            .map_or(0, |c| c.scale);
        f64::from(scale) / 65_536.0
    }

    #[test]
    fn cutoff_is_reached_at_middle_c_and_full_velocity() {
        let filter = Filter::by_velocity(4000.0, 3600.0);
        let voicing = Voicing {
            filter: Some(filter),
            ..Voicing::HELD
        };
        let list = voicing.connections(None);
        let cutoff = |source| amount(&list, source, Destination::FilterCutoff);
        let cents = cutoff(Source::None)
            + cutoff(Source::KeyNumber) * 60.0 / 128.0
            + cutoff(Source::Velocity) * 127.0 / 128.0;
        assert!(
            (cents - AbsolutePitch::from_hz(4000.0).cents()).abs() < 0.01,
            "{cents}"
        );
    }

    #[test]
    fn decay_at_the_root_is_the_one_the_wave_was_made_for() {
        let list = Voicing::STRUCK.connections(Some(DecayLaw::through(48, 12.0)));
        let decay = |source| amount(&list, source, Destination::Eg1Decay);
        let cents = decay(Source::None) + decay(Source::KeyNumber) * 48.0 / 128.0;
        assert!((libm::exp2(cents / 1200.0) - 12.0).abs() < 0.001, "{cents}");
    }
}
