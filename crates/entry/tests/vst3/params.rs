//! The plug-in's own parameters: what is told of them, values, texts, automation.

use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_ as flags;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::rig::{Rig, wide};

#[test]
fn parameters_say_what_they_are() {
    let rig = Rig::new();
    let level = rig.titled("Level");
    assert_eq!((level.stepCount, level.defaultNormalizedValue), (0, 0.25));
    assert_eq!(level.flags, flags::kCanAutomate);
    let steps = rig.titled("Steps");
    assert_eq!(
        (steps.stepCount, steps.defaultNormalizedValue),
        (10, f64::from(0.3_f32))
    );
    assert_ne!(rig.titled("Bypass").flags & flags::kIsBypass, 0);
}

#[test]
fn ids_are_the_framework_s() {
    let rig = Rig::new();
    let id = b"level"
        .iter()
        .fold(0_u32, |id, byte| id * 31 % (1 << 31) + u32::from(*byte));
    assert_eq!(rig.titled("Level").id, id);
}

#[test]
fn values_have_texts_both_ways() {
    let rig = Rig::new();
    let id = rig.titled("Steps").id;
    let mut text = [0; 128];
    let mut value = 0.0;
    unsafe {
        let result = rig.controller.getParamStringByValue(id, 0.7, &raw mut text);
        assert_eq!((result, wide(&text)), (kResultOk, "step 7".to_owned()));
        let place = &raw mut value;
        let result = rig
            .controller
            .getParamValueByString(id, text.as_mut_ptr(), place);
        assert_eq!((result, value), (kResultOk, 0.7));
        let mut nonsense: Vec<u16> = "loud\0".encode_utf16().collect();
        let result = rig
            .controller
            .getParamValueByString(id, nonsense.as_mut_ptr(), place);
        assert_ne!(result, kResultOk);
        assert_eq!(rig.controller.normalizedParamToPlain(id, 0.7), 7.0);
        assert_eq!(rig.controller.plainParamToNormalized(id, 7.0), 0.7);
        assert_ne!(
            rig.controller.getParamStringByValue(3, 0.7, &raw mut text),
            kResultOk
        );
    }
}

#[test]
fn all_points_of_an_automation_arrive_at_their_frames() {
    let rig = Rig::playing();
    let level = rig.titled("Level").id;
    rig.play(&[(level, &[(0, 0.0), (16, 0.5), (48, 1.0)])], &[]);
    let levels = rig.log.lock().unwrap().levels.clone();
    assert_eq!(levels, [(0, 0.0), (16, 1.0), (48, 2.0)]);
    assert_eq!(rig.value(level), 1.0);
}

#[test]
fn value_set_at_rest_is_the_plug_in_s_at_once() {
    for rig in [Rig::new(), Rig::active()] {
        let level = rig.titled("Level").id;
        assert_eq!(
            unsafe { rig.controller.setParamNormalized(level, 0.75) },
            kResultOk
        );
        assert_eq!(rig.value(level), 0.75);
        let saved = rig.save();
        let other = Rig::new();
        assert_eq!(other.load(&saved), kResultOk);
        assert_eq!(other.value(level), 0.75);
    }
}

#[test]
fn value_set_while_blocks_come_is_shown_and_holds_when_they_end() {
    let rig = Rig::playing();
    let level = rig.titled("Level").id;
    rig.play(&[(level, &[(0, 0.5)])], &[]);
    unsafe { rig.controller.setParamNormalized(level, 0.125) };
    assert_eq!(rig.value(level), 0.125);
    rig.play(&[], &[]);
    let last = *rig.log.lock().unwrap().levels.last().unwrap();
    assert_eq!(last, (64, 1.0), "the sound follows the blocks");
    unsafe { rig.processor.setProcessing(0) };
    unsafe { rig.processor.setProcessing(1) };
    rig.play(&[], &[]);
    let last = *rig.log.lock().unwrap().levels.last().unwrap();
    assert_eq!(last.1, 0.25);
}

#[test]
fn value_of_a_block_outlives_what_was_set_before_it() {
    let rig = Rig::playing();
    let level = rig.titled("Level").id;
    unsafe { rig.controller.setParamNormalized(level, 0.125) };
    rig.play(&[(level, &[(0, 0.5)])], &[]);
    unsafe { rig.processor.setProcessing(0) };
    assert_eq!(rig.value(level), 0.5);
    unsafe { rig.processor.setProcessing(1) };
    rig.play(&[], &[]);
    assert_eq!(rig.log.lock().unwrap().levels.last().unwrap().1, 1.0);
}

#[test]
fn block_without_frames_sets_parameters() {
    let rig = Rig::playing();
    let level = rig.titled("Level").id;
    let mut block = crate::rig::Block::new(&[]);
    block.frames = 0;
    block.changes.add(level, &[(0, 1.0)]);
    assert_eq!(rig.block(&mut block), kResultOk);
    rig.play(&[], &[]);
    assert_eq!(rig.log.lock().unwrap().levels, [(0, 2.0)]);
}

#[test]
fn what_is_no_value_is_refused() {
    let rig = Rig::new();
    let level = rig.titled("Level").id;
    assert_ne!(
        unsafe { rig.controller.setParamNormalized(level, f64::NAN) },
        kResultOk
    );
    assert_ne!(
        unsafe { rig.controller.setParamNormalized(12, 0.5) },
        kResultOk
    );
    assert_eq!(rig.value(level), 0.25);
    unsafe { rig.controller.setParamNormalized(level, 7.0) };
    assert_eq!(rig.value(level), 1.0);
}

#[test]
fn note_expressions_are_offered() {
    let rig = Rig::new();
    let expressions = rig.cast::<INoteExpressionController>();
    let count = unsafe { expressions.getNoteExpressionCount(3, 0) };
    let kinds = (0..count).map(|index| {
        let mut info = unsafe { std::mem::zeroed::<NoteExpressionTypeInfo>() };
        let result = unsafe { expressions.getNoteExpressionInfo(0, 0, index, &raw mut info) };
        assert_eq!(result, kResultOk);
        (info.typeId, wide(&info.title))
    });
    let expected = [
        (0, "Volume"),
        (1, "Pan"),
        (2, "Tuning"),
        (4, "Expression"),
        (5, "Brightness"),
    ];
    let expected = expected.map(|(kind, title)| (kind, title.to_owned()));
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    assert_eq!(unsafe { expressions.getNoteExpressionCount(4, 0) }, 0);
}
