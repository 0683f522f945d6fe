//! Variables of the environment in the paths of banks: `$NAME`, `${NAME}`, `%NAME%`.
//!
//! In: a path as a project has it, what the variables are. Out: the path on this machine.
//! Thread: any.

use std::borrow::Cow;

/// The path with its variables put in; nothing if one of them is not set.
///
/// What only looks like a variable, such as a `$` before a space, stays as it is.
pub(crate) fn put_in<'a>(
    path: &'a str,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<Cow<'a, str>> {
    if !path.contains(['$', '%']) {
        return Some(Cow::Borrowed(path));
    }
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find(['$', '%']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        rest = match name_at(from) {
            Some((name, after)) => {
                text.push_str(&variable(name)?);
                after
            }
            None => {
                let (sign, after) = from.split_at(1);
                text.push_str(sign);
                after
            }
        };
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
}

/// The name of the variable with which a text begins, and what follows it.
fn name_at(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = if let Some(braced) = text.strip_prefix("${") {
        braced.split_once('}')?
    } else if let Some(between) = text.strip_prefix('%') {
        between.split_once('%')?
    } else {
        let bare = text.strip_prefix('$')?;
        bare.split_at(bare.find(|sign| !is_of_name(sign)).unwrap_or(bare.len()))
    };
    // On Windows there is a %ProgramFiles(x86)%.
    let is_name = |sign| is_of_name(sign) || matches!(sign, '(' | ')');
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, rest))
}

const fn is_of_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &str) -> Option<String> {
        let known = |name: &str| match name {
            "HOME" => Some("/home/me".to_owned()),
            "ProgramFiles(x86)" => Some("C:\\Apps".to_owned()),
            _ => None,
        };
        put_in(path, known).map(Cow::into_owned)
    }

    #[test]
    fn variables_of_every_form_are_put_in() {
        for (path, expected) in [
            ("/plain/a.sf2", "/plain/a.sf2"),
            ("$HOME/a.sf2", "/home/me/a.sf2"),
            ("${HOME}banks/$HOME", "/home/mebanks//home/me"),
            ("%HOME%/a.sf2", "/home/me/a.sf2"),
            ("%ProgramFiles(x86)%\\a.dls", "C:\\Apps\\a.dls"),
        ] {
            assert_eq!(put(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_leads_nowhere() {
        for path in ["$NONE/a.sf2", "${NONE}/a.sf2", "a/%NONE%"] {
            assert_eq!(put(path), None, "{path}");
        }
    }

    #[test]
    fn what_only_looks_like_a_variable_stays() {
        for path in [
            "100% piano.sf2",
            "a$ b.sf2",
            "${a b}.sf2",
            "%%.sf2",
            "a$",
            "50%-\u{e4}%",
        ] {
            assert_eq!(put(path).as_deref(), Some(path));
        }
    }
}
