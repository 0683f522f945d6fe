//! The page of splits: channel, range of keys and velocity curve of each part.

use egui_kittest::kittest::Queryable;

use super::Bench;
use crate::params::choices::VelocityChoice;

#[test]
fn a_part_has_its_channel_and_its_curve_from_lists() {
    let mut bench = Bench::on("Splits");
    bench.choose("Part 02 Channel", "3");
    bench.choose("Part 05 Velocity Curve", "Hard 1");
    for (index, part) in bench.params.parts().into_iter().enumerate() {
        assert_eq!(part.channel.value(), if index == 1 { 3 } else { 0 });
        let curve = if index == 4 {
            VelocityChoice::Hard1
        } else {
            VelocityChoice::Linear
        };
        assert_eq!(part.velocity_curve.value(), curve, "part {index}");
    }
    assert!(bench.told(2));
}

#[test]
fn the_ends_of_a_range_of_keys_are_drawn_with_sliders() {
    let mut bench = Bench::on("Splits");
    let row = bench.harness.get_by_label("03").rect().center().y;
    let column = |bench: &Bench, heading| bench.harness.get_by_label(heading).rect().left();
    let lowest = column(&bench, "Lowest key") + 45.0;
    let highest = column(&bench, "Highest key") + 45.0;
    bench.click_at(lowest, row);
    bench.click_at(highest, row);
    let parts = bench.params.parts();
    assert_eq!(
        (parts[2].lowest_key.value(), parts[2].highest_key.value()),
        (64, 64)
    );
    assert_eq!(
        (parts[1].lowest_key.value(), parts[3].highest_key.value()),
        (0, 127)
    );
}
