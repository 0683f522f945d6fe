//! No change of a parameter clicks.

use dmus_synth::{ChorusKind, Convolution, DelayKind, ReverbKind, Space};

use super::measures::click_db;
use super::{CHORUS, DELAY, Hall, REVERB};

/// Plays a tone into one bus, changes something, and looks for a click in what comes back, dB
/// below the tone in it.
fn click_of(bus: usize, before: &dyn Fn(&mut Hall), change: &dyn Fn(&mut Hall)) -> f64 {
    click_of_all(bus, before, &[change])
}

/// The same with changes that follow one another by 711 frames.
fn click_of_all(bus: usize, before: &dyn Fn(&mut Hall), changes: &[&dyn Fn(&mut Hall)]) -> f64 {
    let mut hall = Hall::new();
    before(&mut hall);
    hall.play(1, bus);
    hall.run_s(2.5);
    let mut heard = hall.run_s(0.2).returns[bus].clone();
    for (n, change) in changes.iter().enumerate() {
        change(&mut hall);
        let is_last = n + 1 == changes.len();
        let after = hall.run(if is_last { 28_800 } else { 711 });
        for (side, more) in heard.iter_mut().zip(&after.returns[bus]) {
            side.extend(more);
        }
    }
    let peak = heard[0].iter().fold(0.0_f32, |most, s| most.max(s.abs()));
    assert!(peak > 0.01, "{peak}");
    let tone_db = 20.0 * f64::from(peak).log10();
    heard
        .iter()
        .map(|side| click_db(side) - tone_db)
        .fold(f64::MIN, f64::max)
}

fn quiet(what: &str, click_db: f64) {
    assert!(click_db < -80.0, "{what}: {click_db} dB");
}

#[test]
fn changing_the_reverb_does_not_click() {
    for kind in ReverbKind::ALL {
        for other in ReverbKind::ALL {
            let set = |kind: ReverbKind| {
                move |hall: &mut Hall| {
                    let mut settings = hall.engine.effects().unwrap();
                    settings.reverb.kind = Some(kind);
                    hall.engine.set_effects(settings);
                }
            };
            let click = click_of(REVERB, &set(kind), &set(other));
            quiet(&format!("{kind:?} to {other:?}"), click);
        }
    }
}

#[test]
fn changing_values_of_the_reverb_does_not_click() {
    for (address, value) in [
        (0x32, 7),
        (0x33, 127),
        (0x33, 0),
        (0x34, 0),
        (0x34, 127),
        (0x37, 127),
    ] {
        let click = click_of(REVERB, &|_| {}, &|hall| hall.gs(address, value));
        quiet(&format!("{address:X} to {value}"), click);
    }
}

#[test]
fn changing_the_chorus_does_not_click() {
    for kind in ChorusKind::ALL {
        let change = |hall: &mut Hall| {
            let mut settings = hall.engine.effects().unwrap();
            settings.chorus.kind = Some(kind);
            hall.engine.set_effects(settings);
        };
        quiet(&format!("{kind:?}"), click_of(CHORUS, &|_| {}, &change));
    }
    for (address, value) in [
        (0x39, 7),
        (0x3A, 0),
        (0x3B, 127),
        (0x3C, 0),
        (0x3D, 40),
        (0x3E, 60),
    ] {
        let click = click_of(CHORUS, &|_| {}, &|hall| hall.gs(address, value));
        quiet(&format!("{address:X} to {value}"), click);
    }
}

#[test]
fn changing_the_delay_does_not_click() {
    for kind in DelayKind::ALL {
        let change = |hall: &mut Hall| {
            let mut settings = hall.engine.effects().unwrap();
            settings.delay.kind = Some(kind);
            hall.engine.set_effects(settings);
        };
        quiet(&format!("{kind:?}"), click_of(DELAY, &|_| {}, &change));
    }
    for (address, value) in [(0x52, 20), (0x55, 0), (0x58, 0), (0x59, 10), (0x59, 127)] {
        let click = click_of(DELAY, &|_| {}, &|hall| hall.gs(address, value));
        quiet(&format!("{address:X} to {value}"), click);
    }
}

#[test]
fn changing_thrice_within_a_fade_does_not_click() {
    let to = |reverb, chorus, delay| {
        move |hall: &mut Hall| {
            hall.gs(0x30, reverb);
            hall.gs(0x38, chorus);
            hall.gs(0x50, delay);
        }
    };
    let (first, second, third) = (to(0, 3, 4), to(5, 5, 8), to(2, 0, 2));
    for bus in [REVERB, CHORUS, DELAY] {
        let click = click_of_all(bus, &|_| {}, &[&first, &second, &third]);
        quiet(&format!("thrice on {bus}"), click);
    }
}

#[test]
fn switching_on_and_off_does_not_click() {
    let dry = |dry: bool| {
        move |hall: &mut Hall| {
            let mut settings = hall.engine.effects().unwrap();
            settings.dry = dry;
            hall.engine.set_effects(settings);
        }
    };
    for bus in [REVERB, CHORUS, DELAY] {
        quiet("off", click_of(bus, &|_| {}, &dry(true)));
        quiet("on", click_of(bus, &dry(true), &dry(false)));
    }
}

#[test]
fn changing_the_response_does_not_click() {
    let load = |space: Option<Space>| {
        move |hall: &mut Hall| {
            let response = space.map(|space| Box::new(Convolution::of_space(space, super::RATE)));
            hall.engine.set_response(response).unwrap();
        }
    };
    let spaces = [
        None,
        Some(Space::Hall),
        Some(Space::Plate),
        Some(Space::Spring),
    ];
    for before in spaces {
        for after in spaces {
            quiet(
                &format!("{before:?} to {after:?}"),
                click_of(REVERB, &load(before), &load(after)),
            );
        }
    }
}
