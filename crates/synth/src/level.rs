//! Which vector instructions are used, decided once for an engine.
//!
//! Every kernel exists once in plain Rust, which runs anywhere, and once in the instructions of each
//! further level. All levels give the same bits: sums have one order, nothing is fused.
//! In: the processor, the variable `DMUS_SIMD`. Thread: chosen on control, used on render.

/// Names a level in place of the best one: `portable` or `avx2`. Any other value, and a level that
/// the processor does not have, is as good as none.
const VARIABLE: &str = "DMUS_SIMD";

/// A set of vector instructions that this processor has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    /// What the compiler makes of plain Rust.
    Portable,
    /// AVX2, of x86-64-v3.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
}

impl Level {
    /// The best level, or the one that the environment names.
    ///
    /// # Real-time
    /// Control. Not real-time: reads the environment.
    pub(crate) fn chosen() -> Self {
        match std::env::var(VARIABLE).as_deref() {
            Ok("portable") => Self::Portable,
            _ => Self::best(),
        }
    }

    /// The best level of this processor.
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            return Self::Avx2(v3);
        }
        Self::Portable
    }

    /// Its name, as the environment has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
        }
    }

    /// All levels that this processor has, the portable one first.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let mut levels = vec![Self::Portable];
        if !matches!(Self::best(), Self::Portable) {
            levels.push(Self::best());
        }
        levels
    }
}
