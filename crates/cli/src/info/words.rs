//! Numbers as a person reads them: keys by name, digits in groups, units that fit.

/// A key by name and number: key 60 is `C4 (60)`.
pub(super) fn key(number: u8) -> String {
    const NAMES: [&str; 12] = [
        "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B",
    ];
    let name = NAMES
        .get(usize::from(number % 12))
        .copied()
        .unwrap_or_default();
    let octave = i16::from(number / 12) - 1;
    format!("{name}{octave} ({number})")
}

/// Keys from one to another; one alone is named once.
pub(super) fn keys(low: u8, high: u8) -> String {
    if low == high {
        key(low)
    } else {
        format!("{}-{}", key(low), key(high))
    }
}

/// A whole number, in groups of three digits: `5 969 788`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// How many of a thing there are: `1 wave`, `2 waves`.
pub(super) fn count(number: usize, one: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{} {one}{many}", grouped(number as u64))
}

/// A time: milliseconds below one second.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds == 0.0 {
        "0 s".to_owned()
    } else if seconds < 0.000_1 {
        format!("{:.1} us", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1000.0)
    } else {
        format!("{seconds:.2} s")
    }
}

/// A frequency: whole hertz from 100 on.
pub(super) fn hertz(hertz: f64) -> String {
    if hertz < 100.0 {
        return format!("{hertz:.2} Hz");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "above 0, and the conversion saturates"
    )]
    let whole = hertz.round() as u64;
    format!("{} Hz", grouped(whole))
}

/// A number with as many decimals as it needs, at most two.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middle_c_and_the_ends_have_their_names() {
        assert_eq!(
            [0, 60, 61, 127].map(key),
            ["C-1 (0)", "C4 (60)", "C#4 (61)", "G9 (127)"]
        );
        assert_eq!(keys(36, 36), "C2 (36)");
        assert_eq!(keys(21, 108), "A0 (21)-C8 (108)");
    }

    #[test]
    fn digits_stand_in_groups() {
        assert_eq!(
            [0, 999, 1_000, 5_969_788].map(grouped),
            ["0", "999", "1 000", "5 969 788"]
        );
        assert_eq!([count(1, "wave"), count(0, "wave")], ["1 wave", "0 waves"]);
    }

    #[test]
    fn units_fit_their_numbers() {
        let times = [0.0, 0.000_02, 0.012, 1.5].map(seconds);
        assert_eq!(times, ["0 s", "20.0 us", "12.0 ms", "1.50 s"]);
        assert_eq!([5.0, 1199.6].map(hertz), ["5.00 Hz", "1 200 Hz"]);
        assert_eq!(
            [50.0, -0.5, 12.346, -0.001].map(short),
            ["50", "-0.5", "12.35", "0"]
        );
    }
}
