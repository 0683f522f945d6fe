//! Which banks a project may carry.

use dmus_library::{MustNotEmbed, Progress};

use crate::rig::{Machine, bank};

#[test]
fn a_bank_of_the_users_may_be_embedded_and_one_of_a_system_not() {
    let machine = Machine::new();
    let library = machine.library();
    let verdict = |name: &str, bytes: &[u8]| {
        let path = machine.write(name, bytes);
        library.load(&path, &Progress::new()).unwrap().may_embed()
    };
    assert_eq!(verdict("mine.dls", &bank("Mine", 1, "(c) me")), Ok(()));
    assert_eq!(
        verdict("GM.dls", &bank("Other", 2, "")),
        Err(MustNotEmbed::SystemBank("GM.dls".to_owned()))
    );
    let text = "(c) 1996 Roland Corporation";
    assert_eq!(
        verdict("copy.dls", &bank("Third", 3, text)),
        Err(MustNotEmbed::Copyright(text.to_owned()))
    );
}
