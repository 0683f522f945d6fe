//! Where the reader stands, and what it forgave so far.
//!
//! A place is a chain of names on the stack; its text is made only when something is found there.

use std::fmt;

use crate::error::{Defect, FourCc, Warning};
use crate::limits;

/// One step of a chunk path, linked to the step above it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    name: Name,
}

#[derive(Debug, Clone, Copy)]
enum Name {
    /// A `RIFF` chunk, by its form.
    Form(FourCc),
    /// The only chunk or list of its name.
    Only(FourCc),
    /// One of several, counted from 0.
    Numbered(FourCc, usize),
}

impl<'p> Place<'p> {
    /// The file itself.
    pub(crate) const fn file(form: FourCc) -> Self {
        Self {
            above: None,
            name: Name::Form(form),
        }
    }

    /// A file within this place.
    pub(crate) const fn form(&'p self, form: FourCc) -> Self {
        Self {
            above: Some(self),
            name: Name::Form(form),
        }
    }

    /// A chunk or list within this place.
    pub(crate) const fn chunk(&'p self, id: FourCc) -> Self {
        Self {
            above: Some(self),
            name: Name::Only(id),
        }
    }

    /// One of several chunks or lists within this place.
    pub(crate) const fn numbered(&'p self, id: FourCc, index: usize) -> Self {
        Self {
            above: Some(self),
            name: Name::Numbered(id, index),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            write!(f, "{above}/")?;
        }
        match self.name {
            Name::Form(form) => write!(f, "RIFF({form})"),
            Name::Only(id) => write!(f, "{id}"),
            Name::Numbered(id, index) => write!(f, "{id}[{index}]"),
        }
    }
}

/// What the reader forgave, up to [`limits::WARNINGS`] of it.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    warnings: Vec<Warning>,
    unlisted: usize,
}

impl Findings {
    /// Notes one leniency.
    pub(crate) fn note(&mut self, place: &Place<'_>, offset: usize, defect: Defect) {
        if self.warnings.len() < limits::WARNINGS {
            self.warnings.push(Warning {
                offset,
                path: place.to_string(),
                defect,
            });
        } else {
            self.unlisted += 1;
        }
    }

    /// Everything noted, in file order; the number of what did not fit stands last.
    pub(crate) fn into_warnings(self, place: &Place<'_>, end: usize) -> Vec<Warning> {
        let mut warnings = self.warnings;
        warnings.sort_by_key(|warning| warning.offset);
        if self.unlisted > 0 {
            let defect = Defect::Unlisted {
                warnings: self.unlisted,
            };
            warnings.push(Warning {
                offset: end,
                path: place.to_string(),
                defect,
            });
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_names_every_step_from_the_file_down() {
        let file = Place::file(FourCc(*b"DLS "));
        let lins = file.chunk(FourCc(*b"lins"));
        let ins = lins.numbered(FourCc(*b"ins "), 3);
        let lrgn = ins.chunk(FourCc(*b"lrgn"));
        let rgn = lrgn.numbered(FourCc(*b"rgn "), 0);
        let wlnk = rgn.chunk(FourCc(*b"wlnk"));
        assert_eq!(
            wlnk.to_string(),
            "RIFF(DLS )/lins/ins [3]/lrgn/rgn [0]/wlnk"
        );
    }

    #[test]
    fn warnings_come_in_file_order() {
        let place = Place::file(FourCc(*b"DLS "));
        let mut findings = Findings::default();
        findings.note(&place, 20, Defect::MissingPad);
        findings.note(&place, 10, Defect::MissingPad);
        let offsets: Vec<usize> = findings
            .into_warnings(&place, 30)
            .iter()
            .map(|warning| warning.offset)
            .collect();
        assert_eq!(offsets, [10, 20]);
    }

    #[test]
    fn warnings_past_the_limit_are_counted() {
        let place = Place::file(FourCc(*b"DLS "));
        let mut findings = Findings::default();
        for offset in 0..limits::WARNINGS + 5 {
            findings.note(&place, offset, Defect::MissingPad);
        }
        let warnings = findings.into_warnings(&place, 9_999);
        assert_eq!(warnings.len(), limits::WARNINGS + 1);
        assert_eq!(
            warnings.last().unwrap().defect,
            Defect::Unlisted { warnings: 5 }
        );
    }
}
