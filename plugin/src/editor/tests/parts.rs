//! The part list: what a click sets, as one whole change for the host.

use super::Bench;

#[test]
fn mute_and_solo_belong_to_the_part_of_their_row() {
    let mut bench = Bench::new();
    for letter in ["M", "S"] {
        bench.click_nth(letter, 2);
    }
    for (index, part) in bench.params.parts().into_iter().enumerate() {
        let set = (part.mute.value(), part.solo.value());
        assert_eq!(set, (index == 2, index == 2), "part {index}");
    }
    assert!(bench.told(2));
}

#[test]
fn all_parts_are_routed_apart_and_back_at_once() {
    let mut bench = Bench::new();
    let outputs = |bench: &Bench| bench.params.parts().map(|part| part.output.value());
    for (choice, expected) in [
        (
            "Each part on its own output",
            core::array::from_fn(|part| i32::try_from(part + 1).unwrap_or(0)),
        ),
        ("Every part in the mix", [0; 16]),
    ] {
        bench.click("Output");
        bench.click(choice);
        assert_eq!(outputs(&bench), expected, "{choice}");
    }
    assert!(bench.told(32));
}
