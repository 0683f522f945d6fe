//! What a reader is told where files and their players disagree.
//!
//! In: whoever asks for a bank. Out: the readers. Thread: any; plain data.

/// A say in how a bank is read; the default is what banks are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// What the initial attenuation of a SoundFont means.
    pub attenuation: Attenuation,
}

/// What the initial attenuation of a SoundFont means.
///
/// # Source
/// \[SF2\] initialAttenuation says a centibel. The hardware that banks were made on plays 0.4 of
/// one, so they are tuned by ear to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Attenuation {
    /// 0.4 of what stands in the file, as the hardware plays it.
    #[default]
    Hardware,
    /// What stands in the file.
    Literal,
}

impl Attenuation {
    /// Centibels of attenuation for each unit in the file.
    pub(crate) const fn factor(self) -> f64 {
        match self {
            Self::Hardware => 0.4,
            Self::Literal => 1.0,
        }
    }
}
