//! Program lists: names, one parameter for each channel, and news of other names.

use std::time::{Duration, Instant};

use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_ as flags;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::rig::{Rig, on, wide};

/// The name of a program of a list.
fn name(rig: &Rig, list: i32, program: i32) -> Option<String> {
    let mut text = [0; 128];
    let units = rig.cast::<IUnitInfo>();
    let result = unsafe { units.getProgramName(list, program, &raw mut text) };
    (result == kResultOk).then(|| wide(&text))
}

#[test]
fn there_are_sixteen_lists_with_the_names_of_the_programs() {
    let rig = Rig::new();
    let units = rig.cast::<IUnitInfo>();
    assert_eq!(unsafe { units.getProgramListCount() }, 16);
    for index in 0..16 {
        let mut info = unsafe { std::mem::zeroed::<ProgramListInfo>() };
        let result = unsafe { units.getProgramListInfo(index, &raw mut info) };
        assert_eq!((result, info.programCount), (kResultOk, 128));
        let expected = format!("Sound {}.128", index + 1);
        assert_eq!(name(&rig, info.id, 127), Some(expected));
    }
    assert_eq!(name(&rig, 1, 0).as_deref(), Some("Sound 1.1"));
    assert_eq!(name(&rig, 1, 128), None);
    assert_eq!(name(&rig, 1, -1), None);
    assert_eq!(name(&rig, 17, 0), None);
    assert_eq!(name(&rig, 0, 0), None);
}

#[test]
fn each_channel_has_a_parameter_in_the_unit_of_its_list() {
    let rig = Rig::new();
    let units = rig.cast::<IUnitInfo>();
    for channel in 0..16 {
        let info = rig.titled(&format!("MIDI Ch. {} Program Change", channel + 1));
        assert_ne!(info.flags & flags::kIsProgramChange, 0);
        assert_eq!(info.stepCount, 127);
        assert_eq!(rig.assigned(0, channel, 130), info.id);
        let mut unit = -1;
        let result = unsafe { units.getUnitByBus(1, 0, 0, i32::from(channel), &raw mut unit) };
        assert_eq!((result, unit), (kResultOk, info.unitId));
        let mut found = unsafe { std::mem::zeroed::<UnitInfo>() };
        assert_eq!(
            unsafe { units.getUnitInfo(unit, &raw mut found) },
            kResultOk
        );
        assert_eq!(wide(&found.name), format!("Part {:02}", channel + 1));
        assert_eq!(found.programListId, i32::from(channel) + 1);
    }
}

#[test]
fn units_are_the_groups_of_the_parameters() {
    let rig = Rig::new();
    let units = rig.cast::<IUnitInfo>();
    let count = unsafe { units.getUnitCount() };
    let all = (0..count).map(|index| {
        let mut info = unsafe { std::mem::zeroed::<UnitInfo>() };
        assert_eq!(
            unsafe { units.getUnitInfo(index, &raw mut info) },
            kResultOk
        );
        (info.id, info.parentUnitId, wide(&info.name))
    });
    let all: Vec<_> = all.collect();
    assert_eq!(
        all[..3],
        [
            (0, -1, "Root".into()),
            (1, 0, "Main".into()),
            (2, 1, "Amount".into())
        ]
    );
    assert_eq!(count, 3 + 16);
    assert_eq!(rig.titled("Level").unitId, 2);
    assert_eq!(rig.titled("Steps").unitId, 1);
    assert_eq!(rig.titled("Bypass").unitId, 0);
}

#[test]
fn program_comes_before_the_note_and_after_its_bank() {
    let rig = Rig::playing();
    let (high, low) = (rig.assigned(0, 5, 0), rig.assigned(0, 5, 32));
    let program = rig.titled("MIDI Ch. 6 Program Change").id;
    rig.play(
        &[
            (program, &[(8, 19.0 / 127.0)]),
            (low, &[(8, 2.0 / 127.0)]),
            (high, &[(8, 8.0 / 127.0)]),
        ],
        &[on(0, 8, 5, 60, 1)],
    );
    assert_eq!(
        rig.heard(),
        [
            "8 cc 5 0 8",
            "8 cc 5 32 2",
            "8 program 5 19",
            "8 on 5/60 id 1 0.50"
        ]
    );
    assert_eq!(rig.value(program), 19.0 / 127.0);
}

#[test]
fn program_shows_and_reads_its_name() {
    let rig = Rig::new();
    let id = rig.titled("MIDI Ch. 3 Program Change").id;
    let mut text = [0; 128];
    let mut value = 0.0;
    unsafe {
        rig.controller
            .getParamStringByValue(id, 9.0 / 127.0, &raw mut text);
        assert_eq!(wide(&text), "Sound 3.10");
        let place = &raw mut value;
        let result = rig
            .controller
            .getParamValueByString(id, text.as_mut_ptr(), place);
        assert_eq!((result, value), (kResultOk, 9.0 / 127.0));
    }
}

#[test]
fn other_names_are_told_to_the_host() {
    let rig = Rig::new();
    rig.told.borrow_mut().clear();
    rig.log.lock().unwrap().names = "Noise";
    let level = rig.titled("Level").id;
    let start = Instant::now();
    while !rig
        .told
        .borrow()
        .iter()
        .any(|line| line.starts_with("list 16 "))
    {
        assert!(start.elapsed() < Duration::from_secs(10), "never told");
        unsafe { rig.controller.setParamNormalized(level, 0.25) };
        std::thread::sleep(Duration::from_millis(20));
    }
    let told = rig.told.borrow().clone();
    assert!(told.contains(&"restart 16".to_owned()), "{told:?}");
    assert!(told.contains(&"list 1 -1".to_owned()), "{told:?}");
    assert_eq!(name(&rig, 2, 0).as_deref(), Some("Noise 2.1"));
}
